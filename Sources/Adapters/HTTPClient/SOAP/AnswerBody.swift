import Domain
import NIOCore
import NIOHTTP1
import Ports

/// The body of an answer, inflated, in pieces of at most `BatchAnswer.maxPieceBytes`.
struct AnswerBody: ~Copyable {
    private let source: SourceConnection
    private let wireBytes: Int
    private let inflatedBytes: Int
    private var inflater: GzipInflater?
    /// What has come and is not given yet; of a body in gzip the inflater has it.
    private var rest = ByteBuffer()
    private var received = 0
    private var given = 0

    /// - Throws: `.badEncoding` for a content encoding that is not known; `.tooLarge` when the answer says that it will be.
    init(_ headers: HTTPHeaders, of source: SourceConnection, wireBytes: Int, inflatedBytes: Int) throws(FetchFailure) {
        if let announced = headers.first(name: "content-length").flatMap({ Int($0) }), announced > wireBytes {
            throw .tooLarge(limit: wireBytes)
        }
        inflater = try Self.isGzip(headers) ? GzipInflater() : nil
        self.source = source
        self.wireBytes = wireBytes
        self.inflatedBytes = inflatedBytes
    }

    /// The next piece; nil at the end.
    mutating func next() async throws(FetchFailure) -> ArraySlice<UInt8>? {
        while true {
            if let piece = try held() {
                given += piece.count
                guard given <= inflatedBytes else { throw .tooLarge(limit: inflatedBytes) }
                return piece[...]
            }
            guard let part = try await source.bodyPart() else {
                try inflater?.finish()
                return nil
            }
            received += part.readableBytes
            guard received <= wireBytes else { throw .tooLarge(limit: wireBytes) }
            if inflater == nil { rest = part } else { inflater?.feed(Array(part.readableBytesView)) }
        }
    }

    /// A piece of what has come.
    private mutating func held() throws(FetchFailure) -> [UInt8]? {
        if inflater != nil { return try inflater?.next(atMost: BatchAnswer.maxPieceBytes) }
        guard rest.readableBytes > 0 else { return nil }
        return rest.readBytes(length: min(rest.readableBytes, BatchAnswer.maxPieceBytes))
    }

    /// Whether the body is in gzip; anything else that it is encoded in was not asked for.
    private static func isGzip(_ headers: HTTPHeaders) throws(FetchFailure) -> Bool {
        let codings = headers[canonicalForm: "content-encoding"].map { $0.lowercased() }.filter { $0 != "identity" && !$0.isEmpty }
        switch codings.count {
        case 0: return false
        case 1 where ["gzip", "x-gzip"].contains(codings[0]): return true
        default: throw .badEncoding("the source's answer is in a content encoding that was not asked for; let it send gzip or none")
        }
    }
}
