/// Why a batch as a whole cannot be read, or not to its end. It holds nothing of the content but names and a fault's reason.
public enum BatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The answer is no SOAP envelope; the name of its root element, if it has one (`html`, for instance).
    case notAnEnvelope(root: String?)
    /// The envelope, or what surrounds the invoices in it, is not well-formed from this octet of the answer on.
    case malformed(String, offset: Int)
    /// The document in the envelope is not well-formed outside its invoices, from this octet of it on, or ends before it is closed; or words
    /// stand in its place, at this octet of the answer.
    case malformedInner(String, offset: Int)
    case doctypeRefused
    /// A reference to an entity other than the five of XML 1.0 (section 4.6), outside the invoices.
    case entityRefused
    case tooDeep(limit: Int)
    case tooManyAttributes(limit: Int)
    /// Around an invoice.
    case tooManyNamespaces(limit: Int, bytes: Int)
    /// More octets than a batch may have.
    case tooLarge(limit: Int)
    case tooManyInvoices(limit: Int)
    /// The answer ends before the envelope is closed.
    case truncated
    case unsupportedEncoding(String)
    /// The source answered with a fault in place of a batch.
    case fault(SOAPFault)

    /// A short word for lists and metrics.
    public var code: String {
        switch self {
        case .notAnEnvelope: "not-an-envelope"
        case .malformed: "malformed"
        case .malformedInner: "malformed-inner"
        case .doctypeRefused: "doctype-refused"
        case .entityRefused: "entity-refused"
        case .tooDeep: "too-deep"
        case .tooManyAttributes: "too-many-attributes"
        case .tooManyNamespaces: "too-many-namespaces"
        case .tooLarge: "too-large"
        case .tooManyInvoices: "too-many-invoices"
        case .truncated: "truncated"
        case .unsupportedEncoding: "unsupported-encoding"
        case .fault: "fault"
        }
    }

    /// The same error, without what a fault repeats of the credentials that its source was asked with.
    public func without(_ credentials: BasicCredentials?) -> BatchError {
        if case .fault(let fault) = self { .fault(fault.without(credentials)) } else { self }
    }

    /// What is wrong, and what to do where that can be said.
    public var description: String {
        switch self {
        case .notAnEnvelope(nil): "the answer is not XML; check the source's URL"
        case .notAnEnvelope(let root?): "the answer is a document “\(root)”, not a SOAP envelope; check the source's URL"
        case .malformed(let reason, let offset): "the answer is not well-formed at byte \(offset): \(reason)"
        case .malformedInner(let reason, let offset):
            "the document in the answer is not well-formed outside its invoices, at byte \(offset): \(reason)"
        case .doctypeRefused: "the answer has a document type declaration; it is not accepted"
        case .entityRefused: "the answer refers to an entity; only &lt; &gt; &amp; &quot; and &apos; are accepted"
        case .tooDeep(let limit): "the answer's elements are nested more than \(limit) deep"
        case .tooManyAttributes(let limit): "an element of the answer has more than \(limit) attributes"
        case .tooManyNamespaces(let limit, let bytes):
            "the elements around the invoices declare more than \(limit) namespaces, or more than \(bytes) bytes of them"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes; ask for a smaller time window, or raise the source's limit"
        case .tooManyInvoices(let limit): "the answer holds more than \(limit) invoices; ask for a smaller time window"
        case .truncated: "the answer ends before its envelope is closed"
        case .unsupportedEncoding(let name):
            "the answer is in \(name); UTF-8, UTF-16, ISO-8859-1, ISO-8859-15, windows-1252 and US-ASCII are accepted"
        case .fault(let fault): "the source answered with \(fault)"
        }
    }
}
