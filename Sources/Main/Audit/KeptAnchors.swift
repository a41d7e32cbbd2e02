internal import Domain

/// Anchors that were kept in another place than the engine, one a line as `audit anchors --json` prints them.
enum KeptAnchors {
    private static let maxBytes = 256 << 20

    /// All of the file, of whatever tenants; `-` is standard input.
    static func read(_ file: String) throws -> [AuditAnchor] {
        let name = file == "-" ? "standard input" : "the file “\(file)”"
        let bytes: [UInt8]
        do throws(InputFailure) { bytes = try InputFile.contents(of: InputPath(file), limit: maxBytes) } catch {
            throw CommandFailure(.usage, "\(name) cannot be read: \(error.reason)", advice: "Check the path and its permissions.")
        }
        var found: [AuditAnchor] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
            guard let value = try? JSONReader.read(Array(line)), let anchor = AuditAnchor(value) else {
                throw CommandFailure(
                    .usage, "line \(index + 1) of \(name) is no anchor",
                    advice: "Give the lines as `ledgerflow audit anchors --json` printed them.")
            }
            found.append(anchor)
        }
        return found
    }
}
