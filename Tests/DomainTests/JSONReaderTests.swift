import Testing

@testable import Domain

@Suite struct JSONReaderTests {
    struct Malformed: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let kind: JSONSyntaxError.Kind
        let offset: Int

        init(_ text: String, _ kind: JSONSyntaxError.Kind, _ offset: Int) {
            self.init(Array(text.utf8), kind, offset)
        }

        init(_ bytes: [UInt8], _ kind: JSONSyntaxError.Kind, _ offset: Int) {
            self.bytes = bytes
            self.kind = kind
            self.offset = offset
        }

        var testDescription: String { String(decoding: bytes, as: UTF8.self) }
    }

    static let malformed: [Malformed] = [
        .init("", .empty, 0),
        .init(" \t\r\n", .empty, 4),
        .init("\u{FEFF}1", .byteOrderMark, 0),
        .init("[", .unexpectedEnd, 1),
        .init("{", .unexpectedEnd, 1),
        .init("[1", .unexpectedEnd, 2),
        .init("[1,", .unexpectedEnd, 3),
        .init("{\"a\"", .unexpectedEnd, 4),
        .init("{\"a\":", .unexpectedEnd, 5),
        .init("{\"a\":1", .unexpectedEnd, 6),
        .init("{\"a\":1,", .unexpectedEnd, 7),
        .init("\"abc", .unexpectedEnd, 4),
        .init("\"abc\\", .unexpectedEnd, 5),
        .init("\"\\u12", .unexpectedEnd, 5),
        .init("]", .expectedValue, 0),
        .init("}", .expectedValue, 0),
        .init(",", .expectedValue, 0),
        .init("[,1]", .expectedValue, 1),
        .init("[1,]", .expectedValue, 3),
        .init("[1,,2]", .expectedValue, 3),
        .init("[1 2]", .expectedCommaOrBracket, 3),
        .init("[1}", .expectedCommaOrBracket, 2),
        .init("{\"a\":1]", .expectedCommaOrBrace, 6),
        .init("{\"a\":1 \"b\":2}", .expectedCommaOrBrace, 7),
        .init("{\"a\":1,}", .expectedName, 7),
        .init("{,}", .expectedName, 1),
        .init("{a:1}", .expectedName, 1),
        .init("{'a':1}", .expectedName, 1),
        .init("{1:1}", .expectedName, 1),
        .init("{\"a\" 1}", .expectedColon, 5),
        .init("{\"a\",1}", .expectedColon, 4),
        .init("{\"a\":}", .expectedValue, 5),
        .init("{\"a\"::1}", .expectedValue, 5),
        .init("{\"a\":1,\"b\":2,\"a\":3}", .duplicateName, 13),
        .init("{\"a\":1,\"\\u0061\":3}", .duplicateName, 7),
        .init("'a'", .expectedValue, 0),
        .init("tru", .invalidLiteral, 0),
        .init("True", .expectedValue, 0),
        .init("nul", .invalidLiteral, 0),
        .init("falsy", .invalidLiteral, 0),
        .init("nulll", .trailingContent, 4),
        .init("1 2", .trailingContent, 2),
        .init("{} {}", .trailingContent, 3),
        .init("[1]]", .trailingContent, 3),
        .init("1\u{0}", .trailingContent, 1),
        .init("// a\n1", .expectedValue, 0),
        .init("[1/**/]", .expectedCommaOrBracket, 2),
        .init("01", .leadingZero, 1),
        .init("-01", .leadingZero, 2),
        .init("00", .leadingZero, 1),
        .init("+1", .expectedValue, 0),
        .init(".5", .expectedValue, 0),
        .init("-", .unexpectedEnd, 1),
        .init("[-]", .invalidNumber, 2),
        .init("[-a]", .invalidNumber, 2),
        .init("[1.]", .invalidNumber, 3),
        .init("[1.e5]", .invalidNumber, 3),
        .init("[1e]", .invalidNumber, 3),
        .init("[1e+]", .invalidNumber, 4),
        .init("1.", .unexpectedEnd, 2),
        .init("0x10", .trailingContent, 1),
        .init("1_000", .trailingContent, 1),
        .init("NaN", .expectedValue, 0),
        .init("-Infinity", .invalidNumber, 1),
        .init("\"a\nb\"", .controlCharacter, 2),
        .init("\"a\tb\"", .controlCharacter, 2),
        .init("\"\u{0}\"", .controlCharacter, 1),
        .init("\"12345678\u{1F}\"", .controlCharacter, 9),
        .init("\"\\x41\"", .invalidEscape, 1),
        .init("\"\\'\"", .invalidEscape, 1),
        .init("\"\\u12G4\"", .invalidEscape, 1),
        .init("\"\\U0041\"", .invalidEscape, 1),
        .init("\"\\ud800\"", .loneSurrogate, 1),
        .init("\"\\udc00\"", .loneSurrogate, 1),
        .init("\"\\ud800\\ud800\"", .loneSurrogate, 1),
        .init("\"\\ud800x\"", .loneSurrogate, 1),
        .init("\"\\ud800\\n\"", .loneSurrogate, 1),
        .init("\"\\ud800\\u00zz\"", .invalidEscape, 7),
        .init("\u{A0}1", .expectedValue, 0),
        .init([0x22, 0x80, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xC0, 0x80, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xC1, 0xBF, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xE0, 0x9F, 0xBF, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, 1),
        .init([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], .invalidUTF8, 1),
        .init([0x22, 0x61, 0xE2, 0x82, 0x22], .invalidUTF8, 2),
        .init([0x22, 0xE2, 0x82], .invalidUTF8, 1),
        .init([0x22, 0xFF, 0x22], .invalidUTF8, 1),
        .init([0x5B, 0xFE, 0xFF, 0x5D], .expectedValue, 1),
    ]

    @Test(arguments: malformed)
    func aMalformedDocumentIsRefusedAtItsByte(_ document: Malformed) {
        #expect(throws: JSONSyntaxError(document.kind, offset: document.offset)) { try JSONReader.read(document.bytes) }
    }

    @Test func theMessageSaysWhatToDoAndWhere() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(Array("[1,]".utf8)) }
        #expect(error?.description.hasSuffix("(byte 3)") == true)
        #expect(error?.description.hasPrefix("put a JSON value here") == true)
    }

    @Test func everyKindOfValueIsRead() throws {
        let value = try read(" { \"a\" : [ true , false , null , -1.5e+3 , \"x\" ] , \"b\" : { } , \"\" : [ ] } \n")
        let expected = JSONValue.object(
            JSONObject(checked: [
                .init("a", .array([.bool(true), .bool(false), .null, .number(JSONNumber(checked: "-1.5e+3")), .string("x")])),
                .init("b", .object(JSONObject(checked: []))),
                .init("", .array([])),
            ]))
        #expect(value == expected)
    }

    @Test(arguments: [
        ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"),
        ("\"a\\u0000b\"", "a\u{0}b"),
        ("\"\\u00e9\\u20AC\\ud83D\\uDE00\"", "é€😀"),
        ("\"plain é € 😀 \u{7F}\u{2028}\"", "plain é € 😀 \u{7F}\u{2028}"),
        ("\"before \\n between é after\"", "before \n between é after"),
    ])
    func escapesAndUTF8AreDecoded(_ json: String, _ text: String) throws {
        #expect(try read(json) == .string(text))
    }

    @Test(arguments: ["1.10", "12345678901234567890.00", "-0", "0.0", "1E+2", "1e-400", "100000000000000000000000000000"])
    func aNumberKeepsItsText(_ text: String) throws {
        guard case .number(let number) = try read(text) else {
            Issue.record("not a number")
            return
        }
        #expect(number.text == text)
    }

    @Test func onlyPlainIntegersThatFitHaveAnInt64() {
        func int64(_ text: String) -> Int64? { JSONNumber(text: text)?.int64 }
        #expect(int64("0") == 0)
        #expect(int64("-0") == 0)
        #expect(int64("9223372036854775807") == .max)
        #expect(int64("-9223372036854775808") == .min)
        #expect(int64("9223372036854775808") == nil)
        #expect(int64("-9223372036854775809") == nil)
        #expect(int64("1.0") == nil)
        #expect(int64("1e3") == nil)
        #expect(JSONNumber(.min).int64 == .min)
    }

    @Test(arguments: ["", "-", "01", "1.", "1 ", " 1", "1e", "x", "1\u{0}", "+1"])
    func aNumberIsMadeOfNumberTextOnly(_ text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test func namesAreComparedByteByByte() throws {
        let value = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
        guard case .object(let object) = value else {
            Issue.record("not an object")
            return
        }
        #expect(object["\u{E9}"] == .number(JSONNumber(1)))
        #expect(object["e\u{301}"] == .number(JSONNumber(2)))
        #expect(object["e"] == nil)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func aRepeatedNameIsFoundAmongMany() throws {
        let members = (0..<1_000).map { "\"name \($0) é\":\($0)" }
        #expect(throws: Never.self) { try read("{" + members.joined(separator: ",") + "}") }
        let repeated = members + ["\"name 7 é\":1"]
        let error = #expect(throws: JSONSyntaxError.self) { try read("{" + repeated.joined(separator: ",") + "}") }
        #expect(error?.kind == .duplicateName)
        #expect(JSONObject([.init("a", .null), .init("b", .null), .init("a", .null)]) == nil)
    }

    // MARK: Limits

    @Test func nestingStopsAtTheDepthLimit() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONReader.read(nested(32)) }
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 32), offset: 32)) { try JSONReader.read(nested(33)) }
        let greatest = JSONLimits(maxDepth: .max)
        #expect(throws: Never.self) { try JSONReader.read(nested(256), limits: greatest) }
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 256), offset: 256)) { try JSONReader.read(nested(257), limits: greatest) }
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 0), offset: 0)) {
            try JSONReader.read(nested(1), limits: JSONLimits(maxDepth: -1))
        }
    }

    @Test func aMebibyteOfBracketsIsRefusedWithoutUsingUpTheStack() {
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 32), offset: 32)) {
            try JSONReader.read([UInt8](repeating: 0x5B, count: 1 << 20))
        }
        let objects = Array(String(repeating: "{\"a\":", count: 200_000).utf8)
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 32), offset: 160)) { try JSONReader.read(Array(objects.prefix(1 << 20))) }
    }

    @Test func sizeValuesAndNumbersAreLimited() throws {
        let tooMany = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
        #expect(throws: JSONSyntaxError(.tooManyBytes(limit: 1 << 20), offset: 1 << 20)) { try JSONReader.read(tooMany) }
        let limits = JSONLimits(maxValues: 4, maxNumberBytes: 5)
        #expect(throws: Never.self) { try read("[1,{\"a\":2}]", limits) }
        #expect(throws: JSONSyntaxError(.tooManyValues(limit: 4), offset: 12)) { try read("[1,{\"a\":2}, 3]", limits) }
        #expect(throws: Never.self) { try read("-1.25", limits) }
        #expect(throws: JSONSyntaxError(.numberTooLong(limit: 5), offset: 1)) { try read("[123456]", limits) }
        #expect(throws: JSONSyntaxError(.numberTooLong(limit: 100), offset: 0)) { try read(String(repeating: "1", count: 101)) }
    }

    private func read(_ text: String, _ limits: JSONLimits = .standard) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), limits: limits)
    }
}
