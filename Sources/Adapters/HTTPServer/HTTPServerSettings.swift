public import Domain

/// Where the server listens, and what it takes at most. Sizes are in bytes.
public struct HTTPServerSettings: Sendable {
    public var host = "127.0.0.1"
    /// 0: the system chooses one, and `HTTPServer` tells which.
    public var port = 8080
    /// Connections beyond it wait in the listen queue of the system.
    public var maxConnections = 8_192
    /// Requests being answered at once, long polls included; one more that needs a token is refused with 503. Streams have
    /// limits of their own.
    public var maxConcurrentRequests = 4_096
    /// One header field, and all of a request together.
    public var maxHeaderBytes = 16_384
    public var maxBodyBytes = 1 << 20
    public var maxBatchBytes = 32 << 20
    public var maxBatchItems = 10_000
    /// Bodies held at once, over all connections; what goes beyond it is refused with 503.
    public var maxBodyBytesInFlight = 256 << 20
    /// Messages of webhooks being taken at once; one more is refused with 503.
    public var maxWebhooksInFlight = 256
    /// How long a connection may wait for the next request.
    public var idleTimeout = TimeSpan.seconds(60)
    /// How long the head of a request may take from its first byte.
    public var headTimeout = TimeSpan.seconds(10)
    /// How long the body of a request may take.
    public var bodyTimeout = TimeSpan.seconds(30)
    /// How long the engine may take to answer; after it the client is told that the outcome is not known.
    public var answerTimeout = TimeSpan.seconds(60)
    /// How long a client may leave a part of a stream, or of a large answer, unread.
    public var writeTimeout = TimeSpan.seconds(30)
    /// What is larger than 64 KiB and read for a request, or not yet taken by the reader of an answer: over all connections, and of one
    /// tenant. What goes beyond it is refused with 503. A tenant that holds none may have one, however large.
    public var maxAnswerBytesInFlight = 256 << 20
    public var maxAnswerBytesPerTenant = 64 << 20
    /// Server-sent event streams open at once; one more is refused with 503.
    public var maxStreams = 1_024
    public var maxStreamsPerTenant = 64
    /// After this long without an event a stream carries a comment, so that proxies keep it open.
    public var streamKeepAlive = TimeSpan.seconds(15)

    /// What the names of the bus's topics begin with, for `/asyncapi.json`.
    public var topicPrefix = "ledgerflow."
    /// The topics that sources of documents may name for their own.
    public var sourceTopics: [TopicName] = []
    /// The types of the intents that are taken in from the bus, and the schema of the body of each.
    public var intentTypes: [(type: String, schema: String)] = []

    /// What holds for every tenant at most, by name, shown by `GET /v1/tenant`; nil: no limit.
    public var tenantLimits: [(name: String, value: Int?)] = []

    /// The product's version, shown by `GET /`.
    public var productVersion = ""

    public init(host: String = "127.0.0.1", port: Int = 8080) {
        self.host = host
        self.port = port
    }
}
