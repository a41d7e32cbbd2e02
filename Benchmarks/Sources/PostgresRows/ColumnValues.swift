/// How one column's values are made for the n-th call, learnt from the rows that the engine wrote.
///
/// Sizes and the spread of keys stay as they were: random bytes stay random, a key counts up within its partition, a due
/// time is drawn from the range seen.
struct ColumnValues: Sendable {
    private enum Kind: Sendable {
        case cycle([[UInt8]?])
        /// A number that grows by one with each call.
        case counting(from: Int64)
        /// A key of which the upper bits name the partition: the partitions in turn, counting up within each.
        case countingWithin(partitions: [Int64])
        case within(from: Int64, count: UInt64)
        /// Bytes of which each is one of those seen at its place.
        case drawn(places: [[UInt8]])
    }

    /// The engine's row keys are `partition * 2^40 + ordinal`.
    private static let ordinalBits: Int64 = 40
    private static let int8: UInt32 = 20
    private static let int4: UInt32 = 23

    let name: String
    let type: UInt32
    private let kind: Kind
    private let salt: UInt64

    init(name: String, type: UInt32, values: [[UInt8]?], isIndexed: Bool) {
        self.name = name
        self.type = type
        salt = name.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        let present = values.compactMap { $0 }
        let isInteger = type == Self.int8 || type == Self.int4
        guard isIndexed, present.count == values.count, Set(present).count > 1 else {
            kind = .cycle(values)
            return
        }
        guard isInteger else {
            let isSameLength = Set(present.map(\.count)).count == 1
            kind = isSameLength ? .drawn(places: Self.places(present)) : .cycle(values)
            return
        }
        let numbers = present.map(Binary.integer)
        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
        if name.contains("partition") {
            // In ascending order, as the partitions inside keys, so that the columns of one row agree.
            kind = .cycle(Set(numbers).sorted().map { Binary.bytes($0, width: 4) })
        } else if name.contains("due") {
            kind = .within(from: low, count: UInt64(high - low) + 1)
        } else if name == "key" {
            kind = .countingWithin(partitions: Set(numbers.map { $0 >> Self.ordinalBits }).sorted())
        } else {
            kind = .counting(from: low)
        }
    }

    /// The column's value in the rows of call `number`.
    func value(_ number: Int64) -> [UInt8]? {
        let width = type == Self.int4 ? 4 : 8
        switch kind {
        case .cycle(let values): return values[Int(number % Int64(values.count))]
        case .counting(let from): return Binary.bytes(from + number, width: width)
        case .countingWithin(let partitions):
            let (turn, index) = number.quotientAndRemainder(dividingBy: Int64(partitions.count))
            return Binary.bytes(partitions[Int(index)] << Self.ordinalBits | (turn + 1), width: width)
        case .within(let from, let count):
            return Binary.bytes(from + Int64(Self.mix(salt ^ UInt64(number)) % count), width: width)
        case .drawn(let places):
            var bits: UInt64 = 0
            return places.enumerated().map { index, seen in
                if index % 4 == 0 { bits = Self.mix(salt ^ (UInt64(number) << 8 | UInt64(index))) }
                defer { bits >>= 16 }
                return seen[(Int(bits & 0xFFFF) * seen.count) >> 16]
            }
        }
    }

    private static func places(_ samples: [[UInt8]]) -> [[UInt8]] {
        guard let first = samples.first else { return [] }
        return first.indices.map { index in Set(samples.map { $0[index] }).sorted() }
    }

    /// The finalizer of SplitMix64.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
