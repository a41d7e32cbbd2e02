/// A receiver as it is asked for over the API, with its secret in the clear. It never leaves the engine.
public struct SubmittedReceiver: Equatable, Sendable {
    public let name: SourceName
    /// nil: none is given; a receiver that is known with the same scheme keeps its own.
    public let secret: String?
    /// All but the secret, and without a fingerprint.
    private let settings: Receiver.Plan

    /// Of the documents in a message.
    static let splitLimits = SplitLimits(batchBytes: Receiver.Plan.bodyBytes.upperBound, invoices: ReceivedMessage.maxDocuments)
    /// Of a secret that is a text: shorter ones are guessed.
    public static let secretBytes = 16...512

    /// Whether invoices are drafted of what it receives.
    public var isMapped: Bool { settings.mapping != nil }

    /// What it says, in one form however it was written; for its fingerprint.
    public var canonicalBytes: [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        json.object { json in
            settings.writeSettings(into: &json)
            json.field("secret", ifPresent: secret)
        }
        return json.bytes
    }

    /// - Parameter fingerprint: of `canonicalBytes`.
    public func plan(fingerprint: Fingerprint) -> Receiver.Plan {
        Receiver.Plan(
            scheme: settings.scheme, messageId: settings.messageId, tolerance: settings.tolerance, maxBytes: settings.maxBytes,
            topic: settings.topic, split: settings.split, mapping: settings.mapping, fingerprint: fingerprint)
    }

    /// Whether a receiver that is known may keep its secrets: a secret of one scheme means nothing in another.
    public func keepsSecrets(of known: Receiver) -> Bool { secret == nil && known.plan.scheme.name == settings.scheme.name }

    // MARK: Reading

    /// Takes the fields of a receiver; what is wrong is reported to `fields`, all at once, and never with the secret.
    ///
    /// - Parameter topics: those that a source may name, and so a receiver.
    public static func read(_ fields: inout JSONFields, named name: SourceName, topics: [TopicName]) -> SubmittedReceiver? {
        if let text = fields.optionalString("name", maxBytes: 1_000), text != name.value {
            fields.report("name", "must be the name that the path has, or be left out")
        }
        let chosen: ReceiverScheme.Name? = fields.choice("scheme")
        let scheme = chosen.flatMap { readScheme($0, &fields) }
        let secret = readSecret(chosen, &fields)
        let messageId = readMessageId(scheme, &fields)
        let tolerance = fields.optionalInt64("toleranceSeconds", in: 1...86_400).map { TimeSpan.seconds($0) }
        let maxBytes = fields.optionalInt("maxBytes", in: Receiver.Plan.bodyBytes)
        let topic = SubmittedSource.readTopic(&fields, topics)
        let (split, mapping) = readDocuments(&fields)
        guard fields.isClean, let scheme, let messageId else { return nil }
        return SubmittedReceiver(
            name: name, secret: secret,
            settings: Receiver.Plan(
                scheme: scheme, messageId: messageId, tolerance: tolerance ?? .minutes(5), maxBytes: maxBytes ?? 1 << 18, topic: topic,
                split: split, mapping: mapping, fingerprint: Fingerprint(bytes: [])))
    }

    /// Reads the body of a request for a further secret.
    public static func readRotation(
        _ fields: inout JSONFields, of scheme: ReceiverScheme.Name
    ) -> (secret: String, overlap: TimeSpan)? {
        let secret = readSecret(scheme, &fields)
        if secret == nil, !fields.has("secret") { fields.report("secret", "is required") }
        let longest = Receiver.longestOverlap.microseconds / 1_000_000
        let overlap = fields.optionalInt64("overlapSeconds", in: 0...longest).map { TimeSpan.seconds($0) }
        guard fields.isClean, let secret else { return nil }
        return (secret, overlap ?? standardOverlap)
    }

    public static let standardOverlap = TimeSpan.hours(24)

    private static func readScheme(_ name: ReceiverScheme.Name, _ fields: inout JSONFields) -> ReceiverScheme? {
        if name != .hmac, fields.optionalValue("signature") != nil {
            fields.report("signature", "has a meaning only with the scheme hmac")
        }
        if name != .sharedSecret, fields.optionalValue("secretHeader") != nil {
            fields.report("secretHeader", "has a meaning only with the scheme shared-secret")
        }
        switch name {
        case .standardWebhooks: return .standardWebhooks
        case .sharedSecret: return readField("secretHeader", isRequired: true, &fields).map(ReceiverScheme.sharedSecret)
        case .hmac:
            return fields.object("signature") { fields -> SignatureField? in readSignature(&fields) }.map(ReceiverScheme.hmac)
        }
    }

