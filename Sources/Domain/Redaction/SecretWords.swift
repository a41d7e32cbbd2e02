/// Words that are looked for in names without regard to case (of ASCII letters).
///
/// Every request's names are searched on its way in and out, so the words lie in one piece, and a set of their first letters spares most of
/// the comparing.
struct SecretWords: Hashable, Sendable {
    /// The words in lower case, each behind its length.
    private let packed: [UInt8]
    /// A bit for the last five bits of each word's first byte.
    private let initials: UInt32

    /// - Parameter words: of at most 255 bytes each; the rest of a longer one is not looked for. Empty ones are left out.
    init(_ words: [String]) {
        var packed: [UInt8] = []
        var initials: UInt32 = 0
        for word in words {
            let bytes = word.lowercased().utf8.prefix(255)
            guard let first = bytes.first else { continue }
            packed.append(UInt8(bytes.count))
            packed.append(contentsOf: bytes)
            initials |= 1 << UInt32(first & 0x1F)
        }
        (self.packed, self.initials) = (packed, initials)
    }

    func areFound(in name: UnsafeBufferPointer<UInt8>) -> Bool {
        packed.withUnsafeBufferPointer { packed in
            for start in name.indices where initials & (1 << UInt32(name[start] & 0x1F)) != 0 {
                var word = 0
                while word < packed.count {
                    let length = Int(packed[word])
                    if Self.stands(packed[(word + 1)...].prefix(length), in: name, at: start) { return true }
                    word += 1 + length
                }
            }
            return false
        }
    }

    private static func stands(_ word: Slice<UnsafeBufferPointer<UInt8>>, in name: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        guard name.count - start >= word.count else { return false }
        var place = start
        for byte in word {
            let other = name[place]
            guard byte == ((0x41...0x5A).contains(other) ? other | 0x20 : other) else { return false }
            place += 1
        }
        return true
    }
}
