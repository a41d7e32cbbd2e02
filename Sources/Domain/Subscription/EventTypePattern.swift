/// Which types of events are wanted: a whole name (`ledgerflow.invoice.issued.v1`), the beginning of names up to a full stop
/// (`ledgerflow.invoice.*`), or `*` for all.
public struct EventTypePattern: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public static let maxBytes = 128

    /// - Throws: `EventTypePatternError` when `text` is not of the form above, or matches no type that there is.
    public init(_ text: String) throws(EventTypePatternError) {
        guard (1...Self.maxBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-.*".utf8.contains($0) })
        else { throw .form }
        if let star = text.utf8.firstIndex(of: UInt8(ascii: "*")) {
            guard star == text.utf8.index(before: text.utf8.endIndex), text == "*" || text.hasSuffix(".*") else { throw .form }
        }
        self.init(stored: text)
        guard EventType.all.contains(where: matches) else { throw .unknownType }
    }

    /// One that was accepted before.
    init(stored text: String) { self.text = text }

    public func matches(_ type: EventType) -> Bool {
        if text.utf8.last != UInt8(ascii: "*") { return type.name == text }
        return type.name.utf8.starts(with: text.utf8.dropLast())
    }

    public var description: String { text }
}

/// Why a text is not a pattern of event types.
public enum EventTypePatternError: Error, Hashable, Sendable, CustomStringConvertible {
    case form
    case unknownType

    public var description: String {
        switch self {
        case .form: "must be the name of an event type, the beginning of names followed by .* (ledgerflow.invoice.*), or * for all"
        case .unknownType: "matches no event type; GET /asyncapi.json lists them"
        }
    }
}
