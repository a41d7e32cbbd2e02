/// The JSON of a filter: `{"all":[{"path":"/currency","equals":"EUR"},{"path":"/creditOf","exists":false}]}`. A condition has a `path` into
/// the data or an `attribute`, one of `equals`, `oneOf` and `exists`, and perhaps `"not":true`.
extension EventFilter {
    private enum Attribute: String, CaseIterable { case subject, type }

    /// Takes the fields of a filter; what is wrong is reported to `fields`.
    public static func read(_ fields: inout JSONFields) -> EventFilter? {
        fields.objects("all", count: 1...maxConditions) { readCondition(&$0) }.map(EventFilter.init(all:))
    }

    private static func readCondition(_ fields: inout JSONFields) -> Condition? {
        let place = readPlace(&fields)
        let tests = (fields.has("equals") ? 1 : 0) + (fields.has("oneOf") ? 1 : 0) + (fields.has("exists") ? 1 : 0)
        let equals = fields.optionalValue("equals")
        let oneOf = fields.has("oneOf") ? fields.values("oneOf", count: 1...maxValues) : nil
        let exists = fields.optionalBool("exists")
        let isNegated = fields.optionalBool("not") ?? false
        guard tests == 1 else {
            fields.report("needs exactly one of equals, oneOf and exists")
            return nil
        }
        let test: Test?
        if let equals {
            test = Value(equals).map(Test.equals)
            if test == nil { fields.report("equals", expectation) }
        } else if let oneOf {
            let values = oneOf.map(Value.init(_:))
            for (index, value) in values.enumerated() where value == nil { fields.report("oneOf", element: index, expectation) }
            test = values.allSatisfy { $0 != nil } ? .oneOf(values.compactMap { $0 }) : nil
        } else {
            test = exists.map(Test.exists)
        }
        guard let place, let test else { return nil }
        return Condition(place: place, test: test, isNegated: isNegated)
    }

    private static let expectation = "must be a text of at most \(maxValueBytes) bytes, a number, true or false"

    private static func readPlace(_ fields: inout JSONFields) -> Place? {
        let path = fields.optionalString("path", maxBytes: maxPathBytes)
        let attribute = fields.optionalChoice("attribute", of: Attribute.self)
        switch (path, attribute) {
        case (let path?, nil):
            guard let steps = steps(path) else {
                fields.report("path", "must be a JSON pointer into the event's data, such as /request/method, of at most \(maxSteps) steps")
                return nil
            }
            return .data(steps)
        case (nil, .subject?): return .subject
        case (nil, .type?): return .type
        default:
            fields.report("needs either path or attribute")
            return nil
        }
    }

    /// - Returns: nil when `pointer` is not a JSON pointer, or has too many steps.
    private static func steps(_ pointer: String) -> [String]? {
        guard pointer.hasPrefix("/") else { return pointer.isEmpty ? [] : nil }
        let parts = pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= maxSteps else { return nil }
        var steps: [String] = []
        for part in parts {
            var step = ""
            var rest = part[...]
            while let character = rest.popFirst() {
                guard character == "~" else {
                    step.append(character)
                    continue
                }
                switch rest.popFirst() {
                case "0": step.append("~")
                case "1": step.append("/")
                default: return nil
                }
            }
            steps.append(step)
        }
        return steps
    }

    /// - Returns: nil when it is not what `write` wrote.
    init?(stored object: JSONObject) {
        var problems = JSONProblems()
        guard let filter = problems.object(.object(object), { Self.read(&$0) }) else { return nil }
        self = filter
    }

    /// Writes the members; the surrounding object is the caller's.
    public func write(into json: inout JSONWriter) {
        json.array("all") { json in
            for condition in all { json.object { condition.write(into: &$0) } }
        }
    }
}

extension EventFilter.Condition {
    fileprivate func write(into json: inout JSONWriter) {
        switch place {
        case .data(let steps):
            var pointer = ""
            for step in steps { pointer += "/" + step.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) } }
            json.field("path", pointer)
        case .subject: json.field("attribute", "subject")
        case .type: json.field("attribute", "type")
        }
        switch test {
        case .equals(let value):
            json.name("equals")
            value.write(into: &json)
        case .oneOf(let values):
            json.array("oneOf") { json in for value in values { value.write(into: &json) } }
        case .exists(let expected): json.field("exists", expected)
        }
        if isNegated { json.field("not", true) }
    }
}

extension EventFilter.Value {
    fileprivate func write(into json: inout JSONWriter) {
        switch self {
        case .text(let text): json.string(text)
        case .number(let number): if let number = JSONNumber(text: number.description) { json.number(number) } else { json.null() }
        case .flag(let flag): json.bool(flag)
        }
    }
}
