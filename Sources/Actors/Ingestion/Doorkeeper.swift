internal import Domain
internal import Synchronization

/// What the door for webhooks remembers from one message to the next: what of each receiver is being taken, and of which secrets the
/// operator was told that they cannot be opened. Both are bounded, and forgotten when the engine ends.
final class Doorkeeper: Sendable {
    /// Of one receiver at once, in messages and in bytes of their bodies, so that a sender that hurries leaves room to the others: an
    /// eighth of what the server takes at once, and with the documents in them a quarter of what a partition's mailbox holds.
    static let seats = 32
    static let seatedBytes = 4 << 20
    /// Of secrets that cannot be opened; beyond it all are news again.
    private static let maxTold = 1_024

    fileprivate struct Guest: Hashable {
        let tenant: TenantId
        let receiver: SourceName
    }

    /// What a message holds while it is being taken.
    struct Seat {
        fileprivate let guest: Guest
        fileprivate let bytes: Int
    }

    private struct State {
        var seated: [Guest: (messages: Int, bytes: Int)] = [:]
        var told: Set<UniqueId> = []
    }

    private let state = Mutex(State())

    /// Who holds none gets one for a message of any size.
    ///
    /// - Returns: what is to be given back by `leave`; nil when too much of the receiver is under way.
    func seat(for receiver: Receiver, bytes: Int) -> Seat? {
        let guest = Guest(tenant: receiver.tenant, receiver: receiver.name)
        let isSeated = state.withLock { state in
            let held = state.seated[guest] ?? (0, 0)
            guard held.messages == 0 || held.messages < Self.seats && bytes <= Self.seatedBytes - held.bytes else { return false }
            state.seated[guest] = (held.messages + 1, held.bytes + bytes)
            return true
        }
        return isSeated ? Seat(guest: guest, bytes: bytes) : nil
    }

    func leave(_ seat: Seat) {
        state.withLock { state in
            guard let held = state.seated[seat.guest], held.messages > 1 else {
                state.seated[seat.guest] = nil
                return
            }
            state.seated[seat.guest] = (held.messages - 1, held.bytes - seat.bytes)
        }
    }

    /// Whether it is for the first time that the secret could not be opened.
    func isNews(_ secret: UniqueId) -> Bool {
        state.withLock { state in
            if state.told.count >= Self.maxTold { state.told.removeAll() }
            return state.told.insert(secret).inserted
        }
    }
}
