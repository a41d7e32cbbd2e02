public import Domain
public import Ports

/// A sealer for tests and the simulation: without keys or chance, so that a run can be repeated. What it seals cannot be found by searching for
/// it, and opens under its own context alone; it keeps no secret.
public struct InMemorySealer: Sealer {
    private static let tagBytes = 8

    public init() {}

    public func seal(_ clear: [UInt8], _ context: SealContext) -> SealedBytes {
        let seed = Self.mix(context.bytes, 14_695_981_039_346_656_037)
        return SealedBytes(bytes: Self.bytes(of: Self.mix(clear, seed)) + Self.covered(clear, seed))
    }

    public func open(_ sealed: SealedBytes, _ context: SealContext) throws(SealError) -> [UInt8] {
        guard sealed.bytes.count >= Self.tagBytes else { throw .damaged }
        let seed = Self.mix(context.bytes, 14_695_981_039_346_656_037)
        let clear = Self.covered(Array(sealed.bytes.dropFirst(Self.tagBytes)), seed)
        guard sealed.bytes.prefix(Self.tagBytes).elementsEqual(Self.bytes(of: Self.mix(clear, seed))) else { throw .damaged }
        return clear
    }

    /// The bytes under a stream that follows from the seed (SplitMix64); doing it twice takes it away.
    private static func covered(_ bytes: [UInt8], _ seed: UInt64) -> [UInt8] {
        var state = seed
        return bytes.map { byte in
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            // Never a zero, so that no byte shows through.
            return byte ^ UInt8(truncatingIfNeeded: 1 + (word ^ (word >> 31)) % 255)
        }
    }

    private static func mix(_ bytes: [UInt8], _ start: UInt64) -> UInt64 {
        bytes.reduce(start) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }

    private static func bytes(of word: UInt64) -> [UInt8] {
        (0..<tagBytes).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
}
