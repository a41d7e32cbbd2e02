import Domain
import Ports
import PropertyKit

/// What the sources answer: their batch in pieces, or errors, or a batch that breaks off.
struct SimulatedFeed: BatchFeed, @unchecked Sendable {
    unowned let simulation: Simulation
    let clock: SimulatedClock
    private var world: World { simulation.world }
    private var faults: Faults { simulation.faults.current }

    func fetch<Stop: Error>(
        _ request: BatchRequest, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>) {
        world.note("fetch \(request.url.pathAndQuery) \(request.parameters.map(\.value))")
        await clock.delay(faults.slowness * 20)
        guard let batch = batch(request) else { throw .failed(.status(404, retryAfter: nil)) }
        if chance(faults.sourceFails) { throw .failed(failure()) }
        let breaksOff = chance(faults.sourceBreaksOff)
        try await give(.head(BatchAnswerHead()), take)
        var rest = batch[...]
        if breaksOff { rest = rest.prefix(Int.random(in: 0...rest.count, using: &world.generator)) }
        while !rest.isEmpty {
            await clock.delay(faults.slowness * 5)
            if Task.isCancelled { throw .failed(.cancelled) }
            let piece = rest.prefix(Int.random(in: 1...max(1, rest.count), using: &world.generator))
            rest = rest.dropFirst(piece.count)
            try await give(.octets(piece), take)
        }
        // An answer may end early, or its connection.
        if breaksOff, world.generator.chance(50) { throw .failed(world.generator.chance(50) ? .timedOut(.idle) : .connection("simulated")) }
    }

    private func give<Stop: Error>(
        _ piece: BatchAnswer, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>) {
        do throws(Stop) { try await take(piece) } catch { throw .stopped(error) }
    }

    private func batch(_ request: BatchRequest) -> [UInt8]? {
        let names = request.url.pathAndQuery.split(separator: "/")
        let times = request.parameters.compactMap { try? Instant(rfc3339: $0.value) }
        guard names.count == 2, times.count == 2, request.credentials?.password == "canary",
            let source = simulation.sources.first(where: { $0.tenant.value == names[0] && $0.name.value == names[1] })
        else {
            world.violate("A source was asked wrongly: \(request.url) \(request.parameters)")
            return nil
        }
        return source.batch(from: times[0], to: times[1])
    }

    private func failure() -> FetchFailure {
        switch Int.random(in: 0..<5, using: &world.generator) {
        case 0: .connection("simulated")
        case 1: .timedOut(.firstByte)
        case 2: .fault(SOAPFault(version: .v11, code: .client, reason: "simulated"), status: 500)
        case 3: .status(503, retryAfter: .seconds(1))
        default: .status(401, retryAfter: nil)
        }
    }

    private func chance(_ percent: Int) -> Bool { percent > 0 && world.generator.chance(percent) }
}

/// Splits lines: `I<number>=<document>`, `X<rubbish>`, and an `E` at the end.
struct SimulatedSplitting: BatchSplitting {
    func splitter(for plan: SplitPlan) -> any BatchSplitter { SimulatedSplitter() }

    func judge(_ octets: [UInt8], encoding: String, namespaces: [InheritedNamespace], by plan: SplitPlan) -> BatchPart {
        .refused(SplitRefusal(reason: .malformed("simulated"), octets: octets, encoding: encoding, index: 0))
    }
}

struct SimulatedSplitter: BatchSplitter {
    private var line: [UInt8] = []
    private var index = 0
    private var isAtEnd = false

    mutating func push(_ octets: ArraySlice<UInt8>) throws(BatchError) -> [BatchPart] {
        var parts: [BatchPart] = []
        for octet in octets {
            guard octet == UInt8(ascii: "\n") else {
                line.append(octet)
                continue
            }
            if let part = part() { parts.append(part) }
            line = []
        }
        return parts
    }

    private mutating func part() -> BatchPart? {
        defer { index += 1 }
        switch line.first {
        case UInt8(ascii: "I"):
            let halves = line.dropFirst().split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard halves.count == 2 else { return nil }
            return .invoice(
                SplitInvoice(
                    number: String(decoding: halves[0], as: UTF8.self), octets: Array(halves[1]), encoding: "UTF-8", index: index))
        case UInt8(ascii: "X"):
            return .refused(
                SplitRefusal(reason: .malformed("simulated"), octets: Array(line.dropFirst()), encoding: "UTF-8", index: index))
        default:
            isAtEnd = true
            return nil
        }
    }

    mutating func finish() -> BatchEnd { BatchEnd(parts: [], error: isAtEnd ? nil : .truncated) }
}
