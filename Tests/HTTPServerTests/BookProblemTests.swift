import Domain
import Ports
import Testing

@testable import HTTPServerAdapter

/// What the books refuse has a kind of problem of its own, and says what is wrong.
@Suite struct BookProblemTests {
    static let refusals: [(BookError, ProblemKind)] = [
        (.noSuchInvoice, .notFound), (.noSuchSeries(.invoices), .notFound), (.noSuchNumber, .notFound),
        (.seriesDiffers, .seriesDiffers), (.idempotencyConflict, .idempotencyConflict), (.unknownTimeZone("x-secret"), .invalidRequest),
        (.versionConflict(actual: 7), .versionConflict), (.illegalTransition(from: .issued, command: "replace"), .illegalTransition),
        (.illegalTransition(from: .issued, command: "void-number"), .illegalTransition), (.notValid(fatal: 1), .invoiceNotValid),
        (.notValid(fatal: 2), .invoiceNotValid), (.numberVoid, .numberVoid), (.seriesExhausted, .seriesExhausted),
        (.originalNotIssued, .creditRefused), (.originalIsCreditNote, .creditRefused), (.notACreditNote, .creditRefused),
        (.currencyDiffers, .creditRefused), (.creditExceeds(remaining: .one), .creditRefused),
        (.creditExceeds(remaining: .zero), .creditRefused),
        (.nothingToCredit, .creditRefused), (.amountOverflow, .creditRefused), (.hasCredits, .creditRefused),
        (.adoptionNotContiguous(period: "2026", expected: 4), .importRefused), (.adoptionTooLarge(limit: 3), .importRefused),
        (.notReleasable(period: "2026"), .importRefused),
        (.numberCollision(printed: "x-secret"), .invoiceNumberCollision),
    ]

    @Test func everyRefusalHasItsKindAndADetailOfItsOwn() {
        var details: Set<String> = []
        for (error, kind) in Self.refusals {
            let problem = Problem(IntentError.refusedByBooks(error))
            #expect(problem.kind == kind, "\(error)")
            #expect(problem.detail != "The books refused it.", "\(error)")
            #expect(!problem.detail.contains("x-secret"))
            if kind != .invalidRequest { #expect(details.insert(problem.detail).inserted, "\(error)") }
        }
    }

    @Test func statusesAreThoseOfTheProtocol() {
        #expect(ProblemKind.versionConflict.status == 412)
        for kind in [ProblemKind.unprocessableDocument, .invoiceNotValid] { #expect(kind.status == 422) }
        for kind in [
            ProblemKind.seriesDiffers, .seriesExhausted, .numberVoid, .invoiceNumberCollision, .creditRefused, .importRefused,
        ] {
            #expect(kind.status == 409)
        }
    }
}
