import NIOCore

/// What a load run needs to know of one HTTP/1.1 message. Bodies are counted and dropped.
struct ParsedMessage {
    /// The status of a response; 0 for a request.
    var status = 0
    /// The path of a request that starts with `/_`, the sink's own routes; nil for every other message.
    var controlPath: String?
    /// The header `x-due-at-us`.
    var dueMicroseconds: Int64?
    fileprivate var contentLength = 0
    fileprivate var isChunked = false
}

/// Why a byte stream is not the HTTP/1.1 that this parser reads.
enum MessageParserError: Error {
    case badStartLine, badContentLength, badChunkSize, headTooLarge
}

/// A minimal incremental parser of HTTP/1.1 messages with `Content-Length` or chunked bodies, requests and responses alike.
struct MessageParser {
    private enum State {
        case head
        case body(ParsedMessage, remaining: Int)
        case chunkSize(ParsedMessage)
        case chunk(ParsedMessage, remaining: Int)
        case trailer(ParsedMessage)
    }

    private static let maxHeadBytes = 64 * 1024
    private var state = State.head
    private var pending = ByteBuffer()

    /// Takes the next bytes from the wire.
    mutating func append(_ buffer: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = buffer
        } else {
            pending.writeImmutableBuffer(buffer)
        }
    }

    /// The next complete message, or nil until more bytes come.
    mutating func next() throws -> ParsedMessage? {
        while true {
            switch state {
            case .head:
                guard let message = try readHead() else { return nil }
                if message.isChunked {
                    state = .chunkSize(message)
                } else if message.contentLength > 0 {
                    state = .body(message, remaining: message.contentLength)
                } else {
                    return message
                }
            case .body(let message, let remaining):
                guard let rest = skip(remaining) else { return finish(message) }
                state = .body(message, remaining: rest)
                return nil
            case .chunkSize(let message):
                guard let line = readLine() else { return nil }
                let digits = line.prefix { $0 != ";" && $0 != " " }
                guard let size = Int(digits, radix: 16), size >= 0 else { throw MessageParserError.badChunkSize }
                state = size == 0 ? .trailer(message) : .chunk(message, remaining: size + 2)
            case .chunk(let message, let remaining):
                if let rest = skip(remaining) {
                    state = .chunk(message, remaining: rest)
                    return nil
                }
                state = .chunkSize(message)
            case .trailer(let message):
                guard let line = readLine() else { return nil }
                if line.isEmpty { return finish(message) }
            }
        }
    }

    private mutating func finish(_ message: ParsedMessage) -> ParsedMessage {
        state = .head
        return message
    }

    /// Drops up to `count` bytes; returns how many are still to come, nil when none.
    private mutating func skip(_ count: Int) -> Int? {
        let taken = min(count, pending.readableBytes)
        pending.moveReaderIndex(forwardBy: taken)
        return taken == count ? nil : count - taken
    }

    private mutating func readLine() -> String? {
        guard let end = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let length = end - pending.readerIndex
        let line = pending.readString(length: length) ?? ""
        pending.moveReaderIndex(forwardBy: 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
    }

    private mutating func readHead() throws -> ParsedMessage? {
        guard pending.readableBytes > 0 else { return nil }
        var message = ParsedMessage()
        let length = try pending.withUnsafeReadableBytes { bytes -> Int? in
            guard let end = Self.endOfHead(bytes) else {
                if bytes.count > Self.maxHeadBytes { throw MessageParserError.headTooLarge }
                return nil
            }
            try Self.parseHead(UnsafeRawBufferPointer(rebasing: bytes[..<end]), into: &message)
            return end
        }
        guard let length else { return nil }
        pending.moveReaderIndex(forwardBy: length)
        return message
    }

    /// The index just after the empty line that ends a head.
    private static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    private static func parseHead(_ head: UnsafeRawBufferPointer, into message: inout ParsedMessage) throws {
        var lineStart = 0
        var isStartLine = true
        var index = 0
        while index < head.count {
            guard head[index] == 10 else {
                index += 1
                continue
            }
            let line = UnsafeRawBufferPointer(rebasing: head[lineStart..<max(lineStart, index - 1)])
            if isStartLine {
                try parseStartLine(line, into: &message)
                isStartLine = false
            } else {
                try parseHeader(line, into: &message)
            }
            index += 1
            lineStart = index
        }
    }

    private static func parseStartLine(_ line: UnsafeRawBufferPointer, into message: inout ParsedMessage) throws {
        if line.count >= 12, line[0] == UInt8(ascii: "H"), line[4] == UInt8(ascii: "/") {
            guard let status = decimal(line[9..<12]) else { throw MessageParserError.badStartLine }
            message.status = Int(status)
            return
        }
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), space + 2 < line.count else {
            throw MessageParserError.badStartLine
        }
        if line[space + 1] == UInt8(ascii: "/"), line[space + 2] == UInt8(ascii: "_") {
            message.controlPath = String(decoding: line[(space + 1)...].prefix { $0 != 32 }, as: UTF8.self)
        }
    }

    private static func parseHeader(_ line: UnsafeRawBufferPointer, into message: inout ParsedMessage) throws {
        guard line.count > 12 else { return }
        if named("content-length:", line) {
            guard let length = decimal(line[15...]) else { throw MessageParserError.badContentLength }
            message.contentLength = Int(length)
        } else if named("transfer-encoding:", line) {
            message.isChunked = String(decoding: line[18...], as: UTF8.self).lowercased().contains("chunked")
        } else if named("x-due-at-us:", line) {
            message.dueMicroseconds = decimal(line[12...])
        }
    }

    /// Whether the line starts with `name`, which is given in lower case with its colon.
    private static func named(_ name: StaticString, _ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count >= name.utf8CodeUnitCount else { return false }
        for index in 0..<name.utf8CodeUnitCount {
            let byte = line[index]
            let lower = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
            if lower != name.utf8Start[index] { return false }
        }
        return true
    }

    /// A decimal number of at most 18 digits, surrounded by blanks.
    private static func decimal(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int64? {
        var value: Int64 = 0
        var digits = 0
        for byte in bytes {
            if byte == 32 || byte == 9 {
                continue
            }
            guard byte >= 48, byte <= 57, digits < 18 else { return nil }
            value = value * 10 + Int64(byte - 48)
            digits += 1
        }
        return digits > 0 ? value : nil
    }
}
