internal import Domain

extension Schemas {
    /// Those of invoices, number series and the audit.
    static let books = [
        Schema(name: "InvoiceDocument", json: invoiceDocument), Schema(name: "Invoice", json: invoice),
        Schema(name: "InvoiceItem", json: invoiceItem), Schema(name: "InvoicePage", json: page(of: "InvoiceItem", next: textOrNull)),
        Schema(name: "Finding", json: finding), Schema(name: "ValidationResult", json: validationResult),
        Schema(name: "InvoiceValidation", json: invoiceValidation), Schema(name: "Issue", json: issue),
        Schema(name: "CreditNote", json: creditNote), Schema(name: "Reason", json: reason),
        Schema(name: "InvoiceBatch", json: invoiceBatch), Schema(name: "InvoiceBatchResults", json: invoiceBatchResults),
        Schema(name: "SeriesPlan", json: seriesPlan), Schema(name: "Series", json: series), Schema(name: "SeriesList", json: seriesList),
        Schema(name: "Allocations", json: allocations), Schema(name: "AllocationResults", json: allocationResults),
        Schema(name: "Allocation", json: allocation), Schema(name: "SeriesNumber", json: seriesNumber),
        Schema(name: "SeriesNumberPage", json: page(of: "SeriesNumber", next: textOrNull)), Schema(name: "GapReport", json: gapReport),
        Schema(name: "NumberImport", json: numberImport), Schema(name: "NumberImportResult", json: numberImportResult),
        Schema(name: "NumberRelease", json: numberRelease), Schema(name: "NumberReleaseResult", json: numberReleaseResult),
        Schema(name: "AuditPage", json: auditPage), Schema(name: "AnchorPage", json: anchorPage),
    ]

    private static let numberRelease =
        #"{"type":"object","required":["period","from"],"properties":{"period":{"type":"string","description":"As the gap report names it; "#
        + #"empty when the series never counts anew."},"from":{"type":"integer","minimum":0,"description":"The first to be taken back."}}}"#
    private static let numberReleaseResult =
        #"{"type":"object","required":["released","last"],"properties":{"released":{"type":"integer"},"last":{"type":["integer","null"]}}}"#
    private static let textOrNull = #"["string","null"]"#
    private static let instant = #"{"type":"string","format":"date-time"}"#
    private static let day = #"{"type":"string","format":"date"}"#
    private static let decimal = #"{"type":"string","pattern":"^-?[0-9]+(\\.[0-9]+)?$"}"#
    private static let decimalIn = #"{"type":["string","number"]}"#
    private static let name = API.seriesName
    private static let reference = #"{"type":"string","minLength":1,"maxLength":128,"pattern":"^[!-~]+$"}"#
    private static let reasonText = #"{"type":"string","minLength":1,"maxLength":1000}"#
    static let invoiceStatuses = #"{"type":"string","enum":\#(list(Invoice.Status.allCases.map(\.rawValue)))}"#

    // MARK: Invoices

