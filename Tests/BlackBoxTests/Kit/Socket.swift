import Glibc
import Synchronization

/// A blocking TCP socket on the loopback interface. One thread at a time.
final class Socket: Sendable {
    enum Failure: Error { case refused, reset, timeout, closed }

    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    deinit { close(descriptor) }

    static func connect(port: Int) throws -> Socket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Broken("no socket: \(String(cString: strerror(errno)))") }
        let connected = withLoopback(port) { Glibc.connect(descriptor, $0, $1) }
        let made = Socket(descriptor: descriptor)
        guard connected == 0 else { throw Failure.refused }
        return made
    }

    static func listen(port: Int = 0) throws -> (socket: Socket, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Broken("no socket") }
        let made = Socket(descriptor: descriptor)
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        guard withLoopback(port, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 1_024) == 0 else {
            throw Broken("no port to listen on")
        }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return (made, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    func accept() -> Socket? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        // A socket that an engine started now held too would not close when the test closes it.
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Socket(descriptor: accepted)
    }

    func setTimeout(seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    func send(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw errno == EAGAIN ? Failure.timeout : Failure.reset
            }
        }
    }

    /// Some bytes; none when the other side has closed.
    func receive() throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, filled in
            while true {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count >= 0 {
                    filled = count
                    return
                }
                if errno == EINTR { continue }
                throw errno == EAGAIN ? Failure.timeout : Failure.reset
            }
        }
    }

    /// Tells the other side that nothing more comes.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Ends the connection with a reset instead of a farewell.
    func abort() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
