/// What strangers wrote, made fit for lists, errors and logs.
public enum ForeignText {
    /// `text` on one line, without control and formatting characters, cut at a whole character.
    ///
    /// - Parameter limit: in bytes.
    public static func shown(_ text: String, atMost limit: Int) -> String {
        var shown = ""
        var isAfterSpace = true
        for scalar in text.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            if isSpace && isAfterSpace { continue }
            // Formatting characters may turn a line of a log around, and show nothing.
            if scalar.properties.generalCategory == .format { continue }
            let next: Unicode.Scalar = isSpace ? " " : scalar
            guard shown.utf8.count + UTF8.width(next) <= limit else { break }
            shown.unicodeScalars.append(next)
            isAfterSpace = isSpace
        }
        if shown.utf8.last == UInt8(ascii: " ") { shown.unicodeScalars.removeLast() }
        return shown
    }
}
