/// The HTTP request that a service call sends.
public struct OutgoingRequest: Hashable, Sendable {
    public enum Method: String, Sendable, CaseIterable { case GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS }

    public struct Header: Hashable, Sendable {
        public let name: String
        public let value: String

        /// - Throws: `HeaderError` unless the name is a token (RFC 9110 §5.6.2), the value holds no control character but
        ///   the tab (§5.5: this is what header injection needs), and the field is not one that the engine sets itself.
        public init(name: String, value: String) throws(HeaderError) {
            guard (1...256).contains(name.utf8.count), name.utf8.allSatisfy(Self.isTokenCharacter) else { throw .name }
            guard !Self.reserved.contains(name.lowercased()) else { throw .reserved }
            guard value.utf8.count <= 8_192 else { throw .tooLong }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .value }
            self.name = name
            self.value = value
        }

        /// Whether this is its name, whatever the case (RFC 9110 §5.1).
        public func isNamed(_ name: String) -> Bool {
            self.name.utf8.count == name.utf8.count && self.name.lowercased() == name.lowercased()
        }

        /// One that was accepted before, whatever is refused today.
        init(stored name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        /// Fields that describe the connection or the message's framing, or that the engine sets for every attempt.
        private static let reserved: Set<String> = [
            "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
            "proxy-connection", "expect", "idempotency-key", "traceparent",
        ]

        private static func isTokenCharacter(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }

    public let method: Method
    public let url: TargetURL
    /// In the order given; a name may occur more than once.
    public let headers: [Header]
    /// Sent as they are; any bytes.
    public let body: [UInt8]

    /// The body as it goes over the wire, and as it is signed: a GET and a HEAD have none (RFC 9110 §9.3.1).
    public var sentBody: [UInt8] { method == .GET || method == .HEAD ? [] : body }

    /// The most bytes that a body may have: 256 KiB.
    public static let maxBodyBytes = 262_144
    /// The most header fields that a request may have.
    public static let maxHeaders = 64

    public init(method: Method, url: TargetURL, headers: [Header] = [], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// Why a header field cannot be sent.
public enum HeaderError: Error, Hashable, Sendable, CustomStringConvertible {
    case name, value, reserved, tooLong

    public var description: String {
        switch self {
        case .name: "is not a header field name: use letters, digits and - only"
        case .value: "holds a control character (a line break, for instance), which a header value may not hold"
        case .reserved: "is set by Ledgerflow itself and cannot be given"
        case .tooLong: "must be at most 8192 bytes long"
        }
    }
}
