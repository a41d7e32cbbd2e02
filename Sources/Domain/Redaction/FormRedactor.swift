/// Takes the values of secret fields out of a text that is no JSON: `name=value` pairs (a form, attributes, a log line), lines of
/// `Name: value`, and elements of XML.
enum FormRedactor {
    private static let quotes: [UInt8] = [0x22, 0x27]
    /// `&`, `;`, blanks, line ends, quotes and `<`.
    private static let endsOfPair: [UInt8] = [0x26, 0x3B, 0x20, 0x09, 0x0A, 0x0D, 0x22, 0x27, 0x3C]
    private static let endsOfLine: [UInt8] = [0x0A, 0x0D, 0x3C]

    static func redacted(_ text: [UInt8], under policy: RedactionPolicy) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var name = 0..<0
        // Behind the name, and the quote and the blanks that may follow it.
        var behindName = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            result.append(byte)
            index += 1
            if isNameByte(byte) {
                name = name.upperBound == index - 1 && !name.isEmpty ? name.lowerBound..<index : (index - 1)..<index
                behindName = index
                continue
            }
            if behindName == index - 1, quotes.contains(byte) || byte == 0x20 || byte == 0x09 { behindName = index }
            guard let form = Form(byte, isElement: name.lowerBound > 0 && [0x3C, 0x3A].contains(text[name.lowerBound - 1])),
                behindName == index - 1, policy.isSecret(text[name])
            else { continue }
            while form != .element, index < text.count, text[index] == 0x20 || text[index] == 0x09 {
                result.append(text[index])
                index += 1
            }
            var ends = form == .pair ? endsOfPair : form == .line ? endsOfLine : [0x3C]
            if form != .element, index < text.count, quotes.contains(text[index]) {
                ends = [text[index]]
                result.append(text[index])
                index += 1
            }
            let start = index
            while index < text.count, !ends.contains(text[index]) { index += 1 }
            if index > start { result.append(contentsOf: RedactionPolicy.mark.utf8) }
        }
        return result
    }

    /// What a name is followed by.
    private enum Form {
        case pair, line, element

        init?(_ byte: UInt8, isElement: Bool) {
            switch byte {
            case 0x3D: self = .pair
            case 0x3A: self = .line
            case 0x3E where isElement: self = .element
            default: return nil
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-_.%[]".utf8.contains(byte) || byte >= 0x80
    }
}
