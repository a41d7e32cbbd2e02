/// What is secret in the request to a source beside its password: the whole query of its URL, and the values of parameters, but for those of
/// which it is plain that there is no secret in them.
///
/// It is sealed, and the mark of redaction stands in its place: so it is stored, shown and told. A submitted source never holds the mark.
extension SourceRequest {
    /// Whether something lies open that is to be sealed: so it is with a source from before that was done.
    public var hasOpenSecrets: Bool {
        url.parted.query != nil && !Self.isMarked(url) || parameters.contains { $0.isSecret && $0.value != RedactionPolicy.mark }
    }

    /// The same without what only its runs need; for a source that is deleted.
    var erased: SourceRequest {
        sealed(password: password == nil ? nil : .erased, secrets: secrets == nil && !hasOpenSecrets ? nil : .erased)
    }

    /// What is secret, to be sealed; nil when nothing is.
    ///
    /// The form is stored, and so never changes: an object whose member `secrets` lists the texts in the order of their places.
    public var secretBytes: [UInt8]? {
        let texts = [url.parted.query].compactMap { $0 } + parameters.filter(\.isSecret).map(\.value)
        guard !texts.isEmpty else { return nil }
        var json = JSONWriter(capacity: 256)
        json.object { $0.field("secrets", texts) }
        return json.bytes
    }

    /// The same with marks in place of what is secret.
    ///
    /// - Parameters:
    ///   - password: sealed; nil when there is no user.
    ///   - secrets: `secretBytes`, sealed; nil when there are none.
    public func sealed(password: Secret?, secrets: Secret?) -> SourceRequest {
        with(
            url: secrets == nil ? url : Self.marked(url), password: user == nil ? nil : password, secrets: secrets,
            parameters: secrets == nil ? parameters : parameters.map { $0.isSecret ? $0.with(RedactionPolicy.mark) : $0 })
    }

    /// Puts what was secret back in its places, for the request that is sent.
    ///
    /// - Parameter bytes: what `secretBytes` was.
    /// - Returns: nil when they are of another request.
    public func revealed(_ bytes: [UInt8]) -> SourceRequest? {
        guard var texts = StoredMembers(bytes)?.texts("secrets")?[...] else { return nil }
        var url = url
        // A URL that is as long as one may be has no room for the mark, and stands without its query. That there was one shows in the count.
        let isWhole = texts.count == parameters.count { $0.value == RedactionPolicy.mark }
        if Self.isMarked(url) || url.parted.query == nil && !isWhole {
            guard let query = texts.popFirst(), let whole = try? TargetURL("\(url.withoutQuery)?\(query)") else { return nil }
            url = whole
        }
        var revealed: [SOAPParameter] = []
        for parameter in parameters {
            guard parameter.value == RedactionPolicy.mark else {
                revealed.append(parameter)
                continue
            }
            guard let value = texts.popFirst() else { return nil }
            revealed.append(parameter.with(value))
        }
        return texts.isEmpty ? with(url: url, password: password, secrets: nil, parameters: revealed) : nil
    }

    private static func marked(_ url: TargetURL) -> TargetURL {
        let (bare, query) = url.parted
        return query == nil ? url : (try? TargetURL("\(bare)?\(RedactionPolicy.mark)")) ?? bare
    }

    private static func isMarked(_ url: TargetURL) -> Bool { url.parted.query == RedactionPolicy.mark }

    private func with(url: TargetURL, password: Secret?, secrets: Secret?, parameters: [SOAPParameter]) -> SourceRequest {
        SourceRequest(
            url: url, user: user, password: password, secrets: secrets, allowsUnencryptedPassword: allowsUnencryptedPassword,
            soapVersion: soapVersion, action: action, operation: operation, parameters: parameters, limits: limits)
    }
}

extension SOAPParameter {
    /// Whether its value is to be sealed. A name seldom tells that there is a secret (`companyId` may be one), so what counts is that it
    /// tells of something harmless, or that the value is made of the window alone.
    var isSecret: Bool { !isWindow && !Self.harmlessNames.contains(plainName) }

    /// Its value as it may be shown: a mark for what is sealed, and for what `policy` takes by the name.
    public func shown(under policy: RedactionPolicy) -> String {
        isWindow || !isSecret && !policy.isSecret(name.utf8) ? value : RedactionPolicy.mark
    }

    /// What batches are narrowed by, in lower case and without `_`, `-` and `.`.
    private static let harmlessNames: Set<String> = [
        "after", "batchsize", "before", "changedfrom", "changedsince", "changedto", "country", "currency", "date", "datefrom", "dateto",
        "documenttype", "end", "enddate", "format", "from", "fromdate", "lang", "language", "limit", "locale", "maxresults", "maxrows",
        "offset", "page", "pagenumber", "pagesize", "since", "size", "sort", "start", "startdate", "status", "timezone", "to", "todate",
        "type", "until", "version",
    ]

    private var plainName: String { name.filter { !"_-.".contains($0) }.lowercased() }

    /// Whether nothing but `{from}`, `{to}`, spaces and punctuation stands in it.
    private var isWindow: Bool {
        value.replacing("{from}", with: "").replacing("{to}", with: "").utf8.allSatisfy { byte in
            byte < 0x80 && !(0x30...0x39).contains(byte) && !(0x61...0x7A).contains(byte | 0x20)
        }
    }

    /// A mark and what was taken from a valid parameter are valid values.
    fileprivate func with(_ value: String) -> SOAPParameter { (try? SOAPParameter(name: name, value: value)) ?? self }
}

extension TargetURL {
    /// Whether it names this machine: `localhost`, or an address of the loopback (RFC 6761 section 6.3, RFC 1122, RFC 4291).
    var isLoopback: Bool {
        if host == "localhost" || host == "localhost." || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }
}
