import Testing

@testable import Domain

@Suite struct JSONFieldsTests {
    enum Method: String, CaseIterable {
        case post = "POST"
        case put = "PUT"
    }

    struct Retry: Equatable {
        var delays: [Int64]
        var jitter: Bool
    }

    struct Call: Equatable {
        var url: String
        var method: Method
        var due: Instant?
        var attempts: Int?
        var headers: [String]
        var tags: [String]
        var retry: Retry?
        var payload: JSONValue
    }

    @Test func aSoundDocumentIsDecoded() throws {
        let json = """
            {"url":"https://a.example","method":"PUT","dueAt":"2026-11-20T10:00:00Z","maxAttempts":5,
             "headers":{"a":"1","b":"2"},"tags":["x"],"retry":{"delays":[1,2],"jitter":true},"payload":null}
            """
        let (call, problems) = try decode(json)
        #expect(problems.isEmpty)
        let expected = Call(
            url: "https://a.example", method: .put, due: Instant(microseconds: 1_795_168_800_000_000), attempts: 5,
            headers: ["a=1", "b=2"], tags: ["x"], retry: Retry(delays: [1, 2], jitter: true), payload: .null)
        #expect(call == expected)
    }

    @Test func nullCountsAsAbsentForOptionalFields() throws {
        let json = """
            {"url":"u","method":"POST","dueAt":null,"maxAttempts":null,"headers":null,"tags":null,"retry":null,"payload":1}
            """
        let (call, problems) = try decode(json)
        #expect(problems.isEmpty)
        let expected = Call(
            url: "u", method: .post, due: nil, attempts: nil, headers: [], tags: [], retry: nil, payload: .number(JSONNumber(1)))
        #expect(call == expected)
    }

