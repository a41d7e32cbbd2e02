import Testing

@testable import Domain

@Suite struct JSONWriterTests {
    @Test func commasAreWrittenWhereTheyBelong() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("text", "a")
            writer.field("int", 7)
            writer.field("int64", Int64.min)
            writer.field("flag", true)
            writer.field("at", Instant(microseconds: 0))
            writer.field("nothing", String?.none)
            writer.field("omitted", ifPresent: Int?.none)
            writer.field("present", ifPresent: 1)
            writer.field("list", ["x", "y"])
            writer.array("nested") { writer in
                writer.object { _ in }
                writer.array { _ in }
                writer.int(1)
                writer.object { writer in writer.field("a", 1) }
                writer.null()
            }
            writer.object("empty") { _ in }
            writer.field("raw", raw: Array("{\"b\":2}".utf8))
            writer.field("void", raw: [])
            writer.field("map", map: [("k", "v"), ("l", "w")])
            writer.field(dynamic: "dyn\"amic", JSONValue.bool(false))
        }
        let expected =
            #"{"text":"a","int":7,"int64":-9223372036854775808,"flag":true,"at":"1970-01-01T00:00:00Z","nothing":null,"#
            + #""present":1,"list":["x","y"],"nested":[{},[],1,{"a":1},null],"empty":{},"raw":{"b":2},"void":null,"#
            + #""map":{"k":"v","l":"w"},"dyn\"amic":false}"#
        #expect(writer.text == expected)
    }

    @Test func onlyWhatMustBeEscapedIsEscaped() {
        var writer = JSONWriter()
        writer.string("\"\\/\u{8}\t\n\u{C}\r\u{0}\u{1B}\u{1F} \u{7F}é€😀\u{2028}")
        #expect(writer.text == "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001b\\u001f \u{7F}é€😀\u{2028}\"")
    }

    @Test func everyByteBelow0x80AtEveryPositionSurvives() throws {
        for position in 0..<20 {
            for byte in UInt8(0)..<0x80 {
                let text = String(repeating: "x", count: position) + String(UnicodeScalar(byte)) + "yyyyyyyyy"
                var writer = JSONWriter()
                writer.string(text)
                #expect(try JSONReader.read(writer.bytes) == .string(text))
            }
        }
    }

    @Test(arguments: [0, 1, -1, 9, 10, -10, 99, 100, 1_234_567_890, .max, .min] as [Int64])
    func integersAreWrittenInDecimal(_ value: Int64) {
        var writer = JSONWriter()
        writer.int(value)
        #expect(writer.text == "\(value)")
    }

    @Test func numbersAreWrittenAsTheyWereRead() throws {
        let json = Array("[1.10,12345678901234567890.00,-0,1E+2]".utf8)
        var writer = JSONWriter()
        writer.value(try JSONReader.read(json))
        #expect(writer.bytes == json)
    }

    @Test func aWriterStartsAnew() {
        var writer = JSONWriter()
        writer.int(1)
        writer.removeAll()
        writer.int(2)
        #expect(writer.text == "2")
    }
}
