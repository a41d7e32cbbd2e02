internal import Domain
internal import NIOHTTP1
internal import Ports

extension API {
    typealias Handler = @Sendable (IncomingRequest, Principal) async throws(Problem) -> Reply

    // MARK: Schedules

    static func scheduleRoutes(_ handlers: ItemHandlers<ScheduleResource>) -> [Route] {
        let forms = ItemRoutes(handlers, of: "Schedule", tag: "Schedules")
        return [
            forms.make("Have a call made again and again, by a clock or an interval", Schemas.scheduleExample),
            forms.list("List schedules"),
            forms.show("A schedule with its next ten occurrences"),
            forms.change(
                "Change a schedule: fields that are left out stay, null takes one away", #"{"cron":"30 3 * * *","notAfter":null}"#),
            forms.delete("Delete a schedule; calls that it made go on"),
            forms.pause("Make no further calls until it is resumed"),
            forms.resume("Make calls again, from now on"),
            forms.call(
                "run", "Make its call now, out of turn", headers: [idempotencyKey], "The call was made before, under the same key.",
                handlers.run),
        ]
    }

    // MARK: Subscriptions

    static func subscriptionRoutes(_ handlers: ItemHandlers<SubscriptionResource>) -> [Route] {
        let forms = ItemRoutes(handlers, of: "Subscription", tag: "Subscriptions")
        return [
            forms.make("Have events delivered to a URL, from now on", Schemas.subscriptionExample),
            forms.list("List subscriptions"),
            forms.show("A subscription"),
            forms.change(
                "Change a subscription: fields that are left out stay, null takes one away",
                #"{"types":["ledgerflow.invoice.issued.v1"],"filter":null}"#),
            forms.delete("Delete a subscription; deliveries under way go on"),
            forms.pause("Deliver nothing until it is resumed; events wait in the log"),
            forms.resume("Deliver again, what came meanwhile first; also when it was disabled"),
            forms.call("test", "Deliver a sample event", headers: [], "Not given here.", handlers.test),
            Route(
                method: .POST, path: forms.one + "/replay", operation: "replaySubscription",
                summary: "Deliver the events since a time again, under the identifiers they had", tag: forms.tag,
                body: RequestBody(schema: "Replay", example: #"{"from":"2026-11-20T00:00:00Z"}"#),
                answers: [
                    .json(200, "The subscription as it is now.", "Subscription", headers: [etag]), wrongBody,
                    .problem(.notFound), unavailable,
                ] + tenantProblems + bodyProblems,
                maxBodyBytes: smallBody, handler: .tenant(.automate, handlers.replay)),
        ]
    }
}
