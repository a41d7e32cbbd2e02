/// The recursive descent behind `JSONReader`: one pass over the bytes, one level of recursion a level of nesting.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let limits: JSONLimits
    var index = 0
    private var valuesLeft: Int
    /// Decoded text of a string with escapes; kept for the next one.
    var scratch: [UInt8] = []

    init(bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        valuesLeft = limits.maxValues
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw error(.byteOrderMark) }
        skipWhiteSpace()
        guard index < bytes.count else { throw error(.empty) }
        let value = try value(depthLeft: limits.maxDepth)
        skipWhiteSpace()
        guard index == bytes.count else { throw error(.trailingContent) }
        return value
    }

    /// The byte at `index`; 0 at the end, which is out of place outside strings just as an end is.
    @inline(__always)
    private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

    @inline(__always)
    private mutating func skipWhiteSpace() {
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            index += 1
        }
    }

    func error(_ kind: JSONSyntaxError.Kind) -> JSONSyntaxError { JSONSyntaxError(kind, offset: index) }

    /// `kind` here, or that the document ended.
    func errorOrEnd(_ kind: JSONSyntaxError.Kind) -> JSONSyntaxError { error(index < bytes.count ? kind : .unexpectedEnd) }

    private mutating func value(depthLeft: Int) throws(JSONSyntaxError) -> JSONValue {
        guard valuesLeft > 0 else { throw error(.tooManyValues(limit: limits.maxValues)) }
        valuesLeft -= 1
        switch current {
        case JSONBytes.quote:
            index += 1
            return .string(try string())
        case JSONBytes.openBrace:
            guard depthLeft > 0 else { throw error(.tooDeep(limit: limits.maxDepth)) }
            return .object(try object(depthLeft: depthLeft - 1))
        case JSONBytes.openBracket:
            guard depthLeft > 0 else { throw error(.tooDeep(limit: limits.maxDepth)) }
            return .array(try array(depthLeft: depthLeft - 1))
        case JSONBytes.minus, 0x30...0x39:
            return .number(try number())
        case 0x74:
            try literal("true")
            return .bool(true)
        case 0x66:
            try literal("false")
            return .bool(false)
        case 0x6E:
            try literal("null")
            return .null
        default:
            throw errorOrEnd(.expectedValue)
        }
    }

    private mutating func array(depthLeft: Int) throws(JSONSyntaxError) -> [JSONValue] {
        index += 1
        skipWhiteSpace()
        if current == JSONBytes.closeBracket {
            index += 1
            return []
        }
        var elements: [JSONValue] = []
        while true {
            elements.append(try value(depthLeft: depthLeft))
            skipWhiteSpace()
            let byte = current
            guard byte == JSONBytes.comma || byte == JSONBytes.closeBracket else { throw errorOrEnd(.expectedCommaOrBracket) }
            index += 1
            if byte == JSONBytes.closeBracket { return elements }
            skipWhiteSpace()
        }
    }

    private mutating func object(depthLeft: Int) throws(JSONSyntaxError) -> JSONObject {
        index += 1
        skipWhiteSpace()
        if current == JSONBytes.closeBrace {
            index += 1
            return JSONObject(checked: [])
        }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(4)
        var names = JSONNameSet()
        while true {
            guard current == JSONBytes.quote else { throw errorOrEnd(.expectedName) }
            let nameOffset = index
            index += 1
            let name = try string()
            guard names.insert(name, afterFirst: members.count, of: members) else {
                throw JSONSyntaxError(.duplicateName, offset: nameOffset)
            }
            skipWhiteSpace()
            guard current == JSONBytes.colon else { throw errorOrEnd(.expectedColon) }
            index += 1
            skipWhiteSpace()
            members.append(JSONObject.Member(name, try value(depthLeft: depthLeft)))
            skipWhiteSpace()
            let byte = current
            guard byte == JSONBytes.comma || byte == JSONBytes.closeBrace else { throw errorOrEnd(.expectedCommaOrBrace) }
            index += 1
            if byte == JSONBytes.closeBrace { return JSONObject(checked: members) }
            skipWhiteSpace()
        }
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = index
        var scan = JSONNumberScan(bytes: bytes, index: index)
        let broken = scan.run()
        index = scan.index
        if let broken { throw errorOrEnd(broken) }
        guard index - start <= limits.maxNumberBytes else {
            throw JSONSyntaxError(.numberTooLong(limit: limits.maxNumberBytes), offset: start)
        }
        return JSONNumber(checked: text(from: start, to: index))
    }

    @inline(__always)
    private mutating func literal(_ word: StaticString) throws(JSONSyntaxError) {
        let matches = word.withUTF8Buffer { word in
            guard bytes.count - index >= word.count else { return false }
            for position in word.indices where bytes[index + position] != word[position] { return false }
            return true
        }
        guard matches else { throw error(.invalidLiteral) }
        index += word.utf8CodeUnitCount
    }

    /// The string of bytes already known to be valid UTF-8.
    @inline(__always)
    func text(from start: Int, to end: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }
}
