/// Reads a whole JSON document, strictly as RFC 8259 defines it.
public enum JSONReader {
    /// The value that `bytes` holds. The document is one value with optional white space around it, in valid UTF-8
    /// without byte order mark; a repeated member name and a lone surrogate escape are refused, U+0000 written as an
    /// escape is allowed.
    ///
    /// Throws the first error met, with its byte offset. Stack and memory stay within `limits`.
    public static func read(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard
    ) throws(JSONSyntaxError) -> JSONValue {
        guard bytes.count <= limits.maxBytes else {
            throw JSONSyntaxError(.tooManyBytes(limit: limits.maxBytes), offset: limits.maxBytes)
        }
        var parser = JSONParser(bytes: bytes, limits: limits)
        return try parser.document()
    }

    /// The value that `bytes` holds; see the other `read`.
    public static func read(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONSyntaxError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONSyntaxError) in
            try read(UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }
}
