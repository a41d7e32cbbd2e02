/// Which partition owns a consistency key: FNV-1a, 64 bits, over the key's bytes, its halves folded together, modulo the number of
/// partitions. Folded, because the low bits of FNV-1a alone see only the low bits of each byte.
///
/// It is part of the stored format (a store is created with its number of partitions and keeps it), so it never changes;
/// golden vectors in the tests hold it. Source of the hash: draft-eastlake-fnv, offset basis 14695981039346656037, prime
/// 1099511628211.
public enum PartitionHash {
    /// The partition of a service call: its key is the tenant's bytes, a zero byte, and the identifier's 16 bytes.
    ///
    /// - Parameter count: number of partitions; values below 1 count as 1.
    public static func partition(tenant: TenantId, id: UniqueId, count: Int) -> Int {
        var hash = FNV1a()
        for byte in tenant.value.utf8 { hash.add(byte) }
        hash.add(0)
        for shift in stride(from: UInt64(56), through: 0, by: -8) { hash.add(UInt8(truncatingIfNeeded: id.high >> shift)) }
        for shift in stride(from: UInt64(56), through: 0, by: -8) { hash.add(UInt8(truncatingIfNeeded: id.low >> shift)) }
        return Int((hash.value ^ (hash.value >> 32)) % UInt64(max(1, count)))
    }

    /// The partition of a tenant's books: its key is the tenant's bytes.
    public static func partition(tenant: TenantId, count: Int) -> Int {
        var hash = FNV1a()
        for byte in tenant.value.utf8 { hash.add(byte) }
        return Int((hash.value ^ (hash.value >> 32)) % UInt64(max(1, count)))
    }

    private struct FNV1a {
        var value: UInt64 = 14_695_981_039_346_656_037
        mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 1_099_511_628_211 }
    }
}
