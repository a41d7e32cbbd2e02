import Domain
import Ports
import Testing

@testable import HTTPServerAdapter

@Suite struct OpenAPITests {
    static func document(_ server: TestServer) async throws -> JSONValue {
        let answer = try await server.get("/openapi.json", token: .some(nil))
        #expect(answer.status == 200)
        return try JSONReader.read(answer.body)
    }

    static func references(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { member in
                if member.name == "$ref", case .string(let text) = member.value { return [text] }
                return references(member.value)
            }
        case .array(let elements): elements.flatMap(references)
        default: []
        }
    }

    static func operations(_ document: JSONValue) -> [(path: String, method: String, value: JSONValue)] {
        guard case .object(let paths)? = document.at(["paths"]) else { return [] }
        return paths.members.flatMap { path -> [(path: String, method: String, value: JSONValue)] in
            guard case .object(let methods) = path.value else { return [] }
            return methods.members.map { (path.name, $0.name, $0.value) }
        }
    }

    @Test func everyOperationOfTheDocumentIsServedAndSecuredAsItSays() async throws {
        try await withServer { server in
            let document = try await Self.document(server)
            #expect(document.at(["openapi"]) == .string("3.1.0"))
            let operations = Self.operations(document)
            #expect(operations.count == 98)
            var names: Set<String> = []
            for (path, method, value) in operations {
                guard case .string(let name)? = value.at(["operationId"]) else {
                    Issue.record("\(path) has no operationId")
                    continue
                }
                #expect(names.insert(name).inserted)
                let target = path.replacing("{id}", with: UniqueId(high: 0, low: 0).description).replacing("{kind}", with: "busy")
                    .replacing("{series}", with: "INV").replacing("{document}", with: "x").replacing("{host}", with: "example.com")
                    .replacing("{name}", with: "none").replacing("{address}", with: "none")
                let answer = try await server.send(method.uppercased(), target, token: .some(nil))
                // Who has a token shows it, and who signs has signed nothing here.
                let isSecured = value.at(["security", "0", "token"]) != nil || value.at(["security", "0", "signature"]) != nil
                #expect((answer.status == 401) == isSecured, "\(method) \(path)")
                #expect(answer.status != 404 && answer.status != 405, "\(method) \(path)")
                #expect(value.at(["responses", String(answer.status)]) != nil, "\(method) \(path) gave \(answer.status)")
                let isOperators = value.at(["x-permission"]) == .string(Permission.auditAll.rawValue)
                let token = isOperators ? try await server.token(roles: [.operator]) : server.token
                let unknown = try await server.send(method.uppercased(), target + "?surely-unknown=1", token: .some(token))
                if method == "get" { #expect(unknown.status == 400, "\(method) \(path)") }
            }
        }
    }

    @Test func everyReferenceResolvesAndEverySchemaIsUsed() async throws {
        try await withServer { server in
            let document = try await Self.document(server)
            let references = Set(Self.references(document))
            for reference in references {
                let path = reference.split(separator: "/").dropFirst().map(String.init)
                #expect(document.at(path) != nil, "\(reference)")
            }
            for schema in Schemas.all { #expect(references.contains("#/components/schemas/" + schema.name), "\(schema.name)") }
        }
    }

    @Test func theExamplesAreAccepted() async throws {
        try await withServer { server in
            for (path, method, value) in Self.operations(try await Self.document(server)) {
                let type = method == "patch" ? MergePatch.contentType : "application/json"
                guard let example = value.at(["requestBody", "content", type, "example"]) else { continue }
                let id = try await Self.subject(of: path, server)
                _ = try await server.post("/v1/series/INV/allocations", #"{"document":"order-1"}"#)
                let series = try await Self.series(for: path, server)
                let target = path.replacing("{id}", with: id).replacing("{series}", with: series)
                    .replacing("{document}", with: "order-1").replacing("{host}", with: "example.com")
                    .replacing("{name}", with: "replaced")
                var writer = JSONWriter()
                writer.value(example)
                let answer = try await server.send(
                    method.uppercased(), target, headers: [("Content-Type", type)], body: writer.bytes)
                #expect((200...201).contains(answer.status), "\(method) \(path) \(answer.text)")
                #expect(!answer.text.contains("\"problem\""), "\(answer.text)")
                let response = value.at(["responses", String(answer.status)])
                for header in ["Location", "ETag"] {
                    let isNamed = response?.at(["headers", header]) != nil
                    #expect((answer.header(header.lowercased()) != nil) == isNamed, "\(method) \(path) \(header)")
                }
            }
        }
    }

    /// A series that the operations of `path` can be tried on; numbers from 101 on were taken over when these are to be taken back.
    private static func series(for path: String, _ server: TestServer) async throws -> String {
        guard path.hasSuffix("/release") else { return path.hasSuffix("/import") ? "SHOP" : "INV" }
        _ = try await server.post("/v1/series", #"{"id":"OLD","format":"OLD-{yyyy}-{seq}","reset":"year","start":101}"#)
        let numbers = #"{"numbers":[{"number":"OLD-2026-101"},{"number":"OLD-2026-102"}],"apply":true}"#
        let answer = try await server.post("/v1/series/OLD/import", numbers)
        #expect(try answer.json("applied") == .bool(true), "\(answer.text)")
        return "OLD"
    }

    /// The identifier of something that the operations of `path` can be tried on.
    private static func subject(of path: String, _ server: TestServer) async throws -> String {
        if path.hasPrefix("/v1/invoices") {
            return try await server.draft(issue: path.hasSuffix("/void") || path.hasSuffix("/credit-notes"))
        }
        let (list, body) =
            if path.hasPrefix("/v1/schedules") {
                ("/v1/schedules", Schemas.scheduleExample)
            } else if path.hasPrefix("/v1/subscriptions") {
                ("/v1/subscriptions", Schemas.subscriptionExample)
            } else {
                ("/v1/service-calls", #"{"request":{"url":"https://example.com/"},"dueAt":"2030-01-01T00:00:00Z"}"#)
            }
        return try await server.post(list, body).string("id") ?? ""
    }

    /// What the API gives has the members that its schema requires, and no others.
    @Test func whatIsGivenIsWhatTheSchemasSay() async throws {
        try await withServer { server in
            let document = try await Self.document(server)
            let made = try await server.post("/v1/service-calls", Schemas.submissionExample)
            let tenant = try #require(TenantId("demo"))
            let id = try #require(ServiceCallId(try made.string("id") ?? ""))
            server.time.move(by: .hours(24 * 3_650))
            try await server.engine.attempt(tenant, id) {
                .executionFailed(attempt: $0, ExecutionFailure(kind: .targetRefused, detail: "x"))
            }
            server.time.move(by: .hours(-24 * 3_650))
            let detail = try await server.get("/v1/service-calls/\(id)")
            let numbers = #"{"numbers":[{"number":"X-2"},{"number":"X-2"}]}"#
            _ = try await server.post("/v1/series", #"{"id":"X","format":"X-{seq}","reset":"never"}"#)
            let issued = try await server.post("/v1/invoices?issue=true", InvoiceSample.valid)
            let validation = try await server.post("/v1/invoices/\(try await server.draft(InvoiceSample.invalid))/validate", "{}")
            for (schema, value) in [
                ("Invoice", try issued.json()), ("InvoiceItem", try await server.get("/v1/invoices").json("items", "0")),
                ("InvoicePage", try await server.get("/v1/invoices").json()), ("InvoiceValidation", try validation.json()),
                ("Finding", try validation.json("findings", "0")),
                ("ValidationResult", try await server.post("/v1/invoices/validate", InvoiceSample.valid).json()),
                ("InvoiceBatchResults", try await server.post("/v1/invoices/batch", Schemas.invoiceBatchExample).json()),
                ("Series", try await server.get("/v1/series/INV").json()), ("SeriesList", try await server.get("/v1/series").json()),
                ("SeriesNumber", try await server.get("/v1/series/INV/numbers").json("items", "0")),
                ("SeriesNumberPage", try await server.get("/v1/series/INV/numbers").json()),
                ("GapReport", try await server.get("/v1/series/INV/gap-report").json()),
                ("NumberImportResult", try await server.post("/v1/series/X/import", numbers).json()),
                ("AuditPage", try await server.get("/v1/audit").json()),
                ("AnchorPage", try await server.get("/v1/audit/anchors").json()),
                ("ServiceCall", try detail.json()), ("Attempt", try detail.json("attempts", "0")),
                ("ServiceCallItem", try await server.get("/v1/service-calls").json("items", "0")),
                ("Event", try await server.get("/v1/events").json("items", "0")),
                ("Problem", try await server.post("/v1/service-calls", "{}").json()),
                ("Schedule", try await server.post("/v1/schedules", Schemas.scheduleExample).json()),
                ("ScheduleItem", try await server.get("/v1/schedules").json("items", "0")),
                ("SchedulePage", try await server.get("/v1/schedules").json()),
                ("Subscription", try await server.post("/v1/subscriptions", Schemas.subscriptionExample).json()),
                ("SubscriptionItem", try await server.get("/v1/subscriptions").json("items", "0")),
                ("SubscriptionPage", try await server.get("/v1/subscriptions").json()),
                ("EventFilter", try await server.get("/v1/subscriptions").json("items", "0", "filter")),
                ("TemplateRetry", try await server.get("/v1/subscriptions").json("items", "0", "retry")),
                ("WebhookSecret", try await server.send("POST", "/v1/webhook-secrets").json()),
                ("WebhookSecretList", try await server.get("/v1/webhook-secrets").json()),
                ("Target", try await server.post("/v1/targets/a.example/pause", #"{"reason":"x"}"#).json()),
                ("TargetPage", try await server.get("/v1/targets").json()),
                ("Tenant", try await server.post("/v1/tenant/pause", #"{"reason":"x"}"#).json()),
                ("Source", try await server.post("/v1/ingestion/sources", Schemas.sourceExample).json()),
                ("SourcePage", try await server.get("/v1/ingestion/sources").json()),
                ("SourceProgress", try await server.get("/v1/ingestion/sources").json("items", "0", "progress")),
                ("SourceOperation", try await server.get("/v1/ingestion/sources").json("items", "0", "operation")),
                ("SourceLimits", try await server.get("/v1/ingestion/sources").json("items", "0", "limits")),
                ("IngestionRun", try await server.ingested().get("/v1/ingestion/runs").json("items", "0")),
                ("IngestionRunPage", try await server.get("/v1/ingestion/runs").json()),
                ("Received", try await server.get("/v1/ingestion/invoices").json("items", "0")),
                ("ReceivedPage", try await server.get("/v1/ingestion/invoices").json()),
                ("Quarantined", try await server.get("/v1/ingestion/quarantine").json("items", "0")),
                ("QuarantinePage", try await server.get("/v1/ingestion/quarantine").json()),
                ("Receiver", try await server.put(ReceiverRoutesTests.one, Schemas.receiverExample).json()),
                ("ReceiverPage", try await server.get(ReceiverRoutesTests.path).json()),
                ("ReceiverSignature", try await server.get(ReceiverRoutesTests.one).json("signature")),
                ("MessageReceipt", try await server.deliver(#"{"id":"m-1"}"#).json()),
                ("Message", try await server.get("/v1/ingestion/messages").json("items", "0")),
                ("MessagePage", try await server.get("/v1/ingestion/messages").json()),
                ("MappingResult", try await server.post("/v1/ingestion/mappings/preview", Schemas.mappingPreviewExample).json()),
            ] {
                guard case .object(let object)? = value,
                    case .array(let required) = document.at(["components", "schemas", schema, "required"]) ?? .array([]),
                    case .object(let properties)? = document.at(["components", "schemas", schema, "properties"])
                else {
                    Issue.record("\(schema) is no object")
                    continue
                }
                for case .string(let name) in required { #expect(object[name] != nil, "\(schema) without \(name)") }
                for member in object.members { #expect(properties[member.name] != nil, "\(schema) with \(member.name)") }
            }
        }
    }
}
