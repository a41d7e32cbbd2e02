internal import ArgumentParser
internal import Domain
internal import Foundation

/// Where an option comes from: the command line, else the environment, else the default.
enum Setting {
    /// The environment's value for an option, `LEDGERFLOW_` and the option's name in capitals; nil when it is not set or empty.
    static func environment(_ option: String) -> String? {
        let name = "LEDGERFLOW_" + option.uppercased().replacingOccurrences(of: "-", with: "_")
        return ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static func text(_ given: String?, _ option: String, default standard: String) -> String {
        given ?? environment(option) ?? standard
    }

    static func list(_ given: [String], _ option: String) -> [String] {
        if !given.isEmpty { return given }
        return (environment(option) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// - Throws: `ValidationError` that names the option when the value is not a number in `range`.
    static func number(_ given: String?, _ option: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = given ?? environment(option) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw ValidationError("--\(option) must be a whole number from \(range.lowerBound) to \(range.upperBound), not “\(text)”.")
        }
        return number
    }

    /// - Throws: `ValidationError` when the name is not a tenant's.
    static func tenant(_ given: String?) throws -> TenantId {
        let text = text(given, "tenant", default: "demo")
        guard let tenant = TenantId(text) else {
            throw ValidationError("--tenant must be 1 to 64 of a–z 0–9 . _ -, the first a letter or digit; “\(text)” is not.")
        }
        return tenant
    }
}

/// Where the engine keeps everything.
struct DataDirectoryOption: ParsableArguments {
    @Option(help: "The directory in which everything is kept (default: ./data).")
    var dataDir: String?

    /// Without slashes at its end.
    var path: String {
        var path = Setting.text(dataDir, "data-dir", default: "data")
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
