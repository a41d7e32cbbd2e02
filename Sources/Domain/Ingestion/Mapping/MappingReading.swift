/// Reads a mapping's JSON, and holds its targets against what the invoice's reader takes.
struct MappingReading {
    private let checksTargets: Bool
    private var namespaces: [String: String] = [:]
    private var tables: [String: MappingTable] = [:]
    private var fieldsLeft = IngestionMapping.maxFields

    init(checksTargets: Bool) { self.checksTargets = checksTargets }

    mutating func mapping(_ fields: inout JSONFields) -> IngestionMapping? {
        let prefixes = readNamespaces(&fields)
        let named = readTables(&fields)
        let root = readRoot(&fields)
        let scope = scope(&fields, check: MappingTargetCheck(content: .draft))
        let complete = MappingTargetCheck(content: .complete)
        let checks = fields.optionalMembers("checks", maxCount: IngestionMapping.maxFields) { fields, member in
            field(&fields, member, complete)
        }
        guard fields.isClean, let scope else { return nil }
        do throws(MappingTemplate.Conflict) {
            return try IngestionMapping(root: root, namespaces: prefixes, tables: named, scope: scope, checks: checks ?? [])
        } catch {
            // Reported where the scope was read.
            return nil
        }
    }

    private mutating func readNamespaces(_ fields: inout JSONFields) -> [IngestionMapping.Prefix] {
        let pairs =
            fields.optionalStringMap("namespaces", maxCount: IngestionMapping.maxNamespaces, maxNameBytes: 64, maxValueBytes: 512) ?? []
        for (name, uri) in pairs {
            namespaces[name] = uri
            if !MappingPathParser.isPrefix(name) { fields.report("namespaces", member: name, "must be named by a prefix, such as cbc") }
        }
        return pairs.map { IngestionMapping.Prefix(name: $0.0, namespace: $0.1) }
    }

    private mutating func readTables(_ fields: inout JSONFields) -> [IngestionMapping.NamedTable] {
        let read: [IngestionMapping.NamedTable]? = fields.optionalMembers("tables", maxCount: IngestionMapping.maxTables) {
            fields, member in
            guard (1...64).contains(member.name.utf8.count) else {
                fields.report("must have a name of 1 to 64 bytes")
                return nil
            }
            return fields.readRoot(member.value) { table(&$0) }.map { IngestionMapping.NamedTable(name: member.name, table: $0) }
        }
        for named in read ?? [] { tables[named.name] = named.table }
        return read ?? []
    }

    private func table(_ fields: inout JSONFields) -> MappingTable? {
        let values = fields.stringMap(
            "values", count: 1...MappingTable.maxValues, maxNameBytes: MappingTable.maxBytes, maxValueBytes: MappingTable.maxBytes)
        let otherwise = fields.optionalString("otherwise", minBytes: 1, maxBytes: MappingTable.maxBytes)
        let keeps = fields.optionalBool("keepOthers") ?? false
        if keeps, otherwise != nil { fields.report("otherwise", "cannot be given together with keepOthers") }
        guard let values else { return nil }
        return MappingTable(values, otherwise: keeps ? .keep : otherwise.map(MappingTable.Otherwise.text) ?? .refuse)
    }

    private func readRoot(_ fields: inout JSONFields) -> MappingPath? {
        guard let text = fields.optionalString("root", minBytes: 1, maxBytes: MappingPath.maxBytes) else { return nil }
        do throws(MappingPath.Problem) {
            let path = try MappingPath(text, namespaces: namespaces)
            if !path.isAbsolute, path.attribute == nil, path.steps.count == 1, path.steps.allSatisfy(\.predicates.isEmpty) { return path }
            fields.report("root", "must be the name of the document's root alone")
        } catch {
            fields.report("root", error.description)
        }
        return nil
    }

    // MARK: Scopes

