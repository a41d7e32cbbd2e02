import Domain
import Ports
import Testing

@Suite struct SeriesRoutesTests {
    static let path = "/v1/series"
    static let shop = #"{"id":"SHOP","format":"SHOP-{yyyy}-{seq:3}","reset":"year"}"#

    // MARK: Series

    @Test func aSeriesIsOpenedOnceAndStays() async throws {
        try await withServer { server in
            let body =
                #"{"id":"FY","format":"{fy}/{seq:4}","reset":"fiscal-year","fiscalYearStartMonth":4,"start":10,"timeZone":"Asia/Kolkata"}"#
            let made = try await server.post(Self.path, body)
            #expect(made.status == 201, "\(made.text)")
            #expect(made.header("location") == "/v1/series/FY")
            #expect(try made.string("format") == "{fy}/{seq:4}")
            #expect(try made.string("reset") == "fiscal-year")
            #expect(try made.int("fiscalYearStartMonth") == 4)
            #expect(try made.int("start") == 10)
            #expect(try made.string("timeZone") == "Asia/Kolkata")
            #expect(try made.json("standard") == .bool(false))
            #expect(try await server.post(Self.path, body).status == 200)
            let other = try await server.post(Self.path, body.replacing("10", with: "11"))
            #expect(other.status == 409)
            #expect(try other.string("type") == "/problems/series-differs")
            #expect(try await server.get(Self.path + "/FY").body == made.body)
            #expect(try await server.get(Self.path + "/FY", token: .some(server.otherToken)).status == 404)
            #expect(try await server.get(Self.path + "/a%20b").status == 404)
        }
    }

