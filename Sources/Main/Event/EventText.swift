internal import Domain

/// Events as people read them.
enum EventText {
    /// Time, type, subject and the data in short.
    static func line(_ event: JSONValue) -> String {
        let fields = event["data"].map { flat($0, "") } ?? []
        let data = fields.joined(separator: " ")
        return [
            Output.pad(event["time"]?.text ?? "–", 27), Output.pad(type(event), 34), event["subject"]?.text ?? "–",
            Output.short(data, 160),
        ].map(Output.plain).joined(separator: "  ")
    }

    /// The type without what all have.
    static func type(_ event: JSONValue) -> String {
        var type = event["type"]?.text ?? "–"
        if type.hasPrefix("ledgerflow.") { type.removeFirst("ledgerflow.".count) }
        return type
    }

    private static func flat(_ value: JSONValue, _ name: String) -> [String] {
        switch value {
        case .object(let object): object.members.flatMap { flat($0.value, name.isEmpty ? $0.name : "\(name).\($0.name)") }
        case .string(let text): ["\(name)=\(text)"]
        case .null: []
        case .array(let values) where values.isEmpty: []
        case .array, .bool, .number: ["\(name)=\(value.line)"]
        }
    }
}
