/// One thing wrong with a JSON document: where, and what to do about it. It never carries the offending value.
public struct FieldProblem: Hashable, Sendable {
    /// The JSON pointer (RFC 6901) of the value, with `~0` and `~1` escapes; "" is the whole document. A member name of
    /// more than 128 bytes is cut there and ends with "…".
    public let pointer: String
    /// The rest of an English sentence about that value: "must be a string, but is a number".
    public let message: String

    /// A problem with the value at `pointer`.
    public init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }
}
