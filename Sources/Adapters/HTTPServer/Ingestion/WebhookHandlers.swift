internal import Domain
internal import Ports
internal import Synchronization

/// What the one route does that senders of webhooks deliver to. It asks for no token: who signs is believed, and for whom a message is
/// follows from the address alone.
final class WebhookHandlers: Sendable {
    private let door: any WebhookDoor
    private let most: Int64
    private let underWay = Atomic<Int64>(0)

    static let path = "/v1/webhooks"

    init(_ door: any WebhookDoor, atOnce most: Int) {
        self.door = door
        self.most = Int64(most)
    }

    func receive(_ request: IncomingRequest) async throws(Problem) -> Reply {
        let count = underWay.wrappingAdd(1, ordering: .relaxed).newValue
        defer { underWay.wrappingSubtract(1, ordering: .relaxed) }
        guard count <= most else {
            throw Problem(.busy, "Too many messages are being taken already; nothing was done.", retryAfter: 1)
        }
        let address = request.decodedParameter(0).flatMap { ReceiverAddress($0) }
        let message = SignedMessage(fields: request.headers.map { ($0.name, $0.value) }, body: request.bodyBytes)
        let receipt: WebhookReceipt
        do {
            receipt = try await door.receive(message, at: address)
        } catch {
            throw Problem(error)
        }
        return Reply.json { json in
            json.object { json in
                json.field("id", receipt.message.id.description)
                json.field("messageId", receipt.message.messageId)
                json.field("repeated", receipt.isRepeat)
            }
        }
    }
}

extension Problem {
    init(_ error: WebhookError) {
        switch error {
        case .refused(let refusal): self.init(refusal)
        case .tooLarge(let limit): self.init(.bodyTooLarge, "This receiver takes messages of at most \(limit) bytes.")
        case .paused: self.init(.unavailable, "The receiver is paused; nothing was done. Send the message again later.", retryAfter: 60)
        case .unreadable(let error): self.init(error)
        case .crowded:
            self.init(.tooManyAtOnce, "Too many of this receiver's messages are being taken already; nothing was done.", retryAfter: 1)
        // Senders have no Idempotency-Key: the message's own identity does what that does.
        case .notTaken(.unknownOutcome):
            self.init(
                .unknownOutcome, "Whether the message is on record is not known. Send it again unchanged: it is on record once.",
                retryAfter: 1)
        case .notTaken(let error): self.init(error)
        case .notHandled:
            self.init(
                .unavailable, "The message is on record, and not all that follows from it; send it again.", retryAfter: 1)
        case .notOffered: self.init(.unavailable, "This engine takes no messages in; nothing was done.", retryAfter: 60)
        }
    }

    private init(_ refusal: ReceiverRefusal) {
        switch refusal {
        case .notBelieved:
            self.init(
                .signatureRefused,
                "No receiver has this address, or the message is not signed as its receiver expects, or with another secret.",
                retryAfter: Self.refusedRetry,
                headers: [("WWW-Authenticate", "Signature realm=\"ledgerflow\"")])
        case .tooOld(let tolerance):
            self.init(
                .invalidRequest, "The message was signed more than \(Self.seconds(tolerance)) s ago; sign it anew, and check the clock.")
        case .tooNew(let tolerance):
            self.init(.invalidRequest, "The message was signed more than \(Self.seconds(tolerance)) s from now; check the clock.")
        case .noMessageId(let place):
            let rule = "must be the message's identity, 1 to \(MessageIdPlace.maxIdBytes) bytes without control characters"
            switch place {
            case .header(let name): self.init(faults: [.init(place: .header(name.value), detail: rule)], .invalidRequest)
            case .standard: self.init(faults: [.init(place: .header(WebhookSignature.idField), detail: rule)], .invalidRequest)
            case .body(let pointer):
                self.init(faults: [.init(place: .pointer(pointer.description), detail: rule + ", a text or whole number")], .invalidRequest)
            case .digest: self.init(.invalidRequest, "The message has no identity.")
            }
        }
    }

    /// Told to everybody who is not believed, since it may be the engine that cannot open the receiver's secret, or a clock that is wrong:
    /// a sender that is right keeps the message, and sends it again.
    private static let refusedRetry: Int64 = 60

    private static func seconds(_ span: TimeSpan) -> Int64 { span.microseconds / 1_000_000 }
}
