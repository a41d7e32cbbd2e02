import Domain
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

@Suite("Sealed payloads in PostgreSQL", .enabled(if: PostgresServer.isAvailable))
struct SealedRowTests {
    @Test("a row from before is read as it is")
    func oldRow() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let store = try await PostgresStore.open(url: server.url(database), options: .small)
        var owner = try await Owner(store, 0)
        let submission = try Sample.submission(1, in: owner)
        _ = try await owner.submit([submission])
        try server.sql(
            """
            UPDATE ledgerflow.service_call_requests SET sealed = NULL, body_bytes = NULL, url = 'https://example.com/hook?x=1',
              headers = '12:Content-Type,16:application/json,', body = '{"n":1}'
            """, database: database)
        let found = try #require(try await store.load(submission, in: owner.partition)).call.submission.request
        await store.close()
        let old = OutgoingRequest(
            method: .POST, url: try TargetURL("https://example.com/hook?x=1"),
            headers: [try .init(name: "Content-Type", value: "application/json")], body: Array(#"{"n":1}"#.utf8))
        #expect(found.payload == .clear(try #require(old.payloadBytes)))
        #expect(found.url.description == "https://example.com/hook" && found.bodyBytes == 7)
    }

    @Test("a store takes only engines that have every key that it was sealed with, and learns new ones")
    func keys() async throws {
        let (server, database) = try SharedServer.newDatabase()
        func open(_ keys: [String]) async throws(PostgresStoreError) {
            var options = PostgresStoreOptions.small
            options.sealingKeys = keys
            await (try await PostgresStore.open(url: server.url(database), options: options)).close()
        }
        func missing(_ keys: [String]) async -> [String] {
            do throws(PostgresStoreError) { try await open(keys) } catch {
                if case .sealingKeysMissing(_, let keys) = error { return keys }
            }
            return []
        }
        #expect(await missing(["aaaaaaaa"]) == [])
        #expect(await missing(["aaaaaaaa", "bbbbbbbb"]) == [])
        #expect(await missing(["bbbbbbbb"]) == ["aaaaaaaa"])
        #expect(await missing(["aaaaaaaa", "cccccccc"]) == ["bbbbbbbb"])
        // What was refused was not noted.
        #expect(await missing(["aaaaaaaa", "bbbbbbbb"]) == [])
    }
}
