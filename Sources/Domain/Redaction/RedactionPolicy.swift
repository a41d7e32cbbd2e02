/// What of a request or an answer may be shown and kept readable, and what stands in for the rest (SC-9).
///
/// Names decide first: a header field, a member of a JSON object or a form field whose name says that it is secret loses its value. Then the
/// detectors look for what is secret wherever it stands: bearer tokens and JSON Web Tokens, numbers of payment cards, e-mail addresses.
/// Too much is taken rather than too little; a secret that neither its name nor its shape gives away is not recognised, which is why bodies
/// are shown cut short.
public struct RedactionPolicy: Hashable, Sendable {
    /// Stands where something was taken.
    public static let mark = "[redacted]"
    /// Why the mark is refused where a secret may stand; the rest of an English sentence about the field.
    static let markRule = "stands for what is not shown; give the value itself, or leave it out to keep it"
    /// The most bytes of a body that are shown or kept: 1 KiB.
    public static let maxPreviewBytes = 1_024
    /// The words that the standard policy takes a secret by.
    public static let standardWords = [
        "authorization", "cookie", "credential", "key", "passphrase", "passwd", "password", "secret", "signature", "token",
    ]

    /// A name that holds one of these words, in any case, is that of a secret.
    let words: SecretWords
    /// Header fields that are secret besides, in lower case.
    let headerNames: Set<String>
    /// Places in JSON documents that are secret besides (RFC 6901).
    let pointers: Set<[String]>

    /// The words of `standardWords`, and the detectors.
    public static let standard = RedactionPolicy()

    /// - Parameters:
    ///   - words: what the name of a secret holds; compared without regard to case.
    ///   - headerNames: names of header fields, in any case.
    ///   - pointers: JSON pointers; one that is none is left out.
    public init(words: [String] = standardWords, headerNames: [String] = [], pointers: [String] = []) {
        self.words = SecretWords(words)
        self.headerNames = Set(headerNames.map { $0.lowercased() })
        self.pointers = Set(pointers.compactMap(Self.steps))
    }

    /// Whether a field or member of this name holds a secret.
    public func isSecret(_ name: some Collection<UInt8>) -> Bool {
        name.withContiguousStorageIfAvailable { words.areFound(in: $0) } ?? Array(name).withUnsafeBufferPointer { words.areFound(in: $0) }
    }

    /// The value of a header field, as it may be shown.
    public func shown(_ header: OutgoingRequest.Header) -> String {
        if isSecret(header.name.utf8) || headerNames.contains(header.name.lowercased()) { return Self.mark }
        return String(decoding: SecretDetectors.redacted(Array(header.value.utf8), isCut: false), as: UTF8.self)
    }

    /// The URL with its query's names and without their values: a value is shown to nobody, since many are keys.
    public func shown(_ url: TargetURL) -> String {
        let (url, query) = url.parted
        guard let query else { return url.description }
        let fields = query.split(separator: "&", omittingEmptySubsequences: false).map { field in
            field.firstIndex(of: "=").map { "\(field[...$0])\(Self.mark)" } ?? (field.isEmpty ? "" : Self.mark)
        }
        return "\(url)?\(fields.joined(separator: "&"))"
    }

    private static func steps(_ pointer: String) -> [String]? {
        guard pointer.isEmpty || pointer.hasPrefix("/") else { return nil }
        return pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            var text = ""
            var isEscaped = false
            for character in step.unicodeScalars {
                switch (isEscaped, character) {
                case (false, "~"): isEscaped = true
                case (true, "0"): (isEscaped, text) = (false, text + "~")
                case (true, "1"): (isEscaped, text) = (false, text + "/")
                case (true, _): (isEscaped, text) = (false, text + "~" + String(character))
                case (false, _): text.unicodeScalars.append(character)
                }
            }
            return isEscaped ? text + "~" : text
        }
    }
}

extension RedactionPolicy {
    /// How `body` begins, redacted and at most `maxPreviewBytes` long.
    ///
    /// - Parameter isCut: whether the body went on behind `body`.
    /// - Returns: nil when it is empty or no text: what cannot be read cannot be redacted.
    public func preview(of body: [UInt8], isCut: Bool = false) -> String? {
        // Some more than is shown, so that what the end of the preview cuts through is recognised all the same.
        let most = Self.maxPreviewBytes * 2
        let isCut = isCut || body.count > most
        let begin = Self.wholeText(body.prefix(most), isCut: isCut)
        guard let begin, !begin.isEmpty else { return nil }
        var text = begin
        if let json = JSONRedactor.redacted(begin, under: self) {
            text = json
        } else {
            text = FormRedactor.redacted(begin, under: self)
        }
        text = SecretDetectors.redacted(text, isCut: isCut)
        guard text.count > Self.maxPreviewBytes else { return String(decoding: text, as: UTF8.self) }
        let ellipsis = "…"
        let kept = Self.wholeText(text.prefix(Self.maxPreviewBytes - ellipsis.utf8.count), isCut: true) ?? []
        return String(decoding: kept, as: UTF8.self) + ellipsis
    }

    /// The bytes, less a character that the cut went through; nil when they are no text.
    private static func wholeText(_ bytes: some BidirectionalCollection<UInt8>, isCut: Bool) -> [UInt8]? {
        var bytes = Array(bytes)
        if isCut {
            var tail = 0
            while tail < min(3, bytes.count), bytes[bytes.count - 1 - tail] & 0xC0 == 0x80 { tail += 1 }
            if tail < bytes.count {
                let lead = bytes[bytes.count - 1 - tail]
                let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
                if tail + 1 < length { bytes.removeLast(tail + 1) }
            }
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        return bytes.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } ? nil : bytes
    }
}
