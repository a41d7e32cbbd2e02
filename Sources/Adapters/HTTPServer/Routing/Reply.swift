internal import Domain

/// An answer, before it is written to the connection.
struct Reply: Sendable {
    static let json = "application/json"
    static let xml = "application/xml"

    enum Body: Sendable {
        case none
        case bytes(contentType: String, [UInt8])
        /// Written part by part until the function returns.
        case stream(contentType: String, @Sendable (StreamWriter) async -> Void)
    }

    var status: Int
    var headers: [(String, String)] = []
    var body: Body = .none
    /// What the answer takes of the room for large ones, until it is sent.
    var room: Shares.Share?

    static func json(
        _ status: Int = 200, headers: [(String, String)] = [], capacity: Int = 1_024, _ write: (inout JSONWriter) -> Void
    ) -> Reply {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        return Reply(status: status, headers: headers, body: .bytes(contentType: json, writer.bytes))
    }
}
