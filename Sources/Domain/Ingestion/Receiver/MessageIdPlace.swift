/// Where a message's identity stands, by which a repeat is known.
public enum MessageIdPlace: Hashable, Sendable {
    /// `webhook-id` of Standard Webhooks.
    case standard
    case header(FieldName)
    /// A text or a whole number in a body of JSON.
    case body(MessagePointer)
    /// The SHA-256 of the body: what is the same octet for octet is the same message.
    case digest

    public static let maxIdBytes = 255

    /// An identity as it was found; nil when it may not be one: 1 to 255 bytes without control characters.
    static func checked(_ text: String) -> String? {
        guard (1...maxIdBytes).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return text
    }
}

/// A place in JSON, by RFC 6901.
public struct MessagePointer: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    private let steps: [String]

    public static let maxBytes = 256
    public static let rule = "must be a JSON pointer such as /data/id, at most \(maxBytes) bytes"

    /// - Returns: nil when `text` is none (RFC 6901 §3), or points at the whole document.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes, text.utf8.first == UInt8(ascii: "/") else { return nil }
        var steps: [String] = []
        for step in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var (name, isEscape) = ("", false)
            for scalar in step.unicodeScalars {
                switch (isEscape, scalar) {
                case (true, "0"): name += "~"
                case (true, "1"): name += "/"
                case (true, _): return nil
                case (false, "~"): break
                case (false, _): name.unicodeScalars.append(scalar)
                }
                isEscape = !isEscape && scalar == "~"
            }
            if isEscape { return nil }
            steps.append(name)
        }
        (description, self.steps) = (text, steps)
    }

    /// The text or whole number that stands there; nil when nothing does, or something else.
    func text(in document: JSONValue) -> String? {
        var value = document
        for step in steps {
            switch value {
            case .object(let object):
                guard let member = object[step] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Int(step), step == String(index), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        switch value {
        case .string(let text): return text
        case .number(let number): return number.int64.map { String($0) }
        default: return nil
        }
    }
}
