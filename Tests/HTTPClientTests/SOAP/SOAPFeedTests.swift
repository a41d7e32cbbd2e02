import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import PropertyKit
import Testing

@Suite("Fetching a batch", .serialized, .timeLimit(.minutes(2)))
struct SOAPFeedTests {
    @Test("A source is asked with a SOAP 1.1 envelope, its action, the credentials and the trace")
    func request() async throws {
        let source = try await source(answer(batch))
        let credentials = try BasicCredentials(user: "Aladdin", password: "open sesame")
        try await withFeed { feed in
            let request = try batchRequest(
                source.url + "?a=%5B1%5D", credentials: credentials, parameters: [("from", "a<b&c"), ("to", "")])
            #expect(await feed.fetched(request).failure == nil)
        }
        let sent = try #require(source.requests.first)
        #expect(source.requests.count == 1)
        #expect(sent.line == "POST /soap?a=%5B1%5D HTTP/1.1")
        #expect(sent.values("authorization") == ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="])
        #expect(sent.values("soapaction") == ["\"urn:GetInvoices\""])
        #expect(sent.values("content-type") == ["text/xml; charset=utf-8"])
        #expect(sent.values("traceparent") == [testTrace])
        #expect(sent.values("accept-encoding") == ["gzip"])
        #expect(sent.values("content-length") == ["\(sent.body.count)"])
        #expect(
            String(decoding: sent.body, as: UTF8.self)
                == #"<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">"#
                + #"<soap:Body><m:GetInvoices xmlns:m="urn:test"><m:from>a&lt;b&amp;c</m:from><m:to></m:to></m:GetInvoices></soap:Body>"#
                + "</soap:Envelope>")
        await source.stop()
    }

    @Test("SOAP 1.2 has another namespace and media type, and its action in the type")
    func version12() async throws {
        let source = try await source(answer(batch, type: "application/soap+xml"))
        try await withFeed { feed in
            for action in ["urn:GetInvoices", nil] {
                let fetched = await feed.fetched(try batchRequest(source.url, version: .v12, action: action))
                #expect(fetched.failure == nil)
            }
        }
        let types = source.requests.map { $0.values("content-type") }
        #expect(types == [["application/soap+xml; charset=utf-8; action=\"urn:GetInvoices\""], ["application/soap+xml; charset=utf-8"]])
        #expect(source.requests.allSatisfy { $0.values("soapaction").isEmpty && $0.values("authorization").isEmpty })
        await source.stop()
    }

    static let bodies: [(name: String, body: [UInt8])] = [
        ("a batch", batch), ("nothing", []), ("a byte order mark", [0xEF, 0xBB, 0xBF] + batch),
        ("UTF-16", [0xFF, 0xFE] + batch.flatMap { [$0, 0] }), ("all bytes", Array(repeating: 0...255, count: 1_000).flatMap { $0 }),
    ]

    @Test("The answer's octets come unchanged, whatever frames them", arguments: bodies.indices)
    func octets(index: Int) async throws {
        let body = Self.bodies[index].body
        let type = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        var random = SeededGenerator(seed: UInt64(index))
        var chunked = Array((type + "Transfer-Encoding: chunked\r\n\r\n").utf8)
        var rest = body[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(Int.random(in: 1...5_000, using: &random))
            chunked += Array("\(String(chunk.count, radix: 16));x=y\r\n".utf8) + chunk + Array("\r\n".utf8)
            rest = rest.dropFirst(chunk.count)
        }
        chunked += Array("0\r\n\r\n".utf8)
        let closed = Array((type + "\r\n").utf8) + body
        let zipped = answer(try gzip(body), fields: ["Content-Encoding: GZip"])
        for (framing, bytes, ends) in [
            ("a length", answer(body), false), ("chunks", chunked, false), ("the end", closed, true), ("gzip", zipped, false),
        ] {
            let source = try await ScriptedTarget(onData: { connection, received in
                guard RecordedRequest(received) != nil else { return false }
                connection.channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess { if ends { connection.close() } }
                return true
            })
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(source.url))
                #expect(fetched.failure == nil, "\(framing)")
                #expect(fetched.octets == body, "\(framing)")
                #expect(fetched.heads.count == 1)
                #expect(fetched.largestPiece <= BatchAnswer.maxPieceBytes)
            }
            await source.stop()
        }
    }

    @Test("The character set of the content type is told before the body")
    func charset() async throws {
        for (type, charset) in [
            ("text/xml", nil), ("text/xml;charset=ISO-8859-1", "iso-8859-1"), ("Application/XML ; Charset = \"UTF-16\"", "utf-16"),
            ("text/xml; charset=\"\"", nil), ("text/xml; charset=a b", nil), ("text/xml;boundary=x; charset=utf-8", "utf-8"),
            ("application/soap+xml;charset=utf-8;action=\"a;charset=b\"", "utf-8"),
        ] as [(String, String?)] {
            let source = try await source(answer(batch, type: type))
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(source.url))
                #expect(fetched.heads == [BatchAnswerHead(charset: charset)], "\(type)")
            }
            await source.stop()
        }
    }

    @Test("An answer that is not XML is none, and what it is is told")
    func contentType() async throws {
        for (type, told) in [
            ("text/html; charset=utf-8", "text/html"), ("application/json", "application/json"), (nil, nil), ("", nil), ("xml", nil),
            ("application/xhtml+xml", "application/xhtml+xml"), ("multipart/related; type=\"text/xml\"", "multipart/related"),
            ("text/<script>", nil), (String(repeating: "a", count: 200) + "/b", nil),
        ] as [(String?, String?)] {
            let source = try await source(answer(Array("<html>Sign in</html>".utf8), type: type))
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(source.url))
                #expect(fetched.failure == .notXML(contentType: told))
                #expect(fetched.heads.isEmpty && fetched.octets.isEmpty)
            }
            await source.stop()
        }
    }

    @Test(
        "Every status but 200 and 203 is a failure, before any of the body",
        arguments: [201, 202, 204, 206, 301, 304, 307, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504])
    func statuses(status: Int) async throws {
        let body = status == 204 || status == 304 ? [] : batch
        for type in ["text/xml", "text/html"] {
            let source = try await source(answer(body, status: "\(status) X", type: type, fields: ["Retry-After: 7"]))
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(source.url))
                #expect(fetched.failure == .status(status, retryAfter: .seconds(7)))
                #expect(fetched.heads.isEmpty && fetched.octets.isEmpty)
            }
            await source.stop()
        }
    }

    @Test("A fault is told apart by its code, with the status that it came with")
    func faults() async throws {
        for (version, status, code, expected) in [
            (.v11, 500, "Server", .server), (.v11, 500, "Server.Busy", .server), (.v11, 500, "Client", .client),
            (.v11, 500, "Client.Authentication", .client), (.v11, 500, "VersionMismatch", .versionMismatch),
            (.v11, 500, "MustUnderstand", .mustUnderstand), (.v11, 500, "E-17", .other("E-17")), (.v11, 503, "Server", .server),
            (.v12, 500, "Receiver", .server), (.v12, 400, "Sender", .client),
            (.v12, 500, "DataEncodingUnknown", .other("DataEncodingUnknown")),
        ] as [(SOAPVersion, Int, String, SOAPFault.Code)] {
            for isZipped in [false, true] {
                let document = fault(code, "It is\n  late", version: version)
                let fields = isZipped ? ["Content-Encoding: gzip"] : []
                let source = try await source(
                    answer(isZipped ? try gzip(document) : document, status: "\(status) X", type: version.mediaType, fields: fields))
                try await withFeed { feed in
                    let fetched = await feed.fetched(try batchRequest(source.url, version: version))
                    #expect(
                        fetched.failure == .fault(SOAPFault(version: version, code: expected, reason: "It is late"), status: status),
                        "\(version) \(status) \(code)")
                }
                await source.stop()
            }
        }
    }

    @Test("A fault that cannot be read leaves the status")
    func unreadableFaults() async throws {
        let long = Array(repeating: UInt8(ascii: "x"), count: 70_000)
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]>" + String(decoding: fault("Server", "&b;"), as: UTF8.self)
        let documents: [[UInt8]] = [
            [], [0xFF], Array("<a/>".utf8), fault("Server", "x").dropLast(3), fault("Server", "") + long, Array(bomb.utf8),
        ]
        for document in documents {
            let source = try await source(answer(document, status: "500 X"))
            try await withFeed { feed in
                let failure = try await feed.failure(from: source.url)
                #expect(failure == .status(500, retryAfter: nil))
            }
            await source.stop()
        }
    }

    @Test("The taker's error ends the fetch, comes back as it was, and drops the connection")
    func stop() async throws {
        struct Enough: Error, Equatable { let pieces: Int }
        let source = try await ScriptedTarget(onData: { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
            connection.flood([UInt8](repeating: 0x20, count: 4_096))
            return true
        })
        try await withFeed { feed in
            let request = try batchRequest(source.url)
            for most in [0, 1, 3] {
                var pieces = 0
                do throws(FetchEnd<Enough>) {
                    try await feed.fetch(request) { (answer) async throws(Enough) in
                        if pieces == most { throw Enough(pieces: pieces) }
                        pieces += 1
                    }
                    Issue.record("it went on")
                } catch {
                    guard case .stopped(let stop) = error else { throw error }
                    #expect(stop == Enough(pieces: most))
                }
            }
            #expect(await eventually { source.closed == 3 })
        }
        await source.stop()
    }

    @Test("The source waits while a piece is taken")
    func backPressure() async throws {
        let written = Counter()
        let chunk = [UInt8](repeating: 0x20, count: 65_536)
        let source = try await ScriptedTarget(onData: { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: \(chunk.count * 1_024)\r\n\r\n")
            @Sendable func flood(_ left: Int) {
                guard left > 0 else { return }
                connection.channel.writeAndFlush(ByteBuffer(bytes: chunk)).whenSuccess {
                    written.add(chunk.count)
                    flood(left - 1)
                }
            }
            flood(1_024)
            return true
        })
        try await withFeed { feed in
            var taken = 0
            var atFirst = 0
            try await feed.fetch(try batchRequest(source.url)) { (answer) async throws(Never) in
                guard case .octets(let piece) = answer else { return }
                if taken == 0 {
                    // Until the source can write no more.
                    var before = -1
                    while written.value != before {
                        before = written.value
                        try? await Task.sleep(for: .milliseconds(200))
                    }
                    atFirst = before
                }
                taken += piece.count
            }
            #expect(taken == chunk.count * 1_024)
            #expect(atFirst < taken / 4, "\(atFirst) bytes were taken from the source before anybody wanted them")
        }
        await source.stop()
    }
}
