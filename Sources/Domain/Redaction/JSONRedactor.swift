/// Takes the values of secret members out of a JSON text, and leaves every other byte as it is. The text may end anywhere.
struct JSONRedactor {
    private static let mark = Array("\"\(RedactionPolicy.mark)\"".utf8)
    private static let maxDepth = 64

    private enum Container {
        case object(member: [UInt8])
        case array(index: Int)
    }

    private let text: [UInt8]
    private let policy: RedactionPolicy
    private var index = 0
    private var result: [UInt8] = []
    private var open: [Container] = []

    /// - Returns: nil when the text is no JSON document, or not until its end.
    static func redacted(_ text: [UInt8], under policy: RedactionPolicy) -> [UInt8]? {
        guard let first = text.first(where: { !isBlank($0) }), first == JSONBytes.openBrace || first == JSONBytes.openBracket else {
            return nil
        }
        var redactor = JSONRedactor(text: text, policy: policy)
        redactor.result.reserveCapacity(text.count)
        return redactor.run() ? redactor.result : nil
    }

    private init(text: [UInt8], policy: RedactionPolicy) {
        self.text = text
        self.policy = policy
    }

    /// - Returns: false at a byte that cannot stand where it stands.
    private mutating func run() -> Bool {
        var isName = false
        while let byte = peek() {
            switch byte {
            case JSONBytes.openBrace, JSONBytes.openBracket:
                guard !isName, open.count < Self.maxDepth else { return false }
                open.append(byte == JSONBytes.openBrace ? .object(member: []) : .array(index: 0))
                keep()
                isName = byte == JSONBytes.openBrace
                if !isName, takesElement() { skipValue() }
            case JSONBytes.closeBrace, JSONBytes.closeBracket:
                guard open.popLast() != nil else { return false }
                keep()
                isName = false
            case JSONBytes.comma:
                guard let last = open.popLast() else { return false }
                keep()
                switch last {
                case .object:
                    open.append(.object(member: []))
                    isName = true
                case .array(let at):
                    open.append(.array(index: at + 1))
                    if takesElement() { skipValue() }
                }
            case JSONBytes.quote:
                guard !open.isEmpty else { return false }
                let string = keepString()
                guard isName else { continue }
                isName = false
                keepBlanks()
                guard let colon = peek() else { return true }
                guard colon == JSONBytes.colon else { return false }
                keep()
                open[open.count - 1] = .object(member: string)
                if policy.isSecret(string) || isPointedAt() { skipValue() }
            default:
                if isName, !Self.isBlank(byte) { return false }
                keep()
            }
        }
        return true
    }

    private func takesElement() -> Bool { !policy.pointers.isEmpty && isPointedAt() }

    private func isPointedAt() -> Bool {
        guard !policy.pointers.isEmpty else { return false }
        let steps = open.map { container in
            switch container {
            case .object(let member): String(decoding: member, as: UTF8.self)
            case .array(let index): String(index)
            }
        }
        return policy.pointers.contains(steps)
    }

    // MARK: Steps

    private func peek() -> UInt8? { index < text.count ? text[index] : nil }

    private mutating func keep() {
        result.append(text[index])
        index += 1
    }

    private mutating func keepBlanks() { while let byte = peek(), Self.isBlank(byte) { keep() } }

    /// - Returns: what stands between the quotes; escapes are read, so that no name hides behind them.
    private mutating func keepString() -> [UInt8] {
        let start = index
        skipString()
        let whole = text[start..<index]
        result.append(contentsOf: whole)
        if whole.contains(JSONBytes.backslash), case .string(let value)? = try? JSONReader.read(Array(whole)) { return Array(value.utf8) }
        let end = whole.count >= 2 && whole.last == JSONBytes.quote ? index - 1 : index
        return Array(text[min(start + 1, end)..<end])
    }

    private mutating func skipString() {
        index += 1
        while let byte = peek() {
            index += 1
            if byte == JSONBytes.quote { return }
            if byte == JSONBytes.backslash, index < text.count { index += 1 }
        }
    }

    /// Puts the mark in the place of the value that comes next; `null` may stay.
    private mutating func skipValue() {
        keepBlanks()
        guard let first = peek(), first != JSONBytes.closeBracket, first != JSONBytes.closeBrace else { return }
        if text[index...].starts(with: Array("null".utf8)) { return }
        result.append(contentsOf: Self.mark)
        var depth = 0
        while let byte = peek() {
            switch byte {
            case JSONBytes.quote: skipString()
            case JSONBytes.openBrace, JSONBytes.openBracket:
                depth += 1
                index += 1
            case JSONBytes.closeBrace, JSONBytes.closeBracket:
                if depth == 0 { return }
                depth -= 1
                index += 1
            case JSONBytes.comma where depth == 0: return
            case _ where depth == 0 && Self.isBlank(byte): return
            default: index += 1
            }
            if depth == 0, let next = peek(), next == JSONBytes.comma || Self.isBlank(next) { return }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
