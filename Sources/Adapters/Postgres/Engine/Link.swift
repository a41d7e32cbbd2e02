internal import CLibpq

/// A connection of the library, in non-blocking pipeline mode once it is up. Belongs to the pump's thread.
struct Link: ~Copyable {
    private let raw: OpaquePointer

    /// Takes a connection over, which nobody else uses from here on.
    init(_ raw: OpaquePointer) {
        self.raw = raw
        PQsetNoticeProcessor(raw, { _, _ in }, nil)
    }

    deinit { PQfinish(raw) }

    var socket: Int32 { PQsocket(raw) }
    var isBad: Bool { PQstatus(raw) == CONNECTION_BAD }
    var isBusy: Bool { PQisBusy(raw) != 0 }
    var isInTransaction: Bool { PQtransactionStatus(raw) != PQTRANS_IDLE }

    var errorText: String {
        guard let text = PQerrorMessage(raw) else { return "" }
        return oneLine(String(cString: text))
    }

    func enterPipeline() -> Bool { PQsetnonblocking(raw, 1) == 0 && PQenterPipelineMode(raw) == 1 }
    func consume() -> Bool { PQconsumeInput(raw) == 1 }

    /// - Returns: whether something is left to be sent; nil after an error.
    func flush() -> Bool? {
        switch PQflush(raw) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    func sync() -> Bool { PQpipelineSync(raw) == 1 }

    func prepare(_ statement: Statement) -> Bool {
        statement.types.withUnsafeBufferPointer {
            PQsendPrepare(raw, statement.name, statement.sql, Int32($0.count), $0.baseAddress) == 1
        }
    }

    /// Sends without preparing; all results in binary form.
    func send(sql: String) -> Bool { PQsendQueryParams(raw, sql, 0, nil, nil, nil, nil, 1) == 1 }

    /// - Parameter scratch: room that is used again and again.
    func send(_ command: Command, scratch: inout [UInt8]) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        for case let value? in command.values { scratch.append(contentsOf: value) }
        // So that an empty value, too, has an address: a value without one is NULL.
        scratch.append(0)
        let lengths = command.values.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: lengths.count)
        return scratch.withUnsafeBytes { bytes in
            var pointers: [UnsafePointer<CChar>?] = []
            pointers.reserveCapacity(lengths.count)
            var offset = 0
            for value in command.values {
                guard let value else {
                    pointers.append(nil)
                    continue
                }
                pointers.append(bytes.baseAddress.map { UnsafePointer(($0 + offset).assumingMemoryBound(to: CChar.self)) })
                offset += value.count
            }
            return PQsendQueryPrepared(raw, command.statement.name, Int32(pointers.count), pointers, lengths, formats, 1) == 1
        }
    }

    /// The next result; nil between two.
    func next() -> Rows? { PQgetResult(raw).map { Rows(ResultSet($0)) } }
}

/// Text of the library without line breaks.
func oneLine(_ text: String) -> String {
    // What the library indents are questions to somebody at a terminal, and our own advice follows.
    text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }.joined(separator: " ").trimmingPrefix { $0 == " " }.description
}
