/// Units of INV-01 (unique quantity codes) and of UN/ECE Recommendations 20 and 21 (BT-130).
enum INV01Unit {
    static let other = "OTH"
    /// Mutually defined.
    private static let undefined = "ZZ"

    static func code(forRecommendation20 unit: String) -> String { toIndia[unit] ?? other }

    static func recommendation20(for code: String) -> String { fromIndia[code.uppercased()] ?? undefined }

    /// One unit for one unit; Recommendation 21's packages have an X in front.
    private static let pairs: [(String, String)] = [
        ("BAG", "XBG"), ("BAL", "XBL"), ("BDL", "XBE"), ("BOU", "MLD"), ("BOX", "XBX"), ("BTL", "XBO"), ("BUN", "XBH"), ("CAN", "XCX"),
        ("CBM", "MTQ"), ("CCM", "CMQ"), ("CMS", "CMT"), ("CTN", "XCT"), ("DOZ", "DZN"), ("DRM", "XDR"), ("GGR", "GGR"), ("GMS", "GRM"),
        ("GRS", "GRO"), ("KGS", "KGM"), ("KLR", "K6"), ("KME", "KMT"), ("LTR", "LTR"), ("MLT", "MLT"), ("MTR", "MTR"), ("NOS", "NAR"),
        ("PAC", "XPK"), ("PCS", "H87"), ("PRS", "PR"), ("QTL", "DTN"), ("ROL", "XRO"), ("SET", "SET"), ("SQF", "FTK"), ("SQM", "MTK"),
        ("SQY", "YDK"), ("TBS", "U2"), ("THD", "MIL"), ("TON", "TNE"), ("TUB", "XTU"), ("UGS", "GLL"), ("UNT", "C62"), ("YDS", "YRD"),
        ("OTH", "ZZ"),
    ]

    /// Further units that are written as one of India's, and read back as that one's own.
    private static let alike: [(String, String)] = [
        ("NOS", "EA"), ("NOS", "NMB"), ("BAL", "XBN"), ("CAN", "XCA"), ("BTL", "XBQ"), ("PAC", "XPA"), ("PCS", "XPP"),
    ]

    private static let toIndia = Dictionary((pairs + alike).map { ($0.1, $0.0) }) { first, _ in first }
    private static let fromIndia = Dictionary(pairs.map { ($0.0, $0.1) }) { first, _ in first }
}

/// India's states and union territories by their two-digit GST codes.
enum INV01State {
    static let otherCountry = "96"

    /// The code of a subdivision (BT-39, BT-54): the code itself, or the letters of ISO 3166-2 with or without `IN-`.
    static func code(_ subdivision: String) -> String? {
        if isCode(subdivision) { return subdivision }
        let letters = subdivision.hasPrefix("IN-") ? String(subdivision.dropFirst(3)) : subdivision
        return letters.utf8.count == 2 ? byLetters[letters] : nil
    }

    static func code(ofGSTIN gstin: String?) -> String? {
        guard let gstin, isGSTIN(gstin) else { return nil }
        let code = String(gstin.prefix(2))
        return isCode(code) ? code : nil
    }

    static func isCode(_ text: String) -> Bool {
        guard text.utf8.count == 2, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return false }
        return (1...38).contains(number) || (96...97).contains(number) || number == 99
    }

    /// Two digits and thirteen digits or capital letters.
    static func isGSTIN(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 15 else { return false }
        return bytes.prefix(2).allSatisfy { (0x30...0x39).contains($0) }
            && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }

    /// Where ISO 3166-2 has changed the letters both are known.
    private static let byLetters: [String: String] = [
        "JK": "01", "HP": "02", "PB": "03", "CH": "04", "UT": "05", "UK": "05", "HR": "06", "DL": "07", "RJ": "08", "UP": "09", "BR": "10",
        "SK": "11", "AR": "12", "NL": "13", "MN": "14", "MZ": "15", "TR": "16", "ML": "17", "AS": "18", "WB": "19", "JH": "20", "OR": "21",
        "OD": "21", "CT": "22", "CG": "22", "MP": "23", "GJ": "24", "DD": "25", "DN": "26", "DH": "26", "MH": "27", "KA": "29", "GA": "30",
        "LD": "31", "KL": "32", "TN": "33", "PY": "34", "AN": "35", "TG": "36", "TS": "36", "AP": "37", "LA": "38",
    ]
}

/// `Mode` of payment: words for the commonest codes of UNTDID 4461 (BT-81), the code itself for the others.
enum INV01PaymentMode {
    private static let words: [(code: String, word: String)] = [("10", "Cash"), ("20", "Cheque"), ("30", "Direct Transfer")]
    /// "Instrument not defined": its text tells what it is.
    private static let undefined = "1"

    static func mode(_ payment: InvoiceDocument.PaymentInstructions) -> String {
        if payment.meansCode == undefined, let text = payment.meansText, !text.isEmpty { return text }
        return words.first { $0.code == payment.meansCode }?.word ?? payment.meansCode
    }

    static func instructions(mode: String?, hasAccount: Bool) -> InvoiceDocument.PaymentInstructions {
        guard let mode else { return .init(meansCode: hasAccount ? "30" : undefined) }
        if let known = words.first(where: { $0.word == mode }) { return .init(meansCode: known.code) }
        // UNTDID 4461 has numbers and ZZZ.
        if mode == "ZZZ" || (mode.utf8.count <= 2 && mode.utf8.allSatisfy { (0x30...0x39).contains($0) }) { return .init(meansCode: mode) }
        var payment = InvoiceDocument.PaymentInstructions(meansCode: undefined)
        payment.meansText = mode
        return payment
    }
}

extension CalendarDate {
    /// `DD/MM/YYYY`, as INV-01 writes days.
    var indianForm: String {
        let parts = description.split(separator: "-")
        return parts.reversed().joined(separator: "/")
    }

    /// Reads `DD/MM/YYYY`; nil for anything else.
    init?(indianForm text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        self.init(parts.reversed().joined(separator: "-"))
    }

    /// Days since 0001-01-01, from 0.
    private var dayNumber: Int {
        let before = year - 1
        var days = before * 365 + before / 4 - before / 100 + before / 400 + day - 1
        for month in 1..<month { days += Self.days(in: month, of: year) }
        return days
    }

    func days(since other: CalendarDate) -> Int { dayNumber - other.dayNumber }

    /// The day that many days later, up to some tens of years; nil beyond the year 9999.
    func adding(days: Int) -> CalendarDate? {
        guard (0...99_999).contains(days) else { return nil }
        var (year, month, day) = (year, month, day + days)
        while day > Self.days(in: month, of: year) {
            day -= Self.days(in: month, of: year)
            month += 1
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        return CalendarDate(year: year, month: month, day: day)
    }
}
