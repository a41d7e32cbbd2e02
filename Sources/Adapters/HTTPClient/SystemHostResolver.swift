import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The resolver of the operating system (`getaddrinfo`, RFC 3493 §6.1), on threads of its own: the call blocks, and for as long as
/// the system's name servers please.
public final class SystemHostResolver: HostResolver {
    private let threads: NIOThreadPool

    /// - Parameter threads: how many names are looked up at once.
    public init(threads: Int = 4) {
        self.threads = NIOThreadPool(numberOfThreads: max(1, threads))
        self.threads.start()
    }

    public func addresses(of host: String) async throws(HostResolutionError) -> [IPAddress] {
        let answer: Result<[IPAddress], HostResolutionError>
        do {
            answer = try await threads.runIfActive { Self.lookUp(host) }
        } catch {
            throw .stopped
        }
        return try answer.get()
    }

    /// Returns at once; a lookup that still runs ends in its own time.
    public func shutdown() async {
        let threads = threads
        Task { try? await threads.shutdownGracefully() }
    }

    private static func lookUp(_ host: String) -> Result<[IPAddress], HostResolutionError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else {
            return .failure(code == EAI_NONAME ? .notFound : .failed(String(cString: gai_strerror(code))))
        }
        var addresses: [IPAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = address(of: info), !addresses.contains(address) { addresses.append(address) }
            entry = info.ai_next
        }
        return addresses.isEmpty ? .failure(.notFound) : .success(addresses)
    }

    private static func address(of info: addrinfo) -> IPAddress? {
        guard let socket = UnsafeRawPointer(info.ai_addr) else { return nil }
        let length = Int(info.ai_addrlen)
        switch info.ai_family {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            return .v4(UInt32(bigEndian: socket.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            return withUnsafeBytes(of: socket.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { bytes in
                .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
            }
        default:
            return nil
        }
    }
}
