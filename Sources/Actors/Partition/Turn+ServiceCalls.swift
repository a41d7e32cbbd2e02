internal import Domain
internal import Ports

extension Turn {
    mutating func decide(_ intent: ServiceCallIntent, _ context: DecisionContext) -> Outcome<ServiceCallReply> {
        let key = intent.key
        let current = calls[key]?.stored ?? committed.calls[key]
        let decided: [ServiceCallEvent]
        do throws(ServiceCallError) {
            decided = try ServiceCall.decide(current?.call, intent.command, context)
        } catch {
            return .failure(.refused(error))
        }
        guard !decided.isEmpty else {
            guard let current else { return .failure(.refused(.notFound)) }
            return .success(ServiceCallReply(call: current.call, changed: false))
        }
        guard let call = apply(decided, to: key, current, at: context.now) else {
            return .failure(.unavailable("The decision did not lead to a state."))
        }
        if let by = intent.by {
            let entry = AuditEntry(
                at: context.now, by: by, command: intent.command.name, subject: call.auditSubject, before: current?.call.digest ?? [],
                after: call.digest)
            record(entry, of: key.tenant)
        }
        return .success(ServiceCallReply(call: call, changed: true))
    }

    private mutating func apply(
        _ decided: [ServiceCallEvent], to key: ServiceCallKey, _ current: StoredServiceCall?, at now: Instant
    ) -> ServiceCall? {
        var call = current?.call
        let ordinal = current?.ordinal ?? lastOrdinal + 1
        var ended: [AttemptRecord] = []
        var appended: [CommittedEvent] = []
        for event in decided {
            guard let next = ServiceCall.evolve(call, event, at: now) else { return nil }
            call = next
            if let record = event.endedAttempt { ended.append(record) }
            appended.append(
                CommittedEvent(
                    partition: partition, position: position(after: appended.count), tenant: key.tenant, subject: key.id.value,
                    ordinal: ordinal, version: next.version, type: .serviceCall(event.kind), time: now,
                    correlationId: next.submission.correlationId, data: event.wireData(of: next)))
        }
        guard let call else { return nil }
        if current == nil { lastOrdinal = ordinal }
        append(appended)
        if calls[key] == nil { callKeys.append(key) }
        let expected = calls[key]?.expectedVersion ?? current?.call.version ?? 0
        let before = calls[key]?.endedAttempts ?? []
        calls[key] = CallChange(
            stored: StoredServiceCall(call: call, ordinal: ordinal), expectedVersion: expected, endedAttempts: before + ended)
        return call
    }
}
