import Domain
import Foundation
import PortContract
import Ports
import SQLiteAdapter
import SealingAdapter
import Testing

/// What stands in the database's files, and what stood there before requests were sealed.
@Suite struct SealedRowTests {
    private static let canary = "c4nary-c4nary"

    @Test("nothing of a request's payload or of an answer can be found in the store's files")
    func files() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            let sealer = KeyRingSealer(try KeyRing([(0..<32).map { UInt8($0) }]))
            var owner = try await Owner(store, 0)
            let sample = try Sample.submission(1, in: owner)
            let request = OutgoingRequest(
                method: .POST, url: try TargetURL("https://example.com/hook?key=\(Self.canary)"),
                headers: [try .init(name: "Authorization", value: "Bearer \(Self.canary)")],
                body: Array(String(repeating: Self.canary, count: 2_000).utf8))
            let submission = ServiceCallSubmission(
                tenant: sample.tenant, id: sample.id, request: try sealer.seal(request, sample.sealContext),
                fingerprint: sample.fingerprint, correlationId: "c")
            var call = try await owner.submit([submission])[0]
            call = try await owner.commit(call, .dueTimeReached, at: Sample.start + .seconds(1))
            let snippet = try sealer.seal(Array(Self.canary.utf8), .answer(to: sample.id, tenant: sample.tenant))
            let report = ServiceCallCommand.executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 9), snippet: snippet)
            call = try await owner.commit(call, report, at: Sample.start + .seconds(2))
            let found = try #require(try await store.load(submission, in: owner.partition))
            #expect(try sealer.open(found.call.submission.request, submission.sealContext) == request)
            await store.close()
            try expectNowhere(Self.canary, in: directory)
        }
    }

    private func expectNowhere(_ text: String, in directory: String) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(!files.isEmpty)
        for file in files {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + file))
            #expect(bytes.range(of: Data(text.utf8)) == nil, "\(file)")
        }
    }

    @Test("a row from before is read as it is, and its request opens")
    func oldRow() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            let submission = try Sample.submission(1, in: owner)
            _ = try await owner.submit([submission])
            await store.close()
            #expect(
                SideConnection(directory + "/" + SQLiteStore.databaseName).execute(
                    """
                    UPDATE service_call_requests SET sealed = NULL, body_bytes = NULL, url = 'https://example.com/hook?x=1',
                      headers = CAST('12:Content-Type,16:application/json,' AS BLOB), body = CAST('{"n":1}' AS BLOB)
                    """))
            let again = try await SQLiteStore.open(directory: directory, options: .small)
            let found = try #require(try await again.load(submission, in: owner.partition)).call.submission
            await again.close()
            #expect(found.request.url.description == "https://example.com/hook" && found.request.bodyBytes == 7)
            let opened = try KeyRingSealer(try KeyRing([(0..<32).map { UInt8($0) }])).open(found.request, found.sealContext)
            #expect(
                opened
                    == OutgoingRequest(
                        method: .POST, url: try TargetURL("https://example.com/hook?x=1"),
                        headers: [try .init(name: "Content-Type", value: "application/json")], body: Array(#"{"n":1}"#.utf8)))
        }
    }

    @Test("a payload that was erased is read as erased, its size kept")
    func erased() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            let submission = try Sample.submission(1, in: owner)
            _ = try await owner.submit([submission])
            await store.close()
            #expect(
                SideConnection(directory + "/" + SQLiteStore.databaseName).execute(
                    "UPDATE service_call_requests SET sealed = NULL, erased = 1"))
            let again = try await SQLiteStore.open(directory: directory, options: .small)
            let found = try #require(try await again.load(submission, in: owner.partition)).call.submission.request
            await again.close()
            #expect(found.payload == .erased && found.bodyBytes == 7)
        }
    }

    @Test("a store is opened only with the keys that it was sealed with, and learns new ones")
    func keys() async throws {
        try await withScratch { directory in
            func open(_ keys: [String]) async throws {
                var options = SQLiteStoreOptions.small
                options.sealingKeys = keys
                await (try await SQLiteStore.open(directory: directory, options: options)).close()
            }
            try await open(["aaaaaaaa"])
            try await open(["aaaaaaaa", "bbbbbbbb"])
            let path = directory + "/" + SQLiteStore.databaseName
            await #expect(throws: SQLiteStoreError.sealingKeysMissing(path: path, keys: ["aaaaaaaa"])) { try await open(["bbbbbbbb"]) }
            await #expect(throws: SQLiteStoreError.sealingKeysMissing(path: path, keys: ["bbbbbbbb"])) {
                try await open(["aaaaaaaa", "cccccccc"])
            }
            // What was refused was not noted.
            try await open(["aaaaaaaa", "bbbbbbbb"])
        }
    }
}
