internal import Domain
internal import Ports

/// Which events of a tenant a page holds: the partitions merged by time, each in its own order.
struct LogMerge {
    private struct Place {
        let key: RowKey
        let time: Int64
        let bytes: Int64
    }

    /// The tenant's events of one partition that were found.
    private struct Stream {
        var places: [Place] = []
        var taken = 0
        /// Where the page began.
        let start: Int64
        /// Up to here was looked.
        let lookedUpTo: Int64
        /// Whether the log goes on behind it.
        let hasMore: Bool

        var candidate: Place? { taken < places.count ? places[taken] : nil }
    }

    private var streams: [Stream]
    private(set) var keys: [Int64] = []

    /// Bytes of event data after which a page is full.
    private static let pageBytes: Int64 = 8 << 20

    /// - Parameters:
    ///   - found: key, time and size of the events found, of each partition in order.
    ///   - perPartition: the most that were asked for.
    init(after cursor: LogCursor, heads: Rows, found: Rows, share: Int64, perPartition: Int) {
        streams = cursor.positions.enumerated().map { index, position in
            let head = index < heads.count ? heads.integer(index, 0) : 0
            let end = max(position, min(position + share, head))
            return Stream(start: position, lookedUpTo: end, hasMore: end < head)
        }
        for row in 0..<found.count {
            let key = RowKey(value: found.integer(row, 0))
            guard streams.indices.contains(key.partition) else { continue }
            streams[key.partition].places.append(Place(key: key, time: found.integer(row, 1), bytes: found.integer(row, 2)))
        }
        for index in streams.indices where streams[index].places.count >= perPartition {
            // There may be more behind the last one found.
            let stream = streams[index]
            let last = stream.places.last?.key.ordinal ?? stream.start
            streams[index] = Stream(
                places: stream.places, start: stream.start, lookedUpTo: last, hasMore: stream.hasMore || last < stream.lookedUpTo)
        }
    }

    mutating func take(limit: Int) {
        var bytes: Int64 = 0
        while keys.count < limit, bytes < Self.pageBytes, let index = earliest, let place = streams[index].candidate {
            streams[index].taken += 1
            keys.append(place.key.value)
            bytes += place.bytes
        }
    }

    /// The stream with the earliest candidate; of equals, the first.
    private var earliest: Int? {
        var best: (index: Int, time: Int64)?
        for (index, stream) in streams.enumerated() {
            guard let time = stream.candidate?.time else { continue }
            if let found = best, found.time <= time { continue }
            best = (index, time)
        }
        return best?.index
    }

    /// Behind what is given out, and behind what is not the tenant's.
    var next: LogCursor {
        LogCursor(positions: streams.map { stream in stream.candidate.map { $0.key.ordinal - 1 } ?? stream.lookedUpTo })
    }

    var isAtEnd: Bool { streams.allSatisfy { $0.candidate == nil && !$0.hasMore } }
}
