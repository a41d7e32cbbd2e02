internal import ArgumentParser
internal import AsyncHTTPClient
internal import Domain
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A client of the engine's HTTP API.
struct APIClient: Sendable {
    /// The engine's address, without a slash at its end.
    let server: String
    private let token: String?
    let http: HTTPClient

    enum Method: String { case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE" }

    /// What came back, whatever its status is.
    struct Answer: Sendable {
        let status: Int
        /// The header `Date`.
        let date: String?
        let body: [UInt8]
    }

    /// Pages of a thousand calls with long URLs fit.
    static let maxAnswerBytes = 64 << 20
    private static let patience = TimeAmount.seconds(70)

    /// Runs `body` with a client, and closes its connections afterwards.
    static func with<R>(server: String, token: String?, _ body: (APIClient) async throws -> R) async throws -> R {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(60)))
        // A server that is not there is reported at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(APIClient(server: server, token: token, http: http))
            try? await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// - Throws: `CommandFailure` for anything but an answer of 2xx that is JSON.
    func get(_ path: String, query: [(String, String)] = []) async throws -> JSONValue {
        try Self.json(try await exchange(.get, path, query: query)).value
    }

    /// - Returns: the value, and whether the answer was 201.
    func post(
        _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> (value: JSONValue, isCreated: Bool) {
        try Self.json(try await exchange(.post, path, headers: headers, body: body))
    }

    /// Asks one of the routes of what a tenant sets up: schedules, subscriptions, keys, pauses.
    ///
    /// - Parameters:
    ///   - query: parameters with a value; nil is left out.
    ///   - subject: the command whose `show` or `list` tells more, for advice.
    /// - Returns: the value, null when the answer has none, and whether it was 201.
    /// - Throws: `CommandFailure` for anything but an answer of 2xx.
    func manage(
        _ method: Method, _ path: String, query: [(String, String?)] = [], headers: [(String, String)] = [], body: [UInt8]? = nil,
        of subject: String
    ) async throws -> (value: JSONValue, isCreated: Bool) {
        let query = query.compactMap { name, value in value.map { (name, $0) } }
        let answer = try await exchange(method, path, query: query, headers: headers, body: body)
        return answer.status == 204 ? (.null, false) : try Self.json(answer, of: subject)
    }

    private static func json(_ answer: Answer, of subject: String = "call show") throws -> (value: JSONValue, isCreated: Bool) {
        guard (200...299).contains(answer.status) else {
            throw CommandFailure(status: answer.status, body: answer.body, subject: subject)
        }
        do {
            let limits = JSONLimits(maxBytes: maxAnswerBytes, maxDepth: 64, maxValues: 4_000_000)
            return (try JSONReader.read(answer.body, limits: limits), answer.status == 201)
        } catch {
            throw CommandFailure(
                .refused, "the server answered with something that is not JSON", advice: "Check that --server is the address of an engine.")
        }
    }

    /// One request and its whole answer, whatever its status is.
    ///
    /// - Throws: `CommandFailure` when there is no answer.
    func exchange(
        _ method: Method, _ path: String, query: [(String, String)] = [], headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = request(method, path, query: query, headers: headers)
        if let body {
            request.headers.add(name: "Content-Type", value: method == .patch ? "application/merge-patch+json" : "application/json")
            request.body = .bytes(body)
        }
        do {
            let response = try await http.execute(request, timeout: Self.patience)
            let buffer = try await response.body.collect(upTo: Self.maxAnswerBytes)
            return Answer(
                status: Int(response.status.code), date: response.headers.first(name: "Date"), body: Array(buffer.readableBytesView))
        } catch { throw failure(error) }
    }

    func request(_ method: Method, _ path: String, query: [(String, String)], headers: [(String, String)]) -> HTTPClientRequest {
        let text = query.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
        var request = HTTPClientRequest(url: server + path + (text.isEmpty ? "" : "?" + text))
        request.method = HTTPMethod(rawValue: method.rawValue)
        request.headers.add(name: "User-Agent", value: "ledgerflow/\(productVersion)")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return request
    }

    /// As a part of a path or a query; nothing in it can end that part.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default: escaped += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return escaped
    }

    /// Why there was no answer.
    func failure(_ error: any Error) -> any Error {
        if error is CommandFailure || error is CancellationError || error is ExitCode { return error }
        let advice = "Start the engine with `ledgerflow serve`, or give its address with --server or LEDGERFLOW_SERVER."
        let repetition = "What was asked may have been done; look, then try again."
        switch error {
        case let error as NIOConnectionError:
            let reasons = error.connectionErrors.compactMap { ($0.error as? IOError).map { String(cString: strerror($0.errnoCode)) } }
            let reason = reasons.first ?? (error.connectionErrors.isEmpty ? "its name cannot be resolved" : "it cannot be reached")
            return CommandFailure(.unavailable, "nobody answers at \(server): \(reason.lowercased())", advice: advice)
        case let error as HTTPClientError where error == .connectTimeout:
            return CommandFailure(.unavailable, "nobody answers at \(server): no connection within 5 s", advice: advice)
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return CommandFailure(.unavailable, "\(server) did not answer in time", advice: repetition)
        case let error as HTTPClientError:
            return CommandFailure(.unavailable, "the connection to \(server) broke: \(error.shortDescription)", advice: repetition)
        case let error as IOError:
            let reason = String(cString: strerror(error.errnoCode)).lowercased()
            if [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN].contains(error.errnoCode) {
                return CommandFailure(.unavailable, "nobody answers at \(server): \(reason)", advice: advice)
            }
            return CommandFailure(.unavailable, "the connection to \(server) broke: \(reason)", advice: repetition)
        default: return CommandFailure(.unavailable, "the connection to \(server) broke: \(error)", advice: repetition)
        }
    }
}
