internal import Crypto
internal import JWTKit

/// The Ed25519 key (RFC 8032, RFC 8037) by which tokens are signed and checked.
public struct TokenKey: Sendable {
    /// Bytes of the seed from which the key is made.
    public static let seedBytes = 32

    let keys: JWTKeyCollection

    /// - Parameter seed: `seedBytes` secret random bytes.
    /// - Throws: `TokenKeyError` for another number of bytes.
    public init(seed: [UInt8]) async throws(TokenKeyError) {
        guard seed.count == Self.seedBytes, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw TokenKeyError(bytes: seed.count)
        }
        keys = JWTKeyCollection()
        await keys.add(eddsa: EdDSA.PrivateKey(backing: key))
    }
}

/// The seed of a token key has the wrong size.
public struct TokenKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    public let bytes: Int
    public var description: String { "a token key is made from \(TokenKey.seedBytes) bytes, not \(bytes)" }
}
