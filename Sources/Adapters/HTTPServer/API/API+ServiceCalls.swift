internal import Domain
internal import NIOHTTP1
internal import Ports

extension API {
    static func callRoutes(_ handlers: ServiceCallHandlers, _ settings: HTTPServerSettings) -> [Route] {
        [submit(handlers, settings), batch(handlers, settings), list(handlers), show(handlers)]
            + [cancel(handlers), reschedule(handlers), retry(handlers)]
    }

    private static let byId = ServiceCallHandlers.path + "/{id}"

    private static func submit(_ handlers: ServiceCallHandlers, _ settings: HTTPServerSettings) -> Route {
        Route(
            method: .POST, path: ServiceCallHandlers.path, operation: "submitServiceCall", summary: "Submit a service call",
            tag: callsTag,
            headers: [
                Parameter(
                    name: "Idempotency-Key",
                    description:
                        "Names the call: the same key with the same submission gives the same call again (200), with another one 409.",
                    schema: #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"}"#)
            ],
            body: RequestBody(schema: "Submission", example: Schemas.submissionExample),
            answers: [
                .json(201, "The call was made, durably.", "ServiceCall", headers: [location]),
                .json(200, "The same was submitted before; this is the call.", "ServiceCall", headers: [location]),
                .problem(.invalidRequest, "The body is not JSON, or has fields that are wrong."),
                .problem(.idempotencyConflict), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: settings.maxBodyBytes, handler: .tenant(.submit, handlers.submit))
    }

    private static func batch(_ handlers: ServiceCallHandlers, _ settings: HTTPServerSettings) -> Route {
        Route(
            method: .POST, path: ServiceCallHandlers.path + "/batch", operation: "submitServiceCalls",
            summary: "Submit up to \(settings.maxBatchItems) service calls, each with its own result", tag: callsTag,
            body: RequestBody(schema: "Batch", example: Schemas.batchExample),
            answers: [
                .json(200, "One result for each item, in their order.", "BatchResults"),
                .problem(.invalidRequest, "The body is not JSON, or has no list of items."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: settings.maxBatchBytes, handler: .tenant(.submit, handlers.submitBatch))
    }

    private static func list(_ handlers: ServiceCallHandlers) -> Route {
        let instant = #"{"type":"string","format":"date-time"}"#
        return Route(
            method: .GET, path: ServiceCallHandlers.path, operation: "listServiceCalls",
            summary: "List service calls, newest first", tag: callsTag,
            query: [
                Parameter(name: "status", description: "Calls with this status.", schema: Schemas.statuses),
                Parameter(
                    name: "tag", description: "Calls with this tag.", schema: #"{"type":"string","minLength":1,"maxLength":64}"#),
                Parameter(
                    name: "host", description: "Calls to this host.", schema: #"{"type":"string","minLength":1,"maxLength":253}"#),
                Parameter(name: "dueFrom", description: "First due time that matches.", schema: instant),
                Parameter(name: "dueTo", description: "First due time that no longer matches.", schema: instant),
                Parameter(name: "createdFrom", description: "First time of creation that matches.", schema: instant),
                Parameter(name: "createdTo", description: "First time of creation that no longer matches.", schema: instant),
                limit,
                cursor,
            ],
            answers: [
                .json(200, "A page. It may be short, even empty, and still have a next one.", "ServiceCallPage"),
                .problem(.invalidQuery, "A parameter or the cursor is wrong."), unavailable,
            ] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handlers.list))
    }

    static let limit = Parameter(
        name: "limit", description: "At most so many items.",
        schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#)

    private static func show(_ handlers: ServiceCallHandlers) -> Route {
        Route(
            method: .GET, path: byId, operation: "getServiceCall", summary: "A service call with its attempts", tag: callsTag,
            answers: [.json(200, "The call.", "ServiceCall"), .problem(.notFound), unavailable] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handlers.show))
    }

    private static let commandAnswers =
        [
            RouteAnswer.json(200, "The call as it is now.", "ServiceCall"), .problem(.invalidRequest), .problem(.notFound),
            .problem(.illegalTransition), unavailable,
        ] + tenantProblems + bodyProblems

    private static func cancel(_ handlers: ServiceCallHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/cancel", operation: "cancelServiceCall",
            summary: "Cancel a call that has not ended; a running attempt may still reach its target", tag: callsTag,
            answers: commandAnswers, maxBodyBytes: smallBody, handler: .tenant(.submit, handlers.cancel))
    }

    private static func reschedule(_ handlers: ServiceCallHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/reschedule", operation: "rescheduleServiceCall",
            summary: "Move the next attempt of a call that waits", tag: callsTag,
            body: RequestBody(schema: "Reschedule", example: #"{"dueAt":"2026-11-20T10:00:00Z"}"#), answers: commandAnswers,
            maxBodyBytes: smallBody, handler: .tenant(.submit, handlers.reschedule))
    }

    private static func retry(_ handlers: ServiceCallHandlers) -> Route {
        Route(
            method: .POST, path: byId + "/retry", operation: "retryServiceCall", summary: "Open a failed call again",
            tag: callsTag,
            answers: commandAnswers, maxBodyBytes: smallBody, handler: .tenant(.submit, handlers.retry))
    }
}
