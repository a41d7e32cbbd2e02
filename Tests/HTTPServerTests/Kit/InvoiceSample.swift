import Domain

/// Documents as clients send them.
enum InvoiceSample {
    /// Valid by the European rules: 3 × 19.99 and 19 %, so 71.36 with tax.
    static let valid = document()
    /// Without a buyer, which is fatal.
    static let invalid = document(buyer: nil)

    static let indian = #"""
        {"currency":"INR","issueDate":"2026-11-20","taxRegime":"gst-in","placeOfSupply":"29",
        "seller":{"name":"Kaveri Textiles","vatId":"29ABCDE1234F1Z5","address":{"street":"14 MG Road","city":"Bengaluru","postalCode":"560001","subdivision":"29","country":"IN"}},
        "buyer":{"name":"Deccan Stores","vatId":"29ABCDE1234F1Z5","address":{"street":"2 MG Road","city":"Bengaluru","postalCode":"560001","subdivision":"29","country":"IN"}},
        "lines":[{"id":"1","name":"Cotton cloth","quantity":"2","unit":"MTR","unitPrice":"99.99","tax":{"category":"S","rate":"5"},"classifications":[{"code":"5208","scheme":"HS"}]}]}
        """#
    static let nigerian = #"""
        {"currency":"NGN","issueDate":"2026-11-20","taxRegime":"vat-ng",
        "seller":{"name":"Eko Mills","vatId":"12345678-0001","contact":{"email":"office@example.ng"},"address":{"street":"1 Marina Road","city":"Lagos","subdivision":"NG-LA","country":"NG"}},
        "buyer":{"name":"Kano Foods","vatId":"12345679-0001","contact":{"email":"buyer@example.ng"},"address":{"street":"2 Marina Road","city":"Lagos","subdivision":"NG-LA","country":"NG"}},
        "lines":[{"id":"1","name":"Rice","quantity":"2","unit":"C62","unitPrice":"100","tax":{"category":"S","rate":"7.5"},"classifications":[{"code":"1006.30","scheme":"HS"}],"attributes":[{"name":"product_category","value":"Cereals"}]}]}
        """#

    static func document(
        type: String = "380", quantity: String = "3", issueDate: String? = "2026-11-20", category: String = "S", currency: String = "EUR",
        buyer: String? = #"{"name":"Buyer SARL","address":{"city":"Paris","postalCode":"75001","country":"FR"}}"#, more: String = ""
    ) -> String {
        let rate = category == "S" ? "19" : "0"
        return #"""
            {"type":"\#(type)","currency":"\#(currency)","dueDate":"2026-12-20",\#(issueDate.map { #""issueDate":"\#($0)","# } ?? "")
            "seller":{"name":"Example GmbH","vatId":"DE123456789","address":{"street":"Hauptstr. 1","city":"Berlin","postalCode":"10115","country":"DE"}},
            \#(buyer.map { #""buyer":\#($0),"# } ?? "")\#(more)
            "lines":[{"id":"1","name":"Chair","quantity":"\#(quantity)","unit":"C62","unitPrice":"19.99","tax":{"category":"\#(category)","rate":"\#(rate)"}}]}
            """#
    }
}

extension TestServer {
    /// Drafts an invoice and gives back its identifier.
    func draft(_ document: String = InvoiceSample.valid, issue: Bool = false) async throws -> String {
        let answer = try await post("/v1/invoices" + (issue ? "?issue=true" : ""), document)
        guard answer.status == 201, let id = try answer.string("id") else { throw NoAnswer(text: answer.text) }
        return id
    }

    func put(_ target: String, _ json: String, headers: [(String, String)] = [], token: String?? = .none) async throws -> Answer {
        try await send("PUT", target, headers: [("Content-Type", "application/json")] + headers, body: Array(json.utf8), token: token)
    }
}
