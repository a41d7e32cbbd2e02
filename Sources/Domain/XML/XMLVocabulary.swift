/// The namespaces whose names are in the vocabulary.
enum XMLNamespace: UInt8, CaseIterable {
    /// UBL 2.1 Invoice.
    case ubl
    /// UBL 2.1 CreditNote.
    case cn
    case cac
    case cbc
    case ext
    /// UN/CEFACT CrossIndustryInvoice D16B.
    case rsm
    case ram
    case udt
    case qdt

    var uri: StaticString {
        switch self {
        case .ubl: "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
        case .cn: "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
        case .cac: "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
        case .cbc: "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
        case .ext: "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
        case .rsm: "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
        case .ram: "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
        case .udt: "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
        case .qdt: "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
        }
    }

    init?(uri bytes: UnsafeRawBufferPointer) {
        guard bytes.count < Self.byLength.count else { return nil }
        for space in Self.byLength[bytes.count] where space.uri.withUTF8Buffer({ $0.elementsEqual(bytes) }) {
            self = space
            return
        }
        return nil
    }

    private static let byLength: [[XMLNamespace]] = {
        let longest = allCases.map(\.uri.utf8CodeUnitCount).max() ?? 0
        var table = [[XMLNamespace]](repeating: [], count: longest + 1)
        for space in allCases { table[space.uri.utf8CodeUnitCount].append(space) }
        return table
    }()
}

extension XMLNamespace {
    /// The URI as text.
    var text: String { "\(uri)" }
}

extension XMLName {
    /// The name with its conventional prefix: "cbc:ID"; the roots of UBL, which are in the default namespace by convention, have none.
    /// Empty for `.other`.
    public var text: String { XMLVocabulary.texts[Int(rawValue)] }

    /// The name without prefix. Empty for `.other`.
    public var localName: String { XMLVocabulary.localNames[Int(rawValue)] }

    /// The URI of the name's namespace. Empty for `.other`.
    public var namespaceURI: String { XMLVocabulary.namespaces[Int(rawValue)]?.text ?? "" }
}

/// The fixed names, found by their bytes. Every table follows from the cases of `XMLName` and `XMLAttribute`, which are spelled as the
/// prefix followed by the local name.
enum XMLVocabulary {
    private static let split: [(XMLNamespace?, String)] = XMLName.allCases.map { name in
        let spelled = "\(name)"
        for space in XMLNamespace.allCases where spelled.hasPrefix("\(space)") && name != .other {
            return (space, String(spelled.dropFirst("\(space)".count)))
        }
        return (nil, "")
    }

    static let namespaces: [XMLNamespace?] = split.map(\.0)
    static let localNames: [String] = split.map(\.1)
    static let texts: [String] = split.map { space, local in
        switch space {
        case .ubl, .cn, nil: local
        case let space?: "\(space):\(local)"
        }
    }
    static let attributeTexts: [String] = XMLAttribute.allCases.map { $0 == .other ? "" : "\($0)" }

    static let names = Table(
        XMLName.allCases.compactMap { name in
            namespaces[Int(name.rawValue)].map { (Array(localNames[Int(name.rawValue)].utf8), $0.rawValue, name) }
        })
    static let attributes = Table(
        XMLAttribute.allCases.filter { $0 != .other }.map { (Array(attributeTexts[Int($0.rawValue)].utf8), 0, $0) })

    /// Open addressing over the bytes of the names.
    struct Table<Value: Sendable>: Sendable {
        private struct Entry: Sendable {
            let bytes: [UInt8]
            let space: UInt8
            let value: Value
        }

        private let slots: [Entry?]

        init(_ entries: [([UInt8], UInt8, Value)]) {
            var count = 16
            while count < entries.count * 4 { count *= 2 }
            var slots = [Entry?](repeating: nil, count: count)
            for (bytes, space, value) in entries {
                var slot = bytes.withUnsafeBytes { Self.hash($0, space) } & (count - 1)
                while slots[slot] != nil { slot = (slot + 1) & (count - 1) }
                slots[slot] = Entry(bytes: bytes, space: space, value: value)
            }
            self.slots = slots
        }

        func find(space: UInt8, _ bytes: UnsafeRawBufferPointer) -> Value? {
            var slot = Self.hash(bytes, space) & (slots.count - 1)
            while let entry = slots[slot] {
                if entry.space == space, entry.bytes.count == bytes.count, entry.bytes.elementsEqual(bytes) { return entry.value }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }

        /// FNV-1a.
        private static func hash(_ bytes: UnsafeRawBufferPointer, _ space: UInt8) -> Int {
            var hash: UInt32 = 2_166_136_261 ^ UInt32(space)
            for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
            return Int(hash ^ (hash >> 15))
        }
    }
}

extension XMLVocabulary.Table where Value == XMLName {
    func find(_ space: XMLNamespace, _ local: UnsafeRawBufferPointer) -> XMLName? { find(space: space.rawValue, local) }
}

extension XMLVocabulary.Table where Value == XMLAttribute {
    func find(_ local: UnsafeRawBufferPointer) -> XMLAttribute? { find(space: 0, local) }
}

extension XMLAttribute {
    /// The name as written. Empty for `.other`.
    public var rawName: String { XMLVocabulary.attributeTexts[Int(rawValue)] }
}
