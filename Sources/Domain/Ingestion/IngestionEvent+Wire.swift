extension IngestedDocument {
    /// Whether its octets are in its event, and not only where they are found.
    public var isInline: Bool { octets.count <= IngestionLimits.inlineBytes }
}

extension IngestionEvent {
    /// The JSON of the event's `data`, version 1.
    func write(_ record: IngestionRecord, _ key: IngestionKey, into json: inout JSONWriter) {
        json.field("source", record.source.value)
        switch (self, record) {
        case (.received(let document, let revision), _): document.write(revision: revision, key, into: &json)
        case (.mapped(let mapping), .invoice(let invoice)):
            json.field("number", invoice.number)
            json.field("version", mapping.revision)
            json.field("invoice", ifPresent: mapping.invoice?.description)
            json.field("problems", mapping.problems)
        case (.quarantined(let slice), _):
            json.field("reason", slice.finding.code)
            json.field("detail", slice.finding.text)
            json.field("index", slice.finding.index)
            json.field("sha256", slice.sha256.description)
            json.field("size", slice.octets.count)
            json.field("runId", ifPresent: slice.finding.run?.description)
            json.field("traceId", slice.finding.trace.description)
        case (.messageReceived(let message), _): message.write(key, into: &json)
        case (.resolved(let id), _): json.field("document", id.description)
        case (.started(let start, let window, _), _):
            json.field("trigger", start.trigger.rawValue)
            json.field("traceId", start.trace.description)
            json.object("window") { json in
                json.field("from", window.from)
                json.field("to", window.to)
            }
        case (.ended(let end), .run(let run)):
            json.field("trigger", run.trigger.rawValue)
            json.field("traceId", run.trace.description)
            json.field("status", end.status.rawValue)
            json.object("counts") { end.counts.write(into: &$0) }
            json.field("attempts", end.attempts)
            if let failure = end.failure {
                json.object("failure") { json in
                    json.field("code", failure.code)
                    json.field("detail", failure.text)
                }
            }
        default: break
        }
    }
}

extension IngestedDocument {
    fileprivate func write(revision: Int64, _ key: IngestionKey, into json: inout JSONWriter) {
        json.field("number", number)
        json.field("version", revision)
        json.field("sha256", sha256.description)
        json.field("encoding", encoding)
        json.field("size", octets.count)
        json.field("runId", ifPresent: run?.description)
        json.field("traceId", trace.description)
        json.field("topic", ifPresent: topic?.value)
        if !namespaces.isEmpty { namespaces.write(into: &json) }
        if isInline {
            json.field("document", Base64.encode(octets))
        } else {
            json.field("documentUrl", "/v1/ingestion/invoices/\(key.id)/raw?version=\(revision)")
        }
    }
}

extension IngestionRun.Counts {
    /// Writes the members.
    public func write(into json: inout JSONWriter) {
        json.field("received", received)
        json.field("new", new)
        json.field("changed", changed)
        json.field("unchanged", unchanged)
        json.field("quarantined", quarantined)
        json.field("bytes", bytes)
    }
}

extension SourceEvent {
    func write(_ source: IngestionSource, into json: inout JSONWriter) {
        json.field("source", source.name.value)
        switch self {
        case .created, .changed, .sealed:
            json.field("url", source.plan.request.url.withoutQuery)
            json.field("intervalSeconds", source.plan.interval.microseconds / 1_000_000)
            json.field("invoiceElement", source.plan.split.invoiceElement.description)
            json.field("numberPath", source.plan.split.numberPath.description)
            json.field("topic", ifPresent: source.plan.topic?.value)
        case .paused, .resumed, .runRequested, .deleted: break
        }
    }
}

extension ReceiverEvent {
    func write(_ receiver: Receiver, into json: inout JSONWriter) {
        json.field("source", receiver.name.value)
        switch self {
        case .created, .changed:
            json.field("scheme", receiver.plan.scheme.name.rawValue)
            json.field("topic", ifPresent: receiver.plan.topic?.value)
        case .secretAdded(let secret, let end):
            json.field("key", secret.id.description)
            json.field("othersExpireAt", end)
        case .paused, .resumed, .deleted: break
        }
    }
}
