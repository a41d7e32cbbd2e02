extension JSONFields {
    // MARK: Text

    /// The string `name`, of `minBytes` to `maxBytes` bytes in UTF-8.
    public mutating func string(_ name: StaticString, minBytes: Int = 0, maxBytes: Int) -> String? {
        guard let value = required(name) else { return nil }
        return string(value, at: .field(name), minBytes: minBytes, maxBytes: maxBytes)
    }

    /// The string `name` if present, of `minBytes` to `maxBytes` bytes in UTF-8.
    public mutating func optionalString(_ name: StaticString, minBytes: Int = 0, maxBytes: Int) -> String? {
        guard let value = present(name) else { return nil }
        return string(value, at: .field(name), minBytes: minBytes, maxBytes: maxBytes)
    }

    mutating func string(_ value: JSONValue, at place: Place, minBytes: Int, maxBytes: Int) -> String? {
        guard case .string(let text) = value else {
            reportType(value, expected: "a string", at: place)
            return nil
        }
        let count = text.utf8.count
        guard count >= minBytes else {
            report(at: place, minBytes == 1 ? "must not be empty" : "must have at least \(minBytes) bytes, but has \(count)")
            return nil
        }
        guard count <= maxBytes else {
            report(at: place, "must have at most \(maxBytes) bytes, but has \(count)")
            return nil
        }
        return text
    }

    // MARK: Choices

    /// The string `name`, which must be one of the raw values of `T`.
    @inlinable
    public mutating func choice<T>(_ name: StaticString, of type: T.Type = T.self) -> T?
    where T: RawRepresentable & CaseIterable, T.RawValue == String {
        guard let value = required(name) else { return nil }
        return choice(value, name)
    }

    /// The string `name` if present, which must be one of the raw values of `T`.
    @inlinable
    public mutating func optionalChoice<T>(_ name: StaticString, of type: T.Type = T.self) -> T?
    where T: RawRepresentable & CaseIterable, T.RawValue == String {
        guard let value = present(name) else { return nil }
        return choice(value, name)
    }

    @usableFromInline
    mutating func choice<T>(_ value: JSONValue, _ name: StaticString) -> T?
    where T: RawRepresentable & CaseIterable, T.RawValue == String {
        guard case .string(let text) = value else {
            reportType(value, expected: "a string", at: .field(name))
            return nil
        }
        guard let chosen = T(rawValue: text), chosen.rawValue.hasSameBytes(as: text) else {
            report(at: .field(name), "must be one of " + T.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
            return nil
        }
        return chosen
    }

    // MARK: Booleans

    /// The boolean `name`.
    public mutating func bool(_ name: StaticString) -> Bool? {
        guard let value = required(name) else { return nil }
        return bool(value, name)
    }

    /// The boolean `name` if present.
    public mutating func optionalBool(_ name: StaticString) -> Bool? {
        guard let value = present(name) else { return nil }
        return bool(value, name)
    }

    private mutating func bool(_ value: JSONValue, _ name: StaticString) -> Bool? {
        if case .bool(let flag) = value { return flag }
        reportType(value, expected: "a boolean", at: .field(name))
        return nil
    }

    // MARK: Numbers

    /// The whole number `name` within `range`, written without fraction and exponent.
    public mutating func int64(_ name: StaticString, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = required(name) else { return nil }
        return int64(value, at: .field(name), in: range)
    }

    /// The whole number `name` within `range` if present, written without fraction and exponent.
    public mutating func optionalInt64(_ name: StaticString, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = present(name) else { return nil }
        return int64(value, at: .field(name), in: range)
    }

    /// The whole number `name` within `range`, written without fraction and exponent.
    public mutating func int(_ name: StaticString, in range: ClosedRange<Int>) -> Int? {
        int64(name, in: Int64(range.lowerBound)...Int64(range.upperBound)).map { Int(truncatingIfNeeded: $0) }
    }

    /// The whole number `name` within `range` if present, written without fraction and exponent.
    public mutating func optionalInt(_ name: StaticString, in range: ClosedRange<Int>) -> Int? {
        optionalInt64(name, in: Int64(range.lowerBound)...Int64(range.upperBound)).map { Int(truncatingIfNeeded: $0) }
    }

    mutating func int64(_ value: JSONValue, at place: Place, in range: ClosedRange<Int64>) -> Int64? {
        guard case .number(let number) = value else {
            reportType(value, expected: "a whole number", at: place)
            return nil
        }
        if let integer = number.int64, range.contains(integer) { return integer }
        report(
            at: place,
            "must be a whole number from \(range.lowerBound) to \(range.upperBound), written without fraction and exponent")
        return nil
    }

    /// The number `name` of any size and precision, as written.
    public mutating func number(_ name: StaticString) -> JSONNumber? {
        guard let value = required(name) else { return nil }
        return number(value, name)
    }

    /// The number `name` of any size and precision, as written, if present.
    public mutating func optionalNumber(_ name: StaticString) -> JSONNumber? {
        guard let value = present(name) else { return nil }
        return number(value, name)
    }

    private mutating func number(_ value: JSONValue, _ name: StaticString) -> JSONNumber? {
        if case .number(let number) = value { return number }
        reportType(value, expected: "a number", at: .field(name))
        return nil
    }

    // MARK: Instants

    /// The instant that the string `name` writes by RFC 3339; see `Instant.init(rfc3339:)`.
    public mutating func instant(_ name: StaticString) -> Instant? {
        guard let value = required(name) else { return nil }
        return instant(value, name)
    }

    /// The instant that the string `name` writes by RFC 3339, if present; see `Instant.init(rfc3339:)`.
    public mutating func optionalInstant(_ name: StaticString) -> Instant? {
        guard let value = present(name) else { return nil }
        return instant(value, name)
    }

    private mutating func instant(_ value: JSONValue, _ name: StaticString) -> Instant? {
        guard case .string(let text) = value else {
            reportType(value, expected: "a string with an RFC 3339 time", at: .field(name))
            return nil
        }
        do {
            return try Instant(rfc3339: text)
        } catch {
            report(at: .field(name), error.description)
            return nil
        }
    }

    // MARK: Anything

    /// The value `name`, of any kind; here null is a value.
    public mutating func value(_ name: StaticString) -> JSONValue? {
        guard let value = take(name) else {
            report(at: .field(name), "is required, but missing")
            return nil
        }
        return value
    }

    /// The value `name`, of any kind, if present and not null.
    public mutating func optionalValue(_ name: StaticString) -> JSONValue? { present(name) }
}
