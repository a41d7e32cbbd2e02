/// A case for which a property does not hold, made as small as could be.
public struct Falsified: Error, CustomStringConvertible {
    public let description: String
}

/// Checks that `property` holds for many generated lists of steps, and shrinks the first list for which it does not.
///
/// Shrinking drops ever smaller pieces of the list as long as the property still fails, so what is printed is a list from which nothing
/// can be left out.
///
/// - Parameters:
///   - cases: how many lists are tried; each has a seed of its own, which is printed.
///   - generate: makes a list from chance.
///   - property: throws when it does not hold.
public func forAll<Step>(
    cases: Int = 1_000, seed: UInt64 = 1, generate: (inout SeededGenerator) -> [Step], property: ([Step]) throws -> Void
) throws {
    for index in 0..<cases {
        let caseSeed = seed &+ UInt64(index)
        var generator = SeededGenerator(seed: caseSeed)
        let steps = generate(&generator)
        guard let error = failure(of: property, for: steps) else { continue }
        let (smallest, reason) = shrink(steps, error, property)
        throw Falsified(
            description: """
                Seed \(caseSeed) falsifies the property: \(reason)
                Smallest case (\(smallest.count) of \(steps.count) steps):
                \(smallest.map { "  \($0)" }.joined(separator: "\n"))
                """)
    }
}

private func failure<Step>(of property: ([Step]) throws -> Void, for steps: [Step]) -> (any Error)? {
    do {
        try property(steps)
        return nil
    } catch {
        return error
    }
}

private func shrink<Step>(
    _ steps: [Step], _ error: any Error, _ property: ([Step]) throws -> Void
) -> ([Step], any Error) {
    var smallest = steps
    var reason = error
    var piece = max(1, steps.count / 2)
    while true {
        var start = 0
        var dropped = false
        while start < smallest.count {
            var candidate = smallest
            candidate.removeSubrange(start..<min(start + piece, smallest.count))
            if let error = failure(of: property, for: candidate) {
                smallest = candidate
                reason = error
                dropped = true
            } else {
                start += piece
            }
        }
        if piece > 1 { piece = max(1, piece / 2) } else if !dropped { return (smallest, reason) }
    }
}
