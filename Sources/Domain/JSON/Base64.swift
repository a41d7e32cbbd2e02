/// Base64 (RFC 4648): the standard alphabet with padding for content, the URL alphabet without padding for cursors.
public enum Base64 {
    /// - Returns: nil unless `text` is the one canonical encoding of some bytes (§3.5).
    public static func decode(_ text: String) -> [UInt8]? {
        let count = text.utf8.count
        guard count % 4 == 0 else { return nil }
        let padding = text.utf8.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return decode(text.utf8.dropLast(padding), plus: UInt8(ascii: "+"), slash: UInt8(ascii: "/"))
    }

    public static func decodeURL(_ text: String) -> [UInt8]? {
        decode(text.utf8[...], plus: UInt8(ascii: "-"), slash: UInt8(ascii: "_"))
    }

    private static func decode(_ text: Substring.UTF8View, plus: UInt8, slash: UInt8) -> [UInt8]? {
        var bytes: [UInt8] = []
        let count = text.count
        guard count % 4 != 1 else { return nil }
        bytes.reserveCapacity(count * 3 / 4)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for character in text {
            let value: UInt8
            switch character {
            case 0x41...0x5A: value = character - 0x41
            case 0x61...0x7A: value = character - 0x61 + 26
            case 0x30...0x39: value = character - 0x30 + 52
            case plus: value = 62
            case slash: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> held))
            }
        }
        return bits & ((1 << held) - 1) == 0 ? bytes : nil
    }

    private static let urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    public static func encodeURL(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { text in
            var written = 0
            var bits: UInt32 = 0
            var held: UInt32 = 0
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                held += 8
                while held >= 6 {
                    held -= 6
                    text[written] = urlAlphabet[Int(bits >> held & 63)]
                    written += 1
                }
            }
            if held > 0 {
                text[written] = urlAlphabet[Int(bits << (6 - held) & 63)]
                written += 1
            }
            return written
        }
    }
}
