import Domain
import Foundation
import KafkaKit
import PortContract
import Ports
import Testing

@testable import KafkaAdapter

@Suite("The wire form of events on Kafka", .serialized)
struct WireFormTests {
    @Test("one message, byte for byte")
    func golden() async throws {
        try await withKafka { harness in
            let data = Array(#"{"dueAt":"2025-06-15T15:06:40Z"}"#.utf8)
            try await harness.bus.publish([event(partition: 3, position: 41, subject: 9, version: 5, data: data, correlationId: "order-17")]
            )
            let message = try requireSome(await harness.raw(atLeast: 1).first, "message")
            let headers = message.headers.map { "\($0.name): \($0.text)" }
            #expect(
                headers == [
                    "ce_specversion: 1.0",
                    "ce_id: 06a64377-274b-578c-95d6-382c46234127",
                    "ce_source: /tenants/acme/service-calls",
                    "ce_type: ledgerflow.service-call.submitted.v1",
                    "ce_subject: 00000000-0000-0007-0000-000000000009",
                    "ce_time: 2025-06-15T15:06:40Z",
                    "ce_tenantid: acme",
                    "ce_version: 5",
                    "ce_correlationid: order-17",
                    "content-type: application/json",
                    "traceparent: 00-00000000000000070000000000000009-95d6382c46234127-01",
                    "trace_id: 00000000000000070000000000000009",
                    "correlation_id: order-17",
                ])
            #expect(String(decoding: message.key ?? [], as: UTF8.self) == "acme.00000000-0000-0007-0000-000000000009")
            #expect(message.value == data)
        }
    }

    /// The names that the API's schema of an event lists, without the data and the data's type.
    @Test("the attributes are those of the HTTP API")
    func sameAttributes() throws {
        let event = event(position: 7, subject: 1, version: 2)
        var block = MessageBlock()
        CloudEventMessages(store: KafkaHarness.store, prefix: "").append(event, to: &block)
        var attributes: [String: String] = [:]
        block.withMessage(at: 0) { _, _, _, headers in
            while let (name, value) = headers.next() {
                attributes[String(decoding: name, as: UTF8.self)] = value.map { String(decoding: $0, as: UTF8.self) }
            }
        }
        let http = [
            "specversion": "1.0", "id": event.id(in: KafkaHarness.store).description, "source": "/tenants/acme/service-calls",
            "type": event.type.name, "subject": event.subject.description, "time": event.time.rfc3339, "tenantid": "acme",
            "version": "2", "correlationid": "c",
        ]
        let onKafka = attributes.filter { $0.key.hasPrefix("ce_") }
        #expect(onKafka == Dictionary(uniqueKeysWithValues: http.map { ("ce_" + $0.key, $0.value) }))
        #expect(attributes["content-type"] == "application/json")
    }

    private struct Written {
        let topic: String
        let value: [UInt8]
        let headers: [String: String]
    }

    private func written(_ type: EventType, _ data: String, correlationId: String, topics: Set<String> = []) throws -> Written {
        let event = CommittedEvent(
            partition: PartitionId(0), position: 1, tenant: try #require(TenantId("acme")), subject: UniqueId(high: 7, low: 9), ordinal: 1,
            version: 2, type: type, time: Instant(microseconds: 0), correlationId: correlationId, data: Array(data.utf8))
        var block = MessageBlock()
        CloudEventMessages(store: KafkaHarness.store, prefix: "p.", sourceTopics: topics).append(event, to: &block)
        return block.withMessage(at: 0) { topic, _, value, fields in
            var headers: [String: String] = [:]
            while let (name, value) = fields.next() {
                headers[String(decoding: name, as: UTF8.self)] = value.map { String(decoding: $0, as: UTF8.self) }
            }
            return Written(topic: topic, value: value.map { Array($0) } ?? [], headers: headers)
        }
    }

    private static let trace = "0123456789abcdef0123456789abcdef"

