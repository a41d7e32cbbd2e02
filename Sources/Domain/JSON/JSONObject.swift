/// A JSON object: its members in the order they were written, each name once.
///
/// Names are compared byte by byte (RFC 8259 section 8.3), without Unicode normalisation. Two objects are equal when they
/// hold the same members in the same order.
public struct JSONObject: Sendable, Equatable {
    /// One name with its value.
    public struct Member: Sendable, Equatable {
        /// The name, escapes decoded.
        public let name: String
        /// The value, of any kind.
        public let value: JSONValue

        /// The member `name` with `value`.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Whether name and value are the same, the name byte by byte.
        public static func == (a: Member, b: Member) -> Bool { a.name.hasSameBytes(as: b.name) && a.value == b.value }
    }

    /// The members in order.
    public let members: [Member]

    /// The object with `members`, or nil when a name occurs twice.
    public init?(_ members: [Member]) {
        var names = JSONNameSet()
        for (index, member) in members.enumerated() where !names.insert(member.name, afterFirst: index, of: members) {
            return nil
        }
        self.members = members
    }

    /// `members` must not repeat a name.
    init(checked members: [Member]) {
        self.members = members
    }

    /// The value under `name`, or nil when there is no such member. Takes time in proportion to the member count.
    public subscript(name: String) -> JSONValue? {
        for index in members.indices where members[index].name.hasSameBytes(as: name) { return members[index].value }
        return nil
    }
}
