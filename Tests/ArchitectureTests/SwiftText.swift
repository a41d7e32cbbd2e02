/// Swift source with comments and the contents of string literals blanked out, so that rules look at code alone.
/// Lines and columns stay where they were.
struct SwiftText {
    let code: String

    init(_ source: String) {
        var reader = Reader(source: Array(source.utf8))
        reader.code()
        code = String(decoding: reader.kept, as: UTF8.self)
    }

    var lines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

    private struct Reader {
        let source: [UInt8]
        var kept: [UInt8] = []
        var index = 0

        private func at(_ text: StaticString) -> Bool {
            guard index + text.utf8CodeUnitCount <= source.count else { return false }
            return (0..<text.utf8CodeUnitCount).allSatisfy { source[index + $0] == text.utf8Start[$0] }
        }

        private func at(_ text: [UInt8]) -> Bool { source[index...].starts(with: text) }

        private mutating func keep(_ count: Int = 1) {
            for _ in 0..<count where index < source.count {
                kept.append(source[index])
                index += 1
            }
        }

        private mutating func blank(_ count: Int = 1) {
            for _ in 0..<count where index < source.count {
                kept.append(source[index] == UInt8(ascii: "\n") ? source[index] : UInt8(ascii: " "))
                index += 1
            }
        }

        /// Code up to the end, or up to the parenthesis that ends an interpolation.
        mutating func code(inInterpolation: Bool = false) {
            var depth = 0
            while index < source.count {
                if at("//") {
                    while index < source.count, source[index] != UInt8(ascii: "\n") { blank() }
                } else if at("/*") {
                    comment()
                } else if source[index] == UInt8(ascii: "\"") || source[index] == UInt8(ascii: "#"), let hashes = hashesBeforeQuote() {
                    string(hashes)
                } else {
                    if source[index] == UInt8(ascii: "(") { depth += 1 }
                    if source[index] == UInt8(ascii: ")") {
                        if inInterpolation, depth == 0 { return }
                        depth -= 1
                    }
                    keep()
                }
            }
        }

        private mutating func comment() {
            var depth = 0
            repeat {
                if at("/*") {
                    depth += 1
                    blank(2)
                } else if at("*/") {
                    depth -= 1
                    blank(2)
                } else {
                    blank()
                }
            } while depth > 0 && index < source.count
        }

        /// How many `#` stand before a quote that begins here; nil when no string begins here.
        private func hashesBeforeQuote() -> Int? {
            var end = index
            while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
            return end < source.count && source[end] == UInt8(ascii: "\"") ? end - index : nil
        }

        private mutating func string(_ hashes: Int) {
            let marks = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
            let backslash = UInt8(ascii: "\\")
            blank(hashes)
            let isLong = at("\"\"\"")
            let end = [UInt8](repeating: UInt8(ascii: "\""), count: isLong ? 3 : 1) + marks
            blank(isLong ? 3 : 1)
            while index < source.count {
                if at(end) { return blank(end.count) }
                if at([backslash] + marks + [UInt8(ascii: "(")]) {
                    blank(2 + hashes)
                    // The code within counts as code.
                    code(inInterpolation: true)
                    blank()
                } else if at([backslash] + marks) {
                    blank(2 + hashes)
                } else {
                    blank()
                }
            }
        }
    }
}
