import Domain
import Foundation
import HTTPClientAdapter
import Ports
import Testing
import XMLAdapter

/// Other implementations of SOAP: spyne serves what is fetched here, and zeep makes the same envelope from the service's description.
@Suite("Peers of the SOAP client", .serialized, .timeLimit(.minutes(5)))
struct SOAPPeerTests {
    private static let values: [(from: String, to: String)] = [
        ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), ("a & b < c > d ]]> \"e\" 'f'", "\tx\ny\r z "), ("عدد ١ 😀", ""),
        (" ", "&amp;&#10;"),
    ]

    @Test(
        "spyne takes the request of either version, and serves a batch and faults that are understood",
        .enabled("LEDGERFLOW_OFFLINE=1, or /usr/bin/python3 without venv, or PyPI without spyne and zeep: left out") {
            await PeerEnvironment.shared.isReady
        })
    func spyne() async throws {
        let peer = try PeerProcess()
        defer { peer.stop() }
        let port = try #require(try await peer.port())
        let credentials = try BasicCredentials(user: "ada", password: "pa:ss & word")
        try await withFeed { feed in
            for (version, path) in [(SOAPVersion.v11, "v11"), (.v12, "v12")] {
                func fetched(_ from: String, _ to: String, as credentials: BasicCredentials?) async throws -> Fetched {
                    let operation = try SOAPOperation(namespace: "urn:peers:invoices", localName: "GetInvoices")
                    let request = try BatchRequest(
                        url: TargetURL("http://127.0.0.1:\(port)/\(path)"), credentials: credentials, soapVersion: version,
                        action: "GetInvoices", operation: operation,
                        parameters: [SOAPParameter(name: "from", value: from), SOAPParameter(name: "to", value: to)],
                        traceparent: testTrace)
                    return await feed.fetched(request)
                }
                for value in Self.values {
                    let answer = try await fetched(value.from, value.to, as: credentials)
                    #expect(answer.failure == nil)
                    #expect(answer.heads == [BatchAnswerHead(charset: "utf-8")])
                    let tree = try XMLReader.read(answer.octets)
                    let result = try JSONDecoder().decode([String: String?].self, from: Data(tree.trimmedUTF8(of: tree.root)))
                    // An empty element is no value to spyne.
                    #expect((result["from"] ?? nil) ?? "" == value.from)
                    #expect((result["to"] ?? nil) ?? "" == value.to)
                    #expect((result["batch"] ?? nil)?.components(separatedBy: "<InvoiceNumber>").count == 501)
                    #expect((result["binding"] ?? nil)?.contains("GetInvoices") == true)
                }
                let server = SOAPFault(version: version, code: .server, reason: "come back later, x")
                #expect(try await fetched("server", "x", as: credentials).failure == .fault(server, status: 500))
                let client = SOAPFault(version: version, code: .client, reason: "not like this")
                #expect(try await fetched("client", "x", as: credentials).failure == .fault(client, status: 500))
                #expect(try await fetched("a", "b", as: nil).failure == .status(401, retryAfter: nil))
                let wrong = try BasicCredentials(user: "ada", password: "guess")
                #expect(try await fetched("a", "b", as: wrong).failure == .status(401, retryAfter: nil))
            }
        }
    }

    @Test(
        "zeep makes the same envelope from the service's description",
        .enabled("LEDGERFLOW_OFFLINE=1, or /usr/bin/python3 without venv, or PyPI without spyne and zeep: left out") {
            await PeerEnvironment.shared.isReady
        })
    func zeep() async throws {
        let peer = try PeerProcess()
        defer { peer.stop() }
        let port = try #require(try await peer.port())
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-zeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for value in Self.values {
            let request = try BatchRequest(
                url: TargetURL("http://peer.example/"), operation: SOAPOperation(namespace: "urn:peers:invoices", localName: "GetInvoices"),
                parameters: [SOAPParameter(name: "from", value: value.from), SOAPParameter(name: "to", value: value.to)],
                traceparent: testTrace)
            let file = folder.appendingPathComponent("case.json")
            let content = ["from": value.from, "to": value.to, "envelope": String(decoding: request.envelope, as: UTF8.self)]
            try JSONEncoder().encode(content).write(to: file)
            let compared = try await PeerEnvironment.run(
                PeerEnvironment.shared.python, [PeerEnvironment.script, "compare", "\(port)", file.path])
            #expect(compared.code == 0 && compared.output.hasSuffix("ok\n"), "\(compared.output)")
        }
    }
}

/// A virtual environment with the peers, made once for a run of the tests.
private final class PeerEnvironment: Sendable {
    static let shared = PeerEnvironment()
    static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peers.py").path

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-soap-\(getpid())").path
    private let made: Task<Bool, Never>

    private init() {
        let folder = folder
        atexit { try? FileManager.default.removeItem(atPath: PeerEnvironment.shared.folder) }
        made = Task {
            guard ProcessInfo.processInfo.environment["LEDGERFLOW_OFFLINE"] != "1" else { return false }
            guard (try? await Self.run("/usr/bin/python3", ["-m", "venv", folder]))?.code == 0 else { return false }
            let packages = ["install", "--quiet", "--disable-pip-version-check", "spyne", "zeep"]
            return (try? await Self.run(folder + "/bin/pip", packages))?.code == 0
        }
    }

    var python: String { folder + "/bin/python" }
    var isReady: Bool { get async { await made.value } }

    /// Runs a program to its end, off the threads of Swift's tasks.
    static func run(_ program: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                let (process, pipe) = (Process(), Pipe())
                (process.standardOutput, process.standardError) = (pipe, pipe)
                (process.executableURL, process.arguments) = (URL(fileURLWithPath: program), arguments)
                do { try process.run() } catch { return continuation.resume(throwing: error) }
                let output = pipe.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, String(decoding: output, as: UTF8.self)))
            }.start()
        }
    }
}

/// The service, until it is stopped; its standard input ends with this process, and it with that.
private final class PeerProcess {
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())

    init() throws {
        process.executableURL = URL(fileURLWithPath: PeerEnvironment.shared.python)
        process.arguments = [PeerEnvironment.script, "serve"]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
    }

    /// The port that it serves on; nil when it ended without telling.
    func port() async throws -> Int? {
        let reading = output.fileHandleForReading
        return await withCheckedContinuation { continuation in
            Thread {
                var line = Data()
                while !line.contains(UInt8(ascii: "\n")) {
                    let more = reading.availableData
                    if more.isEmpty { break }
                    line += more
                }
                continuation.resume(returning: Int(String(decoding: line, as: UTF8.self).dropFirst(5).prefix { $0.isNumber }))
            }.start()
        }
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
