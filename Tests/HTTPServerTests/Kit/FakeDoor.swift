import Domain
import Ports
import Synchronization

/// Judges messages by the real check, and puts what is believed into the fake books.
final class FakeDoor: WebhookDoor {
    private let books: FakeBooks
    private let time: any TimeSource
    private let witness: LoopWitness
    /// Thrown in place of taking anything.
    let failure = Mutex<WebhookError?>(nil)

    init(books: FakeBooks, time: any TimeSource, witness: LoopWitness) {
        self.books = books
        self.time = time
        self.witness = witness
    }

    func receive(_ message: SignedMessage, at address: ReceiverAddress?) async throws(WebhookError) -> WebhookReceipt {
        witness.note("door")
        if let failure = failure.withLock({ $0 }) { throw failure }
        guard let address, let receiver = receiver(at: address) else { throw .refused(ReceiverCheck.refuse(message)) }
        let secrets = receiver.valid(at: time.now()).compactMap {
            try? TestServer.sealer.open($0.sealed, $0.context(in: receiver.tenant))
        }
        let id: String
        do throws(ReceiverRefusal) {
            id = try ReceiverCheck(receiver.plan, secrets: secrets).admit(message, now: time.now())
        } catch {
            throw .refused(error)
        }
        guard receiver.status == .active else { throw .paused }
        guard message.body.count <= receiver.plan.maxBytes else { throw .tooLarge(limit: receiver.plan.maxBytes) }
        let received = ReceivedMessage(
            receiver: receiver.name, messageId: id, octets: message.body, contentType: message.field("content-type"),
            trace: TestServer.trace, topic: nil)
        let reply: BookReply
        do throws(IntentError) {
            reply = try await books.send(
                BookIntent(tenant: receiver.tenant, command: .ingestion(.receive(received)), by: "webhook", correlationId: "x"))
        } catch {
            throw .notTaken(error)
        }
        guard case .ingestion(.message(let known)) = reply.record else { throw .notHandled }
        return WebhookReceipt(message: known, isRepeat: !reply.changed)
    }

    private func receiver(at address: ReceiverAddress) -> Receiver? {
        books.state.withLock { state in
            guard case .item(.receiver(let receiver))? = state.records[.item(address.tenant, .receiver(address.name))],
                receiver.status != .deleted, address.leads(to: receiver)
            else { return nil }
            return receiver
        }
    }
}
