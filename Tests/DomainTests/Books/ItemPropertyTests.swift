import PropertyKit
import Testing

@testable import Domain

/// Any sequence of commands to items, legal or not, leaves them in order.
@Suite struct ItemPropertyTests {
    enum Step: CustomStringConvertible {
        case schedule(UInt64, Int), subscription(UInt64, Int), key(UInt64, Int), hold(Int, Int)
        case pass(hours: Int64)

        var description: String {
            switch self {
            case .schedule(let id, let command): "command \(command) to schedule \(id)"
            case .subscription(let id, let command): "command \(command) to subscription \(id)"
            case .key(let id, let command): "command \(command) to key \(id)"
            case .hold(let host, let command): "command \(command) to target \(host)"
            case .pass(let hours): "\(hours) hours pass"
            }
        }
    }

    @Test func itemsStayInOrder() throws {
        try forAll(cases: 600) { generator in
            (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                switch Int.random(in: 0..<10, using: &generator) {
                case 0...2: .schedule(UInt64.random(in: 1...3, using: &generator), Int.random(in: 0..<7, using: &generator))
                case 3...5: .subscription(UInt64.random(in: 1...3, using: &generator), Int.random(in: 0..<8, using: &generator))
                case 6, 7: .key(UInt64.random(in: 1...15, using: &generator), Int.random(in: 0..<4, using: &generator))
                case 8: .hold(Int.random(in: 1...2, using: &generator), Int.random(in: 0..<4, using: &generator))
                default: .pass(hours: Int64.random(in: 1...30, using: &generator))
                }
            }
        } property: { steps in
            try Self.check(steps)
        }
    }

    private static func command(_ step: Step, at now: Instant) throws -> ItemCommand? {
        switch step {
        case .schedule(let id, let command):
            let commands: [ScheduleCommand] = [
                .create(try BookScenario.plan()), .create(try BookScenario.plan(2)),
                .change(try BookScenario.plan(3, timing: BookScenario.timing("@daily")), ifVersion: nil),
                .change(try BookScenario.plan(4), ifVersion: 2), .pause, .resume, .delete,
            ]
            return .schedule(BookScenario.schedule(id), commands[command])
        case .subscription(let id, let command):
            let commands: [SubscriptionCommand] = [
                .create(try BookScenario.plan(types: ["*"]), from: [7]),
                .change(try BookScenario.plan(types: ["ledgerflow.series.*"], 3), ifVersion: nil),
                .pause, .resume, .disable(reason: "r"), .replay(from: [1], generation: 1), .replay(from: [2], generation: 2), .delete,
            ]
            return .subscription(BookScenario.subscription(id), commands[command])
        case .key(let id, let command):
            switch command {
            case 0: return .webhookKeys(.delete(UniqueId(high: 6, low: id)))
            case 1: return .webhookKeys(.add(BookScenario.key(id, .ed25519, at: now), overlap: .hours(2)))
            default: return .webhookKeys(.add(BookScenario.key(id, at: now), overlap: .hours(24)))
            }
        case .hold(let host, let command):
            let commands: [HoldCommand] = [
                .pauseTarget(host: "h\(host)", by: "ana", reason: "r"), .resumeTarget(host: "h\(host)"), .pauseTenant(by: "a", reason: "r"),
                .resumeTenant,
            ]
            return .holds(commands[command])
        case .pass: return nil
        }
    }

    private static func check(_ steps: [Step]) throws {
        var books = try BookScenario()
        for step in steps {
            if case .pass(let hours) = step { books.pass(.hours(hours)) }
            guard let command = try command(step, at: books.now) else { continue }
            let before = books.records
            let deleted = before.values.filter { if case .item(let item) = $0 { item.isDeleted } else { false } }
            do {
                try books.when(.item(command))
                try #require(try books.deciding(.item(command)).isEmpty, "deciding again changes nothing")
            } catch is BookError {
                try #require(books.records == before)
            }
            for record in deleted { try #require(books.records[record.key] == record, "what is deleted does not change") }
            try checkLimits(books)
        }
    }

    private static func checkLimits(_ books: BookScenario) throws {
        let items = books.records.values.compactMap { if case .item(let item) = $0 { item } else { nil } }
        try #require((books.webhookKeys?.valid(at: books.now).count ?? 0) <= WebhookKeys.limit)
        try #require(books.counts?.schedules ?? 0 == items.count { $0.key.kind == .schedule && !$0.isDeleted })
        try #require(books.counts?.subscriptions ?? 0 == items.count { $0.key.kind == .subscription && !$0.isDeleted })
        for item in items {
            let read = TenantItem(
                kind: item.key.kind, tenant: item.tenant, id: item.key.id, version: item.version, storedState: item.storedState)
            try #require(read == item, "it survives being stored")
        }
    }
}
