/// A named, unchanging set of codes, with a test for membership that makes no strings and takes a few nanoseconds.
///
/// The lists that the EN 16931 rules BR-CL-* test against stand in the extensions beside this file, as in release 1.3.16 of the official
/// validation artefacts (CEN/TC 434; UBL stylesheet of 2026-03-30). Codes are compared byte for byte, upper and lower case apart, unless a
/// list says otherwise.
public struct CodeList: Sendable {
    /// What is counted up to and including this many bytes is looked up as one integer.
    private static let shortLimit = 7

    /// The name that the list's publisher gives it.
    public let name: String
    /// How many codes there are.
    public let count: Int
    /// The codes in the publisher's order, each with a space before and after.
    private let text: [UInt8]
    /// Open addressing over the packed short codes; 0 is a free slot; at most half full.
    private let table: [UInt64]
    private let tableBits: Int
    /// The codes of more than `shortLimit` bytes in ascending order.
    private let longCodes: [[UInt8]]
    private let comparesUpperCase: Bool

    /// - Parameters:
    ///   - codes: Separated by white space. A code that stands there twice counts once.
    ///   - comparesUpperCase: Whether what is tested is put into upper case first; the codes themselves must be in upper case.
    init(_ name: String, _ codes: String, comparesUpperCase: Bool = false) {
        self.init(name, codes.utf8.split(whereSeparator: Self.isWhiteSpace).map(Array.init), comparesUpperCase)
    }

    /// Another list's codes with some more and without some.
    init(_ name: String, like other: CodeList, adding more: String = "", without fewer: String = "") {
        let removed = fewer.utf8.split(whereSeparator: Self.isWhiteSpace).map(Array.init)
        let kept = other.text.split(separator: UInt8(ascii: " ")).map(Array.init).filter { !removed.contains($0) }
        let added = more.utf8.split(whereSeparator: Self.isWhiteSpace).map(Array.init)
        self.init(name, kept + added, other.comparesUpperCase)
    }

    private init(_ name: String, _ codes: [[UInt8]], _ comparesUpperCase: Bool) {
        var bits = 1
        while 1 << bits < codes.count * 2 { bits += 1 }
        var table = [UInt64](repeating: 0, count: 1 << bits)
        var text = [UInt8(ascii: " ")]
        var longCodes: [[UInt8]] = []
        var shortCount = 0
        for code in codes {
            text += code
            text.append(UInt8(ascii: " "))
            guard let key = Self.packed(code) else {
                longCodes.append(code)
                continue
            }
            var slot = Self.slot(of: key, bits)
            while table[slot] != 0, table[slot] != key { slot = (slot + 1) & (table.count - 1) }
            if table[slot] == 0 { shortCount += 1 }
            table[slot] = key
        }
        longCodes.sort { $0.lexicographicallyPrecedes($1) }
        for index in longCodes.indices.dropFirst().reversed() where longCodes[index] == longCodes[index - 1] {
            longCodes.remove(at: index)
        }
        self.name = name
        self.count = shortCount + longCodes.count
        self.text = text
        self.table = table
        self.tableBits = bits
        self.longCodes = longCodes
        self.comparesUpperCase = comparesUpperCase
    }

    /// The codes in the publisher's order.
    public var codes: [String] {
        text.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether `code` is one of the list's.
    public func contains(_ code: String) -> Bool { contains(utf8: code.utf8) }

    /// Whether these bytes are one of the list's codes. They are taken as they are: white space around a code makes it another one.
    public func contains(utf8 code: some Collection<UInt8>) -> Bool {
        if holds(code) { return true }
        guard comparesUpperCase else { return false }
        return holds(String(decoding: code, as: UTF8.self).uppercased().utf8)
    }

    /// As `contains(utf8:)` after XPath's `normalize-space()`, which most of the rules apply: XML white space around the code is dropped
    /// (within it there can be none).
    public func contains(trimming code: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = code.firstIndex(where: { !Self.isWhiteSpace($0) }), let last = code.lastIndex(where: { !Self.isWhiteSpace($0) })
        else { return false }
        return contains(utf8: code[first...last])
    }

    /// Whether these bytes occur anywhere in the list written as one text with a space before and after each code: true for every code, but
    /// for no bytes at all too, for a part of a code, and for the end of one code with the beginning of the next.
    ///
    /// Two official rules for UBL are written so (XPath's `contains()` without the spaces around the value): BR-CL-08 and BR-CO-09.
    public func textContains(utf8 part: some Collection<UInt8>) -> Bool {
        if holds(part) { return true }
        let length = part.count
        guard length <= text.count else { return false }
        for start in 0...(text.count - length) where text[start..<(start + length)].elementsEqual(part) { return true }
        return false
    }

    @inline(__always)
    private func holds(_ code: some Collection<UInt8>) -> Bool {
        guard let key = Self.packed(code) else { return holdsLong(code) }
        // The key of no bytes is 0, as is a free slot.
        guard key != 0 else { return false }
        var slot = Self.slot(of: key, tableBits)
        while true {
            let found = table[slot]
            if found == key { return true }
            if found == 0 { return false }
            slot = (slot + 1) & (table.count - 1)
        }
    }

    @inline(never)
    private func holdsLong(_ code: some Collection<UInt8>) -> Bool {
        var (low, high) = (0, longCodes.count)
        while low < high {
            let middle = low + (high - low) / 2
            if longCodes[middle].lexicographicallyPrecedes(code) { low = middle + 1 } else { high = middle }
        }
        return low < longCodes.count && longCodes[low].elementsEqual(code)
    }

    /// Up to seven bytes and, in the highest byte, their number; nil for more. Different codes have different keys.
    @inline(__always)
    private static func packed(_ code: some Collection<UInt8>) -> UInt64? {
        var key: UInt64 = 0
        var length = 0
        for byte in code {
            guard length < shortLimit else { return nil }
            key = key << 8 | UInt64(byte)
            length += 1
        }
        return key | UInt64(length) << 56
    }

    @inline(__always)
    private static func slot(of key: UInt64, _ bits: Int) -> Int {
        // Fibonacci hashing: the upper bits of the product depend on all bits of the key.
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
    }
}
