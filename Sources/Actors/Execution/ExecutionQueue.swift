internal import Domain
internal import Ports
internal import Synchronization

/// The due calls that wait for a place in execution, shared by those who offer them, execution, and those who look.
final class ExecutionQueue: Sendable {
    /// What execution is to do next.
    struct Step: Sendable {
        var calls: [Admitted] = []
        var news = Admission.News()
        /// When there may be more to do although nothing came.
        var wake: Uptime?
    }

    private let admission: Mutex<Admission>
    /// Partitions of which it is not known yet what is paused.
    private let unknown: Mutex<Set<PartitionId>>
    /// Wakes execution; its elements are the attempts that have ended.
    let finished: Mailbox<AttemptEnd>

    /// - Parameter unknown: partitions of which it must be read first what is paused.
    init(_ settings: EngineSettings, unknown: Set<PartitionId> = []) {
        let bounds = AdmissionBounds(settings)
        admission = Mutex(Admission(bounds, knowsHolds: unknown.isEmpty))
        self.unknown = Mutex(unknown)
        finished = Mailbox(capacity: bounds.maxRunning + bounds.reserve)
    }

    var count: Int { admission.withLock { $0.waiting } }
    var running: Int { admission.withLock { $0.running } }
    /// The earliest due time of a call that waits.
    var oldest: Instant? { admission.withLock { $0.oldest } }
    /// Lanes that calls were refused of.
    var awaited: Int { admission.withLock { $0.awaited } }

    func lanes(in gate: TargetState.Gate, at now: Uptime) -> Int { admission.withLock { $0.gates(at: now)[gate] ?? 0 } }

    func targets(of tenant: TenantId, at clocks: (now: Instant, uptime: Uptime)) -> [TargetState] {
        admission.withLock { $0.targets(of: tenant, at: clocks) }
    }

    func offer(_ call: DueCall, at now: Uptime) -> Admission.Offer {
        let offer = admission.withLock { $0.offer(call, at: now) }
        if offer == .accepted(wakes: true) { finished.wake() }
        return offer
    }

    /// How many calls of the lane would be accepted now. When it is none, there is word once it is some.
    func room(in lane: LaneKey, at now: Uptime) -> Int { admission.withLock { $0.room(in: lane, at: now) } }

    /// Sets what is paused of a tenant.
    func hold(_ holds: LaneHolds, of tenant: TenantId, at now: Uptime) {
        admission.withLock { $0.hold(holds, of: tenant, at: now) }
        finished.wake()
    }

    /// What is paused in the partition has been told.
    func knowsHolds(of partition: PartitionId) {
        guard unknown.withLock({ $0.remove(partition) != nil && $0.isEmpty }) else { return }
        admission.withLock { $0.knowsHolds = true }
        finished.wake()
    }

    /// The start of an admitted attempt was committed, or will not be; to be told once of each, before its end.
    func started(_ tenant: TenantId) {
        if admission.withLock({ $0.started(tenant) }) { finished.wake() }
    }

    /// Takes in what has ended, and gives out the places.
    func step(_ ended: [AttemptEnd], at now: Uptime) -> Step {
        admission.withLock { admission in
            for end in ended { admission.ended(end, at: now) }
            admission.advance(to: now)
            admission.relieveStarved(at: now)
            var step = Step()
            while let admitted = admission.pop(at: now) { step.calls.append(admitted) }
            step.news = admission.takeNews()
            step.wake = admission.nextWake
            return step
        }
    }

    /// Takes no more calls; those that wait stay in the store.
    func close() {
        admission.withLock { $0.close() }
        finished.close()
    }
}
