internal import Crypto

/// The sealing keys of a store, oldest first. New seals are made with the newest; the older ones open what was sealed before.
///
/// A key is known by its identifier, which follows from the key and tells nothing of it: two engines that were given different keys cannot
/// take one for the other.
public struct KeyRing: Sendable {
    /// How long a key is: AES-256.
    public static let keyBytes = 32

    struct Key {
        let id: UInt32
        let master: SymmetricKey

        init(_ bytes: [UInt8]) {
            id = KeyRing.number(of: bytes)
            master = SymmetricKey(data: bytes)
        }
    }

    let keys: [Key]
    /// The one that seals.
    let newest: Key

    /// - Parameter keys: oldest first, each of `keyBytes` secret random bytes.
    /// - Throws: `KeyRingError` when there is none, or one has another length.
    public init(_ keys: [[UInt8]]) throws(KeyRingError) {
        guard let newest = keys.last else { throw .empty }
        guard keys.allSatisfy({ $0.count == Self.keyBytes }) else { throw .length }
        self.keys = keys.map(Key.init)
        self.newest = Key(newest)
    }

    /// The identifiers of the keys, oldest first: eight hexadecimal digits each.
    public var ids: [String] { keys.map { Self.text($0.id) } }

    /// The identifier of `key`.
    public static func id(of key: [UInt8]) -> String { text(number(of: key)) }

    /// The first four bytes of a digest of the key. Part of every seal, and so never changes.
    private static func number(of key: [UInt8]) -> UInt32 {
        var digest = SHA256()
        digest.update(data: Array("ledgerflow sealing key id v1\u{0}".utf8))
        digest.update(data: key)
        return digest.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func text(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

public enum KeyRingError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty, length

    public var description: String {
        switch self {
        case .empty: "there is no sealing key"
        case .length: "a sealing key is not \(KeyRing.keyBytes) bytes long"
        }
    }
}
