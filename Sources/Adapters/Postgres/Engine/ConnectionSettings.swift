internal import CLibpq
internal import Domain

/// Where to connect, and how.
struct ConnectionSettings: Sendable {
    private let url: String
    private let password: String?
    private let connectSeconds: Int64
    /// Host, port and database, for messages.
    let server: String
    let user: String?

    /// - Throws: when the URL is none of PostgreSQL's. The library's own text may repeat the URL, so it is not passed on.
    init(url: String, options: PostgresStoreOptions) throws(PostgresStoreError) {
        var parsed: [String: String] = [:]
        guard !url.utf8.contains(0), let list = PQconninfoParse(url, nil) else {
            throw .options(
                """
                the database's URL is not valid; its form is postgres://user:password@host:port/database, with %40 for an @ in user or \
                password, and so on for all but letters, digits and - . _ ~
                """)
        }
        defer { PQconninfoFree(list) }
        var at = list
        while let keyword = at.pointee.keyword {
            if let value = at.pointee.val { parsed[String(cString: keyword)] = String(cString: value) }
            at += 1
        }
        // Several hosts may have a port each; the library would find it out at every connection anew.
        for port in (parsed["port"] ?? "").split(separator: ",") where !(1...65_535).contains(Int(port) ?? 0) {
            throw .options("the port in the database's URL is not a number from 1 to 65535")
        }
        self.url = url
        let password = parsed["password"].flatMap { $0.isEmpty ? nil : $0 }
        self.password = password
        connectSeconds = max(2, options.connectTimeout.microseconds / 1_000_000)
        user = parsed["user"]
        let host = parsed["host"] ?? parsed["hostaddr"] ?? "(local)"
        server = Self.redacted("\(host):\(parsed["port"] ?? "5432")/\(parsed["dbname"] ?? parsed["user"] ?? "")", password)
    }

    /// Hands out the parameters: what stands before `dbname` may be overridden by the URL, what stands after it not.
    func withParameters<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result? {
        let parameters = [
            ("application_name", "ledgerflow"), ("connect_timeout", String(connectSeconds)), ("keepalives", "1"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
            ("target_session_attrs", "read-write"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let keywords = parameters.map { Array($0.0.utf8CString) }
        let values = parameters.map { Array($0.1.utf8CString) }
        return withPointers(keywords) { keywords in
            withPointers(values) { values in
                guard let keywords = keywords.baseAddress, let values = values.baseAddress else { return nil }
                return body(keywords, values)
            }
        }
    }

    private func withPointers<Result>(
        _ texts: [[CChar]], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let all = texts.flatMap { $0 }
        return all.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = []
            var offset = 0
            for text in texts {
                pointers.append(buffer.baseAddress.map { $0 + offset })
                offset += text.count
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer(body)
        }
    }

    /// The text without the password, should the library have repeated it.
    func redacted(_ text: String) -> String { Self.redacted(text, password) }

    private static func redacted(_ text: String, _ password: String?) -> String {
        guard let password else { return text }
        return text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
    }
}
