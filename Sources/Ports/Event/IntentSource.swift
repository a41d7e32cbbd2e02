public import Domain

/// An intent as it came over the bus (EV-7), neither parsed nor trusted.
public struct ReceivedIntent: Hashable, Sendable {
    public struct Header: Hashable, Sendable {
        public let name: String
        public let value: [UInt8]

        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// Intents of one key keep their order; nil when the sender gave none.
    public let key: [UInt8]?
    /// As sent; names may repeat.
    public let headers: [Header]
    public let body: [UInt8]
    /// Where it stands on the bus, for diagnostics: `ledgerflow.intents/3@1042`.
    public let place: String

    public init(key: [UInt8]?, headers: [Header], body: [UInt8], place: String) {
        self.key = key
        self.headers = headers
        self.body = body
        self.place = place
    }
}

/// What became of an intent.
public enum IntentVerdict: Hashable, Sendable {
    /// It was taken in, durably, or had been before.
    case done
    /// It will never be taken in; it is put aside with the reason, and the next one's turn comes.
    case refused(reason: String)
    /// It may be taken in later. It and all behind it in the batch are handed over again after the span.
    case again(after: TimeSpan)
}

/// Where intents come from other than over HTTP (EV-7, EV-8).
public protocol IntentSource: Sendable {
    /// Hands intents over until the task is cancelled or the source is closed; called once.
    ///
    /// A batch holds intents in the order of the bus; intents of one key are never in two batches at one time. `handle` returns a verdict
    /// for each, in their order, or for the first so many of them: what has none is handed over again. Every intent is handed over at
    /// least once.
    func run(_ handle: @escaping @Sendable ([ReceivedIntent]) async -> [IntentVerdict]) async
}
