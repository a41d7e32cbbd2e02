/// Reads the JSON of one field of a mapping.
struct MappingFieldReading {
    let namespaces: [String: String]
    let tables: [String: MappingTable]

    func field(_ fields: inout JSONFields) -> MappingField? {
        let source = source(&fields)
        let condition = path("when", &fields, isRequired: false)
        let space = fields.optionalChoice("space", of: MappingField.Space.self)
        let conversion = conversion(&fields)
        let fallback = fields.optionalString("default", minBytes: 1, maxBytes: MappingField.maxTextBytes)
        let isRequired = fields.optionalBool("required") ?? false
        guard let source else { return nil }
        if case .constant = source {
            for name: StaticString in ["space", "table", "date", "decimal", "default", "required"] where fields.has(name) {
                fields.report(name, "cannot be given together with constant")
            }
        }
        var field = MappingField(source)
        field.condition = condition
        field.space = space ?? .trim
        field.conversion = conversion
        field.fallback = fallback
        field.isRequired = isRequired
        return field
    }

    private func source(_ fields: inout JSONFields) -> MappingField.Source? {
        let given = ["constant", "path", "paths", "join"].count { (name: StaticString) in fields.has(name) }
        let constant = fields.optionalString("constant", minBytes: 1, maxBytes: MappingField.maxTextBytes)
        let single = path("path", &fields, isRequired: false)
        let several = fields.optionalStrings("paths", maxCount: MappingField.maxPaths, maxBytes: MappingPath.maxBytes)
        let parts = fields.optionalObjects("join", maxCount: MappingField.maxPaths) { part(&$0) }
        let separator = fields.optionalString("separator", maxBytes: MappingTable.maxBytes)
        guard given == 1 else {
            fields.report("needs exactly one of path, paths, join and constant")
            return nil
        }
        if separator != nil, !fields.has("join") { fields.report("separator", "goes with join only") }
        if let constant { return .constant(constant) }
        if let single { return .first([single]) }
        if let several {
            let paths = several.enumerated().compactMap { index, text in parsed(text, &fields) { $0.report("paths", element: index, $1) } }
            if several.isEmpty { fields.report("paths", "must have at least one path") }
            return paths.count == several.count ? .first(paths) : nil
        }
        guard let parts else { return nil }
        if !parts.contains(where: { if case .path = $0 { true } else { false } }) { fields.report("join", "must have at least one path") }
        return .joined(parts, separator: separator ?? " ")
    }

    private func part(_ fields: inout JSONFields) -> MappingField.Part? {
        let path = path("path", &fields, isRequired: false)
        let text = fields.optionalString("text", minBytes: 1, maxBytes: MappingField.maxTextBytes)
        guard fields.has("path") != fields.has("text") else {
            fields.report("needs either path or text")
            return nil
        }
        return path.map(MappingField.Part.path) ?? text.map(MappingField.Part.text)
    }

    // MARK: Conversions

    private func conversion(_ fields: inout JSONFields) -> MappingField.Conversion? {
        let table = fields.optionalString("table", maxBytes: 64)
        let formats = dates(&fields)
        let decimal = fields.optionalObject("decimal") { self.decimal(&$0) }
        let given = ["table", "date", "decimal"].count { (name: StaticString) in fields.has(name) }
        if given > 1 { fields.report("takes one of table, date and decimal, not several") }
        if let table {
            if tables[table] == nil { fields.report("table", "must be the name of one of the tables of this mapping") }
            return .table(table)
        }
        return formats.map(MappingField.Conversion.day) ?? decimal.map(MappingField.Conversion.decimal)
    }

    /// One format, or several.
    private func dates(_ fields: inout JSONFields) -> [MappingDateFormat]? {
        guard let value = fields.optionalValue("date") else { return nil }
        var texts: [String] = []
        if case .string(let text) = value {
            texts = [text]
        } else {
            texts = fields.strings("date", count: 1...MappingField.maxFormats, maxBytes: MappingDateFormat.maxBytes) ?? []
        }
        var formats: [MappingDateFormat] = []
        for (index, text) in texts.enumerated() {
            do throws(MappingDateFormat.Problem) {
                formats.append(try MappingDateFormat(text))
            } catch {
                if case .array = value {
                    fields.report("date", element: index, error.description)
                } else {
                    fields.report("date", error.description)
                }
            }
        }
        return formats.isEmpty ? nil : formats
    }

    private func decimal(_ fields: inout JSONFields) -> MappingDecimalFormat? {
        var format = MappingDecimalFormat()
        format.point = fields.optionalChoice("point", of: MappingDecimalFormat.Point.self) ?? .point
        format.group = fields.optionalChoice("group", of: MappingDecimalFormat.Group.self)
        format.minus = fields.optionalChoice("minus", of: MappingDecimalFormat.Minus.self) ?? .before
        format.scale = fields.optionalInt("scale", in: 0...12) ?? 0
        format.negates = fields.optionalBool("negate") ?? false
        if format.group?.rawValue == format.point.rawValue { fields.report("group", "must differ from the point") }
        return format
    }

    // MARK: Paths

    func path(_ name: StaticString, _ fields: inout JSONFields, isRequired: Bool) -> MappingPath? {
        let text =
            isRequired
            ? fields.string(name, maxBytes: MappingPath.maxBytes) : fields.optionalString(name, maxBytes: MappingPath.maxBytes)
        return text.flatMap { parsed($0, &fields) { $0.report(name, $1) } }
    }

    private func parsed(_ text: String, _ fields: inout JSONFields, _ report: (inout JSONFields, String) -> Void) -> MappingPath? {
        do throws(MappingPath.Problem) {
            return try MappingPath(text, namespaces: namespaces)
        } catch {
            report(&fields, error.description)
            return nil
        }
    }
}
