import Domain
import Testing

@testable import HTTPServerAdapter

@Suite struct AsyncAPITests {
    private func document(_ server: TestServer) async throws -> JSONValue {
        let answer = try await server.get("/asyncapi.json", token: .some(nil))
        #expect(answer.status == 200)
        return try JSONReader.read(answer.body)
    }

    @Test func everyEventIsAMessageOfItsTopicWithItsFieldsAndHeaders() async throws {
        try await withServer { server in
            let document = try await document(server)
            #expect(document.at(["asyncapi"]) == .string("3.0.0"))
            for type in EventType.all {
                #expect(document.at(["channels", type.context, "address"]) == .string("ledgerflow.\(type.context)"))
                #expect(document.at(["channels", type.context, "messages", type.name]) != nil)
                let message = try #require(document.at(["components", "messages", type.name]))
                #expect(message.at(["headers", "properties", "ce_type", "const"]) == .string(type.name))
                for field in type.fields { #expect(message.at(["payload", "properties", field.name, "type"]) != nil, "\(field.name)") }
            }
        }
    }

    @Test func everyReferenceOfTheDocumentLeadsSomewhere() async throws {
        try await withServer { server in
            let document = try await document(server)
            let references = OpenAPITests.references(document)
            #expect(references.count > EventType.all.count)
            for reference in references {
                #expect(reference.hasPrefix("#/"))
                #expect(document.at(reference.dropFirst(2).split(separator: "/").map(String.init)) != nil, "\(reference)")
            }
        }
    }
}
