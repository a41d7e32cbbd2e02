internal import Domain
internal import Ports

/// Takes commands to the books until it is known of each what came of it.
struct BookCourier: Sendable {
    let router: Router
    let time: any TimeSource

    private static let attempts = 8

    /// - Returns: what came of each, in the order given. A command whose outcome was not known at first may say that it changed nothing.
    func send(_ intents: [BookIntent]) async throws(IntakeStop) -> [Result<BookReply, BookError>] {
        var outcomes: [Result<BookReply, BookError>?] = Array(repeating: nil, count: intents.count)
        var left = Array(intents.indices)
        var wait = BackOff(first: .milliseconds(50), most: .seconds(5))
        for attempt in 1...Self.attempts {
            // What came is given once even while the engine stops.
            if attempt > 1, Task.isCancelled { throw .cancelled }
            let replies = await router.send(left.map { intents[$0] })
            var again: [Int] = []
            // What was taken although something before it of the same subject was not: it goes again behind that, or the older of two versions
            // would be the latest.
            var overtaken: Set<BookKey> = []
            for (index, reply) in zip(left, replies) {
                switch reply {
                case .success, .failure(.refusedByBooks):
                    if !overtaken.isEmpty, overtaken.contains(subject(of: intents[index])) {
                        again.append(index)
                    } else {
                        outcomes[index] = reply.books
                    }
                case .failure(.busy), .failure(.unavailable), .failure(.unknownOutcome):
                    again.append(index)
                    overtaken.insert(subject(of: intents[index]))
                case .failure(.stopping): throw .cancelled
                case .failure(.refused(let error)): throw .books(String(describing: error))
                }
            }
            left = again
            if left.isEmpty { return outcomes.compactMap { $0 } }
            if attempt < Self.attempts { await time.sleep(for: wait.next()) }
        }
        throw .books("the store did not take \(left.count) of \(intents.count) changes within \(Self.attempts) attempts")
    }
}

private func subject(of intent: BookIntent) -> BookKey { intent.command.subject(in: intent.tenant) }

extension Result<BookReply, IntentError> {
    /// What the books said; nil when nothing did.
    fileprivate var books: Result<BookReply, BookError>? {
        switch self {
        case .success(let reply): .success(reply)
        case .failure(.refusedByBooks(let error)): .failure(error)
        case .failure: nil
        }
    }
}
