import Domain
import InMemoryAdapter
import Ports

/// What must be true of ingestion after any history: each version of a document is told once and is one that the source had, in the source's
/// order; its octets are kept; and runs of a source do not overlap.
struct IngestionChecks {
    let simulation: Simulation
    private var store: InMemoryStore { simulation.store }

    func run() {
        var received: [UniqueId: [(data: JSONObject, event: CommittedEvent)]] = [:]
        var running: [String: CommittedEvent] = [:]
        for event in store.allEvents.joined() {
            guard case .ingestion(let kind) = event.type, case .object(let data)? = try? JSONReader.read(event.data) else { continue }
            switch kind {
            case .invoiceReceived: received[event.subject, default: []].append((data, event))
            case .runStarted:
                let source = "\(event.tenant) \(Self.text("source", data))"
                if running.updateValue(event, forKey: source) != nil { violate("Two runs of \(source) were under way at one time.") }
                checkTrace(data, event)
            case .runEnded:
                let source = "\(event.tenant) \(Self.text("source", data))"
                if running.removeValue(forKey: source)?.subject != event.subject {
                    violate("A run of \(source) ended that was not under way.")
                }
                checkTrace(data, event)
            default: break
            }
        }
        for (source, _) in running { violate("A run of \(source) did not end.") }
        for source in simulation.sources {
            if let missing = source.missing() { violate("At the end \(missing).") }
            for document in source.documents { check(document, of: source, received) }
        }
    }

    private func check(
        _ document: SimulatedSource.Document, of source: SimulatedSource,
        _ received: [UniqueId: [(data: JSONObject, event: CommittedEvent)]]
    ) {
        let key = IngestionKey.invoice(document.number, of: source.name, tenant: source.tenant)
        let told = received[key.id] ?? []
        var left = document.contents.map { ContentDigest(of: Array($0.utf8)).description }[...]
        var last = ""
        for (offset, one) in told.enumerated() {
            let digest = Self.text("sha256", one.data)
            if digest == last { violate("Document \(document.number) of \(source.name) was told twice.") }
            last = digest
            // A version may be passed over; none comes before an earlier one.
            guard let place = left.firstIndex(of: digest) else {
                return violate("Document \(document.number) of \(source.name) was told of what it never said, or out of order.")
            }
            left = left[place...].dropFirst()
            let octets = store.content(key, version: Int64(offset + 1), tenant: source.tenant)
            if octets.map({ ContentDigest(of: $0).description }) != digest { violate("Octets of \(document.number) are not kept.") }
            if Self.text("document", one.data) != octets.map(Base64.encode) { violate("Octets of \(document.number) are not told.") }
            checkTrace(one.data, one.event)
        }
    }

    private func checkTrace(_ data: JSONObject, _ event: CommittedEvent) {
        if Self.text("traceId", data) != event.correlationId { violate("An event is not of its run's trace.") }
    }

    private static func text(_ name: String, _ data: JSONObject) -> String {
        if case .string(let text)? = data[name] { text } else { "" }
    }

    private func violate(_ what: String) { simulation.world.violate(what) }
}
