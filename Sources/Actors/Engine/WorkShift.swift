internal import Domain
internal import Ports

/// Works side by side that go on until they are told to end, and are cut off when they take too long over it.
struct WorkShift: Sendable {
    let stopping: Gate
    /// How long the works may take to end, once the gate is open.
    let patience: TimeSpan
    let time: any TimeSource

    /// Returns when all of `works` have ended: by themselves, after `close`, or cancelled when the time for it has passed.
    ///
    /// - close: tells the works to end; called when the gate opens.
    func run(_ works: [@Sendable () async -> Void], close: @escaping @Sendable () -> Void) async {
        // True: a work has ended. False: the time for it has passed.
        await withTaskGroup(of: Bool.self) { group in
            for work in works {
                group.addTask {
                    await work()
                    return true
                }
            }
            group.addTask {
                await stopping.wait()
                close()
                await time.sleep(for: patience)
                return false
            }
            var running = works.count
            while running > 0, await group.next() == true { running -= 1 }
            group.cancelAll()
        }
    }
}
