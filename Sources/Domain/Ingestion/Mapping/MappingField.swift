/// Where one value of the invoice comes from, and what is done to it on the way.
struct MappingField: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        case constant(String)
        /// The first place, of the first path, that has a text.
        case first([MappingPath])
        /// The texts of all places of all parts in order, those that are empty left out, with the separator between.
        case joined([Part], separator: String)
    }

    enum Part: Hashable, Sendable {
        case path(MappingPath)
        case text(String)
    }

    /// What becomes of white space (XML 1.0, 2.3, production S).
    enum Space: String, CaseIterable, Sendable {
        case trim
        /// Trimmed, and each run within is one blank.
        case collapse
        case keep
    }

    enum Conversion: Hashable, Sendable {
        /// By the name of a table.
        case table(String)
        /// The first format that the text is of.
        case day([MappingDateFormat])
        case decimal(MappingDecimalFormat)
    }

    var source: Source
    /// The value is given only when this path leads to something.
    var condition: MappingPath?
    var space = Space.trim
    var conversion: Conversion?
    /// Stands for a value that is not there, as it is.
    var fallback: String?
    /// Whether a value must be there although the invoice can do without.
    var isRequired = false

    static let maxPaths = 8
    static let maxFormats = 8
    static let maxTextBytes = 1_000

    init(_ source: Source) { self.source = source }

    /// The paths that are looked at for the value, in order.
    var paths: [MappingPath] {
        switch source {
        case .constant: []
        case .first(let paths): paths
        case .joined(let parts, _): parts.compactMap { if case .path(let path) = $0 { path } else { nil } }
        }
    }
}

extension MappingField.Space {
    func applied(to text: String) -> String {
        switch self {
        case .keep: return text
        case .trim: return String(decoding: Self.trimmed(Array(text.utf8)[...]), as: UTF8.self)
        case .collapse:
            let words = Array(text.utf8).split(whereSeparator: \.isXMLSpace)
            return String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self)
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while bytes.first?.isXMLSpace == true { bytes = bytes.dropFirst() }
        while bytes.last?.isXMLSpace == true { bytes = bytes.dropLast() }
        return bytes
    }
}
