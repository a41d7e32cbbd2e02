public import Ports
internal import Synchronization

/// Random bits of the operating system, fetched in blocks so that one number costs a few nanoseconds.
///
/// Safe to use from any thread. Good enough for keys: nothing given out is kept.
public final class SystemEntropy: EntropySource {
    private struct Block {
        var words: [UInt64] = []
    }

    private static let blockWords = 512
    private let block = Mutex(Block())

    public init() {}

    public func next() -> UInt64 {
        block.withLock { block in
            if let word = block.words.popLast() { return word }
            var generator = SystemRandomNumberGenerator()
            block.words.reserveCapacity(Self.blockWords)
            for _ in 1..<Self.blockWords { block.words.append(generator.next()) }
            return generator.next()
        }
    }
}
