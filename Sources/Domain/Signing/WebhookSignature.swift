internal import Crypto

/// Signs webhooks by Standard Webhooks 1.0.0: what is signed is `id.timestamp.body`.
public enum WebhookSignature {
    /// The fields of a signed request, in lower case.
    public static let idField = "webhook-id"
    public static let timestampField = "webhook-timestamp"
    public static let signatureField = "webhook-signature"

    /// Whether `text` may be a message's id: 1 to 255 visible ASCII characters and no full stop, which parts what is signed, so that
    /// nobody can move the border between the id and what follows it.
    public static func isMessageId(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") }
    }

    /// The three header fields of a message; none without keys, or when `messageId` may not be one.
    ///
    /// - Parameters:
    ///   - timestamp: of the attempt, so that each has a signature of its own and a captured request grows old.
    ///   - keys: all that are valid now. While keys are rotated there are two, and the receiver verifies with either.
    public static func fields(
        messageId: String, timestamp: Instant, body: [UInt8], keys: [WebhookSigningKey]
    ) -> [(name: String, value: String)] {
        guard !keys.isEmpty, isMessageId(messageId) else { return [] }
        return [
            (idField, messageId), (timestampField, seconds(timestamp)),
            (signatureField, header(messageId: messageId, timestamp: timestamp, body: body, keys: keys)),
        ]
    }

    /// The value of `webhook-signature`: one signature by each of `keys`, in their order, divided by spaces.
    public static func header(messageId: String, timestamp: Instant, body: [UInt8], keys: [WebhookSigningKey]) -> String {
        let content = content(messageId, seconds(timestamp), body)
        return keys.compactMap { sign(content, with: $0) }.joined(separator: " ")
    }

    static func seconds(_ instant: Instant) -> String {
        let (whole, rest) = instant.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return String(rest < 0 ? whole - 1 : whole)
    }

    static func content(_ id: String, _ timestamp: String, _ body: [UInt8]) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(id.utf8.count + timestamp.utf8.count + 2 + body.count)
        content += id.utf8
        content.append(UInt8(ascii: "."))
        content += timestamp.utf8
        content.append(UInt8(ascii: "."))
        content += body
        return content
    }

    private static func sign(_ content: [UInt8], with key: WebhookSigningKey) -> String? {
        let signature: [UInt8]
        switch key.material {
        case .hmac(let secret):
            signature = Array(HMAC<SHA256>.authenticationCode(for: content, using: secret))
        case .ed25519(let pair):
            // Fails only when the library is out of memory; the other signatures are then still worth sending.
            guard let made = try? pair.signature(for: content) else { return nil }
            signature = Array(made)
        }
        return "\(key.scheme.mark),\(Base64.encode(signature))"
    }
}
