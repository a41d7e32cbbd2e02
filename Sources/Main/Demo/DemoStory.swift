internal import ArgumentParser
internal import Domain
internal import Ports
internal import SystemAdapter

/// What the demo does and tells.
struct DemoStory: Sendable {
    let engine: String
    let target: String
    let arrivals: DemoTarget
    let ingestion: DemoIngestion
    let time: SystemTimeSource
    let directory: String

    private static let patience = TimeSpan.seconds(16)
    private let log = DemoLog()

    /// A call with the identifier that the engine gave it.
    private struct Submitted: Sendable {
        let call: DemoCall
        let id: String
    }

    init(engine: String, target: String, arrivals: DemoTarget, ingestion: DemoIngestion, time: SystemTimeSource, directory: String) {
        self.engine = engine
        self.target = target
        self.arrivals = arrivals
        self.ingestion = ingestion
        self.time = time
        self.directory = directory
    }

    /// - Throws: `CommandFailure` when something was not as told.
    func tell(token: String, batch count: Int) async throws {
        let log = log
        try await APIClient.with(server: engine, token: token) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await client.follow(from: .beginning) { event in
                        if let value = try? JSONReader.read(event.data) { log.take(value) }
                        return true
                    }
                }
                defer { group.cancelAll() }
                try await play(client, count)
            }
        }
    }

    private func play(_ client: APIClient, _ count: Int) async throws {
        try Output.line("An engine listens on \(engine); it keeps everything in \(directory).")
        try Output.line("A target listens on \(target); it is what the calls go to.")
        try await ready(client)
        try await ingestion.begin(client)
        let began = time.uptime()
        let start = time.now()
        let single = try await submit(DemoCall.story(), client, start)
        let batch = try await submit(batch: DemoCall.batch(count), client, start)
        try await cancel(single, client)
        try Output.line("\nFrom here on the engine works by itself; this is what its event stream tells:\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ingestion.hurry(client) }
            try await watch(single.count + batch.count, began)
            group.cancelAll()
        }
        let took = time.uptime() - began
        let details = try await details(single, client)
        let differences =
            zip(single, details).flatMap { $0.call.differences(from: $1, arrivals: arrivals.arrivals(at: $0.call.path), start: start) }
            + (try await batchDifferences(batch, client, start)) + log.differences(of: (single + batch).map(\.id))
            + (try await ingestion.end(client))
        try showOne(single, details)
        try summary(single, details, batch, start, differences, took: took)
    }

    private func ready(_ client: APIClient) async throws {
        let end = time.uptime() + .seconds(5)
        while try await client.exchange(.get, "/readyz").status != 200 {
            guard time.uptime() < end else { throw CommandFailure(.unavailable, "the engine did not become ready within 5 s") }
            await time.sleep(for: .milliseconds(20))
        }
    }

    // MARK: Submitting

    private func submit(_ calls: [DemoCall], _ client: APIClient, _ start: Instant) async throws -> [Submitted] {
        try Output.line("\(calls.count) calls are submitted, each on the disk before the answer:\n")
        var submitted: [Submitted] = []
        for call in calls {
            var writer = JSONWriter()
            call.write(to: &writer, target: target, start: start, tag: "story")
            let answer = try await client.post(callsPath, body: writer.bytes).value
            guard let id = answer["id"]?.text else { throw CommandFailure(.refused, "the answer names no call") }
            submitted.append(Submitted(call: call, id: id))
            try Output.line("  \(id)  \(Output.pad(call.path, 19))  \(call.tale)")
        }
        return submitted
    }

    private func submit(batch calls: [DemoCall], _ client: APIClient, _ start: Instant) async throws -> [Submitted] {
        var writer = JSONWriter()
        writer.object { json in
            json.array("items") { items in
                for call in calls { call.write(to: &items, target: target, start: start, tag: "batch") }
            }
        }
        let before = time.uptime()
        let results = try await client.post(callsPath + "/batch", body: writer.bytes).value["results"]?.elements ?? []
        let ids = results.compactMap { $0["status"]?.int == 201 ? $0["id"]?.text : nil }
        guard ids.count == calls.count else {
            throw CommandFailure(.refused, "of \(calls.count) calls of a batch \(ids.count) were taken")
        }
        let took = DiskCheck.milliseconds((time.uptime() - before).microseconds)
        try Output.line("\n\(calls.count) more go in one batch, due one after the other in 2 to 4 s: taken in \(took).")
        return zip(calls, ids).map(Submitted.init)
    }

    private func cancel(_ submitted: [Submitted], _ client: APIClient) async throws {
        for one in submitted where one.call.isCancelled {
            let answer = try await client.post(callsPath + "/" + one.id + "/cancel").value
            try Output.line("\(one.call.path) is cancelled; it is \(answer["status"]?.text ?? "unknown").")
        }
    }

    // MARK: Watching

    private func watch(_ count: Int, _ began: Uptime) async throws {
        let end = began + Self.patience
        let isLive = Output.isTerminal
        var (told, next) = (DemoLog.Progress(), began)
        while true {
            let progress = log.progress
            let isOver = progress.ended >= count || time.uptime() >= end
            if isLive {
                try Output.write("\r\u{1B}[2K" + line(progress, count, began) + (isOver ? "\n" : ""))
            } else if isOver || time.uptime() >= next, progress != told {
                try Output.line(line(progress, count, began))
                (told, next) = (progress, time.uptime() + .seconds(1))
            }
            if isOver { return }
            await time.sleep(for: .milliseconds(50))
            try Task.checkCancellation()
        }
    }

    private func line(_ progress: DemoLog.Progress, _ count: Int, _ began: Uptime) -> String {
        let seconds = DiskCheck.decimal(Double((time.uptime() - began).milliseconds) / 1_000, 1)
        return "  \(seconds) s  \(progress.ended) of \(count) ended: \(progress.succeeded) succeeded, \(progress.failed) failed, "
            + "\(progress.cancelled) cancelled; \(progress.attempts) attempts, \(progress.events) events"
    }

    // MARK: The end

    private func details(_ submitted: [Submitted], _ client: APIClient) async throws -> [JSONValue] {
        var details: [JSONValue] = []
        for one in submitted { details.append(try await client.get(callsPath + "/" + one.id)) }
        return details
    }

    private func batchDifferences(_ batch: [Submitted], _ client: APIClient, _ start: Instant) async throws -> [String] {
        var listed: [String: JSONValue] = [:]
        var cursor: String?
        repeat {
            let query = [("tag", "batch"), ("limit", "1000")] + (cursor.map { [("cursor", $0)] } ?? [])
            let page = try await client.get(callsPath, query: query)
            for call in page["items"]?.elements ?? [] { if let id = call["id"]?.text { listed[id] = call } }
            cursor = page["nextCursor"]?.text
        } while cursor != nil
        return batch.flatMap { one -> [String] in
            let arrivals = arrivals.arrivals(at: one.call.path)
            guard let call = listed[one.id] else { return ["\(one.call.path): it is not in the list"] }
            var found: [String] = []
            if call["status"]?.text != one.call.expected.status.rawValue {
                let status = call["status"]?.text ?? "none"
                found.append("\(one.call.path): the status is \(status), not \(one.call.expected.status.rawValue)")
            }
            if arrivals.count != 1 { found.append("\(one.call.path): it was called \(arrivals.count) times, not once") }
            if let due = one.call.due(start), let first = arrivals.first, first < due {
                found.append("\(one.call.path): it was called before it was due")
            }
            return found
        }
    }

    /// Everything about one call that needed several attempts.
    private func showOne(_ submitted: [Submitted], _ details: [JSONValue]) throws {
        guard let index = submitted.firstIndex(where: { $0.call.path.hasPrefix("/flaky/") }) else { return }
        try Output.line("\nOne of them in full, as `ledgerflow call show` has it:\n")
        try Output.line(Self.indented(CallText.detail(details[index])))
        try Output.line("\nIts events, in their order:\n")
        for event in log.events(of: submitted[index].id) {
            let data = event["data"].map { Output.short(Output.plain($0.line), 96) } ?? ""
            try Output.line("  \(Output.pad(String(event["version"]?.int ?? 0), 2))  \(Output.pad(EventText.type(event), 34))  \(data)")
        }
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
    }

    private func summary(
        _ single: [Submitted], _ details: [JSONValue], _ batch: [Submitted], _ start: Instant, _ differences: [String], took: TimeSpan
    ) throws {
        let waited = (single + batch).map(\.call).filter { !$0.isCancelled }
        let lateness = waited.compactMap { call -> Int64? in
            guard let due = call.due(start), let first = arrivals.arrivals(at: call.path).first else { return nil }
            return (first - due).microseconds
        }.sorted()
        let progress = log.progress
        try Output.line("\nHow the calls ended:\n")
        for (one, detail) in zip(single, details) {
            let attempts = detail["attempts"]?.elements.count ?? 0
            let status = Output.pad(detail["status"]?.text ?? "unknown", 10)
            try Output.line("  \(Output.pad(one.call.path, 19))  \(status)  \(attempts) attempt\(attempts == 1 ? "" : "s")")
        }
        let (half, most) = (
            DiskCheck.milliseconds(Percentile.of(lateness, 0.5)), DiskCheck.milliseconds(Percentile.of(lateness, 0.99))
        )
        let seconds = DiskCheck.decimal(Double(took.milliseconds) / 1_000, 1)
        let fine = batch.count { arrivals.arrivals(at: $0.call.path).count == 1 }
        try Output.line("  \(Output.pad("the batch", 19))  \(fine) of \(batch.count) were called exactly once")
        try Output.line(
            """

            \(single.count + batch.count) calls, \(progress.attempts) attempts, \(progress.events) events in \(seconds) s.
            Lateness of the \(lateness.count) calls that were due later, seen from the target: p50 \(half), p99 \(most); \
            the earliest came \(DiskCheck.milliseconds(lateness.first ?? 0)) after its time.
            """)
        if differences.isEmpty {
            return try Output.line("Every call ended as told: none lost, none early, none twice, every event in order.")
        }
        for difference in differences.prefix(20) { try Output.line("NOT AS TOLD: \(difference)") }
        throw CommandFailure(.refused, "\(differences.count) things were not as told", advice: "Please report it with the lines above.")
    }
}
