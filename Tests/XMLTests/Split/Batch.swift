import Domain
import Ports
import XMLAdapter

/// Batches as sources send them, and what a splitter makes of them.
enum Batch {
    static let soap11 = "http://schemas.xmlsoap.org/soap/envelope/"
    static let soap12 = "http://www.w3.org/2003/05/soap-envelope"

    /// An envelope around the octets of the result element's content.
    static func envelope(
        _ content: [UInt8], namespace: String = soap11, declaration: String = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    )
        -> [UInt8]
    {
        let head = """
            \(declaration)<soap:Envelope xmlns:soap="\(namespace)"><soap:Header><t:Trace xmlns:t="urn:t">1 &amp; 2</t:Trace></soap:Header>\
            <soap:Body><GetInvoicesResponse xmlns="urn:batch"><Status>OK</Status><GetInvoicesResult>
            """
        let tail = "</GetInvoicesResult></GetInvoicesResponse></soap:Body></soap:Envelope>"
        return Array(head.utf8) + content + Array(tail.utf8)
    }

    static func envelope(
        _ content: String, namespace: String = soap11, declaration: String = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    ) -> [UInt8] { envelope(Array(content.utf8), namespace: namespace, declaration: declaration) }

    static func section(_ document: String) -> String { "<![CDATA[\(document.split("]]>").joined(separator: "]]]]><![CDATA[>"))]]>" }

    static func section(_ document: [UInt8]) -> [UInt8] { Array("<![CDATA[".utf8) + document + Array("]]>".utf8) }

    static func escaped(_ text: String) -> String {
        text.split("&").joined(separator: "&amp;").split("<").joined(separator: "&lt;").split(">").joined(separator: "&gt;")
    }

    /// The inner document around invoices.
    static func document(_ invoices: [String], declaration: String = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>") -> String {
        "\(declaration)\n<Invoices xmlns:x=\"urn:x\">\n" + invoices.joined(separator: "\n") + "\n</Invoices>\n"
    }

    static func invoice(_ number: Int, _ content: String = "<Amount currency='EUR'>19.99</Amount>") -> String {
        "<Invoice id=\"\(number)\"><Header><InvoiceNumber> INV-\(number)\n</InvoiceNumber></Header>\(content)</Invoice>"
    }

    static let plan = SplitPlan(invoiceElement: name("Invoice"), numberPath: path("Header/InvoiceNumber"))

    static func name(_ text: String) -> SplitName {
        guard let name = SplitName(text) else { preconditionFailure("no name: \(text)") }
        return name
    }

    static func path(_ text: String) -> SplitPath {
        guard let path = SplitPath(text) else { preconditionFailure("no path: \(text)") }
        return path
    }

    static func utf16(_ text: String, littleEndian: Bool, mark: Bool) -> [UInt8] {
        ((mark ? "\u{FEFF}" : "") + text).utf16.flatMap { unit in
            littleEndian ? [UInt8(unit & 0xFF), UInt8(unit >> 8)] : [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        }
    }

    static func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
}

extension String {
    fileprivate func split(_ separator: String) -> [String] {
        var pieces: [String] = [""]
        var rest = Array(unicodeScalars)[...]
        let wanted = Array(separator.unicodeScalars)
        while let first = rest.first {
            if rest.starts(with: wanted) {
                pieces.append("")
                rest = rest.dropFirst(wanted.count)
            } else {
                pieces[pieces.count - 1].unicodeScalars.append(first)
                rest = rest.dropFirst()
            }
        }
        return pieces
    }
}

/// All that one answer gave.
struct Outcome: Hashable, CustomStringConvertible {
    var parts: [BatchPart] = []
    var error: BatchError?

    /// Splits octets that come in pieces of one size.
    init(_ octets: [UInt8], _ plan: SplitPlan = Batch.plan, piece: Int = .max) {
        self.init(octets, plan, cuts: piece < octets.count ? Array(stride(from: piece, to: octets.count, by: piece)) : [])
    }

    /// Splits octets that are cut at these places.
    init(_ octets: [UInt8], _ plan: SplitPlan, cuts: [Int]) {
        var splitter = XMLBatchSplitting().splitter(for: plan)
        var start = 0
        for cut in cuts + [octets.count] {
            do throws(BatchError) {
                parts += try splitter.push(octets[start..<cut])
            } catch {
                self.error = error
                return
            }
            start = cut
        }
        let end = splitter.finish()
        parts += end.parts
        error = end.error
    }

    /// The numbers of the invoices, and the codes of the refusals in brackets.
    var summary: [String] {
        parts.map { part in
            switch part {
            case .invoice(let invoice): invoice.number
            case .refused(let refusal): "[\(refusal.reason.code)]"
            }
        }
    }

    var invoices: [SplitInvoice] { parts.compactMap { if case .invoice(let invoice) = $0 { invoice } else { nil } } }
    var refusals: [SplitRefusal] { parts.compactMap { if case .refused(let refusal) = $0 { refusal } else { nil } } }
    var texts: [String] { invoices.map { String(decoding: $0.octets, as: UTF8.self) } }
    var refusedTexts: [String] { refusals.map { String(decoding: $0.octets, as: UTF8.self) } }

    var description: String { "\(summary) \(error.map { "\($0.code): \($0)" } ?? "whole")" }
}
