internal import ArgumentParser
internal import Domain
internal import Foundation

struct InvoiceDocumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "document", abstract: "Print or save the document in one of its formats.",
        discussion: """
            The formats: ubl (UBL 2.1), cii (UN/CEFACT Cross Industry Invoice), firs (Nigeria), inv01 (India), json (the invoice model). \
            What a format has no room for is told on standard error; --report tells where it is.
            """)

    @OptionGroup var invoice: InvoiceIdArgument
    @Option(name: [.customLong("format"), .customShort("f")], help: "ubl, cii, firs, inv01 or json (default: ubl).")
    var form: String?
    @Option(name: .shortAndLong, help: "The file to write; one that exists is replaced.") var output: String?
    @Flag(help: "Print what the format has no room for, in place of the document.") var report = false
    @Option(help: "For firs: the identifier of the seller's business.") var businessId: String?
    @Option(help: "For firs: the seller's service id.") var serviceId: String?
    @Option(help: "For firs: the platform's code for the document's type.") var invoiceTypeCode: String?
    @Option(help: "For firs: to whom the invoice goes: B2B, B2C or B2G (default: B2B).") var invoiceKind: String?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if output == "" { throw ValidationError("--output is empty; give the name of a file.") }
    }

    func run() async throws {
        let query = [
            ("format", form), ("report", report ? "true" : nil), ("businessId", businessId), ("serviceId", serviceId),
            ("invoiceTypeCode", invoiceTypeCode), ("invoiceKind", invoiceKind),
        ]
        let (bytes, notCarried) = try await connection.withClient { try await $0.document(invoice.path + "/document", query: query) }
        if let output {
            try save(bytes, output)
        } else {
            try Output.write(String(decoding: bytes, as: UTF8.self) + (bytes.last == 0x0A ? "" : "\n"))
        }
        if notCarried > 0, !report {
            Output.note("The format has no room for \(notCarried) \(notCarried == 1 ? "place" : "places") of the document; see --report.")
        }
    }

    /// Writes beside the file first, so that one that is there is replaced whole or not at all.
    private func save(_ bytes: [UInt8], _ path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure(.refused, "“\(path)” cannot be written", advice: "Check the folder, its permissions and the free space.")
        }
    }
}
