internal import Domain
internal import Synchronization

/// The memory for what is large and asked for by little: octets that are read for a request, and answers that wait for their readers.
struct LargeRoom: Sendable {
    /// In bytes; up to it nothing is counted: a connection has one such answer waiting at most.
    static let threshold = 65_536

    private let shares: Shares

    init(_ settings: HTTPServerSettings, _ metrics: HTTPServerMetrics) {
        shares = Shares(most: settings.maxAnswerBytesInFlight, mostPerTenant: settings.maxAnswerBytesPerTenant) {
            metrics.answerBytes.wrappingAdd(Int64($0), ordering: .relaxed)
        }
    }

    /// - Returns: what is held until it is released or dropped; nil for what is not large.
    /// - Throws: 503 when too much is held already.
    func take(_ bytes: Int, of tenant: TenantId?) throws(Problem) -> Shares.Share? {
        guard bytes > Self.threshold else { return nil }
        guard let share = shares.take(bytes, of: tenant) else {
            throw Problem(
                .busy, "Too much of what is large is being read already; read the answers that you asked for, or ask for less at once.",
                retryAfter: 1)
        }
        return share
    }
}
