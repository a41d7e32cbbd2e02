import Domain
import PropertyKit

/// An invoice as XML to which harm was done: texts and attributes made hostile, elements dropped, repeated or put where they do not belong,
/// single bytes changed.
struct MutatedDocument {
    private(set) var bytes: [UInt8]

    /// What breaks readers of numbers, days, codes and flags.
    private static let hostile = [
        "", " ", "0", "-0", "-1", "+1", ".5", "5.", "1e3", "NaN", "1,5", "1.005", "99999999999999999999999999999999999999",
        "-170141183460469231731687303715884105728", "170141183460469231731687303715884105728",
        "0.00000000000000000000000000000000000001", "999999999999999999.99", "9999-12-31", "2026-02-30", "2026-01-01-14:00",
        "0000-00-00", "20261120", "99999999", "true", "false", "S", "AE", "O", "81", "381", "380", "326", "50", "130", "916", "SEPA",
        "EUR", "JPY", "XXX", "VAT", "TAX", "NA", "#AAI#", "##", "#ABC#x", "102", "AAEAAA==", "A", "\u{661}", "&#13;&#10;", "&lt;a&gt;",
    ]

    private static let blank = [" ", "&#13;&#10;"]

    init(_ document: [UInt8], _ chance: inout SeededGenerator) {
        bytes = document
        for _ in 0..<Int.random(in: 1...4, using: &chance) { mutate(&chance) }
    }

    private mutating func mutate(_ chance: inout SeededGenerator) {
        let scan = Scan(bytes)
        guard let element = scan.elements.randomElement(using: &chance) else { return }
        let hostile = Array((Self.hostile.randomElement(using: &chance) ?? "").utf8)
        switch Int.random(in: 0..<12, using: &chance) {
        case 0..<5:
            guard let text = scan.texts.randomElement(using: &chance) else { return }
            bytes.replaceSubrange(text, with: hostile)
        case 5, 6: bytes.removeSubrange(element)
        case 7, 8: bytes.insert(contentsOf: Array(bytes[element]), at: element.upperBound)
        case 9:
            guard let place = scan.elements.randomElement(using: &chance) else { return }
            bytes.insert(contentsOf: Array(bytes[element]), at: place.upperBound)
        case 10:
            // White space around a scheme is kept in an attribute and dropped in an element.
            guard let value = scan.values.randomElement(using: &chance), !Self.blank.contains(where: { hostile == Array($0.utf8) }) else {
                return
            }
            bytes.replaceSubrange(value, with: hostile)
        default: bytes[Int.random(in: element, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
        }
    }

    /// Where things stand in XML as `XMLWriter` writes it: no comments, no CDATA. On what was mutated before it may err, which is one mutation
    /// more.
    private struct Scan {
        private(set) var elements: [Range<Int>] = []
        private(set) var texts: [Range<Int>] = []
        private(set) var values: [Range<Int>] = []

        init(_ bytes: [UInt8]) {
            var open: [(start: Int, content: Int, isLeaf: Bool)] = []
            var index = 0
            while let start = bytes[index...].firstIndex(of: UInt8(ascii: "<")), let end = Self.end(of: start, in: bytes, &values) {
                index = end + 1
                guard start + 1 < bytes.count, bytes[start + 1] != UInt8(ascii: "?") else { continue }
                if bytes[start + 1] == UInt8(ascii: "/") {
                    guard let element = open.popLast() else { continue }
                    elements.append(element.start..<index)
                    if element.isLeaf { texts.append(element.content..<start) }
                } else {
                    if !open.isEmpty { open[open.count - 1].isLeaf = false }
                    if bytes[end - 1] == UInt8(ascii: "/") { elements.append(start..<index) } else { open.append((start, index, true)) }
                }
            }
            // The root is never dropped or repeated: what then remains is refused before anything is read.
            if !elements.isEmpty { elements.removeLast() }
        }

        /// The end of the tag that starts there; values of attributes are gathered.
        private static func end(of start: Int, in bytes: [UInt8], _ values: inout [Range<Int>]) -> Int? {
            var quoted: Int?
            for index in start..<bytes.count {
                if bytes[index] == UInt8(ascii: "\"") {
                    if let opened = quoted { values.append(opened..<index) }
                    quoted = quoted == nil ? index + 1 : nil
                } else if quoted == nil, bytes[index] == UInt8(ascii: ">") {
                    return index
                }
            }
            return nil
        }
    }
}
