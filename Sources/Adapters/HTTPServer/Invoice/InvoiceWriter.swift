internal import Domain
internal import Ports

/// Writes invoices as the API shows them.
enum InvoiceWriter {
    /// The invoice with its document.
    ///
    /// - Parameters:
    ///   - document: the complete document in its canonical JSON.
    ///   - findings: written when they are not nil.
    static func detail(_ invoice: Invoice, document: [UInt8], findings: [Finding]? = nil, to writer: inout JSONWriter) {
        writer.object { json in
            members(of: invoice, to: &json)
            if let findings { self.findings(findings, to: &json) }
            json.field("document", raw: document)
        }
    }

    /// The invoice with what lists show of its document.
    static func item(_ invoice: Invoice, to writer: inout JSONWriter) {
        writer.object { json in
            members(of: invoice, to: &json)
            let summary = invoice.content.summary
            json.object("summary") { json in
                json.field("type", summary.typeCode)
                json.field("currency", summary.currency)
                json.field("issueDate", ifPresent: (invoice.issueDate ?? summary.issueDate)?.description)
                json.field("dueDate", ifPresent: summary.dueDate?.description)
                json.field("seller", ifPresent: summary.sellerName)
                json.field("buyer", ifPresent: summary.buyerName)
                json.field("taxExclusive", summary.taxExclusive.description)
                json.field("taxInclusive", summary.taxInclusive.description)
                json.field("payable", summary.payable.description)
            }
        }
    }

    private static func members(of invoice: Invoice, to json: inout JSONWriter) {
        json.field("id", invoice.id.description)
        json.field("status", invoice.status.rawValue)
        json.field("version", invoice.version)
        json.field("number", ifPresent: invoice.number?.printed)
        json.field("series", ifPresent: invoice.number?.series.value)
        json.field("issueDate", ifPresent: invoice.issueDate?.description)
        json.field("creditOf", ifPresent: invoice.creditOf?.description)
        json.field("credited", invoice.credited.description)
        json.field("reason", ifPresent: invoice.reason)
        json.object("verdict") { verdict in
            verdict.field("ruleset", invoice.content.verdict.ruleset)
            verdict.field("fatal", invoice.content.verdict.fatal)
            verdict.field("warnings", invoice.content.verdict.warnings)
        }
        json.field("createdAt", invoice.createdAt)
        json.field("updatedAt", invoice.updatedAt)
        json.field("issuedAt", ifPresent: invoice.issuedAt)
        json.field("source", invoice.origin.source.rawValue)
        json.field("correlationId", invoice.origin.correlationId)
        json.field("retryCount", invoice.retryCount)
        json.field("lastError", ifPresent: invoice.lastError)
    }

    /// The member `findings`.
    static func findings(_ findings: [Finding], to json: inout JSONWriter) {
        json.array("findings") { list in
            for finding in findings {
                list.object { json in
                    json.field("rule", finding.rule)
                    json.field("severity", finding.severity.rawValue)
                    json.field("location", finding.location)
                    json.field("message", finding.message)
                }
            }
        }
    }
}
