public import Domain

/// The limits of an `HTTPTargetClient`.
public struct HTTPTargetClientSettings: Sendable {
    /// How long a connection, TLS included, and the resolution of a name may take, each.
    public var connectTimeout: TimeSpan = .seconds(10)
    /// A connection on which nothing moves for so long in the middle of an attempt is taken for dead.
    public var idleTimeout: TimeSpan = .minutes(5)
    /// How long a connection is kept for the next attempt. Shorter than the keep-alive of common servers (five seconds the
    /// shortest), or attempts would meet connections that the target is about to close.
    public var keepAlive: TimeSpan = .seconds(4)
    /// Connections to one address and port; further attempts wait for one. Above 0.
    public var maxConnectionsPerTarget = 256
    /// Bytes of a response's body beyond which the attempt fails.
    public var maxResponseBytes = 1_048_576
    /// Targets without a running attempt whose connections are kept.
    public var maxIdleTargets = 256
    /// How long a resolved name is used before it is resolved and judged anew.
    public var resolutionLifetime: TimeSpan = .seconds(30)
    /// Names that may be in resolution at once; an attempt for one more fails.
    public var maxResolving = 64
    /// Longer waits asked for by `Retry-After` count as this one.
    public var maxRetryAfter: TimeSpan = RetryPolicy.longestDelay
    /// A PEM file with the certificate authorities to trust; nil means the system's.
    public var trustedRootsFile: String?

    public init() {}

    /// Returns when `trustedRootsFile` can be used, so that a start with a wrong one can be refused before anything is made.
    public func checkTrustedRoots() throws(TrustedRootsError) { _ = try TrustedRoots(file: trustedRootsFile) }
}
