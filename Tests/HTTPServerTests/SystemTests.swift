import Domain
import Glibc
import Ports
import Synchronization
import Testing

@testable import SystemAdapter

/// A directory of its own for a test, removed afterwards.
func withDirectory(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/ledgerflow-test-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    let path = try #require(made)
    defer { remove(path) }
    try await body(path)
}

private func remove(_ path: String) {
    if let directory = opendir(path) {
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        closedir(directory)
        rmdir(path)
    } else {
        unlink(path)
    }
}

private func mode(_ path: String) -> UInt32 {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
}

@Suite struct DataDirectoryTests {
    @Test func theDirectoryAndItsKeysAreForTheirOwnerOnly() async throws {
        try await withDirectory { path in
            let directory = try DataDirectory(path: path + "/a/b/")
            #expect(directory.path == path + "/a/b")
            #expect(mode(directory.path) == 0o700)
            let key = try directory.key(named: "token", bytes: 32)
            #expect(key.count == 32)
            #expect(mode(directory.file("token.key")) == 0o600)
            #expect(try DataDirectory(path: path + "/a/b").key(named: "token", bytes: 32) == key)
            #expect(try directory.key(named: "other", bytes: 32) != key)
        }
    }

    @Test func everyoneWhoAsksAtOnceGetsTheSameKey() async throws {
        try await withDirectory { path in
            let directory = try DataDirectory(path: path)
            for round in 0..<20 {
                let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                    for _ in 0..<16 { group.addTask { try directory.key(named: "k\(round)", bytes: 32) } }
                    return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
                }
                #expect(keys.count == 1)
            }
            let leftOver = try #require(opendir(path))
            defer { closedir(leftOver) }
            var count = 0
            while readdir(leftOver) != nil { count += 1 }
            #expect(count == 22)
        }
    }

    @Test func aDamagedKeyIsReportedAndNotReplaced() async throws {
        try await withDirectory { path in
            let directory = try DataDirectory(path: path)
            _ = try directory.key(named: "token", bytes: 16)
            #expect(throws: DataDirectoryError.damagedKey(path: path + "/token.key", expected: 32, found: 17)) {
                _ = try directory.key(named: "token", bytes: 16)
                let file = open(path + "/token.key", O_WRONLY | O_APPEND)
                write(file, "x", 1)
                close(file)
                return try directory.key(named: "token", bytes: 32)
            }
            #expect(throws: DataDirectoryError.invalidKeyName("../x")) { try directory.key(named: "../x", bytes: 16) }
        }
    }

    @Test func aSecondEngineOnTheDirectoryIsRefusedAndToldWhoHoldsIt() async throws {
        try await withDirectory { path in
            let directory = try DataDirectory(path: path)
            var lock: DataDirectoryLock? = try directory.lock()
            #expect(throws: DataDirectoryError.inUse(path: path, pid: getpid())) { try DataDirectory(path: path).lock() }
            withExtendedLifetime(lock) {}
            lock = nil
            _ = try directory.lock()
        }
    }

    @Test func aFileInThePlaceOfTheDirectoryIsRefused() async throws {
        try await withDirectory { path in
            close(open(path + "/file", O_CREAT | O_WRONLY, 0o600))
            #expect(throws: DataDirectoryError.notADirectory(path: path + "/file")) { try DataDirectory(path: path + "/file") }
            #expect(throws: DataDirectoryError.notADirectory(path: path + "/file/x")) {
                try DataDirectory(path: path + "/file/x")
            }
        }
    }
}

@Suite struct SystemTimeTests {
    @Test func alarmsComeInTheOrderOfTheirDeadlinesAndNeverEarly() async throws {
        let time = SystemTimeSource()
        let (fired, source) = AsyncStream.makeStream(of: (Int, Bool).self)
        let start = time.uptime()
        let alarms = [5, 1, 4, 2, 3].map { index in
            let deadline = start + .milliseconds(Int64(index) * 10)
            let alarm = time.makeAlarm { source.yield((index, time.uptime() >= deadline)) }
            alarm.set(deadline)
            return alarm
        }
        var order: [Int] = []
        for await (index, isInTime) in fired {
            #expect(isInTime)
            order.append(index)
            if order.count == 5 { break }
        }
        #expect(order == [1, 2, 3, 4, 5])
        withExtendedLifetime(alarms) {}
    }

    @Test func anAlarmThatIsUnsetMovedOrDroppedDoesNotComeAsBefore() async throws {
        let time = SystemTimeSource()
        let counter = Counter()
        let unset = time.makeAlarm { counter.add() }
        let moved = time.makeAlarm { counter.add() }
        do {
            let dropped = time.makeAlarm { counter.add() }
            dropped.set(time.uptime() + .milliseconds(20))
        }
        unset.set(time.uptime() + .milliseconds(20))
        moved.set(time.uptime() + .milliseconds(20))
        unset.set(nil)
        moved.set(time.uptime() + .hours(1))
        await time.sleep(for: .milliseconds(60))
        #expect(counter.value == 0)
        moved.set(time.uptime())
        while counter.value == 0 { await time.sleep(for: .milliseconds(1)) }
        #expect(counter.value == 1)
    }

    @Test func sleepEndsAtTheDeadlineOrWithTheTask() async throws {
        let time = SystemTimeSource()
        let deadline = time.uptime() + .milliseconds(20)
        await time.sleep(until: deadline)
        #expect(time.uptime() >= deadline)
        let sleeper = Task { await time.sleep(for: .hours(1)) }
        sleeper.cancel()
        await sleeper.value
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<1_000 { group.addTask { await time.sleep(for: .milliseconds(Int64(index % 30))) } }
        }
    }

    final class Counter: Sendable {
        private let count = Atomic<Int>(0)
        func add() { count.wrappingAdd(1, ordering: .relaxed) }
        var value: Int { count.load(ordering: .relaxed) }
    }

    @Test func entropyDoesNotRepeat() {
        let entropy = SystemEntropy()
        #expect(Set((0..<5_000).map { _ in entropy.next() }).count == 5_000)
    }

    @Test func diagnosticsAreCountedByLevelAlsoWhereTheyAreNotWritten() {
        let diagnostics = StandardErrorDiagnostics(least: .error, now: { Instant(microseconds: 0) })
        for level in [Diagnostic.Level.info, .warning, .warning] { diagnostics.report(Diagnostic(level, "a.b", "x")) }
        let counts = diagnostics.metricFamilies.map { family -> String in
            guard case .counter(let counter) = family.source else { return "" }
            return "\(family.name) \(family.labels.map(\.value)) \(counter.value)"
        }
        #expect(
            counts == [
                #"ledgerflow_diagnostics ["info"] 1"#, #"ledgerflow_diagnostics ["warning"] 2"#, #"ledgerflow_diagnostics ["error"] 0"#,
            ])
    }

    @Test func aDiagnosticIsOneLineOfJSON() {
        let line = StandardErrorDiagnostics.line(
            Diagnostic(.warning, "a.b", "line\nbreak \"x\"", fields: [("n", "1"), ("n", "2")]), at: Instant(microseconds: 0))
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"time":"1970-01-01T00:00:00Z","level":"warning","event":"a.b","message":"line\nbreak \"x\"","fields":{"n":"1"}}"#
                + "\n")
    }
}
