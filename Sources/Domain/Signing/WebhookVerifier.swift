internal import Crypto

/// Verifies webhooks by Standard Webhooks 1.0.0, section "Verifying signatures".
///
/// It does not remember messages: within the tolerance a captured request can be sent again, and the message's id tells it.
public struct WebhookVerifier: Sendable {
    private let keys: [WebhookVerificationKey]
    private let tolerance: TimeSpan

    /// Signatures beyond so many in one header are not looked at.
    public static let maxSignatures = 16
    /// And of those by key pairs, each of which costs a computation over the whole body for each key.
    public static let maxPairSignatures = 4

    /// - Parameters:
    ///   - keys: any of them may have signed. While keys are rotated there are two.
    ///   - tolerance: how far the timestamp may be from now, before or after.
    public init(keys: [WebhookVerificationKey], tolerance: TimeSpan = .minutes(5)) {
        self.keys = keys
        self.tolerance = tolerance
    }

    /// Returns when one of the signatures is by one of the keys over just this message, and the message is of now.
    ///
    /// - Parameters:
    ///   - id: the field `webhook-id`, and so with the others; nil when it is missing.
    ///   - body: the body as it came, byte for byte.
    public func verify(
        id: String?, timestamp: String?, signature: String?, body: [UInt8], now: Instant
    ) throws(WebhookVerificationError) {
        guard let id, !id.isEmpty else { throw .missing(WebhookSignature.idField) }
        guard let timestamp, !timestamp.isEmpty else { throw .missing(WebhookSignature.timestampField) }
        guard let signature, !signature.isEmpty else { throw .missing(WebhookSignature.signatureField) }
        guard WebhookSignature.isMessageId(id) else { throw .id }
        guard (1...12).contains(timestamp.utf8.count), timestamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(timestamp)
        else { throw .timestamp }
        let age = now - Instant(microseconds: seconds * 1_000_000)
        guard age <= tolerance else { throw .tooOld }
        guard TimeSpan(microseconds: -tolerance.microseconds) <= age else { throw .tooNew }
        let content = WebhookSignature.content(id, timestamp, body)
        let given = signature.utf8.split(separator: UInt8(ascii: " ")).prefix(Self.maxSignatures).compactMap(Self.read)
        var isValid = false
        // No early end: how long it takes does not tell which signature or key it was.
        for key in keys where Self.isValid(given, by: key, over: content) { isValid = true }
        guard isValid else { throw .signature }
    }

    /// One signature of the header; nil when it is none.
    private static func read(_ part: Substring.UTF8View) -> (scheme: WebhookScheme, bytes: [UInt8])? {
        let halves = part.split(separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].count <= 128, let bytes = Base64.decode(String(Substring(halves[1]))),
            let scheme = WebhookScheme.allCases.first(where: { halves[0].elementsEqual($0.mark.utf8) })
        else { return nil }
        return (scheme, bytes)
    }

    /// Whether any of them is by the key. The code of a shared secret is computed once, however many there are, and also when there is none:
    /// else whoever sends them could see by the time how many keys there are.
    private static func isValid(
        _ given: [(scheme: WebhookScheme, bytes: [UInt8])], by key: WebhookVerificationKey, over content: [UInt8]
    ) -> Bool {
        var isValid = false
        switch key.material {
        case .hmac(let secret):
            let code = HMAC<SHA256>.authenticationCode(for: content, using: secret)
            // Compares in a time that does not depend on what is equal.
            for signature in given where signature.scheme == .hmacSHA256 && code == signature.bytes { isValid = true }
        case .ed25519(let publicKey):
            for signature in given.filter({ $0.scheme == .ed25519 }).prefix(maxPairSignatures)
            where publicKey.isValidSignature(signature.bytes, for: content) {
                isValid = true
            }
        }
        return isValid
    }
}

/// Why a webhook is not believed.
public enum WebhookVerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(String)
    case id
    case timestamp
    case tooOld
    case tooNew
    case signature

    public var description: String {
        switch self {
        case .missing(let field): "the header field \(field) is missing"
        case .id: "webhook-id must be 1 to 255 visible ASCII characters without a full stop"
        case .timestamp: "webhook-timestamp must be seconds since 1970 in decimal digits"
        case .tooOld: "webhook-timestamp is too long ago: the message may be a repetition by somebody else, or a clock is wrong"
        case .tooNew: "webhook-timestamp is in the future: a clock is wrong"
        case .signature: "no signature in webhook-signature is by a known key over this message"
        }
    }
}
