public import Domain

/// Fetches batches of sources.
public protocol BatchFeed: Sendable {
    /// Sends the request once and gives the answer to `take`, piece by piece: its head first, then its octets as they come, inflated.
    ///
    /// The next piece is asked for when `take` returns, and the source waits meanwhile: what is held is one piece of at most
    /// `BatchAnswer.maxPieceBytes`, and what lies in the buffers of the connection. Nothing is retried, no redirect is followed. Ends within
    /// the request's limits, whatever the source does, but for the time that `take` takes; a fault or an error status is thrown
    /// before the first piece.
    ///
    /// - Throws: `.failed` when the source gives no complete answer, also after some of it was taken; `.stopped` with the error of `take`,
    ///   after which the rest is not read.
    func fetch<Stop: Error>(
        _ request: BatchRequest, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>)
}

/// A piece of a source's answer.
public enum BatchAnswer: Sendable {
    case head(BatchAnswerHead)
    /// Some of the body, never empty.
    case octets(ArraySlice<UInt8>)

    public static let maxPieceBytes = 65_536
}

/// What is known of an answer before its body.
public struct BatchAnswerHead: Hashable, Sendable {
    /// The parameter `charset` of the content type, in lower case, which takes precedence over the document's own declaration for
    /// `text/xml` and `application/soap+xml` (RFC 7303 §3, but for a byte order mark).
    public let charset: String?

    public init(charset: String? = nil) { self.charset = charset }
}

/// Why a fetch ended before the answer did.
public enum FetchEnd<Stop: Error>: Error {
    case failed(FetchFailure)
    case stopped(Stop)
}
