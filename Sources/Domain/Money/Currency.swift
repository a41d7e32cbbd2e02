/// A currency in use, by its ISO 4217 alphabetic code.
///
/// Funds, metals and the other entries of ISO's list one are currencies here too; withdrawn codes are not. What the EN 16931 rules
/// allow as a code is slightly different: `CodeList.currencies`.
public struct Currency: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Three capital letters.
    public let code: String
    /// How many digits an amount has behind the decimal point: 2 for the euro, 0 for the yen, 3 for the Kuwaiti dinar. Nil where ISO 4217
    /// says "N.A." (gold, special drawing rights, no currency at all).
    public let minorUnits: Int?

    /// - Returns: nil when `code` is not an active ISO 4217 code in capital letters.
    public init?(_ code: String) {
        guard let key = Self.key(code.utf8), let found = Self.find(key) else { return nil }
        self = found
    }

    /// As `init(_:)`, from bytes.
    public init?(utf8 code: some Collection<UInt8>) {
        guard let key = Self.key(code), let found = Self.find(key) else { return nil }
        self = found
    }

    private init(_ code: String, _ minorUnits: Int?) {
        self.code = code
        self.minorUnits = minorUnits
    }

    /// All of them by code.
    public static let all: [Currency] = entries.map(\.currency)

    public var description: String { code }

    public static func == (a: Currency, b: Currency) -> Bool { a.code == b.code }

    public static func < (a: Currency, b: Currency) -> Bool { a.code < b.code }

    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    private struct Entry {
        let key: UInt32
        let currency: Currency
    }

    /// In ascending order of the keys, which is that of the codes.
    private static let entries: [Entry] = CurrencyTable.codesByMinorUnits
        .flatMap { row in
            row.codes.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).compactMap { code -> Entry? in
                guard let key = key(code) else { return nil }
                return Entry(key: key, currency: Currency(String(decoding: code, as: UTF8.self), row.minorUnits))
            }
        }
        .sorted { $0.key < $1.key }

    private static func find(_ key: UInt32) -> Currency? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].key == key else { return nil }
        return entries[low].currency
    }

    /// The three letters as one number; nil when there are not three bytes.
    private static func key(_ code: some Collection<UInt8>) -> UInt32? {
        var key: UInt32 = 0
        var length = 0
        for byte in code {
            guard length < 3 else { return nil }
            key = key << 8 | UInt32(byte)
            length += 1
        }
        return length == 3 ? key : nil
    }
}
