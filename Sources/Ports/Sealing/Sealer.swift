public import Domain

/// Why something could not be sealed, or not be opened. Never tells anything of what is sealed.
public enum SealError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key that it was sealed with is not in the key ring; with the key put back, it opens.
    ///
    /// - Parameter key: the key's identifier, which says nothing of the key.
    case keyMissing(key: String)
    /// It is no seal, was changed, or was made for another tenant, record or field.
    case damaged
    /// Retention erased what was sealed.
    case erased
    /// The keys cannot be used.
    case unusable(String)

    public var description: String {
        switch self {
        case .keyMissing(let key): "the sealing key \(key) is not in the data directory; put its file back and start again"
        case .damaged: "what was sealed is damaged, or belongs to another record"
        case .erased: "it was erased when its retention ended"
        case .unusable(let reason): reason
        }
    }
}

/// Seals what must be kept and not be read: payloads of requests, first bytes of answers, signing keys.
///
/// Sealing and opening block nobody and cost microseconds.
public protocol Sealer: Sendable {
    /// - Throws: `SealError.unusable`, and no other.
    func seal(_ clear: [UInt8], _ context: SealContext) throws(SealError) -> SealedBytes
    /// - Parameter context: the one that it was sealed with.
    func open(_ sealed: SealedBytes, _ context: SealContext) throws(SealError) -> [UInt8]
}

extension Sealer {
    /// Seals the query, the header fields and the body as one.
    public func seal(_ request: OutgoingRequest, _ context: SealContext) throws(SealError) -> SealedRequest {
        let payload: SealedRequest.Payload =
            if let bytes = request.payloadBytes { .sealed(try seal(bytes, context)) } else { .empty }
        return SealedRequest(method: request.method, url: request.url, payload: payload, bodyBytes: request.body.count)
    }

    /// The whole request, as it is to be sent.
    public func open(_ request: SealedRequest, _ context: SealContext) throws(SealError) -> OutgoingRequest {
        let bytes: [UInt8]
        switch request.payload {
        case .empty: return OutgoingRequest(method: request.method, url: request.url)
        case .sealed(let sealed): bytes = try open(sealed, context)
        case .clear(let clear): bytes = clear
        case .erased: throw .erased
        }
        do throws(PayloadUnreadable) {
            return try OutgoingRequest(method: request.method, url: request.url, payloadBytes: bytes)
        } catch {
            throw .damaged
        }
    }
}
