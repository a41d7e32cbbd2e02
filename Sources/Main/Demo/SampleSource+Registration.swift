internal import Domain
internal import Ports
internal import SystemAdapter

extension SampleSource {
    /// How long an engine that starts is waited for.
    private static let patience = TimeSpan.seconds(60)

    /// Registers the source under `name`, in place of one that an earlier start has left.
    func register(port: Int, interval: TimeSpan, with client: APIClient) async throws {
        let end = time.uptime() + Self.patience
        while try await client.exchange(.get, "/readyz").status != 200 {
            guard time.uptime() < end else { throw CommandFailure(.unavailable, "the engine did not become ready for the sample source") }
            await time.sleep(for: .milliseconds(200))
            try Task.checkCancellation()
        }
        let answer = try await client.exchange(.put, Self.registrationPath, body: registration(port: port, interval: interval))
        guard (200...201).contains(answer.status) else {
            throw CommandFailure(
                .refused, "the engine refused the sample source: \(String(decoding: answer.body.prefix(500), as: UTF8.self))")
        }
    }

    static let registrationPath = "/v1/ingestion/sources/\(name)"

    /// What registers the sample with an engine: the body of a PUT to `registrationPath`, for a source that listens on `port`.
    func registration(port: Int, interval: TimeSpan) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.field("url", "http://127.0.0.1:\(port)\(Self.path)")
            json.field("username", Self.user)
            json.field("password", password)
            json.field("intervalSeconds", interval.microseconds / 1_000_000)
            json.field("overlapSeconds", 60)
            json.field("soapAction", "\(SampleRequest.namespace)/\(SampleRequest.operation)")
            json.object("operation") { operation in
                operation.field("namespace", SampleRequest.namespace)
                operation.field("name", SampleRequest.operation)
            }
            json.array("parameters") { parameters in
                for name in ["from", "to"] {
                    parameters.object { parameter in
                        parameter.field("name", name)
                        parameter.field("value", "{\(name)}")
                    }
                }
            }
            json.field("invoiceElement", "Invoice")
            json.field("numberPath", "InvoiceNumber")
            json.object("mapping") { Self.mapping(&$0) }
        }
        return writer.bytes
    }

    /// How an invoice of the engine is made of one of the sample's.
    private static func mapping(_ json: inout JSONWriter) {
        json.object("fields") { fields in
            for (field, path) in [
                ("issueDate", "IssueDate"), ("dueDate", "DueDate"), ("currency", "Currency"), ("seller.name", "Seller/Name"),
                ("seller.vatId", "Seller/VatNumber"), ("seller.address.city", "Seller/City"), ("seller.address.country", "Seller/Country"),
                ("buyer.name", "Buyer/Name"), ("buyer.address.city", "Buyer/City"), ("buyer.address.country", "Buyer/Country"),
                ("purchaseOrderReference", "PurchaseOrder"),
            ] { fields.field(dynamic: field, path) }
        }
        json.object("lists") { lists in
            lists.object("lines") { lines in
                lines.field("each", "Lines/Line")
                lines.object("fields") { fields in
                    for (field, path) in [
                        ("id", "@no"), ("name", "Article"), ("quantity", "Quantity"), ("unit", "Quantity/@unit"),
                        ("unitPrice", "UnitPrice"), ("tax.rate", "VatRate"),
                    ] { fields.field(dynamic: field, path) }
                    fields.object("tax.category") { $0.field("constant", "S") }
                }
            }
        }
    }
}
