import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks the engine and the sink how they are; never part of a measured load.
struct ControlClient: Sendable {
    private let client = HTTPClient(eventLoopGroupProvider: .singleton)

    /// The status of a GET; nil when nobody answers.
    func status(_ url: String) async throws -> Int? {
        do {
            return Int(try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(5)).status.code)
        } catch {
            return nil
        }
    }

    func text(_ url: String, method: String = "GET") async throws -> String {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        let response = try await client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 16 << 20)
        guard response.status.code < 300 else {
            throw ChildProcess.Failure(description: "\(method) \(url): \(response.status.code) \(String(buffer: body))")
        }
        return String(buffer: body)
    }

    /// The body of a GET with a token.
    func get(_ url: String, token: String) async throws -> String {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let response = try await client.execute(request, timeout: .seconds(60))
        let body = String(buffer: try await response.body.collect(upTo: 16 << 20))
        guard response.status.code < 300 else { throw ChildProcess.Failure(description: "GET \(url): \(response.status.code) \(body)") }
        return body
    }

    /// Posts JSON with a token; returns status and body whatever they are.
    func post(_ url: String, token: String, json: String) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: json))
        let response = try await client.execute(request, timeout: .seconds(30))
        return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 16 << 20)))
    }

    /// The sum of all samples of a metric that has one of these names on the engine's `/metrics`; nil when none has.
    func metric(_ names: [String], of engine: EngineProcess) async throws -> Double? {
        let values = try await text("\(engine.url)/metrics").split(separator: "\n").compactMap { line -> Double? in
            guard names.contains(String(line.prefix { $0 != " " && $0 != "{" })) else { return nil }
            return line.split(separator: " ").last.flatMap { Double($0) }
        }
        return values.isEmpty ? nil : values.reduce(0, +)
    }

    func shutDown() async throws {
        try await client.shutdown()
    }
}
