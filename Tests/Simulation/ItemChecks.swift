import Domain
import InMemoryAdapter
import Ports

/// What must be true of schedules and subscriptions after any history: each occurrence is one call, each wanted event is delivered under one
/// identity, and nothing is delivered that was not wanted.
struct ItemChecks {
    let simulation: Simulation
    private var store: InMemoryStore { simulation.store }

    /// What is still to come of active schedules and subscriptions; nothing once all has been done.
    func missing() -> String? {
        let items = store.allBooks.compactMap { if case .item(let item) = $0 { item } else { nil } }.sorted { $0.key < $1.key }
        for case .schedule(let schedule) in items where schedule.status == .active {
            if let notAfter = schedule.timing.notAfter, simulation.world.now <= notAfter { return "\(schedule.id) goes on" }
            if let missing = missing(of: schedule) { return "\(schedule.id) has no call for \(missing.rfc3339)" }
        }
        var events: [TenantId: [(event: CommittedEvent, data: JSONValue?)]]?
        for case .subscription(let subscription) in items where subscription.status == .active {
            let all = events ?? eventsByTenant()
            events = all
            for (event, data) in all[subscription.tenant] ?? [] where wants(subscription, event, data) {
                guard event.position > subscription.from[event.partition.index], call(for: event, subscription) == nil else { continue }
                return "\(subscription.id) was not told of \(event.type.name) \(event.partition)/\(event.position)"
            }
        }
        return nil
    }

    /// An occurrence that must have made a call. With a misfire rule that drops some, only those that followed in time must.
    private func missing(of schedule: Schedule) -> Instant? {
        guard schedule.timing.misfire == .all else { return nil }
        var last = schedule.activeSince
        while let next = schedule.timing.next(after: last, zone: FixedZone.utc) {
            let key = ServiceCallKey(tenant: schedule.tenant, id: .occurrence(of: schedule.id, at: next))
            if store.current(key) == nil { return next }
            last = next
        }
        return nil
    }

    private func eventsByTenant() -> [TenantId: [(event: CommittedEvent, data: JSONValue?)]] {
        var events: [TenantId: [(event: CommittedEvent, data: JSONValue?)]] = [:]
        for event in store.allEvents.joined() { events[event.tenant, default: []].append((event, try? JSONReader.read(event.data))) }
        return events
    }

    private func wants(_ subscription: Subscription, _ event: CommittedEvent, _ data: JSONValue?) -> Bool {
        if case .object(let object)? = data, case .string(let origin)? = object["origin"], origin.hasPrefix("subscription/") {
            return false
        }
        return subscription.types.contains { $0.matches(event.type) }
            && subscription.filter?.passes(type: event.type, subject: event.subject, data: data) ?? true
    }

    private func call(for event: CommittedEvent, _ subscription: Subscription) -> ServiceCall? {
        let id = ServiceCallId.delivery(of: event.id(in: store.storeId), to: subscription.id, generation: subscription.generation)
        return store.current(ServiceCallKey(tenant: subscription.tenant, id: id))
    }

    func run() {
        if let missing = missing() { violate(missing) }
        var byId: [UniqueId: CommittedEvent] = [:]
        for event in store.allEvents.joined() {
            byId[event.id(in: store.storeId)] = event
            if String(decoding: event.data, as: UTF8.self).contains("canary") { violate("An event tells what is sealed.") }
        }
        var deliveries: [ServiceCallId: Set<UniqueId>] = [:]
        for (call, _) in store.allCalls {
            switch call.submission.origin {
            case .schedule(let id, let nominal): check(call, id, nominal)
            case .subscription(let id, let event):
                check(call, id, byId[event])
                deliveries[call.id, default: []].insert(event)
            case nil: break
            }
        }
        if deliveries.values.contains(where: { $0.count > 1 }) { violate("Two events were delivered as one call.") }
        checkCounts()
    }

    private func check(_ call: ServiceCall, _ id: ScheduleId, _ nominal: Instant) {
        guard case .item(.schedule(let schedule))? = store.current(.item(call.tenant, .schedule(id))) else {
            return violate("Call \(call.id) is of a schedule that does not exist.")
        }
        if call.id != .occurrence(of: id, at: nominal) { violate("Call \(call.id) has not the identity of its occurrence.") }
        let begins = store.allEvents.joined().filter { $0.subject == id.value && $0.tenant == call.tenant }.map(\.time)
        if nominal <= begins.min() ?? .latest { violate("Schedule \(id) made a call for the time before it.") }
        if schedule.timing.next(after: nominal - TimeSpan(microseconds: 1), zone: FixedZone.utc) != nominal {
            violate("Schedule \(id) made a call for \(nominal.rfc3339), which is none of its times.")
        }
    }

    private func check(_ call: ServiceCall, _ id: SubscriptionId, _ event: CommittedEvent?) {
        guard case .item(.subscription(let subscription))? = store.current(.item(call.tenant, .subscription(id))), let event else {
            return violate("Call \(call.id) delivers what does not exist.")
        }
        if event.tenant != call.tenant { violate("Subscription \(id) delivered another tenant's event.") }
        if !wants(subscription, event, try? JSONReader.read(event.data)) {
            violate("Subscription \(id) delivered \(event.type.name), which it does not want.")
        }
        let ids = (0...subscription.generation).map {
            ServiceCallId.delivery(of: event.id(in: store.storeId), to: id, generation: $0)
        }
        if !ids.contains(call.id) { violate("Call \(call.id) has not the identity of its delivery.") }
    }

    /// The counts that limits are held against are true.
    private func checkCounts() {
        var counts: [TenantId: ItemCounts] = [:]
        for case .item(let item) in store.allBooks where !item.isDeleted {
            switch item {
            case .schedule: count(item.tenant, 1, 0, 0, 0)
            case .subscription: count(item.tenant, 0, 1, 0, 0)
            case .source: count(item.tenant, 0, 0, 1, 0)
            case .receiver: count(item.tenant, 0, 0, 0, 1)
            default: break
            }
        }
        func count(_ tenant: TenantId, _ schedules: Int, _ subscriptions: Int, _ sources: Int, _ receivers: Int) {
            let known = counts[tenant] ?? ItemCounts(tenant: tenant)
            counts[tenant] = ItemCounts(
                tenant: tenant, schedules: known.schedules + schedules, subscriptions: known.subscriptions + subscriptions,
                sources: known.sources + sources, receivers: known.receivers + receivers)
        }
        for case .item(.counts(let stored)) in store.allBooks {
            let actual = counts[stored.tenant] ?? ItemCounts(tenant: stored.tenant)
            if (stored.schedules, stored.subscriptions, stored.sources, stored.receivers)
                != (actual.schedules, actual.subscriptions, actual.sources, actual.receivers)
            {
                violate("\(stored.tenant) has \(actual), and counts \(stored).")
            }
        }
    }

    private func violate(_ what: String) { simulation.world.violate(what) }
}
