/// The encodings that batches and the documents in them may be in.
///
/// All but UTF-16 agree with ASCII where markup is concerned, so that one scanner reads them; a UTF-16 text is scanned through one byte for
/// each of its code units.
enum TextEncoding: Hashable, Sendable {
    case utf8, utf16LE, utf16BE, latin1, latin9, windows1252, ascii

    /// The name in IANA's registry that is preferred for MIME.
    var name: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16LE: "UTF-16LE"
        case .utf16BE: "UTF-16BE"
        case .latin1: "ISO-8859-1"
        case .latin9: "ISO-8859-15"
        case .windows1252: "windows-1252"
        case .ascii: "US-ASCII"
        }
    }

    /// How many octets a code unit has.
    var unitBytes: Int { self == .utf16LE || self == .utf16BE ? 2 : 1 }

    /// What a label stands for. `UTF-16` alone does not say which octet comes first.
    enum Label {
        case known(TextEncoding)
        case utf16
        case unknown
    }

    /// - Parameter label: a name or usual alias, in any case.
    static func label(_ label: String) -> Label {
        switch label.lowercased() {
        case "utf-8", "utf8": .known(.utf8)
        case "utf-16", "utf16", "unicode", "iso-10646-ucs-2", "ucs-2": .utf16
        case "utf-16le", "utf16le": .known(.utf16LE)
        case "utf-16be", "utf16be": .known(.utf16BE)
        case "iso-8859-1", "iso_8859-1", "iso8859-1", "latin1", "latin-1", "l1", "cp819", "ibm819": .known(.latin1)
        case "iso-8859-15", "iso_8859-15", "iso8859-15", "latin-9", "latin9": .known(.latin9)
        case "windows-1252", "cp1252", "cp-1252", "x-cp1252": .known(.windows1252)
        case "us-ascii", "ascii", "iso646-us", "ansi_x3.4-1968", "iso-ir-6": .known(.ascii)
        default: .unknown
        }
    }

    /// What the first octets of a document show: a byte order mark, or `<` as UTF-16 writes it.
    ///
    /// - Returns: the encoding and the mark's length; nil when they show nothing.
    static func mark(_ first: ArraySlice<UInt8>) -> (encoding: TextEncoding, bytes: Int)? {
        let bytes = Array(first.prefix(3))
        guard bytes.count >= 2 else { return nil }
        switch (bytes[0], bytes[1]) {
        case (0xFF, 0xFE): return (.utf16LE, 2)
        case (0xFE, 0xFF): return (.utf16BE, 2)
        case (0x3C, 0x00): return (.utf16LE, 0)
        case (0x00, 0x3C): return (.utf16BE, 0)
        case (0xEF, 0xBB) where bytes.count > 2 && bytes[2] == 0xBF: return (.utf8, 3)
        default: return nil
        }
    }
}

extension TextEncoding {
    /// Which of two encodings octets are in, where a document states one and what carries it is in another.
    ///
    /// Some put a document's octets into their answer, others its text, with a declaration that has become untrue. Octets above ASCII tell:
    /// text in other encodings of single octets is not UTF-8 but by a rare chance.
    func orElse(_ other: TextEncoding?, for octets: ArraySlice<UInt8>) -> TextEncoding {
        guard let other, other != self, self == .utf8 || other == .utf8, unitBytes == 1, other.unitBytes == 1 else { return self }
        guard !UTF8Check.isASCII(octets) else { return self }
        let single = self == .utf8 ? other : self
        return UTF8Check.isValid(octets) ? .utf8 : single
    }
}

// MARK: - To UTF-8 and back

extension TextEncoding {
    /// Appends the text as UTF-8.
    ///
    /// - Returns: false when the octets are not in this encoding.
    func decode(_ octets: ArraySlice<UInt8>, into utf8: inout [UInt8]) -> Bool {
        switch self {
        case .utf8:
            utf8.append(contentsOf: octets)
            return UTF8Check.isValid(octets)
        case .ascii:
            utf8.append(contentsOf: octets)
            return UTF8Check.isASCII(octets)
        case .latin1, .latin9, .windows1252:
            utf8.reserveCapacity(utf8.count + octets.count)
            for octet in octets {
                if octet < 0x80 { utf8.append(octet) } else { Self.append(scalar(octet), to: &utf8) }
            }
            return self != .windows1252 || octets.allSatisfy { scalar($0) != 0xFFFD }
        case .utf16LE, .utf16BE:
            return decodeUTF16(octets, into: &utf8)
        }
    }

