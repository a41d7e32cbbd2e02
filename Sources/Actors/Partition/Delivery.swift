internal import Domain
internal import Ports

/// One command on its way through a partition, and where its outcome goes.
enum Delivery: Sendable {
    case call(ServiceCallIntent, ReplySlot<ServiceCallReply>)
    case books(BookIntent, ReplySlot<BookReply>)

    func fail(_ error: IntentError) {
        switch self {
        case .call(_, let slot): slot.deliver(.failure(error))
        case .books(_, let slot): slot.deliver(.failure(error))
        }
    }

    /// About how many bytes wait with it.
    var weight: Int {
        switch self {
        case .call(let intent, _):
            if case .submit(let submission) = intent.command { submission.approximateBytes } else { 64 }
        case .books(let intent, _):
            switch intent.command {
            case .draft(let draft): draft.content.encoded.count + 512
            case .replace(_, let content, _): content.encoded.count + 512
            case .adopt(_, let adoptions): adoptions.count * 128 + 128
            case .item(let command): command.approximateBytes
            case .ingestion(let command): command.approximateBytes
            default: 128
            }
        }
    }
}

/// What a turn decided for a delivery.
enum Decided: Sendable {
    case call(Outcome<ServiceCallReply>)
    case books(Outcome<BookReply>)
}
