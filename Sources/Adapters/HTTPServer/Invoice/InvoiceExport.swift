internal import Domain

/// A document written in one of the formats, and what that format does not carry of it.
struct InvoiceExport {
    enum Format: String, CaseIterable {
        case ubl, cii, firs, inv01, json

        var contentType: String {
            switch self {
            case .ubl, .cii: Reply.xml
            case .firs, .inv01, .json: Reply.json
            }
        }
    }

    /// What the form of FIRS asks for and the document does not say.
    struct Options {
        var businessId: String?
        var serviceId: String?
        var invoiceTypeCode: String?
        var invoiceKind: FIRSSettings.InvoiceKind?
        /// Of what UBL and CII do not carry; the national forms tell it in English.
        var language = MessageLanguage.english
    }

    /// A place in the document's own JSON.
    private struct Place {
        let pointer: String
        let term: String?
        let message: String
    }

    let bytes: [UInt8]
    /// Also of places that are not listed.
    let notCarriedCount: Int
    private let notCarried: [Place]

    /// - Throws: 422 with what the format needs and the document, or the query, lacks.
    init(_ document: InvoiceDocument, _ format: Format, _ options: Options) throws(Problem) {
        switch format {
        case .json: self.init(document.canonicalJSON, [], options.language)
        case .ubl:
            let bytes = try Self.xml { () throws(XMLWriteError) in try UBLWriter.write(document) }
            self.init(bytes, UBLWriter.notCarried(document), options.language)
        case .cii:
            let bytes = try Self.xml { () throws(XMLWriteError) in try CIIWriter.write(document) }
            self.init(bytes, CIIWriter.notCarried(document), options.language)
        case .firs:
            let settings = try Self.settings(options, typeCode: document.typeCode)
            self.init(try Self.form { () throws(InvoiceJSONError) in try document.firsJSON(settings) })
        case .inv01: self.init(try Self.form { () throws(InvoiceJSONError) in try document.inv01JSON() })
        }
    }

    private init(_ bytes: [UInt8], _ problems: [DocumentProblem], _ language: MessageLanguage) {
        self.bytes = bytes
        notCarried = problems.map { Place(pointer: $0.location, term: $0.term, message: $0.message(in: language)) }
        notCarriedCount = problems.count
    }

    private init(_ form: InvoiceJSONForm) {
        bytes = form.bytes
        notCarried = form.omissions.listed.map { Place(pointer: $0.pointer, term: nil, message: $0.message) }
        notCarriedCount = form.omissions.count
    }

    private static func xml(_ write: () throws(XMLWriteError) -> [UInt8]) throws(Problem) -> [UInt8] {
        do {
            return try write()
        } catch {
            throw Problem(.unprocessableDocument, "The document cannot be written as XML: \(error).")
        }
    }

    private static func form(_ write: () throws(InvoiceJSONError) -> InvoiceJSONForm) throws(Problem) -> InvoiceJSONForm {
        do {
            return try write()
        } catch {
            throw Problem(error)
        }
    }

    private static func settings(_ options: Options, typeCode: String) throws(Problem) -> FIRSSettings {
        let needed = [
            ("businessId", options.businessId, "the identifier that the platform gave the seller's business"),
            ("serviceId", options.serviceId, "the seller's service id, eight letters and digits"),
            ("invoiceTypeCode", options.invoiceTypeCode, "the platform's code for the document's type"),
        ]
        let missing = needed.filter { $0.1 == nil }
        guard missing.isEmpty, let business = options.businessId, let service = options.serviceId, let code = options.invoiceTypeCode
        else {
            throw Problem(
                faults: missing.map { .init(place: .parameter($0.0), detail: "is needed for the format firs: \($0.2)") },
                .unprocessableDocument)
        }
        return FIRSSettings(
            businessId: business, serviceId: service, typeCodes: [typeCode: code], invoiceKind: options.invoiceKind ?? .business)
    }

    func report(_ format: Format, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("format", format.rawValue)
            json.field("count", notCarriedCount)
            json.array("notCarried") { list in
                for place in notCarried {
                    list.object { json in
                        json.field("pointer", place.pointer)
                        json.field("term", ifPresent: place.term)
                        json.field("detail", place.message)
                    }
                }
            }
        }
    }
}
