/// Any JSON value (RFC 8259 section 3), as `JSONReader` reads it and `JSONWriter` writes it.
///
/// Equality is exact: strings byte by byte, numbers by their text, objects with their members in order.
public enum JSONValue: Sendable, Equatable {
    /// The literal null.
    case null
    /// The literal true or false.
    case bool(Bool)
    /// A number, as written.
    case number(JSONNumber)
    /// A string, escapes decoded.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Members in order, each name once.
    case object(JSONObject)

    /// Whether both are exactly the same; see the type.
    public static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// The kind of value with its article, for messages: "a string", "an object", "null".
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
