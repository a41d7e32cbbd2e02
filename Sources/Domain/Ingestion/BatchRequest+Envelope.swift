extension BatchRequest {
    /// The request's message: an envelope in UTF-8 without a header, whose body holds the operation.
    ///
    /// It is well-formed whatever the values hold: names and characters were judged when the request was made, and what has a meaning in XML
    /// is escaped.
    public var envelope: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope xmlns:soap=\"\(soapVersion.namespace)\"><soap:Body>".utf8
        let prefix = operation.namespace == nil ? "" : "m:"
        bytes += "<\(prefix)\(operation.localName)".utf8
        if let namespace = operation.namespace {
            bytes += " xmlns:m=\"".utf8
            Self.append(escaped: namespace, to: &bytes)
            bytes += "\"".utf8
        }
        bytes += ">".utf8
        let parameterPrefix = operation.parametersAreQualified ? prefix : ""
        for parameter in parameters {
            bytes += "<\(parameterPrefix)\(parameter.name)>".utf8
            Self.append(escaped: parameter.value, to: &bytes)
            bytes += "</\(parameterPrefix)\(parameter.name)>".utf8
        }
        bytes += "</\(prefix)\(operation.localName)></soap:Body></soap:Envelope>".utf8
        return bytes
    }

    /// `Content-Type` and what says the action: a field of its own in SOAP 1.1 (§6.1.1), where it must be there even when it is empty; in
    /// 1.2 a parameter of the media type (part 2, §7.5.1).
    public var bindingFields: [(name: String, value: String)] {
        let type = "\(soapVersion.mediaType); charset=utf-8"
        return switch soapVersion {
        case .v11: [("Content-Type", type), ("SOAPAction", "\"\(action ?? "")\"")]
        case .v12: [("Content-Type", action.map { "\(type); action=\"\($0)\"" } ?? type)]
        }
    }

    /// White space other than a space is told by its number, for a reader would change it in an attribute, and a carriage return anywhere.
    private static func append(escaped text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case 0x09, 0x0A, 0x0D: bytes += "&#\(byte);".utf8
            default: bytes.append(byte)
            }
        }
    }
}
