/// What India's e-invoice schema INV-01 asks for and the invoice does not say.
public struct INV01Settings: Hashable, Sendable {
    /// `SupTyp`.
    public enum SupplyType: String, Hashable, Sendable, CaseIterable {
        case business = "B2B"
        case economicZoneWithPayment = "SEZWP"
        case economicZoneWithoutPayment = "SEZWOP"
        case exportWithPayment = "EXPWP"
        case exportWithoutPayment = "EXPWOP"
        case deemedExport = "DEXP"

        /// Whether the supply is taxed as one between states wherever it goes (IGST Act 2017, section 7(5)).
        var isAlwaysIntegrated: Bool { self != .business && self != .deemedExport }
    }

    /// `ExpDtls`; the country is that of the buyer's address.
    public struct Export: Hashable, Sendable {
        public var shippingBillNumber: String?
        public var shippingBillDate: CalendarDate?
        public var portCode: String?
        public var claimsRefund: Bool?
        /// ISO 4217.
        public var foreignCurrency: String?
        public var duty: ExactDecimal?

        public init() {}
    }

    /// `EwbDtls`: what an e-way bill is made of.
    public struct EwayBill: Hashable, Sendable {
        public enum Mode: String, Hashable, Sendable, CaseIterable {
            case road = "1"
            case rail = "2"
            case air = "3"
            case ship = "4"
        }

        public var transporterId: String?
        public var transporterName: String?
        public var mode: Mode?
        /// Kilometres between the postal codes, 0 to 4000; 0 lets the portal work it out.
        public var distance: Int
        public var documentNumber: String?
        public var documentDate: CalendarDate?
        public var vehicleNumber: String?
        /// Over dimensional cargo (`O`) or regular (`R`).
        public var isOverDimensional: Bool?

        public init(distance: Int) { self.distance = distance }
    }

    /// nil: an export when the buyer's address is not in India, with payment of tax unless every line is of category G; else B2B.
    public var supplyType: SupplyType?
    /// Whether the buyer owes the tax (`RegRev`); nil: when a line is of category AE.
    public var isReverseCharge: Bool?
    /// The e-commerce operator's GSTIN.
    public var ecommerceGSTIN: String?
    /// `DispDtls`: from where the goods leave, when not from the seller's address. Problems with it have pointers from `/dispatchFrom`.
    public var dispatchFrom: InvoiceDocument.Party?
    public var export: Export?
    public var ewayBill: EwayBill?

    public init() {}
}

/// The taxes of one item of an INV-01 invoice, in rupees with two decimals.
struct INV01ItemTax: Equatable {
    var cgst = ExactDecimal.zero
    var sgst = ExactDecimal.zero
    var igst = ExactDecimal.zero
    var cess = ExactDecimal.zero

    init() {}

    /// The taxes on `taxable`. Inside a state CGST and SGST are half the rate each, every amount rounded by itself to the paisa, halves
    /// away from zero.
    init(on taxable: ExactDecimal, tax: InvoiceDocument.Tax, isIntegrated: Bool) throws(DecimalError) {
        let full = try taxable * (tax.rate ?? .zero)
        if isIntegrated {
            igst = try full.divided(by: ExactDecimal(100), scale: 2, rounding: .halfAwayFromZero)
        } else {
            cgst = try full.divided(by: ExactDecimal(200), scale: 2, rounding: .halfAwayFromZero)
            sgst = cgst
        }
        let cessFull = try taxable * (tax.cessRate ?? .zero)
        cess = try cessFull.divided(by: ExactDecimal(100), scale: 2, rounding: .halfAwayFromZero)
    }

    var sum: ExactDecimal {
        get throws(DecimalError) { try cgst + sgst + igst + cess }
    }

    mutating func add(_ other: INV01ItemTax) throws(DecimalError) {
        cgst = try cgst + other.cgst
        sgst = try sgst + other.sgst
        igst = try igst + other.igst
        cess = try cess + other.cess
    }

    /// As the tax breakdown names them.
    static let names = (cgst: "CGST", sgst: "SGST", igst: "IGST", cess: "CESS")
}
