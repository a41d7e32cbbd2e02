/// An invoice written in a national JSON form.
public struct InvoiceJSONForm: Sendable {
    /// The form as compact JSON.
    public let bytes: [UInt8]
    /// What of the document does not come back equal when the form is read again, because the form has no place for it or writes it
    /// otherwise. The pointers go into the invoice's own JSON form (`InvoiceDocument.canonicalJSON`).
    public let omissions: JSONProblems

    /// - Parameter readBack: what the reader of the form makes of `bytes`.
    init(_ bytes: [UInt8], of document: InvoiceDocument, readBack: InvoiceDocument) {
        self.bytes = bytes
        var difference = InvoiceJSONDifference()
        let unbounded = JSONLimits(maxBytes: .max, maxDepth: 16, maxValues: .max)
        if let before = try? JSONReader.read(document.canonicalJSON, limits: unbounded),
            let after = try? JSONReader.read(readBack.canonicalJSON, limits: unbounded)
        {
            difference.compare(before, after, at: "")
        }
        omissions = difference.problems
    }
}

/// Names the places at which two documents in JSON differ.
private struct InvoiceJSONDifference {
    var problems = JSONProblems()

    mutating func compare(_ before: JSONValue, _ after: JSONValue, at pointer: String) {
        switch (before, after) {
        case (.object(let before), .object(let after)):
            for member in before.members {
                let place = Self.pointer(pointer, .name(member.name))
                if let value = after[member.name] {
                    compare(member.value, value, at: place)
                } else {
                    problems.report(place, "is not carried by the form")
                }
            }
            for member in after.members where before[member.name] == nil {
                problems.report(Self.pointer(pointer, .name(member.name)), "is added by the form")
            }
        case (.array(let before), .array(let after)):
            for index in before.indices {
                let place = Self.pointer(pointer, .index(index))
                if index < after.count {
                    compare(before[index], after[index], at: place)
                } else {
                    problems.report(place, "is not carried by the form")
                }
            }
            if after.count > before.count { problems.report(pointer, "has more elements in the form") }
        default:
            if before != after, !Self.isSameDecimal(before, after) { problems.report(pointer, "is changed by the form") }
        }
    }

    /// Whether both are the same number but for zeros at the end of the fraction.
    private static func isSameDecimal(_ before: JSONValue, _ after: JSONValue) -> Bool {
        guard case .string(let before) = before, case .string(let after) = after else { return false }
        guard let number = ExactDecimal(before), number == ExactDecimal(after) else { return false }
        return before.prefix { $0 != "." } == after.prefix { $0 != "." }
    }

    private enum Step {
        case name(String)
        case index(Int)
    }

    private static func pointer(_ start: String, _ step: Step) -> String {
        var pointer = start
        switch step {
        case .name(let name): JSONPointer.append(name: name, to: &pointer)
        case .index(let index): JSONPointer.append(.index(index), to: &pointer)
        }
        return pointer
    }
}

extension JSONWriter {
    /// Writes a member that is a number with exactly the digits of `value`, when that is not nil.
    mutating func field(_ name: StaticString, number value: ExactDecimal?) {
        guard let value else { return }
        self.name(name)
        number(JSONNumber(checked: value.description))
    }
}

extension JSONFields {
    /// The text `name` if present, which may also be written as a number: a code.
    mutating func optionalCode(_ name: StaticString, maxBytes: Int) -> String? {
        if case .number(let number)? = present(name) { return number.text }
        return optionalText(name, minBytes: 0, maxBytes: maxBytes)
    }
}
