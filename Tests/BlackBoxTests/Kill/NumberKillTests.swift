import Domain
import PropertyKit
import Synchronization
import Testing

extension BlackBox {
    /// Sixty-four writers want numbers while the engine is killed again and again: there is no gap, no repeat, and every number is bound to the
    /// one document that was told of it (CT-2).
    ///
    /// `NUMBERS=1000000 NUMBER_KILLS=200` is the long form.
    @Suite struct NumberKillTests {
        @Test func killedAgainAndAgainNumbersHaveNoGapAndNoRepeat() async throws {
            try await scenario { findings in
                let run = try NumberRun(
                    numbers: Repository.setting("NUMBERS", default: 20_000), kills: Repository.setting("NUMBER_KILLS", default: 20),
                    findings)
                try run.perform()
            }
        }
    }
}

final class NumberRun: Sendable {
    private let port: Int
    private let token: String
    private let folder: DataFolder
    private let logs: DataFolder
    private let arguments: [String]
    private let numbers: Int
    private let kills: Int
    private let findings: Findings
    private let engine = Mutex<EngineProcess?>(nil)
    /// The number that each document was told, by series and document.
    private let told = Mutex<[String: String]>([:])
    private let isOver = Atomic<Bool>(false)

    private static let writers = 64

    /// - Parameter arguments: of the engine, for another store for instance.
    init(numbers: Int, kills: Int, arguments: [String] = [], _ findings: Findings) throws {
        self.numbers = numbers
        self.kills = kills
        self.arguments = arguments
        self.findings = findings
        (folder, logs) = (try DataFolder(), try DataFolder())
        port = try Socket.listen().port
        token = try demoToken(folder, logs)
    }

    private func start() throws {
        let started = try EngineProcess(data: folder.path, logs: logs, port: port, arguments: arguments)
        engine.withLock { $0 = started }
    }

    func perform() throws {
        defer {
            isOver.store(true, ordering: .relaxed)
            engine.withLock { $0 = nil }
        }
        try start()
        let crew = Crew()
        for number in 0..<Self.writers { crew.start { [self] in try write(number) } }
        var generator = SeededGenerator(seed: 20_261_121)
        for kill in 1...max(1, kills) {
            let wanted = numbers / max(1, kills) * kill
            pause(milliseconds: generator.number(100...900))
            try eventually(within: 300, "\(wanted) numbers are told") { told.withLock { $0.count } >= wanted - numbers / max(1, kills) }
            guard let running = engine.withLock({ $0 }) else { throw Broken("no engine") }
            running.expectUnharmed(findings, "restart \(kill - 1)")
            running.kill()
            try start()
            if kill % 5 == 0 { print("numbers: \(kill) of \(kills) kills, \(told.withLock { $0.count }) numbers told") }
        }
        try eventually(within: 600, "\(numbers) numbers are told") { told.withLock { $0.count } >= numbers }
        isOver.store(true, ordering: .relaxed)
        try crew.join(within: 60)
        try prove()
    }

    /// Wants numbers for documents of its own, one after the other, and insists on each until it is told; one writer in four issues invoices.
    private func write(_ number: Int) throws {
        let client = Client(port: port, token: token)
        var generator = SeededGenerator(seed: UInt64(number) &+ 1)
        var wanted = 0
        while !isOver.load(ordering: .relaxed) {
            wanted += 1
            let key = "w\(number)-\(wanted)"
            if number % 4 == 0 {
                let answer = try insist(client, "/v1/invoices?issue=true", Self.invoice, key: key)
                take("INV", answer["id"].text, answer["number"].text)
            } else {
                let answer = try insist(client, "/v1/series/INV/allocations", #"{"document":"\#(key)"}"#, key: nil)
                take("INV", key, answer["number"].text)
                // A repetition has the same number.
                if generator.chance(5) {
                    let again = try insist(client, "/v1/series/INV/allocations", #"{"document":"\#(key)"}"#, key: nil)
                    take("INV", key, again["number"].text)
                }
            }
            pause(milliseconds: generator.number(0...20))
        }
    }

    private func take(_ series: String, _ document: String, _ number: String) {
        guard !number.isEmpty, !document.isEmpty else { return findings.add("\(document) was told no number") }
        let before = told.withLock { $0.updateValue(number, forKey: document) }
        if let before, before != number { findings.add("\(document) was told \(before), and then \(number)") }
    }

    private func insist(_ client: Client, _ path: String, _ body: String, key: String?) throws -> JSONValue {
        for _ in 0..<4_000 {
            if let answer = try? client.post(path, body, headers: key.map { [("Idempotency-Key", $0)] } ?? []) {
                if answer.status == 200 || answer.status == 201 { return try answer.json() }
                guard answer.status == 503 else { throw Broken("\(path) was answered \(answer.start): \(answer.text.prefix(500))") }
            }
            pause(milliseconds: 25)
        }
        throw Broken("no answer to \(path) in 4,000 trials")
    }

    static let invoice = """
        {"currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20",\
        "seller":{"name":"Seller GmbH","vatId":"DE123456789","address":{"street":"Weg 1","city":"Berlin","postalCode":"10115","country":"DE"}},\
        "buyer":{"name":"Buyer SA","vatId":"FR12345678901","address":{"street":"Rue 2","city":"Paris","postalCode":"75001","country":"FR"}},\
        "lines":[{"name":"Thing","quantity":"3","unit":"C62","unitPrice":"19.99","tax":{"category":"S","rate":"19"}}]}
        """

    private func prove() throws {
        let client = Client(port: port, token: token)
        let records = try client.pages("/v1/series/INV/numbers", cursor: "cursor")
        var byPeriod: [String: [Int]] = [:]
        var documents: [String: String] = [:]
        for record in records {
            byPeriod[record["period"].text, default: []].append(record["sequence"].int)
            if documents.updateValue(record["number"].text, forKey: record["document"].text) != nil {
                findings.add("\(record["document"].text) has two numbers")
            }
        }
        for (period, sequences) in byPeriod {
            findings.check(
                sequences == Array(1...max(1, sequences.count)), "period \(period) has a gap or a repeat among \(sequences.count)")
        }
        findings.check(Set(documents.values).count == documents.count, "a number is bound to two documents")
        let known = told.withLock { $0 }
        for (document, number) in known where documents[document] != number {
            findings.add("\(document) was told \(number), and the record says \(documents[document] ?? "nothing")")
        }
        // What was not told may still be on record: a reply that was lost. There are at most as many as there were writers, for each kill.
        findings.check(
            documents.count - known.count <= Self.writers * (kills + 1), "\(documents.count - known.count) numbers were told to nobody")
        let report = try client.get("/v1/series/INV/gap-report").json()
        for period in report["periods"].list {
            findings.check(period["gaps"].list.isEmpty, "the gap report of \(period["period"].text) has gaps")
        }
        print(
            "numbers: \(records.count) numbers on record, \(known.count) told, \(kills) kills: no gap, no repeat, each bound to its document"
        )
    }
}
