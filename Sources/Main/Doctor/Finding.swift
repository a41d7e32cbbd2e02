internal import Domain

/// What one check of `doctor` found.
struct Finding: Sendable {
    enum Level: String, Sendable { case ok, warn, fail }

    let level: Level
    let check: String
    let text: String
    /// What to do about it; nil when nothing is to be done.
    let advice: String?

    init(_ level: Level, _ check: String, _ text: String, advice: String? = nil) {
        self.level = level
        self.check = check
        self.text = text
        self.advice = advice
    }

    var line: String {
        let first = "\(Output.pad(level.rawValue, 5)) \(Output.pad(check, 12)) \(Output.plain(text))"
        return first + (advice.map { "\n" + String(repeating: " ", count: 19) + "→ " + Output.plain($0) } ?? "")
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { json in
            json.field("check", check)
            json.field("level", level.rawValue)
            json.field("text", text)
            json.field("advice", ifPresent: advice)
        }
        return writer.text
    }
}
