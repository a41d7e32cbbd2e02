/// Byte constants and the word-at-a-time search that reader and writer share.
enum JSONBytes {
    static let quote: UInt8 = 0x22
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let openBrace: UInt8 = 0x7B
    static let closeBrace: UInt8 = 0x7D

    /// The first index from `start` whose byte cannot stand in a JSON string as it is: a quote, a backslash, a control
    /// character and, with `stopAtNonASCII`, any byte from 0x80; the count when there is none.
    @inline(__always)
    static func plainEnd(_ bytes: UnsafeRawBufferPointer, from start: Int, stopAtNonASCII: Bool) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        let count = bytes.count
        var index = start
        while count - index >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let slashes = word ^ (ones &* 0x5C)
            // A borrow can only reach bytes above a true hit, so the lowest hit is exact.
            var hits = (quotes &- ones) & ~quotes
            hits |= (slashes &- ones) & ~slashes
            hits |= (word &- (ones &* 0x20)) & ~word
            if stopAtNonASCII { hits |= word }
            hits &= high
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let byte = bytes[index]
            if byte == quote || byte == backslash || byte < 0x20 || (stopAtNonASCII && byte >= 0x80) { break }
            index += 1
        }
        return index
    }

    /// The index behind the UTF-8 sequence that starts with the non-ASCII byte at `start`, or nil when it is overlong, a
    /// surrogate, beyond U+10FFFF, cut off, or a stray continuation byte (Unicode 15 table 3-7).
    static func utf8SequenceEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let lead = bytes[start]
        var low: UInt8 = 0x80
        var top: UInt8 = 0xBF
        let length: Int
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, low) = (3, 0xA0)
        case 0xED: (length, top) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, low) = (4, 0x90)
        case 0xF4: (length, top) = (4, 0x8F)
        case 0xF1...0xF3: length = 4
        default: return nil
        }
        guard bytes.count - start >= length else { return nil }
        guard bytes[start + 1] >= low, bytes[start + 1] <= top else { return nil }
        var index = start + 2
        while index < start + length {
            guard bytes[index] & 0xC0 == 0x80 else { return nil }
            index += 1
        }
        return index
    }
}

extension String {
    /// Runs `body` on the UTF-8 bytes, in place where they are stored.
    @inline(__always)
    func withJSONBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        var copy = self
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    /// Whether both strings are the same bytes. Swift's `==` also holds for canonically equivalent text, but JSON names
    /// are compared as they are written (RFC 8259 section 8.3).
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withJSONBytes { a in other.withJSONBytes { b in JSONBytes.equal(a, b) } }
    }
}

extension JSONBytes {
    /// Whether both buffers hold the same bytes.
    @inline(__always)
    static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        var index = 0
        while a.count - index >= 8 {
            let same =
                a.loadUnaligned(fromByteOffset: index, as: UInt64.self) == b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if !same { return false }
            index += 8
        }
        while index < a.count {
            if a[index] != b[index] { return false }
            index += 1
        }
        return true
    }
}
