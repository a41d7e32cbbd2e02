import AsyncHTTPClient
import Foundation
import LoadGenerator
import NIOCore
import NIOHTTP1

/// async-http-client without an engine: the same requests to the same sink with the same concurrency, the limit of P3.
struct ClientAlone {
    let port: Int
    let concurrency: Int

    /// Answered requests a second.
    func requestsPerSecond(seconds: Double) async throws -> Double {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let url = "http://127.0.0.1:\(port)\(EngineInterface.outgoingPath)"
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(seconds)
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    var count = 0
                    while clock.now < end {
                        try await Self.post(url, with: client)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let spent = (clock.now - start).seconds
        try await client.shutdown()
        return Double(answered) / spent
    }

    @concurrent
    private static func post(_ url: String, with client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "x-due-at-us", value: String(MachineClock.wallMicroseconds()))
        request.body = .bytes(ByteBuffer(string: EngineInterface.outgoingBody))
        let response = try await client.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 64 << 10)
        guard response.status == .ok else {
            throw ChildProcess.Failure(description: "the sink answered \(response.status)")
        }
    }
}
