/// An invoice or credit note by the semantic model of EN 16931-1: what it says, whatever syntax it came in or leaves in.
///
/// The numbers of business terms (BT) and groups (BG) stand beside each field. A field is optional where the standard allows its absence, and
/// also where a draft may still lack it: what must be there is for the rules to say, not for the type. Sums that follow from the lines
/// (BT-131, BG-22, BG-23) are nil until they are computed or were read.
public struct InvoiceDocument: Hashable, Sendable {
    /// BT-1.
    public var number: String?
    /// BT-2.
    public var issueDate: CalendarDate?
    /// BT-3: a code of UNTDID 1001; 380 commercial invoice, 381 credit note, 384 corrected invoice, 326 partial invoice, 389 self-billed.
    public var typeCode: String
    /// BT-5: ISO 4217.
    public var currency: String
    /// BT-6: ISO 4217; the currency in which the total tax must also be told (BT-111).
    public var taxCurrency: String?
    /// BT-7.
    public var taxPointDate: CalendarDate?
    /// BT-8: a code of UNTDID 2005 (3, 35, 432); excludes BT-7.
    public var taxPointDateCode: String?
    /// BT-9.
    public var dueDate: CalendarDate?
    /// BT-10.
    public var buyerReference: String?
    /// BT-11.
    public var projectReference: String?
    /// BT-12.
    public var contractReference: String?
    /// BT-13.
    public var purchaseOrderReference: String?
    /// BT-14.
    public var salesOrderReference: String?
    /// BT-15.
    public var receivingAdviceReference: String?
    /// BT-16.
    public var despatchAdviceReference: String?
    /// BT-17.
    public var tenderOrLotReference: String?
    /// BT-18.
    public var invoicedObject: Identifier?
    /// BT-19.
    public var buyerAccountingReference: String?
    /// BT-20.
    public var paymentTerms: String?
    /// BG-1.
    public var notes: [Note] = []
    /// BT-23.
    public var businessProcess: String?
    /// BT-24.
    public var specification: String?
    /// BG-3.
    public var precedingInvoices: [PrecedingInvoice] = []
    /// BG-4.
    public var seller: Party?
    /// BG-7.
    public var buyer: Party?
    /// BG-10: only its name, identifier and legal registration are used.
    public var payee: Party?
    /// BG-11: only its name, tax identifier and address are used.
    public var sellerTaxRepresentative: Party?
    /// BG-13.
    public var delivery: Delivery?
    /// BG-14.
    public var period: Period?
    /// BG-16.
    public var payment: PaymentInstructions?
    /// BG-20.
    public var allowances: [AllowanceCharge] = []
    /// BG-21.
    public var charges: [AllowanceCharge] = []
    /// BT-113: what has been paid already; given, not computed.
    public var prepaidAmount: ExactDecimal?
    /// BT-114: what is added so that the amount due is a round one; given, not computed.
    public var roundingAmount: ExactDecimal?
    /// BG-22, but for BT-113 and BT-114.
    public var totals: Totals?
    /// BG-23.
    public var taxBreakdown: [TaxSubtotal] = []
    /// BG-24.
    public var attachments: [Attachment] = []
    /// BG-25.
    public var lines: [Line] = []
    /// By which strategy tax is worked out: a name of the tax registry such as `vat`, `gst-in`, `vat-ng`, `none`; nil: the tenant's.
    public var taxRegime: String?
    /// Where the supply takes place, where the regime asks for it: India's two-digit state code.
    public var placeOfSupply: String?
    /// Whether UBL's document element is `Invoice` although the type code is that of a credit note. Only the code 81 may stand in either
    /// (BR-CL-01); with every other code this has no effect.
    public var isUBLInvoice = false

    public init(typeCode: String, currency: String) {
        self.typeCode = typeCode
        self.currency = currency
    }

    /// Whether the document is a credit note: UNTDID 1001 codes 81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 502, 503, 532.
    public var isCreditNote: Bool { Self.creditNoteTypes.contains(typeCode) }

