import Crypto
import Domain
import PropertyKit
import Synchronization

/// Senders of webhooks that sign as their receiver expects, and repeat a message until it is acknowledged.
final class WebhookSender: Sendable {
    static let secret = "a-canary-of-a-long-secret"
    static let receiver = #"""
        {"scheme":"hmac","signature":{"header":"X-Signature","prefix":"sha256=","timestampHeader":"X-Time","content":"{timestamp}.{body}"},
        "messageId":{"pointer":"/id"},"secret":"\#(secret)"}
        """#

    private let port: Int
    private let address: String
    private let isOver = Atomic<Bool>(false)
    private let acknowledgements = Mutex<[String: (body: String, record: String)]>([:])
    private let count = Mutex((requests: 0, repeats: 0))

    init(port: Int, address: String) {
        self.port = port
        self.address = address
    }

    /// What was acknowledged, by the message's identity: its body, and the record that was named.
    var acknowledged: [String: (body: String, record: String)] { acknowledgements.withLock { $0 } }
    /// How many requests were made, and how many were answered as repeats.
    var counts: (requests: Int, repeats: Int) { count.withLock { $0 } }

    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Sends message after message until it is stopped, the last to its acknowledgement.
    func work(_ number: Int, seed: UInt64) throws {
        let client = Client(port: port)
        var generator = SeededGenerator(seed: seed)
        var sent = 0
        while !isOver.load(ordering: .relaxed) {
            sent += 1
            let id = "m-\(number)-\(sent)"
            let body = #"{"id":"\#(id)","text":"é \#(String(repeating: "x", count: generator.number(0...300)))"}"#
            try insist(id, body, client)
            // Senders that lost the answer, or are impatient, send again what is acknowledged.
            if generator.chance(20) { try insist(id, body, client) }
            // The broker of the tests keeps some megabytes alone.
            pause(milliseconds: 5)
        }
    }

    private func insist(_ id: String, _ body: String, _ client: Client) throws {
        for _ in 0..<4_000 {
            count.withLock { $0.requests += 1 }
            let answer = try? send(body, client)
            if let answer, answer.status == 200 {
                let receipt = try answer.json()
                if case .bool(true) = receipt["repeated"] { count.withLock { $0.repeats += 1 } }
                let record = receipt["id"].text
                let known = acknowledgements.withLock { all in
                    let known = all[id]
                    all[id] = (body, record)
                    return known
                }
                if let known, known.record != record { throw Broken("\(id) has two records: \(known.record), \(record)") }
                return
            }
            if let answer, answer.status != 503 { throw Broken("\(id) was answered with \(answer.start): \(answer.text.prefix(300))") }
            pause(milliseconds: 20)
        }
        throw Broken("\(id) is never acknowledged")
    }

    /// Signs anew, as each attempt does.
    private func send(_ body: String, _ client: Client) throws -> Message {
        let time = String(wallMicroseconds() / 1_000_000)
        let signature = Self.sign(time + "." + body)
        return try client.send(
            "POST", address, Array(body.utf8),
            headers: [("Content-Type", "application/json"), ("X-Time", time), ("X-Signature", "sha256=" + signature)])
    }

    static func sign(_ text: String, secret: String = secret) -> String {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8))).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
    }
}
