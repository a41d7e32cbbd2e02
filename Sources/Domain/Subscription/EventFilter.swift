/// Which events of the wanted types are delivered: those of which all conditions hold. It looks at an event's data and attributes and at
/// nothing else, so that the same event passes or does not, whenever it is asked.
public struct EventFilter: Hashable, Sendable {
    /// What a condition looks at.
    public enum Place: Hashable, Sendable {
        /// A value in the event's data, by a JSON pointer (RFC 6901); its unescaped steps.
        case data([String])
        case subject
        case type
    }

    public enum Value: Hashable, Sendable {
        case text(String)
        /// Equal to a number of the same value: 1 is 1.0.
        case number(ExactDecimal)
        case flag(Bool)
    }

    public enum Test: Hashable, Sendable {
        case equals(Value)
        case oneOf([Value])
        /// Whether there is a value, be it null.
        case exists(Bool)
    }

    public struct Condition: Hashable, Sendable {
        public let place: Place
        public let test: Test
        /// Whether the opposite is asked for. Of a value that is not there, nothing is equal: its opposite holds.
        public let isNegated: Bool

        public init(place: Place, test: Test, isNegated: Bool = false) {
            self.place = place
            self.test = test
            self.isNegated = isNegated
        }
    }

    public let all: [Condition]

    public static let maxConditions = 16
    public static let maxValues = 64
    public static let maxValueBytes = 256
    public static let maxPathBytes = 256
    public static let maxSteps = 8

    /// Conditions beyond the limit are left out; the API refuses them before.
    public init(all conditions: [Condition]) { all = Array(conditions.prefix(Self.maxConditions)) }

    /// - Parameter data: the event's, as it is read; nil when it is not JSON.
    public func passes(type: EventType, subject: UniqueId, data: JSONValue?) -> Bool {
        all.allSatisfy { $0.holds(type: type, subject: subject, data: data) }
    }
}

extension EventFilter.Condition {
    func holds(type: EventType, subject: UniqueId, data: JSONValue?) -> Bool {
        let found: JSONValue?
        switch place {
        case .data(let steps): found = steps.reduce(data) { value, step in value?.child(step) }
        case .subject: found = .string(subject.description)
        case .type: found = .string(type.name)
        }
        let result =
            switch test {
            case .exists(let expected): (found != nil) == expected
            case .equals(let value): value.equals(found)
            case .oneOf(let values): values.contains { $0.equals(found) }
            }
        return result != isNegated
    }
}

extension EventFilter.Value {
    func equals(_ value: JSONValue?) -> Bool {
        switch (self, value) {
        case (.text(let text), .string(let found)?): text.utf8.elementsEqual(found.utf8)
        case (.number(let number), .number(let found)?): (try? ExactDecimal(found)) == number
        case (.flag(let flag), .bool(let found)?): flag == found
        default: false
        }
    }

    init?(_ value: JSONValue) {
        switch value {
        case .string(let text) where text.utf8.count <= EventFilter.maxValueBytes: self = .text(text)
        case .number(let number):
            guard let decimal = try? ExactDecimal(number) else { return nil }
            self = .number(decimal)
        case .bool(let flag): self = .flag(flag)
        default: return nil
        }
    }
}

extension JSONValue {
    /// The member or element of that name; an index is written without leading zeros (RFC 6901 section 4).
    fileprivate func child(_ step: String) -> JSONValue? {
        switch self {
        case .object(let object): return object[step]
        case .array(let elements):
            guard let index = Int(step), String(index) == step, elements.indices.contains(index) else { return nil }
            return elements[index]
        default: return nil
        }
    }
}
