/// Swift source with comments and the contents of string literals blanked out, so that rules look at code alone.
/// Lines and columns stay where they were.
struct SwiftText {
    let code: String

    init(_ source: String) {
        var reader = Reader(source: Array(source.unicodeScalars))
        reader.code()
        var text = String.UnicodeScalarView()
        text.append(contentsOf: reader.kept)
        code = String(text)
    }

    var lines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

    private struct Reader {
        let source: [Unicode.Scalar]
        var kept: [Unicode.Scalar] = []
        var index = 0

        private func at(_ text: String) -> Bool {
            let scalars = Array(text.unicodeScalars)
            return index + scalars.count <= source.count && source[index..<(index + scalars.count)].elementsEqual(scalars)
        }

        private mutating func keep(_ count: Int = 1) {
            for _ in 0..<count where index < source.count {
                kept.append(source[index])
                index += 1
            }
        }

        private mutating func blank(_ count: Int = 1) {
            for _ in 0..<count where index < source.count {
                kept.append(source[index] == "\n" ? "\n" : " ")
                index += 1
            }
        }

        /// Code up to the end, or up to the parenthesis that ends an interpolation.
        mutating func code(inInterpolation: Bool = false) {
            var depth = 0
            while index < source.count {
                if at("//") {
                    while index < source.count, source[index] != "\n" { blank() }
                } else if at("/*") {
                    comment()
                } else if source[index] == "\"" || source[index] == "#", let hashes = hashesBeforeQuote() {
                    string(hashes)
                } else {
                    if source[index] == "(" { depth += 1 }
                    if source[index] == ")" {
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
            while end < source.count, source[end] == "#" { end += 1 }
            return end < source.count && source[end] == "\"" ? end - index : nil
        }

        private mutating func string(_ hashes: Int) {
            let marks = String(repeating: "#", count: hashes)
            blank(hashes)
            let isLong = at("\"\"\"")
            let end = (isLong ? "\"\"\"" : "\"") + marks
            blank(isLong ? 3 : 1)
            while index < source.count {
                if at(end) { return blank(end.unicodeScalars.count) }
                if at("\\" + marks + "(") {
                    blank(2 + hashes)
                    // The code within counts as code.
                    code(inInterpolation: true)
                    blank()
                } else if at("\\" + marks) {
                    blank(2 + hashes)
                } else {
                    blank()
                }
            }
        }
    }
}
