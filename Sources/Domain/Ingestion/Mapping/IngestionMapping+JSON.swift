extension IngestionMapping {
    /// Takes the fields of a mapping; what is wrong is reported to `fields`, all at once.
    public static func read(_ fields: inout JSONFields) -> IngestionMapping? {
        var reading = MappingReading(checksTargets: true)
        return reading.mapping(&fields)
    }

    /// Reads a mapping that stands alone.
    ///
    /// - Throws: `InvoiceJSONError` with everything that is wrong.
    public init(json bytes: [UInt8]) throws(InvoiceJSONError) {
        self = try InvoiceJSONError.reading(bytes, limits: .standard) { Self.read(&$0) }
    }

    /// What `write(into:)` wrote, perhaps in an earlier version: targets are not held against the invoice's members of today, which the
    /// reader of the invoice does whenever the mapping is used.
    ///
    /// - Returns: nil when it is not that.
    public init?(stored object: JSONObject) {
        var problems = JSONProblems()
        let mapping: IngestionMapping? = problems.object(.object(object)) { fields in
            var reading = MappingReading(checksTargets: false)
            return reading.mapping(&fields)
        }
        guard let mapping else { return nil }
        self = mapping
    }

    /// Writes the members; the surrounding object is the caller's. What is the default is left out.
    public func write(into json: inout JSONWriter) {
        if let root { json.field("root", root.text) }
        if !namespaces.isEmpty { json.field("namespaces", map: namespaces.map { ($0.name, $0.namespace) }) }
        if !tables.isEmpty {
            json.object("tables") { json in
                for named in tables {
                    json.name(dynamic: named.name)
                    json.object { named.table.write(into: &$0) }
                }
            }
        }
        scope.write(into: &json)
        if !checks.isEmpty { json.object("checks") { json in for field in checks { field.write(into: &json) } } }
    }
}

extension IngestionMapping: JSONWritable {
    /// Writes the JSON form that `init(json:)` reads.
    public func write(to writer: inout JSONWriter) {
        writer.object { write(into: &$0) }
    }
}

extension IngestionMapping.Scope {
    fileprivate func write(into json: inout JSONWriter) {
        if !fields.isEmpty { json.object("fields") { json in for field in fields { field.write(into: &json) } } }
        guard !lists.isEmpty else { return }
        json.object("lists") { json in
            for list in lists {
                json.name(dynamic: list.target.text)
                json.object { json in
                    json.field("each", list.each.text)
                    list.scope.write(into: &json)
                }
            }
        }
    }
}

extension IngestionMapping.Field {
    fileprivate func write(into json: inout JSONWriter) {
        json.name(dynamic: target.text)
        if let path = field.soleText { return json.string(path) }
        json.object { field.write(into: &$0) }
    }
}

extension MappingTable {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("values", map: pairs)
        switch otherwise {
        case .refuse: break
        case .keep: json.field("keepOthers", true)
        case .text(let text): json.field("otherwise", text)
        }
    }
}

extension MappingField {
    /// The path when there is nothing else to say.
    fileprivate var soleText: String? {
        guard case .first(let paths) = source, paths.count == 1, let path = paths.first, self == MappingField(source) else { return nil }
        return path.text
    }

    fileprivate func write(into json: inout JSONWriter) {
        switch source {
        case .constant(let text): json.field("constant", text)
        case .first(let paths):
            if paths.count == 1, let path = paths.first {
                json.field("path", path.text)
            } else {
                json.field("paths", paths.map(\.text))
            }
        case .joined(let parts, let separator):
            json.array("join") { json in
                for part in parts {
                    switch part {
                    case .path(let path): json.object { $0.field("path", path.text) }
                    case .text(let text): json.object { $0.field("text", text) }
                    }
                }
            }
            if separator != " " { json.field("separator", separator) }
        }
        if let condition { json.field("when", condition.text) }
        if space != .trim { json.field("space", space.rawValue) }
        switch conversion {
        case .table(let name): json.field("table", name)
        case .day(let formats): json.field("date", formats.map(\.text))
        case .decimal(let format): json.object("decimal") { format.write(into: &$0) }
        case nil: break
        }
        if let fallback { json.field("default", fallback) }
        if isRequired { json.field("required", true) }
    }
}

extension MappingDecimalFormat {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("point", point.rawValue)
        if let group { json.field("group", group.rawValue) }
        if minus != .before { json.field("minus", minus.rawValue) }
        if scale > 0 { json.field("scale", scale) }
        if negates { json.field("negate", true) }
    }
}
