/// Reads a path; one pass, no recursion.
struct MappingPathParser {
    private let text: String
    private let bytes: [UInt8]
    private let namespaces: [String: String]
    private var index = 0

    init(_ text: String, namespaces: [String: String]) {
        self.text = text
        bytes = Array(text.utf8)
        self.namespaces = namespaces
    }

    mutating func path() throws(MappingPath.Problem) -> MappingPath {
        let isAbsolute = take("/")
        var steps: [MappingPath.Step] = []
        var attribute: MappingPath.Name?
        if !isAbsolute, take(".") {
            if isAtEnd { return MappingPath(text: text, isAbsolute: false, steps: [], attribute: nil) }
            if peek == UInt8(ascii: ".") { throw wrong("cannot go up; begin with / to start at the document's root") }
            guard take("/") else { throw wrong("must go on with /") }
        }
        while true {
            if take("@") {
                attribute = try name("an attribute")
                guard isAtEnd else { throw wrong("must end with the attribute") }
                break
            }
            guard steps.count < MappingPath.maxSteps else { throw wrong("must have at most \(MappingPath.maxSteps) steps") }
            steps.append(try step())
            if isAtEnd { break }
            guard take("/") else { throw wrong("must go on with / or [") }
        }
        if isAbsolute, steps.isEmpty { throw wrong("must begin with the name of the document's root") }
        return MappingPath(text: text, isAbsolute: isAbsolute, steps: steps, attribute: attribute)
    }

    private mutating func step() throws(MappingPath.Problem) -> MappingPath.Step {
        switch peek {
        case UInt8(ascii: "/"): throw wrong("must not have an empty step; every step is written out")
        case UInt8(ascii: "."): throw wrong("cannot have . or .. here; begin with / to start at the document's root")
        case UInt8(ascii: "*"): throw wrong("must name every element; * is not supported")
        default: break
        }
        let name = try name("an element")
        if peek == UInt8(ascii: "(") { throw wrong("must not have functions; an element's text is taken by its name") }
        var predicates: [MappingPath.Predicate] = []
        while take("[") {
            guard predicates.count < MappingPath.maxPredicates else {
                throw wrong("must have at most \(MappingPath.maxPredicates) conditions in one step")
            }
            predicates.append(try predicate())
        }
        return MappingPath.Step(name: name, predicates: predicates)
    }

    private mutating func predicate() throws(MappingPath.Problem) -> MappingPath.Predicate {
        skipSpace()
        let predicate: MappingPath.Predicate
        if let digit = peek, (0x30...0x39).contains(digit) {
            predicate = .position(try number())
        } else {
            let operand = try operand()
            skipSpace()
            if take("=") {
                skipSpace()
                predicate = .equals(operand, try literal())
            } else {
                guard operand != .itself else { throw wrong("must compare . with a text, as in [.='x']") }
                predicate = .has(operand)
            }
        }
        skipSpace()
        guard take("]") else {
            throw wrong("must close the condition with ]; conditions are [2], [@a='x'], [b='x'], [.='x'], [@a] and [b]")
        }
        return predicate
    }

    private mutating func operand() throws(MappingPath.Problem) -> MappingPath.Operand {
        if take("@") { return .attribute(try name("an attribute")) }
        if take(".") { return .itself }
        return .child(try name("an element"))
    }

    private mutating func number() throws(MappingPath.Problem) -> Int {
        var value = 0
        while let digit = peek, (0x30...0x39).contains(digit) {
            value = value * 10 + Int(digit - 0x30)
            guard value <= 1_000_000 else { throw wrong("must have a position of at most 1000000") }
            index += 1
        }
        guard value > 0 else { throw wrong("must count positions from 1") }
        return value
    }

    private mutating func literal() throws(MappingPath.Problem) -> String {
        guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw wrong("must have a text in quotes here")
        }
        index += 1
        let start = index
        while let byte = peek, byte != quote { index += 1 }
        guard peek == quote else { throw wrong("must close the text with the quote that opened it") }
        defer { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func name(_ what: String) throws(MappingPath.Problem) -> MappingPath.Name {
        let first = try part(what)
        guard take(":") else { return MappingPath.Name(namespace: nil, local: first) }
        let local = try part(what)
        if namespaces.isEmpty { return MappingPath.Name(namespace: nil, local: local) }
        guard let namespace = namespaces[first] else { throw wrong("must have prefixes of namespaces only, or the mapping none at all") }
        return MappingPath.Name(namespace: namespace, local: local)
    }

    /// A name without a colon (Namespaces in XML 1.0, NCName); characters beyond ASCII are let through.
    private mutating func part(_ what: String) throws(MappingPath.Problem) -> String {
        let start = index
        while let byte = peek, Self.isNameByte(byte, isFirst: index == start) { index += 1 }
        guard index > start else { throw wrong("must have the name of \(what) here") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// Whether `text` can be the prefix of a namespace.
    static func isPrefix(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.enumerated().allSatisfy { isNameByte($1, isFirst: $0 == 0) }
    }

    private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...: true
        case 0x30...0x39, 0x2D, 0x2E: !isFirst
        default: false
        }
    }

    private var isAtEnd: Bool { index == bytes.count }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while peek?.isXMLSpace == true { index += 1 }
    }

    private func wrong(_ advice: String) -> MappingPath.Problem {
        MappingPath.Problem(description: "\(advice) (byte \(index))")
    }
}
