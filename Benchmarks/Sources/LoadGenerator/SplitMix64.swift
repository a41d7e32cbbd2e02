#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Steele, Lea and Flood's SplitMix64: a small seeded generator, so that a run can be repeated.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0 ..< 1.
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// The logarithm of a uniform number in (0, 1], which turns into exponential distances.
    mutating func logOfUnit() -> Double {
        log(1 - unit())
    }
}
