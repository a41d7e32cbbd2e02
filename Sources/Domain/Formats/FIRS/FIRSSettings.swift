/// What the form of Nigeria's Merchant-Buyer Solution (FIRS, now NRS) asks for and the invoice does not say.
public struct FIRSSettings: Hashable, Sendable {
    /// To whom the invoice goes: a business, a consumer, or government.
    public enum InvoiceKind: String, Hashable, Sendable, CaseIterable {
        case business = "B2B"
        case consumer = "B2C"
        case government = "B2G"
    }

    /// The identifier that the platform gave the seller's business, a UUID.
    public var businessId: String
    /// The seller's service id, eight characters.
    public var serviceId: String
    /// The platform's code for each type code of UNTDID 1001 (BT-3). There is no default: published references contradict each other, so
    /// the table is to be taken from the platform's list of invoice types. Its values must differ, or reading back is ambiguous.
    public var typeCodes: [String: String]
    public var invoiceKind: InvoiceKind
    /// The invoice reference number, where it is not to be made from number, service id and issue date.
    public var irn: String?
    /// `HH:MM:SS`.
    public var issueTime: String?
    /// `PENDING`, `PAID`, …
    public var paymentStatus: String?
    /// The platform's tax category for each category of UNTDID 5305 (BT-118).
    public var taxCategories = ["S": "STANDARD_VAT", "Z": "ZERO_VAT", "E": "EXEMPTED"]
    /// The product or service category that belongs to an item's HS or ISIC code.
    public var productCategories: [String: String] = [:]
    /// The product or service category of a code that is not in `productCategories`.
    public var defaultProductCategory: String?
    /// For items without a classification by HS or ISIC.
    public var defaultClassification: InvoiceDocument.Classification?
    /// Whether each line says its tax category; references from before 2026 know it for the whole invoice only.
    public var writesLineTax = true

    public init(
        businessId: String, serviceId: String, typeCodes: [String: String], invoiceKind: InvoiceKind = .business
    ) {
        self.businessId = businessId
        self.serviceId = serviceId
        self.typeCodes = typeCodes
        self.invoiceKind = invoiceKind
    }

    /// The scheme (BT-158-1) under which an item has its HS code: goods.
    public static let goodsScheme = "HS"
    /// The scheme (BT-158-1) under which an item has its ISIC code: services.
    public static let serviceScheme = "ISIC"
    /// The name (BT-160) of the item attribute that gives its product or service category, before what the settings say.
    public static let categoryAttribute = "product_category"

    func productCategory(of code: String) -> String? { productCategories[code] ?? defaultProductCategory }

    func typeCode(firs code: String) -> String? { Self.key(of: code, in: typeCodes) }

    func taxCategory(firs id: String) -> String? { Self.key(of: id, in: taxCategories) }

    /// The first key, in order, that has `value`.
    private static func key(of value: String, in table: [String: String]) -> String? {
        table.filter { $0.value == value }.keys.min()
    }
}

/// An invoice reference number: the invoice number's letters and digits, the service id and the day of issue, such as
/// `INV001-94ND90NR-20240611`.
public struct FIRSReference: Hashable, Sendable, CustomStringConvertible {
    /// Letters and digits only.
    public let number: String
    public let serviceId: String
    public let issueDate: CalendarDate

    /// What is neither a letter nor a digit of ASCII is left out of `number`.
    ///
    /// - Returns: nil when nothing of `number` is left, it has a character beyond ASCII, or `serviceId` is not eight letters and digits.
    public init?(number: String, serviceId: String, issueDate: CalendarDate) {
        guard number.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let letters = String(decoding: number.utf8.filter(Self.isLetterOrDigit), as: UTF8.self)
        guard !letters.isEmpty, serviceId.utf8.count == 8, serviceId.utf8.allSatisfy(Self.isLetterOrDigit) else { return nil }
        self.number = letters
        self.serviceId = serviceId
        self.issueDate = issueDate
    }

    /// Reads what `description` gives; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.count == 8 else { return nil }
        let day = parts[2]
        let (year, month) = (day.prefix(4), day.dropFirst(4).prefix(2))
        guard let date = CalendarDate("\(year)-\(month)-\(day.suffix(2))") else { return nil }
        guard parts[0].utf8.allSatisfy(Self.isLetterOrDigit) else { return nil }
        self.init(number: String(parts[0]), serviceId: String(parts[1]), issueDate: date)
    }

    public var description: String {
        "\(number)-\(serviceId)-\(issueDate.description.filter { $0 != "-" })"
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
