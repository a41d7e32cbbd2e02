import Testing

/// A rule about one source file.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    /// What breaks the rule, each with its line.
    let breaches: @Sendable (SourceFile) -> [String]
    /// A file that breaks it: the rule must be able to fail.
    let badSample: (path: String, source: String)
    /// A file that looks like a breach and is none.
    let goodSample: (path: String, source: String)

    var testDescription: String { name }

    /// No line of code of the files in `folders` (all when empty) matches `pattern`.
    init(
        _ name: String, in folders: [String] = [], forbids pattern: @escaping @Sendable () -> any RegexComponent, bad: String, good: String
    ) {
        self.name = name
        breaches = { file in
            guard folders.isEmpty || folders.contains(where: file.isUnder) else { return [] }
            return Self.lines(file, pattern()).map { "\(file.path):\($0): \(name)" }
        }
        let folder = folders.first ?? "Main"
        badSample = ("Sources/\(folder)/Bad.swift", bad)
        goodSample = ("Sources/\(folder)/Good.swift", good)
    }

    init(
        _ name: String, breaches: @escaping @Sendable (SourceFile) -> [String], bad: (path: String, source: String),
        good: (path: String, source: String)
    ) {
        self.name = name
        self.breaches = breaches
        (badSample, goodSample) = (bad, good)
    }

    private static func lines(_ file: SourceFile, _ pattern: some RegexComponent) -> [Int] { file.lines(matching: pattern) }
}
