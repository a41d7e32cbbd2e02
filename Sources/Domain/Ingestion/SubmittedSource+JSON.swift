/// A source as JSON asks for it.
extension SubmittedSource {
    /// What a source is asked when it does not say.
    public static let standardOperation = "GetInvoices"
    public static let standardInterval = TimeSpan.minutes(5)

    /// The bounds of what `limits` may say.
    public static let connectSeconds: ClosedRange<Int64> = 1...300
    public static let waitSeconds: ClosedRange<Int64> = 1...3_600
    public static let totalSeconds: ClosedRange<Int64> = 1...86_400
    public static let batchBytes = 1...4_294_967_296
    public static let invoiceBytes = 1...IngestionLimits.documentBytes
    public static let invoices = 1...1_000_000
    public static let depths = 1...200
    public static let attributes = 1...1_024

    /// Takes the fields of a source; what is wrong is reported to `fields`, all at once, and never with the password.
    ///
    /// - Parameters:
    ///   - path: the name that its path has; nil: the field `name` says it.
    ///   - topics: those that a source may name.
    public static func read(_ fields: inout JSONFields, named path: SourceName? = nil, topics: [TopicName]) -> SubmittedSource? {
        let name = readName(&fields, path)
        let url = readURL(&fields)
        let (user, password) = readCredentials(&fields)
        let allowsUnencrypted = fields.optionalBool("allowUnencryptedPassword") ?? false
        if let url, user != nil, url.scheme == .http, !url.isLoopback, !allowsUnencrypted { fields.report("url", unencryptedRule) }
        let interval = span("intervalSeconds", IngestionLimits.intervals, &fields)
        let overlap = span("overlapSeconds", IngestionLimits.overlaps, &fields)
        let lookback = span("lookbackSeconds", IngestionLimits.lookbacks, &fields)
        let version = fields.optionalChoice("soapVersion", of: SOAPVersion.self) ?? .v11
        let action = readAction(&fields)
        let operation = readOperation(&fields)
        let parameters = readParameters(&fields)
        let element = named("invoiceElement", SplitName.rule, maxBytes: SplitName.maxBytes, &fields) { SplitName($0) }
        let path = named("numberPath", SplitPath.rule, maxBytes: 4_096, &fields) { SplitPath($0) }
        let topic = readTopic(&fields, topics)
        var (fetch, split) = (FetchLimits.standard, SplitLimits.standard)
        _ = fields.optionalObject("limits") { readLimits(&$0, &fetch, &split) }
        let mapping = fields.optionalObject("mapping") { IngestionMapping.read(&$0) }
        guard fields.isClean, let name, let url, let operation, let element, let path else { return nil }
        let request = SourceRequest(
            url: url, user: user, allowsUnencryptedPassword: allowsUnencrypted, soapVersion: version, action: action, operation: operation,
            parameters: parameters, limits: fetch)
        return SubmittedSource(
            name: name, password: password,
            settings: IngestionSource.Plan(
                request: request, interval: interval ?? standardInterval, overlap: overlap ?? .minutes(5), lookback: lookback ?? .hours(24),
                split: SplitPlan(invoiceElement: element, numberPath: path, limits: split), topic: topic, mapping: mapping,
                fingerprint: Fingerprint(bytes: [])))
    }

    public static let nameRule = "must have 1 to 64 of a–z 0–9 . _ -, the first a letter or digit"

    private static func readName(_ fields: inout JSONFields, _ path: SourceName?) -> SourceName? {
        guard let text = path == nil ? fields.string("name", maxBytes: 1_000) : fields.optionalString("name", maxBytes: 1_000) else {
            return path
        }
        guard let name = SourceName(text) else {
            fields.report("name", nameRule)
            return nil
        }
        if let path, path != name { fields.report("name", "must be the name that the path has, or be left out") }
        return name
    }

    private static let shownRule = "stands for what is not shown; give the value itself, or leave the password out to keep it"

    private static let unencryptedRule = """
        would carry the password over the network for everybody to read: use https, or say "allowUnencryptedPassword": true where the way to \
        the source is safe
        """

    private static func readURL(_ fields: inout JSONFields) -> TargetURL? {
        guard let text = fields.string("url", maxBytes: TargetURL.maxBytes) else { return nil }
        if text.contains(RedactionPolicy.mark) { fields.report("url", shownRule) }
        do throws(TargetURLError) {
            return try TargetURL(text)
        } catch {
            fields.report("url", error.description)
            return nil
        }
    }

    private static func readCredentials(_ fields: inout JSONFields) -> (user: String?, password: String?) {
        let user = fields.optionalString("username", maxBytes: 4_096)
        let password = fields.optionalString("password", maxBytes: 4_096)
        guard let user else {
            if password != nil { fields.report("password", "has a meaning only together with username") }
            return (nil, nil)
        }
        do throws(BasicCredentialsError) {
            _ = try BasicCredentials(user: user, password: password ?? "")
        } catch {
            fields.report("username", "cannot be sent: \(error)")
        }
        if password == RedactionPolicy.mark { fields.report("password", shownRule) }
        return (user, password)
    }

