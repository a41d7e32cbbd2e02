internal import Domain
internal import Ports

/// What ingestion refuses, as it is told to a client.
extension Problem {
    static func noSuchIngestion(_ kind: IngestionKey.Kind) -> Problem {
        let word =
            switch kind {
            case .invoice: "received document"
            case .quarantine: "part of a batch in quarantine"
            case .run: "run of a source"
            case .message: "message of a receiver"
            }
        return Problem(.notFound, "This tenant has no \(word) with that identifier.")
    }

    static let noSuchVersion = Problem(.notFound, "The document has no such version.")

    static let contentErased = Problem(
        .contentErased, "It was received, and its octets have been erased since: they are older than they are kept.")

    init(_ error: QuarantineError) {
        switch error {
        case .noSuchSlice: self = .noSuchIngestion(.quarantine)
        case .erased: self = .contentErased
        case .noSuchSource(let name):
            self.init(
                .illegalTransition,
                "Its source “\(name)” was deleted, and only a source says how its documents are read; make it again, then retry.")
        case .resolved(let id):
            self.init(.illegalTransition, "It is resolved already" + (id.map { ": it became the document \($0)." } ?? "."))
        case .unreadable(let error): self.init(error)
        case .refused(let error): self.init(error)
        case .notOffered: self.init(.unavailable, "This engine takes no documents in; nothing was done.")
        }
    }
}
