/// How sources are kept by a store: JSON that only ever gains members.
extension IngestionSource {
    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int { plan.approximateBytes }

    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        json.object { json in
            json.field("status", status.rawValue)
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
            json.field("requests", requests)
            json.object("plan") { plan.write(into: &$0) }
        }
        return json.bytes
    }

    init?(tenant: TenantId, name: SourceName, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let status = members.text("status").flatMap(Status.init(rawValue:)),
            let createdAt = members.instant("createdAt"), let updatedAt = members.instant("updatedAt"),
            let requests = members.integer("requests"), let plan = Plan(StoredMembers(members.object("plan")))
        else { return nil }
        self.init(
            tenant: tenant, name: name, version: version, plan: plan, status: status, createdAt: createdAt, updatedAt: updatedAt,
            requests: Int(clamping: requests))
    }
}

extension IngestionSource.Plan {
    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int { 1_024 + request.approximateBytes + (mapping?.approximateBytes ?? 0) }

    fileprivate func write(into json: inout JSONWriter) {
        json.object("request") { request.write(into: &$0) }
        json.field("interval", interval.microseconds)
        json.field("overlap", overlap.microseconds)
        json.field("lookback", lookback.microseconds)
        json.object("split") { json in
            json.field("invoiceElement", split.invoiceElement.description)
            json.field("numberPath", split.numberPath.description)
            json.field("batchBytes", split.limits.batchBytes)
            json.field("invoiceBytes", split.limits.invoiceBytes)
            json.field("depth", split.limits.depth)
            json.field("attributes", split.limits.attributes)
            json.field("tagBytes", split.limits.tagBytes)
            json.field("invoices", split.limits.invoices)
            json.field("numberBytes", split.limits.numberBytes)
        }
        json.field("topic", ifPresent: topic?.value)
        if let mapping { json.object("mapping") { mapping.write(into: &$0) } }
        json.field("fingerprint", Base64.encodeURL(fingerprint.bytes))
    }

    fileprivate init?(_ members: StoredMembers) {
        let split = StoredMembers(members.object("split"))
        guard let request = SourceRequest(StoredMembers(members.object("request"))), let interval = members.integer("interval"),
            let overlap = members.integer("overlap"), let lookback = members.integer("lookback"),
            let element = split.text("invoiceElement").flatMap(SplitName.init(_:)),
            let path = split.text("numberPath").flatMap(SplitPath.init(_:)), let limits = SplitLimits(split),
            let fingerprint = members.fingerprint("fingerprint")
        else { return nil }
        var mapping: IngestionMapping?
        if let object = members.object("mapping") {
            guard let stored = IngestionMapping(stored: object) else { return nil }
            mapping = stored
        }
        self.init(
            request: request, interval: TimeSpan(microseconds: interval), overlap: TimeSpan(microseconds: overlap),
            lookback: TimeSpan(microseconds: lookback), split: SplitPlan(invoiceElement: element, numberPath: path, limits: limits),
            topic: members.text("topic").flatMap(TopicName.init(_:)), mapping: mapping, fingerprint: fingerprint)
    }
}

extension SplitLimits {
    fileprivate init?(_ members: StoredMembers) {
        let names = ["batchBytes", "invoiceBytes", "depth", "attributes", "tagBytes", "invoices", "numberBytes"]
        let numbers = names.compactMap { members.integer($0) }.map { Int(clamping: $0) }
        guard numbers.count == names.count else { return nil }
        self.init(
            batchBytes: numbers[0], invoiceBytes: numbers[1], depth: numbers[2], attributes: numbers[3], tagBytes: numbers[4],
            invoices: numbers[5], numberBytes: numbers[6])
    }
}

extension SourceRequest {
    /// About how many bytes it takes in memory and in the store.
    var approximateBytes: Int {
        parameters.reduce(1_024) { $0 + $1.name.utf8.count + $1.value.utf8.count + 64 } + 2 * url.description.utf8.count
    }

