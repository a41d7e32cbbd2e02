internal import Glibc

/// One alarm as the thread keeps it. Everything but `action` is guarded by the thread's mutex.
final class AlarmEntry: @unchecked Sendable {
    let action: @Sendable () -> Void
    fileprivate var deadline: Int64 = 0
    /// Its index in the heap; -1 when it is not set.
    fileprivate var place = -1

    init(action: @escaping @Sendable () -> Void) { self.action = action }
}

/// A thread that calls the actions of alarms at their deadlines, in microseconds of `CLOCK_MONOTONIC`.
///
/// It is `@unchecked Sendable` because the pthread mutex guards the heap, `stopped` and the entries' places; the two
/// pthread objects have a fixed address from `init` to `deinit`. Actions run on the thread without the mutex held.
final class AlarmThread: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// A binary heap, earliest first.
    private var heap: [AlarmEntry] = []
    private var stopped = false

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// The running thread keeps `self` alive until `stop`.
    func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let me = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<AlarmThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, me.toOpaque())
        pthread_attr_destroy(&attributes)
        // Without its clock the engine can do nothing at all, and at start there is nothing to lose.
        guard result == 0 else { preconditionFailure("The system refuses a thread: error \(result)") }
    }

    func stop() {
        pthread_mutex_lock(mutex)
        stopped = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Sets the alarm in place of an earlier setting; nil unsets it.
    func set(_ entry: AlarmEntry, _ deadline: Int64?) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let earliestBefore = heap.first?.deadline
        if let deadline {
            entry.deadline = deadline
            if entry.place < 0 {
                entry.place = heap.count
                heap.append(entry)
            }
            siftDown(siftUp(entry.place))
        } else if entry.place >= 0 {
            remove(at: entry.place)
        }
        // A later or absent earliest deadline needs no wake-up: the thread looks again when it wakes by itself.
        if let earliest = heap.first?.deadline, earliestBefore.map({ earliest < $0 }) ?? true { pthread_cond_signal(changed) }
    }

    private func run() {
        var due: [AlarmEntry] = []
        pthread_mutex_lock(mutex)
        while !stopped {
            guard let earliest = heap.first?.deadline else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            let now = SystemTimeSource.read(CLOCK_MONOTONIC)
            if earliest > now {
                var until = timespec(tv_sec: Int(earliest / 1_000_000), tv_nsec: Int(earliest % 1_000_000) * 1_000)
                pthread_cond_timedwait(changed, mutex, &until)
                continue
            }
            while let first = heap.first, first.deadline <= now {
                remove(at: 0)
                due.append(first)
            }
            pthread_mutex_unlock(mutex)
            for entry in due { entry.action() }
            due.removeAll(keepingCapacity: due.capacity <= 1_024)
            pthread_mutex_lock(mutex)
        }
        pthread_mutex_unlock(mutex)
    }

    // MARK: Heap

    private func remove(at place: Int) {
        let last = heap.count - 1
        if place != last { exchange(place, last) }
        heap.removeLast().place = -1
        if place < heap.count { siftDown(siftUp(place)) }
    }

    @discardableResult
    private func siftUp(_ start: Int) -> Int {
        var place = start
        while place > 0, heap[place].deadline < heap[(place - 1) / 2].deadline {
            exchange(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
        return place
    }

    private func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            if least == place { return }
            exchange(place, least)
            place = least
        }
    }

    private func exchange(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        heap[a].place = a
        heap[b].place = b
    }
}
