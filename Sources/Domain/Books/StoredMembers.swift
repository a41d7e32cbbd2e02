/// The members of a JSON object that the engine wrote itself.
struct StoredMembers {
    private let members: JSONObject?

    /// Above whatever the limits of what is taken let a record become: one that is written and cannot be read back holds up all that is read
    /// with it, also other tenants'.
    private static let limits = JSONLimits(maxBytes: 64 << 20, maxDepth: 64, maxValues: 8_000_000)

    init?(_ bytes: [UInt8]) {
        guard case .object(let object)? = try? JSONReader.read(bytes, limits: Self.limits) else { return nil }
        members = object
    }

    init(_ object: JSONObject?) { members = object }

    private func value(_ name: String) -> JSONValue? { members?[name] }
    func text(_ name: String) -> String? { if case .string(let text)? = value(name) { text } else { nil } }
    func integer(_ name: String) -> Int64? { if case .number(let number)? = value(name) { number.int64 } else { nil } }
    func flag(_ name: String) -> Bool? { if case .bool(let flag)? = value(name) { flag } else { nil } }
    func decimal(_ name: String) -> ExactDecimal? { text(name).flatMap(ExactDecimal.init(_:)) }
    func instant(_ name: String) -> Instant? { integer(name).map { Instant(microseconds: $0) } }
    func fingerprint(_ name: String) -> Fingerprint? { text(name).flatMap { Base64.decodeURL($0) }.map(Fingerprint.init(bytes:)) }
    func object(_ name: String) -> JSONObject? { if case .object(let object)? = value(name) { object } else { nil } }
    func array(_ name: String) -> [JSONValue]? { if case .array(let values)? = value(name) { values } else { nil } }

    /// nil when there is none, or an element is of another kind.
    func texts(_ name: String) -> [String]? {
        guard let values = array(name) else { return nil }
        let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        return texts.count == values.count ? texts : nil
    }

    /// nil when there is none, or an element is of another kind.
    func integers(_ name: String) -> [Int64]? {
        guard let values = array(name) else { return nil }
        let numbers = values.compactMap { if case .number(let number) = $0 { number.int64 } else { nil } }
        return numbers.count == values.count ? numbers : nil
    }

    /// nil when there is none, or an element is of another kind.
    func objects(_ name: String) -> [StoredMembers]? {
        guard let values = array(name) else { return nil }
        let objects = values.compactMap { if case .object(let object) = $0 { StoredMembers(object) } else { nil } }
        return objects.count == values.count ? objects : nil
    }
}
