/// A user and a password for basic authentication (RFC 7617). It prints as its user alone, so that the password cannot get into a log by
/// accident.
public struct BasicCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let user: String
    public let password: String

    /// How long each of the two may be, in bytes.
    public static let maxBytes = 255

    /// - Throws: `BasicCredentialsError` when the user is empty or holds a colon, or one of the two is too long or holds a control character.
    public init(user: String, password: String) throws(BasicCredentialsError) {
        guard !user.isEmpty else { throw .userMissing }
        guard !user.utf8.contains(UInt8(ascii: ":")) else { throw .userHoldsColon }
        for text in [user, password] {
            guard text.utf8.count <= Self.maxBytes else { throw .tooLong }
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) else { throw .controlCharacter }
        }
        self.user = user
        self.password = password
    }

    /// The value of the `Authorization` field; the two in UTF-8, as RFC 7617 §2.1 recommends.
    public var authorization: String { "Basic " + token }

    private var token: String { Base64.encode(Array("\(user):\(password)".utf8)) }

    /// `text` with the password, and what is sent of it, replaced: a source may repeat what it was sent. Also as it looks on one line.
    ///
    /// - Parameter isCut: whether the text was longer, so that it may end within one of the two.
    public func redacted(_ text: String, isCut: Bool = false) -> String {
        var text = text
        for secret in [token, password, ForeignText.shown(password, atMost: Self.maxBytes)] where !secret.isEmpty {
            text = Self.replacing(secret, in: text, isCut: isCut)
        }
        return text
    }

    private static func replacing(_ secret: String, in text: String, isCut: Bool) -> String {
        let (secret, bytes) = (Array(secret.utf8), Array(text.utf8))
        var kept: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: secret) {
                kept += RedactionPolicy.mark.utf8
                index += secret.count
            } else if isCut, secret.starts(with: rest) {
                kept += RedactionPolicy.mark.utf8
                break
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return kept == bytes ? text : String(decoding: kept, as: UTF8.self)
    }

    public var description: String { "BasicCredentials(user: \(user))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}

/// Why a user and a password cannot be sent.
public enum BasicCredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    case userMissing, userHoldsColon, tooLong, controlCharacter

    public var description: String {
        switch self {
        case .userMissing: "the user name is empty; give one, or leave out both user name and password"
        case .userHoldsColon: "the user name holds a colon, which basic authentication cannot carry; use another user"
        case .tooLong: "the user name and the password may each be at most \(BasicCredentials.maxBytes) bytes long"
        case .controlCharacter: "the user name or the password holds a control character (a line break, for instance); remove it"
        }
    }
}
