/// A block of addresses that is not the public internet, and what it is for.
///
/// Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), the IPv4 and IPv6 Address Space registries,
/// and the RFCs named with each block.
struct SpecialPurposeRange: Sendable {
    let block: CIDR
    let purpose: String

    /// The block that makes `address` anything but public; nil for a public address. Of overlapping blocks the first counts.
    static func of(_ address: IPAddress) -> SpecialPurposeRange? {
        switch address {
        case .v4: v4.first { $0.block.contains(address) }
        case .v6(let bits): of(v6: bits)
        }
    }

    private static func of(v6 bits: UInt128) -> SpecialPurposeRange? {
        if let embedded = embeddedV4(bits) { return of(embedded) }
        let address = IPAddress.v6(bits)
        if let range = v6.first(where: { $0.block.contains(address) }) { return range }
        return globalUnicast.contains(address) ? nil : unallocated
    }

    /// The IPv4 address at which a packet to this IPv6 address ends, for the forms that are translated or tunnelled to it.
    private static func embeddedV4(_ bits: UInt128) -> IPAddress? {
        if bits >> 32 == 0xFFFF || bits >> 32 == 0x0064_FF9B_0000_0000_0000_0000 {  // IPv4-mapped; NAT64, RFC 6052
            return .v4(UInt32(truncatingIfNeeded: bits))
        }
        if bits >> 112 == 0x2002 { return .v4(UInt32(truncatingIfNeeded: bits >> 80)) }  // 6to4, RFC 3056
        return nil
    }

    private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ length: Int, _ purpose: String) -> SpecialPurposeRange {
        SpecialPurposeRange(block: CIDR(base: .v4(a << 24 | b << 16 | c << 8 | d), prefixLength: length), purpose: purpose)
    }

    /// `top` holds the first 64 bits.
    private static func v6(_ top: UInt64, _ length: Int, _ purpose: String) -> SpecialPurposeRange {
        SpecialPurposeRange(block: CIDR(base: .v6(UInt128(top) << 64), prefixLength: length), purpose: purpose)
    }

    private static let v4: [SpecialPurposeRange] = [
        v4(127, 0, 0, 0, 8, "loopback, RFC 1122"),
        v4(10, 0, 0, 0, 8, "private use, RFC 1918"),
        v4(172, 16, 0, 0, 12, "private use, RFC 1918"),
        v4(192, 168, 0, 0, 16, "private use, RFC 1918"),
        v4(169, 254, 0, 0, 16, "link-local with the metadata services of clouds, RFC 3927"),
        v4(100, 64, 0, 0, 10, "shared by carrier-grade NAT, RFC 6598"),
        v4(0, 0, 0, 0, 8, "this host and network, RFC 791"),
        v4(192, 0, 0, 0, 24, "IETF protocol assignments, RFC 6890"),
        v4(192, 0, 2, 0, 24, "documentation, RFC 5737"),
        v4(198, 51, 100, 0, 24, "documentation, RFC 5737"),
        v4(203, 0, 113, 0, 24, "documentation, RFC 5737"),
        v4(198, 18, 0, 0, 15, "benchmarking, RFC 2544"),
        v4(192, 88, 99, 0, 24, "deprecated 6to4 relays, RFC 7526"),
        // Public by its number, but reachable only inside Azure, where it serves the machine's own platform.
        v4(168, 63, 129, 16, 32, "platform service of a cloud"),
        v4(224, 0, 0, 0, 4, "multicast, RFC 1112"),
        v4(255, 255, 255, 255, 32, "limited broadcast, RFC 919"),
        v4(240, 0, 0, 0, 4, "reserved, RFC 1112"),
    ]

    private static let v6: [SpecialPurposeRange] = [
        SpecialPurposeRange(block: CIDR(base: .v6(1), prefixLength: 128), purpose: "loopback, RFC 4291"),
        SpecialPurposeRange(block: CIDR(base: .v6(0), prefixLength: 128), purpose: "unspecified, RFC 4291"),
        SpecialPurposeRange(block: CIDR(base: .v6(0), prefixLength: 96), purpose: "deprecated IPv4-compatible, RFC 4291"),
        v6(0xFC00_0000_0000_0000, 7, "unique local, RFC 4193"),
        v6(0xFE80_0000_0000_0000, 10, "link-local, RFC 4291"),
        v6(0xFEC0_0000_0000_0000, 10, "deprecated site-local, RFC 3879"),
        v6(0xFF00_0000_0000_0000, 8, "multicast, RFC 4291"),
        v6(0x0064_FF9B_0001_0000, 48, "local-use IPv4/IPv6 translation, RFC 8215"),
        v6(0x0100_0000_0000_0000, 64, "discard-only, RFC 6666"),
        v6(0x0100_0000_0000_0001, 64, "dummy prefix, RFC 9780"),
        v6(0x2001_0000_0000_0000, 32, "Teredo, RFC 4380"),
        v6(0x2001_0002_0000_0000, 48, "benchmarking, RFC 5180"),
        v6(0x2001_0000_0000_0000, 23, "IETF protocol assignments, RFC 2928"),
        v6(0x2001_0DB8_0000_0000, 32, "documentation, RFC 3849"),
        v6(0x3FFF_0000_0000_0000, 20, "documentation, RFC 9637"),
        v6(0x5F00_0000_0000_0000, 16, "segment routing, RFC 9602"),
    ]

    private static let globalUnicast = CIDR(base: .v6(UInt128(0x2000_0000_0000_0000) << 64), prefixLength: 3)
    private static let unallocated = SpecialPurposeRange(
        block: CIDR(base: .v6(0), prefixLength: 0), purpose: "not in 2000::/3, the global unicast space, RFC 4291")
}
