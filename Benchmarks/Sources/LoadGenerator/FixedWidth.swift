/// Writes times in a fixed width, so that a request's length never changes.
enum FixedWidth {
    /// Length of `2026-11-21T02:22:33.123456Z`.
    static let rfc3339Length = 27
    /// Length of microseconds since 1970 in decimal, until the year 2286.
    static let microsecondsLength = 16

    /// Writes `value` right-aligned into `width` bytes, padded with zeros.
    static func writeDecimal(_ value: Int64, into bytes: UnsafeMutableRawBufferPointer, at offset: Int, width: Int) {
        var rest = value
        var index = offset + width - 1
        while index >= offset {
            bytes[index] = UInt8(48 + rest % 10)
            rest /= 10
            index -= 1
        }
    }

    /// Writes RFC 3339 in UTC with six fractional digits. Days to civil date after Howard Hinnant's algorithm.
    static func writeRFC3339(_ microseconds: Int64, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
        let seconds = microseconds / 1_000_000
        let days = seconds / 86_400
        let ofDay = seconds % 86_400
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let fields: [(value: Int64, at: Int, width: Int)] = [
            (year, 0, 4), (month, 5, 2), (day, 8, 2), (ofDay / 3_600, 11, 2), (ofDay / 60 % 60, 14, 2),
            (ofDay % 60, 17, 2), (microseconds % 1_000_000, 20, 6),
        ]
        for field in fields {
            writeDecimal(field.value, into: bytes, at: offset + field.at, width: field.width)
        }
        bytes[offset + 4] = UInt8(ascii: "-")
        bytes[offset + 7] = UInt8(ascii: "-")
        bytes[offset + 10] = UInt8(ascii: "T")
        bytes[offset + 13] = UInt8(ascii: ":")
        bytes[offset + 16] = UInt8(ascii: ":")
        bytes[offset + 19] = UInt8(ascii: ".")
        bytes[offset + 26] = UInt8(ascii: "Z")
    }
}
