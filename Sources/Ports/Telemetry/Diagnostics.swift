/// Something that an operator should know. Never carries a secret, nor anything of a tenant's content.
public struct Diagnostic: Sendable {
    public enum Level: String, Sendable { case info, warning, error }

    public let level: Level
    /// A short, fixed name, `partition.recovered` for instance: what is searched for.
    public let event: String
    public let message: String
    public let fields: [(name: String, value: String)]

    public init(_ level: Level, _ event: String, _ message: String, fields: [(name: String, value: String)] = []) {
        self.level = level
        self.event = event
        self.message = message
        self.fields = fields
    }
}

/// Where diagnostics go.
public protocol Diagnostics: Sendable {
    func report(_ diagnostic: Diagnostic)
}
