/// Searching in the code units of a document.
enum ByteSearch {
    /// The first place of `byte` in `from..<to`; `to` when there is none. Eight bytes at a time.
    @inline(__always)
    static func first(_ byte: UInt8, in span: Span<UInt8>, from: Int, to: Int) -> Int {
        let raw = span.bytes
        let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
        var index = from
        while index + 8 <= to {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
            // The lowest set bit marks the first byte that became zero (the bits above it may be set in error).
            let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if zeros != 0 { return index + zeros.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < to, span[index] != byte { index += 1 }
        return index
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// Whether a name may go on with this unit: whatever is not ASCII, or one of ASCII's name characters. Whether it is a name indeed is
    /// for the proof to say.
    @inline(__always)
    static func isName(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 11 || byte == 0x5F || byte == 0x2D || byte == 0x2E
    }

    /// Whether a name may begin with this unit.
    @inline(__always)
    static func isNameStart(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte == 0x3A
    }

    /// A number to tell contents apart by. It is quick and not made to withstand those who look for equal ones.
    static func mark(of octets: ArraySlice<UInt8>) -> UInt64 {
        let span = octets.span
        let raw = span.bytes
        var state = UInt64(truncatingIfNeeded: span.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        func mixed(_ state: UInt64, _ word: UInt64) -> UInt64 {
            let (high, low) = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            return high ^ low &+ 0xA076_1D64_78BD_642F
        }
        while index + 8 <= span.count {
            state = mixed(state, UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += 8
        }
        while index < span.count {
            state = mixed(state, UInt64(span[index]))
            index += 1
        }
        return state
    }
}
