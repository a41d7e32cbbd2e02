extension InvoiceDocument {
    /// BG-25.
    public struct Line: Hashable, Sendable {
        /// BT-126.
        public var id: String
        /// BT-127.
        public var note: String?
        /// BT-128.
        public var invoicedObject: Identifier?
        /// BT-129.
        public var quantity: ExactDecimal
        /// BT-130: a code of UN/ECE Recommendation 20 or 21.
        public var unit: String
        /// BT-131; nil until computed.
        public var netAmount: ExactDecimal?
        /// BT-132.
        public var orderLineReference: String?
        /// BT-133.
        public var accountingReference: String?
        /// BG-26.
        public var period: Period?
        /// BG-27.
        public var allowances: [AllowanceCharge] = []
        /// BG-28.
        public var charges: [AllowanceCharge] = []
        /// BT-146: without tax, after the price discount; never negative.
        public var unitPrice: ExactDecimal
        /// BT-147.
        public var priceDiscount: ExactDecimal?
        /// BT-148.
        public var grossPrice: ExactDecimal?
        /// BT-149; nil means 1.
        public var priceBaseQuantity: ExactDecimal?
        /// BT-150.
        public var priceBaseUnit: String?
        /// BG-30.
        public var tax: Tax
        /// BG-31.
        public var item: Item

        public init(id: String, quantity: ExactDecimal, unit: String, unitPrice: ExactDecimal, tax: Tax, item: Item) {
            self.id = id
            self.quantity = quantity
            self.unit = unit
            self.unitPrice = unitPrice
            self.tax = tax
            self.item = item
        }
    }

    /// BG-31.
    public struct Item: Hashable, Sendable {
        /// BT-153.
        public var name: String
        /// BT-154.
        public var description: String?
        /// BT-155.
        public var sellerIdentifier: String?
        /// BT-156.
        public var buyerIdentifier: String?
        /// BT-157.
        public var standardIdentifier: Identifier?
        /// BT-158: the scheme is a code of UNTDID 7143; India's HSN and Nigeria's HS codes have the scheme `HS`.
        public var classifications: [Classification] = []
        /// BT-159: ISO 3166-1 alpha-2.
        public var originCountry: String?
        /// BG-32: BT-160 and BT-161.
        public var attributes: [Attribute] = []

        public init(name: String) { self.name = name }
    }

    /// BT-158.
    public struct Classification: Hashable, Sendable {
        public var code: String
        public var scheme: String
        public var schemeVersion: String?

        public init(code: String, scheme: String, schemeVersion: String? = nil) {
            self.code = code
            self.scheme = scheme
            self.schemeVersion = schemeVersion
        }
    }

    /// BG-32.
    public struct Attribute: Hashable, Sendable {
        /// BT-160.
        public var name: String
        /// BT-161.
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}
