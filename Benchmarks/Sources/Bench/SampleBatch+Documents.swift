/// Batches of documents of one size, each with a number of its own.
extension SampleBatch {
    /// The element with a document's number; `SampleBatch.numberPath` names it.
    private static let element = "Invoice"

    /// A SOAP answer with documents of exactly so many octets, numbered upwards from `first`.
    static func answer(documents: Int, bytes: Int, from first: Int) -> [UInt8] {
        let before = """
            <?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>\
            <GetInvoicesResponse xmlns="urn:batch"><GetInvoicesResult><![CDATA[<?xml version="1.0" encoding="UTF-8"?><Invoices>

            """
        let after = "</Invoices>]]></GetInvoicesResult></GetInvoicesResponse></soap:Body></soap:Envelope>"
        var answer: [UInt8] = []
        answer.reserveCapacity(documents * (bytes + 1) + 1_024)
        answer += before.utf8
        let rest = Array(body(bytes: bytes - head(0).utf8.count).utf8)
        for number in first..<first + documents {
            answer += head(number).utf8
            answer += rest
            answer.append(UInt8(ascii: "\n"))
        }
        return answer + after.utf8
    }

    /// Ten digits, so that all documents are of one size.
    private static func head(_ number: Int) -> String {
        let digits = String(number)
        return "<\(element)><\(numberPath)>N-" + String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + "</\(numberPath)>"
    }

    /// Lines as of an invoice, and a note that makes up the size.
    private static func body(bytes: Int) -> String {
        let line = """

              <Line><Article>Lid of blue steel, with a handle</Article><Quantity unit="C62">3</Quantity>\
            <UnitPrice currency="EUR">19.99</UnitPrice><VatRate>19</VatRate></Line>
            """
        let (open, close) = ("<Currency>EUR</Currency><Lines>", "\n</Lines><Note></Note></\(element)>")
        let room = max(0, bytes - open.utf8.count - close.utf8.count)
        let (count, left) = room.quotientAndRemainder(dividingBy: line.utf8.count)
        return open + String(repeating: line, count: count) + "\n</Lines><Note>" + String(repeating: "x", count: left)
            + "</Note></\(element)>"
    }
}