    /// Whether UBL's document element is `CreditNote`.
    public var isUBLCreditNote: Bool { isCreditNote && !(isUBLInvoice && CodeList.invoiceTypes.contains(typeCode)) }

    public static let creditNoteTypes: Set<String> = [
        "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532",
    ]
}

/// An identifier with the scheme that it belongs to (a code of ISO/IEC 6523 or UNTDID 1153, as the term demands).
public struct Identifier: Hashable, Sendable {
    public var value: String
    public var scheme: String?

    public init(_ value: String, scheme: String? = nil) {
        self.value = value
        self.scheme = scheme
    }
}

extension InvoiceDocument {
    /// BG-1.
    public struct Note: Hashable, Sendable {
        /// BT-21: a code of UNTDID 4451.
        public var subjectCode: String?
        /// BT-22.
        public var text: String

        public init(_ text: String, subjectCode: String? = nil) {
            self.text = text
            self.subjectCode = subjectCode
        }
    }

    /// BG-3.
    public struct PrecedingInvoice: Hashable, Sendable {
        /// BT-25.
        public var number: String
        /// BT-26.
        public var issueDate: CalendarDate?

        public init(number: String, issueDate: CalendarDate? = nil) {
            self.number = number
            self.issueDate = issueDate
        }
    }

    /// BG-13, BG-15.
    public struct Delivery: Hashable, Sendable {
        /// BT-70.
        public var partyName: String?
        /// BT-71.
        public var location: Identifier?
        /// BT-72.
        public var date: CalendarDate?
        /// BG-15, BT-75 to BT-80.
        public var address: Address?

        public init() {}
    }

    /// BG-14 and BG-26.
    public struct Period: Hashable, Sendable {
        /// BT-73, BT-134.
        public var start: CalendarDate?
        /// BT-74, BT-135.
        public var end: CalendarDate?

        public init(start: CalendarDate? = nil, end: CalendarDate? = nil) {
            self.start = start
            self.end = end
        }
    }

    /// BG-16 to BG-19.
    public struct PaymentInstructions: Hashable, Sendable {
        /// BT-81: a code of UNTDID 4461.
        public var meansCode: String
        /// BT-82.
        public var meansText: String?
        /// BT-83.
        public var remittanceInformation: String?
        /// BG-17.
        public var creditTransfers: [CreditTransfer] = []
        /// BT-87: the last digits of the card only.
        public var cardNumber: String?
        /// BT-88.
        public var cardHolder: String?
        /// BT-89.
        public var mandateReference: String?
        /// BT-90.
        public var creditorIdentifier: String?
        /// BT-91.
        public var debitedAccount: String?

        public init(meansCode: String) { self.meansCode = meansCode }
    }

    /// BG-17.
    public struct CreditTransfer: Hashable, Sendable {
        /// BT-84.
        public var account: String
        /// BT-85.
        public var accountName: String?
        /// BT-86.
        public var serviceProvider: String?

        public init(account: String, accountName: String? = nil, serviceProvider: String? = nil) {
            self.account = account
            self.accountName = accountName
            self.serviceProvider = serviceProvider
        }
    }

    /// BG-20, BG-21 on the document; BG-27, BG-28 on a line.
    public struct AllowanceCharge: Hashable, Sendable {
        /// BT-92, BT-99, BT-136, BT-141. Without tax, never negative by convention; nil: it follows from base and percentage.
        public var amount: ExactDecimal?
        /// BT-93, BT-100, BT-137, BT-142.
        public var baseAmount: ExactDecimal?
        /// BT-94, BT-101, BT-138, BT-143.
        public var percentage: ExactDecimal?
        /// BT-95 and BT-96, BT-102 and BT-103; nil on a line, whose tax is that of the line.
        public var tax: Tax?
        /// BT-97, BT-104, BT-139, BT-144.
        public var reason: String?
        /// BT-98, BT-105, BT-140, BT-145: UNTDID 5189 for allowances, UNTDID 7161 for charges.
        public var reasonCode: String?

