/// Finds secrets in a text by their shape.
enum SecretDetectors {
    private static let mark = Array(RedactionPolicy.mark.utf8)

    /// - Parameter isCut: whether the text went on; its last word is then judged by what could have followed.
    static func redacted(_ text: [UInt8], isCut: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        // Where the word began that `index` is in: local parts of addresses and numbers are looked for there only.
        while index < text.count {
            let byte = text[index]
            if let end = bearerEnd(text, at: index) {
                result.append(contentsOf: text[index..<(index + 7)])
                result.append(contentsOf: mark)
                index = end
            } else if isWordStart(text, index), let end = webTokenEnd(text, at: index, isCut) ?? addressEnd(text, at: index, isCut) {
                result.append(contentsOf: mark)
                index = end
            } else if isDigit(byte), index == 0 || !isDigit(text[index - 1]) {
                let (end, isCard) = number(text, at: index, isCut)
                if isCard { result.append(contentsOf: mark) } else { result.append(contentsOf: text[index..<end]) }
                index = end
            } else {
                result.append(byte)
                index += 1
            }
        }
        return result
    }

    // MARK: Tokens

    /// `Bearer`, a blank, and a token (RFC 6750 §2.1).
    ///
    /// - Returns: the end of the token.
    private static func bearerEnd(_ text: [UInt8], at index: Int) -> Int? {
        guard text[index] | 0x20 == 0x62, text.count - index > 7, index == 0 || !isLetter(text[index - 1]),
            text[index..<(index + 7)].elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }), text[index + 6] == 0x20
        else { return nil }
        var end = index + 7
        while end < text.count, isTokenByte(text[end]) { end += 1 }
        return end > index + 7 ? end : nil
    }

    /// A JSON Web Token in the compact form (RFC 7519 §3): its header begins with `{"` in Base64URL.
    private static func webTokenEnd(_ text: [UInt8], at index: Int, _ isCut: Bool) -> Int? {
        guard text.count - index > 8, text[index] == 0x65, text[index + 1] == 0x79, text[index + 2] == 0x4A else { return nil }
        var end = index
        var dots = 0
        while end < text.count, isTokenByte(text[end]) {
            if text[end] == 0x2E { dots += 1 }
            end += 1
        }
        return dots >= 2 || (isCut && end == text.count) ? end : nil
    }

    // MARK: Addresses

    /// An e-mail address, as they are used: letters, digits and some signs, an at sign, and a domain with a dot.
    private static func addressEnd(_ text: [UInt8], at index: Int, _ isCut: Bool) -> Int? {
        var at = index
        while at < text.count, isLocalByte(text[at]) { at += 1 }
        guard at > index, at < text.count, text[at] == 0x40 || isEncodedAt(text, at) else { return nil }
        var end = at + (text[at] == 0x40 ? 1 : 3)
        let domain = end
        var lastDot = -1
        while end < text.count, isLetter(text[end]) || isDigit(text[end]) || text[end] == 0x2D || text[end] == 0x2E {
            if text[end] == 0x2E { lastDot = end }
            end += 1
        }
        if isCut, end == text.count { return end }
        // The dot that ends a sentence is none of the domain's.
        if lastDot == end - 1 { end -= 1 }
        return text[domain..<end].contains(0x2E) ? end : nil
    }

    private static func isEncodedAt(_ text: [UInt8], _ index: Int) -> Bool {
        text.count - index > 3 && text[index] == 0x25 && text[index + 1] == 0x34 && text[index + 2] == 0x30
    }

    // MARK: Numbers of cards

    /// The run of digits that begins at `index`, groups divided by single blanks or hyphens included.
    ///
    /// - Returns: where it ends; whether it is the number of a card: 13 to 19 digits (ISO/IEC 7812-1) whose check digit is right (Luhn).
    private static func number(_ text: [UInt8], at index: Int, _ isCut: Bool) -> (end: Int, isCard: Bool) {
        var digits: [UInt8] = []
        var end = index
        var next = index
        while next < text.count, digits.count <= 64 {
            if isDigit(text[next]) {
                digits.append(text[next] - 0x30)
                next += 1
                end = next
            } else if text[next] == 0x20 || text[next] == 0x2D, next + 1 < text.count, isDigit(text[next + 1]) {
                next += 1
            } else {
                break
            }
        }
        if isCut, end == text.count, digits.count >= 6 { return (end, true) }
        if (13...19).contains(digits.count), isLuhn(digits) { return (end, true) }
        // Groups that stand together by chance, a date before a number for instance: each alone.
        var first = index
        while first < text.count, isDigit(text[first]) { first += 1 }
        let alone = text[index..<first].map { $0 - 0x30 }
        return (first, (13...19).contains(alone.count) && isLuhn(alone))
    }

    private static func isLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place.isMultiple(of: 2) ? Int(digit) : Int(digit) * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10) && digits.contains { $0 != 0 }
    }

    // MARK: Bytes

    private static func isWordStart(_ text: [UInt8], _ index: Int) -> Bool {
        isLocalByte(text[index]) && (index == 0 || !isLocalByte(text[index - 1]))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2B, 0x2D...0x39, 0x3D, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }

    /// What the local part of an address is made of: letters, digits and `.!#$'*+-_`{|}~`; letters beyond ASCII too (RFC 6531).
    private static func isLocalByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23, 0x24, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F...0x7E, 0x80...0xFF: true
        default: false
        }
    }
}
