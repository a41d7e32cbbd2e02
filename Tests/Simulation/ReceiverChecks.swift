import Domain
import InMemoryAdapter
import Ports

/// What must be true of receivers after any history: each message is on record once, whatever came again under its identity; it is one commit
/// with the documents that were found in it and with what could not be taken; their versions follow from the messages in their order; and
/// nothing comes while a receiver is paused or deleted but what was under way before.
struct ReceiverChecks {
    let simulation: Simulation

    func run() {
        let store = simulation.store
        for receiver in simulation.receivers {
            let partition = PartitionId(PartitionHash.partition(tenant: receiver.tenant, count: store.partitionCount))
            var reading = ReceiverReading(receiver: receiver, store: store, commits: simulation.world.commits[partition] ?? [])
            for event in store.allEvents[partition.index] where event.tenant == receiver.tenant { reading.take(event) }
            reading.end()
            for violation in reading.violations {
                simulation.world.violate("Receiver \(receiver.name) of \(receiver.tenant): \(violation)")
            }
        }
    }
}

/// Reads a receiver's part of the log, and works out what has to come next.
private struct ReceiverReading {
    let receiver: SimulatedReceiver
    let store: InMemoryStore
    /// The heads at which the partition's commits began.
    let commits: Set<Int64>
    private(set) var violations: [String] = []

    /// A part of a message that has to be told of next.
    private struct Part {
        let type: EventType
        let key: IngestionKey
        /// Of a document; of a part in quarantine, whose octets stay, it is 1.
        let revision: Int64
        let octets: [UInt8]
    }

    private var seen: Set<String> = []
    private var versions: [String: (number: Int64, octets: [UInt8])] = [:]
    private var quarantined: Set<ContentDigest> = []
    /// Since which position it takes nothing; nil while it is active.
    private var closedSince: Int64? = 0
    private var expected: [Part] = []
    private var last: CommittedEvent?

    init(receiver: SimulatedReceiver, store: InMemoryStore, commits: Set<Int64>) {
        self.receiver = receiver
        self.store = store
        self.commits = commits
    }

    private mutating func violate(_ what: String) { violations.append(what) }

    mutating func take(_ event: CommittedEvent) {
        guard case .ingestion(let kind) = event.type, case .object(let data)? = try? JSONReader.read(event.data),
            Self.text("source", data) == receiver.name.value
        else { return }
        if !expected.isEmpty { return checkPart(event, data) }
        switch kind {
        case .receiverCreated, .receiverResumed: closedSince = nil
        case .receiverPaused, .receiverDeleted: closedSince = closedSince ?? event.position
        case .messageReceived: takeMessage(event, data)
        case .invoiceReceived, .invoiceQuarantined: violate("\(kind.rawValue) at \(event.position) is of no message.")
        default: break
        }
    }

    private mutating func takeMessage(_ event: CommittedEvent, _ data: JSONObject) {
        let (id, digest) = (Self.text("messageId", data), Self.text("sha256", data))
        if !seen.insert(id).inserted { return violate("Message \(id) came twice.") }
        let under = (receiver.delivered[id] ?? []).filter { $0.message.sha256.description == digest }
        guard let message = under.first?.message else { return violate("Message \(id) is as nobody delivered it.") }
        let key = IngestionKey.message(id, of: receiver.name, tenant: receiver.tenant)
        if event.subject != key.id || event.version != 1 { violate("Message \(id) is told of as another.") }
        if Self.text("body", data) != Base64.encode(message.body) || store.content(key, version: 1, tenant: receiver.tenant) != message.body
        {
            violate("Message \(id) is not kept as it came.")
        }
        // What saw the receiver open left while it was.
        if let closedSince, !under.contains(where: { $0.head < closedSince }) {
            violate("Message \(id) came at \(event.position), and it was closed since \(closedSince).")
        }
        if let told = receiver.told[id], told != message.sha256 { violate("Message \(id) was acknowledged as another.") }
        last = event
        expected = parts(of: message)
    }

    /// What is new in `message`, in the order in which it is told.
    private mutating func parts(of message: SimulatedMessage) -> [Part] {
        var parts: [Part] = []
        for document in message.documents {
            let known = versions[document.number]
            if known?.octets == document.octets { continue }
            let revision = (known?.number ?? 0) + 1
            versions[document.number] = (revision, document.octets)
            let key = IngestionKey.invoice(document.number, of: receiver.name, tenant: receiver.tenant)
            parts.append(Part(type: .ingestion(.invoiceReceived), key: key, revision: revision, octets: document.octets))
        }
        for octets in message.refused {
            let digest = ContentDigest(of: octets)
            guard quarantined.insert(digest).inserted else { continue }
            let key = IngestionKey.quarantine(digest.bytes, of: receiver.name, tenant: receiver.tenant)
            parts.append(Part(type: .ingestion(.invoiceQuarantined), key: key, revision: 1, octets: octets))
        }
        return parts
    }

    private mutating func checkPart(_ event: CommittedEvent, _ data: JSONObject) {
        let part = expected.removeFirst()
        guard let before = last else { return }
        last = event
        if event.type != part.type || event.subject != part.key.id || Self.version(event, data) != part.revision
            || Self.text("sha256", data) != ContentDigest(of: part.octets).description
        {
            violate("\(event.type.name) at \(event.position) is not what the message before it holds next.")
        }
        if event.position != before.position + 1 || commits.contains(before.position) {
            violate("What is told at \(event.position) is not in one commit with its message.")
        }
        if event.correlationId != before.correlationId { violate("What is told at \(event.position) is not in its message's trace.") }
        if store.content(part.key, version: part.revision, tenant: receiver.tenant) != part.octets {
            violate("What is told at \(event.position) is not kept as it came.")
        }
    }

    mutating func end() {
        if !expected.isEmpty { violate("The last message came without \(expected.count) of its parts.") }
        for id in receiver.told.keys.sorted() where !seen.contains(id) { violate("Message \(id) was acknowledged, and is not there.") }
        for sender in receiver.senders where !sender.isForged && !seen.contains(sender.message.id) {
            violate("Message \(sender.message.id) did not come.")
        }
        for (number, version) in versions.sorted(by: { $0.key < $1.key }) {
            let key = IngestionKey.invoice(number, of: receiver.name, tenant: receiver.tenant)
            guard case .ingestion(.invoice(let invoice))? = store.current(.ingestion(receiver.tenant, key)),
                invoice.latest.number == version.number, invoice.latest.sha256 == ContentDigest(of: version.octets)
            else {
                violate("Document \(number) is not as the last message says.")
                continue
            }
            if receiver.makesDrafts { checkDraft(of: invoice, version.octets) }
        }
    }

    private mutating func checkDraft(of document: IngestedInvoice, _ octets: [UInt8]) {
        guard document.mapping?.revision == document.latest.number, document.mapping?.invoice == document.draft,
            case .invoice(let draft)? = store.current(.invoice(receiver.tenant, document.draft))
        else { return violate("No draft was made of document \(document.number).") }
        if draft.content.summary.buyerName != String(decoding: octets, as: UTF8.self) {
            violate("The draft of document \(document.number) says \(draft.content.summary.buyerName ?? "nothing").")
        }
    }

    /// Which version of a document it tells of; of what lies in quarantine the event's own.
    private static func version(_ event: CommittedEvent, _ data: JSONObject) -> Int64? {
        if case .number(let number)? = data["version"] { number.int64 } else { event.version }
    }

    private static func text(_ name: String, _ data: JSONObject) -> String {
        if case .string(let text)? = data[name] { text } else { "" }
    }
}
