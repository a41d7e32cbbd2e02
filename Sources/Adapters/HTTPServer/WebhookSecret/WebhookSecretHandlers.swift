internal import Domain
internal import Ports

/// What the routes of the secrets that calls are signed with do. A secret is shown once, by the answer to the request that makes it.
struct WebhookSecretHandlers: Sendable {
    let desk: ItemDesk

    static let path = "/v1/webhook-secrets"
    static let standardOverlap = TimeSpan.hours(24)

    func create(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var scheme = WebhookScheme.hmacSHA256
        var given: WebhookSigningKey?
        var overlap = Self.standardOverlap
        if let value = try request.optionalJSON(limits: .standard) {
            var problems = JSONProblems()
            guard let read = problems.object(value, { Self.read(&$0) }) else { throw Problem(problems) }
            (scheme, given, overlap) = read
        }
        let signing: WebhookSigningKey
        if let given { signing = given } else { signing = try made(scheme) }
        let id = desk.newId()
        let now = desk.time.now()
        let context = SealContext(tenant: principal.tenant, id: id, field: .signingKey)
        let sealed: SealedBytes
        do {
            sealed = try desk.sealer.seal(Array(signing.secretText.utf8), context)
        } catch {
            throw Problem(error)
        }
        let key = WebhookKey(id: id, scheme: signing.scheme, sealed: sealed, publicKey: signing.publicText, createdAt: now)
        _ = try await desk.send(.webhookKeys(.add(key, overlap: overlap)), request, principal)
        // Of a pair nobody but the engine needs what signs; of a secret both sides need the same.
        let secret = signing.publicText == nil ? signing.secretText : nil
        return Reply.json(201, headers: [("Location", Self.path + "/" + id.description)]) {
            Self.write(key, secret: secret, to: &$0)
        }
    }

    private static func read(_ fields: inout JSONFields) -> (WebhookScheme, WebhookSigningKey?, TimeSpan)? {
        let scheme = fields.optionalChoice("scheme", of: WebhookScheme.self)
        let overlap = fields.optionalInt64("overlapSeconds", in: 0...(WebhookKeys.longestOverlap.milliseconds / 1_000))
        var key: WebhookSigningKey?
        if let text = fields.optionalString("secret", minBytes: 1, maxBytes: 256) {
            do throws(WebhookKeyError) {
                key = try WebhookSigningKey(text)
            } catch {
                fields.report("secret", error.description)
            }
        }
        if let scheme, let key, key.scheme != scheme { fields.report("secret", "must be a key of the scheme \(scheme.rawValue)") }
        return (key?.scheme ?? scheme ?? .hmacSHA256, key, overlap.map(TimeSpan.seconds) ?? standardOverlap)
    }

    private func made(_ scheme: WebhookScheme) throws(Problem) -> WebhookSigningKey {
        var random: [UInt8] = []
        while random.count < WebhookSigningKey.randomBytes {
            let word = desk.entropy.next()
            random += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        do {
            return try WebhookSigningKey(scheme, random: Array(random.prefix(WebhookSigningKey.randomBytes)))
        } catch {
            throw Problem(.internalError, "No key could be made.")
        }
    }

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var keys: [WebhookKey] = []
        if case .webhookKeys(let item)? = try await desk.item(.webhookKeys, tenant: principal.tenant) {
            keys = item.valid(at: desk.time.now())
        }
        return Reply.json(capacity: 64 + keys.count * 256) { json in
            json.object { json in
                json.array("items") { list in
                    for key in keys { Self.write(key, secret: nil, to: &list) }
                }
            }
        }
    }

    func delete(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        guard let text = request.pathParameter, let id = UniqueId(text) else { throw .noSuchSecret }
        try request.expectNoBody()
        let (_, changed) = try await desk.send(.webhookKeys(.delete(id)), request, principal)
        guard changed else { throw .noSuchSecret }
        return Reply(status: 204)
    }

    private static func write(_ key: WebhookKey, secret: String?, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", key.id.description)
            json.field("scheme", key.scheme.rawValue)
            json.field("secret", ifPresent: secret)
            json.field("publicKey", ifPresent: key.publicKey)
            json.field("createdAt", key.createdAt)
            json.field("expiresAt", key.expiresAt)
        }
    }
}
