/// The members of one JSON object, taken by name. What is missing, of the wrong type or out of bounds is reported, under
/// its JSON pointer, and reading goes on; the members never asked for are reported at the end.
///
/// A required field returns nil when it is missing, null or wrong, an optional field also when it is absent or null;
/// only wrongness is a problem for the latter. `JSONProblems.object` makes one and says whether all was well.
///
/// Names are literals of the schema. Nothing is built for pointers or messages until there is a problem.
public struct JSONFields: ~Copyable {
    /// Where a problem lies, seen from the object being read.
    enum Place {
        case here
        case field(StaticString)
        case element(StaticString, Int)
        case member(StaticString, String)
        case unknown(String)
    }

    @usableFromInline
    private(set) var problems: JSONProblems
    private var members: [JSONObject.Member] = []
    /// Which of the first 64 members were asked for, and which of the rest.
    private var taken: UInt64 = 0
    private var takenBeyond: Set<Int> = []
    private var ignoresUnknown = false
    /// The names asked for, of the enclosing objects too; those of this object start at `ownNames`.
    private var names: [StaticString] = []
    private var ownNames = 0
    /// From the document to this object.
    private var path: [JSONPointer.Step] = []
    /// Looking for similar names costs; a hostile document does not get it a hundred times.
    private var hintsLeft = 10

    @usableFromInline
    init(problems: JSONProblems) {
        self.problems = problems
        names.reserveCapacity(16)
    }

    // MARK: Problems found by the caller

    /// Reports a problem with the field `name`, found by the caller. `message` goes on from the field:
    /// "must be an https URL". It must not contain the value.
    public mutating func report(_ name: StaticString, _ message: @autoclosure () -> String) {
        report(at: .field(name), message())
    }

    /// Reports a problem with element `index` of the array under `name`.
    public mutating func report(_ name: StaticString, element index: Int, _ message: @autoclosure () -> String) {
        report(at: .element(name, index), message())
    }

    /// Reports a problem with member `member` of the object under `name`.
    public mutating func report(_ name: StaticString, member: String, _ message: @autoclosure () -> String) {
        report(at: .member(name, member), message())
    }

    /// Reports a problem with the object as a whole: "needs either \"dueAt\" or \"delaySeconds\"".
    public mutating func report(_ message: @autoclosure () -> String) {
        report(at: .here, message())
    }

    /// Whether no problem has been found so far, anywhere in the document.
    public var isClean: Bool { problems.isEmpty }

    mutating func report(at place: Place, _ message: @autoclosure () -> String) {
        let pointer = problems.isFull ? "" : pointer(to: place)
        problems.report(pointer, message())
    }

    private func pointer(to place: Place) -> String {
        var pointer = ""
        for step in path { JSONPointer.append(step, to: &pointer) }
        switch place {
        case .here: break
        case .field(let name): JSONPointer.append(.name(name), to: &pointer)
        case .unknown(let name): JSONPointer.append(name: name, to: &pointer)
        case .element(let name, let index):
            JSONPointer.append(.name(name), to: &pointer)
            JSONPointer.append(.index(index), to: &pointer)
        case .member(let name, let member):
            JSONPointer.append(.name(name), to: &pointer)
            JSONPointer.append(name: member, to: &pointer)
        }
        return pointer
    }

    // MARK: Members

    /// Whether there is a member `name` other than null. It does not count as asked for by this.
    public func has(_ name: StaticString) -> Bool {
        guard let index = index(of: name) else { return false }
        if case .null = members[index].value { return false }
        return true
    }

    /// From here on, members that are not asked for are no problem in this object.
    public mutating func ignoreUnknownFields() {
        ignoresUnknown = true
    }

    private func index(of name: StaticString) -> Int? {
        name.withUTF8Buffer { name in
            let name = UnsafeRawBufferPointer(name)
            for index in members.indices where members[index].name.utf8.count == name.count {
                if members[index].name.withJSONBytes({ JSONBytes.equal($0, name) }) { return index }
            }
            return nil
        }
    }

    /// The member `name`, which now counts as asked for; nil when there is none.
    @inline(__always)
    mutating func take(_ name: StaticString) -> JSONValue? {
        names.append(name)
        guard let index = index(of: name) else { return nil }
        if index < 64 { taken |= 1 << UInt64(index) } else { takenBeyond.insert(index) }
        return members[index].value
    }

    /// The member `name` when it is there and not null.
    @inline(__always)
    @usableFromInline
    mutating func present(_ name: StaticString) -> JSONValue? {
        guard let value = take(name) else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// The member `name`; a problem when it is missing or null.
    @inline(__always)
    @usableFromInline
    mutating func required(_ name: StaticString) -> JSONValue? {
        guard let value = take(name) else {
            report(at: .field(name), "is required, but missing")
            return nil
        }
        if case .null = value {
            report(at: .field(name), "is required, but null")
            return nil
        }
        return value
    }

    /// Reports that `value` is not `expected`.
    mutating func reportType(_ value: JSONValue, expected: String, at place: Place) {
        report(at: place, "must be \(expected), but is \(value.kindName)")
    }

    // MARK: Objects within

    /// What is put aside while an object within is read.
    @usableFromInline
    struct Frame {
        fileprivate let members: [JSONObject.Member]
        fileprivate let taken: UInt64
        fileprivate let takenBeyond: Set<Int>
        fileprivate let ignoresUnknown: Bool
        fileprivate let ownNames: Int
        fileprivate let problemCount: Int
    }

    /// Goes one step down; the steps must be undone by `ascend`.
    @usableFromInline
    mutating func descend(name: StaticString) { path.append(.name(name)) }
    @usableFromInline
    mutating func descend(index: Int) { path.append(.index(index)) }
    mutating func descend(member: String) { path.append(.member(member)) }
    @usableFromInline
    mutating func ascend() { path.removeLast() }

    /// Turns to the object `value`; nil and a problem when it is none. The path must already lead to it.
    @usableFromInline
    mutating func enter(_ value: JSONValue) -> Frame? {
        guard case .object(let object) = value else {
            reportType(value, expected: "an object", at: .here)
            return nil
        }
        let frame = Frame(
            members: members, taken: taken, takenBeyond: takenBeyond, ignoresUnknown: ignoresUnknown, ownNames: ownNames,
            problemCount: problems.count)
        members = object.members
        taken = 0
        takenBeyond = []
        ignoresUnknown = false
        ownNames = names.count
        return frame
    }

    /// Reports the members not asked for and turns back to the enclosing object; whether all was well.
    @usableFromInline
    mutating func leave(_ frame: Frame) -> Bool {
        let takenCount = taken.nonzeroBitCount + takenBeyond.count
        if takenCount < members.count, !ignoresUnknown { reportUnknown() }
        members = frame.members
        taken = frame.taken
        takenBeyond = frame.takenBeyond
        ignoresUnknown = frame.ignoresUnknown
        names.removeSubrange(ownNames...)
        ownNames = frame.ownNames
        return problems.count == frame.problemCount
    }

    private mutating func reportUnknown() {
        for index in members.indices {
            if index < 64 ? taken & (1 << UInt64(index)) != 0 : takenBeyond.contains(index) { continue }
            let name = members[index].name
            var hint = ""
            if hintsLeft > 0 {
                hintsLeft -= 1
                if let known = JSONNameHint.nearest(to: name, among: names[ownNames...]) { hint = "; did you mean \"\(known)\"?" }
            }
            report(at: .unknown(name), "unknown field\(hint)")
        }
    }
}
