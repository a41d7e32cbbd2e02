internal import Domain
internal import NIOHTTP1
internal import Ports

extension API {
    static let schedulesTag = "Schedules"
    static let subscriptionsTag = "Subscriptions"
    private static let wrongBody = RouteAnswer.problem(.invalidRequest, "The body is not JSON, or has fields that are wrong.")
    private static let ifMatch = Parameter(
        name: "If-Match", description: "The ETag of what was read: if it has changed since, nothing is done.", schema: #"{"type":"string"}"#
    )
    private static let cursor = Parameter(
        name: "cursor", description: "The nextCursor of the page before.", schema: #"{"type":"string"}"#)
    private static let location = Parameter(
        name: "Location", description: "The path of what was made.", schema: #"{"type":"string","format":"uri-reference"}"#)

    // MARK: Schedules

    static func scheduleRoutes(_ handlers: ScheduleHandlers, _ settings: HTTPServerSettings) -> [Route] {
        let path = ScheduleHandlers.path
        let one = path + "/{id}"
        return [
            make(
                path, "createSchedule", "Have a call made again and again, by a clock or an interval", schedulesTag, "ScheduleDraft",
                Schemas.scheduleExample, "Schedule", settings.maxBodyBytes, handlers.create),
            listing(path, "listSchedules", "List schedules", schedulesTag, "SchedulePage", handlers.list),
            detail(one, "getSchedule", "A schedule with its next ten occurrences", schedulesTag, "Schedule", handlers.show),
            change(
                one, "changeSchedule", "Change a schedule: fields that are left out stay, null takes one away", schedulesTag,
                "SchedulePatch", #"{"cron":"30 3 * * *","notAfter":null}"#, "Schedule", settings.maxBodyBytes, handlers.change),
            delete(one, "deleteSchedule", "Delete a schedule; calls that it made go on", schedulesTag, handlers.delete),
            command(one + "/pause", "pauseSchedule", "Make no further calls until it is resumed", schedulesTag, "Schedule", handlers.pause),
            command(one + "/resume", "resumeSchedule", "Make calls again, from now on", schedulesTag, "Schedule", handlers.resume),
            call(
                one + "/run", "runSchedule", "Make its call now, out of turn", schedulesTag, headers: [idempotencyKey],
                "The call was made before, under the same key.", handlers.run),
        ]
    }

    // MARK: Subscriptions

    static func subscriptionRoutes(_ handlers: SubscriptionHandlers, _ settings: HTTPServerSettings) -> [Route] {
        let path = SubscriptionHandlers.path
        let one = path + "/{id}"
        return [
            make(
                path, "createSubscription", "Have events delivered to a URL, from now on", subscriptionsTag, "SubscriptionDraft",
                Schemas.subscriptionExample, "Subscription", settings.maxBodyBytes, handlers.create),
            listing(path, "listSubscriptions", "List subscriptions", subscriptionsTag, "SubscriptionPage", handlers.list),
            detail(one, "getSubscription", "A subscription", subscriptionsTag, "Subscription", handlers.show),
            change(
                one, "changeSubscription", "Change a subscription: fields that are left out stay, null takes one away", subscriptionsTag,
                "SubscriptionPatch", #"{"types":["ledgerflow.invoice.issued.v1"],"filter":null}"#, "Subscription", settings.maxBodyBytes,
                handlers.change),
            delete(one, "deleteSubscription", "Delete a subscription; deliveries under way go on", subscriptionsTag, handlers.delete),
            command(
                one + "/pause", "pauseSubscription", "Deliver nothing until it is resumed; events wait in the log", subscriptionsTag,
                "Subscription", handlers.pause),
            command(
                one + "/resume", "resumeSubscription", "Deliver again, what came meanwhile first; also when it was disabled",
                subscriptionsTag, "Subscription", handlers.resume),
            call(
                one + "/test", "testSubscription", "Deliver a sample event", subscriptionsTag, headers: [], "Not given here.",
                handlers.test),
            Route(
                method: .POST, path: one + "/replay", operation: "replaySubscription",
                summary: "Deliver the events since a time again, under the identifiers they had", tag: subscriptionsTag,
                body: RequestBody(schema: "Replay", example: #"{"from":"2026-11-20T00:00:00Z"}"#),
                answers: [
                    .json(200, "The subscription as it is now.", "Subscription"), wrongBody, .problem(.notFound), unavailable,
                ] + tenantProblems + bodyProblems,
                maxBodyBytes: smallBody, handler: .tenant(.automate, handlers.replay)),
        ]
    }

    // MARK: Forms that both have

    typealias Handler = @Sendable (IncomingRequest, Principal) async throws(Problem) -> Reply

    private static func make(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, _ schema: String, _ example: String, _ answer: String,
        _ maxBodyBytes: Int, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .POST, path: path, operation: operation, summary: summary, tag: tag, headers: [idempotencyKey],
            body: RequestBody(schema: schema, example: example),
            answers: [
                .json(201, "It was made.", answer, headers: [location]),
                .json(200, "It was made before, under the same key; as it is now.", answer, headers: [location]), wrongBody,
                .problem(.idempotencyConflict, "The key was used for something else, or there are too many (the type tells)."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: maxBodyBytes, handler: .tenant(.automate, handler))
    }

    private static func listing(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, _ schema: String, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .GET, path: path, operation: operation, summary: summary, tag: tag, query: [limit, cursor],
            answers: [
                .json(200, "A page, by identifier.", schema), .problem(.invalidQuery, "A parameter or the cursor is wrong."), unavailable,
            ] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handler))
    }

    private static func detail(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, _ schema: String, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .GET, path: path, operation: operation, summary: summary, tag: tag,
            answers: [.json(200, "As it is.", schema), .problem(.invalidQuery), .problem(.notFound), unavailable] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handler))
    }

    private static func change(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, _ schema: String, _ example: String, _ answer: String,
        _ maxBodyBytes: Int, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .PATCH, path: path, operation: operation, summary: summary, tag: tag, headers: [ifMatch],
            body: RequestBody(schema: schema, example: example, isPatch: true),
            answers: [
                .json(200, "As it is now.", answer), wrongBody, .problem(.notFound), .problem(.versionConflict), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: maxBodyBytes, handler: .tenant(.automate, handler))
    }

    private static func command(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, _ schema: String, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .POST, path: path, operation: operation, summary: summary, tag: tag,
            answers: [.json(200, "As it is now.", schema), .problem(.invalidRequest), .problem(.notFound), unavailable] + tenantProblems
                + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.automate, handler))
    }

    private static func call(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, headers: [Parameter], _ repeated: String,
        _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .POST, path: path, operation: operation, summary: summary, tag: tag, headers: headers,
            answers: [
                .json(201, "The call.", "ServiceCall", headers: [location]), .json(200, repeated, "ServiceCall", headers: [location]),
                .problem(.invalidRequest), .problem(.notFound), .problem(.idempotencyConflict), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.automate, handler))
    }

    private static func delete(
        _ path: String, _ operation: String, _ summary: String, _ tag: String, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .DELETE, path: path, operation: operation, summary: summary, tag: tag,
            answers: [
                RouteAnswer(status: 204, description: "It is deleted, or was before."), .problem(.invalidRequest), .problem(.notFound),
                unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.automate, handler))
    }
}