    @Test("a received document is the message, and all else stands in headers")
    func receivedDocument() throws {
        let octets: [UInt8] = [0x3C, 0x61, 0xE9, 0x2F, 0x3E, 0x00, 0x0D]
        let data = #"""
            {"source":"erp","number":"№ 1","version":3,"sha256":"ab","encoding":"ISO-8859-1","size":7,"runId":"r","traceId":"\#(Self.trace)",
            "topic":"erp.invoices","namespaces":[{"prefix":"","uri":"urn:a&\"b"},{"prefix":"x","uri":"urn:x"}],
            "document":"\#(Base64.encode(octets))"}
            """#
        let type = EventType.ingestion(.invoiceReceived)
        let message = try written(type, data, correlationId: Self.trace, topics: ["erp.invoices"])
        #expect(message.value == octets)
        #expect(message.topic == "erp.invoices")
        #expect(message.headers["content-type"] == "application/xml; charset=iso-8859-1")
        let documented = ["sourcename": "erp", "documentnumber": "№ 1", "documentversion": "3", "documentsha256": "ab"]
        for (name, value) in documented { #expect(message.headers["ce_" + name] == value) }
        #expect(message.headers["ce_documentsize"] == "7" && message.headers["ce_runid"] == "r")
        #expect(message.headers["ce_documentnamespaces"] == #"xmlns="urn:a&#38;&#34;b" xmlns:x="urn:x""#)
        #expect(message.headers["trace_id"] == Self.trace)
        // The span is the root of the run, whose name follows from the trace's.
        #expect(message.headers["traceparent"] == "00-\(Self.trace)-\(Self.trace.suffix(16))-01")
        #expect(message.headers["ce_version"] == "2")
        // A topic that the options do not admit is not written to.
        #expect(try written(type, data, correlationId: Self.trace).topic == "p.ingestion")
        // Names of extension attributes have lower-case letters and digits alone.
        for name in message.headers.keys where name.hasPrefix("ce_") {
            #expect(name.dropFirst(3).utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }, "\(name)")
        }
    }

    @Test("what was delivered to a receiver is the message, as its sender declared it")
    func deliveredMessage() throws {
        let octets: [UInt8] = [0x7B, 0xFF, 0x00, 0x7D]
        let data = #"""
            {"source":"bank","messageId":"№ 1","sha256":"ab","size":4,"contentType":"application/json","traceId":"\#(Self.trace)",
            "topic":"erp.invoices","documents":0,"quarantined":0,"body":"\#(Base64.encode(octets))"}
            """#
        let message = try written(.ingestion(.messageReceived), data, correlationId: Self.trace, topics: ["erp.invoices"])
        #expect(message.value == octets && message.topic == "erp.invoices")
        #expect(message.headers["content-type"] == "application/json")
        for (name, value) in ["sourcename": "bank", "messageid": "№ 1", "messagesha256": "ab", "messagesize": "4"] {
            #expect(message.headers["ce_" + name] == value)
        }
        #expect(message.headers["trace_id"] == Self.trace)
        let large = #"{"source":"bank","messageId":"1","contentType":"application/json","bodyUrl":"/v1/x"}"#
        let told = try written(.ingestion(.messageReceived), large, correlationId: Self.trace)
        #expect(told.value == Array(large.utf8) && told.headers["content-type"] == "application/json")
        let untyped = #"{"source":"bank","messageId":"1","body":"AA=="}"#
        #expect(
            try written(.ingestion(.messageReceived), untyped, correlationId: Self.trace).headers["content-type"]
                == "application/octet-stream")
    }

    @Test("of a document that is too large for an event the message says where it is found")
    func largeDocument() throws {
        let data = #"{"source":"erp","number":"1","version":1,"encoding":"UTF-8","topic":"erp.invoices","documentUrl":"/v1/x"}"#
        let message = try written(.ingestion(.invoiceReceived), data, correlationId: Self.trace, topics: ["erp.invoices"])
        #expect(message.value == Array(data.utf8))
        #expect(message.headers["content-type"] == "application/json")
        #expect(message.headers["ce_documentnumber"] == "1")
        #expect(message.topic == "erp.invoices")
    }

    @Test("what belongs to a run has the run's trace, anything else that of its aggregate")
    func traces() throws {
        let own = "00000000000000070000000000000009"
        #expect(try written(.ingestion(.runEnded), "{}", correlationId: Self.trace).headers["trace_id"] == Self.trace)
        #expect(try written(.ingestion(.sourcePaused), "{}", correlationId: "request-1").headers["trace_id"] == own)
        let call = try written(try #require(EventType.all.first { $0.context == "service-call" }), "{}", correlationId: Self.trace)
        #expect(call.headers["trace_id"] == own)
    }

    @Test("events of one aggregate go to one partition, the one that Java's clients compute")
    func partitioner() async throws {
        try await withKafka { harness in
            try await harness.bus.publish((0..<200).map { event(position: $0 + 1, subject: UInt64($0 % 40), version: Int64($0 / 40 + 1)) })
            for message in await harness.raw(atLeast: 200) {
                #expect(message.partition == Int32(Self.murmur2(message.key ?? []) & 0x7FFF_FFFF) % 4)
            }
        }
    }

    /// As in org.apache.kafka.common.utils.Utils.
    private static func murmur2(_ bytes: [UInt8]) -> UInt32 {
        let factor: UInt32 = 0x5BD1_E995
        var hash = 0x9747_B28C ^ UInt32(bytes.count)
        for start in stride(from: 0, to: bytes.count - bytes.count % 4, by: 4) {
            var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            word = word &* factor
            word ^= word >> 24
            hash = (hash &* factor) ^ (word &* factor)
        }
        let rest = bytes.suffix(bytes.count % 4)
        if !rest.isEmpty {
            for (index, byte) in rest.enumerated() { hash ^= UInt32(byte) << UInt32(8 * index) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ hash >> 15
    }

    @Test("a dead letter keeps every header but those that are secret by their names; a replay may be given a token")
    func deadLettersHoldNoSecrets() throws {
        let kept = ["idempotency-key", "ce_id", "ce_type", "content-type", "traceparent", "Idempotency-Key", "x-colour", "ce_partitionkey"]
        let secret = ["authorization", "Authorization", "X-Api-Key", "cookie", "webhook-signature", "my_TOKEN"]
        let record = KafkaRecord(
            topic: "t", partition: 3, offset: 7, time: nil, key: [1],
            headers: (kept + secret).map { KafkaRecord.Header($0, Array("canary".utf8)) }, body: [2])
        func headers(_ append: (inout MessageBlock) -> Void) -> [(name: String, value: String?)] {
            var block = MessageBlock()
            append(&block)
            var found: [(name: String, value: String?)] = []
            block.withMessage(at: 0) { _, _, _, headers in
                while let (name, value) = headers.next() {
                    found.append((String(decoding: name, as: UTF8.self), value.map { String(decoding: $0, as: UTF8.self) }))
                }
            }
            return found
        }
        let letter = headers { DeadLetter.append(record, reason: "r", to: &$0) }
        #expect(
            letter.map(\.name) == kept + ["dead_letter_reason", "dead_letter_topic", "dead_letter_partition", "dead_letter_offset"])
        #expect(
            headers { DeadLetter.appendReplay(record, topic: "t", authorization: nil, to: &$0) }.map(\.name) == kept + ["replayed_from"])
        let replayed = headers { DeadLetter.appendReplay(record, topic: "t", authorization: "Bearer x", to: &$0) }
        #expect(replayed.filter { $0.name == "authorization" }.map(\.value) == ["Bearer x"])
    }
}
