internal import CRdKafka
internal import Synchronization

/// Ends the poll of a client's thread from anywhere. The wake-up is kept when the thread does not poll just now.
final class Waker: Sendable {
    /// The queue's address; 0 when no client exists.
    private let queue = Mutex<UInt>(0)

    func wake() {
        queue.withLock { address in
            if let queue = OpaquePointer(bitPattern: address) { rd_kafka_queue_yield(queue) }
        }
    }

    /// Told by the client's thread, before it gives the queue up; nobody uses it afterwards.
    func attach(_ events: OpaquePointer?) { queue.withLock { $0 = UInt(bitPattern: events) } }
}
