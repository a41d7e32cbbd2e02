import Foundation
import PropertyKit
import Testing

@testable import Domain

/// What receivers run: the reference library, and the functions that docs/webhooks.md gives them.
@Suite("Receivers verify what is signed", .serialized, .timeLimit(.minutes(5)))
struct WebhookReferenceTests {
    /// One message as a receiver gets it, and whether it should believe it.
    struct Message: Codable {
        var key: String
        var id: String
        var timestamp: String
        var signature: String
        /// In Base64.
        var body: String
        var valid: Bool
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let guide = root.appendingPathComponent("docs/webhooks.md")

    @Test(
        "standardwebhooks from PyPI, and the documented Python",
        .enabled("LEDGERFLOW_OFFLINE=1, or /usr/bin/python3 without venv, or PyPI without standardwebhooks: left out") {
            await PythonEnvironment.shared.isReady
        })
    func python() async throws {
        defer { PythonEnvironment.shared.remove() }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let messages = try Self.messages()
        let cases = try folder.write("cases", messages)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("webhooks.py").path
        let (code, output) = try await run(PythonEnvironment.shared.python, [script, Self.guide.path, cases])
        try #require(code == 0, "\(output)")
        #expect(output.hasSuffix("ok \(messages.count)\n"), "\(output)")
        // The other way: what the reference library signs is believed here, and by its own key alone.
        let signed = try output.split(separator: "\n").filter { $0.hasPrefix("signed ") }.map {
            try JSONDecoder().decode(Message.self, from: Data($0.dropFirst(7).utf8))
        }
        #expect(signed.count == 50)
        for (index, message) in signed.enumerated() {
            #expect(try Self.believes(message, key: message.key), "\(message)")
            #expect(try !Self.believes(message, key: signed[(index + 1) % signed.count].key))
        }
    }

    @Test(
        "The documented JavaScript", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/node"), "/usr/bin/node is missing")
    )
    func javaScript() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let messages = try Self.messages()
        let cases = try folder.write("cases", messages)
        let harness = """
            \(try Self.documented("javascript"))
            import { readFileSync } from "node:fs";
            let number = 0;
            for (const line of readFileSync(process.argv[2], "utf8").trimEnd().split("\\n")) {
              const c = JSON.parse(line);
              const headers = { "webhook-id": c.id, "webhook-timestamp": c.timestamp, "webhook-signature": c.signature };
              let valid = true;
              try { verify([c.key], headers, Buffer.from(c.body, "base64")); } catch { valid = false; }
              if (valid !== c.valid) { console.log(`differs in case ${number}: ${line}`); process.exit(1); }
              number += 1;
            }
            console.log(`ok ${number}`);
            """
        let script = try folder.write("verify.mjs", harness)
        let (code, output) = try await run("/usr/bin/node", [script, cases])
        #expect(code == 0 && output == "ok \(messages.count)\n", "\(output)")
    }

