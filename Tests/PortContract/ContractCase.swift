/// One promise of a port, to be kept by every adapter. The name says the promise; `run` throws a `ContractFailure` where it is broken.
public struct ContractCase<Harness>: Sendable, CustomStringConvertible {
    public let name: String
    public let run: @Sendable (Harness) async throws -> Void

    public init(_ name: String, _ run: @escaping @Sendable (Harness) async throws -> Void) {
        self.name = name
        self.run = run
    }

    public var description: String { name }
}

/// What was expected and what came.
public struct ContractFailure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// Fails unless `condition` holds.
public func require(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
    guard condition else { throw ContractFailure("\(what()) (line \(line))") }
}

/// Fails unless both are equal.
public func requireEqual<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: String, line: Int = #line) throws {
    guard actual == expected else {
        throw ContractFailure("\(what): expected \(shortened(expected)), got \(shortened(actual)) (line \(line))")
    }
}

/// The value, or a failure when there is none.
public func requireSome<Value>(_ value: Value?, _ what: String, line: Int = #line) throws -> Value {
    guard let value else { throw ContractFailure("\(what): nothing there (line \(line))") }
    return value
}

private func shortened(_ value: some Any) -> String {
    let text = String(describing: value)
    return text.count <= 400 ? text : "\(text.prefix(400))… (\(text.count) characters)"
}
