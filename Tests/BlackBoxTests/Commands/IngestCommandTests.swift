import Domain
import Testing

extension BlackBox {
    /// `ledgerflow ingest`, as an operator uses it.
    @Suite struct IngestCommandTests {
        @Test func aSourceIsSetUpRunLookedAtPausedAndDeleted() async throws {
            try await scenario { findings in
                let desk = try ScheduleCommandTests.Desk()
                let invoices = SOAPService.invoices(3)
                let service = try SOAPService(invoices + ["<Invoice><Nothing/></Invoice>"])
                defer { service.stop() }
                func ingest(_ arguments: String...) throws -> CommandRun { try desk.run(["ingest"] + arguments) }
                try desk.scene.logs.write("secret", Array((SOAPService.password + "\n").utf8))
                let put = try ingest(
                    "sources", "put", "erp", "--url", service.url, "--username", SOAPService.user, "--password-file",
                    desk.scene.logs.file("secret"), "--operation", "GetInvoices", "--namespace", "urn:test", "--parameter", "from={from}",
                    "--invoice-element", "Invoice", "--number-path", "InvoiceNumber", "--interval", "3600")
                put.expect(0, output: ["erp  active", "(new)"], findings)
                try ingest("run", "erp", "--wait").expect(0, output: ["status       partial", "1 in quarantine", "trace "], findings)
                try ingest("sources").expect(0, output: ["erp", "closed", "partial"], findings)
                let shown = try ingest("sources", "show", "erp")
                shown.expect(0, output: ["operation    GetInvoices of urn:test", "parameter    from: {from}", "user         lf"], findings)
                findings.check(!shown.output.contains("canary"), "the password is shown")
                try ingest("runs", "--source", "erp", "--status", "partial").expect(0, output: ["partial"], findings)
                let list = try ingest("invoices", "--number", "N-2")
                list.expect(0, output: ["N-2", "received"], findings)
                let id = String(list.lines.last?.prefix(36) ?? "")
                try ingest("invoices", id).expect(0, output: ["number       N-2", "version      1"], findings)
                let raw = try ingest("invoices", id, "--raw")
                raw.expect(0, findings)
                findings.check(raw.output == invoices[1], "the octets are \(raw.output)")
                let slices = try ingest("quarantine")
                slices.expect(0, output: ["no-number", "open"], findings)
                let slice = String(slices.lines.last?.prefix(36) ?? "")
                try ingest("quarantine", slice, "--retry").expect(1, output: ["reason       no-number"], findings)
                try ingest("quarantine", slice, "--raw").expect(0, output: ["<Nothing/>"], findings)
                try ingest("sources", "pause", "erp").expect(0, output: ["erp  paused"], findings)
                try ingest("run", "erp", "--wait", "--json").expect(0, output: [#""unchanged":3"#], findings)
                try ingest("sources", "resume", "erp").expect(0, output: ["erp  active"], findings)
                try ingest("sources", "delete", "erp").expect(0, output: ["erp  deleted"], findings)
                try ingest("sources", "show", "erp").expect(1, errors: ["no source with that identifier"], findings)
                try ingest("invoices", "--number", "N-2").expect(0, output: ["N-2"], findings)
            }
        }

        @Test func aReceiverIsSetUpGivenAnotherSecretPausedAndDeleted() async throws {
            try await scenario { findings in
                let desk = try ScheduleCommandTests.Desk()
                func receivers(_ arguments: String...) throws -> CommandRun { try desk.run(["ingest", "receivers"] + arguments) }
                try desk.scene.logs.write("secret", Array("a-canary-of-a-secret\n".utf8))
                let file = desk.scene.logs.file("secret")
                let put = try receivers(
                    "put", "bank", "--scheme", "hmac", "--header", "X-Signature", "--prefix", "sha256=", "--timestamp-header", "X-Time",
                    "--content", "{timestamp}.{body}", "--id-pointer", "/data/id", "--secret-file", file, "--tolerance", "60")
                put.expect(0, output: ["bank  active", "/v1/webhooks/", "~bank~", "(new)"], findings)
                let shown = try receivers("show", "bank")
                shown.expect(
                    0, output: ["sha256 in hex of {timestamp}.{body}", "message id   /data/id", "tolerance    60 s", "mapping      none"],
                    findings)
                try receivers("add-secret", "bank", "--secret-file", file, "--overlap", "3600").expect(0, output: [", until "], findings)
                let list = try receivers()
                list.expect(0, output: ["NAME", "bank", "hmac"], findings)
                findings.check(!(shown.output + list.output).contains("canary"), "the secret is shown")
                try receivers("pause", "bank").expect(0, output: ["bank  paused"], findings)
                try receivers("resume", "bank").expect(0, output: ["bank  active"], findings)
                try desk.run(["ingest", "messages", "--receiver", "bank"]).expect(0, errors: ["No messages."], findings)
                try receivers("delete", "bank").expect(0, output: ["bank  deleted"], findings)
                try receivers("show", "bank").expect(1, errors: ["no receiver with that identifier"], findings)
                // What is wrong is named by the option that was given.
                try receivers("put", "bank", "--scheme", "hmac", "--header", "X-S").expect(
                    1, errors: ["--secret-file is required"], findings)
                try receivers("put", "bank", "--scheme", "shared-secret", "--secret-file", file, "--tolerance", "0").expect(
                    1, errors: ["--header is required", "--tolerance "], findings)
                try receivers("put", "bank", "--scheme", "standard-webhooks", "--id-header", "X-Id").expect(
                    1, errors: ["--id-header or --id-pointer is webhook-id"], findings)
                try receivers("put", "bank", "--scheme", "shared-secret", "--header", "X-S", "--content", "{body}").expectUsage(
                    ["only with --scheme hmac"], findings)
                try receivers("put", "bank", "--scheme", "hmac", "--secret-file", "-", "--mapping", "-").expectUsage(
                    ["can be read once only"], findings)
                try receivers("put", "bank", "--file", "x.json", "--encoding", "hex").expectUsage(["--file or the other options"], findings)
            }
        }

        @Test func whatIsWrittenWronglyIsRefusedWithWhatIsWrong() async throws {
            try await scenario { findings in
                let desk = try ScheduleCommandTests.Desk()
                func ingest(_ arguments: String...) throws -> CommandRun { try desk.run(["ingest"] + arguments) }
                try ingest("sources", "put", "erp").expectUsage(["--url, --invoice-element and --number-path"], findings)
                try ingest("invoices", "--raw").expectUsage(["--raw needs the identifier"], findings)
                try ingest("quarantine", "x", "--raw", "--retry").expectUsage(["not both"], findings)
                try ingest("runs", "x", "--status", "failed").expectUsage(["not one run"], findings)
                try ingest("invoices", "x", "--number", "1").expectUsage(["not one document"], findings)
                try ingest("quarantine", "x", "--source", "erp").expectUsage(["not one part"], findings)
                func split(_ arguments: String...) throws -> CommandRun {
                    try CommandRun(["ingest", "split"] + arguments, in: desk.scene.logs)
                }
                try split("--measure", "1", "-").expectUsage(["--measure needs a file"], findings)
                try split("--max-invoice-bytes", "0", "x.xml").expectUsage(["--max-invoice-bytes must be from 1"], findings)
                try ingest("sources", "put", "erp", "--file", "x.json", "--allow-unencrypted-password").expectUsage(
                    ["--file or the other options"], findings)
                try ingest("run", "none").expect(1, errors: ["no source with that identifier"], findings)
                try ingest(
                    "sources", "put", "erp", "--url", "ftp://x", "--invoice-element", "Invoice", "--number-path", "N"
                ).expect(1, errors: ["--url"], findings)
                try ingest("runs", "--status", "nonsense").expect(1, errors: ["--status"], findings)
            }
        }
    }
}
