/// A source as it is asked for, over the API or in a file of settings, with its password in the clear. It never leaves the engine.
public struct SubmittedSource: Equatable, Sendable {
    public let name: SourceName
    /// nil: none is given; a source that is known under the same user and address keeps its own.
    public var password: String?
    /// All but the password, and without a fingerprint.
    private let settings: IngestionSource.Plan

    init(name: SourceName, password: String?, settings: IngestionSource.Plan) {
        self.name = name
        self.password = password
        self.settings = settings
    }

    public var user: String? { settings.request.user }
    public var url: TargetURL { settings.request.url }
    /// Whether invoices are drafted of its documents.
    public var isMapped: Bool { settings.mapping != nil }

    /// What it says, in one form however it was written; for its fingerprint.
    public var canonicalBytes: [UInt8] {
        var json = JSONWriter(capacity: 2_048)
        json.object { json in
            settings.writeSettings(url: url.description, value: \.value, into: &json)
            json.field("username", ifPresent: user)
            json.field("password", ifPresent: password)
        }
        return json.bytes
    }

    /// - Parameters:
    ///   - password: sealed, or the one that is kept; nil when there is no user.
    ///   - fingerprint: of `canonicalBytes`.
    public func plan(password: SourceRequest.Password?, fingerprint: Fingerprint) -> IngestionSource.Plan {
        let request = settings.request
        return IngestionSource.Plan(
            request: SourceRequest(
                url: request.url, user: request.user, password: request.user == nil ? nil : password, soapVersion: request.soapVersion,
                action: request.action, operation: request.operation, parameters: request.parameters, limits: request.limits),
            interval: settings.interval, overlap: settings.overlap, lookback: settings.lookback, split: settings.split,
            topic: settings.topic, mapping: settings.mapping, fingerprint: fingerprint)
    }

    /// Whether a source that is known may keep its password: it goes to the same server, and belongs to the same user. To another server
    /// a password is sent only by somebody who knows it.
    public func keepsPassword(of known: IngestionSource) -> Bool {
        let old = known.plan.request
        return user != nil && password == nil && old.user == user && old.password != nil && old.url.scheme == url.scheme
            && old.url.host == url.host && old.url.port == url.port
    }
}

extension IngestionSource.Plan {
    /// Writes the members by which it is asked for, defaults included, but neither user nor password.
    ///
    /// - Parameters:
    ///   - url: as it is to be told.
    ///   - value: of a parameter, as it is to be told.
    public func writeSettings(url: String, value: (SOAPParameter) -> String, into json: inout JSONWriter) {
        json.field("url", url)
        json.field("intervalSeconds", interval.microseconds / 1_000_000)
        json.field("overlapSeconds", overlap.microseconds / 1_000_000)
        json.field("lookbackSeconds", lookback.microseconds / 1_000_000)
        json.field("soapVersion", request.soapVersion.rawValue)
        json.field("soapAction", ifPresent: request.action)
        json.object("operation") { json in
            json.field("namespace", ifPresent: request.operation.namespace)
            json.field("name", request.operation.localName)
            json.field("qualified", request.operation.parametersAreQualified)
        }
        json.array("parameters") { json in
            for parameter in request.parameters {
                json.object { json in
                    json.field("name", parameter.name)
                    json.field("value", value(parameter))
                }
            }
        }
        json.field("invoiceElement", split.invoiceElement.description)
        json.field("numberPath", split.numberPath.description)
        json.field("topic", ifPresent: topic?.value)
        json.object("limits") { json in
            let limits = request.limits
            json.field("connectSeconds", limits.connect.microseconds / 1_000_000)
            json.field("firstByteSeconds", limits.firstByte.microseconds / 1_000_000)
            json.field("idleSeconds", limits.idle.microseconds / 1_000_000)
            json.field("totalSeconds", limits.total.microseconds / 1_000_000)
            json.field("wireBytes", limits.wireBytes)
            json.field("batchBytes", split.limits.batchBytes)
            json.field("invoiceBytes", split.limits.invoiceBytes)
            json.field("invoices", split.limits.invoices)
            json.field("depth", split.limits.depth)
            json.field("attributes", split.limits.attributes)
        }
        if let mapping { json.object("mapping") { mapping.write(into: &$0) } }
    }
}
