internal import Crypto
internal import Domain
internal import JWTKit
public import Ports
internal import Synchronization

/// Accepts the tokens that `TokenIssuer` makes with the same key, and no others.
///
/// The algorithm must be EdDSA, whatever the token says of itself (RFC 8725 §3.1); issuer, tenant, roles, subject, `exp` and
/// `nbf` are checked, the times with a leeway of 60 seconds. Tokens over 8 kB are refused unread. What was verified once is
/// remembered under the token's SHA-256, in a table of bounded size; the times are checked at each use all the same.
public final class TokenAuthenticator: Authenticator {
    static let maxTokenBytes = 8_192
    static let leewaySeconds: Int64 = 60

    private let key: TokenKey
    private let time: any TimeSource
    private let capacity: Int
    private let known: Mutex<KnownTokens>

    /// - Parameter capacity: how many verified tokens are remembered; at least one.
    public init(key: TokenKey, time: any TimeSource, capacity: Int = 10_000) {
        self.key = key
        self.time = time
        self.capacity = max(1, capacity)
        known = Mutex(KnownTokens(generationSize: max(1, capacity / 2)))
    }

    public func authenticate(bearer token: String) async throws(AuthenticationError) -> Caller {
        guard token.utf8.count <= Self.maxTokenBytes else { throw .malformed }
        let digest = Self.digest(token)
        let seconds = time.now().microseconds / 1_000_000
        if let verified = known.withLock({ $0.find(digest) }) {
            try verified.check(seconds)
            return verified.caller
        }
        let verified = try await verify(token)
        try verified.check(seconds)
        known.withLock { $0.insert(digest, verified) }
        return verified.caller
    }

    /// How many tokens are remembered now.
    var rememberedCount: Int { known.withLock { $0.count } }

    private static func digest(_ token: String) -> TokenDigest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var hash = SHA256()
        var token = token
        token.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        hash.finalize().withUnsafeBytes { bytes in
            words.0 = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
            words.1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            words.2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            words.3 = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        }
        return TokenDigest(a: words.0, b: words.1, c: words.2, d: words.3)
    }

    private func verify(_ token: String) async throws(AuthenticationError) -> VerifiedToken {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
            Base64URL.decode(parts[2])?.count == 64
        else { throw .malformed }
        try Self.checkHeader(header)
        let claims: TokenClaims
        do {
            claims = try await key.keys.verify(token, as: TokenClaims.self)
        } catch let error as JWTError where error.errorType == .signatureVerificationFailed {
            throw .signature
        } catch {
            throw .malformed
        }
        guard claims.iss == TokenClaims.issuer else { throw .signature }
        guard TokenClaims.isSound(body) else { throw .malformed }
        return VerifiedToken(caller: try Self.caller(claims), expires: claims.exp, starts: claims.nbf)
    }

    /// A role that is not known is refused, and never passed over: what it was meant to withhold is not known either.
    private static func caller(_ claims: TokenClaims) throws(AuthenticationError) -> Caller {
        let roles = claims.roles?.map { Role(rawValue: $0) }
        if let roles, roles.contains(nil) { throw .role }
        let known = roles?.compactMap { $0 }
        if let known, known.contains(.operator) {
            guard known == [.operator] else { throw .role }
            guard claims.tenant == nil else { throw .tenant }
            return .operator(EngineOperator(subject: claims.sub))
        }
        guard let tenant = claims.tenant.flatMap({ TenantId($0) }) else { throw .tenant }
        return .tenant(Principal(tenant: tenant, subject: claims.sub, roles: known))
    }

    /// The algorithm is ours to choose, not the token's; a key reference or an extension that we do not know is refused.
    private static func checkHeader(_ bytes: [UInt8]) throws(AuthenticationError) {
        guard let value = try? JSONReader.read(bytes), case .object(let header) = value else { throw .malformed }
        guard case .string("EdDSA") = header["alg"] else { throw .signature }
        for member in header.members where member.name != "alg" {
            guard member.name == "typ", case .string("JWT") = member.value else { throw .malformed }
        }
    }
}

/// The SHA-256 of a token.
struct TokenDigest: Hashable, Sendable {
    let a: UInt64
    let b: UInt64
    let c: UInt64
    let d: UInt64
}

/// What a verified token stands for, and when.
struct VerifiedToken: Sendable {
    let caller: Caller
    /// Seconds since the epoch.
    let expires: Int64
    let starts: Int64?

    func check(_ now: Int64) throws(AuthenticationError) {
        let leeway = TokenAuthenticator.leewaySeconds
        guard now < expires.addingReportingOverflow(leeway).partialValue || expires > Int64.max - leeway else { throw .expired }
        if let starts, now < starts.subtractingReportingOverflow(leeway).partialValue, starts >= Int64.min + leeway {
            throw .expired
        }
    }
}

/// Verified tokens in two generations: what was not used during a whole generation is forgotten, at no cost per use.
struct KnownTokens: ~Copyable {
    private let generationSize: Int
    private var young: [TokenDigest: VerifiedToken] = [:]
    private var old: [TokenDigest: VerifiedToken] = [:]

    init(generationSize: Int) { self.generationSize = generationSize }

    var count: Int { young.count + old.count }

    mutating func find(_ digest: TokenDigest) -> VerifiedToken? {
        if let token = young[digest] { return token }
        guard let token = old.removeValue(forKey: digest) else { return nil }
        insert(digest, token)
        return token
    }

    mutating func insert(_ digest: TokenDigest, _ token: VerifiedToken) {
        if young.count >= generationSize, young[digest] == nil {
            old = young
            young = [:]
        }
        young[digest] = token
    }
}
