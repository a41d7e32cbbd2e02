import Domain
import Testing

extension BlackBox {
    /// Tokens with roles, as an operator gives them out.
    @Suite struct PermissionCommandTests {
        @Test func aRoleGoesAsFarAsItMay() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                func client(_ roles: String...) throws -> Client {
                    engine.client(
                        try token(data: scene.data.path, logs: scene.logs, arguments: roles.flatMap { ["--role", $0] }))
                }
                let (reader, integrator) = (try client("reader"), try client("integrator"))
                let both = try client("reader", "integrator")
                findings.check(try reader.get("/v1/service-calls").status == 200, "a reader reads")
                let refused = try reader.submit(submission("http://127.0.0.1:1/", farAway))
                findings.check(refused.status == 403 && refused.isProblem, "a reader submits: \(refused.start)")
                findings.check(refused.text.contains("integrator or admin"), "the role is not named: \(refused.text)")
                for one in [integrator, both] {
                    findings.check(try one.submit(submission("http://127.0.0.1:1/", farAway)).status == 201, "an integrator submits")
                }
                findings.check(try integrator.get("/v1/audit").status == 403, "an integrator reads the audit")
                findings.check(try client("auditor").get("/v1/audit").status == 200, "an auditor does not")
                findings.check(engine.errors.contains("http.forbidden"), "the log does not tell: \(engine.errors.suffix(500))")
                findings.check(
                    try reader.get("/metrics").text.contains(#"ledgerflow_http_refusals_total{reason="forbidden"} 2"#), "nothing is counted"
                )
                engine.expectUnharmed(findings, "tokens with roles")
            }
        }

        @Test func anOperatorSeesTheAuditOfEveryTenantAndNothingElse() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                _ = try engine.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway))
                let made = try CommandRun(["token", "--role", "operator", "--data-dir", scene.data.path], in: scene.logs)
                made.expect(0, findings)
                let client = engine.client(String(made.output.prefix { $0 != "\n" }))
                var entries = 0
                for partition in 0..<2 {
                    entries += try client.get("/v1/admin/audit?tenant=demo&partition=\(partition)").json()["entries"].list.count
                }
                findings.check(entries == 1, "the operator sees \(entries) entries")
                findings.check(try client.get("/v1/service-calls").status == 403, "an operator reads a tenant's calls")
                findings.check(try engine.client(scene.token).get("/v1/admin/audit?tenant=demo").status == 403, "a tenant is an operator")
                let verify = [
                    "audit", "verify", "--of", "demo", "--server", "http://127.0.0.1:\(engine.port)", "--data-dir", scene.data.path,
                ]
                try CommandRun(verify, in: scene.logs).expect(0, output: ["Intact: 1 entries"], findings)
                findings.check(
                    engine.errors.contains("audit.read-by-operator"), "the looks are not on record: \(engine.errors.suffix(500))")
            }
        }

        @Test func rolesThatDoNotGoTogetherAreRefused() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                for (arguments, words) in [
                    (["--role", "emperor"], ["--role must be one of reader, clerk, "]),
                    (["--role", "operator", "--role", "admin"], ["goes with no other role"]),
                    (["--role", "operator", "--tenant", "demo"], ["goes without --tenant"]),
                ] as [([String], [String])] {
                    try CommandRun(["token", "--data-dir", folder.file("none")] + arguments, in: folder).expectUsage(words, findings)
                }
                findings.check(!folder.exists("none"), "a token that was refused made the data directory")
            }
        }
    }
}
