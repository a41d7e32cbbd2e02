import Domain
import Foundation
import Testing

extension BlackBox {
    /// `serve --tax-dir` and `--tax-regime`: rules from outside the program (IN-9).
    @Suite struct TaxOptionTests {
        /// Of a country that there is not: 12 %, with a levy of 1.5 % besides.
        private static let ruritania = """
            {"name":"vat-rt","rounding":"line","categories":[{"code":"S","kind":"taxed"}],
            "rates":[{"category":"S","components":[{"name":"VAT","percent":"12"},{"name":"HEALTH","percent":"1.5"}]}]}
            """

        private static func draft(_ more: String = "") -> String {
            """
            {"currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20",
            "seller":{"name":"S","vatId":"DE123456789","address":{"city":"B","country":"DE"}},
            "buyer":{"name":"B","address":{"city":"P","country":"FR"}},
            "lines":[{"id":"1","name":"Chair","quantity":"3","unit":"C62","unitPrice":"19.99","tax":{"category":"S"\(more)}}]
            """
        }

        @Test func aRegimeOfTheFolderTaxesInvoices() async throws {
            try await scenario { findings in
                let (scene, taxes) = (try Scene(), try DataFolder())
                try taxes.write("rt.json", Array(Self.ruritania.utf8))
                // What is no declaration by its name is not looked at.
                try taxes.write("notes.txt", Array("not JSON".utf8))
                let engine = try scene.engine(["--tax-dir", taxes.path, "--tax-regime", "vat-rt"])
                let client = engine.client(scene.token)
                let own = try client.post("/v1/invoices", Self.draft() + "}")
                findings.check(own.status == 201, "by the regime of the folder: \(own.start) \(own.text)")
                let totals = try own.json()["document"]["totals"]
                findings.check(totals["tax"].text == "8.10" && totals["payable"].text == "68.07", "\(totals)")
                let built = try client.post("/v1/invoices", Self.draft(#","rate":"19""#) + #","taxRegime":"vat"}"#)
                findings.check(try built.json()["document"]["totals"]["tax"].text == "11.39", "by a built-in one: \(built.text)")
                let unknown = try client.post("/v1/invoices", Self.draft() + #","taxRegime":"vat-zz"}"#)
                findings.check(
                    unknown.status == 422 && unknown.text.contains("/taxRegime") && unknown.text.contains("vat-rt"), "\(unknown.text)")
                engine.expectUnharmed(findings, "a regime from outside")
            }
        }

        @Test func theFolderOfTheDataDirectoryIsTakenWithoutBeingNamed() async throws {
            try await scenario { findings in
                let scene = try Scene()
                try FileManager.default.createDirectory(atPath: scene.data.file("tax"), withIntermediateDirectories: true)
                try scene.data.write("tax/rt.json", Array(Self.ruritania.utf8))
                let engine = try scene.engine()
                let answer = try engine.client(scene.token).post("/v1/invoices", Self.draft() + #","taxRegime":"vat-rt"}"#)
                findings.check(try answer.json()["document"]["totals"]["tax"].text == "8.10", answer.text)
            }
        }

        @Test func whatCannotBeUsedIsRefusedByNameBeforeAnythingIsMade() async throws {
            try await scenario { findings in
                let (logs, taxes) = (try DataFolder(), try DataFolder())
                let data = logs.file("none")
                try taxes.write("good.json", Array(Self.ruritania.utf8))
                func refused(_ arguments: [String], _ words: [String], line: Int = #line) throws {
                    let run = try CommandRun(["serve", "--data-dir", data, "--port", "0"] + arguments, in: logs)
                    run.expectUsage(words, findings)
                    findings.check(!logs.exists("none"), "line \(line): a start that was refused made the data directory")
                }
                try refused(["--tax-dir", logs.file("nowhere")], ["--tax-dir “\(logs.file("nowhere"))” cannot be read"])
                try refused(
                    ["--tax-dir", taxes.path, "--tax-regime", "vat-zz"],
                    ["--tax-regime “vat-zz” is not known; there are: vat, ", "none, vat-rt"])
                for (text, words) in [
                    ("{", ["bad.json: ", "the JSON ends too early"]), ("[]", ["bad.json: "]),
                    (#"{"name":"vat-rt","categories":[{"code":"S","kind":"taxed"}],"rates":[]}"#, [#""vat-rt" is declared twice"#]),
                    (#"{"name":"vat-xx"}"#, [#""vat-xx" is new and needs categories"#]),
                    (
                        #"{"name":"vat-xx","categories":[{"code":"S","kind":"taxed"}],"rates":[{"category":"S","percent":"many"}]}"#,
                        ["bad.json: /rates/0/percent "]
                    ),
                ] as [(String, [String])] {
                    try taxes.write("bad.json", Array(text.utf8))
                    try refused(["--tax-dir", taxes.path], words)
                }
            }
        }
    }
}