    @Test func everyProblemIsReportedAtOnceWithItsPointer() throws {
        let json = """
            {"url":7,"method":"GET","due_at":"x","dueAt":"2026-02-30T10:00:00Z","maxAttempts":101,"headers":{"a/b~":1},
             "tags":["ok",2,"much too long"],"retry":{"delays":[1,1.0],"jiter":true}}
            """
        let (call, problems) = try decode(json)
        #expect(call == nil)
        #expect(
            problems.listed == [
                .init(pointer: "/url", message: "must be a string, but is a number"),
                .init(pointer: "/method", message: "must be one of \"POST\", \"PUT\""),
                .init(pointer: "/dueAt", message: "must name a month and a day that exist"),
                .init(pointer: "/maxAttempts", message: "must be a whole number from 1 to 100, written without fraction and exponent"),
                .init(pointer: "/headers/a~1b~0", message: "must be a string, but is a number"),
                .init(pointer: "/tags/1", message: "must be a string, but is a number"),
                .init(pointer: "/tags/2", message: "must have at most 8 bytes, but has 13"),
                .init(pointer: "/retry/delays/1", message: "must be a whole number from 0 to 1000, written without fraction and exponent"),
                .init(pointer: "/retry/jitter", message: "is required, but missing"),
                .init(pointer: "/retry/jiter", message: "unknown field; did you mean \"jitter\"?"),
                .init(pointer: "/payload", message: "is required, but missing"),
                .init(pointer: "/due_at", message: "unknown field; did you mean \"dueAt\"?"),
            ])
    }

    @Test(arguments: [
        ("[]", "an array"), ("null", "null"), ("true", "a boolean"), ("\"\"", "a string"), ("1", "a number"),
    ])
    func aDocumentThatIsNoObjectIsReportedAtTheRoot(_ json: String, _ kind: String) throws {
        let (_, problems) = try decode(json)
        #expect(problems.listed == [.init(pointer: "", message: "must be an object, but is \(kind)")])
    }

    @Test func objectsInArraysAreReportedWithTheirIndex() throws {
        let value = try read("[{\"n\":1},{\"n\":\"x\"},3,{\"n\":4,\"extra\":0}]")
        var problems = JSONProblems()
        let numbers = problems.objects(value, count: 1...10) { $0.int("n", in: 0...9) }
        #expect(numbers == nil)
        #expect(problems.listed.map(\.pointer) == ["/1/n", "/2", "/3/extra"])
        problems = JSONProblems()
        #expect(problems.objects(try read("[{\"n\":1},{\"n\":2}]"), count: 1...10) { $0.int("n", in: 0...9) } == [1, 2])
        #expect(problems.objects(try read("[]"), count: 1...10) { $0.int("n", in: 0...9) } == nil)
        #expect(problems.listed == [.init(pointer: "", message: "must have at least 1 elements, but has 0")])
    }

    @Test func nestedArraysOfObjectsKeepTheirOwnMembersApart() throws {
        let value = try read("{\"a\":[{\"a\":[{\"b\":1}],\"b\":2},{\"a\":[],\"b\":true}],\"b\":3}")
        var problems = JSONProblems()
        let sum = problems.object(value) { fields -> Int? in
            let inner = fields.objects("a", count: 0...9) { fields -> Int? in
                let innermost = fields.optionalObjects("a", maxCount: 9) { $0.int("b", in: 0...9) }
                return (fields.int("b", in: 0...9) ?? 0) + (innermost ?? []).reduce(0, +)
            }
            return (inner ?? []).reduce(0, +) + (fields.int("b", in: 0...9) ?? 0)
        }
        #expect(sum == nil)
        #expect(problems.listed == [.init(pointer: "/a/1/b", message: "must be a whole number, but is a boolean")])
    }

    @Test func theCallersOwnProblemsCount() throws {
        var problems = JSONProblems()
        let result = problems.object(try read("{\"o\":{\"url\":\"x\",\"l\":[1],\"m\":{}}}")) { fields in
            fields.object("o") { fields -> Int? in
                fields.ignoreUnknownFields()
                fields.report("url", "must be an https URL")
                fields.report("l", element: 0, "is odd")
                fields.report("m", member: "k/", "is forbidden")
                fields.report("is not to be had")
                return 1
            }
        }
        #expect(result == nil)
        #expect(problems.listed.map(\.pointer) == ["/o/url", "/o/l/0", "/o/m/k~1", "/o"])
    }

    @Test func problemsBeyondAHundredAreCounted() throws {
        let elements = Array(repeating: "1", count: 1_000).joined(separator: ",")
        var problems = JSONProblems()
        _ = problems.object(try read("{\"tags\":[\(elements)]}")) { $0.strings("tags", count: 0...2_000, maxBytes: 8) }
        #expect(problems.listed.count == 100)
        #expect(problems.unlistedCount == 900)
        #expect(problems.count == 1_000)
    }

    @Test func unknownFieldsBeyondTheSixtyFourthAreFound() throws {
        let names = (0..<200).map { "\"x\($0)\":1" } + ["\"last\":2"]
        var problems = JSONProblems()
        let last = problems.object(try read("{" + names.joined(separator: ",") + "}")) { $0.int("last", in: 0...9) }
        #expect(last == nil)
        #expect(problems.count == 200)
        problems = JSONProblems()
        let lenient = problems.object(try read("{" + names.joined(separator: ",") + "}")) { fields -> Int? in
            fields.ignoreUnknownFields()
            #expect(fields.has("last") && !fields.has("first"))
            return fields.int("last", in: 0 ... .max)
        }
        #expect(lenient == 2)
        #expect(problems.isEmpty)
    }

    @Test(arguments: [
        ("dueat", "dueAt"), ("due-at", "dueAt"), ("duAt", "dueAt"), ("deuAt", "dueAt"), ("dueAtt", "dueAt"), ("tag", "tags"),
        ("ursl", "url"), ("payload1", "payload"),
    ])
    func anUnknownFieldIsToldTheNearestName(_ name: String, _ meant: String) {
        let known: [StaticString] = ["url", "dueAt", "tags", "payload"]
        #expect(JSONNameHint.nearest(to: name, among: known[...])?.description == meant)
    }

    @Test(arguments: ["", "x", "zz", "something", "_", String(repeating: "dueAt", count: 20)])
    func aFarNameGetsNoHint(_ name: String) {
        let known: [StaticString] = ["url", "dueAt", "tags", "payload"]
        #expect(JSONNameHint.nearest(to: name, among: known[...]) == nil)
    }

    @Test func aLongNameIsCutInItsPointer() throws {
        let name = String(repeating: "é", count: 1_000)
        var problems = JSONProblems()
        _ = problems.object(try read("{\"\(name)\":1}")) { _ in 0 }
        #expect(problems.listed.map(\.pointer) == ["/" + String(repeating: "é", count: 64) + "…"])
    }

    @Test func boundsOfEveryKindAreReported() throws {
        let json = """
            {"s":"","b":1,"n":"1","i":9223372036854775808,"t":12,"z":"2026-11-20T10:00:00","l":{},"ll":[1,2,3],"m":[],
             "mm":{"a":"1","b":"2"},"mn":{"long":"1"},"mv":{"a":"long"},"o":[],"null":null}
            """
        var problems = JSONProblems()
        _ = problems.object(try read(json)) { fields -> Int? in
            _ = fields.string("s", minBytes: 1, maxBytes: 5)
            _ = fields.bool("b")
            _ = fields.number("n")
            _ = fields.int64("i", in: .min ... .max)
            _ = fields.instant("t")
            _ = fields.instant("z")
            _ = fields.values("l", count: 0...2)
            _ = fields.int64s("ll", count: 0...2, in: 0...9)
            _ = fields.stringMap("m", count: 0...2)
            _ = fields.optionalStringMap("mm", maxCount: 1)
            _ = fields.optionalStringMap("mn", maxCount: 1, maxNameBytes: 3)
            _ = fields.optionalStringMap("mv", maxCount: 1, maxValueBytes: 3)
            _ = fields.object("o") { _ in 1 }
            _ = fields.string("null", maxBytes: 1)
            return 1
        }
        #expect(
            problems.listed.map { "\($0.pointer) \($0.message)" } == [
                "/s must not be empty",
                "/b must be a boolean, but is a number",
                "/n must be a number, but is a string",
                "/i must be a whole number from -9223372036854775808 to 9223372036854775807, written without fraction and exponent",
                "/t must be a string with an RFC 3339 time, but is a number",
                "/z must end with a time zone: Z, or an offset such as +02:00",
                "/l must be an array, but is an object",
                "/ll must have at most 2 elements, but has 3",
                "/m must be an object with string values, but is an array",
                "/mm must have 0 to 1 members, but has 2",
                "/mn/long must have a name of at most 3 bytes",
                "/mv/a must have at most 3 bytes, but has 4",
                "/o must be an object, but is an array",
                "/null is required, but null",
            ])
    }

    private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

    private func decode(_ json: String) throws -> (Call?, JSONProblems) {
        var problems = JSONProblems()
        let call = problems.object(try read(json)) { fields -> Call? in
            let url = fields.string("url", minBytes: 1, maxBytes: 8_192)
            let method: Method? = fields.choice("method")
            let due = fields.optionalInstant("dueAt")
            let attempts = fields.optionalInt("maxAttempts", in: 1...100)
            let headers = fields.optionalStringMap("headers", maxCount: 64)
            let tags = fields.optionalStrings("tags", maxCount: 16, maxBytes: 8)
            let retry = fields.optionalObject("retry") { retry -> Retry? in
                let delays = retry.int64s("delays", count: 1...8, in: 0...1_000)
                let jitter = retry.bool("jitter")
                guard let delays, let jitter else { return nil }
                return Retry(delays: delays, jitter: jitter)
            }
            let payload = fields.value("payload")
            guard let url, let method, let payload else { return nil }
            return Call(
                url: url, method: method, due: due, attempts: attempts, headers: (headers ?? []).map { "\($0)=\($1)" },
                tags: tags ?? [], retry: retry, payload: payload)
        }
        return (call, problems)
    }
}