    /// The members that every draft has; the others are in `docs/invoice-json.md`.
    private static let invoiceDocument = #"""
        {"type":"object","required":["currency"],"description":"The semantic model of EN 16931. Decimals are read exactly, from strings or numbers, and given as strings. What the engine works out (number, line net amounts, tax breakdown, totals) is left out of a draft.",
        "properties":{"type":{"type":"string","default":"380","description":"UNTDID 1001 (BT-3)."},"currency":{"type":"string","description":"ISO 4217 (BT-5)."},
        "issueDate":\#(day),"dueDate":\#(day),
        "seller":{"type":"object"},"buyer":{"type":"object"},"payee":{"type":"object"},"delivery":{"type":"object"},"payment":{"type":"object"},
        "notes":{"type":"array","items":{"type":"object"}},"allowances":{"type":"array","items":{"type":"object"}},
        "charges":{"type":"array","items":{"type":"object"}},
        "lines":{"type":"array","maxItems":\#(InvoiceDocument.maxLines),"items":{"type":"object","required":["quantity","unitPrice"],"properties":{
        "id":{"type":"string"},"name":{"type":"string"},"quantity":\#(decimalIn),"unit":{"type":"string"},"unitPrice":\#(decimalIn),
        "tax":{"type":"object","properties":{"category":{"type":"string"},"rate":\#(decimalIn)}}}}},
        "taxRegime":{"type":"string","description":"The strategy by which it is taxed: vat, vat-ng, gst-in, …"}}}
        """#

    private static let members = #"""
        "id":{"type":"string","format":"uuid"},"status":\#(invoiceStatuses),"version":{"type":"integer","minimum":1},
        "number":{"type":"string","description":"Once it is issued."},"series":\#(name),"issueDate":\#(day),
        "creditOf":{"type":"string","format":"uuid","description":"The invoice that it credits."},"credited":\#(decimal),
        "reason":{"type":"string","description":"Why it was cancelled, voided or rejected."},
        "verdict":{"type":"object","required":["ruleset","fatal","warnings"],"properties":{"ruleset":{"type":"string"},
        "fatal":{"type":"integer","minimum":0},"warnings":{"type":"integer","minimum":0}}},
        "createdAt":\#(instant),"updatedAt":\#(instant),"issuedAt":\#(instant),
        "source":{"type":"string","enum":\#(list(Invoice.Origin.Source.allCases.map(\.rawValue)))},"correlationId":{"type":"string"},
        "retryCount":{"type":"integer","minimum":0},"lastError":{"type":"string"}
        """#
    private static let required =
        #""id","status","version","credited","verdict","createdAt","updatedAt","source","correlationId","retryCount""#

    private static let invoice = #"""
        {"type":"object","required":[\#(required),"document"],"properties":{\#(members),
        "findings":\#(findings),"document":{"type":"object","description":"The complete document, with number and issue date once it has them."}}}
        """#

    private static let invoiceItem = #"""
        {"type":"object","required":[\#(required),"summary"],"properties":{\#(members),
        "summary":{"type":"object","required":["type","currency","taxExclusive","taxInclusive","payable"],"properties":{
        "type":{"type":"string"},"currency":{"type":"string"},"issueDate":\#(day),"dueDate":\#(day),"seller":{"type":"string"},
        "buyer":{"type":"string"},"taxExclusive":\#(decimal),"taxInclusive":\#(decimal),"payable":\#(decimal)}}}}
        """#

    static let findings = ##"{"type":"array","items":{"$ref":"#/components/schemas/Finding"}}"##

    private static let finding = #"""
        {"type":"object","required":["rule","severity","location","message"],"properties":{"rule":{"type":"string"},
        "severity":{"type":"string","enum":\#(list(Finding.Severity.allCases.map(\.rawValue)))},
        "location":{"type":"string","description":"An XPath into the document as UBL or CII."},"message":{"type":"string"}}}
        """#

    private static let validationResult = #"""
        {"type":"object","required":["valid","ruleset","findings"],"properties":{"valid":{"type":"boolean"},"ruleset":{"type":"string"},
        "findings":\#(findings)}}
        """#

    private static let invoiceValidation = #"""
        {"type":"object","required":["valid","findings","invoice"],"properties":{"valid":{"type":"boolean"},"findings":\#(findings),
        "invoice":{"$ref":"#/components/schemas/Invoice"}}}
        """#

    private static let issue = #"{"type":"object","additionalProperties":false,"properties":{"series":\#(name)}}"#

    private static let creditNote = #"""
        {"type":"object","additionalProperties":false,"properties":{
        "lines":{"type":"array","minItems":1,"maxItems":\#(InvoiceDocument.maxLines),"description":"Absent: the whole invoice.","items":{
        "type":"object","additionalProperties":false,"required":["id"],"properties":{"id":{"type":"string","minLength":1},
        "quantity":\#(decimalIn)}}},"reason":\#(reasonText),"issueDate":\#(day),"issue":{"type":"boolean","default":true},"series":\#(name)}}
        """#

    private static let reason = #"""
        {"type":"object","additionalProperties":false,"required":["reason"],"properties":{"reason":\#(reasonText)}}
        """#

    private static let invoiceBatch = #"""
        {"type":"object","additionalProperties":false,"required":["items"],"properties":{
        "items":{"type":"array","minItems":1,"maxItems":\#(InvoiceHandlers.maxBatchItems),"items":{"type":"object",
        "additionalProperties":false,"required":["document"],"properties":{"document":{"$ref":"#/components/schemas/InvoiceDocument"},
        "idempotencyKey":{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"},"issue":{"type":"boolean","default":false},
        "series":\#(name)}}}}}
        """#

    private static let invoiceBatchResults = #"""
        {"type":"object","required":["results"],"properties":{"results":{"type":"array","items":{"type":"object","required":["status"],
        "properties":{"status":{"type":"integer","description":"201, 200, or that of the problem."},"id":{"type":"string","format":"uuid"},
        "invoice":{"$ref":"#/components/schemas/InvoiceItem"},"problem":{"$ref":"#/components/schemas/Problem"}}}}}}
        """#

    // MARK: Series

    private static let planMembers = #"""
        "id":\#(name),"format":{"type":"string","minLength":1,"maxLength":\#(NumberFormat.maxBytes),"description":"Letters, digits, - / . _ and {seq} or {seq:n}, {yyyy}, {yy}, {mm}, {fyyyy}, {fy}."},
        "reset":{"type":"string","enum":["never","year","fiscal-year","month"]},
        "fiscalYearStartMonth":{"type":"integer","minimum":1,"maximum":12,"description":"With the reset fiscal-year; 4 if absent."},
        "start":{"type":"integer","minimum":0,"maximum":\#(Series.Plan.highestStart),"default":1},
        "timeZone":{"type":"string","minLength":1,"maxLength":64,"default":"UTC","description":"IANA name: where today is, for a document without issue date."}
        """#

    private static let seriesPlan = #"""
        {"type":"object","additionalProperties":false,"required":["id","format","reset"],"properties":{\#(planMembers)}}
        """#

    private static let series = #"""
        {"type":"object","required":["id","format","reset","start","timeZone","standard","counters"],"properties":{\#(planMembers),
        "standard":{"type":"boolean","description":"Whether every tenant has it without asking."},"createdAt":\#(instant),
        "counters":{"type":"array","items":{"type":"object","required":["period","last"],"properties":{"period":{"type":"string"},
        "last":{"type":"integer"}}}}}}
        """#

    private static let seriesList = #"""
        {"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Series"}}}}
        """#

    private static let allocation = #"""
        {"type":"object","additionalProperties":false,"required":["document"],"properties":{"document":\#(reference),"issueDate":\#(day)}}
        """#

    private static let allocations = #"""
        {"type":"object","additionalProperties":false,"required":["documents"],"properties":{"documents":{"type":"array","minItems":1,
        "maxItems":1000,"items":\#(reference)},"issueDate":\#(day)}}
        """#

    private static let allocationResults = #"""
        {"type":"object","required":["results"],"properties":{"results":{"type":"array","items":{"type":"object","required":["status"],
        "properties":{"status":{"type":"integer"},"number":{"$ref":"#/components/schemas/SeriesNumber"},
        "problem":{"$ref":"#/components/schemas/Problem"}}}}}}
        """#

    private static let seriesNumber = #"""
        {"type":"object","required":["number","sequence","period","series","document","allocatedAt","status"],"properties":{
        "number":{"type":"string"},"sequence":{"type":"integer"},"period":{"type":"string"},"series":\#(name),"document":\#(reference),
        "allocatedAt":\#(instant),"status":{"type":"string","enum":["allocated","void"]},"reason":{"type":"string"},"voidedAt":\#(instant)}}
        """#

    private static let ranges = #"""
        {"type":"array","items":{"type":"object","required":["from","to"],"properties":{"from":{"type":"integer"},"to":{"type":"integer"}}}}
        """#

    private static let gapReport = #"""
        {"type":"object","required":["series","start","complete","periods"],"properties":{"series":\#(name),"start":{"type":"integer"},
        "complete":{"type":"boolean","description":"Whether every period runs from the start without gap or repeat."},
        "periods":{"type":"array","items":{"type":"object","required":["period","first","last","count","voids","complete","gaps"],
        "properties":{"period":{"type":"string"},"first":{"type":"integer"},"last":{"type":"integer"},"count":{"type":"integer"},
        "voids":{"type":"integer"},"complete":{"type":"boolean"},"gaps":\#(ranges)}}}}}
        """#

    private static let numberImport = #"""
        {"type":"object","additionalProperties":false,"required":["numbers"],"properties":{
        "numbers":{"type":"array","minItems":1,"maxItems":\#(Books.maxAdoptions),"items":{"type":"object","additionalProperties":false,
        "required":["number"],"properties":{"number":{"type":"string","minLength":1,"maxLength":128},"document":\#(reference),
        "issueDate":\#(day),"voidReason":\#(reasonText)}}},"apply":{"type":"boolean","default":false}}}
        """#

    private static let excluded = #"""
        {"type":"array","items":{"type":"object","required":["index","number","reason","detail"],"properties":{"index":{"type":"integer"},
        "number":{"type":"string"},"reason":{"type":"string"},"detail":{"type":"string"},"first":{"type":"integer"}}}}
        """#

    private static let adopted = #"""
        {"type":"array","items":{"type":"object","required":["number","period","sequence","document"],"properties":{
        "number":{"type":"string"},"period":{"type":"string"},"sequence":{"type":"integer"},"document":\#(reference),
        "voidReason":{"type":"string"}}}}
        """#

    private static let numberImportResult = #"""
        {"type":"object","required":["scan","repair","applied"],"properties":{
        "scan":{"type":"object","required":["entries","readable","gapCount","unreadable","duplicates","taken","behindCounter","gaps"],
        "properties":{"entries":{"type":"integer"},"readable":{"type":"integer"},"gapCount":{"type":"integer"},"unreadable":\#(excluded),
        "duplicates":\#(excluded),"taken":\#(excluded),"behindCounter":\#(excluded),"gaps":{"type":"array","items":{"type":"object",
        "required":["period","from","to"],"properties":{"period":{"type":"string"},"from":{"type":"integer"},"to":{"type":"integer"}}}}}},
        "repair":{"type":"object","required":["adopt","excluded","voids"],"properties":{"adopt":\#(adopted),"excluded":\#(excluded),
        "voids":\#(adopted)}},"applied":{"type":"boolean"}}}
        """#

    // MARK: Audit

    private static let digest = #"{"type":"string","pattern":"^([0-9a-f]{64})?$"}"#

    private static let auditPage = #"""
        {"type":"object","required":["tenant","partition","partitions","intact","entries"],"properties":{"tenant":{"type":"string"},"partition":{"type":"integer"},
        "partitions":{"type":"integer"},"intact":{"type":"boolean","description":"Whether every entry leads to its hash, and on from the one before."},
        "entries":{"type":"array","items":{"type":"object","required":["sequence","at","by","command","subject","before","after","hash"],
        "properties":{"sequence":{"type":"integer"},"at":\#(instant),"by":{"type":"string"},"command":{"type":"string"},
        "subject":{"type":"string"},"before":\#(digest),"after":\#(digest),"hash":\#(digest)}}},
        "broken":\#(ranges),"next":{"type":"integer","description":"Absent at the end."}}}
        """#

    private static let anchorPage = #"""
        {"type":"object","required":["store","tenant","partition","partitions","publicKey","anchors"],
        "properties":{"store":{"type":"string","format":"uuid"},"tenant":{"type":"string"},
        "partition":{"type":"integer"},"partitions":{"type":"integer"},
        "publicKey":{"type":"string","description":"Ed25519 (RFC 8032), by which this engine signs; note it elsewhere."},
        "anchors":{"type":"array","items":{"type":"object",
        "required":["store","tenant","partition","entries","head","at","publicKey","signature","statement"],
        "properties":{"store":{"type":"string","format":"uuid"},"tenant":{"type":"string"},"partition":{"type":"integer"},
        "entries":{"type":"integer","description":"How many entries of the chain it covers."},"head":\#(digest),"at":\#(instant),
        "publicKey":{"type":"string"},"signature":{"type":"string"},
        "statement":{"type":"string","description":"What is signed, made of the members above."}}}},
        "next":{"type":"integer","description":"Absent at the end."}}}
        """#

    // MARK: Examples

    static let invoiceExample = #"""
        {"type":"380","currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20",
        "seller":{"name":"Example GmbH","vatId":"DE123456789","address":{"street":"Hauptstr. 1","city":"Berlin","postalCode":"10115","country":"DE"}},
        "buyer":{"name":"Buyer SARL","address":{"city":"Paris","postalCode":"75001","country":"FR"}},
        "lines":[{"id":"1","name":"Chair","quantity":"3","unit":"C62","unitPrice":"19.99","tax":{"category":"S","rate":"19"}}]}
        """#
    static let invoiceBatchExample = #"{"items":[{"idempotencyKey":"invoice-1","issue":true,"document":\#(invoiceExample)}]}"#
    static let reasonExample = #"{"reason":"Sent to the wrong buyer."}"#
    static let seriesExample = #"{"id":"SHOP","format":"SHOP-{yyyy}-{seq:5}","reset":"year","start":1,"timeZone":"Europe/Berlin"}"#
    static let importExample = #"""
        {"numbers":[{"number":"SHOP-2026-00001","document":"order-1"},{"number":"SHOP-2026-00003","document":"order-3"}],"apply":false}
        """#
}
