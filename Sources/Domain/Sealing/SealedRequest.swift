/// A request as the engine carries and keeps it: where it goes can be seen, what it says cannot.
///
/// Method, scheme, host, port and path are in the clear, because lists, limits and events need them. The query, the header fields and the
/// body are sealed together; they are opened only to be sent, and to be shown redacted.
public struct SealedRequest: Hashable, Sendable {
    public enum Payload: Hashable, Sendable {
        /// Neither query nor header fields nor body.
        case empty
        case sealed(SealedBytes)
        /// `OutgoingRequest.payloadBytes` as they are, from a row written before requests were sealed. Never written again.
        case clear([UInt8])
        /// Retention took it.
        case erased
    }

    public let method: OutgoingRequest.Method
    /// Without its query.
    public let url: TargetURL
    public let payload: Payload
    /// The size of the body; stays known after the body is erased.
    public let bodyBytes: Int

    /// - Parameter url: its query, if it has one, is left out.
    public init(method: OutgoingRequest.Method, url: TargetURL, payload: Payload, bodyBytes: Int) {
        self.method = method
        self.url = url.parted.url
        self.payload = payload
        self.bodyBytes = bodyBytes
    }

    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int {
        let bytes =
            switch payload {
            case .empty, .erased: 0
            case .sealed(let sealed): sealed.bytes.count
            case .clear(let bytes): bytes.count
            }
        return bytes + url.description.utf8.count * 2
    }
}

extension SealedRequest {
    /// What retention leaves of it: where it went, and how long its body was.
    public var erased: SealedRequest {
        payload == .empty ? self : SealedRequest(method: method, url: url, payload: .erased, bodyBytes: bodyBytes)
    }
}
