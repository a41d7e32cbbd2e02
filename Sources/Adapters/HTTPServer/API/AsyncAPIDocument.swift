internal import Domain

/// Renders the topics of the bus as an AsyncAPI 3.0 document (asyncapi.com/docs/reference/specification/v3.0.0), from the declarations of
/// the events and of what a submission may hold.
enum AsyncAPIDocument {
    /// - Parameters:
    ///   - topicPrefix: what the names of the topics begin with.
    ///   - intentTypes: the `ce_type` of each intent that is taken in, and the schema of its body.
    static func render(topicPrefix: String, intentTypes: [(type: String, schema: String)]) -> [UInt8] {
        var writer = JSONWriter(capacity: 32_768)
        let contexts = contexts()
        writer.object { document in
            document.field("asyncapi", "3.0.0")
            document.object("info") { info in
                info.field("title", "Ledgerflow")
                info.field("version", "1")
                info.field(
                    "description",
                    """
                    Events are CloudEvents 1.0 in binary content mode: their attributes are headers, their data is the message. The key \
                    is the tenant and the aggregate, so the events of one aggregate keep their order. Delivery is at least once: \
                    drop an event whose ce_id you have seen.
                    """)
                info.object("license") { $0.field("name", "Apache-2.0") }
            }
            document.field("defaultContentType", Reply.json)
            document.object("channels") { channels in
                for context in contexts { write(context, prefix: topicPrefix, to: &channels) }
                channels.object(dynamic: "intents") { channel in
                    channel.field("address", topicPrefix + "intents")
                    channel.field("description", "Commands to the engine, validated and decided as those over HTTP.")
                    channel.object("messages") { messages in
                        for intent in intentTypes { messages.object(dynamic: intent.type) { $0.field("$ref", message(intent.type)) } }
                    }
                }
            }
            document.object("operations") { operations in
                for context in contexts {
                    write(operation: "publish-" + context.name, "send", on: context.name, to: &operations)
                }
                write(operation: "receive-intents", "receive", on: "intents", to: &operations)
            }
            document.object("components") { components in
                components.object("messages") { messages in
                    for type in EventType.all { write(type, to: &messages) }
                    for intent in intentTypes { write(intent, to: &messages) }
                }
                components.object("schemas") { schemas in
                    for schema in Schemas.all where ["Submission", "Request", "Retry"].contains(schema.name) {
                        schemas.name(dynamic: schema.name)
                        schemas.raw(Array(schema.json.utf8))
                    }
                }
            }
        }
        return writer.bytes
    }

    private struct Context {
        let name: String
        let types: [EventType]
    }

    private static func contexts() -> [Context] {
        var names: [String] = []
        for type in EventType.all where !names.contains(type.context) { names.append(type.context) }
        return names.map { name in Context(name: name, types: EventType.all.filter { $0.context == name }) }
    }

    private static func message(_ name: String) -> String { "#/components/messages/" + name }

    private static func write(_ context: Context, prefix: String, to channels: inout JSONWriter) {
        channels.object(dynamic: context.name) { channel in
            channel.field("address", prefix + context.name)
            channel.object("messages") { messages in
                for type in context.types { messages.object(dynamic: type.name) { $0.field("$ref", message(type.name)) } }
            }
        }
    }

    private static func write(operation name: String, _ action: String, on channel: String, to operations: inout JSONWriter) {
        operations.object(dynamic: name) { operation in
            operation.field("action", action)
            operation.object("channel") { $0.field("$ref", "#/channels/" + channel) }
        }
    }

    // MARK: - Messages

