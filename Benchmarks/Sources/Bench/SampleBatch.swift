import Foundation

/// A SOAP answer with invoices of about 12 kB, of any size.
enum SampleBatch {
    /// How the answer carries its document.
    enum Carrier: String, CaseIterable {
        /// In a CDATA section, as sources do.
        case section
        /// In text, its markup escaped, as others do.
        case escaped
        /// As elements, so that a reader of XML sees the invoices.
        case elements
    }

    static let numberPath = "ID"

    /// Writes about so many megabytes (of 10⁶ bytes) to a file.
    static func write(megabytes: Int, _ carrier: Carrier, to path: String) throws {
        let invoice = SampleInvoice.ubl(lines: 9)
        guard let start = invoice.range(of: "<Invoice "), let number = invoice.range(of: "INV-2026-000001") else { return }
        let (before, after) = (invoice[start.lowerBound..<number.lowerBound], invoice[number.upperBound...])
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let (open, close) = carrier == .section ? ("<![CDATA[<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "]]>") : ("", "")
        func carried(_ text: String) -> String {
            guard carrier == .escaped else { return text }
            return text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
                .replacingOccurrences(of: ">", with: "&gt;")
        }
        try file.write(
            contentsOf: Data(
                """
                <?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>\
                <GetInvoicesResponse xmlns="urn:batch"><GetInvoicesResult>\(open)\(carried("<Invoices>"))

                """.utf8))
        var written = 0
        var count = 0
        while written < megabytes * 1_000_000 {
            count += 1
            let digits = String(count)
            let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
            let text = carried("\(before)INV-2026-\(zeros)\(digits)\(after)")
            try file.write(contentsOf: Data(text.utf8))
            written += text.utf8.count
        }
        try file.write(
            contentsOf: Data(
                "\(carried("</Invoices>"))\(close)</GetInvoicesResult></GetInvoicesResponse></soap:Body></soap:Envelope>".utf8))
    }
}
