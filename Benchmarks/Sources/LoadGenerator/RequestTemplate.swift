public import NIOCore

/// The bytes of one HTTP/1.1 request, prepared once; sending it copies them and patches the marked places.
///
/// Marks in the text: `{seq}` a number unique within the run (12 digits), `{due}` the due time in RFC 3339,
/// `{due_us}` the same in microseconds since 1970. Every mark has a fixed width, so `Content-Length` is computed once.
public struct RequestTemplate: Sendable {
    private enum Mark: CaseIterable {
        case sequence, due, dueMicroseconds

        var text: String {
            switch self {
            case .sequence: "{seq}"
            case .due: "{due}"
            case .dueMicroseconds: "{due_us}"
            }
        }

        var width: Int {
            switch self {
            case .sequence: 12
            case .due: FixedWidth.rfc3339Length
            case .dueMicroseconds: FixedWidth.microsecondsLength
            }
        }
    }

    private struct Slot {
        var mark: Mark
        var offset: Int
    }

    private var bytes: [UInt8]
    private var slots: [Slot]
    /// Bytes of the body as sent.
    public let bodyLength: Int
    /// How many numbers one request takes from the sequence: one for each `{seq}` of the body, or one for all of them.
    public let sequencesPerRequest: Int64

    /// - Parameters:
    ///   - itemwise: each `{seq}` gets a number of its own (a batch); otherwise all of one request share one number.
    public init(
        method: String, path: String, host: String, headers: [(String, String)] = [], body: String = "",
        itemwise: Bool = false
    ) {
        let (bodyBytes, bodySlots) = Self.expand(body)
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(bodyBytes.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let (headBytes, headSlots) = Self.expand(head + "\r\n")
        bytes = headBytes + bodyBytes
        slots = headSlots + bodySlots.map { Slot(mark: $0.mark, offset: $0.offset + headBytes.count) }
        bodyLength = bodyBytes.count
        sequencesPerRequest = itemwise ? Int64(bodySlots.count { $0.mark == .sequence }) : 1
    }

    /// Appends the request's bytes to `buffer`, numbered from `sequence`.
    public func write(into buffer: inout ByteBuffer, sequence: Int64, dueMicroseconds: Int64) {
        let start = buffer.writerIndex
        buffer.writeBytes(bytes)
        guard !slots.isEmpty else { return }
        let itemwise = sequencesPerRequest > 1
        let origin = start - buffer.readerIndex
        buffer.withUnsafeMutableReadableBytes { readable in
            var next = sequence
            for slot in slots {
                switch slot.mark {
                case .sequence:
                    FixedWidth.writeDecimal(next, into: readable, at: origin + slot.offset, width: slot.mark.width)
                    if itemwise { next += 1 }
                case .due:
                    FixedWidth.writeRFC3339(dueMicroseconds, into: readable, at: origin + slot.offset)
                case .dueMicroseconds:
                    FixedWidth.writeDecimal(
                        dueMicroseconds, into: readable, at: origin + slot.offset, width: slot.mark.width)
                }
            }
        }
    }

    /// Replaces every mark by zeros of its width and tells where they are.
    private static func expand(_ text: String) -> ([UInt8], [Slot]) {
        var bytes: [UInt8] = []
        var slots: [Slot] = []
        let source = Array(text.utf8)
        let marks = Mark.allCases.map { ($0, Array($0.text.utf8)) }
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "{"),
                let (mark, pattern) = marks.first(where: { source[index...].starts(with: $0.1) })
            {
                slots.append(Slot(mark: mark, offset: bytes.count))
                bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: mark.width))
                index += pattern.count
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return (bytes, slots)
    }
}
