/// How one column's values are made for the n-th call, learnt from the rows that the engine wrote.
///
/// Sizes, storage classes and the spread of keys stay as they were: a key of random bytes stays random, a number that
/// counts up counts up, a due time is drawn from the range seen.
struct ColumnShape: Sendable {
    private enum Kind: Sendable {
        /// The same in all rows.
        case constant(Cell)
        /// The store's partitions in turn.
        case cycle([Cell])
        /// A number that grows by one with each call.
        case counting(from: Int64)
        /// A key of which the upper bits name the partition: the partitions in turn, counting up within each.
        case countingWithin(partitions: [Int64])
        /// A number anywhere in a range.
        case within(from: Int64, count: UInt64)
        /// Bytes of which each is one of those seen at its place.
        case drawn(places: [[UInt8]], isText: Bool, numbersFrom: [Int])
    }

    /// The engine's row keys are `partition * 2^40 + ordinal`.
    private static let ordinalBits: Int64 = 40

    let name: String
    private let kind: Kind
    private let salt: UInt64

    /// - Parameters:
    ///   - values: the column's values in the sampled rows.
    ///   - isKey: whether the column is part of the primary key or of a unique index.
    init(name: String, values: [Cell], isKey: Bool) {
        self.name = name
        salt = name.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        let distinct = Set(values)
        guard distinct.count > 1 else {
            kind = .constant(values.first ?? .null)
            return
        }
        let numbers = values.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        if name.contains("partition"), !numbers.isEmpty {
            // In ascending order, as the partitions inside keys, so that the columns of one row agree.
            kind = .cycle(Set(numbers).sorted().map { .integer($0) })
            return
        }
        if numbers.count == values.count, let low = numbers.min(), let high = numbers.max() {
            if name.contains("due") {
                kind = .within(from: low, count: UInt64(high - low) + 1)
            } else if isKey {
                let partitions = Set(numbers.map { $0 >> Self.ordinalBits }).sorted()
                kind = partitions == [0] ? .counting(from: 1) : .countingWithin(partitions: partitions)
            } else {
                kind = .counting(from: low)
            }
            return
        }
        let samples = values.compactMap { Self.bytes($0) }
        let isSameLength = Set(samples.map(\.bytes.count)).count == 1
        guard isKey, samples.count == values.count, isSameLength, let first = samples.first else {
            kind = .cycle(values)
            return
        }
        kind = Self.drawn(from: samples.map(\.bytes), isText: first.isText)
    }

    /// The column's value in the rows of call `number`.
    func value(_ number: Int64) -> Cell {
        switch kind {
        case .constant(let cell): return cell
        case .cycle(let cells): return cells[Int(number % Int64(cells.count))]
        case .counting(let from): return .integer(from + number)
        case .countingWithin(let partitions):
            let (turn, index) = number.quotientAndRemainder(dividingBy: Int64(partitions.count))
            return .integer(partitions[Int(index)] << Self.ordinalBits | (turn + 1))
        case .within(let from, let count): return .integer(from + Int64(Self.mix(salt ^ UInt64(number)) % count))
        case .drawn(let places, let isText, let numbersFrom):
            var bytes = [UInt8](repeating: 0, count: places.count)
            var bits: UInt64 = 0
            for (index, seen) in places.enumerated() {
                if index % 8 == 0 { bits = Self.mix(salt ^ (UInt64(number) << 8 | UInt64(index))) }
                bytes[index] = seen[(Int(bits & 0xFF) * seen.count) >> 8]
                bits >>= 8
            }
            var rest = number
            for index in numbersFrom {
                bytes[index] = isText ? UInt8(48 + rest % 10) : UInt8(truncatingIfNeeded: rest)
                rest = isText ? rest / 10 : rest >> 8
            }
            return isText ? .text(bytes) : .blob(bytes)
        }
    }

    private static func drawn(from samples: [[UInt8]], isText: Bool) -> Kind {
        let places = (0..<samples[0].count).map { index in Array(Set(samples.map { $0[index] })).sorted() }
        // With too few possibilities to be unique by chance, the places that vary carry the number itself.
        let possibilities = places.reduce(1.0) { $0 * Double($1.count) }
        let varying = places.indices.reversed().filter { places[$0].count > 1 }
        return .drawn(places: places, isText: isText, numbersFrom: possibilities < 1e20 ? varying : [])
    }

    private static func bytes(_ cell: Cell) -> (bytes: [UInt8], isText: Bool)? {
        switch cell {
        case .text(let bytes): (bytes, true)
        case .blob(let bytes): (bytes, false)
        case .null, .integer: nil
        }
    }

    /// The finalizer of SplitMix64.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
