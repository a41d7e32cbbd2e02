internal import Domain
internal import Ports

extension ReadSession {
    /// Before the first event at `instant` or later, in each partition; found by halving, so that a long log costs a few pages.
    func cursor(at instant: Instant) throws(StoreFailure) -> LogCursor {
        try beginRead()
        let bounds = try Statement(connection, "SELECT id, trimmed, head FROM partitions ORDER BY id")
        let next = try Statement(connection, "SELECT key, time FROM events WHERE key >= ? AND key <= ? ORDER BY key LIMIT 1")
        var positions: [Int64] = []
        while try bounds.step() {
            let partition = Int(bounds.integer(0))
            // Events up to `low` are earlier, those after `high` are not.
            var (low, high) = (bounds.integer(1), bounds.integer(2))
            while low < high {
                let middle = low + (high - low + 1) / 2
                try next.bind(1, RowKey(partition: partition, ordinal: middle).value)
                try next.bind(2, RowKey(partition: partition, ordinal: high).value)
                // A migration that was taken back may have left holes: then the next one stands for those that are missing.
                let isEarlier = try next.step() && next.instant(1) < instant
                if isEarlier { low = RowKey(value: next.integer(0)).ordinal } else { high = middle - 1 }
                next.reset()
            }
            positions.append(low)
        }
        return LogCursor(positions: positions)
    }
}
