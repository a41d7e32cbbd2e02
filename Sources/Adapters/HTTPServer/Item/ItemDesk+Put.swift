internal import Domain
internal import Ports

extension ItemDesk {
    /// How often a change is tried again when another one came between reading and changing.
    private static let mostTries = 4

    /// Makes what has a name, or gives it other settings, as far as `If-Match` and `If-None-Match` allow (RFC 9110 §13.1).
    ///
    /// - Parameter command: what is to be done with what is there, which must still have the version that is given it (nil: any). `keeps`
    ///   says whether something of what is there is kept.
    func put(
        _ key: ItemKey, _ request: IncomingRequest, _ principal: Principal,
        _ command: (_ known: TenantItem?, _ ifVersion: (_ keeps: Bool) -> Int64?) throws(Problem) -> ItemCommand
    ) async throws(Problem) -> (item: TenantItem, isMade: Bool) {
        let asked = try request.ifMatch()
        // Also any version is none of what is not there.
        let replaces = request.header("if-match") != nil
        let makes = try request.mustBeNew()
        for _ in 0..<Self.mostTries {
            let known = try await item(key, tenant: principal.tenant)
            if replaces {
                guard let known else { throw Problem(BookError.noSuchItem(key.kind)) }
                if let asked, asked != known.version { throw Problem(BookError.versionConflict(actual: known.version)) }
            }
            if makes, let known { throw Self.isThere(known) }
            // What is kept, or was asked for, must still be what was read.
            let command = try command(known) { keeps in makes ? 0 : replaces || keeps ? known?.version : nil }
            do throws(Problem) {
                let (item, changed) = try await send(command, request, principal)
                // The same was made by another just now.
                if makes, !changed { throw Self.isThere(item) }
                return (item, changed && known == nil)
            } catch {
                guard error.kind == .versionConflict, asked == nil, !makes else { throw error }
            }
        }
        throw Problem(
            .busy, "The \(Problem.word(for: key.kind)) is being changed by others again and again; nothing was changed.", retryAfter: 1)
    }

    private static func isThere(_ item: TenantItem) -> Problem {
        Problem(
            .versionConflict,
            "There is a \(Problem.word(for: item.key.kind)) of that name, and If-None-Match says that there must be none.",
            headers: [("ETag", "\"\(item.version)\"")])
    }
}

extension IncomingRequest {
    /// The name in the path of what is made by it.
    ///
    /// - Throws: 400 when it cannot be one.
    func nameToPut() throws(Problem) -> SourceName {
        guard let name = decodedParameter(0).flatMap(SourceName.init(_:)) else {
            throw Problem(.invalidRequest, "The name in the path \(SubmittedSource.nameRule).")
        }
        return name
    }
}
