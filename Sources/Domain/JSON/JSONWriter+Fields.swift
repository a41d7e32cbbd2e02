extension JSONWriter {
    /// Writes a member; an optional that is nil is written as null.
    @inlinable
    public mutating func field<V: JSONWritable>(_ name: StaticString, _ value: V) {
        self.name(name)
        value.write(to: &self)
    }

    /// Writes a member whose name is known at run time only.
    @inlinable
    public mutating func field<V: JSONWritable>(dynamic name: String, _ value: V) {
        self.name(dynamic: name)
        value.write(to: &self)
    }

    /// Writes a member when `value` is not nil, else nothing.
    @inlinable
    public mutating func field<V: JSONWritable>(_ name: StaticString, ifPresent value: V?) {
        guard let value else { return }
        field(name, value)
    }

    /// Writes a member whose value is JSON already; see `raw`.
    @inlinable
    public mutating func field(_ name: StaticString, raw json: [UInt8]) {
        self.name(name)
        raw(json)
    }

    /// Writes a member that is an object of strings, in the order given. The names must differ.
    public mutating func field(_ name: StaticString, map pairs: [(String, String)]) {
        self.name(name)
        beginObject()
        for (name, value) in pairs {
            self.name(dynamic: name)
            string(value)
        }
        endObject()
    }

    /// Writes a member that is an object; `body` writes its members.
    @inlinable
    public mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    /// Writes a member that is an array; `body` writes its elements.
    @inlinable
    public mutating func array(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        array(body)
    }
}
