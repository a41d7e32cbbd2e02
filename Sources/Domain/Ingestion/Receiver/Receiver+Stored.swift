/// How receivers are kept by a store: JSON that only ever gains members.
extension Receiver {
    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int { plan.approximateBytes + 512 * secrets.count }

    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        json.object { json in
            json.field("status", status.rawValue)
            json.field("door", door)
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
            json.array("secrets") { json in
                for secret in secrets {
                    json.object { json in
                        json.field("id", secret.id.description)
                        json.field("sealed", Base64.encodeURL(secret.sealed.bytes))
                        json.field("createdAt", secret.createdAt.microseconds)
                        json.field("expiresAt", ifPresent: secret.expiresAt?.microseconds)
                    }
                }
            }
            json.object("plan") { json in
                plan.writeSettings(into: &json)
                json.field("fingerprint", Base64.encodeURL(plan.fingerprint.bytes))
            }
        }
        return json.bytes
    }

    init?(tenant: TenantId, name: SourceName, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let status = members.text("status").flatMap(Status.init(rawValue:)),
            let door = members.text("door"), let createdAt = members.instant("createdAt"), let updatedAt = members.instant("updatedAt"),
            let stored = members.objects("secrets"), let plan = Plan(StoredMembers(members.object("plan")))
        else { return nil }
        var secrets: [Secret] = []
        for member in stored {
            guard let id = member.text("id").flatMap({ UniqueId($0) }),
                let sealed = member.text("sealed").flatMap({ Base64.decodeURL($0) }),
                let createdAt = member.instant("createdAt")
            else { return nil }
            secrets.append(
                Secret(id: id, sealed: SealedBytes(bytes: sealed), createdAt: createdAt, expiresAt: member.instant("expiresAt")))
        }
        self.init(
            tenant: tenant, name: name, version: version, plan: plan, status: status, door: door, secrets: secrets, createdAt: createdAt,
            updatedAt: updatedAt)
    }
}

extension Receiver.Plan {
    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int { 2_048 + (mapping?.approximateBytes ?? 0) }

    /// Writes the members by which it is asked for, defaults included, but no secret.
    public func writeSettings(into json: inout JSONWriter) {
        json.field("scheme", scheme.name.rawValue)
        switch scheme {
        case .standardWebhooks: break
        case .sharedSecret(let header): json.field("secretHeader", header.value)
        case .hmac(let field):
            json.object("signature") { json in
                json.field("header", field.header.value)
                json.field("algorithm", field.algorithm.rawValue)
                json.field("encoding", field.encoding.rawValue)
                json.field("prefix", field.prefix)
                json.field("timestampHeader", ifPresent: field.timestamp?.value)
                json.field("content", field.content.description)
            }
        }
        switch messageId {
        case .standard, .digest: break
        case .header(let name): json.object("messageId") { $0.field("header", name.value) }
        case .body(let pointer): json.object("messageId") { $0.field("pointer", pointer.description) }
        }
        json.field("toleranceSeconds", tolerance.microseconds / 1_000_000)
        json.field("maxBytes", maxBytes)
        json.field("topic", ifPresent: topic?.value)
        json.field("invoiceElement", ifPresent: split?.invoiceElement.description)
        json.field("numberPath", ifPresent: split?.numberPath.description)
        if let mapping { json.object("mapping") { mapping.write(into: &$0) } }
    }

    fileprivate init?(_ members: StoredMembers) {
        guard let scheme = ReceiverScheme(members), let tolerance = members.integer("toleranceSeconds"),
            let maxBytes = members.integer("maxBytes"), let fingerprint = members.fingerprint("fingerprint")
        else { return nil }
        let place = StoredMembers(members.object("messageId"))
        let messageId: MessageIdPlace =
            if let header = place.text("header").flatMap(FieldName.init(_:)) {
                .header(header)
            } else if let pointer = place.text("pointer").flatMap(MessagePointer.init(_:)) {
                .body(pointer)
            } else {
                scheme == .standardWebhooks ? .standard : .digest
            }
        var split: SplitPlan?
        if let element = members.text("invoiceElement").flatMap({ SplitName($0) }),
            let path = members.text("numberPath").flatMap({ SplitPath($0) })
        {
            split = SplitPlan(invoiceElement: element, numberPath: path, limits: SubmittedReceiver.splitLimits)
        }
        var mapping: IngestionMapping?
        if let object = members.object("mapping") {
            guard let stored = IngestionMapping(stored: object) else { return nil }
            mapping = stored
        }
        self.init(
            scheme: scheme, messageId: messageId, tolerance: .seconds(tolerance), maxBytes: Int(clamping: maxBytes),
            topic: members.text("topic").flatMap(TopicName.init(_:)), split: split, mapping: mapping, fingerprint: fingerprint)
    }
}

extension ReceiverScheme {
    fileprivate init?(_ members: StoredMembers) {
        switch members.text("scheme").flatMap(Name.init(rawValue:)) {
        case .standardWebhooks?: self = .standardWebhooks
        case .sharedSecret?:
            guard let header = members.text("secretHeader").flatMap(FieldName.init(_:)) else { return nil }
            self = .sharedSecret(header)
        case .hmac?:
            let signature = StoredMembers(members.object("signature"))
            guard let header = signature.text("header").flatMap(FieldName.init(_:)),
                let algorithm = signature.text("algorithm").flatMap(SignatureField.Algorithm.init(rawValue:)),
                let encoding = signature.text("encoding").flatMap(SignatureField.Encoding.init(rawValue:)),
                let prefix = signature.text("prefix"), let content = signature.text("content").flatMap({ try? SignedContent($0) }),
                let field = try? SignatureField(
                    header: header, algorithm: algorithm, encoding: encoding, prefix: prefix,
                    timestamp: signature.text("timestampHeader").flatMap(FieldName.init(_:)), content: content)
            else { return nil }
            self = .hmac(field)
        case nil: return nil
        }
    }
}
