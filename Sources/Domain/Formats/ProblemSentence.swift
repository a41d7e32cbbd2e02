/// What a reader or writer says about a place of a document; the raw value is the English text.
enum ProblemSentence: String, CaseIterable {
    // Of readers.
    case notUBL = "must be a UBL Invoice or CreditNote"
    case notCII = "must be a CrossIndustryInvoice"
    case otherElement = "has a type code that belongs to the other of Invoice and CreditNote"
    case noUnit = "lacks the unit of its quantity"
    case noClassificationScheme = "lacks the scheme of the classification"
    case noLineTotal = "lacks the sum of line net amounts"
    case noTaxExclusiveTotal = "lacks the total without tax"
    case noTaxInclusiveTotal = "lacks the total with tax"
    case noAmountDue = "lacks the amount due"
    case notADecimal = "must be a decimal number such as 1234.50"
    case tooManyDigits = "has more than 38 digits"
    case otherCurrency = "is in another currency than the document"
    case notADate = "must be a date such as 2026-11-20"
    case notADate102 = "must be a date such as 20261120 with the format 102"
    case notAFlag = "must be true or false"
    case notBase64 = "must be base64"
    case noFileName = "must have a mimeCode and a filename"
    case notAnAllowance = "must be an allowance, not a charge"
    // Of what readers leave out.
    case timeZoneLeftOut = "has a time zone, which is left out"
    case leftOut = "has no place in the invoice model here, and is left out"
    case textLeftOut = "holds text beside elements, which is left out"
    // Of writers.
    case noPlace = "has no place in this syntax"
    case oneElement = "has no place here: invoices and credit notes have one document element"
    case subjectNotTold = "is told apart from the text only when it is three capital letters"
    case takenForCreditor = "with the scheme SEPA would be taken for BT-90"
    case noPartyForCreditor = "stands with the seller or payee, and there is neither"
    case noBreakdown = "stands in the tax breakdown, and there is none"
    case takenForAbsent = "with the value NA would be taken for absent"
    case noGrossPrice = "needs a gross price, and none can be worked out"
    case noOtherCurrency = "needs a tax currency that is not the invoice's"

    init(_ error: DecimalError) {
        switch error {
        case .notANumber: self = .notADecimal
        case .overflow, .divisionByZero: self = .tooManyDigits
        }
    }

    var arabic: String {
        switch self {
        case .notUBL: "يجب أن يكون عنصر Invoice أو CreditNote بصيغة UBL"
        case .notCII: "يجب أن يكون العنصر CrossIndustryInvoice"
        case .otherElement: "رمز النوع فيه يخص العنصر الآخر من Invoice وCreditNote"
        case .noUnit: "تنقصه وحدة قياس الكمية"
        case .noClassificationScheme: "ينقصه مخطط التصنيف"
        case .noLineTotal: "ينقصه مجموع صافي مبالغ البنود"
        case .noTaxExclusiveTotal: "ينقصه الإجمالي بدون الضريبة"
        case .noTaxInclusiveTotal: "ينقصه الإجمالي مع الضريبة"
        case .noAmountDue: "ينقصه المبلغ المستحق للدفع"
        case .notADecimal: "يجب أن يكون رقمًا عشريًا مثل 1234.50"
        case .tooManyDigits: "فيه أكثر من 38 رقمًا"
        case .otherCurrency: "عملته غير عملة المستند"
        case .notADate: "يجب أن يكون تاريخًا مثل 2026-11-20"
        case .notADate102: "يجب أن يكون تاريخًا مثل 20261120 بالصيغة 102"
        case .notAFlag: "يجب أن تكون القيمة true أو false"
        case .notBase64: "يجب أن يكون بترميز base64"
        case .noFileName: "يجب ذكر السمتين mimeCode وfilename"
        case .notAnAllowance: "يجب أن يكون خصمًا لا رسمًا"
        case .timeZoneLeftOut: "فيه منطقة زمنية، وقد أُسقطت"
        case .leftOut: "لا مكان له هنا في نموذج الفاتورة، وقد أُسقط"
        case .textLeftOut: "فيه نص إلى جانب العناصر، وقد أُسقط"
        case .noPlace: "لا مكان له في هذه الصيغة"
        case .oneElement: "لا مكان له هنا: للفواتير والإشعارات الدائنة عنصر مستند واحد"
        case .subjectNotTold: "لا يُميَّز عن النص إلا إذا كان ثلاثة أحرف لاتينية كبيرة"
        case .takenForCreditor: "يُقرأ المعرّف ذو المخطط SEPA على أنه BT-90"
        case .noPartyForCreditor: "مكانه عند البائع أو المستفيد من الدفع، ولا يوجد أي منهما"
        case .noBreakdown: "مكانه في تفصيل الضريبة، ولا يوجد تفصيل"
        case .takenForAbsent: "تُقرأ القيمة NA فيه كأنه غير موجود"
        case .noGrossPrice: "يحتاج إلى سعر إجمالي، ولا يمكن حسابه"
        case .noOtherCurrency: "يحتاج إلى عملة للضريبة غير عملة الفاتورة"
        }
    }
}

extension DocumentProblem {
    static let lacks = "lacks "

    init(location: String, term: String? = nil, _ sentence: ProblemSentence) {
        self.init(location: location, term: term, message: sentence.rawValue)
    }

    /// `message` in that language; in English where there is no translation.
    public func message(in language: MessageLanguage) -> String {
        switch language {
        case .english: message
        case .arabic: ProblemSentence(rawValue: message)?.arabic ?? arabicLack ?? message
        }
    }

    /// What says that an element lacks one; the name of XML stays as it is.
    private var arabicLack: String? {
        guard message.hasPrefix(Self.lacks), message.utf8.contains(UInt8(ascii: ":")) else { return nil }
        return "ينقصه العنصر " + message.dropFirst(Self.lacks.count)
    }
}
