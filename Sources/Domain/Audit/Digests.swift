internal import Crypto

/// What the audit knows a state by: SHA-256 over what the state is. A digest tells whether a state is the recorded one, and nothing of what is
/// in it.
extension BookRecord {
    public var digest: [UInt8] {
        var sha = SHA256()
        withUnsafeBytes(of: version.bigEndian) { sha.update(bufferPointer: $0) }
        switch self {
        case .series(let series): series.storedState.withUnsafeBytes { sha.update(bufferPointer: $0) }
        case .invoice(let invoice):
            invoice.storedState.withUnsafeBytes { sha.update(bufferPointer: $0) }
            invoice.content.digest.withUnsafeBytes { sha.update(bufferPointer: $0) }
        case .number(let record): sha.update(data: Array(record.number.printed.utf8))
        case .item(let item): item.storedState.withUnsafeBytes { sha.update(bufferPointer: $0) }
        case .ingestion(let record): record.storedState.withUnsafeBytes { sha.update(bufferPointer: $0) }
        }
        return Array(sha.finalize())
    }

    /// As the audit names it.
    public var auditSubject: String {
        switch self {
        case .series(let series): "series/" + series.plan.id.value
        case .invoice(let invoice): "invoice/" + invoice.id.description
        case .number(let record): "number/" + record.number.printed
        case .item(let item): item.auditSubject
        case .ingestion(let record): "ingestion-\(record.key.kind.rawValue)/\(record.key.id)"
        }
    }
}

extension TenantItem {
    fileprivate var auditSubject: String {
        switch self {
        case .schedule(let schedule): "schedule/" + schedule.id.description
        case .subscription(let subscription): "subscription/" + subscription.id.description
        case .webhookKeys: "webhook-keys"
        case .holds: "holds"
        case .counts: "counts"
        case .source(let source): "ingestion-source/" + source.name.value
        case .progress(let progress): "ingestion-progress/" + progress.source.value
        case .receiver(let receiver): "ingestion-receiver/" + receiver.name.value
        }
    }
}

extension ServiceCall {
    /// Over the fingerprint of what was submitted, and where the call stands.
    public var digest: [UInt8] {
        var sha = SHA256()
        submission.fingerprint.bytes.withUnsafeBytes { sha.update(bufferPointer: $0) }
        for number in [version, Int64(run), Int64(attempts), Int64(attemptsInRun), dueAt?.microseconds ?? .min] {
            withUnsafeBytes(of: number.bigEndian) { sha.update(bufferPointer: $0) }
        }
        sha.update(data: Array(status.rawValue.utf8))
        return Array(sha.finalize())
    }

    /// As the audit names it.
    public var auditSubject: String { "service-call/" + id.description }
}

extension ServiceCallCommand {
    /// The name under which the audit knows it.
    public var name: String {
        switch self {
        case .submit: "service-call.submit"
        case .cancel: "service-call.cancel"
        case .reschedule: "service-call.reschedule"
        case .retry: "service-call.retry"
        case .dueTimeReached: "service-call.start"
        case .backOffElapsed: "service-call.back-off-elapsed"
        case .attemptTimedOut: "service-call.time-out"
        case .attemptOwnerLost: "service-call.owner-lost"
        case .executionSucceeded: "service-call.succeed"
        case .executionFailed: "service-call.fail"
        }
    }
}
