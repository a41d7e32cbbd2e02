import Foundation
import LoadGenerator

/// P15: a tenant with a great many overdue calls beside a quiet one; and how long a cancellation takes to reach a request under way.
extension BenchRun {
    mutating func measureNeighbour() async throws {
        let engine = try await startEngine("neighbour")
        let noisySink = try await SinkProcess.start(in: directory, control: control, name: "noisy-sink")
        let noisy = try await engine.token(of: "noisy", binary: options.binary, in: directory)
        let idle = try await lateness(
            of: engine, token: engine.token, sink: sink, perSecond: Self.quietRate, id: "P15-idle", "quiet tenant, alone")
        report.measurements.append(idle)
        let count = try await fill(engine, tenant: noisy, with: options.pending, due: .now, sinkPort: noisySink.port)
        let before = try await noisySink.stats().received
        let start = ContinuousClock.now
        let beside = try await lateness(
            of: engine, token: engine.token, sink: sink, perSecond: Self.quietRate, id: "P15-noisy",
            "quiet tenant beside \(Report.grouped(Double(count))) overdue calls")
        let after = try await noisySink.stats().received
        var row = beside
        let note = String(
            format: "meanwhile the other tenant's calls ran at %@/s, %@ left",
            Report.grouped(Double(after - before) / (ContinuousClock.now - start).seconds), Report.grouped(Double(count - after)))
        row.note = [row.note, note].compactMap { $0 }.joined(separator: "; ")
        if after >= count { row.note = (row.note ?? "") + "; the other tenant's calls ran out, so this says little" }
        report.measurements.append(row)
        noteMemory("P15")
        try await noisySink.stop()
        try await stopEngine()
        try await measureCancellation()
    }

    /// From the request to cancel until the target sees its connection closed.
    private mutating func measureCancellation() async throws {
        let engine = try await startEngine("cancel")
        let target = try HangingTarget()
        defer { target.close() }
        var samples: [Double] = []
        for _ in 0..<(options.quick ? 5 : 50) {
            let answer = try await control.post(
                "\(engine.url)/v1/service-calls", token: engine.token,
                json: "{\"request\":{\"url\":\"http://127.0.0.1:\(target.port)/hang\"},\"timeoutMs\":60000}")
            struct Call: Decodable { var id: String }
            let call = try JSONDecoder().decode(Call.self, from: Data(answer.body.utf8))
            let connection = try await target.accept()
            let start = ContinuousClock.now
            _ = try await control.post("\(engine.url)/v1/service-calls/\(call.id)/cancel", token: engine.token, json: "")
            try await target.waitForEnd(of: connection)
            samples.append((ContinuousClock.now - start).seconds * 1_000)
        }
        report.measurements.append(
            Measurement(
                id: "cancel", what: "cancel, until the target's socket closes", unit: "ms", value: median(samples),
                samples: samples, note: String(format: "longest %.1f ms", samples.max() ?? 0)))
        try await stopEngine()
    }
}

/// A target that takes a request and never answers.
private final class HangingTarget: Sendable {
    let port: Int
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isUp = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard isUp else { throw ChildProcess.Failure(description: "the hanging target cannot listen: errno \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func close() { _ = Foundation.close(listener) }

    /// The next connection, once a request has begun to come.
    func accept() async throws -> Int32 {
        let listener = self.listener
        return try await Self.blocking {
            let connection = Foundation.accept(listener, nil, nil)
            guard connection >= 0, Self.read(connection) > 0 else {
                throw ChildProcess.Failure(description: "no request came to the hanging target")
            }
            return connection
        }
    }

    func waitForEnd(of connection: Int32) async throws {
        try await Self.blocking {
            while Self.read(connection) > 0 {}
            _ = Foundation.close(connection)
        }
    }

    /// Bytes read; 0 at the end, and after ten seconds of silence or an error.
    private static func read(_ connection: Int32) -> Int {
        var waiting = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 10_000) > 0 else { return 0 }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        return max(0, Foundation.read(connection, &bytes, bytes.count))
    }

    private static func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: work)) }
        }
    }
}
