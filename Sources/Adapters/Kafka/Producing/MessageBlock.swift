/// Messages written one behind the other into one buffer, so that a batch crosses to the client's thread as a whole.
struct MessageBlock: Sendable {
    private struct Entry {
        let topic: Int
        let start: Int
    }

    private(set) var topics: [String] = []
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    private var headersAt = 0

    var count: Int { entries.count }

    init(capacity: Int = 0, bytesEach: Int = 0) {
        entries.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * bytesEach)
    }

    // MARK: Writing

    /// Begins a message; its headers follow.
    mutating func begin(topic: String, key: [UInt8]?, value: [UInt8]?) {
        let index: Int
        if let known = topics.firstIndex(of: topic) {
            index = known
        } else {
            index = topics.count
            topics.append(topic)
        }
        entries.append(Entry(topic: index, start: bytes.count))
        append(key)
        append(value)
        headersAt = bytes.count
        append(length: 0)
    }

    mutating func header(_ name: StaticString, _ value: String) {
        countHeader()
        append(length: name.utf8CodeUnitCount)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        append(length: value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func header(_ name: String, _ value: [UInt8]?) {
        countHeader()
        append(length: name.utf8.count)
        bytes.append(contentsOf: name.utf8)
        append(value)
    }

    private mutating func countHeader() {
        bytes[headersAt] &+= 1
        if bytes[headersAt] == 0 { bytes[headersAt + 1] &+= 1 }
    }

    private mutating func append(_ field: [UInt8]?) {
        append(length: field?.count ?? -1)
        if let field { bytes.append(contentsOf: field) }
    }

    private mutating func append(length: Int) {
        withUnsafeBytes(of: Int32(clamping: length).littleEndian) { bytes.append(contentsOf: $0) }
    }

    // MARK: Reading

    typealias Field = UnsafeRawBufferPointer?

    /// Gives the parts of message `index`; they are valid within `body` only.
    func withMessage<Result>(
        at index: Int, _ body: (_ topic: String, _ key: Field, _ value: Field, _ headers: inout HeaderReader) -> Result
    ) -> Result {
        let entry = entries[index]
        return bytes.withUnsafeBytes { buffer in
            var reader = FieldReader(buffer: buffer, offset: entry.start)
            let key = reader.field()
            let value = reader.field()
            var headers = HeaderReader(reader, count: reader.length())
            return body(topics[entry.topic], key, value, &headers)
        }
    }

    /// The length of key and value of message `index`.
    func size(at index: Int) -> Int { withMessage(at: index) { _, key, value, _ in (key?.count ?? 0) + (value?.count ?? 0) } }

    struct FieldReader {
        let buffer: UnsafeRawBufferPointer
        var offset: Int

        mutating func length() -> Int {
            let length = Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            offset += 4
            return Int(length)
        }

        mutating func field() -> Field {
            let count = length()
            guard count >= 0 else { return nil }
            defer { offset += count }
            return UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + count])
        }
    }

    struct HeaderReader {
        private var reader: FieldReader
        private(set) var count: Int

        fileprivate init(_ reader: FieldReader, count: Int) {
            self.reader = reader
            self.reader.offset += 4
            self.count = count
        }

        mutating func next() -> (name: UnsafeRawBufferPointer, value: Field)? {
            guard count > 0, let name = reader.field() else { return nil }
            count -= 1
            return (name, reader.field())
        }
    }
}
