/// What a mapping makes of one document.
public struct MappedInvoice: Sendable {
    /// What the document says of a value that the engine works out.
    struct Expected: Hashable, Sendable {
        let pointer: String
        let text: String
        let sources: [String]
        let location: String?
    }

    /// The invoice's JSON, as `POST /v1/invoices` takes it; with gaps when there are problems. Decimals and days are texts.
    public let json: JSONValue
    /// The invoice; nil when there are problems.
    public let document: InvoiceDocument?
    public let problems: MappingProblems
    let expected: [Expected]
    /// See `MappingRun.kept`.
    let kept: [String: [Int]]
    /// What was looked at; nil when nothing was.
    let search: MappingSearch?

    /// What the mapping did not take of the document. It is worked out, in time that grows with the document, whenever it is asked for: who
    /// makes invoices of documents one after the other does not ask.
    public var unused: UnusedParts { search.map(UnusedParts.init) ?? UnusedParts() }

    /// How the document differs from what the engine worked out: nothing when the mapping has no checks.
    ///
    /// - Parameter document: as it was assessed.
    public func differences(from document: InvoiceDocument) -> [MappingProblem] {
        guard !expected.isEmpty else { return [] }
        guard let assessed = try? JSONReader.read(document.canonicalJSON, limits: InvoiceDocument.storedLimits) else { return [] }
        return expected.compactMap { expected in
            let message: String
            if case .string(let text)? = assessed.member(at: expected.pointer) {
                if text == expected.text { return nil }
                if let worked = ExactDecimal(text), let said = ExactDecimal(expected.text), worked == said { return nil }
                message = "is \(Self.short(expected.text)) in the document, but comes to \(Self.short(text))"
            } else {
                message = "is \(Self.short(expected.text)) in the document, but is not in the invoice"
            }
            return MappingProblem(
                .differs, pointer: expected.pointer, message: message, sources: expected.sources, location: expected.location)
        }
    }

    private static func short(_ text: String) -> String { ForeignText.shown(text, atMost: 64) + (text.utf8.count > 64 ? "…" : "") }
}

extension JSONValue {
    /// The value that a JSON pointer leads to, whose names need no escapes.
    func member(at pointer: String) -> JSONValue? {
        var value = self
        for step in pointer.split(separator: "/") {
            switch value {
            case .object(let object):
                guard let next = object[String(step)] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Int(step), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}
