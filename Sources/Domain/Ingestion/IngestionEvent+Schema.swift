extension IngestionEventKind {
    var summary: String {
        switch self {
        case .sourceCreated: "A source of documents was made."
        case .sourceChanged: "A source was changed, or secrets in it sealed; what it is now."
        case .sourcePaused: "A source was paused: it is asked by hand only."
        case .sourceResumed: "A source was resumed."
        case .sourceRunRequested: "A source is asked at once, by hand."
        case .sourceDeleted: "A source was deleted; what it brought stays."
        case .invoiceReceived: "A document came that was not known, or not in this version."
        case .invoiceMapped: "It was tried to make an invoice of the engine from a document."
        case .invoiceQuarantined: "A part of a batch could not be taken; it is kept."
        case .quarantineResolved: "A part of a batch that had been kept was taken after all."
        case .runStarted: "A source is being asked for its documents."
        case .runEnded: "A run of a source has ended, and everything that came of it is told."
        case .receiverCreated: "A receiver of webhooks was made."
        case .receiverChanged: "A receiver was changed; what it is now."
        case .receiverPaused: "A receiver was paused: it refuses what comes, so that senders try again."
        case .receiverResumed: "A receiver was resumed."
        case .receiverSecretAdded: "A receiver believes a further secret; the others expire."
        case .receiverDeleted: "A receiver was deleted, and its address with it; what it brought stays."
        case .messageReceived: "A message came whose sender was believed, and that was not known."
        }
    }

    var fields: [EventField] { [EventField("source", .text, "The source's name, or the receiver's.")] + ownFields }

    private var ownFields: [EventField] {
        let number = EventField("number", .text, "As it stands in the document.")
        let version = EventField("version", .integer, "Counts the document's versions from 1; what comes back is a version of its own.")
        let trace = EventField("traceId", .text, "Ties together all that belongs to the run (W3C Trace Context).")
        let run = EventField("runId", .text, "The run that brought it; absent when it came out of quarantine.", isOptional: true)
        let trigger = EventField("trigger", .choice(IngestionRun.Trigger.allCases.map(\.rawValue)), "Why it runs.")
        switch self {
        case .sourceCreated, .sourceChanged:
            return [
                EventField("url", .text, "What is asked, without its query."),
                EventField("intervalSeconds", .integer, "From the beginning of a run to that of the next."),
                EventField("invoiceElement", .text, "The element that holds one document."),
                EventField("numberPath", .text, "Where the document's number stands below it."),
                EventField("topic", .text, "The topic that its documents go to, when it has one of its own.", isOptional: true),
            ]
        case .sourcePaused, .sourceResumed, .sourceRunRequested, .sourceDeleted: return []
        case .invoiceReceived:
            return [
                number, version, EventField("sha256", .text, "Of the octets, in hexadecimal."),
                EventField("encoding", .text, "What the octets are in, an IANA name."), EventField("size", .integer, "How many octets."),
                run, trace, EventField("topic", .text, "The topic that it goes to, when its source has one of its own.", isOptional: true),
                EventField(
                    "namespaces",
                    .list(
                        of: .object([
                            EventField("prefix", .text, "Empty for the default namespace."), EventField("uri", .text, "Its name."),
                        ])),
                    "What the elements around it declared, which a reader of the octets alone needs; absent when there is nothing.",
                    isOptional: true),
                EventField("document", .text, "The octets as they came, in Base64; absent when there are many.", isOptional: true),
                EventField("documentUrl", .text, "Where the octets are found, when there are many.", isOptional: true),
            ]
        case .invoiceMapped:
            return [
                number, version, EventField("invoice", .text, "The draft that it became.", isOptional: true),
                EventField("problems", .list(of: .text), "What is missing or could not be read."),
            ]
        case .invoiceQuarantined:
            return [
                EventField("reason", .text, "A word for machines."), EventField("detail", .text, "What is wrong, and what to do."),
                EventField("index", .integer, "Its place in the batch, from 0."),
                EventField("sha256", .text, "Of the octets that are kept, in hexadecimal."),
                EventField("size", .integer, "How many octets are kept."), run, trace,
            ]
        case .quarantineResolved: return [EventField("document", .text, "The document that it became.")]
        case .receiverCreated, .receiverChanged:
            return [
                EventField(
                    "scheme", .choice(ReceiverScheme.Name.allCases.map(\.rawValue)), "How its sender shows that a message is its own."),
                EventField("topic", .text, "The topic that its messages go to, when it has one of its own.", isOptional: true),
            ]
        case .receiverPaused, .receiverResumed, .receiverDeleted: return []
        case .receiverSecretAdded:
            return [
                EventField("key", .text, "The secret's identifier."),
                EventField("othersExpireAt", .instant, "Until when the others are believed too."),
            ]
        case .messageReceived:
            return [
                EventField("messageId", .text, "By which its repeats are known."),
                EventField("sha256", .text, "Of the octets, in hexadecimal."), EventField("size", .integer, "How many octets."),
                EventField("contentType", .text, "As the sender said.", isOptional: true), trace,
                EventField("topic", .text, "The topic that it goes to, when its receiver has one of its own.", isOptional: true),
                EventField("documents", .integer, "How many documents were found in it; each has an event of its own."),
                EventField("quarantined", .integer, "How many parts of it could not be taken."),
                EventField("body", .text, "The octets as they came, in Base64; absent when there are many.", isOptional: true),
                EventField("bodyUrl", .text, "Where the octets are found, when there are many.", isOptional: true),
            ]
        case .runStarted:
            return [
                trigger, trace,
                EventField(
                    "window",
                    .object([EventField("from", .instant, "Changes from then on"), EventField("to", .instant, "up to then.")]),
                    "What is asked for, where the source's parameters say so."),
            ]
        case .runEnded:
            return [
                trigger, trace, EventField("status", .choice(IngestionRun.Status.allCases.map(\.rawValue)), "What came of it."),
                EventField("counts", .object(Self.counts), "What came."),
                EventField("attempts", .integer, "How often the source was asked."),
                EventField(
                    "failure",
                    .object([EventField("code", .text, "A word for machines."), EventField("detail", .text, "What went wrong.")]),
                    "Why it failed.", isOptional: true),
            ]
        }
    }

    private static let counts = [
        EventField("received", .integer, "Documents in the batch."), EventField("new", .integer, "Documents that were not known."),
        EventField("changed", .integer, "Documents of which another version was known."),
        EventField("unchanged", .integer, "Documents that were known as they are."),
        EventField("quarantined", .integer, "Parts that could not be taken."),
        EventField("bytes", .integer, "Octets of the answer, after inflation."),
    ]
}
