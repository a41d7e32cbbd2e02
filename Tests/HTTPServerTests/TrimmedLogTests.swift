import Domain
import HTTPServerAdapter
import Ports
import Synchronization
import Testing

@Suite("A log of which the beginning is gone") struct TrimmedLogTests {
    @Test func withoutACursorAFollowerBeginsWithWhatIsLeft() async throws {
        try await withServer { server in
            try await EventRoutesTests.submit(server, 5)
            server.engine.state.withLock { $0.trimmed = 3 }
            let page = try await server.get("/v1/events")
            #expect(page.status == 200)
            #expect(try page.count("items") == 2)
        }
    }

    @Test func aCursorBehindTheBeginningIsRefusedWithThePlaceToGoOnFrom() async throws {
        try await withServer { server in
            try await EventRoutesTests.submit(server, 5)
            let cursor = try await server.get("/v1/events?limit=1").string("nextCursor") ?? ""
            #expect(try await server.get("/v1/events?after=" + cursor).count("items") == 4)
            server.engine.state.withLock { $0.trimmed = 3 }
            let refused = try await server.get("/v1/events?after=" + cursor)
            #expect(refused.status == 410)
            #expect(try refused.string("type") == "/problems/cursor-expired")
            let oldest = try #require(try refused.string("oldestCursor"))
            let page = try await server.get("/v1/events?after=" + oldest)
            #expect(page.status == 200)
            #expect(try page.count("items") == 2)
            #expect(try await server.get("/problems/cursor-expired").status == 200)
        }
    }

    @Test func aStreamFromSuchACursorIsNotOpened() async throws {
        try await withServer { server in
            try await EventRoutesTests.submit(server, 5)
            let cursor = try await server.get("/v1/events?limit=1").string("nextCursor") ?? ""
            server.engine.state.withLock { $0.trimmed = 3 }
            let connection = try await EventRoutesTests.open(server, headers: [("Last-Event-ID", cursor)])
            let answer = EventRoutesTests.text(await connection.receive { EventRoutesTests.text($0).contains("cursor-expired") })
            #expect(answer.hasPrefix("HTTP/1.1 410 "))
        }
    }
}
