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

    /// The chains that have entries, each with its head, and the verdict.
    static func verdict(_ chains: [AuditChain]) -> String {
        var lines: [String] = []
        for chain in chains where chain.head.count > 0 || !chain.isIntact {
            let word = chain.isIntact ? "intact" : "BROKEN"
            lines.append("chain \(chain.partition): \(word), \(chain.verified) entries verified, head \(chain.head.count) \(hash(chain))")
            for place in chain.breaks { lines.append("  " + sentence(place)) }
            if chain.breakCount > chain.breaks.count { lines.append("  and \(chain.breakCount - chain.breaks.count) more places") }
        }
        let verified = chains.reduce(0) { $0 + $1.verified }
        if let first = chains.first(where: { !$0.isIntact }), let place = first.breaks.first {
            lines.append("BROKEN: first in chain \(first.partition), \(sentence(place)); \(verified) entries verified.")
        } else {
            lines.append("Intact: \(verified) entries in \(chains.count) chains verified.")
        }
        return lines.joined(separator: "\n")
    }

    static func json(_ chains: [AuditChain]) -> String {
        var writer = JSONWriter(capacity: 256 + chains.count * 128)
        writer.object { json in
            json.field("intact", chains.allSatisfy(\.isIntact))
            json.field("entries", chains.reduce(0) { $0 + $1.verified })
            json.array("chains") { list in
                for chain in chains {
                    list.object { json in
                        json.field("partition", chain.partition)
                        json.field("intact", chain.isIntact)
                        json.field("entries", chain.verified)
                        json.field("head", chain.head.count)
                        json.field("hash", hash(chain))
                        json.array("broken") { list in
                            for place in chain.breaks {
                                list.object { json in
                                    json.field("from", place.from)
                                    json.field("to", place.to)
                                    json.field("detail", place.reason)
                                }
                            }
                        }
                    }
                }
            }
        }
        return writer.text
    }

    private static func sentence(_ place: AuditChain.Break) -> String { "entries \(place.from) to \(place.to) \(place.reason)" }

    private static func hash(_ chain: AuditChain) -> String {
        chain.head.hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
