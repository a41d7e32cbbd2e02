/// Collects everything that is wrong with a document, so that a sender can mend it in one go.
///
/// At most `maxListed` problems are listed; the rest are counted.
public struct JSONProblems: Sendable {
    /// How many problems are listed at most.
    public static let maxListed = 100

    /// The first problems, in the order they were found.
    public private(set) var listed: [FieldProblem] = []
    /// How many more were found.
    public private(set) var unlistedCount = 0

    /// No problems.
    public init() {}

    /// Whether no problem was found.
    public var isEmpty: Bool { listed.isEmpty }

    /// All problems found, listed or not.
    public var count: Int { listed.count + unlistedCount }

    /// Whether further problems are only counted.
    var isFull: Bool { listed.count >= Self.maxListed }

    /// Adds a problem with the value at `pointer` (RFC 6901); the message is not made once the list is full.
    public mutating func report(_ pointer: String, _ message: @autoclosure () -> String) {
        if isFull {
            unlistedCount += 1
        } else {
            listed.append(FieldProblem(pointer: pointer, message: message()))
        }
    }

    /// Reads `value` as an object: `body` takes its fields, and every member that it did not ask for is a problem.
    ///
    /// Returns what `body` returns, or nil when any problem was found in `value`.
    @inlinable
    public mutating func object<T>(_ value: JSONValue, _ body: (inout JSONFields) -> T?) -> T? {
        var fields = JSONFields(problems: self)
        self = JSONProblems()
        let result = fields.readRoot(value, body)
        self = fields.problems
        return result
    }

    /// Reads `value` as an array of `count` objects, each with `body` as in `object`.
    ///
    /// Returns the results in order, or nil when any problem was found in `value`.
    @inlinable
    public mutating func objects<T>(
        _ value: JSONValue, count: ClosedRange<Int>, _ body: (inout JSONFields) -> T?
    ) -> [T]? {
        var fields = JSONFields(problems: self)
        self = JSONProblems()
        let result = fields.readObjects(value, count: count, body)
        self = fields.problems
        return result
    }
}
