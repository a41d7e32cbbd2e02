import Crypto
import Domain

/// Signs as a sender does.
enum Signer {
    /// The HMAC-SHA256 of `head` and the body by the tests' secret, in hexadecimal.
    static func hmac(_ head: String, _ body: [UInt8]) -> String? {
        let key = SymmetricKey(data: Array(ReceiverCheckTests.secret.utf8))
        return HMAC<SHA256>.authenticationCode(for: Array(head.utf8) + body, using: key).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
    }
}
