internal import Domain
internal import Ports

/// Follows one tenant's subscriptions for a while: at most one page of the log for each.
///
/// A page that is read for the one that is furthest behind serves all that stand within it; those that have caught up share one.
struct FollowerRound: Sendable {
    /// How one subscription was followed.
    struct Step: Sendable {
        let id: SubscriptionId
        let version: Int64
        let place: [Int64]
        let health: DeliveryHealth
        /// Whether it has to be disabled.
        let hasFailed: Bool
    }

    struct Result: Sendable {
        /// Of those that got on; the others are where they were.
        var steps: [Step] = []
        /// Whether all have seen everything that there was.
        var isAtEnd = true
        /// Whose requests cannot be opened; they wait, and hold up no others.
        var unreadable: [SubscriptionId] = []
        /// Whether something could not be done now.
        var isHeldUp = false
    }

    let tenant: TenantId
    let ports: EnginePorts
    let router: Router
    let cursors: CursorBook
    let settings: EngineSettings
    let metrics: EngineMetrics
    let variant: EngineVariant

    func run(_ follows: [Follow]) async -> Result {
        var result = Result()
        var rest = follows.sorted { ($0.place.reduce(0, &+), $0.subscription.id) < ($1.place.reduce(0, &+), $1.subscription.id) }
        while let first = rest.first, !Task.isCancelled {
            let page: EventPage
            do throws(QueryError) {
                page = try await ports.log.events(
                    tenant: tenant, after: LogCursor(positions: first.place), limit: settings.followerPage)
            } catch {
                if let oldest = error.oldest {
                    rest.removeFirst()
                    leap(first, to: oldest.positions, &result)
                    continue
                }
                metrics.subscriptionReadFailures.add()
                report(.warning, "subscription.read-failed", "The log could not be read; trying again.", nil, error.reason)
                result.isHeldUp = true
                return result
            }
            let end = page.next.positions
            let isServed = { (follow: Follow) in
                follow.subscription.id == first.subscription.id || follow.isCovered(from: first.place, to: end)
            }
            let served = rest.filter(isServed)
            rest.removeAll(where: isServed)
            if !page.isAtEnd { result.isAtEnd = false }
            await serve(served, Page(page, store: ports.log.storeId), &result)
        }
        return result
    }

    /// What the subscription had not read for so long is no longer kept (retention); it goes on with what is left.
    private func leap(_ follow: Follow, to place: [Int64], _ result: inout Result) {
        report(
            .warning, "subscription.events-lost",
            "Events that a subscription had not read were taken out of the log; it goes on behind them.",
            follow.subscription.id, "older than what is kept for it")
        note(follow, place, follow.health)
        result.steps.append(
            Step(id: follow.subscription.id, version: follow.subscription.version, place: place, health: follow.health, hasFailed: false))
        result.isAtEnd = false
    }

    /// A page whose events are each read once.
    private struct Page {
        struct Event {
            let committed: CommittedEvent
            let id: UniqueId
            let data: JSONValue?
            /// Set for an event of a call that delivers an event.
            let delivery: SubscriptionId?
        }

        let events: [Event]
        let end: [Int64]

        init(_ page: EventPage, store: UniqueId) {
            end = page.next.positions
            events = page.events.map { event in
                let data = try? JSONReader.read(event.data)
                var delivery: SubscriptionId?
                if case .serviceCall = event.type, case .object(let object)? = data, case .string(let text)? = object["origin"],
                    case .subscription(let id, _)? = CallOrigin(text)
                {
                    delivery = id
                }
                return Event(committed: event, id: event.id(in: store), data: data, delivery: delivery)
            }
        }
    }

    private func serve(_ follows: [Follow], _ page: Page, _ result: inout Result) async {
        var wanted: [(follow: Follow, health: DeliveryHealth, events: [Page.Event])] = []
        for follow in follows {
            var health = follow.health
            var events: [Page.Event] = []
            for event in page.events where follow.isBefore(event.committed) {
                // What delivers events is never delivered itself, or it would never end.
                if let delivery = event.delivery {
                    if delivery == follow.subscription.id { Self.note(event.committed, event.data, follow, &health) }
                } else if follow.subscription.wants(event.committed, event.data) {
                    events.append(event)
                }
            }
            wanted.append((follow, health, events))
        }
        let templates: [SubscriptionId: Subscription]
        do throws(JournalError) {
            templates = try await load(wanted.filter { !$0.events.isEmpty }.map(\.follow.subscription.id))
        } catch {
            metrics.subscriptionReadFailures.add()
            report(.warning, "subscription.read-failed", "Subscriptions could not be read; trying again.", nil, String(describing: error))
            result.isHeldUp = true
            return
        }
        for (follow, health, events) in wanted {
            let id = follow.subscription.id
            if variant.movesFollowersFirst { note(follow, page.end, health) }
            if !events.isEmpty {
                // One that has changed is left; that is told. Not to an engine that no longer owns the partition and does not know it yet: it
                // must not come back at once, again and again.
                guard let subscription = templates[id], subscription.status == .active,
                    subscription.generation == follow.subscription.generation
                else {
                    result.isHeldUp = true
                    continue
                }
                switch await deliver(events, to: subscription) {
                case .done: break
                case .heldUp:
                    result.isHeldUp = true
                    continue
                case .unreadable:
                    result.unreadable.append(id)
                    continue
                }
            }
            note(follow, page.end, health)
            result.steps.append(
                Step(
                    id: id, version: follow.subscription.version, place: page.end, health: health,
                    hasFailed: health.failingFor >= settings.disableSubscriptionAfter))
        }
    }

