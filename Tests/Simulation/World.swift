import Domain
import Ports
import PropertyKit

/// What surrounds the simulated engines: time, chance, and the order of everything. One seed, one history.
///
/// Unchecked: everything of a simulation happens on the one thread that drives it.
final class World: @unchecked Sendable {
    private enum Wake {
        case sleeper(UnsafeContinuation<Void, Never>, SimulatedExecutor)
        case alarm(SimulatedAlarm, SimulatedExecutor)
        case action(() -> Void)
    }

    private struct Timer {
        let at: Int64
        let ticket: Int
        let wake: Wake
    }

    var generator: SeededGenerator
    private(set) var uptime: Int64 = 1_000_000
    /// Wall time less uptime; changes when the clock jumps.
    var wallOffset: Int64 = 1_790_000_000_000_000
    private var timers: [Int: Timer] = [:]
    private var order = MinimumHeap()
    private var nextTicket = 0
    var executors: [SimulatedExecutor] = []
    private(set) var trace: [String] = []
    private(set) var traceDigest: UInt64 = 14_695_981_039_346_656_037
    private(set) var steps = 0
    private(set) var violations: [String] = []
    /// What may not be sent.
    var paused = PausedSince()
    /// The heads at which each partition's commits began.
    var commits: [PartitionId: Set<Int64>] = [:]
    /// How often each call's request was sent.
    var sent: [ServiceCallKey: Int] = [:]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    var now: Instant { Instant(microseconds: uptime + wallOffset) }

    // MARK: - What is seen

    func note(_ line: @autoclosure () -> String) {
        let text = "\(uptime) \(line())"
        for byte in text.utf8 { traceDigest = (traceDigest ^ UInt64(byte)) &* 1_099_511_628_211 }
        trace.append(text)
        if trace.count > 4_000 { trace.removeFirst(2_000) }
    }

    func violate(_ what: String) {
        note("VIOLATION \(what)")
        violations.append(what)
    }

    // MARK: - Time

    /// Does `action` when `delay` has passed.
    func after(_ delay: TimeSpan, _ action: @escaping () -> Void) {
        _ = add(uptime + max(0, delay.microseconds), .action(action))
    }

    func sleep(until deadline: Uptime, on executor: SimulatedExecutor) async {
        let cell = TicketCell()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                cell.ticket = add(deadline.microseconds, .sleeper(continuation, executor))
            }
        } onCancel: {
            guard let ticket = cell.ticket, let timer = timers.removeValue(forKey: ticket) else { return }
            if case .sleeper(let continuation, _) = timer.wake { continuation.resume() }
        }
    }

    func set(_ alarm: SimulatedAlarm, _ deadline: Uptime?, on executor: SimulatedExecutor) {
        if let ticket = alarm.ticket { timers[ticket] = nil }
        alarm.ticket = deadline.map { add(max($0.microseconds, uptime), .alarm(alarm, executor)) }
    }

    private func add(_ at: Int64, _ wake: Wake) -> Int {
        nextTicket += 1
        timers[nextTicket] = Timer(at: at, ticket: nextTicket, wake: wake)
        order.insert(at, nextTicket)
        return nextTicket
    }

    // MARK: - Running

    /// Runs until `isDone`, or nothing can happen any more, or the limit of steps is reached.
    ///
    /// - Parameter deadline: the uptime after which everything should long have come to its end.
    func run(limit: Int, deadline: Int64, until isDone: () -> Bool) {
        while !isDone(), violations.isEmpty {
            steps += 1
            if steps > limit { return violate("The simulation did not come to rest within \(limit) steps.") }
            if uptime > deadline { return violate("The simulation did not come to rest in time.") }
            if runOneJob() { continue }
            if !advance() { return violate("Nothing can happen any more, but not everything is done.") }
        }
    }

    private func runOneJob() -> Bool {
        let total = executors.reduce(0) { $0 + $1.readyCount }
        guard total > 0 else { return false }
        var choice = Int.random(in: 0..<total, using: &generator)
        for executor in executors {
            if choice < executor.readyCount {
                executor.run(choice)
                return true
            }
            choice -= executor.readyCount
        }
        return false
    }

    /// Goes to the next moment at which something is to happen; all that is to happen then, happens together, so that the order of
    /// ties is the seed's to choose.
    private func advance() -> Bool {
        var due: [Timer] = []
        while let (at, ticket) = order.first {
            guard let timer = timers[ticket] else {
                order.removeFirst()
                continue
            }
            if case .sleeper(_, let executor) = timer.wake, executor.isDead { drop(ticket); continue }
            if case .alarm(_, let executor) = timer.wake, executor.isDead { drop(ticket); continue }
            if let first = due.first, at > max(first.at, uptime) { break }
            drop(ticket)
            due.append(timer)
        }
        guard let first = due.first else { return false }
        uptime = max(uptime, first.at)
        for timer in due.shuffled(using: &generator) {
            switch timer.wake {
            case .sleeper(let continuation, _): continuation.resume()
            case .alarm(let alarm, let executor):
                alarm.ticket = nil
                if !executor.isDead { alarm.action() }
            case .action(let action): action()
            }
        }
        return true
    }

    private func drop(_ ticket: Int) {
        timers[ticket] = nil
        order.removeFirst()
    }

    private final class TicketCell: @unchecked Sendable { var ticket: Int? }
}

/// The clock that one incarnation of the engine sees.
struct SimulatedClock: TimeSource {
    let world: World
    let executor: SimulatedExecutor

    func now() -> Instant { world.now }
    func uptime() -> Uptime { Uptime(microseconds: world.uptime) }
    func sleep(until deadline: Uptime) async { await world.sleep(until: deadline, on: executor) }
    func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm {
        SimulatedAlarm(world: world, executor: executor, action: action)
    }
}

final class SimulatedAlarm: Alarm, @unchecked Sendable {
    let world: World
    let executor: SimulatedExecutor
    let action: @Sendable () -> Void
    var ticket: Int?

    init(world: World, executor: SimulatedExecutor, action: @escaping @Sendable () -> Void) {
        self.world = world
        self.executor = executor
        self.action = action
    }

    func set(_ deadline: Uptime?) { world.set(self, deadline, on: executor) }
}

struct SimulatedEntropy: EntropySource {
    let world: World
    func next() -> UInt64 { world.generator.next() }
}

/// Tickets in the order of time.
private struct MinimumHeap {
    private var items: [(at: Int64, ticket: Int)] = []
    var first: (at: Int64, ticket: Int)? { items.first }

    private static func precedes(_ a: (at: Int64, ticket: Int), _ b: (at: Int64, ticket: Int)) -> Bool { a < b }

    mutating func insert(_ at: Int64, _ ticket: Int) {
        items.append((at, ticket))
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(items[child], items[parent]) else { break }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = items.popLast(), !items.isEmpty else { return }
        items[0] = last
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < items.count }
            guard let least = children.min(by: { Self.precedes(items[$0], items[$1]) }), Self.precedes(items[least], items[parent])
            else { return }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