    private static func readSignature(_ fields: inout JSONFields) -> SignatureField? {
        let header = readField("header", isRequired: true, &fields)
        let algorithm: SignatureField.Algorithm? = fields.optionalChoice("algorithm")
        let encoding: SignatureField.Encoding? = fields.optionalChoice("encoding")
        let prefix = fields.optionalString("prefix", maxBytes: SignatureField.maxPrefixBytes) ?? ""
        if !prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }) {
            fields.report("prefix", "must be of visible ASCII characters but commas, such as sha256=")
        }
        let timestamp = readField("timestampHeader", isRequired: false, &fields)
        let text = fields.optionalString("content", minBytes: 1, maxBytes: 1_000)
        guard let header else { return nil }
        do throws(SignedContentError) {
            let content = try text.map { text throws(SignedContentError) in try SignedContent(text) } ?? .body
            return try SignatureField(
                header: header, algorithm: algorithm ?? .sha256, encoding: encoding ?? .hex, prefix: prefix, timestamp: timestamp,
                content: content)
        } catch {
            fields.report("content", error.description)
            return nil
        }
    }

    private static func readField(_ name: StaticString, isRequired: Bool, _ fields: inout JSONFields) -> FieldName? {
        let given = isRequired ? fields.string(name, maxBytes: 1_000) : fields.optionalString(name, maxBytes: 1_000)
        guard let text = given else { return nil }
        guard let field = FieldName(text) else {
            fields.report(name, FieldName.rule)
            return nil
        }
        return field
    }

    private static func readSecret(_ scheme: ReceiverScheme.Name?, _ fields: inout JSONFields) -> String? {
        guard let secret = fields.optionalString("secret", maxBytes: 4_096) else { return nil }
        if secret == RedactionPolicy.mark {
            fields.report("secret", "stands for what is not shown; give the secret itself, or leave it out to keep what there is")
            return nil
        }
        switch scheme {
        case .standardWebhooks?:
            do throws(WebhookKeyError) {
                _ = try WebhookVerificationKey(secret)
            } catch {
                fields.report("secret", "must be whsec_ or whpk_ and Base64, as the sender gives it: \(error)")
            }
        case .hmac?, .sharedSecret?:
            if !secretBytes.contains(secret.utf8.count) || secret.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                fields.report(
                    "secret", "must have \(secretBytes.lowerBound) to \(secretBytes.upperBound) bytes without control characters")
            }
        case nil: break
        }
        return secret
    }

    private static func readMessageId(_ scheme: ReceiverScheme?, _ fields: inout JSONFields) -> MessageIdPlace? {
        guard fields.has("messageId") else {
            _ = fields.optionalValue("messageId")
            if case .hmac(let field)? = scheme, field.content.covers(.id) {
                fields.report("messageId", "must name a header, since {id} is in the signature's content")
                return nil
            }
            return scheme == .standardWebhooks ? .standard : .digest
        }
        if scheme == .standardWebhooks {
            _ = fields.optionalValue("messageId")
            fields.report("messageId", "is webhook-id with the scheme standard-webhooks; leave it out")
            return nil
        }
        return fields.object("messageId") { fields -> MessageIdPlace? in
            let header = readField("header", isRequired: false, &fields)
            let text = fields.optionalString("pointer", maxBytes: 1_000)
            guard (header == nil) != (text == nil) else {
                if fields.isClean { fields.report("needs either header or pointer, and one of them only") }
                return nil
            }
            if let header {
                // Else who has seen a message could send it again under another identity.
                if case .hmac(let field)? = scheme, !field.content.covers(.id) {
                    fields.report("header", "is not signed; have {id} in the signature's content, or use a pointer into the body")
                }
                return .header(header)
            }
            if case .hmac(let field)? = scheme, field.content.covers(.id) {
                fields.report("pointer", "must be a header, since {id} is in the signature's content")
            }
            guard let pointer = text.flatMap(MessagePointer.init(_:)) else {
                fields.report("pointer", MessagePointer.rule)
                return nil
            }
            return .body(pointer)
        }
    }

    private static func readDocuments(_ fields: inout JSONFields) -> (SplitPlan?, IngestionMapping?) {
        let element = fields.optionalString("invoiceElement", maxBytes: SplitName.maxBytes)
        let path = fields.optionalString("numberPath", maxBytes: 4_096)
        let mapping = fields.optionalObject("mapping") { IngestionMapping.read(&$0) }
        guard let element, let path else {
            if element != nil { fields.report("numberPath", "is required together with invoiceElement") }
            if path != nil { fields.report("invoiceElement", "is required together with numberPath") }
            if element == nil, path == nil, mapping != nil {
                fields.report("mapping", "needs invoiceElement and numberPath, which say what a document is")
            }
            return (nil, nil)
        }
        let (name, place) = (SplitName(element), SplitPath(path))
        if name == nil { fields.report("invoiceElement", SplitName.rule) }
        if place == nil { fields.report("numberPath", SplitPath.rule) }
        guard let name, let place else { return (nil, nil) }
        return (SplitPlan(invoiceElement: name, numberPath: place, limits: splitLimits), mapping)
    }
}
