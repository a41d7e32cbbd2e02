/// A block of addresses in the notation of RFC 4632 and RFC 4291 §2.3: `10.0.0.0/8`, `fd00::/8`. An address without a length is a
/// block of one.
public struct CIDR: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the block.
    public let base: IPAddress
    /// How many leading bits the block's addresses share: 0 to 32, or 0 to 128.
    public let prefixLength: Int

    /// - Throws: `CIDRError` that says what is wrong with `text`.
    public init(_ text: String) throws(CIDRError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { throw .address }
        var length = base.width
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(digits),
                given <= base.width
            else { throw .prefixLength(most: base.width) }
            length = given
        }
        guard base.prefix(length) == base else { throw .hostBits(shouldBe: "\(base.prefix(length))/\(length)") }
        (self.base, prefixLength) = (base, length)
    }

    init(base: IPAddress, prefixLength: Int) {
        (self.base, self.prefixLength) = (base.prefix(prefixLength), prefixLength)
    }

    /// Whether `address` lies in the block. An IPv4 block also holds its addresses' IPv4-mapped form (`::ffff:a.b.c.d`): it is
    /// the same destination.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4, .v4), (.v6, .v6): address.prefix(prefixLength) == base
        case (.v4, .v6):
            if case .v4 = address.unmapped { address.unmapped.prefix(prefixLength) == base } else { false }
        case (.v6, .v4): false
        }
    }

    public var description: String { "\(base)/\(prefixLength)" }
}

/// Why a text is not a block of addresses.
public enum CIDRError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The part before the slash is not an IPv4 or IPv6 address.
    case address
    /// The part behind the slash is not a length of the address's family.
    case prefixLength(most: Int)
    /// The address has bits behind the prefix; most likely another block was meant.
    case hostBits(shouldBe: String)

    public var description: String {
        switch self {
        case .address: "must start with an IPv4 or IPv6 address, as in 10.0.0.0/8 or fd00::/8"
        case .prefixLength(let most): "must end with a prefix length between 0 and \(most)"
        case .hostBits(let shouldBe): "has bits set behind its prefix; \(shouldBe) is the block that holds it"
        }
    }
}

extension IPAddress {
    /// Bits of an address of this family.
    var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The address with all bits behind the first `length` cleared.
    func prefix(_ length: Int) -> IPAddress {
        // A shift by the whole width gives zero in Swift.
        switch self {
        case .v4(let bits): .v4(bits & (.max << UInt32(32 - min(max(length, 0), 32))))
        case .v6(let bits): .v6(bits & (.max << UInt128(128 - min(max(length, 0), 128))))
        }
    }
}