    @Test func theStandardSeriesAreThereBeforeTheyAreUsed() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.shop)
            let list = try await server.get(Self.path)
            for (index, name) in ["CN", "INV", "SHOP"].enumerated() {
                #expect(try list.string("items", String(index), "id") == name)
                #expect(try list.json("items", String(index), "standard") == .bool(name != "SHOP"))
            }
            #expect(try await server.get(Self.path + "/INV").string("format") == "INV-{yyyy}-{seq:6}")
            #expect(try await server.get(Self.path + "/INV/numbers").count("items") == 0)
            #expect(try await server.get(Self.path + "/CN/gap-report").json("complete") == .bool(true))
            let differing = try await server.post(Self.path, #"{"id":"INV","format":"I{seq}","reset":"never"}"#)
            #expect(differing.status == 409)
            for path in ["", "/numbers", "/gap-report"] { #expect(try await server.get(Self.path + "/NONE" + path).status == 404) }
        }
    }

    @Test(arguments: [
        ("{}", ["/id", "/format", "/reset"]), (#"{"id":"a b","format":"x","reset":"daily"}"#, ["/id", "/format", "/reset"]),
        (#"{"id":"A","format":"{seq}","reset":"year"}"#, ["/format"]), (#"{"id":"A","format":"{seq","reset":"never"}"#, ["/format"]),
        (#"{"id":"A","format":"{seq}","reset":"never","start":-1,"what":1}"#, ["/start", "/what"]),
        (#"{"id":"A","format":"{seq}","reset":"never","fiscalYearStartMonth":4}"#, ["/fiscalYearStartMonth"]),
        (#"{"id":"A","format":"{fy}{seq}","reset":"fiscal-year","fiscalYearStartMonth":13}"#, ["/fiscalYearStartMonth"]),
        (#"{"id":"A","format":"{seq}","reset":"never","timeZone":"Mars/Olympus"}"#, ["/timeZone"]),
    ])
    func aWrongPlanIsNamedByItsPointers(_ body: String, _ pointers: [String]) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 400, "\(answer.text)")
            for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(pointer) \(answer.text)") }
        }
    }

    // MARK: Numbers

    @Test func aDocumentGetsOneNumberForEver() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.shop)
            let made = try await server.post(Self.path + "/SHOP/allocations", #"{"document":"order/1+2","issueDate":"2026-05-01"}"#)
            #expect(made.status == 201, "\(made.text)")
            #expect(try made.string("number") == "SHOP-2026-001")
            #expect(try made.int("sequence") == 1)
            #expect(try made.string("period") == "2026")
            #expect(try made.string("series") == "SHOP")
            #expect(try made.string("document") == "order/1+2")
            let again = try await server.post(Self.path + "/SHOP/allocations", #"{"document":"order/1+2"}"#)
            #expect(again.status == 200)
            #expect(again.body == made.body)
            let void = try await server.post(Self.path + "/SHOP/numbers/order%2F1+2/void", InvoiceRoutesTests.reason)
            #expect(void.status == 200, "\(void.text)")
            #expect(try void.string("status") == "void")
            #expect(try void.string("reason") == "Sent to the wrong buyer.")
            let gone = try await server.post(Self.path + "/SHOP/allocations", #"{"document":"order/1+2"}"#)
            #expect(gone.status == 409)
            #expect(try gone.string("type") == "/problems/number-void")
            let report = try await server.get(Self.path + "/SHOP/gap-report")
            #expect(try report.json("complete") == .bool(true))
            #expect(try report.int("periods", "0", "voids") == 1)
        }
    }

    @Test func aNumberThatIsNotThereOrAnInvoicesIsNotVoidedHere() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let invoices = try await server.post(Self.path + "/INV/numbers/\(id)/void", InvoiceRoutesTests.reason)
            #expect(invoices.status == 409)
            #expect(try invoices.string("type") == "/problems/illegal-transition")
            for target in ["/INV/numbers/nothing/void", "/NONE/numbers/x/void", "/INV/numbers/a%20b/void", "/INV/numbers/%zz/void"] {
                #expect(try await server.post(Self.path + target, InvoiceRoutesTests.reason).status == 404, "\(target)")
            }
            #expect(try await server.post(Self.path + "/INV/numbers/x/void", "{}").status == 400)
            #expect(try await server.post(Self.path + "/INV/numbers//void", "{}").string("type") == "/problems/unknown-path")
            #expect(try await server.post(Self.path + "/NONE/allocations", #"{"document":"x"}"#).status == 404)
        }
    }

    @Test(arguments: [
        ("{}", "/document"), (#"{"document":"a b"}"#, "/document"), (#"{"document":""}"#, "/document"),
        (#"{"document":"x","issueDate":"now"}"#, "/issueDate"), (#"{"document":"x","date":1}"#, "/date"),
    ])
    func aWrongAllocationIsNamedByItsPointer(_ body: String, _ pointer: String) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path + "/INV/allocations", body)
            #expect(answer.status == 400)
            #expect(try answer.string("errors", "0", "pointer") == pointer)
        }
    }

    @Test func theNumbersAreListedPageByPage() async throws {
        try await withServer { server in
            for document in ["c", "b", "a"] {
                _ = try await server.post(Self.path + "/INV/allocations", #"{"document":"\#(document)","issueDate":"2026-01-01"}"#)
            }
            var target = Self.path + "/INV/numbers?limit=2"
            var seen: [String] = []
            while true {
                let page = try await server.get(target)
                #expect(page.status == 200)
                let count = try #require(try page.count("items"))
                seen += try (0..<count).compactMap { try page.string("items", String($0), "document") }
                guard let cursor = try page.string("nextCursor") else { break }
                #expect(try await server.get(Self.path + "/CN/numbers?cursor=" + cursor).string("type") == "/problems/invalid-cursor")
                target = Self.path + "/INV/numbers?limit=2&cursor=" + cursor
            }
            #expect(seen == ["c", "b", "a"])
        }
    }

    // MARK: Imports

    static func numbers(_ numbers: [String], apply: Bool = false) -> String {
        let entries = numbers.map { #"{"number":"\#($0)"}"# }
        return #"{"numbers":[\#(entries.joined(separator: ","))],"apply":\#(apply)}"#
    }

    @Test func aScanChangesNothingAndTheRepairIsOneAuditedCommand() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.shop)
            let list = ["SHOP-2026-001", "SHOP-2026-004", "SHOP-2026-001", "Invoice 7", "SHOP-2025-001"]
            let scan = try await server.post(Self.path + "/SHOP/import", Self.numbers(list))
            #expect(scan.status == 200, "\(scan.text)")
            #expect(try scan.json("applied") == .bool(false))
            #expect(try scan.int("scan", "entries") == 5)
            #expect(try scan.int("scan", "readable") == 4)
            #expect(try scan.int("scan", "unreadable", "0", "index") == 3)
            #expect(try scan.int("scan", "duplicates", "0", "first") == 0)
            #expect(try scan.int("scan", "gaps", "0", "from") == 2)
            #expect(try scan.int("scan", "gaps", "0", "to") == 3)
            #expect(try scan.count("repair", "adopt") == 3)
            #expect(try scan.count("repair", "excluded") == 2)
            #expect(try scan.string("repair", "voids", "1", "number") == "SHOP-2026-003")
            #expect(try await server.get(Self.path + "/SHOP/numbers").count("items") == 0)
            let done = try await server.post(Self.path + "/SHOP/import", Self.numbers(list, apply: true))
            #expect(try done.json("applied") == .bool(true), "\(done.text)")
            #expect(try done.json("repair") == scan.json("repair"))
            #expect(try await server.get(Self.path + "/SHOP/gap-report").json("complete") == .bool(true))
            let audit = try await server.get("/v1/audit")
            #expect(try audit.count("entries") == 2)
            #expect(try audit.string("entries", "1", "command") == "series.adopt")
            let again = try await server.post(Self.path + "/SHOP/import", Self.numbers(list, apply: true))
            #expect(try again.json("applied") == .bool(false))
            #expect(try again.count("scan", "behindCounter") == 3)
            let next = try await server.post(Self.path + "/SHOP/allocations", #"{"document":"x","issueDate":"2026-12-31"}"#)
            #expect(try next.string("number") == "SHOP-2026-005")
        }
    }

    @Test func aRepairIsTakenBackInOneAuditedCommandUntilANumberIsGiven() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.shop)
            let list = ["SHOP-2026-001", "SHOP-2026-002", "SHOP-2026-002", "SHOP-2026-004"]
            _ = try await server.post(Self.path + "/SHOP/import", Self.numbers(list, apply: true))
            let release = Self.path + "/SHOP/release"
            #expect(try await server.post(release, #"{"period":"2026","from":5}"#).status == 409)
            #expect(try await server.post(release, #"{"period":"2025","from":1}"#).status == 409)
            #expect(try await server.post(release, #"{"from":"1"}"#).status == 400)
            let back = try await server.post(release, #"{"period":"2026","from":2}"#)
            #expect(back.status == 200, "\(back.text)")
            #expect(try back.int("released") == 3)
            #expect(try back.int("last") == 1)
            #expect(try await server.get(Self.path + "/SHOP/numbers").count("items") == 1)
            let again = try await server.post(Self.path + "/SHOP/import", Self.numbers(["SHOP-2026-002"], apply: true))
            #expect(try again.json("applied") == .bool(true))
            #expect(try await server.get(Self.path + "/SHOP/gap-report").json("complete") == .bool(true))
            let audit = try await server.get("/v1/audit")
            #expect(try audit.string("entries", "2", "command") == "series.release")
            let next = try await server.post(Self.path + "/SHOP/allocations", #"{"document":"x","issueDate":"2026-12-31"}"#)
            #expect(try next.string("number") == "SHOP-2026-003")
            #expect(try await server.post(release, #"{"period":"2026","from":1}"#).status == 409)
        }
    }

    @Test func whatStandsOnAnotherDocumentIsNotTakenOver() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.shop)
            _ = try await server.post(Self.path, #"{"id":"OLD","format":"SHOP/{yyyy}/{seq:3}","reset":"year","start":2}"#)
            _ = try await server.post(Self.path + "/OLD/allocations", #"{"document":"x","issueDate":"2026-12-31"}"#)
            let taken = try await server.post(
                Self.path + "/SHOP/import", Self.numbers(["SHOP-2026-001", "SHOP-2026-002", "SHOP-2026-003"], apply: true))
            #expect(try taken.int("scan", "taken", "0", "index") == 1)
            #expect(try taken.count("repair", "adopt") == 1)
            #expect(try taken.string("repair", "excluded", "1", "reason") == "gap-is-taken")
            #expect(try taken.json("applied") == .bool(true), "\(taken.text)")
        }
    }

    @Test func aSeriesThatMovedOnSinceTheScanRefusesTheRepair() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.shop)
            let series = try #require(SeriesId("SHOP"))
            let document = try #require(DocumentReference("x"))
            server.books.intrude(.allocate(series, document, issueDate: CalendarDate("2026-01-01")))
            let answer = try await server.post(Self.path + "/SHOP/import", Self.numbers(["SHOP-2026-001"], apply: true))
            #expect(answer.status == 409)
            #expect(try answer.string("type") == "/problems/import-refused")
        }
    }

    @Test(arguments: [
        ("{}", "/numbers"), (#"{"numbers":[]}"#, "/numbers"), (#"{"numbers":[{}]}"#, "/numbers/0/number"),
        (#"{"numbers":[{"number":"1","document":"a b"}]}"#, "/numbers/0/document"),
        (#"{"numbers":[{"number":"1","issueDate":"x"}]}"#, "/numbers/0/issueDate"),
        (#"{"numbers":[{"number":"1","voidReason":""}]}"#, "/numbers/0/voidReason"), (#"{"numbers":[{"number":"1"}],"apply":1}"#, "/apply"),
    ])
    func aWrongImportIsNamedByItsPointer(_ body: String, _ pointer: String) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path + "/INV/import", body)
            #expect(answer.status == 400)
            #expect(try answer.string("errors", "0", "pointer") == pointer)
            #expect(try await server.post(Self.path + "/NONE/import", Self.numbers(["1"])).status == 404)
        }
    }

    @Test func manyDocumentsGetTheirNumbersInOrderEachWithItsOwnResult() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path + "/INV/allocations", #"{"document":"b","issueDate":"2026-01-01"}"#)
            let answer = try await server.post(
                Self.path + "/INV/allocations/batch", #"{"documents":["a","b","c"],"issueDate":"2026-01-01"}"#)
            #expect(answer.status == 200)
            let text = answer.text
            #expect(text.contains("INV-2026-000002") && text.contains("INV-2026-000001") && text.contains("INV-2026-000003"))
            let refused = try await server.post(Self.path + "/NONE/allocations/batch", #"{"documents":["a"]}"#)
            #expect(refused.text.contains(#""status":404"#))
            let wrong = try await server.post(Self.path + "/INV/allocations/batch", #"{"documents":["a b"]}"#)
            #expect(wrong.status == 400 && wrong.text.contains("/documents/0"))
        }
    }
}
