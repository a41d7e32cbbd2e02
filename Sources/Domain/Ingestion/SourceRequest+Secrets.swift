/// What is secret in the request to a source beside its password: the whole query of its URL, and the values of parameters whose names say so.
///
/// It is sealed, and the mark of redaction stands in its place: so it is stored, shown and told. A submitted source never holds the mark.
extension SourceRequest {
    /// What is secret, to be sealed; nil when nothing is.
    ///
    /// The form is stored, and so never changes: an object whose member `secrets` lists the texts in the order of their places.
    var secretBytes: [UInt8]? {
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
    func sealed(password: Secret?, secrets: Secret?) -> SourceRequest {
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
        if Self.isMarked(url) {
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
    fileprivate var isSecret: Bool { RedactionPolicy.standard.isSecret(name.utf8) }

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
