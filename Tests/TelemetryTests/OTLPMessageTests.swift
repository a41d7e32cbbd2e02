import Domain
import Ports
import Testing

@testable import TelemetryAdapter

/// OTLP/JSON as its specification has it (opentelemetry-proto, docs/specification.md, “JSON Protobuf Encoding”).
@Suite struct OTLPMessageTests {
    @Test func aMessageHasTheFormOfTheSpecification() throws {
        let resource = [(name: "service.name", value: "ledgerflow"), (name: "service.version", value: "1.2")]
        let failed = span(3, failure: "timed \"out\"", attributes: [("server.address", .text("a\nb")), ("server.port", .count(-443))])
        let message = OTLPMessage.request([failed], resource: resource, version: "1.2")
        #expect(
            String(decoding: message, as: UTF8.self)
                == #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"ledgerflow"}},"#
                + #"{"key":"service.version","value":{"stringValue":"1.2"}}]},"scopeSpans":[{"scope":{"name":"ledgerflow","version":"1.2"},"#
                + #""spans":[{"traceId":"00000000000000010000000000000002","spanId":"0000000000000003","parentSpanId":"0000000000000002","#
                + #""name":"step","kind":1,"startTimeUnixNano":"1790000000000001000","endTimeUnixNano":"1790000000005001000","attributes":["#
                + #"{"key":"error.type","value":{"stringValue":"timed \"out\""}},{"key":"server.address","value":{"stringValue":"a\nb"}},"#
                + #"{"key":"server.port","value":{"intValue":"-443"}}],"status":{"code":2,"message":"timed \"out\""}}]}]}]}"#)
    }

    @Test func whatHasNoParentAndDidNotFailSaysNothingOfEither() throws {
        let kinds: [(Span.Kind, Int64)] = [(.internal, 1), (.server, 2), (.client, 3), (.producer, 4)]
        for (kind, number) in kinds {
            let root = Span(
                name: "r", kind: kind, trace: TraceId(random: (1, 2)), id: SpanId(random: 2), parent: nil, start: .earliest,
                duration: .zero, failure: nil, attributes: [])
            let written = try #require(try spans(in: OTLPMessage.request([root], resource: [], version: "1")).first)
            #expect(written["parentSpanId"] == .null && written["status"] == .null && written["kind"].int == number)
            #expect(written["startTimeUnixNano"].text == "0", "before 1970 is not expressible")
        }
    }

    @Test func timesBeyondWhatSixtyFourBitsOfNanosecondsHoldAreWrittenOut() throws {
        let late = Span(
            name: "r", kind: .internal, trace: TraceId(random: (1, 2)), id: SpanId(random: 2), parent: nil, start: .latest,
            duration: .hours(1), failure: nil, attributes: [])
        let written = try #require(try spans(in: OTLPMessage.request([late], resource: [], version: "1")).first)
        #expect(written["startTimeUnixNano"].text == "253402300799999999000" && written["endTimeUnixNano"].text == "253402300799999999000")
    }

    @Test(arguments: [
        ("{}", 0), ("", 0), ("not json", 0), ("[]", 0), (#"{"partialSuccess":{}}"#, 0), (#"{"partialSuccess":{"rejectedSpans":"3"}}"#, 3),
        (#"{"partialSuccess":{"rejectedSpans":3,"errorMessage":"no"}}"#, 3), (#"{"partialSuccess":{"rejectedSpans":"-3"}}"#, 0),
        (#"{"partialSuccess":{"rejectedSpans":1.5}}"#, 0), (#"{"partialSuccess":null}"#, 0),
    ])
    func theReceiverSaysHowManyItRejected(_ body: String, _ count: Int) { #expect(OTLPMessage.rejected(Array(body.utf8)) == count) }
}
