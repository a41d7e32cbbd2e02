/// A place in the invoice's JSON, written with points: `seller.address.city`, `notes.0.text`. Digits count elements of an array, from 0.
struct MappingTarget: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case name(String)
        case index(Int)
    }

    /// As written.
    let text: String
    let steps: [Step]

    static let maxBytes = 128
    static let maxSteps = 8
    static let maxIndex = 99

    /// - Returns: nil when it is not names and indexes with points between.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes else { return nil }
        var steps: [Step] = []
        for part in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard let first = part.first, steps.count < Self.maxSteps else { return nil }
            if (0x30...0x39).contains(first) {
                guard let index = Int(String(decoding: part, as: UTF8.self)), index <= Self.maxIndex, first != 0x30 || part.count == 1
                else {
                    return nil
                }
                steps.append(.index(index))
            } else {
                let isName = part.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
                guard isName else { return nil }
                steps.append(.name(String(decoding: part, as: UTF8.self)))
            }
        }
        guard case .name? = steps.first else { return nil }
        self.text = text
        self.steps = steps
    }
}

/// Asks the reader of the invoice's JSON what it takes, so that there is one list of the invoice's members and not two.
struct MappingTargetCheck {
    let content: InvoiceDocument.JSONContent
    /// The lists within which the targets stand, from the outside.
    var outer: [MappingTarget] = []

    /// Samples of every kind of value that is a text in JSON: text or decimal, day, Base64.
    private static let samples = ["1", sampleDay, "AAAA"]
    private static let sampleDay = "2026-11-20"

    /// Why the target takes no value at all; nil when it does.
    func problem(with target: MappingTarget) -> String? {
        var first: String?
        for sample in Self.samples {
            guard let message = refusal(of: .string(sample), at: target) else { return nil }
            first = first ?? message
        }
        return first
    }

    /// Why the target is no list of objects; nil when it is.
    func problem(withList target: MappingTarget) -> String? {
        refusal(of: .array([.object(JSONObject(checked: []))]), at: target, below: true)
    }

    /// Why the target does not take `value`; nil when it does.
    func problem(with target: MappingTarget, value: String) -> String? { refusal(of: .string(value), at: target) }

    func takesDays(_ target: MappingTarget) -> Bool { refusal(of: .string(Self.sampleDay), at: target) == nil }

    func takesDecimals(_ target: MappingTarget) -> Bool { refusal(of: .string("-1.5"), at: target) == nil }

    /// What the reader says of the value there, or of what stands around it.
    private func refusal(of value: JSONValue, at target: MappingTarget, below: Bool = false) -> String? {
        var value = value
        var pointer = ""
        var pointers: Set<String> = []
        for list in outer {
            Self.append(list.steps + [.index(0)], to: &pointer, &pointers)
        }
        Self.append(target.steps, to: &pointer, &pointers)
        if below { pointers.insert(pointer + "/0") }
        value = Self.wrapped(value, target.steps)
        for list in outer.reversed() { value = Self.wrapped(.array([value]), list.steps) }
        var problems = JSONProblems()
        _ = problems.object(value) { InvoiceDocument.read(&$0, as: content) }
        return problems.listed.first { pointers.contains($0.pointer) }?.message
    }

    private static func append(_ steps: [MappingTarget.Step], to pointer: inout String, _ all: inout Set<String>) {
        for step in steps {
            switch step {
            case .name(let name): JSONPointer.append(name: name, to: &pointer)
            // Whichever element is meant, the sample is the first.
            case .index: JSONPointer.append(.index(0), to: &pointer)
            }
            all.insert(pointer)
        }
    }

    private static func wrapped(_ value: JSONValue, _ steps: [MappingTarget.Step]) -> JSONValue {
        var value = value
        for step in steps.reversed() {
            switch step {
            case .name(let name): value = .object(JSONObject(checked: [.init(name, value)]))
            case .index: value = .array([value])
            }
        }
        return value
    }
}
