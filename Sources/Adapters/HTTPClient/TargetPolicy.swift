/// Which addresses calls may be sent to: those of the public internet, and what the operator allows on top.
///
/// It judges addresses, never names: a name says nothing of where it leads.
public struct TargetPolicy: Sendable {
    /// Blocks that may be reached although they are not public.
    public let allowed: [CIDR]

    public init(allowed: [CIDR] = []) { self.allowed = allowed }

    /// Nil when `address` may be reached, otherwise why not.
    ///
    /// An IPv6 form that is translated or tunnelled to an IPv4 address (IPv4-mapped, NAT64, 6to4) is judged by that address;
    /// Teredo is refused always.
    public func refusal(of address: IPAddress) -> TargetRefusal? {
        guard let range = SpecialPurposeRange.of(address) else { return nil }
        return allowed.contains { $0.contains(address) } ? nil : TargetRefusal(range: range.block, purpose: range.purpose)
    }

    /// The first refusal among `addresses`; one address that may not be reached refuses them all, since whoever chooses
    /// among them later might choose that one.
    public func refusal(of addresses: [IPAddress]) -> TargetRefusal? {
        for address in addresses { if let refusal = refusal(of: address) { return refusal } }
        return nil
    }
}

/// Why an address is not a target. Names the range and not the address, so that nobody can read a private network's names through it.
public struct TargetRefusal: Hashable, Sendable, CustomStringConvertible {
    public let range: CIDR
    /// What the range is for, and where that is written.
    public let purpose: String

    public var description: String { "\(range) (\(purpose))" }
}
