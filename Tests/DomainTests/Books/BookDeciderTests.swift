import Testing

@testable import Domain

@Suite("Deciding a tenant's books")
struct BookDeciderTests {
    private typealias S = BookScenario

    @Test func theNumberAndTheIssueAreDecidedTogether() throws {
        var books = try S()
        try books.when(S.draft(1, S.content()))
        let events = try books.when(.issue(S.id(1), IssueOrder()))
        #expect(events.names == ["series.opened", "series.number-allocated", "invoice.issued"])
        #expect(books.invoice(S.id(1))?.number?.printed == "INV-2026-000001")
        #expect(books.invoice(S.id(1))?.status == .issued)
        #expect(books.number(.invoices, DocumentReference(S.id(1)))?.number.sequence == 1)
    }

    @Test func issuingAgainChangesNothing() throws {
        var books = try S()
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        #expect(try books.when(.issue(S.id(1), IssueOrder())).isEmpty)
        #expect(try books.when(S.draft(1, S.content(), issue: IssueOrder())).isEmpty)
        #expect(books.series(.invoices)?.last == ["2026": 1])
    }

    @Test func aDraftTakesNoNumber() throws {
        var books = try S()
        try books.when(S.draft(1, S.content()))
        try books.when(.cancel(S.id(1), reason: "mistake"))
        try books.when(S.draft(2, S.content(), issue: IssueOrder()))
        #expect(books.invoice(S.id(2))?.number?.sequence == 1)
        #expect(throws: BookError.illegalTransition(from: .cancelled, command: "issue")) {
            try books.when(.issue(S.id(1), IssueOrder()))
        }
    }

    @Test func whatIsNotValidIsNotIssued() throws {
        var books = try S()
        try books.when(S.draft(1, S.content(fatal: 2)))
        #expect(throws: BookError.notValid(fatal: 2)) { try books.when(.validate(S.id(1))) }
        #expect(throws: BookError.notValid(fatal: 2)) { try books.when(.issue(S.id(1), IssueOrder())) }
        try books.when(.replace(S.id(1), S.content(), ifVersion: 1))
        #expect(try books.when(.validate(S.id(1))).names == ["invoice.validated"])
        #expect(try books.when(.validate(S.id(1))).isEmpty)
        #expect(books.invoice(S.id(1))?.status == .validated)
    }

    @Test func thePeriodIsThatOfTheIssueDateOrOfToday() throws {
        var books = try S()
        try books.when(S.draft(1, S.content(issueDate: "2025-12-31"), issue: IssueOrder()))
        try books.when(S.draft(2, S.content(issueDate: nil), issue: IssueOrder()))
        #expect(books.invoice(S.id(1))?.number?.printed == "INV-2025-000001")
        #expect(books.invoice(S.id(2))?.number?.printed == "INV-2026-000001")
        #expect(books.invoice(S.id(2))?.issueDate == CalendarDate(year: 2026, month: 9, day: 21))
    }

    @Test func anIssuedInvoiceCannotChange() throws {
        var books = try S()
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        for status in [Invoice.Status.issued, .signed, .transmitting, .accepted] {
            if status == .signed { try books.when(.transmission(S.id(1), .signed)) }
            if status == .transmitting { try books.when(.transmission(S.id(1), .started)) }
            if status == .accepted { try books.when(.transmission(S.id(1), .accepted)) }
            #expect(throws: BookError.illegalTransition(from: status, command: "replace")) {
                try books.when(.replace(S.id(1), S.content("1.00"), ifVersion: nil))
            }
        }
    }

    @Test func theSameKeyWithAnotherBodyIsRefused() throws {
        var books = try S()
        try books.when(S.draft(1, S.content()))
        #expect(throws: BookError.idempotencyConflict) { try books.when(S.draft(1, S.content(), fingerprint: 2)) }
    }

    @Test func aDraftThatChangedMeanwhileIsNotOverwritten() throws {
        var books = try S()
        try books.when(S.draft(1, S.content()))
        try books.when(.replace(S.id(1), S.content("2.00", text: "[]"), ifVersion: 1))
        #expect(throws: BookError.versionConflict(actual: 2)) { try books.when(.replace(S.id(1), S.content("3.00"), ifVersion: 1)) }
    }

    // MARK: - Credit

    @Test func aCreditNoteAndItsOriginalChangeTogether() throws {
        var books = try S()
        try books.when(S.draft(1, S.content("100.00"), issue: IssueOrder()))
        let events = try books.when(S.draft(2, S.content("40.00", isCreditNote: true), creditOf: S.id(1), issue: IssueOrder()))
        #expect(events.names == ["invoice.drafted", "series.opened", "series.number-allocated", "invoice.issued", "invoice.credited"])
        #expect(books.invoice(S.id(2))?.number?.printed == "CN-2026-000001")
        #expect(books.invoice(S.id(1))?.credited == ExactDecimal("40.00"))
        #expect(books.invoice(S.id(1))?.status == .issued)
        try books.when(S.draft(3, S.content("60.00", isCreditNote: true), creditOf: S.id(1), issue: IssueOrder()))
        #expect(books.invoice(S.id(1))?.status == .credited)
    }

    @Test func creditsNeverExceedTheOriginal() throws {
        var books = try S()
        try books.when(S.draft(1, S.content("100.00"), issue: IssueOrder()))
        try books.when(S.draft(2, S.content("70.00", isCreditNote: true), creditOf: S.id(1)))
        try books.when(S.draft(3, S.content("70.00", isCreditNote: true), creditOf: S.id(1)))
        try books.when(.issue(S.id(2), IssueOrder()))
        let remaining = try #require(ExactDecimal("30.00"))
        #expect(throws: BookError.creditExceeds(remaining: remaining)) { try books.when(.issue(S.id(3), IssueOrder())) }
        #expect(throws: BookError.creditExceeds(remaining: remaining)) {
            try books.when(S.draft(4, S.content("30.01", isCreditNote: true), creditOf: S.id(1)))
        }
        #expect(books.series(.creditNotes)?.last == ["2026": 1])
    }

    @Test func aCreditNoteThatIsTakenBackGivesItsAmountBack() throws {
        var books = try S()
        try books.when(S.draft(1, S.content("100.00"), issue: IssueOrder()))
        try books.when(.transmission(S.id(1), .signed))
        try books.when(S.draft(2, S.content("100.00", isCreditNote: true), creditOf: S.id(1), issue: IssueOrder()))
        #expect(books.invoice(S.id(1))?.status == .credited)
        try books.when(.void(S.id(2), reason: "typed wrongly"))
        #expect(books.invoice(S.id(1))?.status == .signed)
        #expect(books.invoice(S.id(1))?.credited == .zero)
        #expect(books.number(.creditNotes, DocumentReference(S.id(2)))?.isVoid == true)
    }

    @Test func whatCannotBeCreditedIsSaid() throws {
        var books = try S()
        try books.when(S.draft(1, S.content("100.00")))
        let note = try S.content("1.00", isCreditNote: true)
        #expect(throws: BookError.originalNotIssued) { try books.when(S.draft(2, note, creditOf: S.id(1))) }
        #expect(throws: BookError.noSuchInvoice) { try books.when(S.draft(2, note, creditOf: S.id(9))) }
        try books.when(.issue(S.id(1), IssueOrder()))
        #expect(throws: BookError.notACreditNote) { try books.when(S.draft(2, S.content("1.00"), creditOf: S.id(1))) }
        #expect(throws: BookError.currencyDiffers) {
            try books.when(S.draft(2, S.content("1.00", isCreditNote: true, currency: "USD"), creditOf: S.id(1)))
        }
        #expect(throws: BookError.nothingToCredit) {
            try books.when(S.draft(2, S.content("0.00", isCreditNote: true), creditOf: S.id(1)))
        }
        try books.when(S.draft(2, note, creditOf: S.id(1), issue: IssueOrder()))
        #expect(throws: BookError.originalIsCreditNote) { try books.when(S.draft(3, note, creditOf: S.id(2))) }
        #expect(throws: BookError.hasCredits) { try books.when(.cancel(S.id(1), reason: "x")) }
        #expect(throws: BookError.hasCredits) { try books.when(.void(S.id(1), reason: "x")) }
    }

    // MARK: - Numbers of other documents

    @Test func aDocumentHasOneNumberInASeries() throws {
        var books = try S()
        let order = try #require(DocumentReference("order-1"))
        #expect(try books.when(.allocate(.invoices, order, issueDate: nil)).names == ["series.opened", "series.number-allocated"])
        #expect(try books.when(.allocate(.invoices, order, issueDate: nil)).isEmpty)
        #expect(try books.when(.voidNumber(.invoices, order, reason: "lost")).names == ["series.number-voided"])
        #expect(try books.when(.voidNumber(.invoices, order, reason: "lost")).isEmpty)
        #expect(throws: BookError.numberVoid) { try books.when(.allocate(.invoices, order, issueDate: nil)) }
        let other = try #require(DocumentReference("order-2"))
        try books.when(.allocate(.invoices, other, issueDate: nil))
        #expect(books.number(.invoices, other)?.number.sequence == 2)
    }

    @Test func theNumberOfAnInvoiceIsVoidedThroughTheInvoice() throws {
        var books = try S()
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        #expect(throws: BookError.illegalTransition(from: .issued, command: "void-number")) {
            try books.when(.voidNumber(.invoices, DocumentReference(S.id(1)), reason: "x"))
        }
        #expect(try books.when(.void(S.id(1), reason: "x")).names == ["series.number-voided", "invoice.voided"])
        #expect(try books.when(.void(S.id(1), reason: "x")).isEmpty)
    }

    @Test func aSeriesIsWhatItWasOpenedAs() throws {
        var books = try S()
        let id = try #require(SeriesId("ORD"))
        let plan = try Series.Plan(id: id, format: NumberFormat("O{seq}"), reset: .never, start: 5)
        try books.when(.openSeries(plan))
        #expect(try books.when(.openSeries(plan)).isEmpty)
        #expect(throws: BookError.seriesDiffers) {
            try books.when(.openSeries(Series.Plan(id: id, format: NumberFormat("O{seq}"), reset: .never, start: 6)))
        }
        #expect(throws: BookError.seriesDiffers) {
            try books.when(.openSeries(Series.Plan(id: .invoices, format: NumberFormat("I{seq}"), reset: .never)))
        }
        let far = try #require(SeriesId("Z"))
        let zone = try Series.Plan(id: far, format: NumberFormat("Z{seq}"), reset: .never, timeZone: "Mars/Olympus")
        #expect(throws: BookError.unknownTimeZone("Mars/Olympus")) { try books.when(.openSeries(zone)) }
        let unknown = try #require(SeriesId("NO"))
        #expect(throws: BookError.noSuchSeries(unknown)) {
            try books.when(S.draft(1, S.content(), issue: IssueOrder(series: unknown)))
        }
        let document = try #require(DocumentReference("a"))
        try books.when(.allocate(id, document, issueDate: nil))
        #expect(books.number(id, document)?.number.printed == "O5")
    }

    @Test func whatIsTakenOverRunsOnWithoutGap() throws {
        var books = try S()
        func adoption(_ sequence: Int64, _ document: String, void: String? = nil) throws -> BookCommand.Adoption {
            let number = AssignedNumber(series: .invoices, period: "2026", sequence: sequence, printed: "INV-2026-\(sequence)")
            return .init(number: number, document: try #require(DocumentReference(document)), voidReason: void)
        }
        #expect(throws: BookError.adoptionNotContiguous(period: "2026", expected: 1)) {
            try books.when(.adopt(.invoices, [adoption(2, "b")]))
        }
        try books.when(.adopt(.invoices, [adoption(1, "a"), adoption(2, "b", void: "gap of the old system"), adoption(3, "c")]))
        let gap = try #require(DocumentReference("b"))
        #expect(books.number(.invoices, gap)?.isVoid == true)
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        #expect(books.invoice(S.id(1))?.number?.sequence == 4)
        #expect(throws: BookError.adoptionNotContiguous(period: "2026", expected: 5)) {
            try books.when(.adopt(.invoices, [adoption(4, "d")]))
        }
    }

    @Test func whatWasTakenOverLastCanBeTakenBackAndTakenOverAnew() throws {
        var books = try S()
        func adoption(_ sequence: Int64, _ document: String, void: String? = nil) throws -> BookCommand.Adoption {
            let number = AssignedNumber(series: .invoices, period: "2026", sequence: sequence, printed: "INV-2026-\(sequence)")
            return .init(number: number, document: try #require(DocumentReference(document)), voidReason: void)
        }
        try books.when(.adopt(.invoices, [adoption(1, "a"), adoption(2, "b", void: "gap"), adoption(3, "c")]))
        for wrong in [[try adoption(1, "a"), try adoption(2, "b")], [try adoption(3, "b")], [try adoption(2, "b"), try adoption(2, "b")]] {
            #expect(throws: BookError.notReleasable(period: "2026")) { try books.when(.release(.invoices, wrong)) }
        }
        #expect(try books.when(.release(.invoices, [adoption(2, "b"), adoption(3, "c")])).names == ["series.numbers-released"])
        #expect(books.number(.invoices, try #require(DocumentReference("c"))) == nil)
        #expect(throws: BookError.notReleasable(period: "2026")) { try books.when(.release(.invoices, [adoption(3, "c")])) }
        try books.when(.adopt(.invoices, [adoption(2, "c")]))
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        #expect(books.invoice(S.id(1))?.number?.sequence == 3)
        let given = BookCommand.Adoption(
            number: try #require(books.invoice(S.id(1))?.number), document: DocumentReference(S.id(1)), voidReason: nil)
        for wrong in [[given], [try adoption(2, "c"), given]] {
            #expect(throws: BookError.notReleasable(period: "2026")) { try books.when(.release(.invoices, wrong)) }
        }
    }

    @Test func aPeriodOfWhichAllIsTakenBackBeginsAnew() throws {
        var books = try S()
        let number = AssignedNumber(series: .invoices, period: "2026", sequence: 1, printed: "INV-2026-1")
        let one = BookCommand.Adoption(number: number, document: try #require(DocumentReference("a")))
        try books.when(.adopt(.invoices, [one]))
        try books.when(.release(.invoices, [one]))
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        #expect(books.invoice(S.id(1))?.number?.sequence == 1)
    }

    // MARK: - Transmission

    @Test func everyTransitionHasItsEventAndItsStatus() throws {
        var books = try S()
        try books.when(S.draft(1, S.content(), issue: IssueOrder()))
        let way: [(TransmissionStep, String, Invoice.Status)] = [
            (.signed, "invoice.signed", .signed), (.started, "invoice.transmission-started", .transmitting),
            (.failed(error: "503"), "invoice.transmission-failed", .transmitting),
            (.started, "invoice.transmission-started", .transmitting), (.rejected(reason: "TIN"), "invoice.rejected", .rejected),
            (.started, "invoice.transmission-started", .transmitting), (.accepted, "invoice.accepted", .accepted),
        ]
        for (step, name, status) in way {
            #expect(try books.when(.transmission(S.id(1), step)).names == [name])
            #expect(books.invoice(S.id(1))?.status == status)
        }
        #expect(books.invoice(S.id(1))?.retryCount == 2)
        #expect(throws: BookError.illegalTransition(from: .accepted, command: "cancel")) {
            try books.when(.cancel(S.id(1), reason: "late"))
        }
        #expect(throws: BookError.illegalTransition(from: .accepted, command: "sign")) { try books.when(.transmission(S.id(1), .signed)) }
    }

    /// Every command in every status: it either changes nothing, or leads to a status by events, or is refused by name. Nothing crashes.
    @Test func everyCommandHasAnAnswerInEveryStatus() throws {
        let ways: [Invoice.Status: [BookCommand]] = [
            .draft: [], .validated: [.validate(S.id(1))], .issued: [.issue(S.id(1), IssueOrder())],
            .signed: [.issue(S.id(1), IssueOrder()), .transmission(S.id(1), .signed)],
            .transmitting: [.issue(S.id(1), IssueOrder()), .transmission(S.id(1), .started)],
            .accepted: [.issue(S.id(1), IssueOrder()), .transmission(S.id(1), .started), .transmission(S.id(1), .accepted)],
            .rejected: [.issue(S.id(1), IssueOrder()), .transmission(S.id(1), .started), .transmission(S.id(1), .rejected(reason: "r"))],
            .credited: [
                .issue(S.id(1), IssueOrder()),
                S.draft(2, try S.content("119.00", isCreditNote: true), creditOf: S.id(1), issue: IssueOrder()),
            ],
            .cancelled: [.cancel(S.id(1), reason: "r")], .void: [.issue(S.id(1), IssueOrder()), .void(S.id(1), reason: "r")],
        ]
        let commands: [BookCommand] = [
            S.draft(1, try S.content()), .replace(S.id(1), try S.content("1.00", text: "[]"), ifVersion: nil), .validate(S.id(1)),
            .issue(S.id(1), IssueOrder()), .cancel(S.id(1), reason: "r"), .void(S.id(1), reason: "r"), .transmission(S.id(1), .signed),
            .transmission(S.id(1), .started), .transmission(S.id(1), .accepted), .transmission(S.id(1), .rejected(reason: "r")),
            .transmission(S.id(1), .failed(error: "e")),
        ]
        for status in Invoice.Status.allCases {
            for command in commands {
                var books = try S()
                try books.when(S.draft(1, S.content()))
                for step in try #require(ways[status]) { try books.when(step) }
                #expect(books.invoice(S.id(1))?.status == status)
                let before = books.invoice(S.id(1))
                do {
                    let events = try books.when(command)
                    if events.isEmpty { #expect(books.invoice(S.id(1)) == before) }
                    if status.isIssued { #expect(books.invoice(S.id(1))?.content == before?.content) }
                    if let number = before?.number { #expect(books.invoice(S.id(1))?.number == number) }
                } catch is BookError {
                    #expect(books.invoice(S.id(1)) == before)
                }
            }
        }
    }

    @Test func whatIsNotThereIsSaid() throws {
        var books = try S()
        for command in [
            BookCommand.validate(S.id(1)), .issue(S.id(1), IssueOrder()), .cancel(S.id(1), reason: ""), .void(S.id(1), reason: ""),
            .replace(S.id(1), try S.content(), ifVersion: nil), .transmission(S.id(1), .signed),
        ] {
            #expect(throws: BookError.noSuchInvoice) { try books.when(command) }
        }
        let unknown = try #require(DocumentReference("x"))
        #expect(throws: BookError.noSuchNumber) { try books.when(.voidNumber(.invoices, unknown, reason: "")) }
    }

    // MARK: - Storing

    @Test func recordsAreReadBackAsTheyWereStored() throws {
        var books = try S()
        let plan = try Series.Plan(
            id: try #require(SeriesId("IN")), format: NumberFormat("{fy}/{seq}"), reset: .fiscalYear(startMonth: 4), start: 3)
        try books.when(.openSeries(plan))
        try books.when(S.draft(1, S.content("100.00"), issue: IssueOrder(series: plan.id)))
        try books.when(.transmission(S.id(1), .started))
        try books.when(.transmission(S.id(1), .rejected(reason: "\"Straße\" ١٢٣")))
        try books.when(S.draft(2, S.content(issueDate: nil)))
        try books.when(S.draft(3, S.content("100.00"), issue: IssueOrder()))
        try books.when(S.draft(4, S.content("100.00", isCreditNote: true), creditOf: S.id(3), issue: IssueOrder()))
        for record in books.records.values {
            switch record {
            case .series(let series):
                let read = Series(tenant: series.tenant, id: series.plan.id, version: series.version, storedState: series.storedState)
                #expect(read == series)
            case .invoice(let invoice):
                let read = Invoice(
                    tenant: invoice.tenant, id: invoice.id, version: invoice.version, storedState: invoice.storedState,
                    content: invoice.content.encoded)
                #expect(read == invoice)
            case .number, .item, .ingestion: break
            }
        }
        #expect(Series(tenant: books.tenant, id: .invoices, version: 1, storedState: Array("{}".utf8)) == nil)
        #expect(Invoice(tenant: books.tenant, id: S.id(1), version: 1, storedState: Array("x".utf8), content: []) == nil)
    }
}
