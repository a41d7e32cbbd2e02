extension JSONFields {
    // MARK: Objects

    /// The object `name`, whose fields `body` takes. nil when it is missing or anything in it is wrong.
    @inlinable
    public mutating func object<T>(_ name: StaticString, _ body: (inout JSONFields) -> T?) -> T? {
        guard let value = required(name) else { return nil }
        return readObject(value, name, body)
    }

    /// The object `name` if present, whose fields `body` takes. nil when it is absent or anything in it is wrong.
    @inlinable
    public mutating func optionalObject<T>(_ name: StaticString, _ body: (inout JSONFields) -> T?) -> T? {
        guard let value = present(name) else { return nil }
        return readObject(value, name, body)
    }

    @inlinable
    mutating func readObject<T>(_ value: JSONValue, _ name: StaticString, _ body: (inout JSONFields) -> T?) -> T? {
        descend(name: name)
        let result = readRoot(value, body)
        ascend()
        return result
    }

    /// Reads the object at which the path stands.
    @inlinable
    mutating func readRoot<T>(_ value: JSONValue, _ body: (inout JSONFields) -> T?) -> T? {
        guard let frame = enter(value) else { return nil }
        let result = body(&self)
        return leave(frame) ? result : nil
    }

    // MARK: Arrays of objects

    /// The array `name` of `count` objects, each taken by `body`. nil when it is missing or anything in it is wrong.
    @inlinable
    public mutating func objects<T>(
        _ name: StaticString, count: ClosedRange<Int>, _ body: (inout JSONFields) -> T?
    ) -> [T]? {
        guard let value = required(name) else { return nil }
        descend(name: name)
        let result = readObjects(value, count: count, body)
        ascend()
        return result
    }

    /// The array `name` of at most `maxCount` objects if present, each taken by `body`. nil when it is absent or anything
    /// in it is wrong.
    @inlinable
    public mutating func optionalObjects<T>(
        _ name: StaticString, maxCount: Int, _ body: (inout JSONFields) -> T?
    ) -> [T]? {
        guard let value = present(name) else { return nil }
        descend(name: name)
        let result = readObjects(value, count: 0...max(0, maxCount), body)
        ascend()
        return result
    }

    /// Reads the array at which the path stands. An element for which `body` returns nil without a problem is left out.
    @inlinable
    mutating func readObjects<T>(
        _ value: JSONValue, count: ClosedRange<Int>, _ body: (inout JSONFields) -> T?
    ) -> [T]? {
        guard let elements = elements(value, count: count) else { return nil }
        let before = problems.count
        var results: [T] = []
        results.reserveCapacity(elements.count)
        for index in elements.indices {
            descend(index: index)
            if let result = readRoot(elements[index], body) { results.append(result) }
            ascend()
        }
        return problems.count == before ? results : nil
    }

    @usableFromInline
    mutating func elements(_ value: JSONValue, count: ClosedRange<Int>) -> [JSONValue]? {
        elements(value, at: .here, count: count)
    }

    private mutating func elements(_ value: JSONValue, at place: Place, count: ClosedRange<Int>) -> [JSONValue]? {
        guard case .array(let elements) = value else {
            reportType(value, expected: "an array", at: place)
            return nil
        }
        guard elements.count >= count.lowerBound else {
            report(at: place, "must have at least \(count.lowerBound) elements, but has \(elements.count)")
            return nil
        }
        guard elements.count <= count.upperBound else {
            report(at: place, "must have at most \(count.upperBound) elements, but has \(elements.count)")
            return nil
        }
        return elements
    }

    // MARK: Arrays of scalars

    /// The array `name` of `count` strings, each of `minBytes` to `maxBytes` bytes in UTF-8.
    public mutating func strings(
        _ name: StaticString, count: ClosedRange<Int>, minBytes: Int = 0, maxBytes: Int
    ) -> [String]? {
        guard let value = required(name) else { return nil }
        return strings(value, name, count: count, minBytes: minBytes, maxBytes: maxBytes)
    }

    /// The array `name` of at most `maxCount` strings if present, each of `minBytes` to `maxBytes` bytes in UTF-8.
    public mutating func optionalStrings(
        _ name: StaticString, maxCount: Int, minBytes: Int = 0, maxBytes: Int
    ) -> [String]? {
        guard let value = present(name) else { return nil }
        return strings(value, name, count: 0...max(0, maxCount), minBytes: minBytes, maxBytes: maxBytes)
    }

    private mutating func strings(
        _ value: JSONValue, _ name: StaticString, count: ClosedRange<Int>, minBytes: Int, maxBytes: Int
    ) -> [String]? {
        guard let elements = elements(value, at: .field(name), count: count) else { return nil }
        var results: [String] = []
        results.reserveCapacity(elements.count)
        for index in elements.indices {
            if let text = string(elements[index], at: .element(name, index), minBytes: minBytes, maxBytes: maxBytes) {
                results.append(text)
            }
        }
        return results.count == elements.count ? results : nil
    }

    /// The array `name` of `count` whole numbers within `range`.
    public mutating func int64s(
        _ name: StaticString, count: ClosedRange<Int>, in range: ClosedRange<Int64>
    ) -> [Int64]? {
        guard let value = required(name) else { return nil }
        return int64s(value, name, count: count, in: range)
    }

    /// The array `name` of at most `maxCount` whole numbers within `range` if present.
    public mutating func optionalInt64s(
        _ name: StaticString, maxCount: Int, in range: ClosedRange<Int64>
    ) -> [Int64]? {
        guard let value = present(name) else { return nil }
        return int64s(value, name, count: 0...max(0, maxCount), in: range)
    }

    private mutating func int64s(
        _ value: JSONValue, _ name: StaticString, count: ClosedRange<Int>, in range: ClosedRange<Int64>
    ) -> [Int64]? {
        guard let elements = elements(value, at: .field(name), count: count) else { return nil }
        var results: [Int64] = []
        results.reserveCapacity(elements.count)
        for index in elements.indices {
            if let integer = int64(elements[index], at: .element(name, index), in: range) { results.append(integer) }
        }
        return results.count == elements.count ? results : nil
    }

    /// The array `name` of `count` values of any kind.
    public mutating func values(_ name: StaticString, count: ClosedRange<Int>) -> [JSONValue]? {
        guard let value = required(name) else { return nil }
        return elements(value, at: .field(name), count: count)
    }

    // MARK: Maps

    /// The object `name` if present, with at most `maxCount` members of any name. `body` is given each in the order written, and reads
    /// it where the path stands. nil when it is absent or anything in it is wrong.
    mutating func optionalMembers<T>(
        _ name: StaticString, maxCount: Int, _ body: (inout JSONFields, JSONObject.Member) -> T?
    ) -> [T]? {
        guard let value = present(name) else { return nil }
        guard case .object(let object) = value else {
            reportType(value, expected: "an object", at: .field(name))
            return nil
        }
        guard object.members.count <= maxCount else {
            report(at: .field(name), "must have at most \(maxCount) members, but has \(object.members.count)")
            return nil
        }
        let before = problems.count
        var results: [T] = []
        results.reserveCapacity(object.members.count)
        descend(name: name)
        for member in object.members {
            descend(member: member.name)
            if let result = body(&self, member) { results.append(result) }
            ascend()
        }
        ascend()
        return problems.count == before ? results : nil
    }

    /// The object `name` with `count` members of any name, all strings, in the order written.
    public mutating func stringMap(
        _ name: StaticString, count: ClosedRange<Int>, maxNameBytes: Int = 256, maxValueBytes: Int = 8_192
    ) -> [(String, String)]? {
        guard let value = required(name) else { return nil }
        return stringMap(value, name, count: count, maxNameBytes: maxNameBytes, maxValueBytes: maxValueBytes)
    }

    /// The object `name` if present, with at most `maxCount` members of any name, all strings, in the order written.
    public mutating func optionalStringMap(
        _ name: StaticString, maxCount: Int, maxNameBytes: Int = 256, maxValueBytes: Int = 8_192
    ) -> [(String, String)]? {
        guard let value = present(name) else { return nil }
        return stringMap(
            value, name, count: 0...max(0, maxCount), maxNameBytes: maxNameBytes, maxValueBytes: maxValueBytes)
    }

    private mutating func stringMap(
        _ value: JSONValue, _ name: StaticString, count: ClosedRange<Int>, maxNameBytes: Int, maxValueBytes: Int
    ) -> [(String, String)]? {
        guard case .object(let object) = value else {
            reportType(value, expected: "an object with string values", at: .field(name))
            return nil
        }
        let members = object.members
        guard count.contains(members.count) else {
            report(
                at: .field(name),
                "must have \(count.lowerBound) to \(count.upperBound) members, but has \(members.count)")
            return nil
        }
        var results: [(String, String)] = []
        results.reserveCapacity(members.count)
        for member in members {
            guard member.name.utf8.count <= maxNameBytes else {
                report(at: .member(name, member.name), "must have a name of at most \(maxNameBytes) bytes")
                continue
            }
            let place = Place.member(name, member.name)
            guard let text = string(member.value, at: place, minBytes: 0, maxBytes: maxValueBytes) else { continue }
            results.append((member.name, text))
        }
        return results.count == members.count ? results : nil
    }
}
