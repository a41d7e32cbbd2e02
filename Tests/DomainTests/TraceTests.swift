import PropertyKit
import Testing

@testable import Domain

/// W3C Trace Context, and which traces are recorded.
@Suite struct TraceTests {
    private static let sample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func aTraceparentIsReadAndWrittenAlike() throws {
        let context = try #require(TraceContext(traceparent: Self.sample))
        #expect(context.trace.description == "0af7651916cd43dd8448eb211c80319c" && context.span.description == "b7ad6b7169203331")
        #expect(context.isSampled && context.traceparent == Self.sample)
        let quiet = try #require(TraceContext(traceparent: Self.sample.dropLast(2) + "00"))
        #expect(!quiet.isSampled && quiet.trace == context.trace)
        // Other flags say nothing of sampling.
        #expect(TraceContext(traceparent: Self.sample.dropLast(2) + "fe")?.isSampled == false)
        #expect(TraceContext(traceparent: Self.sample.dropLast(2) + "ff")?.isSampled == true)
    }

    private struct Differs: Error { let context: TraceContext }

    @Test func whatIsWrittenIsRead() throws {
        try forAll(
            generate: { random -> [UInt64] in (0..<8).map { _ in random.next() } },
            property: { words in
                for index in words.indices.dropLast(2) {
                    let context = TraceContext(
                        trace: TraceId(random: (words[index], words[index + 1])), span: SpanId(random: words[index + 2]),
                        isSampled: words[index] & 1 == 1)
                    guard TraceContext(traceparent: context.traceparent) == context else { throw Differs(context: context) }
                }
            })
    }

    @Test func aLaterVersionIsReadByWhatItBeginsWith() {
        #expect(TraceContext(traceparent: "cc" + Self.sample.dropFirst(2) + "-what-comes-later") != nil)
        #expect(TraceContext(traceparent: "cc" + Self.sample.dropFirst(2)) != nil)
        #expect(TraceContext(traceparent: "cc" + Self.sample.dropFirst(2) + "x") == nil)
        #expect(TraceContext(traceparent: Self.sample + "-x") == nil, "version 00 has nothing after the flags")
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-1",
    ])
    func anythingElseIsNoTraceparent(_ text: String) { #expect(TraceContext(traceparent: text) == nil) }

    @Test func identifiersAreNeverZero() {
        #expect(SpanId(random: 0).description == "0000000000000001" && SpanId(random: .max).description == "ffffffffffffffff")
        #expect(TraceId(random: (7, 0)).root == SpanId(random: 0))
    }

    @Test(arguments: [("0", 0), ("1", 1_000_000), ("0.05", 50_000), ("0.000001", 1), ("0.999999", 999_999), ("1.0", 1_000_000), ("0.0", 0)])
    func aRatioIsReadExactly(_ text: String, _ millionths: Int) { #expect(TraceRatio(text)?.millionths == millionths) }

    @Test(arguments: ["", "2", "1.1", "-1", ".5", "0.", "0,5", "0.0000001", "00.5", "0.5 ", "1e-3", "0.-5"])
    func whatIsNoRatioIsRefused(_ text: String) { #expect(TraceRatio(text) == nil) }

    @Test func aRatioTakesItsPartAndAlwaysTheSame() throws {
        var random = SeededGenerator(seed: 7)
        let traces = (0..<20_000).map { _ in TraceId(random: (random.next(), random.next())) }
        let tenth = try #require(TraceRatio("0.1"))
        let half = try #require(TraceRatio("0.5"))
        let taken = traces.filter(tenth.takes)
        #expect((1_700...2_300).contains(taken.count), "\(taken.count)")
        // Who records a tenth records nothing that who records a half does not.
        #expect(taken.allSatisfy(half.takes))
        #expect(!traces.contains(where: TraceRatio.none.takes) && traces.allSatisfy(TraceRatio.all.takes))
        #expect(!TraceRatio.none.takes(TraceId(random: (.max, .max))) && TraceRatio.all.takes(TraceId(random: (1, 0))))
    }
}
