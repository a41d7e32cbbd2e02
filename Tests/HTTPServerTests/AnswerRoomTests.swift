import Domain
import Synchronization
import Testing

@testable import HTTPServerAdapter

@Suite struct AnswerRoomTests {
    @Test func sharesAreBoundedForEachTenantAndOverAll() throws {
        let (one, two) = (try #require(TenantId("one")), try #require(TenantId("two")))
        let held = Atomic<Int>(0)
        let shares = Shares(most: 100, mostPerTenant: 60) { held.wrappingAdd($0, ordering: .relaxed) }
        let first = try #require(shares.take(60, of: one))
        #expect(shares.take(1, of: one) == nil)
        let second = try #require(shares.take(40, of: two))
        #expect(shares.take(1, of: two) == nil, "all of it is held")
        #expect(shares.take(1, of: nil) == nil)
        #expect(held.load(ordering: .relaxed) == 100)
        first.release()
        first.release()
        #expect(held.load(ordering: .relaxed) == 40)
        let third = try #require(shares.take(20, of: two))
        third.release()
        second.release()
        #expect(held.load(ordering: .relaxed) == 0)
    }

    @Test func whoHoldsNothingMayHaveOneThatIsLargerThanAShare() throws {
        let one = try #require(TenantId("one"))
        let shares = Shares(most: 100, mostPerTenant: 10) { _ in }
        let large = try #require(shares.take(500, of: one))
        #expect(shares.take(1, of: one) == nil)
        #expect(shares.take(1, of: nil) == nil)
        large.release()
        #expect(shares.take(1, of: one) != nil)
    }

    @Test func whatIsDroppedIsGivenBack() throws {
        let one = try #require(TenantId("one"))
        let shares = Shares(most: 1, mostPerTenant: 1) { _ in }
        do {
            let share = try #require(shares.take(of: one))
            #expect(shares.take(of: one) == nil)
            withExtendedLifetime(share) {}
        }
        #expect(shares.take(of: one) != nil)
    }

    /// Answers that nobody reads fill what the system keeps of a connection, and then the room.
    @Test func largeAnswersThatNobodyReadsAreBounded() async throws {
        try await withServer(
            settings {
                $0.maxAnswerBytesInFlight = 1
                $0.maxAnswerBytesPerTenant = 1
            }
        ) { server in
            let document = try await server.get("/openapi.json", token: .some(nil))
            #expect(document.status == 200)
            #expect(document.body.count > LargeRoom.threshold)
            var unread: RawConnection? = try server.connect()
            await unread?.send(String(repeating: "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", count: 1_000))
            var refused: Answer?
            for _ in 0..<2_000 where refused == nil {
                let answer = try await server.get("/openapi.json", token: .some(nil))
                if answer.status != 200 { refused = answer } else { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(refused?.status == 503)
            #expect(refused?.header("retry-after") == "1")
            #expect(try refused?.string("type") == "/problems/busy")
            #expect(try await server.get("/livez", token: .some(nil)).status == 200, "small answers need no room")
            #expect(try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal).status == 201)
            withExtendedLifetime(unread) {}
            unread = nil
            var isFree = false
            for _ in 0..<2_000 where !isFree {
                isFree = try await server.get("/openapi.json", token: .some(nil)).status == 200
                if !isFree { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(isFree)
        }
    }
}
