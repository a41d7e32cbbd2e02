internal import Domain
internal import Ports

/// A call with what of it was opened to be shown. Everything goes through the policy on its way out.
struct ShownCall {
    enum Payload {
        case opened(OutgoingRequest)
        /// Retention took it.
        case erased
        /// Its key is missing, or it is damaged.
        case unreadable

        var name: String {
            switch self {
            case .opened: "available"
            case .erased: "erased"
            case .unreadable: "unreadable"
            }
        }
    }

    let call: ServiceCall
    let payload: Payload
    /// Those that have ended, each with how its answer began.
    let attempts: [(record: AttemptRecord, snippet: String?)]
    let policy: RedactionPolicy

    /// - Parameter outgoing: what the caller has just sent, so that it need not be opened.
    init(_ detail: ServiceCallDetail, outgoing: OutgoingRequest? = nil, sealer: any Sealer, policy: RedactionPolicy) {
        call = detail.call
        self.policy = policy
        payload = Self.payload(detail.call.submission, outgoing, sealer)
        let context = SealContext.answer(to: detail.call.id, tenant: detail.call.tenant)
        attempts = detail.attempts.map { record in
            let bytes = record.snippet.flatMap { try? sealer.open($0, context) }
            return (record, bytes.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    private static func payload(_ submission: ServiceCallSubmission, _ outgoing: OutgoingRequest?, _ sealer: any Sealer) -> Payload {
        if submission.request.payload == .erased { return .erased }
        if let outgoing { return .opened(outgoing) }
        do throws(SealError) { return .opened(try sealer.open(submission.request, submission.sealContext)) } catch { return .unreadable }
    }
}
