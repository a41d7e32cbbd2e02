import Domain
import Ports
import Testing

@testable import HTTPServerAdapter

/// Who may do what, as the routes hold to it (IN-10).
@Suite struct PermissionTests {
    private struct Operation {
        let method: String
        let target: String
        let name: String
        let permission: Permission?
        let roles: [Role]
    }

    private static func operations(_ server: TestServer) async throws -> [Operation] {
        OpenAPITests.operations(try await OpenAPITests.document(server)).map { path, method, value in
            let target = path.replacing("{id}", with: UniqueId(high: 0, low: 0).description).replacing("{kind}", with: "busy")
                .replacing("{series}", with: "INV").replacing("{document}", with: "x").replacing("{host}", with: "example.com")
                .replacing("{name}", with: "none").replacing("{address}", with: "none")
            var (name, permission, roles) = ("", Permission?.none, [Role]())
            if case .string(let text)? = value.at(["operationId"]) { name = text }
            if case .string(let text)? = value.at(["x-permission"]) { permission = Permission(rawValue: text) }
            if case .array(let list)? = value.at(["x-roles"]) {
                roles = list.compactMap { if case .string(let text) = $0 { Role(rawValue: text) } else { nil } }
            }
            return Operation(method: method.uppercased(), target: target, name: name, permission: permission, roles: roles)
        }
    }

    @Test func everyRouteUnderV1NamesWhatItNeedsAndTheOthersAreOpen() async throws {
        try await withServer { server in
            for operation in try await Self.operations(server) {
                // Senders of webhooks have no token: they sign.
                let isNamed = operation.target.hasPrefix("/v1/") && operation.name != "receiveWebhook"
                #expect((operation.permission != nil) == isNamed, "\(operation.name)")
                #expect(operation.roles == operation.permission.map(Role.all(with:)) ?? [], "\(operation.name)")
            }
            let named = Set(try await Self.operations(server).compactMap(\.permission))
            #expect(named == Set(Permission.allCases), "a permission that no route needs: \(Set(Permission.allCases).subtracting(named))")
        }
    }

    @Test(arguments: Role.allCases) func aRoleReachesWhatItMayAndNothingElse(_ role: Role) async throws {
        try await withServer { server in
            let token = try await server.token(roles: [role])
            for operation in try await Self.operations(server) {
                let answer = try await server.send(operation.method, operation.target, token: .some(token))
                let isRefused = operation.permission.map { !role.may($0) } ?? false
                #expect((answer.status == 403) == isRefused, "\(role) \(operation.name): \(answer.status)")
                #expect(answer.status != 401 || operation.name == "receiveWebhook", "\(role) \(operation.name)")
            }
        }
    }

    @Test func aTokenWithoutRolesMayDoAllThatIsTheTenantsAndOneWithNoneNothing() async throws {
        try await withServer { server in
            let nothing = try await server.token(roles: [])
            for operation in try await Self.operations(server) {
                guard let permission = operation.permission else { continue }
                let all = try await server.send(operation.method, operation.target)
                #expect((all.status == 403) == !permission.isOfTenant, "\(operation.name): \(all.status)")
                let none = try await server.send(operation.method, operation.target, token: .some(nothing))
                #expect(none.status == 403, "\(operation.name): \(none.status)")
            }
        }
    }

    @Test func aRefusalNamesTheRoleThatIsNeeded() async throws {
        try await withServer { server in
            let token = try await server.token(roles: [.clerk])
            let id = try await server.draft()
            let answer = try await server.send("POST", "/v1/invoices/\(id)/issue", token: .some(token))
            #expect(answer.status == 403)
            #expect(answer.header("content-type") == Problem.contentType)
            #expect(try answer.string("type") == "/problems/forbidden")
            let detail = try #require(try answer.string("detail"))
            #expect(detail.contains("permission issue") && detail.contains("role accountant or admin") && detail.contains("has clerk"))
            #expect(answer.header("www-authenticate")?.contains("insufficient_scope") == true)
            #expect(try await server.get("/v1/invoices/\(id)").string("status") == "draft")
            #expect(server.metric("ledgerflow_http_refusals", reason: "forbidden") == 1)
            let line = server.diagnostics.all.first { $0.event == "http.forbidden" }
            #expect(line?.fields.contains { $0 == ("tenant", "demo") } == true)
            #expect(line?.fields.contains { $0 == ("permission", "issue") } == true)
        }
    }

