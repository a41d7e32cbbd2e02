internal import Domain

/// The stored number of a status; never changes its meaning.
enum StatusCode {
    static func code(_ status: ServiceCall.Status) -> Int64 {
        switch status {
        case .scheduled: 1
        case .running: 2
        case .waitingRetry: 3
        case .succeeded: 4
        case .failed: 5
        case .cancelled: 6
        }
    }

    static func status(_ code: Int64) -> ServiceCall.Status? {
        switch code {
        case 1: .scheduled
        case 2: .running
        case 3: .waitingRetry
        case 4: .succeeded
        case 5: .failed
        case 6: .cancelled
        default: nil
        }
    }
}

/// The stored number of an invoice's status; never changes its meaning.
enum InvoiceStatusCode {
    static func code(_ status: Invoice.Status) -> Int64 {
        switch status {
        case .draft: 1
        case .validated: 2
        case .issued: 3
        case .signed: 4
        case .transmitting: 5
        case .accepted: 6
        case .rejected: 7
        case .credited: 8
        case .cancelled: 9
        case .void: 10
        }
    }
}

/// Texts in one blob, each as its length in decimal, a colon, its bytes and a comma (D. J. Bernstein, "Netstrings", 1997): any byte may
/// be in them, and a person can read them.
enum Netstrings {
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(text.utf8.count).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: ","))
    }

    static func bytes(_ texts: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts { append(text, to: &bytes) }
        return bytes
    }

    static func read(_ bytes: [UInt8]) throws(StoreFailure) -> [String] {
        var texts: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let count = Int(String(decoding: rest[..<colon], as: UTF8.self)),
                count >= 0, rest.endIndex - colon - 2 >= count, rest[colon + 1 + count] == UInt8(ascii: ",")
            else { throw .unreadable("a stored list of texts is not well formed") }
            texts.append(String(decoding: rest[(colon + 1)..<(colon + 1 + count)], as: UTF8.self))
            rest = rest[(colon + 2 + count)...]
        }
        return texts
    }
}
