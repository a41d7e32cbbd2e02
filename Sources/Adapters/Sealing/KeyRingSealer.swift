internal import Crypto
public import Domain
public import Ports
internal import Synchronization

/// Seals by AES-256-GCM (NIST SP 800-38D).
///
/// A nonce must never come twice under one key, and random ones may be drawn for 2³² messages only, which a busy engine reaches within days.
/// So each sealer draws a salt when it is made and derives a key of its own from the newest key of the ring and the salt (HKDF, RFC 5869);
/// under that key the nonce is a counter. Nothing is drawn per message, and the number of messages has no limit that matters.
///
/// Format 1, which stored seals depend on and so never changes: a byte 1, the identifier of the ring's key (4 bytes), the salt (12), the
/// counter (8), the ciphertext, the tag (16). Numbers are big-endian; the nonce is four zero bytes and the counter.
public final class KeyRingSealer: Sealer {
    private static let format: UInt8 = 1
    private static let saltBytes = 12
    private static let headBytes = 1 + 4 + saltBytes + 8
    private static let tagBytes = 16
    /// Derived keys of other sealers that are kept: one for each start of an engine that left something sealed.
    private static let maxDerived = 1_024

    private struct Origin: Hashable {
        let key: UInt32
        let salt: [UInt8]
    }

    private let ring: KeyRing
    private let own: Origin
    private let ownKey: SymmetricKey
    /// The part of every seal that stays the same.
    private let head: [UInt8]
    private let counter = Atomic<UInt64>(0)
    private let derived = Mutex<[Origin: SymmetricKey]>([:])

    /// - Parameter salt: 12 bytes that no sealer with the same ring has had; random when nil.
    public init(_ ring: KeyRing, salt: [UInt8]? = nil) {
        self.ring = ring
        let salt = salt ?? Array(SymmetricKey(size: .init(bitCount: Self.saltBytes * 8)).withUnsafeBytes { Array($0) })
        own = Origin(key: ring.newest.id, salt: salt)
        ownKey = Self.derive(ring.newest.master, salt)
        var head = [Self.format]
        withUnsafeBytes(of: ring.newest.id.bigEndian) { head.append(contentsOf: $0) }
        self.head = head + salt
    }

    private static func derive(_ master: SymmetricKey, _ salt: [UInt8]) -> SymmetricKey {
        let info = Array("ledgerflow sealing v1\u{0}".utf8)
        return HKDF<SHA256>.deriveKey(inputKeyMaterial: master, salt: salt, info: info, outputByteCount: KeyRing.keyBytes)
    }

    public func seal(_ clear: [UInt8], _ context: SealContext) throws(SealError) -> SealedBytes {
        let count = counter.wrappingAdd(1, ordering: .relaxed).newValue
        do {
            let nonce = Self.nonce(count)
            let box = try AES.GCM.seal(clear, using: ownKey, nonce: AES.GCM.Nonce(data: nonce), authenticating: context.bytes)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Self.headBytes + clear.count + Self.tagBytes)
            bytes.append(contentsOf: head)
            bytes.append(contentsOf: nonce[4...])
            bytes.append(contentsOf: box.ciphertext)
            bytes.append(contentsOf: box.tag)
            return SealedBytes(bytes: bytes)
        } catch {
            throw .unusable("the sealing key cannot be used")
        }
    }

    private static func nonce(_ count: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 12) { buffer, filled in
            for index in 0..<12 { buffer[index] = index < 4 ? 0 : UInt8(truncatingIfNeeded: count >> UInt64(8 * (11 - index))) }
            filled = 12
        }
    }

    public func open(_ sealed: SealedBytes, _ context: SealContext) throws(SealError) -> [UInt8] {
        let bytes = sealed.bytes
        guard bytes.count >= Self.headBytes + Self.tagBytes, bytes[0] == Self.format else { throw .damaged }
        let origin = Origin(key: bytes[1..<5].reduce(0) { $0 << 8 | UInt32($1) }, salt: Array(bytes[5..<(5 + Self.saltBytes)]))
        let key = try key(of: origin)
        do {
            let nonce = try AES.GCM.Nonce(data: [0, 0, 0, 0] + bytes[(5 + Self.saltBytes)..<Self.headBytes])
            let box = try AES.GCM.SealedBox(
                nonce: nonce, ciphertext: bytes[Self.headBytes..<(bytes.count - Self.tagBytes)], tag: bytes.suffix(Self.tagBytes))
            return Array(try AES.GCM.open(box, using: key, authenticating: context.bytes))
        } catch {
            throw .damaged
        }
    }

    private func key(of origin: Origin) throws(SealError) -> SymmetricKey {
        if origin == own { return ownKey }
        if let key = derived.withLock({ $0[origin] }) { return key }
        guard let master = ring.keys.last(where: { $0.id == origin.key })?.master else {
            throw .keyMissing(key: KeyRing.text(origin.key))
        }
        let key = Self.derive(master, origin.salt)
        derived.withLock { derived in
            if derived.count >= Self.maxDerived { derived.removeAll() }
            derived[origin] = key
        }
        return key
    }
}
