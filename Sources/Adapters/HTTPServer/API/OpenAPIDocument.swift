internal import Domain
internal import NIOHTTP1

/// Renders routes as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.0).
enum OpenAPIDocument {
    static func render(_ routes: [Route]) -> [UInt8] {
        var writer = JSONWriter(capacity: 32_768)
        writer.object { document in
            document.field("openapi", "3.1.0")
            document.object("info") { info in
                info.field("title", "Ledgerflow")
                info.field("version", "1")
                info.field(
                    "description",
                    "Durable, scheduled HTTP calls, and invoices with legal numbers. Every error is a problem by RFC 9457; every answer carries X-Request-Id."
                )
                info.object("license") { license in
                    license.field("name", "Apache-2.0")
                    license.field("identifier", "Apache-2.0")
                }
            }
            document.array("servers") { servers in servers.object { $0.field("url", "/") } }
            document.object("paths") { paths in
                var done: Set<String> = []
                for route in routes where done.insert(route.path).inserted {
                    paths.object(dynamic: route.path) { path in
                        for operation in routes where operation.path == route.path { write(operation, to: &path) }
                    }
                }
            }
            document.object("components") { components in
                components.object("schemas") { schemas in
                    for schema in Schemas.all { schemas.field(dynamic: schema.name, raw: schema.json) }
                }
                components.object("securitySchemes") { schemes in
                    schemes.object("signature") { scheme in
                        scheme.field("type", "apiKey")
                        scheme.field("in", "header")
                        scheme.field("name", WebhookSignature.signatureField)
                        scheme.field(
                            "description",
                            "A signature over the body, in the field and by the scheme that the receiver declares; this is that of Standard Webhooks."
                        )
                    }
                    schemes.object("token") { scheme in
                        scheme.field("type", "http")
                        scheme.field("scheme", "bearer")
                        scheme.field("bearerFormat", "JWT")
                        scheme.field(
                            "description",
                            "From `ledgerflow token`; the tenant is the token's, and so are the roles. Each operation names in x-permission what it needs, and in x-roles the roles of which any has it; a token that names no role has all that are a tenant's."
                        )
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func write(_ route: Route, to path: inout JSONWriter) {
        path.object(dynamic: route.method.rawValue.lowercased()) { operation in
            operation.field("operationId", route.operation)
            operation.field("summary", route.summary)
            operation.field("tags", [route.tag])
            operation.array("security") { security in
                if route.needsToken { security.object { $0.array("token") { _ in } } }
                if route.isSigned { security.object { $0.array("signature") { _ in } } }
            }
            if let permission = route.permission {
                operation.field("x-permission", permission.rawValue)
                operation.field("x-roles", Role.all(with: permission).map(\.rawValue))
            }
            writeParameters(of: route, to: &operation)
            if let body = route.body {
                operation.object("requestBody") { request in
                    request.field("required", body.isRequired)
                    request.object("content") { content in
                        if body.takesXML {
                            content.object(dynamic: Reply.xml) { $0.object("schema") { $0.field("type", "string") } }
                        }
                        if body.isAnything {
                            content.object(dynamic: "*/*") { $0.object("schema") { _ in } }
                            return
                        }
                        content.object(dynamic: body.isPatch ? MergePatch.contentType : Reply.json) { type in
                            type.object("schema") { $0.field("$ref", reference(body.schema)) }
                            type.field("example", raw: Array(body.example.utf8))
                        }
                    }
                }
            }
            operation.object("responses") { responses in
                var done: Set<Int> = []
                for answer in route.answers where done.insert(answer.status).inserted {
                    write(answer, to: &responses)
                }
            }
        }
    }

    private static func writeParameters(of route: Route, to operation: inout JSONWriter) {
        operation.array("parameters") { parameters in
            for name in pathParameters(route.path) {
                let schema = name == "id" ? #"{"type":"string","format":"uuid"}"# : #"{"type":"string"}"#
                write(
                    Parameter(name: name, description: "Which one.", schema: schema, required: true), in: "path", to: &parameters)
            }
            for parameter in route.query { write(parameter, in: "query", to: &parameters) }
            for parameter in route.headers { write(parameter, in: "header", to: &parameters) }
        }
    }

    private static func pathParameters(_ path: String) -> [String] {
        path.split(separator: "{").dropFirst().compactMap { part in part.firstIndex(of: "}").map { String(part[..<$0]) } }
    }

    private static func write(_ parameter: Parameter, in place: String, to parameters: inout JSONWriter) {
        parameters.object { json in
            json.field("name", parameter.name)
            json.field("in", place)
            json.field("description", parameter.description)
            json.field("required", parameter.required)
            json.field("schema", raw: Array(parameter.schema.utf8))
        }
    }

    private static func write(_ answer: RouteAnswer, to responses: inout JSONWriter) {
        responses.object(dynamic: String(answer.status)) { response in
            response.field("description", answer.description)
            if !answer.headers.isEmpty {
                response.object("headers") { headers in
                    for header in answer.headers {
                        headers.object(dynamic: header.name) { json in
                            json.field("description", header.description)
                            json.field("schema", raw: Array(header.schema.utf8))
                        }
                    }
                }
            }
            guard !answer.contents.isEmpty else { return }
            response.object("content") { contents in
                for content in answer.contents {
                    contents.object(dynamic: content.type) { type in
                        type.object("schema") { schema in
                            if let name = content.schema {
                                schema.field("$ref", reference(name))
                            } else {
                                schema.field("type", "string")
                            }
                        }
                    }
                }
            }
        }
    }

    private static func reference(_ schema: String) -> String { "#/components/schemas/" + schema }
}

extension JSONWriter {
    /// An object as the value of a name that is not known beforehand.
    mutating func object(dynamic name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(dynamic: name)
        object(body)
    }

    fileprivate mutating func field(dynamic name: String, raw json: String) {
        self.name(dynamic: name)
        raw(Array(json.utf8))
    }
}
