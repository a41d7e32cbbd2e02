/// The two versions of SOAP that sources speak.
public enum SOAPVersion: String, Hashable, Sendable, CaseIterable {
    /// SOAP 1.1 (W3C Note of 8 May 2000).
    case v11 = "1.1"
    /// SOAP 1.2 (W3C Recommendation of 27 April 2007).
    case v12 = "1.2"

    /// The namespace of the envelope.
    public var namespace: String {
        switch self {
        case .v11: "http://schemas.xmlsoap.org/soap/envelope/"
        case .v12: "http://www.w3.org/2003/05/soap-envelope"
        }
    }

    /// The media type of a message, without parameters.
    public var mediaType: String {
        switch self {
        case .v11: "text/xml"
        case .v12: "application/soap+xml"
        }
    }
}

/// What a source answered in place of a batch: a fault of SOAP 1.1 (§4.4) or 1.2 (part 1, §5.4).
///
/// Its detail is left out: it is for programs that know its schema, and may hold anything. The reason is the source's own text, made short
/// and safe to show.
public struct SOAPFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose fault it is. The codes of both versions, which mean the same under two names.
    public enum Code: Hashable, Sendable {
        case versionMismatch
        case mustUnderstand
        /// `Client` of SOAP 1.1, `Sender` of 1.2: the message is wrong, and would be again.
        case client
        /// `Server` of SOAP 1.1, `Receiver` of 1.2: the message may succeed at another time.
        case server
        /// A code outside the specifications, by its local name; at most `maxCodeBytes`.
        case other(String)

        /// The code that a local name stands for. SOAP 1.1 lets a code be refined behind a dot (`Client.Authentication`).
        public init(localName: String) {
            switch localName.split(separator: ".", maxSplits: 1).first {
            case "VersionMismatch": self = .versionMismatch
            case "MustUnderstand": self = .mustUnderstand
            case "Client", "Sender": self = .client
            case "Server", "Receiver": self = .server
            default: self.init(other: localName)
            }
        }

        fileprivate init(other name: String) { self = .other(ForeignText.shown(name, atMost: SOAPFault.maxCodeBytes)) }

        /// The name in SOAP 1.1, or the code as it came.
        public var name: String {
            switch self {
            case .versionMismatch: "VersionMismatch"
            case .mustUnderstand: "MustUnderstand"
            case .client: "Client"
            case .server: "Server"
            case .other(let name): name
            }
        }
    }

    public let version: SOAPVersion
    public let code: Code
    /// What the source says, on one line; at most `maxReasonBytes`.
    public let reason: String

    public static let maxCodeBytes = 100
    public static let maxReasonBytes = 500

    public init(version: SOAPVersion, code: Code, reason: String) {
        self.version = version
        self.code = code
        self.reason = ForeignText.shown(reason, atMost: Self.maxReasonBytes)
    }

    public var description: String { reason.isEmpty ? "fault \(code.name)" : "fault \(code.name): \(reason)" }

    /// The same fault, without what it repeats of the credentials that it was asked with.
    public func without(_ credentials: BasicCredentials?) -> SOAPFault {
        guard let credentials else { return self }
        let code =
            switch code {
            case .other(let name): Code(other: credentials.redacted(name, isCut: Self.isCut(name, at: Self.maxCodeBytes)))
            default: code
            }
        let reason = credentials.redacted(reason, isCut: Self.isCut(reason, at: Self.maxReasonBytes))
        return SOAPFault(version: version, code: code, reason: reason)
    }

    /// Whether a text may be the beginning of a longer one: no character is longer than four bytes, and a space at the end is dropped.
    private static func isCut(_ text: String, at limit: Int) -> Bool { text.utf8.count > limit - 5 }
}
