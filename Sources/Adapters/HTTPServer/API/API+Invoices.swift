internal import Domain
internal import NIOHTTP1

extension API {
    static func invoiceRoutes(_ handlers: InvoiceHandlers, _ settings: HTTPServerSettings) -> [Route] {
        [create(handlers), batch(handlers, settings), check(handlers), list(handlers), show(handlers), replace(handlers)]
            + [validate(handlers), issue(handlers), credit(handlers), cancel(handlers), void(handlers), document(handlers)]
    }

    private static let byId = InvoiceHandlers.path + "/{id}"
    private static let maxDocument = InvoiceDocument.inputLimits.maxBytes
    private static let language = Parameter(
        name: "language", description: "Of the findings.", schema: #"{"type":"string","enum":["en","ar"],"default":"en"}"#)
    static let idempotencyKey = Parameter(
        name: "Idempotency-Key",
        description: "Names what is made: the same key with the same request gives the same again (200), with another one 409.",
        schema: #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"}"#)
    static let seriesName = #"{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"}"#

    private static let unprocessable = RouteAnswer.problem(
        .unprocessableDocument, "The document cannot be taxed, or breaks rules that it must keep (the type tells).")
    private static let refused = RouteAnswer.problem(
        .illegalTransition, "The status, the series or the original does not allow it (the type tells).")

    private static func create(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: InvoiceHandlers.path, operation: "createInvoice", summary: "Draft an invoice, or issue it at once",
            tag: invoicesTag,
            query: [
                Parameter(
                    name: "issue", description: "Whether it is issued in the same commit.", schema: #"{"type":"boolean","default":false}"#),
                Parameter(name: "series", description: "By which series it is numbered when it is issued.", schema: seriesName), language,
            ],
            headers: [idempotencyKey], body: RequestBody(schema: "InvoiceDocument", example: Schemas.invoiceExample),
            answers: [
                .json(201, "The invoice was made, durably.", "Invoice", headers: [location, etag]),
                .json(200, "The same was sent before; this is the invoice.", "Invoice", headers: [location, etag]), wrongBody,
                .problem(.notFound, "There is no such series."), refused, unprocessable, unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: maxDocument, isCostly: true, handler: .tenant(.draft, handlers.create))
    }

    private static func batch(_ handlers: InvoiceHandlers, _ settings: HTTPServerSettings) -> Route {
        Route(
            method: .POST, path: InvoiceHandlers.path + "/batch", operation: "createInvoices",
            summary: "Draft or issue up to \(InvoiceHandlers.maxBatchItems) invoices, each with its own result", tag: invoicesTag,
            body: RequestBody(schema: "InvoiceBatch", example: Schemas.invoiceBatchExample),
            answers: [
                .json(200, "One result for each item, in their order.", "InvoiceBatchResults"),
                .problem(.invalidRequest, "The body is not JSON, or has no list of items."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: settings.maxBatchBytes, isCostly: true, handler: .tenant(.draft, handlers.createBatch))
    }

    private static func check(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: InvoiceHandlers.path + "/validate", operation: "validateDocument",
            summary: "Hold a document against the rules, without keeping it", tag: invoicesTag,
            query: [
                Parameter(
                    name: "ruleset", description: "The rules.",
                    schema: #"{"type":"string","enum":["\#(Ruleset.names.joined(separator: "\",\""))"],"default":"en16931"}"#), language,
            ],
            body: RequestBody(schema: "InvoiceDocument", example: Schemas.invoiceExample, takesXML: true),
            answers: [
                .json(200, "What the rules find.", "ValidationResult"), wrongBody,
                .problem(.unprocessableDocument, "The XML cannot be read, or the document cannot be taxed."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: InvoiceHandlers.maxCheckedBytes, isCostly: true, handler: .tenant(.read, handlers.check))
    }

    private static func list(_ handlers: InvoiceHandlers) -> Route {
        let instant = #"{"type":"string","format":"date-time"}"#
        let day = #"{"type":"string","format":"date"}"#
        return Route(
            method: .GET, path: InvoiceHandlers.path, operation: "listInvoices", summary: "List invoices, newest first", tag: invoicesTag,
            query: [
                Parameter(name: "status", description: "Invoices with this status.", schema: Schemas.invoiceStatuses),
                Parameter(
                    name: "type", description: "With this type code (BT-3).", schema: #"{"type":"string","minLength":1,"maxLength":16}"#),
                Parameter(
                    name: "number", description: "With exactly this number.", schema: #"{"type":"string","minLength":1,"maxLength":128}"#),
                Parameter(name: "series", description: "Numbered by this series.", schema: seriesName),
                Parameter(
                    name: "creditOf", description: "Credit notes of this invoice.", schema: #"{"type":"string","format":"uuid"}"#),
                Parameter(name: "issuedFrom", description: "First issue date that matches.", schema: day),
                Parameter(name: "issuedTo", description: "Last issue date that matches.", schema: day),
                Parameter(name: "createdFrom", description: "First time of creation that matches.", schema: instant),
                Parameter(name: "createdTo", description: "First time of creation that no longer matches.", schema: instant),
                limit,
                cursor,
            ],
            answers: [
                .json(200, "A page. It may be short, even empty, and still have a next one.", "InvoicePage"),
                .problem(.invalidQuery, "A parameter or the cursor is wrong."), unavailable,
            ] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handlers.list))
    }

    private static func show(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .GET, path: byId, operation: "getInvoice", summary: "An invoice with its document", tag: invoicesTag,
            answers: [
                .json(200, "The invoice.", "Invoice", headers: [etag]), .problem(.invalidQuery), .problem(.notFound), unavailable,
            ] + tenantProblems,
            maxBodyBytes: smallBody, isCostly: true, handler: .tenant(.read, handlers.show))
    }

    private static func replace(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .PUT, path: byId, operation: "replaceInvoice", summary: "Replace the document of an invoice that is not issued",
            tag: invoicesTag, query: [language],
            headers: [
                Parameter(
                    name: "If-Match", description: "The version in quotes; refused with 412 when the invoice has another one.",
                    schema: #"{"type":"string"}"#)
            ],
            body: RequestBody(schema: "InvoiceDocument", example: Schemas.invoiceExample),
            answers: [
                .json(200, "The invoice as it is now, a draft.", "Invoice", headers: [etag]), wrongBody, .problem(.notFound), refused,
                .problem(.versionConflict), unprocessable, unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: maxDocument, isCostly: true, handler: .tenant(.draft, handlers.replace))
    }

    private static func validate(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/validate", operation: "validateInvoice",
            summary: "Hold an invoice against the rules; a valid draft moves on", tag: invoicesTag, query: [language],
            answers: [
                .json(200, "What the rules find.", "InvoiceValidation", headers: [etag]), .problem(.invalidRequest), .problem(.notFound),
                refused, unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, isCostly: true, handler: .tenant(.draft, handlers.validate))
    }

    private static let commandAnswers =
        [
            RouteAnswer.json(200, "The invoice as it is now.", "Invoice", headers: [etag]), wrongBody,
            .problem(.notFound, "There is no such invoice or series."), refused, unavailable,
        ] + tenantProblems + bodyProblems

    private static func issue(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/issue", operation: "issueInvoice",
            summary: "Give an invoice its number; it never changes again", tag: invoicesTag, query: [language],
            body: RequestBody(schema: "Issue", example: #"{"series":"INV"}"#, isRequired: false),
            answers: commandAnswers + [.problem(.invoiceNotValid)], maxBodyBytes: smallBody, isCostly: true,
            handler: .tenant(.issue, handlers.issue))
    }

    private static func credit(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/credit-notes", operation: "creditInvoice",
            summary: "Credit an issued invoice, whole or in part, by a credit note of its own", tag: invoicesTag, query: [language],
            headers: [idempotencyKey],
            body: RequestBody(
                schema: "CreditNote", example: #"{"lines":[{"id":"1","quantity":"1"}],"reason":"One was broken."}"#, isRequired: false),
            answers: [
                .json(201, "The credit note was made, durably.", "Invoice", headers: [location, etag]),
                .json(200, "The same was sent before; this is the credit note.", "Invoice", headers: [location, etag]), wrongBody,
                .problem(.notFound), refused, unprocessable, unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: maxDocument, isCostly: true, handler: .tenant(.issue, handlers.credit))
    }

    private static func cancel(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/cancel", operation: "cancelInvoice",
            summary: "Take an invoice back; its number stays that of a document that was once valid", tag: invoicesTag,
            body: RequestBody(schema: "Reason", example: Schemas.reasonExample), answers: commandAnswers, maxBodyBytes: smallBody,
            isCostly: true, handler: .tenant(.issue, handlers.cancel))
    }

    private static func void(_ handlers: InvoiceHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/void", operation: "voidInvoice",
            summary: "Put on record that an issued invoice never was a valid document, with its number", tag: invoicesTag,
            body: RequestBody(schema: "Reason", example: Schemas.reasonExample), answers: commandAnswers, maxBodyBytes: smallBody,
            isCostly: true, handler: .tenant(.issue, handlers.void))
    }

    private static func document(_ handlers: InvoiceHandlers) -> Route {
        let text = #"{"type":"string","minLength":1,"maxLength":128}"#
        return Route(
            method: .GET, path: byId + "/document", operation: "getInvoiceDocument", summary: "The document in one of the formats",
            tag: invoicesTag,
            query: [
                Parameter(
                    name: "format", description: "The format.",
                    schema: #"{"type":"string","enum":["ubl","cii","firs","inv01","json"],"default":"ubl"}"#),
                Parameter(
                    name: "report", description: "What the format does not carry, in place of the document.",
                    schema: #"{"type":"boolean","default":false}"#),
                Parameter(name: "businessId", description: "For firs: the identifier of the seller's business.", schema: text),
                Parameter(name: "serviceId", description: "For firs: the seller's service id.", schema: text),
                Parameter(
                    name: "invoiceTypeCode", description: "For firs: the platform's code for the document's type.",
                    schema: #"{"type":"string","minLength":1,"maxLength":16}"#),
                Parameter(
                    name: "invoiceKind", description: "For firs: to whom the invoice goes.",
                    schema: #"{"type":"string","enum":["B2B","B2C","B2G"],"default":"B2B"}"#),
                Parameter(
                    name: "language", description: "Of the report for ubl and cii.",
                    schema: #"{"type":"string","enum":["en","ar"],"default":"en"}"#),
            ],
            answers: [
                RouteAnswer(
                    status: 200, description: "The document.",
                    contents: [.init(type: Reply.xml, schema: nil), .init(type: Reply.json, schema: "AnyObject")],
                    headers: [
                        etag,
                        Parameter(
                            name: "Ledgerflow-Not-Carried", description: "How many places of the document the format has no room for.",
                            schema: #"{"type":"integer","minimum":0}"#),
                    ]), .problem(.invalidQuery), .problem(.notFound),
                .problem(.unprocessableDocument, "The format needs what the document or the query lacks."), unavailable,
            ] + tenantProblems,
            maxBodyBytes: smallBody, produces: [Reply.xml, Reply.json], isCostly: true, handler: .tenant(.read, handlers.document))
    }
}
