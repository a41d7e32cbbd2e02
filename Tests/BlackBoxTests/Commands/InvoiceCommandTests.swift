import Domain
import Testing

extension BlackBox {
    /// `ledgerflow invoice` and `ledgerflow series`, as a bookkeeper uses them.
    @Suite struct InvoiceCommandTests {
        private static let draft = """
            {"currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20",
            "seller":{"name":"Seller GmbH","vatId":"DE123456789","address":{"city":"Berlin","postalCode":"10115","country":"DE"}},
            "buyer":{"name":"Buyer SA","address":{"city":"Paris","postalCode":"75001","country":"FR"}},
            "lines":[{"id":"1","name":"Chair","quantity":"4","unit":"C62","unitPrice":"25.00","tax":{"category":"S","rate":"19"}}]}
            """

        @Test func anInvoiceGoesFromItsDraftToItsCreditNote() async throws {
            try await scenario { findings in
                let desk = try Desk()
                try desk.scene.data.write("draft.json", Array(Self.draft.utf8))
                let created = try desk.run("create", desk.file("draft.json"), "--key", "order-1")
                created.expect(0, output: ["draft", "119.00 EUR"], findings)
                let id = String(created.output.prefix(36))
                try desk.run("create", desk.file("draft.json"), "--key", "order-1")
                    .expect(0, output: [id, "sent before with the same key"], findings)
                try desk.run("validate", id).expect(0, output: ["validated", ": valid"], findings)
                try desk.run("issue", id).expect(0, output: ["issued", "INV-2026-000001"], findings)
                try desk.run("show", id).expect(0, output: ["number       INV-2026-000001", "Chair", "payable      119.00 EUR"], findings)
                try desk.run("list", "--status", "issued").expect(0, output: ["INV-2026-000001", "Buyer SA"], findings)
                try desk.run("document", id).expect(0, output: ["<cbc:ID>INV-2026-000001</cbc:ID>"], findings)
                try desk.run("document", id, "--format", "cii", "--output", desk.file("cii.xml")).expect(0, findings)
                try CommandRun(["validate", desk.file("cii.xml")], in: desk.scene.logs).expect(0, output: [": valid"], findings)
                try desk.run("credit", id, "--line", "1=1", "--reason", "One was broken.", "--issue-date", "2026-11-21")
                    .expect(0, output: ["issued", "CN-2026-000001", "29.75 EUR"], findings)
                try desk.run("credit", id, "--line", "1=9").expect(
                    1, errors: ["--line (number 1) must be greater than 0 and at most"], findings)
                try desk.run("cancel", id, "--reason", "Sent twice.").expect(1, errors: ["take the credit notes back first"], findings)
                try expectJSON(desk, id, findings)
            }
        }

        private func expectJSON(_ desk: Desk, _ id: String, _ findings: Findings) throws {
            let detail = try JSONReader.read(Array(try desk.run("show", id, "--json").output.utf8))
            findings.check(detail["credited"].text == "29.75" && detail["document"]["totals"]["payable"].text == "119.00", "\(detail)")
            let all = try desk.run("list", "--all", "--json", "--limit", "1")
            findings.check(all.lines.count == 2, "two documents are listed as \(all.output)")
        }

