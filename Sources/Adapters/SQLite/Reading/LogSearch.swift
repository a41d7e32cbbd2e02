internal import Domain
internal import Ports

extension ReadSession {
    /// Before the first event at `instant` or later, in each partition; found by halving, so that a long log costs a few pages.
    func cursor(at instant: Instant) throws(StoreFailure) -> LogCursor {
        try beginRead()
        let bounds = try Statement(connection, "SELECT id, trimmed, head FROM partitions ORDER BY id")
        let time = try Statement(connection, "SELECT time FROM events WHERE key = ?")
        var positions: [Int64] = []
        while try bounds.step() {
            let partition = Int(bounds.integer(0))
            // Events up to `low` are earlier, those after `high` are not.
            var (low, high) = (bounds.integer(1), bounds.integer(2))
            while low < high {
                let middle = low + (high - low + 1) / 2
                try time.bind(1, RowKey(partition: partition, ordinal: middle).value)
                guard try time.step() else { throw .unreadable("the log of partition \(partition) has no event \(middle)") }
                let isEarlier = time.instant(0) < instant
                time.reset()
                if isEarlier { low = middle } else { high = middle - 1 }
            }
            positions.append(low)
        }
        return LogCursor(positions: positions)
    }
}
