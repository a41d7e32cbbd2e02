internal import Domain
internal import NIOHTTP1

extension API {
    static let ingestionTag = "Ingestion"
    private static let oneSource = SourceHandlers.path + "/{name}"
    private static let ofSource = Parameter(
        name: "source", description: "Of this source.", schema: #"{"type":"string","minLength":1,"maxLength":64}"#)

    // MARK: Sources

    static func sourceRoutes(_ handlers: SourceHandlers) -> [Route] {
        [
            Route(
                method: .POST, path: SourceHandlers.path, operation: "createSource",
                summary: "Have a SOAP service asked for its documents, again and again", tag: ingestionTag,
                body: RequestBody(schema: "SourceDraft", example: Schemas.sourceExample),
                answers: [
                    .json(201, "It was made, and is asked at once.", "Source", headers: [location, etag]),
                    .json(200, "It was made before, with the same settings.", "Source", headers: [location, etag]), wrongBody,
                    .problem(.alreadyExists, "There is another one of that name, or there are too many (the type tells)."), unavailable,
                ] + tenantProblems + bodyProblems,
                maxBodyBytes: handlers.maxBytes, handler: .tenant(.automate, handlers.create)),
            Route(
                method: .GET, path: SourceHandlers.path, operation: "listSources",
                summary: "The sources of documents, and how they are doing", tag: ingestionTag, query: [limit, cursor],
                answers: [
                    .json(200, "A page, by name.", "SourcePage"), .problem(.invalidQuery, "A parameter or the cursor is wrong."),
                    unavailable,
                ] + tenantProblems, maxBodyBytes: smallBody, handler: .tenant(.read, handlers.list)),
            Route(
                method: .GET, path: oneSource, operation: "getSource", summary: "A source, and how it is doing", tag: ingestionTag,
                answers: [.json(200, "As it is.", "Source", headers: [etag]), .problem(.invalidQuery), .problem(.notFound), unavailable]
                    + tenantProblems, maxBodyBytes: smallBody, handler: .tenant(.read, handlers.show)),
            put(handlers), delete(handlers),
            command(
                "pause", "pauseSource", "Ask a source by hand only; a run under way goes on",
                .json(200, "As it is now.", "Source", headers: [etag]),
                handlers.pause),
            command(
                "resume", "resumeSource", "Ask a source at its intervals again, at once first",
                .json(200, "As it is now.", "Source", headers: [etag]),
                handlers.resume),
            command(
                "run", "runSource", "Ask a source at once, also while it is paused",
                .json(202, "It will be asked; when a run is under way, after that.", "Source", headers: [etag]), handlers.run),
        ]
    }

    private static func put(_ handlers: SourceHandlers) -> Route {
        Route(
            method: .PUT, path: oneSource, operation: "putSource", summary: "Make a source, or replace what is asked of it",
            tag: ingestionTag,
            headers: [
                Parameter(
                    name: "If-Match", description: "The ETag of what was read: if it has changed since, nothing is done.",
                    schema: #"{"type":"string"}"#),
                Parameter(
                    name: "If-None-Match", description: "*: if there is a source of that name, nothing is done.",
                    schema: #"{"type":"string","const":"*"}"#),
            ], body: RequestBody(schema: "SourceReplacement", example: Schemas.sourceReplacementExample),
            answers: [
                .json(200, "As it is now.", "Source", headers: [etag]), .json(201, "It was made.", "Source", headers: [location, etag]),
                wrongBody, .problem(.notFound, "There is If-Match, and no source."),
                .problem(.versionConflict, "It has changed since, or is there though it must not be."), .problem(.tooMany), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: handlers.maxBytes, handler: .tenant(.automate, handlers.put))
    }

    private static func delete(_ handlers: SourceHandlers) -> Route {
        Route(
            method: .DELETE, path: oneSource, operation: "deleteSource", summary: "Delete a source; what it brought stays",
            tag: ingestionTag,
            answers: [
                RouteAnswer(status: 204, description: "It is deleted, or was before."), .problem(.invalidRequest), .problem(.notFound),
                unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.automate, handlers.delete))
    }

    private static func command(
        _ verb: String, _ operation: String, _ summary: String, _ answer: RouteAnswer, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .POST, path: oneSource + "/" + verb, operation: operation, summary: summary, tag: ingestionTag,
            answers: [answer, .problem(.invalidRequest), .problem(.notFound), unavailable] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.automate, handler))
    }

    // MARK: What they brought

    static func ingestionRoutes(_ handlers: IngestionHandlers) -> [Route] {
        let number = Parameter(
            name: "number", description: "Of documents with this number.",
            schema: #"{"type":"string","minLength":1,"maxLength":\#(IngestionLimits.numberBytes)}"#)
        return [
            list(
                IngestionHandlers.runsPath, "listRuns", "The times that sources were asked, newest first", "IngestionRunPage",
                status(IngestionRun.Status.allCases.map(\.rawValue)), [], handlers.listRuns),
            one(IngestionHandlers.runsPath, "getRun", "One run of a source", "IngestionRun", handlers.showRun),
            list(
                IngestionHandlers.quarantinePath, "listQuarantine", "The parts of batches that could not be taken, newest first",
                "QuarantinePage", status(QuarantinedSlice.Status.allCases.map(\.rawValue)), [], handlers.listQuarantine),
            one(
                IngestionHandlers.quarantinePath, "getQuarantined", "A part of a batch, and why it could not be taken", "Quarantined",
                handlers.showQuarantine),
            raw(
                IngestionHandlers.quarantinePath, "getQuarantinedOctets", "Its octets, as they came", IngestionHandlers.octets, [],
                handlers.rawQuarantine),
            Route(
                method: .POST, path: IngestionHandlers.quarantinePath + "/{id}/retry", operation: "retryQuarantined",
                summary: "Judge it again, by the source's settings of today", tag: ingestionTag,
                answers: [
                    .json(200, "It was taken, or was refused again: outcome tells.", "QuarantineOutcome"), .problem(.invalidRequest),
                    .problem(.notFound), .problem(.illegalTransition, "It is resolved, or its source was deleted."),
                    .problem(.contentErased), unavailable,
                ] + tenantProblems + bodyProblems,
                maxBodyBytes: smallBody, isCostly: true, handler: .tenant(.automate, handlers.retry)),
            list(
                IngestionHandlers.invoicesPath, "listReceived", "The documents that sources sent, newest first", "ReceivedPage",
                status(IngestionHandlers.DocumentStatus.allCases.map(\.rawValue)), [number], handlers.listInvoices),
            one(IngestionHandlers.invoicesPath, "getReceived", "A document, and its latest version", "Received", handlers.showInvoice),
            raw(
                IngestionHandlers.invoicesPath, "getReceivedOctets", "The octets of one version of a document, as they came", Reply.xml,
                [
                    Parameter(
                        name: "version", description: "Which version; absent: the latest.", schema: #"{"type":"integer","minimum":1}"#)
                ], handlers.rawInvoice),
        ]
    }

    private static func status(_ values: [String]) -> Parameter {
        Parameter(name: "status", description: "Where they stand.", schema: #"{"type":"string","enum":\#(Schemas.list(values))}"#)
    }

    static func list(
        _ path: String, _ operation: String, _ summary: String, _ schema: String, _ status: Parameter?, _ further: [Parameter],
        _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .GET, path: path, operation: operation, summary: summary, tag: ingestionTag,
            query: [ofSource] + (status.map { [$0] } ?? []) + further + [limit, cursor],
            answers: [
                .json(200, "A page. It may be short, even empty, and still have a nextCursor.", schema),
                .problem(.invalidQuery, "A parameter or the cursor is wrong."), unavailable,
            ] + tenantProblems, maxBodyBytes: smallBody, handler: .tenant(.read, handler))
    }

    static func one(
        _ path: String, _ operation: String, _ summary: String, _ schema: String, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .GET, path: path + "/{id}", operation: operation, summary: summary, tag: ingestionTag,
            answers: [.json(200, "As it is.", schema, headers: [etag]), .problem(.invalidQuery), .problem(.notFound), unavailable]
                + tenantProblems, maxBodyBytes: smallBody, handler: .tenant(.read, handler))
    }

    static func raw(
        _ path: String, _ operation: String, _ summary: String, _ type: String, _ query: [Parameter], _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .GET, path: path + "/{id}/raw", operation: operation, summary: summary, tag: ingestionTag, query: query,
            answers: [
                RouteAnswer(
                    status: 200, description: "The octets.", contents: [.init(type: type, schema: nil)],
                    headers: [
                        Parameter(name: "ETag", description: "The SHA-256 of the octets.", schema: #"{"type":"string"}"#),
                        Parameter(name: "Repr-Digest", description: "The same, by RFC 9530.", schema: #"{"type":"string"}"#),
                    ]), .problem(.invalidQuery), .problem(.notFound), .problem(.contentErased), unavailable,
            ] + tenantProblems, maxBodyBytes: smallBody, produces: [type], isCostly: true, handler: .tenant(.read, handler))
    }

    // MARK: Mappings

    static func previewRoute(_ handlers: MappingHandlers) -> Route {
        Route(
            method: .POST, path: MappingHandlers.path, operation: "previewMapping",
            summary: "Try a mapping on a document: the invoice, and its gaps; nothing is kept", tag: ingestionTag,
            query: [
                Parameter(
                    name: "language", description: "Of the findings.", schema: #"{"type":"string","enum":["en","ar"],"default":"en"}"#)
            ], body: RequestBody(schema: "MappingPreview", example: Schemas.mappingPreviewExample),
            answers: [
                .json(200, "What would become of the document.", "MappingResult"), wrongBody,
                .problem(.notFound, "There is no such received document."), .problem(.contentErased),
                .problem(.unprocessableDocument, "The document is not XML that can be read."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: MappingHandlers.maxBytes, isCostly: true, handler: .tenant(.read, handlers.preview))
    }
}
