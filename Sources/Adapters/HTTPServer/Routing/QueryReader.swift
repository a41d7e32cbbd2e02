internal import Domain

/// The parameters of a query (`application/x-www-form-urlencoded`, WHATWG URL §5.1), taken by name as a route declares them.
/// What is wrong is collected, so that a client can mend it at once.
struct QueryReader {
    private var values: [(name: String, value: String)] = []
    private(set) var faults: [Problem.Fault] = []

    /// Parameters that are not `declared`, and those given twice, are faults.
    init(_ query: Substring?, declared: [Parameter]) {
        guard let query, !query.isEmpty else { return }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let rawName = pair[..<(equals ?? pair.endIndex)]
            let rawValue = equals.map { pair[pair.index(after: $0)...] }
            guard let name = Self.decode(rawName), let value = rawValue.map({ Self.decode($0) }) ?? "" else {
                fault("", "has a name or value that is not percent-encoded UTF-8")
                continue
            }
            if !declared.contains(where: { $0.name == name }) {
                let known =
                    declared.isEmpty ? "none is known here" : "known here: " + declared.map(\.name).joined(separator: ", ")
                fault(String(name.unicodeScalars.prefix(64)), "is not a known parameter; \(known)")
            } else if values.contains(where: { $0.name == name }) {
                fault(name, "is given more than once")
            } else {
                values.append((name, value))
            }
        }
    }

    mutating func fault(_ name: String, _ detail: String) {
        if faults.count < 20 { faults.append(.init(place: .parameter(name), detail: detail)) }
    }

    /// - Throws: 400 with everything that was found wrong.
    func finish() throws(Problem) {
        if !faults.isEmpty { throw Problem(faults: faults, .invalidQuery) }
    }

    mutating func text(_ name: String, maxBytes: Int) -> String? {
        guard let value = values.first(where: { $0.name == name })?.value else { return nil }
        guard (1...maxBytes).contains(value.utf8.count) else {
            fault(name, "must have 1 to \(maxBytes) bytes")
            return nil
        }
        // Nothing that is looked for has one, and not every database can be asked for it.
        guard !value.utf8.contains(0) else {
            fault(name, "must not hold a NUL")
            return nil
        }
        return value
    }

    mutating func int(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = values.first(where: { $0.name == name })?.value else { return nil }
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text),
            range.contains(value)
        else {
            fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func choice<T>(_ name: String, of type: T.Type) -> T?
    where T: RawRepresentable & CaseIterable, T.RawValue == String {
        guard let text = values.first(where: { $0.name == name })?.value else { return nil }
        guard let value = T(rawValue: text) else {
            fault(name, "must be one of " + T.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
        return value
    }

    /// A `+` that was not encoded arrives as a space, which no instant holds: it is taken for the `+` of the zone.
    mutating func instant(_ name: String) -> Instant? {
        guard let text = values.first(where: { $0.name == name })?.value else { return nil }
        do {
            return try Instant(rfc3339: String(text.map { $0 == " " ? "+" : $0 }))
        } catch {
            fault(name, error.description)
            return nil
        }
    }

    mutating func bool(_ name: String) -> Bool? {
        switch values.first(where: { $0.name == name })?.value {
        case nil: return nil
        case "true": return true
        case "false": return false
        default:
            fault(name, "must be true or false")
            return nil
        }
    }

    mutating func date(_ name: String) -> CalendarDate? {
        guard let text = values.first(where: { $0.name == name })?.value else { return nil }
        guard let date = CalendarDate(text) else {
            fault(name, "must be a day such as 2026-11-20")
            return nil
        }
        return date
    }

    /// The value that `read` makes of the text.
    ///
    /// - Parameter expected: the rest of a sentence about the parameter.
    mutating func value<T>(_ name: String, _ expected: String, _ read: (String) -> T?) -> T? {
        guard let text = values.first(where: { $0.name == name })?.value else { return nil }
        guard let value = read(text) else {
            fault(name, expected)
            return nil
        }
        return value
    }

    /// Percent-encoded UTF-8, in a query or a path.
    ///
    /// - Parameter plusIsSpace: as in a query; in a path a `+` is a `+`.
    static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool = true) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            text.formIndex(after: &index)
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = hexDigit(text, &index), let low = hexDigit(text, &index) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ text: Substring.UTF8View, _ index: inout Substring.UTF8View.Index) -> UInt8? {
        guard index < text.endIndex else { return nil }
        defer { text.formIndex(after: &index) }
        switch text[index] {
        case let digit where (0x30...0x39).contains(digit): return digit - 0x30
        case let digit where (0x41...0x46).contains(digit): return digit - 0x41 + 10
        case let digit where (0x61...0x66).contains(digit): return digit - 0x61 + 10
        default: return nil
        }
    }
}
