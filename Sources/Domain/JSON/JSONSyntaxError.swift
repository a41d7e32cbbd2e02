/// Why a document was not read as JSON (RFC 8259), and where. It never carries the document's content.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Hashable, Sendable {
        /// No value at all: nothing, or white space alone.
        case empty
        /// The document stops inside a value.
        case unexpectedEnd
        /// The document starts with U+FEFF.
        case byteOrderMark
        /// Something that starts no value stands where one belongs.
        case expectedValue
        /// Something else stands where a quoted member name belongs.
        case expectedName
        /// Something else stands between a member's name and its value.
        case expectedColon
        /// After an array's element.
        case expectedCommaOrBracket
        /// After an object's member.
        case expectedCommaOrBrace
        /// Starts like true, false or null, and goes on otherwise.
        case invalidLiteral
        /// A sign, a point or an exponent without its digits.
        case invalidNumber
        /// A digit follows a leading 0.
        case leadingZero
        /// A byte below 0x20 inside a string.
        case controlCharacter
        /// A backslash that starts none of the escapes of RFC 8259 section 7.
        case invalidEscape
        /// A \u escape that is half of a surrogate pair.
        case loneSurrogate
        /// A string with bytes that are overlong, a surrogate, cut off, or otherwise not UTF-8 (RFC 3629).
        case invalidUTF8
        /// A name that its object has already; the offset is that of the second.
        case duplicateName
        /// Something other than white space behind the value.
        case trailingContent
        /// The document is longer than `limit` bytes.
        case tooManyBytes(limit: Int)
        /// Arrays and objects go more than `limit` deep.
        case tooDeep(limit: Int)
        /// There are more than `limit` values.
        case tooManyValues(limit: Int)
        /// A number's text has more than `limit` bytes.
        case numberTooLong(limit: Int)
    }

    /// What is wrong.
    public let kind: Kind
    /// The byte at which reading stopped, counted from 0; the document's length when it ended too early.
    public let offset: Int

    /// `kind`, met at byte `offset`.
    public init(_ kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// One English sentence that says what to do, with the byte offset.
    public var description: String { "\(advice) (byte \(offset))" }

    private var advice: String {
        switch kind {
        case .empty: "the body is empty; send one JSON value"
        case .unexpectedEnd: "the JSON ends too early; close every string, array and object"
        case .byteOrderMark: "remove the byte order mark; send UTF-8 without it"
        case .expectedValue: "put a JSON value here: a string, number, object, array, true, false or null"
        case .expectedName: "put a member name in double quotes here; a comma must be followed by another member"
        case .expectedColon: "put a colon between the member name and its value"
        case .expectedCommaOrBracket: "put a comma or the closing ] here"
        case .expectedCommaOrBrace: "put a comma or the closing } here"
        case .invalidLiteral: "write true, false or null in full and in lower case, or quote the text"
        case .invalidNumber: "complete the number: digits are needed here"
        case .leadingZero: "remove the leading zero, or quote the number to send it as text"
        case .controlCharacter: "escape the control character, for example \\n or \\u0000"
        case .invalidEscape: "use one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u with four hexadecimal digits"
        case .loneSurrogate: "write a surrogate escape as a pair, high half first"
        case .invalidUTF8: "encode the text as valid UTF-8"
        case .duplicateName: "remove the repeated member name; a name may occur once in an object"
        case .trailingContent: "remove what follows the JSON value"
        case .tooManyBytes(let limit): "send at most \(limit) bytes"
        case .tooDeep(let limit): "nest arrays and objects at most \(limit) deep"
        case .tooManyValues(let limit): "send at most \(limit) values in one document"
        case .numberTooLong(let limit): "write a number with at most \(limit) characters, or quote it to send it as text"
        }
    }
}
