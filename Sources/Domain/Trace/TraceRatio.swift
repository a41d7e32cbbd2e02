/// Which part of the traces that begin here is recorded. Whether one is follows from its identifier alone, so that all who see it, and the
/// same engine later, decide alike: as OpenTelemetry's consistent sampling has it, by the lowest 56 bits.
public struct TraceRatio: Hashable, Sendable {
    /// 0 to 1,000,000.
    public let millionths: Int

    public static let none = TraceRatio(millionths: 0)
    public static let all = TraceRatio(millionths: 1_000_000)

    private init(millionths: Int) { self.millionths = millionths }

    /// - Parameter text: 0, 1, or a decimal between with at most six places, such as 0.05.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let places = parts.count > 1 ? parts[1] : "0"
        guard let whole = parts.first, whole == "0" || whole == "1", (1...6).contains(places.utf8.count),
            places.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let fraction = Int(places + String(repeating: "0", count: 6 - places.utf8.count)), whole == "0" || fraction == 0
        else { return nil }
        self.init(millionths: whole == "1" ? 1_000_000 : fraction)
    }

    public func takes(_ trace: TraceId) -> Bool {
        let refused = UInt64(1_000_000 - millionths).multipliedFullWidth(by: 1 << 56)
        return trace.low & ((1 << 56) - 1) >= UInt64(1_000_000).dividingFullWidth(refused).quotient
    }
}
