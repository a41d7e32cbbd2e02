internal import Domain
internal import NIOHTTP1
internal import Ports

extension API {
    private static let oneReceiver = ReceiverHandlers.path + "/{name}"

    // MARK: Receivers

    static func receiverRoutes(_ handlers: ReceiverHandlers) -> [Route] {
        let shown = RouteAnswer.json(200, "As it is now.", "Receiver", headers: [etag])
        return [
            Route(
                method: .GET, path: ReceiverHandlers.path, operation: "listReceivers", summary: "The receivers of webhooks",
                tag: ingestionTag, query: [limit, cursor],
                answers: [
                    .json(200, "A page, by name.", "ReceiverPage"), .problem(.invalidQuery, "A parameter or the cursor is wrong."),
                    unavailable,
                ] + tenantProblems, maxBodyBytes: smallBody, handler: .tenant(.read, handlers.list)),
            Route(
                method: .GET, path: oneReceiver, operation: "getReceiver", summary: "A receiver of webhooks, and its address",
                tag: ingestionTag,
                answers: [.json(200, "As it is.", "Receiver", headers: [etag]), .problem(.invalidQuery), .problem(.notFound), unavailable]
                    + tenantProblems, maxBodyBytes: smallBody, handler: .tenant(.read, handlers.show)),
            Route(
                method: .PUT, path: oneReceiver, operation: "putReceiver",
                summary: "Make a receiver of webhooks, or replace what it takes", tag: ingestionTag,
                headers: [
                    Parameter(
                        name: "If-Match", description: "The ETag of what was read: if it has changed since, nothing is done.",
                        schema: #"{"type":"string"}"#),
                    Parameter(
                        name: "If-None-Match", description: "*: if there is a receiver of that name, nothing is done.",
                        schema: #"{"type":"string","const":"*"}"#),
                ], body: RequestBody(schema: "ReceiverDraft", example: Schemas.receiverExample),
                answers: [
                    shown, .json(201, "It was made.", "Receiver", headers: [location, etag]), wrongBody,
                    .problem(.notFound, "There is If-Match, and no receiver."),
                    .problem(.versionConflict, "It has changed since, or is there though it must not be."), .problem(.tooMany), unavailable,
                ] + tenantProblems + bodyProblems, maxBodyBytes: handlers.maxBytes, handler: .tenant(.automate, handlers.put)),
            Route(
                method: .DELETE, path: oneReceiver, operation: "deleteReceiver",
                summary: "Delete a receiver, and its address with it; what it brought stays", tag: ingestionTag,
                answers: [
                    RouteAnswer(status: 204, description: "It is deleted, or was before."), .problem(.invalidRequest),
                    .problem(.notFound), unavailable,
                ] + tenantProblems + bodyProblems, maxBodyBytes: smallBody, handler: .tenant(.automate, handlers.delete)),
            Route(
                method: .POST, path: oneReceiver + "/secrets", operation: "addReceiverSecret",
                summary: "Have a receiver believe a further secret; the others expire after an overlap", tag: ingestionTag,
                body: RequestBody(schema: "ReceiverSecret", example: Schemas.receiverSecretExample),
                answers: [shown, wrongBody, .problem(.notFound), unavailable] + tenantProblems + bodyProblems, maxBodyBytes: smallBody,
                handler: .tenant(.automate, handlers.addSecret)),
            receiverCommand(
                "pause", "pauseReceiver", "Refuse what comes, so that its sender tries again later", shown, handlers.pause),
            receiverCommand("resume", "resumeReceiver", "Take what comes again", shown, handlers.resume),
        ]
    }

    private static func receiverCommand(
        _ verb: String, _ operation: String, _ summary: String, _ answer: RouteAnswer,
        _ handler: @escaping @Sendable (IncomingRequest, Principal) async throws(Problem) -> Reply
    ) -> Route {
        Route(
            method: .POST, path: oneReceiver + "/" + verb, operation: operation, summary: summary, tag: ingestionTag,
            answers: [answer, .problem(.invalidRequest), .problem(.notFound), unavailable] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.automate, handler))
    }

    // MARK: Messages

    static func messageRoutes(_ handlers: IngestionHandlers) -> [Route] {
        [
            list(
                IngestionHandlers.messagesPath, "listMessages", "The messages that receivers took, newest first", "MessagePage", nil, [],
                handlers.listMessages),
            one(IngestionHandlers.messagesPath, "getMessage", "A message of a receiver", "Message", handlers.showMessage),
            raw(
                IngestionHandlers.messagesPath, "getMessageOctets", "Its body, octet for octet as it came", IngestionHandlers.octets, [],
                handlers.rawMessage),
        ]
    }

    static func webhookRoute(_ handlers: WebhookHandlers) -> Route {
        Route(
            method: .POST, path: WebhookHandlers.path + "/{address}", operation: "receiveWebhook",
            summary: "Where a sender of webhooks delivers: signed, without a token", tag: ingestionTag,
            body: RequestBody(schema: "AnyObject", example: "{}", isRequired: false, isAnything: true),
            answers: [
                .json(200, "The message is on record; repeated: it was before.", "MessageReceipt"),
                .problem(.invalidRequest, "It was signed too long ago or too far ahead, or has no identity."),
                .problem(.signatureRefused), .problem(.bodyTooLarge), .problem(.tooManyAtOnce), .problem(.requestTimeout),
                .problem(.unavailable, "It is not known to be on record; send it again after Retry-After."),
            ], maxBodyBytes: Receiver.Plan.bodyBytes.upperBound, produces: [], isCostly: true,
            handler: .signed(handlers.receive))
    }
}
