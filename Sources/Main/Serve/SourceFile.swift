internal import Domain
internal import Foundation

/// A file that says which sources of documents are to be asked, and for whom.
///
/// It is taken whole or not at all. What it leaves out is left alone: a source that is to be asked no longer is paused in it.
struct SourceFile: Sendable {
    struct Entry: Sendable {
        let tenant: TenantId
        let source: SubmittedSource
        /// nil: paused or not, as it is.
        let isPaused: Bool?
    }

    let path: String
    /// Those that a source may name.
    let topics: [TopicName]
    /// As it was when the engine was started.
    private let first: [Entry]
    /// Whether it is a pipe or a terminal, which can be read once only.
    private let isPipe: Bool

    private static let maxBytes = 16 << 20
    private static let maxSources = 10_000
    private static let maxSecretBytes = 4_096

    /// - Throws: `CommandFailure` that names everything that is wrong in the file.
    init(path: String, topics: [TopicName]) throws {
        self.path = path
        self.topics = topics
        let kind = InputPath(path).kind
        isPipe = InputPath(path).isStandardInput || kind == S_IFIFO || kind == S_IFCHR
        first = try Self.read(path, topics)
    }

    /// As the file is now; of what can be read once only, as it was.
    ///
    /// - Throws: as `init`.
    func read() throws -> [Entry] { isPipe ? first : try Self.read(path, topics) }

    private static func read(_ path: String, _ topics: [TopicName]) throws -> [Entry] {
        let value: JSONValue
        do {
            value = try JSONReader.read(try contents(path, limit: maxBytes), limits: JSONLimits(maxBytes: maxBytes, maxValues: 4_000_000))
        } catch let error as JSONSyntaxError {
            throw CommandFailure(.usage, "the file of sources “\(path)” is not JSON: \(error.description)")
        }
        var problems = JSONProblems()
        let entries = problems.object(value) { fields -> [Entry]? in
            let entries = fields.objects("sources", count: 0...maxSources) { entry(&$0, topics) }
            if let entries { checkTogether(entries, &fields) }
            return entries
        }
        guard let entries else {
            var lines = problems.listed.map { "\($0.pointer.isEmpty ? "the file" : $0.pointer) \($0.message)" }
            if problems.unlistedCount > 0 { lines.append("and \(problems.unlistedCount) more") }
            throw CommandFailure(
                .usage, "the file of sources “\(path)” is wrong; none of it was taken",
                advice: "Mend: " + lines.joined(separator: "; ") + ".")
        }
        return entries
    }

    private static func entry(_ fields: inout JSONFields, _ topics: [TopicName]) -> Entry? {
        var tenant: TenantId?
        if let text = fields.string("tenant", maxBytes: 1_000) {
            tenant = TenantId(text)
            if tenant == nil { fields.report("tenant", SubmittedSource.nameRule) }
        }
        let isPaused = fields.optionalBool("paused")
        let password = secret(&fields)
        let isGiven = fields.has("password")
        let place: StaticString = fields.has("passwordFile") ? "passwordFile" : "passwordVariable"
        guard var source = SubmittedSource.read(&fields, topics: topics), let tenant else { return nil }
        if let password {
            if isGiven || source.user == nil {
                fields.report("cannot have a password of another place beside password, or without username")
            } else if let user = source.user {
                do throws(BasicCredentialsError) {
                    _ = try BasicCredentials(user: user, password: password)
                } catch {
                    fields.report(place, "cannot be sent: \(error)")
                }
            }
            source.password = password
        }
        if source.user != nil, source.password == nil, fields.isClean {
            fields.report("password", "is required together with username; or passwordFile, or passwordVariable")
        }
        return Entry(tenant: tenant, source: source, isPaused: isPaused)
    }

    /// A password that stands elsewhere: in a file, or in the engine's environment.
    private static func secret(_ fields: inout JSONFields) -> String? {
        let file = fields.optionalString("passwordFile", minBytes: 1, maxBytes: 4_096)
        let variable = fields.optionalString("passwordVariable", minBytes: 1, maxBytes: 1_000)
        if file != nil, variable != nil { fields.report("passwordFile", "cannot be given together with passwordVariable") }
        if let variable {
            let value = ProcessInfo.processInfo.environment[variable]
            // An empty variable counts as not set, here as everywhere.
            guard let value, !value.isEmpty else {
                fields.report("passwordVariable", "names no variable of the engine's environment, or an empty one")
                return nil
            }
            return value
        }
        guard let file else { return nil }
        guard !InputPath(file).isStandardInput else {
            fields.report("passwordFile", "must be a file: the engine reads none from its standard input")
            return nil
        }
        guard let bytes = try? InputFile.contents(of: InputPath(file), limit: maxSecretBytes),
            var text = String(validating: bytes, as: UTF8.self)
        else {
            fields.report("passwordFile", "cannot be read, or is no text of at most \(maxSecretBytes) bytes")
            return nil
        }
        // Editors end a file with a line break, which is no part of the password.
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    private static func checkTogether(_ entries: [Entry], _ fields: inout JSONFields) {
        var known: Set<String> = []
        var counts: [TenantId: Int] = [:]
        for (index, entry) in entries.enumerated() {
            if !known.insert("\(entry.tenant) \(entry.source.name)").inserted {
                fields.report("sources", element: index, "has a name that another source of its tenant has")
            }
            counts[entry.tenant, default: 0] += 1
            if counts[entry.tenant] == IngestionLimits.sources + 1 {
                fields.report("sources", element: index, "is one too many: a tenant may have \(IngestionLimits.sources)")
            }
        }
    }

    private static func contents(_ path: String, limit: Int) throws -> [UInt8] {
        do throws(InputFailure) {
            return try InputFile.contents(of: InputPath(path), limit: limit)
        } catch {
            throw CommandFailure(.usage, "the file of sources “\(path)” cannot be read: \(error.reason)")
        }
    }
}
