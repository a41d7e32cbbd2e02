/// Walks over number text by the grammar of RFC 8259 section 6.
struct JSONNumberScan {
    let bytes: UnsafeRawBufferPointer
    /// Where the number starts; after `run`, the first byte behind it, or the byte that broke it.
    var index: Int

    /// nil when a number was walked over, else what broke it.
    mutating func run() -> JSONSyntaxError.Kind? {
        if current == JSONBytes.minus { index += 1 }
        if current == 0x30 {
            index += 1
            if isDigit(current) { return .leadingZero }
        } else if !digits() {
            return .invalidNumber
        }
        if current == 0x2E {
            index += 1
            guard digits() else { return .invalidNumber }
        }
        if current | 0x20 == 0x65 {
            index += 1
            if current == 0x2B || current == JSONBytes.minus { index += 1 }
            guard digits() else { return .invalidNumber }
        }
        return nil
    }

    /// The byte at `index`; 0 at the end, which no number contains.
    private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Passes the digits here; false when there is none.
    private mutating func digits() -> Bool {
        let start = index
        while isDigit(current) { index += 1 }
        return index > start
    }
}
