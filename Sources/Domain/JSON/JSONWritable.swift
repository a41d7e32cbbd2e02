/// A type that `JSONWriter` can write as one JSON value.
public protocol JSONWritable {
    /// Writes exactly one value to `writer`.
    func write(to writer: inout JSONWriter)
}

extension String: JSONWritable {
    /// Writes a string.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.string(self) }
}

extension Bool: JSONWritable {
    /// Writes true or false.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.bool(self) }
}

extension Int64: JSONWritable {
    /// Writes a number.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.int(self) }
}

extension Int: JSONWritable {
    /// Writes a number.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.int(Int64(self)) }
}

extension Instant: JSONWritable {
    /// Writes a string by RFC 3339.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.instant(self) }
}

extension JSONNumber: JSONWritable {
    /// Writes a number, with its text.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.number(self) }
}

extension JSONValue: JSONWritable {
    /// Writes the value.
    @inlinable
    public func write(to writer: inout JSONWriter) { writer.value(self) }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
    /// Writes the value, or null for nil.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        if let value = self { value.write(to: &writer) } else { writer.null() }
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    /// Writes an array of the elements.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.array { writer in
            for element in self { element.write(to: &writer) }
        }
    }
}
