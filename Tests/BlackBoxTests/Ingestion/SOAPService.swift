import Domain
import Foundation
import Synchronization

/// A SOAP service that answers every request with the same batch: its invoices in one CDATA section.
final class SOAPService: Sendable {
    struct Request: Sendable {
        /// Path and query.
        let target: String
        let headers: [(name: String, value: String)]
        let body: String

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    let port: Int
    private let listener: Socket
    private let batch: Mutex<[String]>
    private let requests = Mutex<[Request]>([])
    private let pieces: Int
    private let pieceMilliseconds: Int

    static let user = "lf"
    static let password = "p4ss-canary"

    /// - Parameters:
    ///   - pieces: how many the answer comes in.
    ///   - pieceMilliseconds: the pause after each.
    init(_ invoices: [String], pieces: Int = 1, pieceMilliseconds: Int = 0) throws {
        (listener, port) = try Socket.listen()
        batch = Mutex(invoices)
        self.pieces = max(1, pieces)
        self.pieceMilliseconds = pieceMilliseconds
        let listener = listener
        startThread { [weak self] in
            while let socket = listener.accept() {
                guard let self else { return }
                startThread { self.serve(socket) }
            }
        }
    }

    func stop() { listener.shutDown() }

    var url: String { "http://127.0.0.1:\(port)/soap" }
    var asked: [Request] { requests.withLock { $0 } }

    /// What it answers from now on.
    func give(_ invoices: [String]) { batch.withLock { $0 = invoices } }

    static func invoice(_ number: String, _ amount: Int = 100) -> String {
        "<Invoice>\n  <InvoiceNumber>\(number)</InvoiceNumber><Currency>EUR</Currency><Note>Größe &amp; Co, №\(amount)</Note>"
            + "<Amount>\(amount).00</Amount>\n</Invoice>"
    }

    static func invoices(_ count: Int) -> [String] { (1...count).map { invoice("N-\($0)", $0) } }

    /// The JSON of a source that asks it.
    func source(interval: Int = 3_600, more: String = "") -> String {
        #"""
        {"url":"\#(url)","username":"\#(Self.user)","password":"\#(Self.password)","intervalSeconds":\#(interval),
        "operation":{"namespace":"urn:test","name":"GetInvoices"},"parameters":[{"name":"from","value":"{from}"}],
        "invoiceElement":"Invoice","numberPath":"InvoiceNumber"\#(more)}
        """#
    }

    private func serve(_ socket: Socket) {
        let connection = RawHTTP(socket, timeout: 300)
        let expected = "Basic " + Data("\(Self.user):\(Self.password)".utf8).base64EncodedString()
        while let request = try? connection.message() {
            guard request.header("authorization") == expected else {
                try? connection.send("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n")
                continue
            }
            let target = request.start.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            requests.withLock { $0.append(Request(target: target, headers: request.headers, body: request.text)) }
            let body = Array(Self.envelope(batch.withLock { $0 }).utf8)
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: \(body.count)\r\n\r\n"
            do {
                try connection.send(head)
                let size = body.count / pieces + 1
                for start in stride(from: 0, to: body.count, by: size) {
                    try connection.send(Array(body[start..<min(body.count, start + size)]))
                    if pieceMilliseconds > 0 { pause(milliseconds: pieceMilliseconds) }
                }
            } catch { return }
        }
    }

    private static func envelope(_ invoices: [String]) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetInvoicesResponse xmlns="urn:test">\
        <GetInvoicesResult><![CDATA[<Invoices>\(invoices.joined(separator: "\n"))</Invoices>]]></GetInvoicesResult>\
        </GetInvoicesResponse></soap:Body></soap:Envelope>
        """
    }
}

extension Client {
    func put(_ path: String, _ body: String) throws -> Message {
        try send("PUT", path, Array(body.utf8), headers: [("Content-Type", "application/json")])
    }

    /// Every received document.
    func received(_ query: String = "") throws -> [JSONValue] { try pages("/v1/ingestion/invoices" + query, cursor: "cursor") }

    func runs(_ query: String = "") throws -> [JSONValue] { try pages("/v1/ingestion/runs" + query, cursor: "cursor") }

    /// Has a source run, and waits until that run has ended.
    func runSource(_ name: String, within seconds: Int = 60) throws -> JSONValue {
        let path = "/v1/ingestion/sources/\(name)"
        let known = Set(try runs().map { $0["id"].text })
        let answer = try send("POST", path + "/run")
        guard answer.status == 202 else { throw Broken("run: \(answer.start) \(answer.text.prefix(300))") }
        var run = JSONValue.null
        try eventually(within: seconds, "the run of \(name) ends") {
            run = try runs().first { !known.contains($0["id"].text) && $0["trigger"].text == "request" } ?? .null
            return !run["endedAt"].text.isEmpty
        }
        return run
    }
}
