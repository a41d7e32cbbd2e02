extension InvoiceDocument {
    /// BG-4 seller, BG-7 buyer, BG-10 payee, BG-11 seller's tax representative.
    public struct Party: Hashable, Sendable {
        /// BT-27, BT-44, BT-59, BT-62.
        public var name: String
        /// BT-28, BT-45.
        public var tradingName: String?
        /// BT-29 (several), BT-46, BT-60: ISO/IEC 6523 schemes.
        public var identifiers: [Identifier] = []
        /// BT-30, BT-47, BT-61.
        public var legalRegistration: Identifier?
        /// BT-31, BT-48, BT-63: the VAT identifier with its country prefix; India's GSTIN; Nigeria's TIN.
        public var vatId: String?
        /// BT-32.
        public var taxRegistration: String?
        /// BT-33.
        public var legalInformation: String?
        /// BT-34, BT-49: the scheme is a code of the EAS list.
        public var endpoint: Identifier?
        /// BG-5, BG-8, BG-12.
        public var address: Address?
        /// BG-6, BG-9.
        public var contact: Contact?

        public init(name: String) { self.name = name }
    }

    /// BG-5, BG-8, BG-12, BG-15.
    public struct Address: Hashable, Sendable {
        /// BT-35, BT-50, BT-64, BT-75.
        public var street: String?
        /// BT-36, BT-51, BT-65, BT-76.
        public var additionalStreet: String?
        /// BT-162, BT-163, BT-164, BT-165.
        public var line3: String?
        /// BT-37, BT-52, BT-66, BT-77.
        public var city: String?
        /// BT-38, BT-53, BT-67, BT-78.
        public var postalCode: String?
        /// BT-39, BT-54, BT-68, BT-79.
        public var subdivision: String?
        /// BT-40, BT-55, BT-69, BT-80: ISO 3166-1 alpha-2.
        public var country: String

        public init(country: String) { self.country = country }
    }

    /// BG-6, BG-9.
    public struct Contact: Hashable, Sendable {
        /// BT-41, BT-56.
        public var name: String?
        /// BT-42, BT-57.
        public var telephone: String?
        /// BT-43, BT-58.
        public var email: String?

        public init(name: String? = nil, telephone: String? = nil, email: String? = nil) {
            self.name = name
            self.telephone = telephone
            self.email = email
        }
    }
}
