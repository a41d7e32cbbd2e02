/// How a sender of webhooks shows that a message is its own. Senders differ in the names of fields and in how a digest is written, and in
/// nothing else that matters, so these are said and no sender is built in.
public enum ReceiverScheme: Hashable, Sendable {
    /// Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`, with `v1` (HMAC) or `v1a` (ed25519).
    case standardWebhooks
    /// An HMAC (RFC 2104) over what the sender says, in a field of its own.
    case hmac(SignatureField)
    /// A field whose value is the secret itself. It vouches for the sender and not for the body: only over TLS.
    case sharedSecret(FieldName)

    public enum Name: String, Sendable, CaseIterable {
        case standardWebhooks = "standard-webhooks"
        case hmac
        case sharedSecret = "shared-secret"
    }

    public var name: Name {
        switch self {
        case .standardWebhooks: .standardWebhooks
        case .hmac: .hmac
        case .sharedSecret: .sharedSecret
        }
    }
}

/// Where a sender puts its HMAC, and how it is made.
public struct SignatureField: Hashable, Sendable {
    public enum Algorithm: String, Sendable, CaseIterable { case sha256, sha512 }
    public enum Encoding: String, Sendable, CaseIterable { case hex, base64 }

    public let header: FieldName
    public let algorithm: Algorithm
    public let encoding: Encoding
    /// Stands before each signature, such as `sha256=`; may be empty.
    public let prefix: String
    /// Where the time of sending stands, in seconds since 1970; set exactly when `content` covers it.
    public let timestamp: FieldName?
    public let content: SignedContent

    public static let maxPrefixBytes = 32

    /// - Throws: when a time is named and not signed, or signed and not named: a time that anyone can change protects from nothing.
    public init(
        header: FieldName, algorithm: Algorithm, encoding: Encoding, prefix: String, timestamp: FieldName?, content: SignedContent
    ) throws(SignedContentError) {
        guard (timestamp != nil) == content.covers(.timestamp) else { throw timestamp == nil ? .timestampUnnamed : .timestampUncovered }
        self.header = header
        self.algorithm = algorithm
        self.encoding = encoding
        self.prefix = prefix
        self.timestamp = timestamp
        self.content = content
    }
}

/// What an HMAC is computed over: `{timestamp}.{body}`, `{id}:{timestamp}:{body}`, or `{body}` alone.
public struct SignedContent: Hashable, Sendable, CustomStringConvertible {
    public enum Value: String, Sendable, CaseIterable { case id, timestamp, body }

    private enum Part: Hashable, Sendable {
        case literal([UInt8])
        case value(Value)
    }

    private let parts: [Part]
    public let description: String

    public static let body = SignedContent(parts: [.value(.body)], description: "{body}")
    public static let maxBytes = 128

    private init(parts: [Part], description: String) {
        self.parts = parts
        self.description = description
    }

    public init(_ text: String) throws(SignedContentError) {
        guard text.utf8.count <= Self.maxBytes else { throw .form }
        var parts: [Part] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard rest.first == "{" else {
                let end = rest.firstIndex(of: "{") ?? rest.endIndex
                parts.append(.literal(Array(rest[..<end].utf8)))
                rest = rest[end...]
                continue
            }
            guard let close = rest.firstIndex(of: "}"),
                let value = Value(rawValue: String(rest[rest.index(after: rest.startIndex)..<close]))
            else { throw .form }
            // Two values side by side could be cut at another place and give the same content.
            if case .value? = parts.last { throw .values }
            guard !parts.contains(.value(value)) else { throw .values }
            parts.append(.value(value))
            rest = rest[rest.index(after: close)...]
        }
        guard parts.contains(.value(.body)) else { throw .noBody }
        guard parts.last == .value(.body) || !Self.follows(.body, in: parts) else { throw .values }
        self.init(parts: parts, description: text)
    }

    /// Whether another value stands behind `value`.
    private static func follows(_ value: Value, in parts: [Part]) -> Bool {
        guard let place = parts.firstIndex(of: .value(value)) else { return false }
        return parts[(place + 1)...].contains { if case .value = $0 { true } else { false } }
    }

    public func covers(_ value: Value) -> Bool { parts.contains(.value(value)) }

    /// - Returns: nil when a value is missing, or holds the character that ends it: then where it ends would be anyone's guess.
    func bytes(id: String?, timestamp: String?, body: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + description.utf8.count + 320)
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let literal): bytes += literal
            case .value(.body): bytes += body
            case .value(let value):
                guard let text = value == .id ? id : timestamp, !text.isEmpty else { return nil }
                if index + 1 < parts.count, case .literal(let literal) = parts[index + 1], let end = literal.first, text.utf8.contains(end)
                {
                    return nil
                }
                bytes += text.utf8
            }
        }
        return bytes
    }
}

public enum SignedContentError: Error, Hashable, Sendable, CustomStringConvertible {
    case form
    case noBody
    case values
    case timestampUncovered
    case timestampUnnamed

    public var description: String {
        switch self {
        case .form: "may hold {id}, {timestamp} and {body} and other text, at most \(SignedContent.maxBytes) bytes: {timestamp}.{body}"
        case .noBody: "must hold {body}: what is not signed can be changed"
        case .values: "must have each value once, text between two of them, and {body} as the last: {timestamp}.{body}"
        case .timestampUncovered: "must hold {timestamp}, since a timestampHeader is named: a time that is not signed protects from nothing"
        case .timestampUnnamed: "holds {timestamp}; say in timestampHeader where that stands"
        }
    }
}

/// The name of a header field, in lower case: 1 to 64 characters of a token (RFC 9110 §5.6.2).
public struct FieldName: Hashable, Sendable, CustomStringConvertible {
    public let value: String
    public static let maxBytes = 64
    public static let rule = "must be the name of a header field, 1 to \(maxBytes) of letters, digits and - _ . ! # $ % & ' * + ^ ` | ~"

    /// - Returns: nil when `text` is not of the form above. Letters become small.
    public init?(_ text: String) {
        guard (1...Self.maxBytes).contains(text.utf8.count), text.utf8.allSatisfy(Self.isToken) else { return nil }
        value = text.lowercased()
    }

    private static let marks = Set("!#$%&'*+-.^_`|~".utf8)

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: marks.contains(byte)
        }
    }

    public var description: String { value }
}
