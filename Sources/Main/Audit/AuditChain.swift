internal import Domain

/// A tenant's audit chain in one partition, checked page by page from its first entry, by hashes computed here, and by its anchors.
struct AuditChain {
    /// Numbers whose entries are altered, missing, or do not follow from the one before.
    struct Break {
        let from: Int64
        var to: Int64
        /// The rest of an English sentence about these entries.
        let reason: String
    }

    let partition: Int64
    /// How many entries led to their hash.
    private(set) var verified: Int64 = 0
    /// Where the chain stands; its hash was computed here, or is the engine's own behind a break.
    private(set) var head = AuditHead.start
    /// The first hundred.
    private(set) var breaks: [Break] = []
    private(set) var breakCount = 0
    /// Ask for the entries behind this number.
    private(set) var position: Int64 = 0
    private(set) var isAtEnd = false
    var anchors: AnchorCheck

    private static let listedBreaks = 100

    init(partition: Int64, anchors: AnchorCheck) {
        self.partition = partition
        self.anchors = anchors
    }

    var isIntact: Bool { breakCount == 0 && faults.isEmpty }

    /// The number of the last entry in a page of the chain; nil without one.
    static func lastEntry(of page: JSONValue) -> Int64? { page["entries"]?.elements.compactMap { $0["sequence"]?.int }.max() }

    /// What the anchors prove to be wrong, beside the breaks.
    var faults: [AnchorCheck.Fault] { anchors.faults.filter { !isReported($0.entries) } }

    /// Goes on with a page of the chain, as the engine answered what lies behind `position`.
    ///
    /// - Throws: `CommandFailure` when the page is none, or leads nowhere.
    mutating func add(_ page: JSONValue) throws(CommandFailure) {
        guard page["partition"]?.int == partition, page["entries"] != nil else { throw Self.noPage }
        for range in page["broken"]?.elements ?? [] {
            guard let from = range["from"]?.int, let to = range["to"]?.int else { throw Self.noPage }
            report(from, to, "are altered on the disk")
        }
        for item in page["entries"]?.elements ?? [] { try add(entry: item) }
        guard let next = page["next"]?.int else { return end() }
        guard next > position else {
            // Numbers that are altered need not lead on.
            guard page["broken"] != nil else { throw Self.noPage }
            return end()
        }
        position = next
    }

    private mutating func end() {
        isAtEnd = true
        anchors.ended(at: head)
    }

    private mutating func add(entry item: JSONValue) throws(CommandFailure) {
        guard let number = item["sequence"]?.int, let claimed = item["hash"]?.digest, let entry = AuditEntry(item) else {
            throw Self.noPage
        }
        guard number > head.count else {
            report(number, number, "come twice")
            return
        }
        let isNext = number == head.count + 1
        let computed = isNext ? head.adding(entry) : nil
        if let computed, computed.hash == claimed {
            verified += 1
            head = computed
            anchors.reached(head)
            return
        }
        if !isNext, !isReported(head.count + 1...number - 1) { report(head.count + 1, number - 1, "are missing") }
        if isNext { report(number, number, "do not lead to their hash") }
        // What follows is checked against what this one claims to be, so that each break is found for itself.
        head = AuditHead(count: number, hash: claimed)
        anchors.reached(head)
    }

    private func isReported(_ numbers: ClosedRange<Int64>) -> Bool {
        breaks.contains { $0.from <= numbers.lowerBound && $0.to >= numbers.upperBound }
    }

    private mutating func report(_ from: Int64, _ to: Int64, _ reason: String) {
        if let last = breaks.indices.last, breaks[last].reason == reason, breaks[last].to &+ 1 == from {
            breaks[last].to = to
            return
        }
        breakCount += 1
        if breaks.count < Self.listedBreaks { breaks.append(Break(from: from, to: to, reason: reason)) }
    }

    private static let noPage = CommandFailure(
        .refused, "the server answered with something that is no page of the audit",
        advice: "Check that --server is the address of an engine.")
}

extension AuditEntry {
    /// As the API shows it; nil when it is not of that form.
    fileprivate init?(_ item: JSONValue) {
        guard let at = item["at"]?.instant, let by = item["by"]?.text, let command = item["command"]?.text,
            let subject = item["subject"]?.text, let before = item["before"]?.digest, let after = item["after"]?.digest
        else { return nil }
        self.init(at: at, by: by, command: command, subject: subject, before: before, after: after)
    }
}

extension JSONValue {
    /// Of a string of hexadecimal digits; nil for anything else.
    fileprivate var digest: [UInt8]? { text.flatMap { Hexadecimal.bytes($0) } }
}
