internal import Domain

/// The audit as people, and programs, read it.
enum AuditText {
    static let heading = [
        Output.pad("CHAIN", 5), Output.pad("ENTRY", 8), Output.pad("AT", 27), Output.pad("BY", 20), Output.pad("COMMAND", 24), "SUBJECT",
    ].joined(separator: "  ")

    static func row(_ entry: JSONValue, in partition: Int64) -> String {
        let number = entry["sequence"]?.int.map { String($0) } ?? "–"
        return [
            Output.pad(String(partition), 5), Output.pad(number, 8), Output.pad(text(entry["at"]), 27), Output.pad(text(entry["by"]), 20),
            Output.pad(text(entry["command"]), 24), text(entry["subject"]),
        ].joined(separator: "  ")
    }

    static func altered(_ range: JSONValue, in partition: Int64) -> String {
        "Chain \(partition): entries \(range["from"]?.int ?? 0) to \(range["to"]?.int ?? 0) are altered."
    }

    static let anchorHeading = [
        Output.pad("CHAIN", 5), Output.pad("ENTRIES", 8), Output.pad("SIGNED", 27), "HEAD",
    ].joined(separator: "  ")

    static func row(anchor: JSONValue) -> String {
        [
            Output.pad(number(anchor["partition"]), 5), Output.pad(number(anchor["entries"]), 8), Output.pad(text(anchor["at"]), 27),
            text(anchor["head"]),
        ].joined(separator: "  ")
    }

    /// The keys that anchors were held against, in hexadecimal.
    struct Keys {
        let trusted: [String]
        /// Whether the user named them; otherwise the engine did.
        let arePinned: Bool
    }

    /// The chains that have entries, each with its head, and the verdict.
    static func verdict(_ chains: [AuditChain], _ keys: Keys) -> String {
        var lines: [String] = []
        for chain in chains where chain.head.count > 0 || !chain.isIntact {
            let word = chain.isIntact ? "intact" : "BROKEN"
            let anchors = chain.anchors.newest.map {
                "\(chain.anchors.holding) anchors hold, the last of \($0.at.rfc3339) over \($0.head.count) entries"
            }
            lines.append(
                "chain \(chain.partition): \(word), \(chain.verified) entries verified, head \(chain.head.count) "
                    + "\(Hexadecimal.text(chain.head.hash)), \(anchors ?? "no anchor holds")")
            for place in sentences(chain) { lines.append("  " + place) }
            let more = chain.breakCount - chain.breaks.count + chain.anchors.faultCount - chain.anchors.faults.count
            if more > 0 { lines.append("  and \(more) more places") }
        }
        let holding = chains.reduce(0) { $0 + $1.anchors.holding }
        if !keys.arePinned, holding > 0 {
            lines.append(
                "The engine itself says that its key is \(keys.trusted.joined(separator: ", ")); note it elsewhere for --public-key.")
        }
        let verified = chains.reduce(0) { $0 + $1.verified }
        if let first = chains.first(where: { !$0.isIntact }), let place = sentences(first).first {
            lines.append("BROKEN: first in chain \(first.partition), \(place); \(verified) entries verified.")
        } else {
            lines.append("Intact: \(verified) entries in \(chains.count) chains verified, \(holding) anchors hold.")
        }
        return lines.joined(separator: "\n")
    }

    static func json(_ chains: [AuditChain], _ keys: Keys) -> String {
        var writer = JSONWriter(capacity: 256 + chains.count * 256)
        writer.object { json in
            json.field("intact", chains.allSatisfy(\.isIntact))
            json.field("entries", chains.reduce(0) { $0 + $1.verified })
            json.field("anchors", chains.reduce(0) { $0 + $1.anchors.holding })
            json.field("publicKeys", keys.trusted)
            json.field("pinned", keys.arePinned)
            json.array("chains") { list in
                for chain in chains { list.object { write(chain, to: &$0) } }
            }
        }
        return writer.text
    }

    private static func write(_ chain: AuditChain, to json: inout JSONWriter) {
        json.field("partition", chain.partition)
        json.field("intact", chain.isIntact)
        json.field("entries", chain.verified)
        json.field("head", chain.head.count)
        json.field("hash", Hexadecimal.text(chain.head.hash))
        json.field("anchors", chain.anchors.holding)
        json.field("anchored", chain.anchors.newest?.head.count ?? 0)
        json.array("broken") { list in
            let places = chain.breaks.map { ($0.from, $0.to, $0.reason) }
            let faults = chain.faults.map { ($0.entries.lowerBound, $0.entries.upperBound, $0.reason) }
            for (from, to, reason) in places + faults {
                list.object { json in
                    json.field("from", from)
                    json.field("to", to)
                    json.field("detail", reason)
                }
            }
        }
    }

    private static func sentences(_ chain: AuditChain) -> [String] {
        chain.breaks.map(sentence) + chain.faults.map { "entries \($0.entries.lowerBound) to \($0.entries.upperBound) \($0.reason)" }
    }

    private static func number(_ value: JSONValue?) -> String { value?.int.map { String($0) } ?? "–" }

    private static func sentence(_ place: AuditChain.Break) -> String { "entries \(place.from) to \(place.to) \(place.reason)" }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
