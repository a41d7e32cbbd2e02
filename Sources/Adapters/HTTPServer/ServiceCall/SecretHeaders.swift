/// Which header fields may hold a secret, and so are never shown.
enum SecretHeaders {
    static let shown = "[redacted]"
    private static let words = ["authorization", "cookie", "token", "secret", "key", "password", "signature"].map {
        Array($0.utf8)
    }

    /// Whether a field's name holds one of the words, in any case.
    static func contains(_ name: String) -> Bool {
        let name = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return words.contains { word in
            guard name.count >= word.count else { return false }
            return (0...(name.count - word.count)).contains { start in name[start..<(start + word.count)].elementsEqual(word) }
        }
    }
}