    @Test(
        "The documented commands",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "/usr/bin/openssl is missing"))
    func commands() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for message in try Self.messages().filter({ $0.key.hasPrefix("whsec_") && abs((Int($0.timestamp) ?? 0) - Self.nowSeconds) < 200 })
            .prefix(24)
        {
            let body = try folder.write("body", try #require(Base64.decode(message.body)))
            let script = """
                cd '\((body as NSString).deletingLastPathComponent)'
                ID='\(message.id)' STAMP='\(message.timestamp)' SIGNATURES='\(message.signature)' SECRET='\(message.key)'
                \(try Self.documented("bash"))
                """
            let (code, output) = try await run("/bin/sh", ["-c", script])
            #expect(code == 0 && (output == "genuine\n") == message.valid, "\(output) \(message)")
        }
    }

    // MARK: What they are given

    private static var nowSeconds: Int { Int(Date().timeIntervalSince1970) }
    private static var now: Instant { Instant(microseconds: Int64(nowSeconds) * 1_000_000) }

    /// Messages of today signed by one key or by two, each as a receiver with the first key and with the second would get it, whole and
    /// changed in one place.
    private static func messages() throws -> [Message] {
        var messages: [Message] = []
        for number in 0..<60 {
            var generator = SeededGenerator(seed: UInt64(number))
            func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
            let keys = try (0...(number % 3)).map { place in
                try (number + place) % 3 == 0
                    ? WebhookSigningKey(.ed25519, random: random(32))
                    : WebhookSigningKey(.hmacSHA256, random: random(Int.random(in: 24...64, using: &generator)))
            }
            let body = Array(#"{"number":\#(number),"text":"\#(String(repeating: "é€𝄞 \\n", count: number % 9))"}"#.utf8)
            let id = UniqueId(high: 7, low: UInt64(number)).description
            for key in keys {
                let verifying = key.publicText ?? key.secretText
                func message(_ at: Instant, _ body: [UInt8], _ id: String, sent: [UInt8], as other: String, valid: Bool) -> Message {
                    let fields = WebhookSignature.fields(messageId: id, timestamp: at, body: body, keys: keys)
                    return Message(
                        key: verifying, id: other, timestamp: fields[1].value, signature: fields[2].value, body: Base64.encode(sent),
                        valid: valid)
                }
                messages.append(message(now, body, id, sent: body, as: id, valid: true))
                messages.append(message(now - .seconds(200), body, id, sent: body, as: id, valid: true))
                messages.append(message(now, body, id, sent: body + [0x20], as: id, valid: false))
                messages.append(message(now, body, id, sent: body, as: id + "0", valid: false))
                messages.append(message(now - .seconds(900), body, id, sent: body, as: id, valid: false))
                messages.append(message(now + .seconds(900), body, id, sent: body, as: id, valid: false))
                var foreign = message(now, body, id, sent: body, as: id, valid: false)
                let stranger = try WebhookSigningKey(key.scheme, random: random(32))
                foreign.key = stranger.publicText ?? stranger.secretText
                messages.append(foreign)
            }
        }
        return messages
    }

    private static func believes(_ message: Message, key: String) throws -> Bool {
        let body = try #require(Base64.decode(message.body))
        let verifier = WebhookVerifier(keys: [try WebhookVerificationKey(key)])
        do throws(WebhookVerificationError) {
            try verifier.verify(id: message.id, timestamp: message.timestamp, signature: message.signature, body: body, now: now)
            return true
        } catch { return false }
    }

    /// The guide's one block in a language.
    private static func documented(_ language: String) throws -> String {
        let text = try String(contentsOf: guide, encoding: .utf8)
        let parts = text.components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
        try #require(parts.count == 1, "\(parts.count) blocks of \(language)")
        return parts[0]
    }
}

/// A virtual environment with the reference library, made once for a run of the tests.
private final class PythonEnvironment: Sendable {
    static let shared = PythonEnvironment()

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-webhooks-\(UUID().uuidString)").path
    private let made: Task<Bool, Never>

    private init() {
        let folder = folder
        made = Task {
            guard ProcessInfo.processInfo.environment["LEDGERFLOW_OFFLINE"] != "1" else { return false }
            guard (try? await run("/usr/bin/python3", ["-m", "venv", folder]))?.code == 0 else { return false }
            let packages = ["install", "--quiet", "--disable-pip-version-check", "standardwebhooks", "cryptography"]
            return (try? await run(folder + "/bin/pip", packages))?.code == 0
        }
    }

    var python: String { folder + "/bin/python" }
    var isReady: Bool { get async { await made.value } }
    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

private struct TemporaryFolder {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-messages-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true) }
    func remove() { try? FileManager.default.removeItem(at: path) }

    func write(_ name: String, _ messages: [WebhookReferenceTests.Message]) throws -> String {
        let encoder = JSONEncoder()
        return try write(name, messages.map { String(decoding: try encoder.encode($0), as: UTF8.self) }.joined(separator: "\n") + "\n")
    }

    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file.path
    }
}

/// Runs a program to its end and gives what it printed.
private func run(_ program: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-output-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = try FileHandle(forWritingTo: file)
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    while process.isRunning { try? await Task.sleep(for: .milliseconds(20)) }
    return (process.terminationStatus, (try? String(contentsOf: file, encoding: .utf8)) ?? "")
}
