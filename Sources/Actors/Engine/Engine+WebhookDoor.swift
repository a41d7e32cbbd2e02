public import Domain
public import Ports

extension Engine: WebhookDoor {
    public func receive(_ message: SignedMessage, at address: ReceiverAddress?) async throws(WebhookError) -> WebhookReceipt {
        guard let ingestion = ports.ingestion else { throw .notOffered }
        do throws(WebhookError) {
            let receipt = try await take(message, at: address, ingestion)
            (receipt.isRepeat ? ingestionMetrics.messagesRepeated : ingestionMetrics.messagesTaken).add()
            return receipt
        } catch {
            if case .refused = error { ingestionMetrics.messagesRefused.add() }
            throw error
        }
    }

    private func take(
        _ message: SignedMessage, at address: ReceiverAddress?, _ ingestion: IngestionPorts
    ) async throws(WebhookError) -> WebhookReceipt {
        let now = ports.time.now()
        guard let receiver = try await receiver(at: address, ingestion.books) else { throw .refused(ReceiverCheck.refuse(message)) }
        let id: String
        let check = ReceiverCheck(receiver.plan, secrets: secrets(of: receiver, at: now))
        do throws(ReceiverRefusal) { id = try check.admit(message, now: now) } catch { throw .refused(error) }
        // From here on the sender is who it says, and may be told more.
        guard receiver.status == .active else { throw .paused }
        guard message.body.count <= receiver.plan.maxBytes else { throw .tooLarge(limit: receiver.plan.maxBytes) }
        guard let seat = doorkeeper.seat(for: receiver, bytes: message.body.count) else { throw .crowded }
        defer { doorkeeper.leave(seat) }
        let trace = TraceId(random: (ports.entropy.next(), ports.entropy.next()))
        let received = MessageReading(receiver: receiver, splitting: ingestion.splitting, trace: trace).received(message, id: id)
        let reply: BookReply
        do throws(IntentError) {
            reply =
                variant.takesDocumentsLater
                ? try await takeInParts(received, receiver.tenant) : try await take(.receive(received), receiver.tenant, of: trace)
        } catch {
            guard variant.acknowledgesAnyhow else { throw .notTaken(error) }
            return WebhookReceipt(message: IngestedMessage(received, tenant: receiver.tenant, at: now), isRepeat: false)
        }
        guard case .ingestion(.message(let known)) = reply.record else { throw .notTaken(.unavailable("another record")) }
        if known.sha256 != received.sha256 {
            ports.diagnostics.report(
                Diagnostic(
                    .warning, "ingestion.message-differs",
                    "A message came again under its identity with another body; what came first stays.",
                    fields: [("tenant", receiver.tenant.value), ("receiver", receiver.name.value), ("message", known.id.description)]))
        } else {
            // Also of a repeat: the engine may have ended before the drafts were made.
            try await draft(received, receiver, ingestion, trace: known.trace)
        }
        return WebhookReceipt(message: known, isRepeat: !reply.changed)
    }

    private func take(_ command: IngestionCommand, _ tenant: TenantId, of trace: TraceId) async throws(IntentError) -> BookReply {
        try await router.send(
            BookIntent(tenant: tenant, command: .ingestion(command), by: "webhook", correlationId: trace.description))
    }

    /// As `EngineVariant.takesDocumentsLater` says, which is wrong.
    private func takeInParts(_ message: ReceivedMessage, _ tenant: TenantId) async throws(IntentError) -> BookReply {
        let bare = ReceivedMessage(
            receiver: message.receiver, messageId: message.messageId, octets: message.octets, contentType: message.contentType,
            trace: message.trace, topic: message.topic)
        let reply = try await take(.receive(bare), tenant, of: message.trace)
        guard reply.changed else { return reply }
        for document in message.documents { _ = try await take(.ingest(document), tenant, of: message.trace) }
        for slice in message.refused { _ = try await take(.quarantine(slice), tenant, of: message.trace) }
        return reply
    }

    /// nil when no receiver has the address, or none that is in use.
    private func receiver(at address: ReceiverAddress?, _ books: any BookQueries) async throws(WebhookError) -> Receiver? {
        guard let address else { return nil }
        do throws(QueryError) {
            guard case .receiver(let receiver)? = try await books.item(.receiver(address.name), tenant: address.tenant) else { return nil }
            return receiver.status != .deleted && address.leads(to: receiver) ? receiver : nil
        } catch {
            throw .unreadable(error)
        }
    }

    /// Those that can be opened. Of the others the operator is told and not the sender, of whom nothing is known: an answer of its own
    /// would show a stranger that the address leads somewhere.
    private func secrets(of receiver: Receiver, at now: Instant) -> [[UInt8]] {
        receiver.valid(at: now).compactMap { secret in
            do throws(SealError) {
                return try ports.sealer.open(secret.sealed, secret.context(in: receiver.tenant))
            } catch {
                if doorkeeper.isNews(secret.id) {
                    ports.diagnostics.report(
                        Diagnostic(
                            .error, "ingestion.receiver-secret-unreadable",
                            "A receiver's secret cannot be opened, and what is signed with it is refused: \(error).",
                            fields: [
                                ("tenant", receiver.tenant.value), ("receiver", receiver.name.value), ("secret", secret.id.description),
                            ]))
                }
                return nil
            }
        }
    }

    /// Makes drafts of the message's documents, as of a source's; of those alone that nothing newer has come of.
    private func draft(
        _ message: ReceivedMessage, _ receiver: Receiver, _ ingestion: IngestionPorts, trace: TraceId
    ) async throws(WebhookError) {
        let courier = BookCourier(router: router, time: ports.time)
        guard let mapper = DocumentMapper(receiver.plan.mapping, ingestion, courier, ports) else { return }
        var documents: [(invoice: IngestedInvoice, octets: [UInt8])] = []
        for document in message.documents {
            let record: IngestionRecord?
            do throws(QueryError) {
                record = try await ingestion.books.ingestionRecord(
                    .invoice(document.number, of: receiver.name, tenant: receiver.tenant), tenant: receiver.tenant)
            } catch {
                throw .unreadable(error)
            }
            if case .invoice(let invoice)? = record, invoice.latest.sha256 == document.sha256 {
                documents.append((invoice, document.octets))
            }
        }
        do throws(IntakeStop) { try await mapper.map(documents, by: "engine", trace: trace) } catch { throw .notHandled }
    }
}
