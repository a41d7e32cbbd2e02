internal import Domain
internal import Ports

/// The messages of the trace service of the OpenTelemetry Protocol 1.x in its JSON encoding (opentelemetry-proto, docs/specification.md,
/// “OTLP/HTTP”): identifiers in hexadecimal, numbers of 64 bits as strings, enumerations as numbers.
enum OTLPMessage {
    static let contentType = "application/json"

    /// `ExportTraceServiceRequest`.
    ///
    /// - Parameter resource: what made the spans, `service.name` and so on.
    static func request(_ spans: [Span], resource: [(name: String, value: String)], version: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 256 + 512 * spans.count)
        writer.object { request in
            request.array("resourceSpans") { resources in
                resources.object { entry in
                    entry.object("resource") { write(resource.map { ($0.name, .text($0.value)) }, to: &$0) }
                    entry.array("scopeSpans") { scopes in
                        scopes.object { scope in
                            scope.object("scope") { name in
                                name.field("name", "ledgerflow")
                                name.field("version", version)
                            }
                            scope.array("spans") { list in for span in spans { write(span, to: &list) } }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func write(_ span: Span, to writer: inout JSONWriter) {
        writer.object { fields in
            fields.field("traceId", span.trace.description)
            fields.field("spanId", span.id.description)
            fields.field("parentSpanId", ifPresent: span.parent?.description)
            fields.field("name", span.name)
            fields.field("kind", kind(span.kind))
            fields.field("startTimeUnixNano", nanoseconds(span.start))
            fields.field("endTimeUnixNano", nanoseconds(span.start + span.duration))
            write((span.failure.map { [("error.type", .text($0))] } ?? []) + span.attributes, to: &fields)
            if let failure = span.failure {
                fields.object("status") { status in
                    status.field("code", 2)
                    status.field("message", failure)
                }
            }
        }
    }

    private static func write(_ attributes: [Span.Attribute], to writer: inout JSONWriter) {
        writer.array("attributes") { list in
            for attribute in attributes {
                list.object { pair in
                    pair.field("key", attribute.name)
                    pair.object("value") { value in
                        switch attribute.value {
                        case .text(let text): value.field("stringValue", text)
                        case .count(let count): value.field("intValue", String(count))
                        }
                    }
                }
            }
        }
    }

    private static func kind(_ kind: Span.Kind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        }
    }

    /// Since 1970. As text: in 2262 they are more than an `Int64` holds.
    private static func nanoseconds(_ instant: Instant) -> String {
        instant.microseconds > 0 ? "\(instant.microseconds)000" : "0"
    }

    /// How many spans `ExportTraceServiceResponse` says were not taken (`partialSuccess`); an answer that says nothing took all.
    static func rejected(_ response: [UInt8]) -> Int {
        guard case .object(let answer)? = try? JSONReader.read(response), case .object(let partial)? = answer["partialSuccess"] else {
            return 0
        }
        switch partial["rejectedSpans"] {
        case .string(let text)?: return max(0, Int(text) ?? 0)
        case .number(let number)?: return max(0, number.int64.flatMap { Int(exactly: $0) } ?? 0)
        default: return 0
        }
    }
}
