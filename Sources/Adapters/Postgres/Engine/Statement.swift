internal import Domain

/// The server's numbers of its types (`pg_type.dat`); they never change.
enum TypeId {
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let uuid: UInt32 = 2950
    static let byteaArray: UInt32 = 1001
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let uuidArray: UInt32 = 2951

    static func array(of element: UInt32) -> UInt32 {
        switch element {
        case bytea: byteaArray
        case int4: int4Array
        case text: textArray
        case uuid: uuidArray
        default: int8Array
        }
    }
}

/// A statement that every connection of its kind prepares when it is made.
struct Statement: Sendable {
    let name: String
    let sql: String
    let types: [UInt32]

    init(_ name: String, _ types: [UInt32] = [], _ sql: String) {
        self.name = "lf_" + name
        self.sql = sql
        self.types = types
    }
}

/// A statement with its values, each in the binary form of its type.
struct Command: Sendable {
    let statement: Statement
    /// nil: NULL.
    let values: [[UInt8]?]

    init(_ statement: Statement, _ values: [[UInt8]?] = []) {
        self.statement = statement
        self.values = values
    }
}

/// Values in binary form.
enum Binary {
    static func int8(_ value: Int64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    static func int4(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int32(clamping: value).bigEndian) { Array($0) } }
    static func text(_ value: String) -> [UInt8] { Array(value.utf8) }
    static func uuid(_ value: UniqueId) -> [UInt8] { value.bytes }
}

/// An array of one type, in the binary form of a parameter.
struct ArrayColumn: Sendable {
    let element: UInt32
    private(set) var count = 0
    private var hasNull = false
    /// The elements, after room for the head.
    private var bytes = [UInt8](repeating: 0, count: headBytes)

    private static let headBytes = 20

    init(_ element: UInt32) { self.element = element }

    init(_ values: [Int64]) {
        self.init(TypeId.int8)
        for value in values { append(value) }
    }

    /// About how much it takes on the wire.
    var size: Int { bytes.count }

    private mutating func append<Integer: FixedWidthInteger>(raw value: Integer) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func appendNull() {
        hasNull = true
        count += 1
        append(raw: Int32(-1))
    }

    /// For `int8`, and for `int4` when the column is of that type.
    mutating func append(_ value: Int64) {
        count += 1
        if element == TypeId.int4 {
            append(raw: Int32(4))
            append(raw: Int32(clamping: value))
        } else {
            append(raw: Int32(8))
            append(raw: value)
        }
    }

    mutating func append(_ value: Int64?) {
        if let value { append(value) } else { appendNull() }
    }

    mutating func append(_ value: UniqueId) {
        count += 1
        append(raw: Int32(16))
        append(raw: value.high)
        append(raw: value.low)
    }

    mutating func append(_ value: UniqueId?) {
        if let value { append(value) } else { appendNull() }
    }

    /// For `text`, and for `bytea` when the text may hold a NUL.
    mutating func append(_ value: String) {
        count += 1
        var value = value
        value.withUTF8 { text in
            append(raw: Int32(clamping: text.count))
            bytes.append(contentsOf: text)
        }
    }

    mutating func append(_ value: String?) {
        if let value { append(value) } else { appendNull() }
    }

    mutating func append(_ value: [UInt8]) {
        count += 1
        append(raw: Int32(clamping: value.count))
        bytes.append(contentsOf: value)
    }

    mutating func append(contentsOf other: ArrayColumn) {
        count += other.count
        hasNull = hasNull || other.hasNull
        bytes.append(contentsOf: other.bytes[Self.headBytes...])
    }

    /// The parameter: number of dimensions, whether there are NULLs, the elements' type, their count, the first index; then the
    /// elements, each after its length.
    var parameter: [UInt8] {
        guard count > 0 else { return Binary.int4(0) + Binary.int4(0) + Binary.int4(Int(element)) }
        let head = Binary.int4(1) + Binary.int4(hasNull ? 1 : 0) + Binary.int4(Int(element)) + Binary.int4(count) + Binary.int4(1)
        var parameter = bytes
        parameter.replaceSubrange(0..<Self.headBytes, with: head)
        return parameter
    }
}

/// Rows by columns, for `unnest`.
struct Columns: Sendable {
    var columns: [ArrayColumn]

    init(_ types: [UInt32]) { columns = types.map { ArrayColumn($0) } }

    var count: Int { columns.first?.count ?? 0 }
    var size: Int { columns.reduce(0) { $0 + $1.size } }
    var parameters: [[UInt8]?] { columns.map(\.parameter) }

    mutating func append(contentsOf other: Columns) {
        guard other.count > 0 else { return }
        for index in columns.indices where other.columns.indices.contains(index) {
            columns[index].append(contentsOf: other.columns[index])
        }
    }
}
