internal import Domain

/// Writes what ingestion has on record, as the API shows it.
enum IngestionWriter {
    static func write(_ record: IngestionRecord, to json: inout JSONWriter) {
        json.field("id", record.key.id.description)
        json.field("source", record.source.value)
        switch record {
        case .invoice(let invoice): write(invoice, status: record.status, to: &json)
        case .quarantine(let slice): write(slice, to: &json)
        case .run(let run): write(run, to: &json)
        case .message(let message): write(message, status: record.status, to: &json)
        }
    }

    private static func write(_ message: IngestedMessage, status: String, to json: inout JSONWriter) {
        json.field("messageId", message.messageId)
        json.field("status", status)
        json.field("sha256", message.sha256.description)
        json.field("size", message.size)
        json.field("contentType", ifPresent: message.contentType)
        json.field("traceId", message.trace.description)
        json.field("documents", message.documents)
        json.field("quarantined", message.refused)
        json.field("rawUrl", "\(IngestionHandlers.messagesPath)/\(message.id)/raw")
        json.field("createdAt", message.createdAt)
    }

    private static func write(_ invoice: IngestedInvoice, status: String, to json: inout JSONWriter) {
        let latest = invoice.latest
        json.field("number", invoice.number)
        json.field("status", status)
        json.field("version", latest.number)
        json.field("sha256", latest.sha256.description)
        json.field("encoding", latest.encoding)
        json.field("size", latest.size)
        latest.namespaces.write(into: &json)
        if invoice.forms.count > 1 {
            json.array("forms") { json in
                for form in invoice.forms {
                    json.object { json in
                        json.field("fromVersion", form.from)
                        json.field("encoding", form.encoding)
                        form.namespaces?.write(into: &json)
                    }
                }
            }
        }
        json.field("receivedAt", latest.receivedAt)
        json.field("runId", ifPresent: latest.run?.description)
        json.field("traceId", latest.trace.description)
        json.field("rawUrl", "\(IngestionHandlers.invoicesPath)/\(invoice.id)/raw?version=\(latest.number)")
        if let mapping = invoice.mapping {
            json.object("mapping") { json in
                json.field("version", mapping.revision)
                json.field("invoice", ifPresent: mapping.invoice?.description)
                json.field("problems", mapping.problems)
            }
        }
        json.field("createdAt", invoice.createdAt)
        json.field("updatedAt", invoice.updatedAt)
    }

    private static func write(_ slice: QuarantinedSlice, to json: inout JSONWriter) {
        let finding = slice.finding
        json.field("status", slice.status.rawValue)
        json.field("reason", finding.code)
        json.field("detail", finding.text)
        json.field("index", finding.index)
        json.field("sha256", slice.sha256.description)
        json.field("encoding", ifPresent: finding.encoding)
        json.field("size", slice.size)
        finding.namespaces.write(into: &json)
        json.field("runId", ifPresent: finding.run?.description)
        json.field("traceId", finding.trace.description)
        json.field("resolvedAs", ifPresent: slice.resolvedAs?.description)
        json.field("rawUrl", "\(IngestionHandlers.quarantinePath)/\(slice.id)/raw")
        json.field("createdAt", slice.createdAt)
        json.field("updatedAt", slice.updatedAt)
    }

    private static func write(_ run: IngestionRun, to json: inout JSONWriter) {
        json.field("status", run.status.rawValue)
        json.field("trigger", run.trigger.rawValue)
        json.field("traceId", run.trace.description)
        json.object("window") { json in
            json.field("from", run.window.from)
            json.field("to", run.window.to)
        }
        json.field("startedAt", run.createdAt)
        json.field("endedAt", ifPresent: run.endedAt)
        json.object("counts") { run.counts.write(into: &$0) }
        json.field("attempts", run.attempts)
        if let failure = run.failure {
            json.object("failure") { json in
                json.field("code", failure.code)
                json.field("detail", failure.text)
            }
        }
    }
}