    @Test func whoMayDraftOnlyCannotIssueByTheWay() async throws {
        try await withServer { server in
            let clerk = try await server.token(roles: [.clerk])
            let direct = try await server.post("/v1/invoices?issue=true", InvoiceSample.valid, token: .some(clerk))
            #expect(direct.status == 403)
            let items = [true, false].map { #"{"issue":\#($0),"document":\#(InvoiceSample.valid)}"# }
            let batch = try await server.post("/v1/invoices/batch", #"{"items":[\#(items.joined(separator: ","))]}"#, token: .some(clerk))
            #expect(batch.status == 403)
            #expect(try await server.get("/v1/invoices").count("items") == 0)
            let draft = try await server.post("/v1/invoices", InvoiceSample.valid, token: .some(clerk))
            #expect(draft.status == 201)
            let both = try await server.token(roles: [.clerk, .accountant])
            #expect(try await server.post("/v1/invoices?issue=true", InvoiceSample.valid, token: .some(both)).status == 201)
        }
    }

    @Test func whoMayNotDraftCannotHaveASourceDo() async throws {
        try await withServer { server in
            let integrator = try await server.token(roles: [.integrator])
            let both = try await server.token(roles: [.integrator, .clerk])
            let plain = "{\(SourceRoutesTests.plain)}"
            let mapped = #"{"mapping":{"fields":{"currency":"Currency"}},\#(SourceRoutesTests.plain)}"#
            func put(_ body: String, _ token: String) async throws -> Answer {
                try await server.put(SourceRoutesTests.one, body, token: .some(token))
            }
            #expect(try await put(plain, integrator).status == 201)
            let refused = try await put(mapped, integrator)
            #expect(refused.status == 403, "\(refused.text)")
            #expect(try refused.string("detail")?.contains("permission draft") == true)
            #expect(try await server.post(SourceRoutesTests.path, SourceRoutesTests.full, token: .some(integrator)).status == 403)
            #expect(try await server.get(SourceRoutesTests.one).json("mapping") == nil)
            #expect(try await put(mapped, both).status == 200)
        }
    }

    @Test func aLargeBodyIsRefusedBeforeItIsSent() async throws {
        try await withServer { server in
            let token = try await server.token(roles: [.reader])
            let connection = try server.connect()
            let head =
                "POST /v1/service-calls/batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\nExpect: 100-continue\r\n"
                + "Content-Type: application/json\r\nContent-Length: 2000000\r\n\r\n"
            await connection.send(Array(head.utf8))
            let answer = try #require(Answer(await connection.receive()))
            #expect(answer.status == 403)
            #expect(server.metric("ledgerflow_http_refusals", reason: "forbidden") == 1)
        }
    }

    @Test func manyRefusalsDoNotFillTheLog() async throws {
        try await withServer { server in
            let token = try await server.token(roles: [.reader])
            for _ in 0..<(RefusalLog.linesPerMinute + 20) {
                #expect(try await server.send("POST", "/v1/tenant/resume", token: .some(token)).status == 403)
            }
            let lines = server.diagnostics.all.count { $0.event == "http.forbidden" }
            #expect(lines <= 2 * RefusalLog.linesPerMinute && lines >= RefusalLog.linesPerMinute)
            #expect(server.metric("ledgerflow_http_refusals", reason: "forbidden") == Int64(RefusalLog.linesPerMinute + 20))
        }
    }

    // MARK: - Operators

    @Test func anOperatorReadsTheAuditOfAnyTenantAndThatIsOnRecord() async throws {
        try await withServer { server in
            _ = try await server.draft()
            let token = try await server.token(roles: [.operator])
            let demo = try await server.get("/v1/admin/audit?tenant=demo", token: .some(token))
            #expect(demo.status == 200)
            #expect(try demo.count("entries") == 1)
            #expect(try demo.string("tenant") == "demo")
            #expect(try await server.get("/v1/admin/audit?tenant=other", token: .some(token)).count("entries") == 0)
            #expect(try await server.get("/v1/admin/audit/anchors?tenant=demo", token: .some(token)).count("anchors") == 1)
            let looks = server.diagnostics.all.filter { $0.event == "audit.read-by-operator" }
            #expect(looks.count == 3)
            #expect(looks.first?.fields.contains { $0 == ("subject", "tester") } == true)
            for query in ["", "?tenant=", "?tenant=../x", "?tenant=demo&partition=7"] {
                #expect(try await server.get("/v1/admin/audit" + query, token: .some(token)).status == 400, "\(query)")
            }
            #expect(try await server.get("/v1/audit", token: .some(token)).status == 403)
            #expect(try await server.get("/v1/admin/audit?tenant=demo").status == 403)
        }
    }
}
