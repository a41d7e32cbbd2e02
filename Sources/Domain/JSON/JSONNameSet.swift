/// The names seen so far in one object. Few names are compared one by one; from a certain count on they are hashed with
/// the process's random seed, so that no chosen names make reading slow.
struct JSONNameSet {
    private struct Name: Hashable {
        let text: String

        static func == (a: Name, b: Name) -> Bool { a.text.hasSameBytes(as: b.text) }

        func hash(into hasher: inout Hasher) {
            text.withJSONBytes { hasher.combine(bytes: $0) }
        }
    }

    private static let scanLimit = 16
    private var hashed: Set<Name> = []

    /// Adds `name`; false when one of the first `count` of `members`, all of which passed through here, has it already.
    @inline(__always)
    mutating func insert(_ name: String, afterFirst count: Int, of members: [JSONObject.Member]) -> Bool {
        if count < Self.scanLimit {
            for index in 0..<count where members[index].name.hasSameBytes(as: name) { return false }
            return true
        }
        return insertHashed(name, members[..<count])
    }

    @inline(never)
    private mutating func insertHashed(_ name: String, _ earlier: ArraySlice<JSONObject.Member>) -> Bool {
        if hashed.isEmpty {
            for member in earlier { hashed.insert(Name(text: member.name)) }
        }
        return hashed.insert(Name(text: name)).inserted
    }
}
