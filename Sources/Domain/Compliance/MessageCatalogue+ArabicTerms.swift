extension MessageCatalogue {
    /// A sentence that rules share, in Arabic; nil for a rule's own sentence, and for a term that has no Arabic name here.
    ///
    /// The sentences are built on verbal nouns ("repeating …", "giving …"), which do not agree in gender with the term put into them.
    static func arabic(_ wording: Wording) -> String? {
        switch wording {
        case .own: nil
        case .atMostOne(let name): term(name).map { "لا يجوز تكرار \($0)." }
        case .exactlyOne(let name): term(name).map { "يجب ذكر \($0) مرة واحدة بالضبط." }
        case .allTheSame(let name): term(name).map { "يجب أن تتطابق جميع قيم \($0)." }
        case .withOrWithoutScheme(let name): term(name).map { "يجب ذكر \($0) مرة واحدة: إما بمعرّف مخطط وإما بدونه." }
        case .onlyFor(let element, let place): term(place).map { "يقتصر استخدام \(element) على \($0)." }
        case .unused(let path): "لا يُستخدم \(path) في المعيار EN 16931."
        case .unusedElement(let name): "لا يُستخدم العنصر \(name) هنا في المعيار EN 16931."
        case .unusedAttribute(let name): "لا تُستخدم السمة \(name) هنا في المعيار EN 16931."
        }
    }

    /// A term's Arabic name; a name of XML stays as it is.
    private static func term(_ english: String) -> String? { terms[english] ?? (english.contains(":") ? english : nil) }

    private static let terms: [String: String] = documentTerms.merging(partyTerms) { first, _ in first }
        .merging(amountTerms) { first, _ in first }.merging(lineTerms) { first, _ in first }.merging(places) { first, _ in first }

    private static let documentTerms: [String: String] = [
        "type code (BT-3)": "رمز النوع (BT-3)",
        "VAT point date (BT-7)": "تاريخ استحقاق الضريبة (BT-7)",
        "VAT point date code (BT-8)": "رمز تاريخ استحقاق الضريبة (BT-8)",
        "due date (BT-9)": "تاريخ استحقاق الدفع (BT-9)",
        "project reference (BT-11)": "مرجع المشروع (BT-11)",
        "contract reference (BT-12)": "مرجع العقد (BT-12)",
        "receiving advice reference (BT-15)": "مرجع إشعار الاستلام (BT-15)",
        "despatch advice reference (BT-16)": "مرجع إشعار الإرسال (BT-16)",
        "tender or lot reference (BT-17)": "مرجع المناقصة أو الحصة (BT-17)",
        "invoiced object identifier (BT-18)": "معرّف الشيء المُفوتَر (BT-18)",
        "text of payment terms (BT-20)": "نص شروط الدفع (BT-20)",
        "group of payment terms": "مجموعة شروط الدفع",
        "text of a note (BT-22)": "نص الملاحظة (BT-22)",
        "business process (BT-23)": "نوع عملية الأعمال (BT-23)",
        "specification (BT-24)": "المواصفة (BT-24)",
        "specification identifier (BT-24)": "معرّف المواصفة (BT-24)",
        "preceding invoice in a reference (BG-3)": "الفاتورة السابقة في المرجع الواحد (BG-3)",
        "invoicing period (BG-14)": "فترة الفوترة (BG-14)",
        "payment means code (BT-81)": "رمز وسيلة الدفع (BT-81)",
        "payment means text (BT-82)": "نص وسيلة الدفع (BT-82)",
        "remittance information (BT-83)": "معلومات التحويل (BT-83)",
        "payment card (BG-18)": "بطاقة الدفع (BG-18)",
        "direct debit (BG-19)": "الخصم المباشر من الحساب (BG-19)",
        "mandate reference (BT-89)": "مرجع التفويض (BT-89)",
        "supporting document description (BT-123)": "وصف المستند الداعم (BT-123)",
        "description over all supporting documents (BT-123)": "الوصف في المستندات الداعمة كلها (BT-123)",
        "attached file over all supporting documents (BT-125)": "الملف المرفق في المستندات الداعمة كلها (BT-125)",
    ]

    private static let partyTerms: [String: String] = [
        "seller name (BT-27)": "اسم البائع (BT-27)",
        "seller trading name (BT-28)": "الاسم التجاري للبائع (BT-28)",
        "seller legal registration identifier (BT-30)": "رقم التسجيل القانوني للبائع (BT-30)",
        "seller VAT identifier (BT-31)": "رقم التسجيل الضريبي للبائع (BT-31)",
        "seller tax registration identifier (BT-32)": "الرقم الضريبي المحلي للبائع (BT-32)",
        "seller additional legal information (BT-33)": "المعلومات القانونية الإضافية للبائع (BT-33)",
        "seller electronic address (BT-34)": "العنوان الإلكتروني للبائع (BT-34)",
        "seller contact (BG-6)": "جهة اتصال البائع (BG-6)",
        "buyer name (BT-44)": "اسم المشتري (BT-44)",
        "buyer trading name (BT-45)": "الاسم التجاري للمشتري (BT-45)",
        "buyer identifier (BT-46)": "معرّف المشتري (BT-46)",
        "buyer legal registration identifier (BT-47)": "رقم التسجيل القانوني للمشتري (BT-47)",
        "buyer VAT identifier (BT-48)": "رقم التسجيل الضريبي للمشتري (BT-48)",
        "buyer electronic address (BT-49)": "العنوان الإلكتروني للمشتري (BT-49)",
        "buyer contact (BG-9)": "جهة اتصال المشتري (BG-9)",
        "payee identifier (BT-60)": "معرّف المستفيد من الدفع (BT-60)",
        "tax representative name (BT-62)": "اسم الممثل الضريبي (BT-62)",
        "tax representative VAT identifier (BT-63)": "رقم التسجيل الضريبي للممثل الضريبي (BT-63)",
        "delivery (BG-13)": "مجموعة التسليم (BG-13)",
        "deliver-to party name (BT-70)": "اسم الطرف المستلم (BT-70)",
        "deliver-to location identifier (BT-71)": "معرّف موقع التسليم (BT-71)",
        "bank assigned creditor identifier (BT-90)": "معرّف الدائن الصادر عن البنك (BT-90)",
        "third address line": "السطر الثالث من العنوان",
        "identifier of a tax scheme": "معرّف النظام الضريبي",
    ]

    private static let amountTerms: [String: String] = [
        "reason of an allowance": "سبب الخصم",
        "reason of a charge": "سبب الرسم",
        "rate of an allowance or charge": "نسبة الخصم أو الرسم",
        "VAT category of an allowance or charge (BT-95, BT-102)": "فئة ضريبة الخصم أو الرسم (BT-95 وBT-102)",
        "amount of an allowance or charge (BT-92, BT-99, BT-136, BT-141)":
            "مبلغ الخصم أو الرسم (BT-92 وBT-99 وBT-136 وBT-141)",
        "VAT exemption reason (BT-120)": "سبب الإعفاء من الضريبة (BT-120)",
        "sum of line net amounts (BT-106)": "مجموع صافي البنود (BT-106)",
        "sum of allowances (BT-107)": "مجموع الخصومات (BT-107)",
        "sum of charges (BT-108)": "مجموع الرسوم (BT-108)",
        "total without VAT (BT-109)": "الإجمالي بدون الضريبة (BT-109)",
        "total with VAT (BT-112)": "الإجمالي مع الضريبة (BT-112)",
        "paid amount (BT-113)": "المبلغ المدفوع (BT-113)",
        "rounding amount (BT-114)": "مبلغ التقريب (BT-114)",
        "amount due (BT-115)": "المبلغ المستحق (BT-115)",
    ]

    private static let lineTerms: [String: String] = [
        "note of a line (BT-127)": "ملاحظة البند (BT-127)",
        "text of a line's note (BT-127)": "نص ملاحظة البند (BT-127)",
        "object reference of a line (BT-128)": "معرّف الشيء للبند (BT-128)",
        "order line reference (BT-132)": "مرجع بند أمر الشراء (BT-132)",
        "period of a line (BG-26)": "فترة البند (BG-26)",
        "VAT category of a line (BG-30)": "فئة ضريبة البند (BG-30)",
        "VAT category of a line (BT-151)": "فئة ضريبة البند (BT-151)",
        "item net price (BT-146)": "السعر الصافي للصنف (BT-146)",
        "item price discount (BT-147)": "خصم سعر الصنف (BT-147)",
        "item description (BT-154)": "وصف الصنف (BT-154)",
        "name of an item attribute (BT-160)": "اسم خاصية الصنف (BT-160)",
        "value of an item attribute (BT-161)": "قيمة خاصية الصنف (BT-161)",
    ]

    /// Where an element has its place.
    private static let places: [String: String] = [
        "additional references of the type 916": "المراجع الإضافية من النوع 916",
        "additional references of the type 130": "المراجع الإضافية من النوع 130",
        "additional references of the type 50, 130, 916": "المراجع الإضافية من الأنواع 50 و130 و916",
        "the document's taxes": "ضرائب المستند",
        "the VAT breakdown (BG-23)": "تفصيل الضريبة (BG-23)",
        "a preceding invoice (BT-26)": "الفاتورة السابقة (BT-26)",
    ]
}
