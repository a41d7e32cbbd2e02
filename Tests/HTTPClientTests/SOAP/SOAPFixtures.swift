import CZlib
import Domain
import HTTPClientAdapter
import Ports
import Testing
import XMLAdapter

let testTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

/// What a source is asked in these tests.
func batchRequest(
    _ url: String, credentials: BasicCredentials? = nil, version: SOAPVersion = .v11, action: String? = "urn:GetInvoices",
    parameters: [(String, String)] = [("from", "2026-11-01T00:00:00Z")], limits: (inout FetchLimits) -> Void = { _ in }
) throws -> BatchRequest {
    var given = FetchLimits(connect: .seconds(20), firstByte: .seconds(20), idle: .seconds(20), total: .seconds(60))
    limits(&given)
    return try BatchRequest(
        url: TargetURL(url), credentials: credentials, soapVersion: version, action: action,
        operation: SOAPOperation(namespace: "urn:test", localName: "GetInvoices"),
        parameters: parameters.map { try SOAPParameter(name: $0.0, value: $0.1) }, limits: given, traceparent: testTrace)
}

/// Runs `body` with a feed, and shuts it and its client down.
func withFeed(
    allowed: [String] = ["127.0.0.0/8", "::1/128"], resolver: (any HostResolver)? = nil,
    settings: (inout HTTPTargetClientSettings) -> Void = { _ in }, _ body: (SOAPFeed) async throws -> Void
) async throws {
    try await withClient(allowed: allowed, resolver: resolver, settings: settings) { client in
        let feed = SOAPFeed(client: client) { bytes throws(XMLError) in try XMLReader.read(bytes) }
        do {
            try await body(feed)
        } catch {
            await feed.shutdown()
            throw error
        }
        await feed.shutdown()
    }
}

/// What came of a fetch.
struct Fetched {
    var heads: [BatchAnswerHead] = []
    var octets: [UInt8] = []
    var largestPiece = 0
    var failure: FetchFailure?
}

extension SOAPFeed {
    func fetched(_ request: BatchRequest) async -> Fetched {
        var fetched = Fetched()
        do throws(FetchEnd<Never>) {
            try await fetch(request) { (answer) async throws(Never) in
                switch answer {
                case .head(let head): fetched.heads.append(head)
                case .octets(let piece):
                    fetched.octets += piece
                    fetched.largestPiece = max(fetched.largestPiece, piece.count)
                }
            }
        } catch {
            if case .failed(let failure) = error { fetched.failure = failure }
        }
        return fetched
    }

    /// The failure of a fetch from `url`; nil when it succeeded.
    func failure(from url: String, limits: (inout FetchLimits) -> Void = { _ in }) async throws -> FetchFailure? {
        await fetched(try batchRequest(url, limits: limits)).failure
    }
}

/// An answer with a length, as it goes over the wire.
func answer(_ body: [UInt8], status: String = "200 OK", type: String? = "text/xml; charset=utf-8", fields: [String] = []) -> [UInt8] {
    let type = type.map { ["Content-Type: \($0)"] } ?? []
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + type + fields
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
}

/// A source that gives every request these bytes.
func source(_ bytes: [UInt8]) async throws -> ScriptedTarget {
    try await ScriptedTarget(onData: { connection, received in
        guard RecordedRequest(received) != nil else { return false }
        connection.write(bytes)
        return true
    })
}

extension ScriptedTarget {
    var url: String { "http://127.0.0.1:\(port)/soap" }
}

let batch = Array("<Envelope><Body><Batch><![CDATA[<Invoice/>]]></Batch></Body></Envelope>".utf8)

func fault(
    _ code: String, _ reason: String, version: SOAPVersion = .v11
) -> [UInt8] {
    let fault =
        switch version {
        case .v11: "<faultcode>s:\(code)</faultcode><faultstring>\(reason)</faultstring>"
        case .v12: "<s:Code><s:Value>s:\(code)</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">\(reason)</s:Text></s:Reason>"
        }
    return Array("<s:Envelope xmlns:s=\"\(version.namespace)\"><s:Body><s:Fault>\(fault)</s:Fault></s:Body></s:Envelope>".utf8)
}

/// `bytes` in gzip, as one member.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    try #require(deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK)
    defer { deflateEnd(&stream) }
    var (input, output) = (bytes, [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32))
    let result = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
            (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
            return deflate(&stream, Z_FINISH)
        }
    }
    try #require(result == Z_STREAM_END)
    return Array(output.prefix(Int(stream.total_out)))
}
