internal import Domain
internal import NIOHTTP1

extension API {
    static func eventRoutes(_ handlers: EventHandlers) -> [Route] {
        [
            Route(
                method: .GET, path: "/v1/events", operation: "listEvents",
                summary: "The tenant's events, in order for each call: page by page, or as a stream", tag: eventsTag,
                query: [
                    Parameter(
                        name: "after",
                        description:
                            "A cursor: the events behind it. The word end: those that are yet to come. Absent: all that the log still holds.",
                        schema: #"{"type":"string"}"#),
                    limit,
                    Parameter(
                        name: "waitMs", description: "How long to wait for an event when there is none.",
                        schema: #"{"type":"integer","minimum":0,"maximum":\#(EventHandlers.maxWaitMilliseconds),"default":0}"#),
                ],
                headers: [
                    Parameter(
                        name: "Last-Event-ID", description: "For a stream: the id of the last event seen; goes before after.",
                        schema: #"{"type":"string"}"#)
                ],
                answers: [
                    RouteAnswer(
                        status: 200, description: "Events as CloudEvents 1.0; with Accept: text/event-stream, as they come.",
                        contents: [
                            .init(type: Reply.json, schema: "EventPage"), .init(type: EventHandlers.eventStream, schema: nil),
                        ]),
                    .problem(.invalidQuery, "A parameter or the cursor is wrong."),
                    .problem(.cursorExpired, "Some of the events behind the cursor are no longer kept."), unavailable,
                ] + tenantProblems,
                maxBodyBytes: smallBody, produces: [Reply.json, EventHandlers.eventStream], isOpenEnded: true,
                handler: .tenant(.read, handlers.list))
        ]
    }
}
