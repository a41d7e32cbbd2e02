/// What a source is asked for its batch: the operation of a SOAP service with its parameters, ready to be sent.
public struct BatchRequest: Hashable, Sendable {
    public let url: TargetURL
    public let credentials: BasicCredentials?
    public let soapVersion: SOAPVersion
    /// What is sent as `SOAPAction` (1.1) or as the parameter `action` (1.2). With 1.1 the field is sent empty when there is none.
    public let action: String?
    public let operation: SOAPOperation
    /// The operation's children, in this order.
    public let parameters: [SOAPParameter]
    public let limits: FetchLimits
    /// The run's place in a trace (W3C Trace Context, §3.2).
    public let traceparent: String

    public static let maxActionBytes = 1_024
    public static let maxParameters = 64

    /// - Throws: `BatchRequestError` when the action, or the number of parameters, cannot be sent.
    public init(
        url: TargetURL, credentials: BasicCredentials? = nil, soapVersion: SOAPVersion = .v11, action: String? = nil,
        operation: SOAPOperation, parameters: [SOAPParameter] = [], limits: FetchLimits = .standard, traceparent: String
    ) throws(BatchRequestError) {
        if let action { try Self.checkAction(action) }
        guard parameters.count <= Self.maxParameters else { throw .tooManyParameters }
        self.url = url
        self.credentials = credentials
        self.soapVersion = soapVersion
        self.action = action
        self.operation = operation
        self.parameters = parameters
        self.limits = limits
        self.traceparent = traceparent
    }

    /// The field is a quoted string: what would end it, or the field, is refused rather than escaped, for servers differ in unescaping.
    public static func checkAction(_ action: String) throws(BatchRequestError) {
        let isSendable = action.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard action.utf8.count <= maxActionBytes, isSendable else { throw .action }
    }
}

/// The element that names what a SOAP service is to do: the one child of the request's `Body`.
public struct SOAPOperation: Hashable, Sendable {
    /// Nil means no namespace.
    public let namespace: String?
    public let localName: String
    /// Whether the parameters are in the operation's namespace (`elementFormDefault="qualified"`, the usual) or in none.
    public let parametersAreQualified: Bool

    public static let maxNamespaceBytes = 1_024

    /// - Throws: `BatchRequestError` when the name is no XML name, or the namespace cannot be one.
    public init(namespace: String?, localName: String, parametersAreQualified: Bool = true) throws(BatchRequestError) {
        if let namespace {
            guard (1...Self.maxNamespaceBytes).contains(namespace.utf8.count), namespace.utf8.allSatisfy(Self.isURICharacter) else {
                throw .namespace
            }
        }
        guard XMLNCName.isValid(localName) else { throw .name(localName) }
        self.namespace = namespace
        self.localName = localName
        self.parametersAreQualified = parametersAreQualified
    }

    /// What RFC 3986 allows anywhere in a URI; parsers of XML refuse a namespace that is none.
    private static func isURICharacter(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
    }
}

/// One parameter of an operation: an element that holds text.
public struct SOAPParameter: Hashable, Sendable {
    public let name: String
    public let value: String

    public static let maxValueBytes = 16_384

    /// - Throws: `BatchRequestError` when the name is no XML name, or the value holds what XML cannot carry.
    public init(name: String, value: String) throws(BatchRequestError) {
        guard XMLNCName.isValid(name) else { throw .name(name) }
        guard value.utf8.count <= Self.maxValueBytes, value.unicodeScalars.allSatisfy(XMLNCName.isCharacter) else { throw .value(of: name) }
        self.name = name
        self.value = value
    }
}

/// Why a source cannot be asked like this.
public enum BatchRequestError: Error, Hashable, Sendable, CustomStringConvertible {
    case action
    case namespace
    case name(String)
    case value(of: String)
    case tooManyParameters

    public var description: String {
        switch self {
        case .action:
            "the SOAP action must be printable ASCII without quotes and backslashes, at most \(BatchRequest.maxActionBytes) bytes long"
        case .namespace:
            "the operation's namespace must be a URI (ASCII without spaces and without \" < > \\ ^ ` { | }), at most \(SOAPOperation.maxNamespaceBytes) bytes long"
        case .name(let name):
            "“\(ForeignText.shown(name, atMost: 64))” is not an XML name; begin with a letter or _, and go on with letters, digits, - . _, without a colon"
        case .value(let name):
            "the value of “\(name)” must be at most \(SOAPParameter.maxValueBytes) bytes without control characters"
        case .tooManyParameters: "an operation may have at most \(BatchRequest.maxParameters) parameters"
        }
    }
}
