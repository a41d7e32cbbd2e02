/// Finds the name that the sender of an unknown one may have meant.
enum JSONNameHint {
    private static let maxBytes = 32

    /// The most similar of `known`: equal but for case, `_` and `-`, or at most two slips of the keyboard away, one in a
    /// short name. nil when none is.
    static func nearest(to name: String, among known: ArraySlice<StaticString>) -> StaticString? {
        guard name.utf8.count <= maxBytes else { return nil }
        let letters = folded(name)
        guard !letters.isEmpty else { return nil }
        var best: StaticString?
        var bestDistance = letters.count <= 3 ? 2 : 3
        for candidate in known where candidate.utf8CodeUnitCount <= maxBytes {
            let candidateLetters = folded(candidate.description)
            guard abs(candidateLetters.count - letters.count) < bestDistance else { continue }
            let distance = distance(letters, candidateLetters)
            if distance < bestDistance, distance < letters.count {
                best = candidate
                bestDistance = distance
            }
        }
        return best
    }

    /// The bytes without `_` and `-`, ASCII letters in lower case.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.compactMap { byte in
            if byte == 0x5F || byte == JSONBytes.minus { return nil }
            return byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
        }
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last.last ?? a.count
    }
}
