internal import CLibXML2
internal import Domain

extension XMLError {
    /// What the library tells of. Nil for a warning, and for the name of a namespace that is no URI: names are compared as texts
    /// (Namespaces in XML 1.0, §2.3), so that it makes nothing ill-formed.
    init?(library error: UnsafeMutablePointer<xmlError>?) {
        guard let error = error?.pointee, error.level.rawValue >= XML_ERR_ERROR.rawValue, error.code != XML_WAR_NS_URI.rawValue else {
            return nil
        }
        self.init(Kind(libraryCode: error.code), line: Int(error.line), column: Int(error.int2))
    }

    /// The error with the place where the parser stands.
    func at(_ context: xmlParserCtxtPtr) -> XMLError {
        guard let input = context.pointee.input?.pointee else { return self }
        return at(line: Int(input.line), column: Int(input.col))
    }
}

extension XMLError.Kind {
    static let generalReason = "the document is not well-formed XML"

    /// What the library's error means here. Its own sentences are not used: they quote the document.
    init(libraryCode code: Int32) {
        switch UInt32(bitPattern: code) {
        case XML_ERR_DOCUMENT_EMPTY.rawValue: self = .empty
        case XML_ERR_DOCUMENT_END.rawValue, XML_ERR_TAG_NOT_FINISHED.rawValue: self = .unexpectedEnd
        case XML_ERR_UNDECLARED_ENTITY.rawValue, XML_WAR_UNDECLARED_ENTITY.rawValue, XML_ERR_ENTITY_LOOP.rawValue,
            XML_ERR_UNPARSED_ENTITY.rawValue, XML_ERR_ENTITYREF_IN_PROLOG.rawValue, XML_ERR_ENTITYREF_IN_EPILOG.rawValue:
            self = .entity
        case XML_ERR_INVALID_ENCODING.rawValue, XML_ERR_UNSUPPORTED_ENCODING.rawValue, XML_ERR_UNKNOWN_ENCODING.rawValue,
            XML_ERR_ENCODING_NAME.rawValue, 6_000...6_999:
            self = .encoding
        default: self = .malformed(reason: Self.reason(code))
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch UInt32(bitPattern: code) {
        case XML_ERR_INVALID_CHAR.rawValue, XML_ERR_INVALID_CHARREF.rawValue, XML_ERR_INVALID_HEX_CHARREF.rawValue,
            XML_ERR_INVALID_DEC_CHARREF.rawValue:
            "remove the character that XML does not allow, or declare the encoding"
        case XML_ERR_TAG_NAME_MISMATCH.rawValue: "close the elements in the order in which they were opened"
        case XML_ERR_ATTRIBUTE_REDEFINED.rawValue: "give an element each attribute once only"
        case XML_ERR_LT_IN_ATTRIBUTE.rawValue: "write < in an attribute value as &lt;"
        case XML_ERR_ATTRIBUTE_NOT_STARTED.rawValue, XML_ERR_ATTRIBUTE_NOT_FINISHED.rawValue,
            XML_ERR_ATTRIBUTE_WITHOUT_VALUE.rawValue:
            "give each attribute a value in quotes"
        case XML_ERR_SPACE_REQUIRED.rawValue: "put a space here"
        case XML_ERR_GT_REQUIRED.rawValue, XML_ERR_LTSLASH_REQUIRED.rawValue: "complete the tag"
        case XML_ERR_NAME_REQUIRED.rawValue: "complete the tag, or write & as &amp; and < as &lt;"
        case XML_ERR_ENTITYREF_SEMICOL_MISSING.rawValue, XML_ERR_ENTITYREF_NO_NAME.rawValue: "write & as &amp;"
        case XML_ERR_MISPLACED_CDATA_END.rawValue: "write ]]> in text as ]]&gt;"
        case XML_ERR_CDATA_NOT_FINISHED.rawValue: "close the CDATA section"
        case XML_ERR_COMMENT_NOT_FINISHED.rawValue, XML_ERR_HYPHEN_IN_COMMENT.rawValue: "close the comment, and have no -- in it"
        case XML_ERR_PI_NOT_FINISHED.rawValue, XML_ERR_PI_NOT_STARTED.rawValue, XML_ERR_RESERVED_XML_NAME.rawValue,
            XML_ERR_XMLDECL_NOT_STARTED.rawValue, XML_ERR_XMLDECL_NOT_FINISHED.rawValue, XML_ERR_VERSION_MISSING.rawValue:
            "mend the processing instruction or XML declaration; the declaration stands once, at the very start"
        case XML_NS_ERR_UNDEFINED_NAMESPACE.rawValue: "declare the namespace prefix"
        case XML_NS_ERR_XML_NAMESPACE.rawValue, XML_NS_ERR_QNAME.rawValue, XML_NS_ERR_ATTRIBUTE_REDEFINED.rawValue,
            XML_NS_ERR_EMPTY.rawValue, XML_NS_ERR_COLON.rawValue:
            "mend the namespaces"
        default: Self.generalReason
        }
    }
}
