internal import Domain
internal import Foundation

/// Why a command did not do what it was asked to, in words for people.
struct CommandFailure: Error {
    /// The exit code, after `sysexits.h` where that has one.
    enum Code: Int32 {
        /// The answer is no: refused, not found, failed.
        case refused = 1
        case usage = 64
        /// Nobody answers, or not now: the same may be tried again.
        case unavailable = 69
    }

    let code: Code
    /// What is wrong, without a full stop.
    let text: String
    /// What to do about it.
    let advice: String?

    init(_ code: Code, _ text: String, advice: String? = nil) {
        self.code = code
        self.text = text
        self.advice = advice
    }

    /// One or two lines.
    var message: String { "Error: \(Output.plain(text)).\n" + (advice.map { "\(Output.plain($0))\n" } ?? "") }
}

extension CommandFailure {
    /// What an answer other than 2xx says (RFC 9457).
    ///
    /// - Parameter subject: the command that tells where the thing stands.
    init(status: Int, body: [UInt8], subject: String = "call show") {
        let code: Code = status == 408 || status == 502 || status == 503 || status == 504 ? .unavailable : .refused
        guard let problem = try? JSONReader.read(body), let title = problem["title"]?.text else {
            self.init(
                code, "the server answered with status \(status) and no explanation",
                advice: "Check that --server is the address of an engine.")
            return
        }
        let faults = problem["errors"]?.elements ?? []
        let unlisted = problem["furtherErrors"]?.int ?? 0
        let detail = problem["detail"]?.text.map { Self.withoutStop($0) }
        // With a list of errors the detail only counts them.
        let text = faults.isEmpty ? detail.map { "\(Self.withoutStop(title)): \($0)" } ?? title : Self.withoutStop(title)
        guard faults.isEmpty else {
            var lines = faults.prefix(20).map { "\(Self.place($0)) \($0["detail"]?.text ?? "is wrong")" }
            let more = Int64(max(0, faults.count - 20)) + unlisted
            if more > 0 { lines.append("and \(more) more") }
            self.init(code, "\(text) (\(status))", advice: "Mend: " + lines.joined(separator: "; ") + ".")
            return
        }
        self.init(code, "\(text) (\(status))", advice: Self.advice(status, problem, subject))
    }

    private static func advice(_ status: Int, _ problem: JSONValue, _ subject: String) -> String? {
        switch problem["type"]?.text {
        case "/problems/unauthorized":
            return "Give a token of this engine with --token or LEDGERFLOW_TOKEN, or the engine's directory with --data-dir."
        case "/problems/not-found": return "Check the identifier, and that the token is for the right tenant."
        case "/problems/idempotency-conflict": return "Use a new --idempotency-key for a new request; repeat an earlier one unchanged."
        case "/problems/illegal-transition": return "`ledgerflow \(subject)` tells where it stands."
        case "/problems/invalid-cursor": return "Use a cursor as it was given, for the same tenant, or start without one."
        default: break
        }
        if let seconds = problem["retryAfter"]?.int { return "Try again in \(seconds) s." }
        return status >= 500 ? "The engine's diagnostics say more; the request is \(problem["instance"]?.text ?? "unnamed")." : nil
    }

    /// Where an error lies, as the option that was given.
    private static func place(_ fault: JSONValue) -> String {
        if let header = fault["header"]?.text { return header == "Idempotency-Key" ? "--idempotency-key" : header }
        if let parameter = fault["parameter"]?.text { return option(parameter) }
        guard let pointer = fault["pointer"]?.text else { return "the request" }
        let steps = pointer.split(separator: "/").map(String.init)
        if let index = steps.firstIndex(of: "headers") {
            return "--header" + (index + 1 < steps.count ? " \(steps[index + 1])" : "")
        }
        // Options that are repeated, one for each element.
        for (list, name) in [("tags", "--tag"), ("types", "--type")] {
            guard let index = steps.firstIndex(of: list) else { continue }
            return name + (index + 1 < steps.count ? " (number \((Int(steps[index + 1]) ?? 0) + 1))" : "")
        }
        guard let last = steps.last else { return "the request" }
        if steps.contains("messageId") { return last == "messageId" ? "--id-header or --id-pointer" : "--id-" + last }
        return otherwiseNamed[last] ?? option(last)
    }

    /// The options whose names are not those of their fields.
    private static let otherwiseNamed = [
        "bodyBase64": "--body", "secret": "--secret-file", "password": "--password-file", "secretHeader": "--header",
        "signature": "--header", "toleranceSeconds": "--tolerance", "intervalSeconds": "--interval", "overlapSeconds": "--overlap",
    ]

    /// `timeoutMs` is given as `--timeout-ms`.
    private static func option(_ name: String) -> String {
        "--" + name.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    }

    private static func withoutStop(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
}
