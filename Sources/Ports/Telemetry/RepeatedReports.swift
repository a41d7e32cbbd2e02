/// Says what of a trouble that lasts is worth telling again: what is new at once, what was told already once a minute.
///
/// Keyed by the text, of which a store in trouble has few. Bounded: when there are many the one that was told longest ago is forgotten.
public struct RepeatedReports: Sendable {
    private var told: [(text: String, at: Int64)] = []
    private static let most = 16
    private static let pause: Int64 = 60_000_000

    public init() {}

    /// - Parameter tick: microseconds on a clock that only runs forward.
    /// - Returns: whether to tell it; it counts as told then.
    public mutating func tells(_ text: String, at tick: Int64) -> Bool {
        if let index = told.firstIndex(where: { $0.text == text }) {
            guard tick - told[index].at >= Self.pause else { return false }
            told.remove(at: index)
        } else if told.count >= Self.most {
            told.removeFirst()
        }
        told.append((text, tick))
        return true
    }

    /// The trouble is over: should it come again, it is news.
    public mutating func forget() { told = [] }
}