    private func decodeUTF16(_ octets: ArraySlice<UInt8>, into utf8: inout [UInt8]) -> Bool {
        guard octets.count % 2 == 0 else { return false }
        utf8.reserveCapacity(utf8.count + octets.count)
        var high: UInt32 = 0
        var index = octets.startIndex
        while index < octets.endIndex {
            let unit = unit(octets[index], octets[index + 1])
            index += 2
            switch unit {
            case 0xD800...0xDBFF:
                guard high == 0 else { return false }
                high = UInt32(unit)
            case 0xDC00...0xDFFF:
                guard high != 0 else { return false }
                Self.append(0x10000 + ((high - 0xD800) << 10) + (UInt32(unit) - 0xDC00), to: &utf8)
                high = 0
            default:
                guard high == 0 else { return false }
                Self.append(UInt32(unit), to: &utf8)
            }
        }
        return high == 0
    }

    @inline(__always)
    func unit(_ first: UInt8, _ second: UInt8) -> UInt16 {
        self == .utf16LE ? UInt16(second) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(second)
    }

    /// The octets of a character; nil when the encoding has none for it.
    func encode(_ scalar: UInt32) -> [UInt8]? {
        var octets: [UInt8] = []
        switch self {
        case .utf8: Self.append(scalar, to: &octets)
        case .ascii:
            guard scalar < 0x80 else { return nil }
            octets = [UInt8(scalar)]
        case .latin1, .latin9, .windows1252:
            guard scalar >= 0x80 else { return [UInt8(scalar)] }
            guard let octet = (0x80...0xFF).first(where: { self.scalar($0) == scalar }) else { return nil }
            octets = [octet]
        case .utf16LE, .utf16BE:
            guard let scalar = Unicode.Scalar(scalar) else { return nil }
            for unit in UTF16.encode(scalar) ?? .init() {
                let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
                octets += self == .utf16LE ? [low, high] : [high, low]
            }
        }
        return octets
    }

    /// The octets of a text; nil when the encoding lacks one of its characters.
    func encode(_ text: String) -> [UInt8]? {
        var octets: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let next = encode(scalar.value) else { return nil }
            octets += next
        }
        return octets
    }

    /// The character of an octet above ASCII in one of the encodings of one octet; U+FFFD where there is none.
    private func scalar(_ octet: UInt8) -> UInt32 {
        switch self {
        case .latin9:
            switch octet {
            case 0xA4: 0x20AC
            case 0xA6: 0x160
            case 0xA8: 0x161
            case 0xB4: 0x17D
            case 0xB8: 0x17E
            case 0xBC: 0x152
            case 0xBD: 0x153
            case 0xBE: 0x178
            default: UInt32(octet)
            }
        case .windows1252 where (0x80...0x9F).contains(octet): Self.windowsControls[Int(octet) - 0x80]
        default: UInt32(octet)
        }
    }

    /// What windows-1252 has in place of the second set of control characters.
    private static let windowsControls: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
        0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]

    @inline(__always)
    private static func append(_ scalar: UInt32, to utf8: inout [UInt8]) {
        switch scalar {
        case ..<0x80: utf8.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800:
            utf8.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            utf8.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        case ..<0x10000:
            utf8.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            utf8.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            utf8.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        default:
            utf8.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
            utf8.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
            utf8.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            utf8.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        }
    }
}

/// Whether octets are UTF-8 (RFC 3629, §4): no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Check {
    static func isASCII(_ octets: ArraySlice<UInt8>) -> Bool { octets.allSatisfy { $0 < 0x80 } }

    static func isValid(_ octets: ArraySlice<UInt8>) -> Bool {
        let span = octets.span
        let raw = span.bytes
        var index = 0
        let count = span.count
        while index < count {
            while index + 8 <= count, raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                index += 8
            }
            guard index < count else { break }
            let first = span[index]
            if first < 0x80 {
                index += 1
                continue
            }
            let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            guard (0xC2...0xF4).contains(first), index + length <= count else { return false }
            let second = span[index + 1]
            let range: ClosedRange<UInt8> =
                switch first {
                case 0xE0: 0xA0...0xBF
                case 0xED: 0x80...0x9F
                case 0xF0: 0x90...0xBF
                case 0xF4: 0x80...0x8F
                default: 0x80...0xBF
                }
            guard range.contains(second) else { return false }
            for next in 2..<max(length, 2) where span[index + next] & 0xC0 != 0x80 { return false }
            index += length
        }
        return true
    }
}
