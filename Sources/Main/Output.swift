internal import ArgumentParser
internal import Foundation

/// What the command line prints.
enum Output {
    /// Whether standard output is a terminal, on which a line can be written over.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Prints a line at once.
    ///
    /// - Throws: `ExitCode` when nobody reads any more (`… | head`), which ends the command without complaint.
    static func line(_ text: String) throws { try write(text + "\n") }

    static func write(_ text: String) throws { try write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) throws {
        let written = bytes.withUnsafeBytes { put($0, STDOUT_FILENO) }
        if !written { throw ExitCode(errno == EPIPE ? 0 : 74) }
    }

    /// A line for people beside the output proper.
    static func note(_ text: String) { _ = Array((text + "\n").utf8).withUnsafeBytes { put($0, STDERR_FILENO) } }

    private static func put(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Text from elsewhere on one line, without characters that would command the terminal.
    static func plain(_ text: String) -> String {
        let isControl: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var plain = String.UnicodeScalarView()
        plain.append(contentsOf: text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 })
        return String(plain)
    }

    /// `text` cut to `width` characters.
    static func short(_ text: String, _ width: Int) -> String { text.count <= width ? text : text.prefix(width - 1) + "…" }

    /// `text` filled up with blanks to `width` characters.
    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
