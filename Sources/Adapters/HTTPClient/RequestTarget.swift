import Domain

/// The path and query of a URL on their way through the HTTP library to the wire, where they must arrive byte for byte.
///
/// The library takes a request's target out of a Foundation `URL`, which gives `/` for a path whose percent-encoded bytes are not
/// text (`/%E2`), and encodes a URL with square brackets in its path anew. So what Foundation would look at is escaped once more, and
/// `ConnectionGuard` takes the escape away in front of the encoder.
enum RequestTarget {
    /// `pathAndQuery` with its percent signs and square brackets percent-encoded.
    static func escaped(_ pathAndQuery: String) -> String {
        guard pathAndQuery.utf8.contains(where: isEscaped) else { return pathAndQuery }
        var bytes: [UInt8] = []
        for byte in pathAndQuery.utf8 {
            switch byte {
            case UInt8(ascii: "%"): bytes += "%25".utf8
            case UInt8(ascii: "["): bytes += "%5B".utf8
            case UInt8(ascii: "]"): bytes += "%5D".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `escaped` was made from. In an escaped target no percent sign is but its own.
    static func restored(_ escaped: String) -> String {
        guard escaped.utf8.contains(UInt8(ascii: "%")) else { return escaped }
        var bytes: [UInt8] = []
        var skip = 0
        var code: UInt8 = 0
        for byte in escaped.utf8 {
            switch (skip, byte) {
            case (0, UInt8(ascii: "%")): skip = 2
            case (0, _): bytes.append(byte)
            case (2, _): (skip, code) = (1, byte)
            default:
                skip = 0
                bytes.append(
                    code == UInt8(ascii: "2") ? UInt8(ascii: "%") : byte == UInt8(ascii: "B") ? UInt8(ascii: "[") : UInt8(ascii: "]"))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }
}