        @Test func whatIsWrongIsNamedByItsPlaceInTheDocument() async throws {
            try await scenario { findings in
                let desk = try Desk()
                try desk.scene.data.write("wrong.json", Array(#"{"currency":"EUR","lines":[{"quantity":"x","unitPrice":"1"}]}"#.utf8))
                try desk.run("create", desk.file("wrong.json")).expect(1, errors: ["Mend: ", "/lines/0/quantity"], findings)
                try desk.run("create", desk.file("none.json")).expect(64, errors: ["none.json” cannot be read: no such file"], findings)
                try desk.scene.data.write("empty.json", Array(#"{"currency":"EUR"}"#.utf8))
                try desk.run("create", desk.file("empty.json"), "--issue").expect(
                    1, errors: ["fatal    BR-16", "findings are fatal"], findings)
                try desk.run("show", "01981f6e-0000-7000-8000-000000000000").expect(
                    1, errors: ["no invoice with that identifier"], findings)
                try desk.run("batch", "-").expect(1, errors: ["Error: "], findings)
            }
        }

        @Test func aBatchTellsOfEachItem() async throws {
            try await scenario { findings in
                let desk = try Desk()
                let items = #"{"items":[{"document":\#(Self.draft),"issue":true},{"document":{"currency":"EUR","lines":3}}]}"#
                try desk.scene.data.write("batch.json", Array(items.utf8))
                let run = try desk.run("batch", desk.file("batch.json"))
                run.expect(
                    1, output: ["0     201  ", "INV-2026-000001", "1     4", "/items/1/document/lines"], errors: ["1 of 2 refused"],
                    findings)
            }
        }

        @Test func aSeriesGivesNumbersAndTakesOverThoseOfAnother() async throws {
            try await scenario { findings in
                let desk = try Desk()
                let create = ["create", "SHOP", "--format", "SHOP-{yyyy}-{seq:4}", "--reset", "year"]
                try desk.series(create).expect(0, output: ["SHOP-{yyyy}-{seq:4}", "none yet"], findings)
                try desk.series(create).expect(0, output: ["(open already)"], findings)
                try desk.series(["create", "X", "--format", "X", "--reset", "never"]).expect(1, errors: ["Mend: --format"], findings)
                try desk.scene.data.write("numbers.csv", Array("SHOP-2026-0001,order-1\r\nSHOP-2026-0003\r\nSHOP-2026-0003\r\n".utf8))
                let scan = ["import", "SHOP", desk.file("numbers.csv")]
                try desk.series(scan).expect(1, output: ["gap in 2026: 2", "left out: SHOP-2026-0003", "Nothing was changed."], findings)
                try desk.series(scan + ["--apply"])
                    .expect(1, output: ["Taken over: 2 numbers, and 1 of gaps on record as void."], findings)
                let allocate = ["allocate", "SHOP", "order-9", "--issue-date", "2026-11-20"]
                let number = try desk.series(allocate)
                number.expect(0, findings)
                findings.check(number.output == "SHOP-2026-0004\n", number.output)
                findings.check(try desk.series(allocate).output == number.output, "the number differs the second time")
                try desk.series(["void-number", "SHOP", "order-9", "--reason", "Never sent."]).expect(
                    0, output: ["void", "(Never sent.)"], findings)
                try desk.series(["gap-report", "SHOP"])
                    .expect(0, output: ["SHOP: complete", "2026: 1 to 4, 4 on record, 2 void"], findings)
                let numbers = try desk.series(["numbers", "SHOP", "--all", "--json", "--limit", "2"])
                findings.check(numbers.lines.count == 4, numbers.output)
                try desk.series(["list"]).expect(0, output: ["INV", "CN", "SHOP", "2026: 4"], findings)
                try desk.series(["show", "NONE"]).expect(1, errors: ["no number series of that name"], findings)
            }
        }

        @Test func wrongArgumentsAreRefusedWithWhatIsWrong() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                for (arguments, words) in [
                    (["invoice", "create"], ["Missing expected argument '<file>'"]),
                    (["invoice", "create", "x", "--series", "S"], ["--series needs --issue"]),
                    (["invoice", "create", "x", "--key", "a b"], ["--key must be"]),
                    (["invoice", "show", ""], ["The identifier is empty"]),
                    (["invoice", "credit", "x", "--line", "=1"], ["--line must be"]),
                    (["invoice", "cancel", "x"], ["Missing expected argument '--reason"]),
                    (["series", "create", "S"], ["Missing expected argument '--format"]),
                    (["audit", "list", "--after", "1"], ["--after needs --partition"]),
                ] as [([String], [String])] {
                    try CommandRun(arguments, in: folder).expectUsage(words, findings)
                }
            }
        }

        /// An engine, and commands that talk to it.
        struct Desk {
            let scene: Scene
            let engine: EngineProcess

            init() throws {
                scene = try Scene()
                engine = try scene.engine()
            }

            func file(_ name: String) -> String { scene.data.file(name) }

            private var connection: [String] { ["--server", "http://127.0.0.1:\(engine.port)", "--token", scene.token] }

            func run(_ arguments: String...) throws -> CommandRun { try CommandRun(["invoice"] + arguments + connection, in: scene.logs) }

            func series(_ arguments: [String]) throws -> CommandRun { try CommandRun(["series"] + arguments + connection, in: scene.logs) }

            func audit(_ arguments: String...) throws -> CommandRun { try CommandRun(["audit"] + arguments + connection, in: scene.logs) }
        }
    }
}
