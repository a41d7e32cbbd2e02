import PropertyKit

/// Cron expressions that are allowed, of all shapes.
enum RandomCron {
    /// - Parameter dense: with several occurrences a day, on many days.
    static func text(_ random: inout SeededGenerator, dense: Bool = false) -> String {
        let names = (
            ["jan", "FEB", "Mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "DEC"],
            ["sun", "Mon", "TUE", "wed", "thu", "fri", "sat"]
        )
        let fields = [
            field(0...59, star: 15, &random), field(0...23, star: dense ? 60 : 35, &random),
            field(1...31, star: dense ? 80 : 50, &random), field(1...12, star: dense ? 90 : 55, names: names.0, &random),
            field(0...7, star: dense ? 80 : 50, names: names.1, &random),
        ]
        return fields.joined(separator: " ")
    }

    private static func field(_ range: ClosedRange<Int>, star: Int, names: [String] = [], _ random: inout SeededGenerator) -> String {
        if random.chance(star) { return "*" }
        if random.chance(20) { return "*/\(Int.random(in: 1...min(range.upperBound, 30), using: &random))" }
        let count = random.chance(60) ? 1 : Int.random(in: 2...4, using: &random)
        return (0..<count).map { _ in element(range, names, &random) }.joined(separator: ",")
    }

    private static func element(_ range: ClosedRange<Int>, _ names: [String], _ random: inout SeededGenerator) -> String {
        func word(_ number: Int) -> String {
            let index = number - range.lowerBound
            return index < names.count && random.chance(40) ? names[index] : String(number)
        }
        let low = Int.random(in: range, using: &random)
        // A range of one number means the whole field to croniter.
        guard low < range.upperBound, random.chance(50) else { return word(low) }
        let high = Int.random(in: low + 1...range.upperBound, using: &random)
        // To croniter 0-7 is a range of one number: Sunday to Sunday.
        if range == 0...7, low == 0, high == 7 { return word(low) }
        let step = random.chance(35) ? "/\(Int.random(in: 1...max(1, high - low), using: &random))" : ""
        return word(low) + "-" + word(high) + step
    }
}
