/// Bounds of ingestion.
public enum IngestionLimits {
    /// The most sources that a tenant may have.
    public static let sources = 100
    /// A document up to this many octets is in its event; of a larger one the event says where it is found. In Base64 and with the rest of the
    /// event it must fit into the body of a call that delivers it (`OutgoingRequest.maxBodyBytes`), and some hundreds of them into memory.
    public static let inlineBytes = 64 * 1_024
    /// The most octets that one document may have, whatever its source allows: one must fit among what waits for a partition.
    public static let documentBytes = 8 * 1_024 * 1_024
    /// A document's number, in UTF-8.
    public static let numberBytes = 256
    public static let intervals = TimeSpan.seconds(5)...TimeSpan.hours(31 * 24)
    public static let overlaps = TimeSpan.zero...TimeSpan.hours(31 * 24)
    /// How far back the first window of a source may reach.
    public static let lookbacks = TimeSpan.zero...TimeSpan.hours(10 * 366 * 24)
    /// How many runs of a source stay on record.
    public static let runsKept = 1_000
}
