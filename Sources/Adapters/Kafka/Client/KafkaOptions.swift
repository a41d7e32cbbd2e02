public import Domain
public import Ports

/// How clients of the bus are made. The standard values suit an engine that publishes tens of thousands of events a second.
public struct KafkaOptions: Sendable {
    /// `host:port`, several with commas between.
    public var bootstrapServers: String
    /// What the name of every topic begins with: 0 to 100 of `a–z A–Z 0–9 . _ -`.
    public var topicPrefix = "ledgerflow."
    /// The topics that sources of documents may name for their own, in full. What goes to any other goes to that of all ingestion: a tenant
    /// cannot write where it likes, nor hold up the log with a topic that the brokers refuse.
    public var sourceTopics: [TopicName] = []
    /// How the client names itself to brokers.
    public var clientId = "ledgerflow"
    /// After this long nothing of a `publish` is sent any more and it fails. Keep it under the lease of whoever owns the partition.
    public var publishTimeout = TimeSpan.seconds(20)
    /// How long a message may wait for others to share its request. Short, since a `publish` hands over all that there is at once.
    public var linger = TimeSpan.milliseconds(1)
    /// `none`, `lz4`, `gzip`, `snappy` or `zstd`; left out when the library was built without it.
    public var compression = "lz4"
    /// Messages that the library may hold; more wait within `publish`.
    public var maxBufferedMessages = 100_000
    /// Bytes that the library may hold; more wait within `publish`.
    public var maxBufferedBytes = 64 << 20
    /// Calls of `publish` that may be under way at one time; more fail at once.
    public var maxWaitingPublishes = 4_096
    /// How long `close` waits for what is under way.
    public var closePatience = TimeSpan.seconds(10)
    /// How missing topics are made; nil when they are made by hand or by the broker.
    public var topicCreation: KafkaTopicCreation? = KafkaTopicCreation()
    /// Settings of librdkafka by their own names, `security.protocol` for instance; the prefix `rdkafka.` is allowed.
    public var settings: [KafkaSetting] = []
    /// Where the client reports what an operator should know.
    public var diagnostics: (any Diagnostics)?

    public init(bootstrapServers: String) { self.bootstrapServers = bootstrapServers }
}

/// How a topic that does not exist is made. A topic that exists is left as it is.
///
/// The partition of a message follows from its key and the number of partitions, so that number must not change while events of one
/// aggregate may still follow each other.
public struct KafkaTopicCreation: Hashable, Sendable {
    public var partitions: Int32
    /// -1 for the broker's default.
    public var replicationFactor: Int32

    public init(partitions: Int32 = 12, replicationFactor: Int32 = -1) {
        self.partitions = partitions
        self.replicationFactor = replicationFactor
    }
}

/// A setting of librdkafka. Its value may be a password, so that descriptions show the name only.
public struct KafkaSetting: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the prefix `rdkafka.`.
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name.hasPrefix("rdkafka.") ? String(name.dropFirst("rdkafka.".count)) : name
        self.value = value
    }

    public var description: String { "\(name)=…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
