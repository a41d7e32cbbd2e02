internal import Glibc
public import Ports
internal import Synchronization

/// Random bits of the operating system (`getentropy(3)`), fetched in blocks so that one number costs a few nanoseconds.
///
/// Safe to use from any thread. Good enough for keys: nothing that was given out is kept.
public final class SystemEntropy: EntropySource {
    /// `getentropy` gives at most 256 bytes.
    private static let blockWords = 32
    private let block = Mutex<[UInt64]>([])

    public init() {}

    public func next() -> UInt64 {
        block.withLock { block in
            if block.isEmpty { block = Self.fetch() }
            if let word = block.popLast() { return word }
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        }
    }

    /// Nothing when the system refuses.
    private static func fetch() -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: blockWords) { buffer, count in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            count = bytes.baseAddress.map { getentropy($0, bytes.count) } == 0 ? blockWords : 0
        }
    }
}
