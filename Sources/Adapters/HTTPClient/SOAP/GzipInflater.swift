import CZlib
import Domain

/// Inflates gzip (RFC 1952) piece by piece, so that a small input never makes more than one piece of output at a time.
///
/// The HTTP library can inflate, too; but it inflates all that one read of the socket brought before it gives the first of it away, which
/// a hostile source turns into a hundred megabytes. Several members one behind the other are one stream, as §2.2 of the standard has it.
struct GzipInflater: ~Copyable {
    /// In memory of its own, for the library keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var position = 0
    /// Whether a member has begun and not ended.
    private var isInMember = false
    private var hasMember = false

    init() throws(FetchFailure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_begin_gunzip(stream) == Z_OK else { throw .badEncoding("there is no memory to inflate the source's answer") }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Takes input, which is inflated by the calls of `next` that follow; what was given before must be used up.
    mutating func feed(_ bytes: [UInt8]) { (input, position) = (bytes, 0) }

    /// The next piece of what has been fed, at most `limit` bytes; nil when more must be fed.
    mutating func next(atMost limit: Int) throws(FetchFailure) -> [UInt8]? {
        while position < input.count || isInMember {
            let before = position
            var result = Z_OK
            let piece = [UInt8](unsafeUninitializedCapacity: limit) { output, count in
                (result, count) = step(into: output)
            }
            switch result {
            case Z_STREAM_END:
                isInMember = false
                hasMember = true
                guard inflateReset(stream) == Z_OK else { throw Self.damaged }
            // No progress is possible without more input, which is no error.
            case Z_OK, Z_BUF_ERROR: isInMember = true
            default: throw Self.damaged
            }
            if !piece.isEmpty { return piece }
            if position == input.count || (position == before && result != Z_STREAM_END) { return nil }
        }
        return nil
    }

    /// - Throws: `.badEncoding` when the stream does not end here.
    func finish() throws(FetchFailure) {
        guard hasMember, !isInMember else { throw .badEncoding("the source's answer is not complete: its gzip ends too early") }
    }

    private mutating func step(into output: UnsafeMutableBufferPointer<UInt8>) -> (result: CInt, written: Int) {
        input.withUnsafeMutableBufferPointer { input in
            let rest = UnsafeMutableBufferPointer(rebasing: input[position...])
            stream.pointee.next_in = rest.baseAddress
            stream.pointee.avail_in = UInt32(truncatingIfNeeded: rest.count)
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(truncatingIfNeeded: output.count)
            let result = inflate(stream, Z_NO_FLUSH)
            position = input.count - Int(stream.pointee.avail_in)
            stream.pointee.next_in = nil
            return (result, output.count - Int(stream.pointee.avail_out))
        }
    }

    private static let damaged = FetchFailure.badEncoding("the source's answer is said to be gzip, and is not, or is damaged")
}
