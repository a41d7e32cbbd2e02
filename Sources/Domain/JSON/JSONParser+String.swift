extension JSONParser {
    /// The string whose first byte behind the opening quote is at `index`; leaves `index` behind the closing quote.
    @inline(__always)
    mutating func string() throws(JSONSyntaxError) -> String {
        let start = index
        index = JSONBytes.plainEnd(bytes, from: index, stopAtNonASCII: true)
        if index < bytes.count, bytes[index] == JSONBytes.quote {
            index += 1
            return text(from: start, to: index - 1)
        }
        return try specialString(from: start)
    }

    /// The rest of a string that holds more than plain ASCII: `index` is at the first such byte.
    @inline(never)
    private mutating func specialString(from start: Int) throws(JSONSyntaxError) -> String {
        var runStart = start
        var escaped = false
        while true {
            guard index < bytes.count else { throw error(.unexpectedEnd) }
            let byte = bytes[index]
            if byte == JSONBytes.quote {
                index += 1
                guard escaped else { return text(from: start, to: index - 1) }
                scratch.append(contentsOf: bytes[runStart..<(index - 1)])
                return String(decoding: scratch, as: UTF8.self)
            } else if byte == JSONBytes.backslash {
                if !escaped { scratch.removeAll(keepingCapacity: true) }
                escaped = true
                scratch.append(contentsOf: bytes[runStart..<index])
                try escape()
                runStart = index
            } else if byte >= 0x80 {
                guard let next = JSONBytes.utf8SequenceEnd(bytes, from: index) else { throw error(.invalidUTF8) }
                index = next
            } else {
                throw error(.controlCharacter)
            }
            index = JSONBytes.plainEnd(bytes, from: index, stopAtNonASCII: true)
        }
    }

    /// Decodes the escape whose backslash is at `index` into `scratch` and passes it.
    private mutating func escape() throws(JSONSyntaxError) {
        guard index + 1 < bytes.count else {
            index = bytes.count
            throw error(.unexpectedEnd)
        }
        let decoded: UInt8
        switch bytes[index + 1] {
        case JSONBytes.quote, JSONBytes.backslash, JSONBytes.slash: decoded = bytes[index + 1]
        case 0x62: decoded = 0x08
        case 0x66: decoded = 0x0C
        case 0x6E: decoded = 0x0A
        case 0x72: decoded = 0x0D
        case 0x74: decoded = 0x09
        case 0x75:
            try unicodeEscape()
            return
        default: throw error(.invalidEscape)
        }
        scratch.append(decoded)
        index += 2
    }

    /// Decodes `\uXXXX`, or a surrogate pair of two, at `index`.
    private mutating func unicodeEscape() throws(JSONSyntaxError) {
        guard let unit = codeUnit(at: index) else { throw truncatedOrInvalidEscape() }
        guard unit & 0xF800 == 0xD800 else {
            appendScalar(UInt32(unit))
            index += 6
            return
        }
        guard unit < 0xDC00, bytes.count - index >= 8, bytes[index + 6] == JSONBytes.backslash, bytes[index + 7] == 0x75 else {
            throw error(.loneSurrogate)
        }
        guard let low = codeUnit(at: index + 6) else {
            index += 6
            throw truncatedOrInvalidEscape()
        }
        guard low & 0xFC00 == 0xDC00 else { throw error(.loneSurrogate) }
        appendScalar(0x1_0000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF)))
        index += 12
    }

    /// A `\u` at `index` lacks digits: because the document ends among them, or because something else stands there.
    private mutating func truncatedOrInvalidEscape() -> JSONSyntaxError {
        var position = index + 2
        while position < bytes.count, Self.hexValue(bytes[position]) != nil { position += 1 }
        guard position == bytes.count else { return error(.invalidEscape) }
        index = bytes.count
        return error(.unexpectedEnd)
    }

    /// The four hexadecimal digits of the `\uXXXX` at `offset`; nil when they are not all there.
    private func codeUnit(at offset: Int) -> UInt16? {
        guard bytes.count - offset >= 6 else { return nil }
        var unit: UInt16 = 0
        for position in 2..<6 {
            guard let digit = Self.hexValue(bytes[offset + position]) else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// `scalar` must not be a surrogate.
    private mutating func appendScalar(_ scalar: UInt32) {
        func byte(_ bits: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: bits) }
        if scalar < 0x80 {
            scratch.append(byte(scalar))
        } else if scalar < 0x800 {
            scratch.append(byte(0xC0 | scalar >> 6))
            scratch.append(byte(0x80 | scalar & 0x3F))
        } else if scalar < 0x1_0000 {
            scratch.append(byte(0xE0 | scalar >> 12))
            scratch.append(byte(0x80 | scalar >> 6 & 0x3F))
            scratch.append(byte(0x80 | scalar & 0x3F))
        } else {
            scratch.append(byte(0xF0 | scalar >> 18))
            scratch.append(byte(0x80 | scalar >> 12 & 0x3F))
            scratch.append(byte(0x80 | scalar >> 6 & 0x3F))
            scratch.append(byte(0x80 | scalar & 0x3F))
        }
    }
}
