/// An IPv4 or IPv6 address, known by its bits alone.
public enum IPAddress: Hashable, Sendable {
    /// 32 bits, the first octet the most significant.
    case v4(UInt32)
    /// 128 bits, the first octet the most significant. A zone is not kept: only link-local addresses have one.
    case v6(UInt128)

    /// Reads the one strict spelling of RFC 6943 §3.1.1 for IPv4 (four decimal octets without leading zeros) and those of
    /// RFC 4291 §2.2 for IPv6; nil for anything else. Looser spellings, which a system's resolver may take for an address
    /// (`127.1`, `0x7f000001`, `2130706433`), are left to the resolver.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(Self.longestText + 1))
        guard bytes.count <= Self.longestText else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.parseV6(bytes[...]) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.parseV4(bytes[...]) else { return nil }
            self = .v4(bits)
        }
    }

    /// The IPv4 address inside `::ffff:0:0/96`, which is the same destination; any other address is its own.
    public var unmapped: IPAddress {
        if case .v6(let bits) = self, bits >> 32 == 0xFFFF { return .v4(UInt32(truncatingIfNeeded: bits)) }
        return self
    }

    /// The length of "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
    private static let longestText = 45
}

extension IPAddress {
    private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        var octets = 0
        for part in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var octet: UInt32 = 0
            for byte in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
            }
            guard octet <= 255, octets < 4 else { return nil }
            bits = bits << 8 | octet
            octets += 1
        }
        return octets == 4 ? bits : nil
    }

    private static func parseV6(_ text: ArraySlice<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var previous: UInt8?
        var gap: Int?
        for (index, byte) in zip(text.indices, text) {
            if byte == colon, previous == colon {
                gap = index
                break
            }
            previous = byte
        }
        guard let gap else {
            guard let groups = groups(text, mayEndInV4: true), groups.count == 8 else { return nil }
            return joined(groups)
        }
        guard let front = groups(text[..<(gap - 1)], mayEndInV4: false), let back = groups(text[(gap + 1)...], mayEndInV4: true),
            front.count + back.count <= 7
        else { return nil }
        return joined(front + Array(repeating: 0, count: 8 - front.count - back.count) + back)
    }

    private static func groups(_ text: ArraySlice<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let bits = parseV4(part) else { return nil }
                groups.append(UInt16(truncatingIfNeeded: bits >> 16))
                groups.append(UInt16(truncatingIfNeeded: bits))
            } else {
                guard (1...4).contains(part.count), let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16),
                    part.first != UInt8(ascii: "+")
                else { return nil }
                groups.append(group)
            }
        }
        return groups.count <= 8 ? groups : nil
    }

    private static func joined(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text: dotted decimal, or RFC 5952.
    public var description: String {
        switch self {
        case .v4(let bits): Self.dotted(bits)
        case .v6(let bits): Self.colons(bits)
        }
    }

    private static func dotted(_ bits: UInt32) -> String {
        "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }

    private static func colons(_ bits: UInt128) -> String {
        if bits >> 32 == 0xFFFF { return "::ffff:" + dotted(UInt32(truncatingIfNeeded: bits)) }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        var longest = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(1, longest.count) { longest = start..<index }
            start = index + 1
        }
        func text(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        return longest.isEmpty ? text(groups[...]) : text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