    private mutating func scope(_ fields: inout JSONFields, check: MappingTargetCheck) -> IngestionMapping.Scope? {
        let nesting = check.outer.count
        let single = fields.optionalMembers("fields", maxCount: IngestionMapping.maxFields) { fields, member in
            field(&fields, member, check)
        }
        var lists: [IngestionMapping.List]?
        if nesting < IngestionMapping.maxNesting {
            lists = fields.optionalMembers("lists", maxCount: IngestionMapping.maxLists) { fields, member in list(&fields, member, check) }
        } else if fields.optionalValue("lists") != nil {
            fields.report("lists", "cannot stand here; lists go at most \(IngestionMapping.maxNesting) deep")
        }
        if !fields.has("fields"), !fields.has("lists") {
            fields.report("needs fields or lists, which say where the invoice's values come from")
        }
        let scope = IngestionMapping.Scope(fields: single ?? [], lists: lists ?? [])
        do throws(MappingTemplate.Conflict) {
            _ = try MappingTemplate(scope)
        } catch {
            fields.report(
                scope.lists.contains { $0.target == error.target } ? "lists" : "fields", member: error.target.text,
                "cannot stand beside another target here: one is a part of the other, or both are the same")
        }
        return scope
    }

    private mutating func list(
        _ fields: inout JSONFields, _ member: JSONObject.Member, _ check: MappingTargetCheck
    ) -> IngestionMapping.List? {
        guard let target = target(&fields, member.name) else { return nil }
        if checksTargets, let problem = check.problem(withList: target) {
            fields.report("is no list of the invoice that a mapping can fill: \(problem)")
            return nil
        }
        var inner = check
        inner.outer.append(target)
        return fields.readRoot(member.value) { fields in
            let each = path("each", &fields, isRequired: true)
            if each?.attribute != nil { fields.report("each", "must lead to elements, not to an attribute") }
            let scope = scope(&fields, check: inner)
            guard let each, let scope else { return nil }
            return IngestionMapping.List(target: target, each: each, scope: scope)
        }
    }

    private func target(_ fields: inout JSONFields, _ text: String) -> MappingTarget? {
        let target = MappingTarget(text)
        if target == nil { fields.report("must be named by a member of the invoice, such as seller.address.city or notes.0.text") }
        return target
    }

    // MARK: Fields

    private mutating func field(
        _ fields: inout JSONFields, _ member: JSONObject.Member, _ check: MappingTargetCheck
    ) -> IngestionMapping.Field? {
        fieldsLeft -= 1
        guard fieldsLeft >= 0 else {
            if fieldsLeft == -1 { fields.report("is one too many: a mapping has at most \(IngestionMapping.maxFields) fields") }
            return nil
        }
        guard let target = target(&fields, member.name) else { return nil }
        if checksTargets, let problem = check.problem(with: target) {
            fields.report("is not a value of the invoice that can be given here: \(problem)")
            return nil
        }
        let field: MappingField?
        if case .string(let text) = member.value {
            do throws(MappingPath.Problem) {
                field = MappingField(.first([try MappingPath(text, namespaces: namespaces)]))
            } catch {
                fields.report(error.description)
                return nil
            }
        } else if case .object = member.value {
            field = fields.readRoot(member.value) { MappingFieldReading(namespaces: namespaces, tables: tables).field(&$0) }
        } else {
            fields.report("must be a path, or an object, but is \(member.value.kindName)")
            return nil
        }
        guard let field else { return nil }
        if checksTargets { self.check(field, at: target, check, &fields) }
        return IngestionMapping.Field(target: target, field: field)
    }

    /// Holds what is known of the value already against what the target takes.
    private func check(_ field: MappingField, at target: MappingTarget, _ check: MappingTargetCheck, _ fields: inout JSONFields) {
        if case .constant(let text) = field.source, let problem = check.problem(with: target, value: text) {
            fields.report("is given a constant that it does not take: it \(problem)")
        }
        if let text = field.fallback, let problem = check.problem(with: target, value: text) {
            fields.report("is given a default that it does not take: it \(problem)")
        }
        switch field.conversion {
        case .day where !check.takesDays(target): fields.report("is no day, and cannot be read with date")
        case .decimal where !check.takesDecimals(target): fields.report("is no decimal, and cannot be read with decimal")
        default: break
        }
    }

    private func path(_ name: StaticString, _ fields: inout JSONFields, isRequired: Bool) -> MappingPath? {
        MappingFieldReading(namespaces: namespaces, tables: tables).path(name, &fields, isRequired: isRequired)
    }
}