    private static func span(_ name: StaticString, _ bounds: ClosedRange<TimeSpan>, _ fields: inout JSONFields) -> TimeSpan? {
        let seconds = (bounds.lowerBound.microseconds / 1_000_000)...(bounds.upperBound.microseconds / 1_000_000)
        return fields.optionalInt64(name, in: seconds).map { .seconds($0) }
    }

    private static func readAction(_ fields: inout JSONFields) -> String? {
        guard let action = fields.optionalString("soapAction", maxBytes: 4_096) else { return nil }
        do throws(BatchRequestError) {
            try BatchRequest.checkAction(action)
        } catch {
            fields.report("soapAction", "cannot be sent: \(error)")
        }
        return action
    }

    private static func readOperation(_ fields: inout JSONFields) -> SOAPOperation? {
        guard fields.has("operation") else {
            _ = fields.optionalValue("operation")
            return try? SOAPOperation(namespace: nil, localName: standardOperation)
        }
        return fields.object("operation") { fields in
            let namespace = fields.optionalString("namespace", maxBytes: 4_096)
            let name = fields.string("name", maxBytes: 4_096)
            let isQualified = fields.optionalBool("qualified") ?? true
            guard let name else { return nil }
            do throws(BatchRequestError) {
                return try SOAPOperation(namespace: namespace, localName: name, parametersAreQualified: isQualified)
            } catch {
                if case .namespace = error {
                    fields.report("namespace", "cannot be sent: \(error)")
                } else {
                    fields.report("name", "cannot be sent: \(error)")
                }
                return nil
            }
        }
    }

    private static func readParameters(_ fields: inout JSONFields) -> [SOAPParameter] {
        fields.optionalObjects("parameters", maxCount: BatchRequest.maxParameters) { fields in
            let name = fields.string("name", maxBytes: 4_096)
            let value = fields.string("value", maxBytes: SOAPParameter.maxValueBytes)
            guard let name, let value else { return nil }
            if value == RedactionPolicy.mark { fields.report("value", shownRule) }
            do throws(BatchRequestError) {
                return try SOAPParameter(name: name, value: value)
            } catch {
                if case .name = error {
                    fields.report("name", "cannot be sent: \(error)")
                } else {
                    fields.report("value", "cannot be sent: it holds a control character")
                }
                return nil
            }
        } ?? []
    }

    private static func named<T>(
        _ name: StaticString, _ rule: String, maxBytes: Int, _ fields: inout JSONFields, _ read: (String) -> T?
    ) -> T? {
        guard let text = fields.string(name, maxBytes: maxBytes) else { return nil }
        guard let value = read(text) else {
            fields.report(name, rule)
            return nil
        }
        return value
    }

    static func readTopic(_ fields: inout JSONFields, _ topics: [TopicName]) -> TopicName? {
        guard let text = fields.optionalString("topic", maxBytes: 1_000) else { return nil }
        guard let topic = TopicName(text) else {
            fields.report("topic", "must have 1 to \(TopicName.maxBytes) of A–Z a–z 0–9 . _ -, and be neither . nor ..")
            return nil
        }
        guard topics.contains(topic) else {
            let names = topics.map(\.value).joined(separator: ", ")
            fields.report(
                "topic",
                topics.isEmpty
                    ? "cannot be given: this engine was given no topics for sources (--source-topic)"
                    : "must be one of those that this engine was given for sources: \(names)")
            return nil
        }
        return topic
    }

    private static func readLimits(_ fields: inout JSONFields, _ fetch: inout FetchLimits, _ split: inout SplitLimits) -> Bool {
        if let seconds = fields.optionalInt64("connectSeconds", in: connectSeconds) { fetch.connect = .seconds(seconds) }
        if let seconds = fields.optionalInt64("firstByteSeconds", in: waitSeconds) { fetch.firstByte = .seconds(seconds) }
        if let seconds = fields.optionalInt64("idleSeconds", in: waitSeconds) { fetch.idle = .seconds(seconds) }
        if let seconds = fields.optionalInt64("totalSeconds", in: totalSeconds) { fetch.total = .seconds(seconds) }
        if let bytes = fields.optionalInt("wireBytes", in: batchBytes) { fetch.wireBytes = bytes }
        if let bytes = fields.optionalInt("batchBytes", in: batchBytes) { (fetch.inflatedBytes, split.batchBytes) = (bytes, bytes) }
        if let bytes = fields.optionalInt("invoiceBytes", in: invoiceBytes) { split.invoiceBytes = bytes }
        if let count = fields.optionalInt("invoices", in: invoices) { split.invoices = count }
        if let depth = fields.optionalInt("depth", in: depths) { split.depth = depth }
        if let count = fields.optionalInt("attributes", in: attributes) { split.attributes = count }
        return true
    }
}
