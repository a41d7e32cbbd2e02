/// What a command of the binary did.
struct CommandRun: Sendable {
    let command: String
    let ending: Ending
    let output: String
    let errors: String

    /// Runs it until it ends by itself.
    init(_ arguments: [String], in logs: DataFolder, within seconds: Int = 20) throws {
        let child = try ChildProcess(arguments, in: logs)
        ending = try child.wait(within: seconds)
        (command, output, errors) = (arguments.joined(separator: " "), child.output, child.errors)
    }

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// It ended with the code and wrote the words, each to where it belongs; a command that succeeds writes no error beside what is named.
    func expect(_ code: Int32, output words: [String] = [], errors complaints: [String] = [], _ findings: Findings) {
        findings.check(ending == .code(code), "`\(command)` ended with \(ending), not \(code): \(output.suffix(500)) \(errors.suffix(500))")
        for word in words where !output.contains(word) { findings.add("`\(command)` does not print “\(word)”: \(output.prefix(800))") }
        for word in complaints where !errors.contains(word) {
            findings.add("`\(command)` does not say “\(word)”: \(errors.prefix(800))")
        }
        if complaints.isEmpty { findings.check(errors.isEmpty, "`\(command)` complains: \(errors.prefix(800))") }
        for word in ["Fatal error", "crashed", "Backtrac"] where errors.contains(word) {
            findings.add("`\(command)` crashed: \(errors.prefix(1_500))")
        }
    }

    /// It is refused as wrongly written, with what is wrong and how it is written.
    func expectUsage(_ words: [String], _ findings: Findings) {
        expect(64, errors: words + ["Usage: ledgerflow"], findings)
        findings.check(output.isEmpty, "`\(command)` prints although it was refused: \(output.prefix(300))")
    }
}
