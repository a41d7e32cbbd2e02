public import Domain
public import Ports

extension Engine: QuarantineDesk {
    public func retry(_ id: UniqueId, tenant: TenantId, by: String) async throws(QuarantineError) -> QuarantineOutcome {
        guard let ingestion = ports.ingestion else { throw .notOffered }
        let (slice, octets, reading) = try await found(IngestionKey(kind: .quarantine, id: id), tenant, ingestion.books)
        let trace = TraceId(random: (ports.entropy.next(), ports.entropy.next()))
        let finding = slice.finding
        let part = ingestion.splitting.judge(
            octets, encoding: finding.encoding ?? "UTF-8", namespaces: finding.namespaces, by: reading.split)
        let command: IngestionCommand
        switch part {
        case .invoice(let invoice):
            command = .ingest(
                IngestedDocument(
                    source: slice.source, number: invoice.number, octets: invoice.octets, encoding: invoice.encoding,
                    namespaces: invoice.namespaces, run: nil, trace: trace, topic: reading.topic, resolves: id))
        case .refused(let refusal):
            // What was too large is kept up to the limit alone: that it ends there says nothing of the document.
            if finding.code == SplitRefusal.Reason.tooLarge(limit: 0).code, case .malformed = refusal.reason { return .refused(slice) }
            command = .quarantine(
                RefusedSlice(
                    source: slice.source, octets: octets,
                    finding: QuarantineFinding(
                        code: refusal.reason.code, text: refusal.reason.description, index: finding.index, encoding: finding.encoding,
                        namespaces: finding.namespaces, run: finding.run, trace: trace)))
        }
        let reply: BookReply
        do throws(IntentError) {
            reply = try await router.send(
                BookIntent(tenant: tenant, command: .ingestion(command), by: by, correlationId: trace.description))
        } catch {
            throw .refused(error)
        }
        switch reply.record {
        case .ingestion(.invoice(let invoice)):
            let courier = BookCourier(router: router, time: ports.time)
            if let mapper = DocumentMapper(reading.mapping, ingestion, courier, ports) {
                // It is in the books; a mapping that cannot be put on record now is made when the document comes again.
                try? await mapper.map([(invoice, octets)], by: by, trace: trace)
            }
            return .ingested(invoice)
        case .ingestion(.quarantine(let slice)): return .refused(slice)
        default: throw .noSuchSlice
        }
    }

    /// How documents are read today, by the source or receiver that brought one.
    private struct Reading {
        let split: SplitPlan
        let topic: TopicName?
        let mapping: IngestionMapping?

        /// - Returns: nil of what looks for no documents, or was deleted.
        init?(_ item: TenantItem?) {
            switch item {
            case .source(let source)? where source.status != .deleted:
                (split, topic, mapping) = (source.plan.split, source.plan.topic, source.plan.mapping)
            case .receiver(let receiver)? where receiver.status != .deleted:
                guard let split = receiver.plan.split else { return nil }
                (self.split, topic, mapping) = (split, receiver.plan.topic, receiver.plan.mapping)
            default: return nil
            }
        }
    }

    private func found(
        _ key: IngestionKey, _ tenant: TenantId, _ books: any BookQueries
    ) async throws(QuarantineError) -> (QuarantinedSlice, [UInt8], Reading) {
        let record: IngestionRecord?
        let octets: [UInt8]?
        var item: TenantItem?
        do throws(QueryError) {
            record = try await books.ingestionRecord(key, tenant: tenant)
            octets = try await books.ingestionContent(key, version: 1, tenant: tenant)
            if case .quarantine(let slice)? = record {
                // What a run brought is of a source, which may share its name with a receiver.
                item = try await books.item(slice.finding.run == nil ? .receiver(slice.source) : .source(slice.source), tenant: tenant)
            }
        } catch {
            throw .unreadable(error)
        }
        guard case .quarantine(let slice)? = record else { throw .noSuchSlice }
        guard slice.status == .open else { throw .resolved(slice.resolvedAs) }
        guard let octets else { throw .erased }
        guard let reading = Reading(item) else { throw .noSuchSource(slice.source) }
        return (slice, octets, reading)
    }
}
