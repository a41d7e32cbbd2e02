internal import SealingAdapter
internal import SystemAdapter

/// The sealing keys of a data directory: files `sealing-1.key`, `sealing-2.key`, …
enum SealingKeys {
    static let name = "sealing"

    /// All that are there; the first is made when there is none.
    static func ring(in directory: DataDirectory) throws -> KeyRing {
        var keys = try directory.keys(named: name, bytes: KeyRing.keyBytes)
        if keys.isEmpty { keys = try directory.addKey(named: name, bytes: KeyRing.keyBytes) }
        return try KeyRing(keys.map(\.bytes))
    }
}