    /// The attributes that every event carries in its headers (CloudEvents Kafka binding 1.0.2, §3.2).
    private static let eventHeaders: [(name: String, schema: String)] = [
        ("ce_specversion", #"{"const":"1.0"}"#), ("ce_id", #"{"type":"string","format":"uuid"}"#),
        ("ce_source", #"{"type":"string","format":"uri-reference"}"#),
        ("ce_subject", #"{"type":"string","format":"uuid","description":"The aggregate."}"#),
        ("ce_time", #"{"type":"string","format":"date-time"}"#), ("ce_tenantid", #"{"type":"string"}"#),
        ("ce_version", #"{"type":"string","pattern":"^[1-9][0-9]*$","description":"Counts the events of the aggregate without gap."}"#),
        ("ce_correlationid", #"{"type":"string"}"#),
        ("traceparent", #"{"type":"string","description":"W3C Trace Context."}"#),
        ("trace_id", #"{"type":"string","pattern":"^[0-9a-f]{32}$"}"#), ("correlation_id", #"{"type":"string"}"#),
    ]

    /// What the headers of a received document have besides; the message is the document.
    private static let documentHeaders: [(name: String, schema: String)] = [
        ("ce_sourcename", #"{"type":"string"}"#), ("ce_documentnumber", #"{"type":"string"}"#),
        ("ce_documentversion", #"{"type":"string","pattern":"^[1-9][0-9]*$"}"#),
        ("ce_documentsha256", #"{"type":"string","pattern":"^[0-9a-f]{64}$","description":"Of the message."}"#),
        ("ce_documentencoding", #"{"type":"string"}"#), ("ce_documentsize", #"{"type":"string","pattern":"^[0-9]+$"}"#),
        ("ce_runid", #"{"type":"string","format":"uuid"}"#),
        (
            "ce_documentnamespaces",
            #"{"type":"string","description":"What the elements around it declared, as attributes: xmlns:a=\"urn:a\"."}"#
        ),
    ]

    /// What the headers of what was delivered to a receiver have besides; the message is its body.
    private static let deliveryHeaders: [(name: String, schema: String)] = [
        ("ce_sourcename", #"{"type":"string","description":"The receiver."}"#), ("ce_messageid", #"{"type":"string"}"#),
        ("ce_messagesha256", #"{"type":"string","pattern":"^[0-9a-f]{64}$","description":"Of the message."}"#),
        ("ce_messagesize", #"{"type":"string","pattern":"^[0-9]+$"}"#),
    ]

    private static func write(_ type: EventType, to messages: inout JSONWriter) {
        let isDocument = type == .ingestion(.invoiceReceived)
        let isDelivery = type == .ingestion(.messageReceived)
        messages.object(dynamic: type.name) { json in
            json.field("name", type.name)
            json.field("summary", type.summary)
            if isDocument {
                json.field(
                    "description",
                    """
                    The message is the document, its octets unchanged; content-type names their encoding. Of a document of more than \
                    \(IngestionLimits.inlineBytes) bytes it is JSON as below, which tells where the document is found. When its source \
                    names a topic, and the engine was given that one for sources, it goes there.
                    """)
            }
            if isDelivery {
                json.field(
                    "description",
                    """
                    The message is the body as it was delivered, its octets unchanged; content-type is the sender's. Of a body of more than \
                    \(IngestionLimits.inlineBytes) bytes it is JSON as below, which tells where the body is found.
                    """)
            }
            json.field("contentType", isDocument ? Reply.xml : isDelivery ? IngestionHandlers.octets : Reply.json)
            json.object("headers") { headers in
                headers.field("type", "object")
                headers.field("required", ["ce_type", "content-type"] + eventHeaders.map(\.name))
                headers.object("properties") { properties in
                    properties.object("ce_type") { $0.field("const", type.name) }
                    properties.object("content-type") { header in
                        if isDocument || isDelivery { header.field("type", "string") } else { header.field("const", Reply.json) }
                    }
                    for header in eventHeaders + (isDocument ? documentHeaders : isDelivery ? deliveryHeaders : []) {
                        properties.name(dynamic: header.name)
                        properties.raw(Array(header.schema.utf8))
                    }
                }
            }
            json.object("payload") { write(type.fields, to: &$0) }
            json.object("correlationId") { $0.field("location", "$message.header#/ce_correlationid") }
            writeKey("tenantid, a full stop, and the subject", to: &json)
        }
    }

    private static func write(_ intent: (type: String, schema: String), to messages: inout JSONWriter) {
        messages.object(dynamic: intent.type) { json in
            json.field("name", intent.type)
            json.field("contentType", Reply.json)
            json.object("headers") { headers in
                headers.field("type", "object")
                headers.field("required", ["ce_type", "authorization"])
                headers.object("properties") { properties in
                    properties.object("ce_type") { $0.field("const", intent.type) }
                    properties.object("authorization") { header in
                        header.field("type", "string")
                        header.field("description", "Bearer, a space and a token; the tenant is the token's.")
                    }
                    properties.object("idempotency-key") { header in
                        header.field("type", "string")
                        header.field("description", "1 to 255 visible ASCII characters; without it ce_id is taken.")
                    }
                    properties.object("ce_id") { $0.field("type", "string") }
                }
            }
            json.object("payload") { $0.field("$ref", "#/components/schemas/" + intent.schema) }
            writeKey("messages with one key are taken in order", to: &json)
        }
    }

    private static func writeKey(_ description: String, to message: inout JSONWriter) {
        message.object("bindings") { bindings in
            bindings.object("kafka") { kafka in
                kafka.object("key") { key in
                    key.field("type", "string")
                    key.field("description", description)
                }
            }
        }
    }

    // MARK: - Payloads

    private static func write(_ fields: [EventField], to schema: inout JSONWriter) {
        schema.field("type", "object")
        schema.field("required", fields.filter { !$0.isOptional }.map(\.name))
        schema.object("properties") { properties in
            for field in fields {
                properties.object(dynamic: field.name) { property in
                    write(field.form, to: &property)
                    property.field("description", field.meaning)
                }
            }
        }
    }

    private static func write(_ form: EventField.Form, to schema: inout JSONWriter) {
        switch form {
        case .text: schema.field("type", "string")
        case .choice(let values):
            schema.field("type", "string")
            schema.field("enum", values)
        case .integer: schema.field("type", "integer")
        case .instant:
            schema.field("type", "string")
            schema.field("format", "date-time")
        case .list(let element):
            schema.field("type", "array")
            schema.object("items") { write(element, to: &$0) }
        case .object(let fields): write(fields, to: &schema)
        }
    }
}