    fileprivate func write(into json: inout JSONWriter) {
        json.field("url", url.description)
        json.field("user", ifPresent: user)
        switch password {
        case nil: break
        case .sealed(let sealed)?: json.field("password", Base64.encodeURL(sealed.bytes))
        case .erased?: json.field("passwordErased", true)
        }
        switch secrets {
        case nil: break
        case .sealed(let sealed)?: json.field("secrets", Base64.encodeURL(sealed.bytes))
        case .erased?: json.field("secretsErased", true)
        }
        if allowsUnencryptedPassword { json.field("unencrypted", true) }
        json.field("soapVersion", soapVersion.rawValue)
        json.field("action", ifPresent: action)
        json.object("operation") { json in
            json.field("namespace", ifPresent: operation.namespace)
            json.field("name", operation.localName)
            json.field("qualified", operation.parametersAreQualified)
        }
        json.array("parameters") { json in
            for parameter in parameters {
                json.object { json in
                    json.field("name", parameter.name)
                    json.field("value", parameter.value)
                }
            }
        }
        json.object("limits") { json in
            json.field("connect", limits.connect.microseconds)
            json.field("firstByte", limits.firstByte.microseconds)
            json.field("idle", limits.idle.microseconds)
            json.field("total", limits.total.microseconds)
            json.field("wireBytes", limits.wireBytes)
            json.field("inflatedBytes", limits.inflatedBytes)
        }
    }

    fileprivate init?(_ members: StoredMembers) {
        let named = StoredMembers(members.object("operation"))
        guard let url = members.text("url").flatMap({ try? TargetURL($0) }),
            let version = members.text("soapVersion").flatMap(SOAPVersion.init(rawValue:)),
            let name = named.text("name"), let isQualified = named.flag("qualified"),
            let operation = try? SOAPOperation(namespace: named.text("namespace"), localName: name, parametersAreQualified: isQualified),
            let given = members.objects("parameters"), let limits = FetchLimits(StoredMembers(members.object("limits")))
        else { return nil }
        var parameters: [SOAPParameter] = []
        for members in given {
            guard let name = members.text("name"), let value = members.text("value"),
                let parameter = try? SOAPParameter(name: name, value: value)
            else { return nil }
            parameters.append(parameter)
        }
        func secret(_ name: String, erased: String) -> Secret?? {
            guard let text = members.text(name) else { return .some(members.flag(erased) == true ? .erased : nil) }
            return Base64.decodeURL(text).map { .some(.sealed(SealedBytes(bytes: $0))) }
        }
        guard let password = secret("password", erased: "passwordErased"), let secrets = secret("secrets", erased: "secretsErased") else {
            return nil
        }
        self.init(
            url: url, user: members.text("user"), password: password, secrets: secrets,
            allowsUnencryptedPassword: members.flag("unencrypted") == true, soapVersion: version, action: members.text("action"),
            operation: operation, parameters: parameters, limits: limits)
    }
}

extension FetchLimits {
    fileprivate init?(_ members: StoredMembers) {
        let names = ["connect", "firstByte", "idle", "total", "wireBytes", "inflatedBytes"]
        let numbers = names.compactMap { members.integer($0) }
        guard numbers.count == names.count else { return nil }
        let spans = numbers.prefix(4).map { TimeSpan(microseconds: $0) }
        self.init(
            connect: spans[0], firstByte: spans[1], idle: spans[2], total: spans[3], wireBytes: Int(clamping: numbers[4]),
            inflatedBytes: Int(clamping: numbers[5]))
    }
}

extension SourceProgress {
    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.field("deleted", isDeleted)
            json.field("running", ifPresent: running?.description)
            json.field("lastRun", ifPresent: lastRun?.description)
            json.field("lastStatus", ifPresent: lastStatus?.rawValue)
            json.field("lastStartedAt", ifPresent: lastStartedAt?.microseconds)
            json.field("lastEndedAt", ifPresent: lastEndedAt?.microseconds)
            json.field("completeTo", ifPresent: completeTo?.microseconds)
            json.field("failuresInRow", failuresInRow)
            json.field("abandonedInRow", abandonedInRow)
            json.field("served", served)
        }
        return json.bytes
    }

    init?(tenant: TenantId, source: SourceName, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let isDeleted = members.flag("deleted"),
            let failures = members.integer("failuresInRow"), let abandoned = members.integer("abandonedInRow"),
            let served = members.integer("served")
        else { return nil }
        self.init(tenant: tenant, source: source)
        self.version = version
        self.isDeleted = isDeleted
        running = members.text("running").flatMap { UniqueId($0) }
        lastRun = members.text("lastRun").flatMap { UniqueId($0) }
        lastStatus = members.text("lastStatus").flatMap(IngestionRun.Status.init(rawValue:))
        lastStartedAt = members.instant("lastStartedAt")
        lastEndedAt = members.instant("lastEndedAt")
        completeTo = members.instant("completeTo")
        failuresInRow = Int(clamping: failures)
        abandonedInRow = Int(clamping: abandoned)
        self.served = Int(clamping: served)
    }
}
