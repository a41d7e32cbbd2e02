internal import Domain

/// Reading answers of the engine, of which a newer version may hold more than this one knows.
extension JSONValue {
    /// The member under `name`; nil when this is no object or has none.
    subscript(name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }

    var int: Int64? { if case .number(let number) = self { number.int64 } else { nil } }

    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    var members: [JSONObject.Member] { if case .object(let object) = self { object.members } else { [] } }

    var instant: Instant? { text.flatMap { try? Instant(rfc3339: $0) } }

    /// As JSON on one line.
    var line: String {
        var writer = JSONWriter(capacity: 1_024)
        writer.value(self)
        return writer.text
    }
}