    private func note(_ follow: Follow, _ place: [Int64], _ health: DeliveryHealth) {
        cursors.moved(
            .subscription(follow.subscription.id), of: tenant, generation: follow.subscription.generation, to: place, state: health.stored)
    }

    private static func note(_ event: CommittedEvent, _ data: JSONValue?, _ follow: Follow, _ health: inout DeliveryHealth) {
        guard event.time >= follow.subscription.activeSince, case .serviceCall(let kind) = event.type else { return }
        switch kind {
        case .executionSucceeded: health.succeeded()
        case .executionFailed:
            if case .object(let object)? = data, case .object(let failure)? = object["error"],
                case .string(ExecutionFailure.Kind.cancelled.rawValue)? = failure["kind"]
            {
                return
            }
            health.failed(at: event.time)
        default: break
        }
    }

    private func load(_ ids: [SubscriptionId]) async throws(JournalError) -> [SubscriptionId: Subscription] {
        guard !ids.isEmpty else { return [:] }
        let partition = PartitionId(PartitionHash.partition(tenant: tenant, count: ports.journal.partitionCount))
        var found: [SubscriptionId: Subscription] = [:]
        for stored in try await ports.journal.load(ids.map { .item(tenant, .subscription($0)) }, in: partition) {
            if case .item(.subscription(let subscription)) = stored.record { found[subscription.id] = subscription }
        }
        return found
    }

    // MARK: - Delivering

    private static let together = 64

    private enum Delivered { case done, heldUp, unreadable }

    /// Submits a call for each event, in some at a time, and waits with the next until these are committed.
    ///
    /// Unless it is done all are submitted again later, which changes nothing for those that are there.
    private func deliver(_ events: [Page.Event], to subscription: Subscription) async -> Delivered {
        var rest = events[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.together)
            rest = rest.dropFirst(some.count)
            let intents: [ServiceCallIntent]
            do throws(SealError) {
                intents = try Self.intents(some, subscription, ports)
            } catch {
                report(
                    .error, "subscription.not-followed", "What a subscription sends cannot be opened; trying again.", subscription.id,
                    error.description)
                return .unreadable
            }
            guard await submit(intents) else { return .heldUp }
        }
        return .done
    }

    private static func intents(
        _ events: ArraySlice<Page.Event>, _ subscription: Subscription, _ ports: EnginePorts
    ) throws(SealError) -> [ServiceCallIntent] {
        var intents: [ServiceCallIntent] = []
        for event in events {
            let id = ServiceCallId.delivery(of: event.id, to: subscription.id, generation: subscription.generation)
            let webhookId = subscription.id.webhookId(of: event.id).description
            intents.append(
                .submit(
                    try subscription.template.call(
                        tenant: subscription.tenant, item: subscription.id.value, id: id, dueAt: nil,
                        origin: .subscription(subscription.id, event: event.id), correlationId: event.committed.correlationId,
                        sealer: ports.sealer
                    ) { $0.delivering(event.committed, of: ports.log.storeId, webhookId: webhookId) }))
        }
        return intents
    }

    private func submit(_ intents: [ServiceCallIntent]) async -> Bool {
        var waiting = intents
        var wait = BackOff(first: .milliseconds(20), most: .seconds(1))
        var tries = 0
        while tries < 6 {
            var again: [ServiceCallIntent] = []
            for (outcome, intent) in zip(await router.send(waiting), waiting) {
                switch outcome {
                case .success(let reply): if reply.changed { metrics.deliveries.add() }
                // Submitted before, whatever it said then.
                case .failure(.refused): break
                case .failure(.stopping): return false
                case .failure: again.append(intent)
                }
            }
            if again.isEmpty { return true }
            if Task.isCancelled { return false }
            // Where some got in, the others may: given up, all would come again, and a partition that takes few at a time would be given the
            // same few for ever.
            tries += 1
            if again.count < waiting.count {
                tries = 0
                wait.reset()
            }
            waiting = again
            await ports.time.sleep(for: wait.next())
        }
        return false
    }

    private func report(_ level: Diagnostic.Level, _ event: String, _ message: String, _ id: SubscriptionId?, _ reason: String) {
        var fields = [(name: "tenant_id", value: tenant.value), (name: "reason", value: reason)]
        if let id { fields.append((name: "subscription_id", value: id.description)) }
        ports.diagnostics.report(Diagnostic(level, event, message, fields: fields))
    }
}

extension SubscriptionChange {
    func wants(_ event: CommittedEvent, _ data: JSONValue?) -> Bool {
        guard types.contains(where: { $0.matches(event.type) }) else { return false }
        return filter?.passes(type: event.type, subject: event.subject, data: data) ?? true
    }
}
