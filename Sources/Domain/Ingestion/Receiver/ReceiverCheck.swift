internal import Crypto

/// A request from a sender of webhooks, of which nothing is believed yet.
public struct SignedMessage: Sendable {
    /// Names in lower case, in the order in which they came.
    private let fields: [(name: String, value: String)]
    /// As it came, octet for octet.
    public let body: [UInt8]

    public init(fields: [(name: String, value: String)], body: [UInt8]) {
        self.fields = fields.map { ($0.name.lowercased(), $0.value) }
        self.body = body
    }

    /// The value of a field that is there once: of two nobody can say which one was meant.
    public func field(_ name: String) -> String? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found.first?.value : nil
    }
}

/// Why a message is not taken. Nothing of it is stored.
public enum ReceiverRefusal: Error, Hashable, Sendable {
    /// Not shown to be of the sender. What is wrong is not told: it would help nobody but who guesses.
    case notBelieved
    /// Signed, and sent longer ago than the receiver allows, or later than now by as much.
    case tooOld(TimeSpan)
    case tooNew(TimeSpan)
    /// Signed, and without an identity where one should be.
    case noMessageId(MessageIdPlace)
}

/// Tells whether a message is of the sender that a receiver is for, and which message it is.
public struct ReceiverCheck: Sendable {
    private let scheme: ReceiverScheme
    private let place: MessageIdPlace
    private let tolerance: TimeSpan
    private let secrets: [[UInt8]]

    /// Signatures beyond so many in one field are not looked at.
    static let maxSignatures = 16

    /// - Parameter secrets: any of them will do. While secrets are changed there are two; with none nothing is believed.
    public init(_ plan: Receiver.Plan, secrets: [[UInt8]]) {
        scheme = plan.scheme
        place = plan.messageId
        tolerance = plan.tolerance
        self.secrets = secrets
    }

    /// The message's identity, when one of the secrets vouches for the message and it is of now.
    ///
    /// The signature is judged before anything else is, so that whoever has no secret learns nothing more than that.
    public func admit(_ message: SignedMessage, now: Instant) throws(ReceiverRefusal) -> String {
        if secrets.isEmpty { throw Self.refuse(message) }
        switch scheme {
        case .standardWebhooks:
            try standard(message)
            try checkAge(message.field(WebhookSignature.timestampField), now)
        case .hmac(let field):
            guard isSigned(message, field) else { throw .notBelieved }
            if let timestamp = field.timestamp { try checkAge(message.field(timestamp.value), now) }
        case .sharedSecret(let header):
            let value = message.field(header.value) ?? ""
            let given = SHA256.hash(data: Array(value.utf8))
            var isKnown = false
            // Digests are compared in a time that does not depend on what is equal, and every secret is.
            for secret in secrets where SHA256.hash(data: secret) == given { isKnown = true }
            // Here the body was not looked at.
            guard isKnown, !value.isEmpty else { throw Self.refuse(message) }
        }
        return try messageId(message)
    }

    /// Does what judging costs, for an address that leads to no receiver: the time of the answer does not tell such from others.
    public static func refuse(_ message: SignedMessage) -> ReceiverRefusal {
        _ = HMAC<SHA256>.isValidAuthenticationCode([UInt8](repeating: 0, count: 32), authenticating: message.body, using: decoy)
        return .notBelieved
    }

    private static let decoy = SymmetricKey(data: [UInt8](repeating: 1, count: 32))

    // MARK: Signatures

    private func standard(_ message: SignedMessage) throws(ReceiverRefusal) {
        let keys = secrets.compactMap { try? WebhookVerificationKey(String(decoding: $0, as: UTF8.self)) }
        // How old it is comes after, for whoever has signed it.
        let verifier = WebhookVerifier(keys: keys, tolerance: TimeSpan(microseconds: .max / 2))
        do throws(WebhookVerificationError) {
            try verifier.verify(
                id: message.field(WebhookSignature.idField), timestamp: message.field(WebhookSignature.timestampField),
                signature: message.field(WebhookSignature.signatureField), body: message.body, now: Instant(microseconds: 0))
        } catch {
            // What is missing was found out without work, and so is that no key pair has signed.
            let isHashed = keys.contains { if case .hmac = $0.material { true } else { false } }
            throw error == .signature && isHashed ? .notBelieved : Self.refuse(message)
        }
    }

    private func isSigned(_ message: SignedMessage, _ field: SignatureField) -> Bool {
        var id: String?
        if case .header(let name) = place { id = message.field(name.value) }
        let content = field.content.bytes(id: id, timestamp: field.timestamp.flatMap { message.field($0.value) }, body: message.body)
        let given = candidates(message.field(field.header.value) ?? "", field)
        var isValid = false
        for secret in secrets {
            let key = SymmetricKey(data: secret)
            // A message that lacks something costs as much as one that is wrong.
            let code = Self.code(content ?? message.body, key, field.algorithm)
            for candidate in given where Self.isEqual(candidate, code) { isValid = true }
        }
        return isValid && content != nil
    }

    private func candidates(_ value: String, _ field: SignatureField) -> [[UInt8]] {
        let parts = value.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }.prefix(Self.maxSignatures)
        return parts.compactMap { part in
            guard part.starts(with: field.prefix.utf8), part.count <= 256 else { return nil }
            let text = String(decoding: part.dropFirst(field.prefix.utf8.count), as: UTF8.self)
            return field.encoding == .hex ? Self.hexadecimal(text) : Base64.decode(text)
        }
    }

    private static func code(_ content: [UInt8], _ key: SymmetricKey, _ algorithm: SignatureField.Algorithm) -> [UInt8] {
        switch algorithm {
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: content, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: content, using: key))
        }
    }

    /// Looks at every octet, wherever they differ first.
    private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        var (bytes, high) = ([UInt8](), UInt8?.none)
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x37
            case 0x61...0x66: digit = byte - 0x57
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }

    // MARK: Age and identity

    private func checkAge(_ timestamp: String?, _ now: Instant) throws(ReceiverRefusal) {
        guard let timestamp, (1...12).contains(timestamp.utf8.count), timestamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(timestamp)
        else { throw .notBelieved }
        let age = now - Instant(microseconds: seconds * 1_000_000)
        guard age <= tolerance else { throw .tooOld(tolerance) }
        guard TimeSpan(microseconds: -tolerance.microseconds) <= age else { throw .tooNew(tolerance) }
    }

    private func messageId(_ message: SignedMessage) throws(ReceiverRefusal) -> String {
        let found: String?
        switch place {
        case .standard: found = message.field(WebhookSignature.idField)
        case .header(let name): found = message.field(name.value)
        case .body(let pointer):
            let document = try? JSONReader.read(message.body, limits: JSONLimits(maxBytes: Receiver.Plan.bodyBytes.upperBound))
            found = document.flatMap(pointer.text(in:))
        case .digest: found = "sha256:" + ContentDigest(of: message.body).description
        }
        guard let id = found.flatMap(MessageIdPlace.checked) else { throw .noMessageId(place) }
        return id
    }
}
