extension XMLWriter {
    // MARK: What an element holds

    /// Writes an attribute of the element begun last, or nothing when there is no value. It must come before what the element holds.
    public mutating func attribute(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        bytes.append(UInt8(ascii: " "))
        append(name)
        append("=\"")
        append(escaping: value, in: .attribute)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes text.
    public mutating func text(_ value: String) {
        closeTag()
        append(escaping: value, in: .text)
    }

    /// Writes a number in plain digits.
    public mutating func decimal(_ value: ExactDecimal) {
        closeTag()
        value.append(to: &bytes)
    }

    /// Writes bytes in base64 (RFC 4648, section 4).
    public mutating func base64(_ content: [UInt8]) {
        closeTag()
        append(base64: content)
    }

    // MARK: Elements that hold text alone

    /// Writes an element that holds `value`, or nothing when there is none.
    public mutating func element(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        element(name) { $0.text(value) }
    }

    /// Writes an element that holds `value`, or nothing when there is none.
    public mutating func element(_ name: StaticString, _ value: ExactDecimal?) {
        guard let value else { return }
        element(name) { $0.decimal(value) }
    }

    /// Writes an element that holds `word`, which must need no escapes.
    public mutating func element(_ name: StaticString, constant word: StaticString) {
        element(name) { xml in
            xml.closeTag()
            xml.append(word)
        }
    }

    // MARK: Bytes

    @inline(__always)
    mutating func append(_ word: StaticString) {
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private enum Place { case text, attribute }

    /// Writes text with the escapes of XML 1.0, 2.4 and 3.3.3: white space in an attribute, and a carriage return anywhere, is told by its
    /// number, for a reader would change it otherwise.
    private mutating func append(escaping value: String, in place: Place) {
        let isPlain: Void? = value.utf8.withContiguousStorageIfAvailable { append(escaping: UnsafeRawBufferPointer($0), in: place) }
        if isPlain != nil { return }
        var copy = value
        copy.withUTF8 { append(escaping: UnsafeRawBufferPointer($0), in: place) }
    }

    private mutating func append(escaping utf8: UnsafeRawBufferPointer, in place: Place) {
        var start = 0
        while true {
            let end = Self.plainEnd(utf8, from: start)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[start..<end]))
            guard end < utf8.count else { return }
            start = end + appendSpecial(utf8, at: end, in: place)
        }
    }

    /// Writes what stands for the byte at `index`, or for the character that it begins.
    ///
    /// - Returns: how many bytes that character takes.
    private mutating func appendSpecial(_ utf8: UnsafeRawBufferPointer, at index: Int, in place: Place) -> Int {
        let byte = utf8[index]
        switch byte {
        case UInt8(ascii: "&"): append("&amp;")
        case UInt8(ascii: "<"): append("&lt;")
        case UInt8(ascii: ">"): append("&gt;")
        case UInt8(ascii: "\""): if place == .attribute { append("&quot;") } else { bytes.append(byte) }
        case 0x09: if place == .attribute { append("&#9;") } else { bytes.append(byte) }
        case 0x0A: if place == .attribute { append("&#10;") } else { bytes.append(byte) }
        case 0x0D: append("&#13;")
        case 0xEF:
            // U+FFFE and U+FFFF are the only ones of the bytes EF xx xx that are no XML characters.
            let isForbidden = index + 2 < utf8.count && utf8[index + 1] == 0xBF && utf8[index + 2] >= 0xBE
            guard isForbidden else {
                bytes.append(byte)
                return 1
            }
            refuse(0xFF00 | UInt32(utf8[index + 2] & 0x3F) | 0xC0)
            return 3
        default: refuse(UInt32(byte))
        }
        return 1
    }

    private mutating func refuse(_ scalar: UInt32) {
        if problem == nil { problem = XMLWriteError(element: latest.description, scalar: scalar) }
    }

    /// The first index from `start` whose byte may not be written as it is: & < > " a control character, or EF, with which U+FFFE begins.
    @inline(__always)
    private static func plainEnd(_ utf8: UnsafeRawBufferPointer, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        let count = utf8.count
        var index = start
        while count - index >= 8 {
            let word = UInt64(littleEndian: utf8.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A borrow can only reach bytes above a true hit, so the lowest hit is exact.
            var hits = (word &- (ones &* 0x20)) & ~word
            hits |= matches(word, 0x26) | matches(word, 0x3C) | matches(word, 0x3E) | matches(word, 0x22) | matches(word, 0xEF)
            hits &= high
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, !isSpecial(utf8[index]) { index += 1 }
        return index
    }

    /// The high bit is set in the lowest byte of `word` that equals `byte`, and perhaps in bytes above it.
    @inline(__always)
    private static func matches(_ word: UInt64, _ byte: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let difference = word ^ (ones &* byte)
        return (difference &- ones) & ~difference
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x26 || byte == 0x3C || byte == 0x3E || byte == 0x22 || byte == 0xEF
    }

    private mutating func append(base64 content: [UInt8]) {
        bytes.reserveCapacity(bytes.count + (content.count + 2) / 3 * 4)
        var index = 0
        while content.count - index >= 3 {
            let bits = UInt32(content[index]) << 16 | UInt32(content[index + 1]) << 8 | UInt32(content[index + 2])
            for shift in [UInt32(18), 12, 6, 0] { bytes.append(Self.alphabet[Int(bits >> shift & 63)]) }
            index += 3
        }
        let rest = content.count - index
        guard rest > 0 else { return }
        let bits = UInt32(content[index]) << 16 | (rest == 2 ? UInt32(content[index + 1]) << 8 : 0)
        bytes.append(Self.alphabet[Int(bits >> 18 & 63)])
        bytes.append(Self.alphabet[Int(bits >> 12 & 63)])
        bytes.append(rest == 2 ? Self.alphabet[Int(bits >> 6 & 63)] : UInt8(ascii: "="))
        bytes.append(UInt8(ascii: "="))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}

/// A character that XML cannot hold was to be written.
public struct XMLWriteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The element in which it was to stand, with its prefix.
    public let element: String
    /// The character's number (Unicode scalar value).
    public let scalar: UInt32

    public init(element: String, scalar: UInt32) {
        self.element = element
        self.scalar = scalar
    }

    public var description: String {
        let digits = String(scalar, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "the text of \(element) holds U+\(code), which XML cannot carry; remove it"
    }
}
