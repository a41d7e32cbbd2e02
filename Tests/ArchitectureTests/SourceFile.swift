import Foundation

/// A file under `Sources`, or a sample that a test makes up.
struct SourceFile {
    /// From the root of the package: `Sources/Domain/Time/Instant.swift`.
    let path: String
    let source: String
    let code: SwiftText

    init(path: String, source: String) {
        self.path = path
        self.source = source
        code = SwiftText(source)
    }

    func isUnder(_ folder: String) -> Bool { path.hasPrefix("Sources/\(folder)/") }

    /// The technology of an adapter: `SQLite` for a file under `Sources/Adapters/SQLite`.
    var technology: String? { isUnder("Adapters") ? path.split(separator: "/").dropFirst(2).first.map(String.init) : nil }

    /// The modules that are imported, with their lines.
    var imports: [(module: String, line: Int)] {
        code.lines.enumerated().compactMap { index, line in
            guard
                let match = line.wholeMatch(
                    of:
                        /\s*(@\S+\s+)*((public|package|internal|fileprivate|private)\s+)?import\s+((struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+).*/
                )
            else { return nil }
            return (String(match.output.6), index + 1)
        }
    }

    /// The lines whose code matches.
    func lines(matching pattern: some RegexComponent) -> [Int] {
        // By default a word goes on over a full stop: `a.b` would be one.
        let pattern = pattern.regex.wordBoundaryKind(.simple)
        return code.lines.enumerated().compactMap { $1.firstMatch(of: pattern) == nil ? nil : $0 + 1 }
    }
}

/// The repository that this file is part of.
enum Repository {
    static let root: URL = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url
    }()

    static let sources: [SourceFile] = {
        let names = FileManager.default.enumerator(atPath: root.path + "/Sources")?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            let path = "Sources/" + name
            guard let source = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) else { return nil }
            return SourceFile(path: path, source: source)
        }
    }()

    static var packageDescription: String {
        get throws { try String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8) }
    }

    static func folders(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(path).path).filter { name in
            var isDirectory: ObjCBool = false
            let found = FileManager.default.fileExists(
                atPath: root.appendingPathComponent(path + "/" + name).path, isDirectory: &isDirectory)
            return found && isDirectory.boolValue && !name.hasPrefix(".")
        }.sorted()
    }
}
