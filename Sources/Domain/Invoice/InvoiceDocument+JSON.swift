extension InvoiceDocument {
    /// Which members of the JSON form a reader takes.
    public enum JSONContent: Sendable {
        /// What a sender may say of an invoice that is not issued yet. What the engine works out itself (the number, line net amounts,
        /// totals and tax amounts) is refused with a plain message; texts must not be empty and have bounded lengths.
        case draft
        /// Everything, as the engine writes it.
        case complete
    }

    /// How many lines (BG-25) a document may have.
    public static let maxLines = 10_000

    /// Bounds for a document from outside: 8 MiB, 16 deep, 400,000 values.
    public static let inputLimits = JSONLimits(maxBytes: 8 << 20, maxDepth: 16, maxValues: 400_000)

    /// Bounds for a document that the engine wrote itself: so wide that whatever was let in can be read back.
    public static let storedLimits = JSONLimits(maxBytes: 64 << 20, maxDepth: 16, maxValues: 4_000_000)

    /// Reads the JSON form; `docs/invoice-json.md` lists its members.
    ///
    /// - Throws: `InvoiceJSONError` with everything that is wrong.
    public init(
        json bytes: [UInt8], as content: JSONContent, limits: JSONLimits = InvoiceDocument.inputLimits
    ) throws(InvoiceJSONError) {
        self = try InvoiceJSONError.reading(bytes, limits: limits) { Self.read(&$0, as: content) }
    }

    /// The complete document in its JSON form: compact, members in one fixed order, absent values left out. Equal documents whose decimals
    /// have equal scales give the same bytes, and reading these bytes as `complete` and writing them again gives them unchanged, so they
    /// may be stored and digested.
    public var canonicalJSON: [UInt8] {
        var form = InvoiceJSONWriter(capacity: 1_024 + 320 * lines.count)
        form.document(self)
        return form.writer.bytes
    }
}

/// Why a document in JSON could not be read.
public enum InvoiceJSONError: Error, Sendable {
    /// It is not JSON, or larger than allowed.
    case syntax(JSONSyntaxError)
    /// Members are missing, unknown or wrong: all of them.
    case fields(JSONProblems)

    /// Reads `bytes` as one object, whose members `body` takes.
    static func reading<T>(
        _ bytes: [UInt8], limits: JSONLimits, _ body: (inout JSONFields) -> T?
    ) throws(InvoiceJSONError) -> T {
        let value: JSONValue
        do {
            value = try JSONReader.read(bytes, limits: limits)
        } catch {
            throw .syntax(error)
        }
        var problems = JSONProblems()
        guard let result = problems.object(value, body) else { throw .fields(problems) }
        return result
    }
}

// MARK: - Values

extension JSONFields {
    /// The decimal `name`, a string or a number, read exactly.
    mutating func decimal(_ name: StaticString) -> ExactDecimal? {
        guard let value = required(name) else { return nil }
        return decimal(value, name)
    }

    /// The decimal `name` if present, a string or a number, read exactly.
    mutating func optionalDecimal(_ name: StaticString) -> ExactDecimal? {
        guard let value = present(name) else { return nil }
        return decimal(value, name)
    }

    private mutating func decimal(_ value: JSONValue, _ name: StaticString) -> ExactDecimal? {
        do {
            switch value {
            case .string(let text): return try ExactDecimal(utf8: text.utf8)
            case .number(let number): return try ExactDecimal(number)
            default: reportType(value, expected: "a decimal, as a string or a number", at: .field(name))
            }
        } catch {
            report(name, error.description)
        }
        return nil
    }

    /// The day `name` if present, written `YYYY-MM-DD`.
    mutating func optionalDate(_ name: StaticString) -> CalendarDate? {
        guard let value = present(name) else { return nil }
        guard case .string(let text) = value, let date = CalendarDate(text) else {
            report(name, "must be a day such as \"2026-11-20\"")
            return nil
        }
        return date
    }

    /// The text `name`, of characters that XML 1.0 can carry.
    mutating func text(_ name: StaticString, minBytes: Int, maxBytes: Int) -> String? {
        guard let text = string(name, minBytes: minBytes, maxBytes: maxBytes) else { return nil }
        return writable(text, name)
    }

    /// The text `name` if present, of characters that XML 1.0 can carry.
    mutating func optionalText(_ name: StaticString, minBytes: Int, maxBytes: Int) -> String? {
        guard let text = optionalString(name, minBytes: minBytes, maxBytes: maxBytes) else { return nil }
        return writable(text, name)
    }

    private mutating func writable(_ text: String, _ name: StaticString) -> String? {
        if text.withJSONBytes(XMLCharacters.holds) { return text }
        report(name, "must not hold control characters other than tab and line ends")
        return nil
    }
}

private enum XMLCharacters {
    /// Whether the valid UTF-8 in `bytes` is made of XML 1.0's `Char` (2.2) only: no control characters but tab, line feed and carriage
    /// return, and neither U+FFFE nor U+FFFF.
    static func holds(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 {
                guard byte == 0x09 || byte == 0x0A || byte == 0x0D else { return false }
            } else if byte == 0xEF, index + 2 < bytes.count, bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE {
                return false
            }
            index += 1
        }
        return true
    }
}

extension Base64 {
    /// Two digits for each value of twelve bits, as they lie in memory.
    private static let pairs: [UInt16] = {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return (0..<4_096).map { UInt16(littleEndian: UInt16(digits[$0 >> 6]) | UInt16(digits[$0 & 63]) << 8) }
    }()

    /// The standard encoding with padding (RFC 4648 section 4).
    public static func encode(_ bytes: [UInt8]) -> String {
        let pairs = Self.pairs
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            let raw = UnsafeMutableRawBufferPointer(text)
            var written = 0
            func put(_ group: Int) {
                raw.storeBytes(of: pairs[group >> 12], toByteOffset: written, as: UInt16.self)
                raw.storeBytes(of: pairs[group & 4_095], toByteOffset: written + 2, as: UInt16.self)
                written += 4
            }
            // Whole groups at a time, and two digits of each: documents are encoded by the megabyte.
            bytes.withUnsafeBufferPointer { bytes in
                var read = 0
                while bytes.count - read >= 3 {
                    put(Int(bytes[read]) << 16 | Int(bytes[read + 1]) << 8 | Int(bytes[read + 2]))
                    read += 3
                }
                let left = bytes.count - read
                guard left > 0 else { return }
                put(Int(bytes[read]) << 16 | (left == 2 ? Int(bytes[read + 1]) << 8 : 0))
                for place in (left + 1)...3 { text[written - 4 + place] = UInt8(ascii: "=") }
            }
            return written
        }
    }
}
