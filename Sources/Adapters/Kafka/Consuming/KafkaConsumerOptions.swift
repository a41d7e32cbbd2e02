public import Domain

/// How a consumer reads.
public struct KafkaConsumerOptions: Sendable {
    public var kafka: KafkaOptions
    /// Members of one group share the partitions.
    public var group: String
    public var topics: [String]
    /// Where a group without a stored position begins: `earliest` or `latest`.
    public var start = "earliest"
    /// How often stored positions are committed in the background.
    public var commitEvery = TimeSpan.seconds(1)
    /// Records that one call of the handler gets.
    public var batch = 256
    /// Records held of one partition before it pauses.
    public var maxRecordsPerPartition = 2_048
    /// Bytes held of one partition before it pauses.
    public var maxBytesPerPartition = 8 << 20
    /// Partitions that are handled at one time.
    public var partitionsAtOnce = 16
    /// How long a partition that goes to another member waits for its handler.
    public var revokePatience = TimeSpan.seconds(10)

    public init(_ kafka: KafkaOptions, group: String, topics: [String]) {
        self.kafka = kafka
        self.group = group
        self.topics = topics
    }

    var limits: Lanes.Limits {
        Lanes.Limits(
            records: max(1, maxRecordsPerPartition), bytes: max(1, maxBytesPerPartition), batch: max(1, batch),
            partitionsAtOnce: max(1, partitionsAtOnce))
    }
}
