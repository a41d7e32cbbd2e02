import Domain
import Ports
import Testing

@testable import HTTPServerAdapter

@Suite struct TargetRoutesTests {
    static let path = "/v1/targets"

    @Test func targetsAreToldAsExecutionKnowsThemAndThePausedOnesBesides() async throws {
        try await withServer { server in
            let tenant = try #require(TenantId("demo"))
            let until = try Instant(rfc3339: "2030-01-01T00:00:00Z")
            server.targets.set(
                tenant,
                [
                    TargetState(host: "a.example", state: .closed, running: 2, errorRate: 0.125, p50: 10, p99: 250),
                    TargetState(
                        host: "b.example", state: .open, waiting: 3, parked: true, errorRate: 1, openUntil: until, consecutiveFailures: 9),
                ])
            #expect(try await server.post(Self.path + "/C.example/pause", #"{"reason":"Maintenance."}"#).status == 200)
            let list = try await server.get(Self.path)
            #expect(list.status == 200)
            #expect(try list.count("items") == 3)
            #expect(try list.string("items", "0", "state") == "closed")
            #expect(list.text.contains(#""errorRate":0.1250"#), "\(list.text)")
            #expect(try list.int("items", "0", "p99Ms") == 250)
            #expect(try list.string("items", "1", "openUntil") == "2030-01-01T00:00:00Z")
            #expect(try list.json("items", "1", "parked") == .bool(true))
            #expect(try list.json("items", "1", "p50Ms") == .null)
            #expect(try list.string("items", "2", "host") == "c.example")
            #expect(try list.string("items", "2", "state") == "paused")
            #expect(try list.string("items", "2", "pausedBy") == "tester")
            #expect(try list.string("items", "2", "pauseReason") == "Maintenance.")
            let page = try await server.get(Self.path + "?limit=2")
            let cursor = try #require(try page.string("nextCursor"))
            #expect(try await server.get(Self.path + "?limit=2&cursor=" + cursor).string("items", "0", "host") == "c.example")
            #expect(try await server.get(Self.path, token: server.otherToken).count("items") == 0)
        }
    }

    @Test func aHostIsPausedAndResumedAndRepetitionsChangeNothing() async throws {
        try await withServer { server in
            let paused = try await server.send("POST", Self.path + "/a.example/pause")
            #expect(paused.status == 200, "\(paused.text)")
            #expect(try paused.string("state") == "paused")
            #expect(try paused.json("pauseReason") == nil)
            #expect(try await server.post(Self.path + "/A.Example/pause", #"{"reason":"Another."}"#).body == paused.body)
            let resumed = try await server.send("POST", Self.path + "/a.example/resume")
            #expect(try resumed.string("state") == "closed")
            #expect(try resumed.json("pausedBy") == nil)
            #expect(try await server.send("POST", Self.path + "/a.example/resume").status == 200)
            #expect(try await server.send("POST", Self.path + "/never.example/resume").status == 200)
            #expect(try await server.send("POST", Self.path + "/%5B2001:db8::1%5D/pause").string("host") == "2001:db8::1")
            #expect(try await server.send("POST", Self.path + "/2001:db8::80/pause").string("host") == "2001:db8::80")
            for host in ["a%20b", "x:80", "x:8080", "u@x", "a%2Fb", "a%3Fb", "%zz", "x%23"] {
                #expect(try await server.send("POST", Self.path + "/\(host)/pause").status == 404, "\(host)")
            }
        }
    }

    @Test func theTenantIsPausedAndShownWithItsLimits() async throws {
        let limits: [(name: String, value: Int?)] = [("running", 64), ("startsPerSecond", nil)]
        try await withServer(settings { $0.tenantLimits = limits }) { server in
            let before = try await server.get("/v1/tenant")
            #expect(try before.string("id") == "demo")
            #expect(try before.string("status") == "active")
            #expect(try before.int("limits", "running") == 64)
            #expect(try before.json("limits", "startsPerSecond") == .null)
            let paused = try await server.post("/v1/tenant/pause", #"{"reason":"Audit."}"#)
            #expect(try paused.string("status") == "paused", "\(paused.text)")
            #expect(try paused.string("pausedBy") == "tester")
            #expect(try await server.get("/v1/tenant").body == paused.body)
            #expect(try await server.get("/v1/tenant", token: server.otherToken).string("status") == "active")
            let tenant = try #require(TenantId("demo"))
            server.targets.set(tenant, [TargetState(host: "a.example", state: .closed)])
            #expect(try await server.get(Self.path).string("items", "0", "state") == "paused")
            #expect(try await server.send("POST", "/v1/tenant/resume").string("status") == "active")
            #expect(try await server.send("POST", "/v1/tenant/resume").status == 200)
        }
    }

    @Test(arguments: ["/v1/targets/a.example/pause", "/v1/tenant/pause"])
    func aWrongReasonIsNamedByItsPointer(_ path: String) async throws {
        try await withServer { server in
            for (body, pointer) in [
                (#"{"reason":""}"#, "/reason"), (#"{"reason":3}"#, "/reason"), (#"{"reason":"a\u0000b"}"#, "/reason"),
                (#"{"why":"x"}"#, "/why"),
            ] {
                let answer = try await server.post(path, body)
                #expect(answer.status == 400)
                #expect(try answer.string("errors", "0", "pointer") == pointer)
            }
            let resumed = try await server.post(path.replacing("pause", with: "resume"), #"{"reason":"x"}"#)
            #expect(resumed.status == 400)
        }
    }
}
