/// Writes JSON (RFC 8259) as a stream of bytes, without white space, putting commas where they belong.
///
/// What is written is valid JSON when the calls nest as JSON does: one value in all, inside an object a name before each
/// value, and raw JSON that is valid itself.
public struct JSONWriter: Sendable {
    /// What has been written so far, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    /// Whether a value stands before the next one in the same array or object.
    private var needsComma = false

    /// An empty writer that holds `capacity` bytes before it must grow.
    public init(capacity: Int = 256) {
        bytes.reserveCapacity(max(0, capacity))
    }

    /// Starts anew, in the memory already held.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// What has been written so far, as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Objects and arrays

    /// Writes an object; `body` writes its members.
    @inlinable
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        beginObject()
        body(&self)
        endObject()
    }

    /// Writes an array; `body` writes its elements.
    @inlinable
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        beginArray()
        body(&self)
        endArray()
    }

    /// Opens an object, for `endObject` to close.
    public mutating func beginObject() { open(JSONBytes.openBrace) }
    /// Closes the object opened last.
    public mutating func endObject() { close(JSONBytes.closeBrace) }
    /// Opens an array, for `endArray` to close.
    public mutating func beginArray() { open(JSONBytes.openBracket) }
    /// Closes the array opened last.
    public mutating func endArray() { close(JSONBytes.closeBracket) }

    @inline(__always)
    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    @inline(__always)
    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// Puts the comma before a value or a name; the value that follows needs one behind it.
    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(JSONBytes.comma) }
        needsComma = true
    }

    // MARK: Names

    /// Writes a member's name; its value must follow.
    public mutating func name(_ name: StaticString) {
        separate()
        name.withUTF8Buffer { appendQuoted(UnsafeRawBufferPointer($0)) }
        bytes.append(JSONBytes.colon)
        needsComma = false
    }

    /// Writes a member's name known at run time only; its value must follow.
    public mutating func name(dynamic name: String) {
        separate()
        name.withJSONBytes { appendQuoted($0) }
        bytes.append(JSONBytes.colon)
        needsComma = false
    }

    // MARK: Values

    /// Writes null.
    public mutating func null() {
        separate()
        append("null")
    }

    /// Writes true or false.
    public mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    /// Writes a string, with the escapes that RFC 8259 section 7 demands and no others.
    public mutating func string(_ value: String) {
        separate()
        value.withJSONBytes { appendQuoted($0) }
    }

    /// Writes a number in decimal.
    public mutating func int(_ value: Int64) {
        separate()
        appendDecimal(value)
    }

    /// Writes the number with the text it was read with.
    public mutating func number(_ value: JSONNumber) {
        separate()
        value.text.withJSONBytes { bytes.append(contentsOf: $0) }
    }

    /// Writes the instant as a string by RFC 3339; see `Instant.rfc3339`.
    public mutating func instant(_ value: Instant) {
        separate()
        bytes.append(JSONBytes.quote)
        value.appendRFC3339(to: &bytes)
        bytes.append(JSONBytes.quote)
    }

    /// Writes any value. Recurses as deep as the value does, which is bounded for values that were read.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let value): number(value)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                name(dynamic: member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// Embeds one value that is JSON already; it is not checked. Nothing at all is written as null.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        if json.isEmpty { return null() }
        separate()
        bytes.append(contentsOf: json)
    }

    /// Embeds one value that is JSON already; see the other `raw`.
    public mutating func raw(_ json: [UInt8]) {
        json.withUnsafeBytes { raw($0) }
    }

    // MARK: Bytes

    @inline(__always)
    private mutating func append(_ word: StaticString) {
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Writes valid UTF-8 as a string: quotes, backslashes and control characters escaped (RFC 8259 section 7).
    private mutating func appendQuoted(_ utf8: UnsafeRawBufferPointer) {
        bytes.append(JSONBytes.quote)
        var start = 0
        while true {
            let end = JSONBytes.plainEnd(utf8, from: start, stopAtNonASCII: false)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[start..<end]))
            guard end < utf8.count else { break }
            appendEscape(utf8[end])
            start = end + 1
        }
        bytes.append(JSONBytes.quote)
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case JSONBytes.quote: append("\\\"")
        case JSONBytes.backslash: append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        default:
            append("\\u00")
            bytes.append(0x30 + (byte >> 4))
            let low = byte & 0xF
            bytes.append(low < 10 ? 0x30 + low : 0x61 + low - 10)
        }
    }

    private mutating func appendDecimal(_ value: Int64) {
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                start -= 1
                digits[start] = JSONBytes.minus
            }
            bytes.append(contentsOf: digits[start...])
        }
    }
}