        public init(
            amount: ExactDecimal? = nil, baseAmount: ExactDecimal? = nil, percentage: ExactDecimal? = nil, tax: Tax? = nil,
            reason: String? = nil, reasonCode: String? = nil
        ) {
            self.amount = amount
            self.baseAmount = baseAmount
            self.percentage = percentage
            self.tax = tax
            self.reason = reason
            self.reasonCode = reasonCode
        }
    }

    /// BG-22, but for what is given (BT-113, BT-114).
    public struct Totals: Hashable, Sendable {
        /// BT-106.
        public var lineNet: ExactDecimal
        /// BT-107; nil when there are no allowances.
        public var allowances: ExactDecimal?
        /// BT-108; nil when there are no charges.
        public var charges: ExactDecimal?
        /// BT-109.
        public var taxExclusive: ExactDecimal
        /// BT-110.
        public var tax: ExactDecimal?
        /// BT-111: in the tax currency (BT-6).
        public var taxInTaxCurrency: ExactDecimal?
        /// BT-112.
        public var taxInclusive: ExactDecimal
        /// BT-115.
        public var payable: ExactDecimal

        public init(lineNet: ExactDecimal, taxExclusive: ExactDecimal, taxInclusive: ExactDecimal, payable: ExactDecimal) {
            self.lineNet = lineNet
            self.taxExclusive = taxExclusive
            self.taxInclusive = taxInclusive
            self.payable = payable
        }
    }

    /// The tax category of a line, allowance or charge, with its rate.
    public struct Tax: Hashable, Sendable {
        /// BT-151, BT-95, BT-102: a code of UNTDID 5305 (S, Z, E, AE, K, G, O, L, M, B).
        public var category: String
        /// BT-152, BT-96, BT-103: in percent; nil for category O, or where the strategy knows it.
        public var rate: ExactDecimal?
        /// A second tax on the same base, in percent (India's compensation cess).
        public var cessRate: ExactDecimal?

        public init(category: String, rate: ExactDecimal? = nil, cessRate: ExactDecimal? = nil) {
            self.category = category
            self.rate = rate
            self.cessRate = cessRate
        }
    }

    /// BG-23.
    public struct TaxSubtotal: Hashable, Sendable {
        /// BT-116.
        public var taxableAmount: ExactDecimal
        /// BT-117.
        public var taxAmount: ExactDecimal
        /// BT-118.
        public var category: String
        /// BT-119: in percent.
        public var rate: ExactDecimal?
        /// BT-120.
        public var exemptionReason: String?
        /// BT-121: a code of the VATEX list.
        public var exemptionReasonCode: String?
        /// What the tax amount is made of where a regime splits it (India: CGST, SGST, IGST, CESS); empty otherwise. Their sum is `taxAmount`.
        public var components: [Component] = []

        public init(taxableAmount: ExactDecimal, taxAmount: ExactDecimal, category: String, rate: ExactDecimal? = nil) {
            self.taxableAmount = taxableAmount
            self.taxAmount = taxAmount
            self.category = category
            self.rate = rate
        }

        public struct Component: Hashable, Sendable {
            public var name: String
            /// In percent.
            public var rate: ExactDecimal
            public var amount: ExactDecimal

            public init(name: String, rate: ExactDecimal, amount: ExactDecimal) {
                self.name = name
                self.rate = rate
                self.amount = amount
            }
        }
    }

    /// BG-24.
    public struct Attachment: Hashable, Sendable {
        /// BT-122.
        public var reference: String
        /// BT-123.
        public var description: String?
        /// BT-124.
        public var location: String?
        /// BT-125, with its media type and file name.
        public var content: Content?

        public init(reference: String) { self.reference = reference }

        public struct Content: Hashable, Sendable {
            public var bytes: [UInt8]
            public var mimeCode: String
            public var fileName: String

            public init(bytes: [UInt8], mimeCode: String, fileName: String) {
                self.bytes = bytes
                self.mimeCode = mimeCode
                self.fileName = fileName
            }
        }
    }
}
