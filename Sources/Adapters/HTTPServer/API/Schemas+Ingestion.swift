internal import Domain

extension Schemas {
    /// Those of sources, runs, received documents, quarantine and mappings.
    static let ingestion = [
        Schema(name: "SourceDraft", json: sourceDraft(required: #""name","url","invoiceElement","numberPath""#)),
        Schema(name: "SourceReplacement", json: sourceDraft(required: #""url","invoiceElement","numberPath""#)),
        Schema(name: "SourceOperation", json: operation), Schema(name: "SourceLimits", json: limits),
        Schema(name: "Mapping", json: mapping), Schema(name: "Source", json: source),
        Schema(name: "SourceProgress", json: progress), Schema(name: "SourcePage", json: page(of: "Source", next: textOrNull)),
        Schema(name: "IngestionRun", json: run), Schema(name: "IngestionRunPage", json: page(of: "IngestionRun", next: textOrNull)),
        Schema(name: "Received", json: received), Schema(name: "ReceivedPage", json: page(of: "Received", next: textOrNull)),
        Schema(name: "Quarantined", json: quarantined), Schema(name: "QuarantinePage", json: page(of: "Quarantined", next: textOrNull)),
        Schema(name: "QuarantineOutcome", json: outcome), Schema(name: "MappingPreview", json: mappingPreview),
        Schema(name: "MappingResult", json: mappingResult),
    ]

    private static let textOrNull = #"["string","null"]"#
    private static let instant = #"{"type":"string","format":"date-time"}"#
    private static let uuid = #"{"type":"string","format":"uuid"}"#
    private static let count = #"{"type":"integer","minimum":0}"#
    private static let digest = #"{"type":"string","pattern":"^[0-9a-f]{64}$"}"#
    private static let trace = #"""
        {"type":"string","pattern":"^[0-9a-f]{32}$","description":"Ties together all that belongs to the run (W3C Trace Context)."}
        """#
    private static let name = #"{"type":"string","pattern":"^[a-z0-9][a-z0-9._-]{0,63}$"}"#
    private static let mark = RedactionPolicy.mark

    private static func seconds(_ bounds: ClosedRange<TimeSpan>, _ standard: TimeSpan, _ description: String) -> String {
        #"""
        {"type":"integer","minimum":\#(bounds.lowerBound.microseconds / 1_000_000),"maximum":\#(bounds.upperBound.microseconds / 1_000_000),"default":\#(standard.microseconds / 1_000_000),"description":"\#(description)"}
        """#
    }

    // MARK: Sources

    private static let settings = #"""
        "url":{"type":"string","format":"uri","maxLength":\#(TargetURL.maxBytes),"description":"Absolute, http or https. Its query is kept sealed, and never shown."},
        "allowUnencryptedPassword":{"type":"boolean","default":false,"description":"Whether username and password may go over plain http to another machine."},
        "intervalSeconds":\#(seconds(IngestionLimits.intervals, SubmittedSource.standardInterval, "From the beginning of a run to that of the next.")),
        "overlapSeconds":\#(seconds(IngestionLimits.overlaps, .minutes(5), "How much of the window before is asked for again.")),
        "lookbackSeconds":\#(seconds(IngestionLimits.lookbacks, .hours(24), "How far back the first window reaches.")),
        "soapVersion":{"type":"string","enum":\#(list(SOAPVersion.allCases.map(\.rawValue))),"default":"1.1"},
        "soapAction":{"type":"string","maxLength":\#(BatchRequest.maxActionBytes)},
        "operation":{"$ref":"#/components/schemas/SourceOperation"},
        "parameters":{"type":"array","maxItems":\#(BatchRequest.maxParameters),"description":"The operation's child elements, in this order. In a value, {from} and {to} stand for the run's window (RFC 3339). Other values are kept sealed and not shown, unless the name tells of something harmless (docs/ingestion.md).","items":{"type":"object","additionalProperties":false,"required":["name","value"],"properties":{"name":{"type":"string","minLength":1,"maxLength":\#(XMLNCName.maxBytes)},"value":{"type":"string","maxLength":\#(SOAPParameter.maxValueBytes)}}}},
        "invoiceElement":{"type":"string","minLength":1,"maxLength":\#(SplitName.maxBytes),"description":"The element that holds one document: Invoice, or {urn:example}Invoice."},
        "numberPath":{"type":"string","minLength":1,"maxLength":4096,"description":"Where its number stands below it: InvoiceNumber, Header/@number."},
        "topic":{"type":"string","minLength":1,"maxLength":\#(TopicName.maxBytes),"pattern":"^[A-Za-z0-9._-]+$","description":"The topic of the bus that its documents go to; absent: that of all ingestion."},
        "limits":{"$ref":"#/components/schemas/SourceLimits"},"mapping":{"$ref":"#/components/schemas/Mapping"},
        "username":{"type":"string","minLength":1,"maxLength":\#(BasicCredentials.maxBytes),"description":"For basic authentication."}
        """#

    private static func sourceDraft(required: String) -> String {
        #"""
        {"type":"object","additionalProperties":false,"required":[\#(required)],"properties":{"name":\#(name),\#(settings),
        "password":{"type":"string","maxLength":\#(BasicCredentials.maxBytes),"writeOnly":true,"description":"Kept sealed, and never shown. Left out when a source is replaced: the one that it has stays, as long as server and username do."}}}
        """#
    }

    private static let operation = #"""
        {"type":"object","additionalProperties":false,"required":["name"],"description":"The child of the request's Body; absent: \#(SubmittedSource.standardOperation) in no namespace.","properties":{
        "namespace":{"type":"string","minLength":1,"maxLength":\#(SOAPOperation.maxNamespaceBytes)},
        "name":{"type":"string","minLength":1,"maxLength":\#(XMLNCName.maxBytes)},
        "qualified":{"type":"boolean","default":true,"description":"Whether the parameters are in its namespace."}}}
        """#

    private static func number(_ bounds: ClosedRange<Int>, _ standard: Int, _ description: String) -> String {
        #"{"type":"integer","minimum":\#(bounds.lowerBound),"maximum":\#(bounds.upperBound),"default":\#(standard),"description":"\#(description)"}"#
    }

    private static func wait(_ bounds: ClosedRange<Int64>, _ standard: TimeSpan, _ description: String) -> String {
        number(Int(bounds.lowerBound)...Int(bounds.upperBound), Int(standard.microseconds / 1_000_000), description)
    }

    private static let limits = #"""
        {"type":"object","additionalProperties":false,"properties":{
        "connectSeconds":\#(wait(SubmittedSource.connectSeconds, FetchLimits.standard.connect, "For the connection.")),
        "firstByteSeconds":\#(wait(SubmittedSource.waitSeconds, FetchLimits.standard.firstByte, "Until the answer begins.")),
        "idleSeconds":\#(wait(SubmittedSource.waitSeconds, FetchLimits.standard.idle, "How long it may be silent in between.")),
        "totalSeconds":\#(wait(SubmittedSource.totalSeconds, FetchLimits.standard.total, "For everything together.")),
        "wireBytes":\#(number(SubmittedSource.batchBytes, FetchLimits.standard.wireBytes, "Of the answer, as it comes.")),
        "batchBytes":\#(number(SubmittedSource.batchBytes, SplitLimits.standard.batchBytes, "Of the answer, after inflation.")),
        "invoiceBytes":\#(number(SubmittedSource.invoiceBytes, SplitLimits.standard.invoiceBytes, "Of one document.")),
        "invoices":\#(number(SubmittedSource.invoices, SplitLimits.standard.invoices, "In one answer.")),
        "depth":\#(number(SubmittedSource.depths, SplitLimits.standard.depth, "Of nested elements.")),
        "attributes":\#(number(SubmittedSource.attributes, SplitLimits.standard.attributes, "Of one element."))}}
        """#

    private static let mapping = #"""
        {"type":"object","description":"How an invoice is drafted of each document (docs/ingestion-mapping.md). Of a source: needs the permission draft as well.","properties":{
        "root":{"type":"string"},"namespaces":{"type":"object","additionalProperties":{"type":"string"}},"tables":{"type":"object"},
        "fields":{"type":"object"},"lists":{"type":"object"},"checks":{"type":"object"}}}
        """#

    private static let source = #"""
        {"type":"object","required":["name","status","url","intervalSeconds","overlapSeconds","lookbackSeconds","soapVersion","operation","parameters","invoiceElement","numberPath","limits","progress","version","createdAt","updatedAt"],"properties":{
        "name":\#(name),"status":{"type":"string","enum":["active","paused"]},\#(settings),
        "password":{"const":"\#(mark)","description":"There is one."},"progress":{"$ref":"#/components/schemas/SourceProgress"},
        "version":{"type":"integer","minimum":1},"createdAt":\#(instant),"updatedAt":\#(instant)}}
        """#

    private static let progress = #"""
        {"type":"object","required":["breaker","failuresInRow"],"properties":{
        "breaker":{"type":"string","enum":\#(list(SourceProgress.Breaker.words)),"description":"open: it failed \#(SourceProgress.failuresToOpen) runs on end, and is left alone until openUntil. half-open: it is tried once."},
        "openUntil":\#(instant),"failuresInRow":\#(count),"runningRun":\#(uuid),"lastRun":\#(uuid),
        "lastStatus":{"type":"string","enum":\#(list(IngestionRun.Status.allCases.map(\.rawValue)))},"lastStartedAt":\#(instant),
        "lastEndedAt":\#(instant),"completeTo":{"type":"string","format":"date-time","description":"Changes at the source up to then are here."}}}
        """#

    // MARK: What they brought

    private static let run = #"""
        {"type":"object","required":["id","source","status","trigger","traceId","window","startedAt","counts","attempts"],"properties":{
        "id":\#(uuid),"source":\#(name),"status":{"type":"string","enum":\#(list(IngestionRun.Status.allCases.map(\.rawValue))),"description":"partial: all is taken, some of it into quarantine. abandoned: the engine ended before it; the source is asked again."},
        "trigger":{"type":"string","enum":\#(list(IngestionRun.Trigger.allCases.map(\.rawValue)))},"traceId":\#(trace),
        "window":{"type":"object","required":["from","to"],"properties":{"from":\#(instant),"to":\#(instant)}},
        "startedAt":\#(instant),"endedAt":\#(instant),
        "counts":{"type":"object","required":["received","new","changed","unchanged","quarantined","bytes"],"properties":{
        "received":\#(count),"new":\#(count),"changed":\#(count),"unchanged":\#(count),"quarantined":\#(count),"bytes":\#(count)}},
        "attempts":\#(count),"failure":{"type":"object","required":["code","detail"],"properties":{"code":{"type":"string"},"detail":{"type":"string"}}}}}
        """#

    private static let namespaces = #"""
        {"type":"array","description":"Declared around it; a reader of the octets alone needs them.","items":{"type":"object","required":["prefix","uri"],"properties":{"prefix":{"type":"string"},"uri":{"type":"string"}}}}
        """#

    private static let received = #"""
        {"type":"object","required":["id","source","number","status","version","sha256","encoding","size","namespaces","receivedAt","traceId","rawUrl","createdAt","updatedAt"],"properties":{
        "id":\#(uuid),"source":\#(name),"number":{"type":"string"},
        "status":{"type":"string","enum":\#(list(IngestionHandlers.DocumentStatus.allCases.map(\.rawValue))),"description":"Whether an invoice was made of it."},
        "version":{"type":"integer","minimum":1,"description":"The latest one; what comes back after another is a version of its own."},
        "sha256":\#(digest),"encoding":{"type":"string"},"size":\#(count),"namespaces":\#(namespaces),"receivedAt":\#(instant),
        "forms":{"type":"array","description":"Where encoding or namespaces changed between its versions; absent when they did not, as namespaces are where they are not on record.","items":{"type":"object","required":["fromVersion","encoding"],"properties":{"fromVersion":{"type":"integer","minimum":1},"encoding":{"type":"string"},"namespaces":\#(namespaces)}}},
        "runId":\#(uuid),"traceId":\#(trace),"rawUrl":{"type":"string","format":"uri-reference"},
        "mapping":{"type":"object","required":["version","problems"],"properties":{"version":{"type":"integer"},"invoice":\#(uuid),"problems":{"type":"array","items":{"type":"string"}}}},
        "createdAt":\#(instant),"updatedAt":\#(instant)}}
        """#

    private static let quarantined = #"""
        {"type":"object","required":["id","source","status","reason","detail","index","sha256","size","namespaces","traceId","rawUrl","createdAt","updatedAt"],"properties":{
        "id":\#(uuid),"source":\#(name),"status":{"type":"string","enum":\#(list(QuarantinedSlice.Status.allCases.map(\.rawValue)))},
        "reason":{"type":"string","description":"A word for machines: malformed, no-number, too-large and so on."},
        "detail":{"type":"string"},"index":{"type":"integer","minimum":0,"description":"Its place in the batch, from 0."},
        "sha256":\#(digest),"encoding":{"type":"string"},"size":\#(count),"namespaces":\#(namespaces),"runId":\#(uuid),"traceId":\#(trace),
        "resolvedAs":{"type":"string","format":"uuid","description":"The received document that it became."},
        "rawUrl":{"type":"string","format":"uri-reference"},"createdAt":\#(instant),"updatedAt":\#(instant)}}
        """#

    private static let outcome = #"""
        {"type":"object","required":["outcome"],"properties":{"outcome":{"type":"string","enum":["ingested","refused"]},
        "invoice":{"$ref":"#/components/schemas/Received"},"quarantined":{"$ref":"#/components/schemas/Quarantined"}}}
        """#

    // MARK: Mappings

    private static let mappingPreview = #"""
        {"type":"object","additionalProperties":false,"required":["mapping"],"properties":{"mapping":{"$ref":"#/components/schemas/Mapping"},
        "document":{"type":"string","minLength":1,"description":"The document in XML, as text."},
        "documentBase64":{"type":"string","contentEncoding":"base64","description":"In place of document, in any encoding."},
        "received":{"type":"string","format":"uuid","description":"In place of both: a received document, by its identifier."}}}
        """#

    private static let mappingResult = #"""
        {"type":"object","required":["complete","invoice","problems","unused"],"properties":{
        "complete":{"type":"boolean","description":"Whether an invoice can be drafted."},"invoice":{"type":"object"},
        "problems":{"type":"array","items":{"type":"object"}},"moreProblems":\#(count),
        "unused":{"type":"array","items":{"type":"object"},"description":"Parts of the document that no path leads to."},"moreUnused":\#(count),
        "document":{"type":"object"},"verdict":{"type":"object"},"findings":{"type":"array","items":{"type":"object"}}}}
        """#

    // MARK: Examples

    private static let exampleSettings = #"""
        "url":"https://example.com/soap/invoices","username":"ledgerflow","password":"secret","intervalSeconds":300,
        "operation":{"namespace":"urn:example:invoices","name":"GetInvoices"},
        "parameters":[{"name":"changedFrom","value":"{from}"},{"name":"changedTo","value":"{to}"}],
        "invoiceElement":"Invoice","numberPath":"InvoiceNumber"
        """#
    static let sourceExample = #"{"name":"trading-house",\#(exampleSettings)}"#
    static let sourceReplacementExample = #"{\#(exampleSettings)}"#
    static let mappingPreviewExample = #"""
        {"mapping":{"fields":{"currency":"Currency","seller.name":"Seller"}},
        "document":"<Invoice><InvoiceNumber>1</InvoiceNumber><Currency>EUR</Currency><Seller>Seller GmbH</Seller></Invoice>"}
        """#
}
