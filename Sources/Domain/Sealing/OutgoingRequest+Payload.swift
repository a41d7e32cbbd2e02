/// Query, header fields and body as one run of bytes, which is what is sealed.
///
/// Format 1, which stored calls depend on and so never changes: a byte 1; a byte 0 when there is no query, or a byte 1, its length and
/// the query; the number of header fields, and for each the length and bytes of its name and of its value; the body, to the end. Lengths and
/// the number take two bytes, big-endian.
extension OutgoingRequest {
    private static let format: UInt8 = 1

    /// nil when there is neither a query nor a header field nor a body.
    public var payloadBytes: [UInt8]? {
        let query = url.parted.query
        if query == nil, headers.isEmpty, body.isEmpty { return nil }
        let fields = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(6 + (query?.utf8.count ?? 0) + fields + body.count)
        bytes.append(Self.format)
        if let query {
            bytes.append(1)
            Self.append(query, to: &bytes)
        } else {
            bytes.append(0)
        }
        Self.append(count: headers.count, to: &bytes)
        for header in headers {
            Self.append(header.name, to: &bytes)
            Self.append(header.value, to: &bytes)
        }
        bytes.append(contentsOf: body)
        return bytes
    }

    /// Puts a request together again.
    ///
    /// - Parameters:
    ///   - url: without its query.
    ///   - payloadBytes: what the property of this name gave.
    /// - Throws: `PayloadUnreadable` when they are anything else.
    public init(method: Method, url: TargetURL, payloadBytes: [UInt8]) throws(PayloadUnreadable) {
        var reader = PayloadReader(rest: payloadBytes[...])
        guard try reader.byte() == Self.format else { throw PayloadUnreadable() }
        var whole = url
        if try reader.byte() != 0 {
            let text = url.description + "?" + (try reader.text())
            do throws(TargetURLError) { whole = try TargetURL(text) } catch { throw PayloadUnreadable() }
        }
        var headers: [Header] = []
        for _ in 0..<(try reader.count()) { headers.append(Header(stored: try reader.text(), try reader.text())) }
        self.init(method: method, url: whole, headers: headers, body: Array(reader.rest))
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(count: text.utf8.count, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    /// Limits on the URL and on header fields keep every count below 65,536.
    private static func append(count: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: count >> 8))
        bytes.append(UInt8(truncatingIfNeeded: count))
    }
}

/// Bytes that are not the payload of a request.
public struct PayloadUnreadable: Error, Hashable, Sendable {
    public init() {}
}

private struct PayloadReader {
    var rest: ArraySlice<UInt8>

    mutating func byte() throws(PayloadUnreadable) -> UInt8 {
        guard let byte = rest.popFirst() else { throw PayloadUnreadable() }
        return byte
    }

    mutating func count() throws(PayloadUnreadable) -> Int { Int(try byte()) << 8 | Int(try byte()) }

    mutating func text() throws(PayloadUnreadable) -> String {
        let count = try count()
        guard rest.count >= count else { throw PayloadUnreadable() }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }
}
