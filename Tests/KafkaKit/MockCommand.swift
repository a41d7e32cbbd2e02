/// A line that the mock broker process takes from its standard input.
public struct MockCommand {
    private let words: [Substring]

    public init(_ line: String) { words = line.split(separator: " ") }

    /// - Returns: `ok`, or what was wrong.
    public func perform(on cluster: MockCluster) -> String {
        do {
            switch (word(0), words.count) {
            case ("topic", 3): try cluster.createTopic(word(1), partitions: number(2))
            case ("errors", 4): try cluster.fail(request: number(1), code: number(3), count: number(2))
            case ("down", 2): try cluster.takeDown(number(1))
            case ("up", 2): try cluster.bringUp(number(1))
            case ("rtt", 2): try cluster.delay(-1, milliseconds: number(1))
            case ("leader", 4): try cluster.lead(word(1), number(2), number(3))
            default:
                return "commands: topic <name> <partitions>, errors <api> <count> <code>, down <broker>, up <broker>, "
                    + "rtt <milliseconds>, leader <topic> <partition> <broker>"
            }
            return "ok"
        } catch {
            return "\(error)"
        }
    }

    private func word(_ index: Int) -> String { words.indices.contains(index) ? String(words[index]) : "" }

    private struct NotANumber: Error { let word: String }

    private func number<Number: FixedWidthInteger>(_ index: Int) throws -> Number {
        guard let number = Number(word(index)) else { throw NotANumber(word: word(index)) }
        return number
    }
}
