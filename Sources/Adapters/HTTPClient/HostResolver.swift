/// Finds the addresses of a name.
public protocol HostResolver: Sendable {
    /// All addresses of `host`, in the order in which they should be tried; at least one.
    ///
    /// `host` may also be an address in one of the loose spellings that resolvers take (`127.1`).
    func addresses(of host: String) async throws(HostResolutionError) -> [IPAddress]

    /// Gives back what the resolver holds; later requests fail.
    func shutdown() async
}

extension HostResolver {
    public func shutdown() async {}
}

/// Why a name has no addresses.
public enum HostResolutionError: Error, Hashable, Sendable {
    /// There is no such name, or it has no address.
    case notFound
    /// The resolver did not answer in time.
    case timedOut
    /// Too many names are in resolution.
    case busy
    /// The resolver could not do its work; the reason is for people.
    case failed(String)
    /// The waiting task was cancelled.
    case cancelled
    /// The resolver is shut down.
    case stopped
}
