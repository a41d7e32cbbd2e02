import Testing

@testable import Domain

/// Short ways to write documents in tests.
enum Draft {
    static func decimal(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? ExactDecimal(Int.min) }

    static func tax(_ category: String, _ rate: String? = nil, cess: String? = nil) -> InvoiceDocument.Tax {
        var tax = InvoiceDocument.Tax(category: category, rate: rate.map(decimal))
        tax.cessRate = cess.map(decimal)
        return tax
    }

    static func line(_ quantity: String, _ price: String, _ tax: InvoiceDocument.Tax, base: String? = nil) -> InvoiceDocument.Line {
        var line = InvoiceDocument.Line(
            id: "1", quantity: decimal(quantity), unit: "C62", unitPrice: decimal(price), tax: tax, item: InvoiceDocument.Item(name: "Item")
        )
        line.priceBaseQuantity = base.map(decimal)
        return line
    }

    static func document(_ lines: [InvoiceDocument.Line], currency: String = "EUR", on day: String? = "2026-11-20") -> InvoiceDocument {
        var document = InvoiceDocument(typeCode: "380", currency: currency)
        document.issueDate = day.flatMap { CalendarDate($0) }
        document.lines = lines
        return document
    }

    static func india(_ lines: [InvoiceDocument.Line], place: String? = "27", buyer: String? = nil) -> InvoiceDocument {
        var document = document(lines, currency: "INR")
        India.parties(&document, place: place)
        if let buyer {
            document.buyer = InvoiceDocument.Party(name: "Buyer")
            document.buyer?.vatId = buyer
        }
        return document
    }

    /// "category rate: taxable tax", then the components.
    static func breakdown(_ document: InvoiceDocument) -> [String] {
        document.taxBreakdown.map { entry in
            let components = entry.components.map { " \($0.name) \($0.rate)=\($0.amount)" }.joined()
            return "\(entry.category) \(entry.rate?.description ?? "-"): \(entry.taxableAmount) \(entry.taxAmount)\(components)"
        }
    }

    /// Where the strategy sees problems, and which.
    static func problems(_ strategy: any TaxStrategy, _ document: InvoiceDocument) -> [TaxProblem] {
        do throws(TaxError) {
            _ = try strategy.assess(document)
            return []
        } catch {
            return error.problems
        }
    }
}
