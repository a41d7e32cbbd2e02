internal import Domain
internal import NIOHTTP1

extension API {
    static func operationsRoutes(_ handlers: OperationsHandlers, _ settings: HTTPServerSettings) -> [Route] {
        [
            Route(
                method: .GET, path: "/", operation: "getIndex", summary: "Where to go from here", tag: operationsTag,
                answers: [.json(200, "Links.", "AnyObject")], maxBodyBytes: smallBody, handler: .open(handlers.index)),
            Route(
                method: .POST, path: "/ping", operation: "ping",
                summary: "Reads the body and answers nothing: a probe of the server alone",
                tag: operationsTag, answers: [RouteAnswer(status: 204, description: "Nothing.")],
                maxBodyBytes: settings.maxBodyBytes, produces: [], handler: .open(handlers.ping)),
            Route(
                method: .GET, path: "/livez", operation: "getLiveness", summary: "Whether the process answers",
                tag: operationsTag,
                answers: [.json(200, "It does.", "AnyObject")], maxBodyBytes: smallBody, produces: [],
                handler: .open(handlers.live)),
            Route(
                method: .GET, path: "/readyz", operation: "getReadiness", summary: "Whether requests can be taken",
                tag: operationsTag,
                answers: [.json(200, "They can.", "AnyObject"), .problem(.notReady)], maxBodyBytes: smallBody, produces: [],
                handler: .open(handlers.ready)),
            Route(
                method: .GET, path: "/metrics", operation: "getMetrics", summary: "Metrics of the engine", tag: operationsTag,
                answers: [
                    RouteAnswer(
                        status: 200, description: "OpenMetrics 1.0.",
                        contents: [.init(type: "application/openmetrics-text", schema: nil)]), .problem(.busy),
                ], maxBodyBytes: smallBody, produces: [], handler: .open(handlers.scrape)),
            Route(
                method: .GET, path: "/problems/{kind}", operation: "getProblemKind", summary: "What a type of problem means",
                tag: operationsTag, answers: [.json(200, "The kind of problem.", "AnyObject"), .problem(.notFound)],
                maxBodyBytes: smallBody, handler: .open(handlers.problem)),
        ]
    }
}

/// What the routes for operators do.
struct OperationsHandlers: Sendable {
    let readiness: @Sendable () -> Readiness
    let metrics: @Sendable () -> (contentType: String, text: String)
    let draining: Draining
    let productVersion: String

    func index(_ request: IncomingRequest) async throws(Problem) -> Reply {
        Reply.json { json in
            json.object { json in
                json.field("name", "ledgerflow")
                json.field("version", productVersion)
                json.object("links") { links in
                    links.field("serviceCalls", ServiceCallHandlers.path)
                    links.field("schedules", ScheduleResource.path)
                    links.field("subscriptions", SubscriptionResource.path)
                    links.field("targets", TargetHandlers.path)
                    links.field("tenant", TargetHandlers.tenantPath)
                    links.field("webhookSecrets", WebhookSecretHandlers.path)
                    links.field("invoices", InvoiceHandlers.path)
                    links.field("series", SeriesHandlers.path)
                    links.field("audit", AuditHandlers.path)
                    links.field("auditAnchors", AuditHandlers.path + "/anchors")
                    links.field("events", "/v1/events")
                    links.field("document", "/openapi.json")
                    links.field("topics", "/asyncapi.json")
                    links.field("liveness", "/livez")
                    links.field("readiness", "/readyz")
                    links.field("metrics", "/metrics")
                }
            }
        }
    }

    func ping(_ request: IncomingRequest) async throws(Problem) -> Reply { Reply(status: 204) }

    func live(_ request: IncomingRequest) async throws(Problem) -> Reply { Self.status("alive") }

    func ready(_ request: IncomingRequest) async throws(Problem) -> Reply {
        if draining.hasBegun { throw Problem(.notReady, "The engine is stopping.") }
        switch readiness() {
        case .ready: return Self.status("ready")
        case .notReady(let reason): throw Problem(.notReady, reason)
        }
    }

    func scrape(_ request: IncomingRequest) async throws(Problem) -> Reply {
        let (type, text) = metrics()
        return Reply(status: 200, body: .bytes(contentType: type, Array(text.utf8)))
    }

    func problem(_ request: IncomingRequest) async throws(Problem) -> Reply {
        guard let text = request.pathParameter, let kind = ProblemKind(rawValue: text) else {
            throw Problem(.notFound, "There is no such kind of problem.")
        }
        return Reply.json { json in
            json.object { json in
                json.field("type", kind.type)
                json.field("title", kind.title)
                json.field("status", kind.status)
                json.field("advice", kind.advice)
            }
        }
    }

    private static func status(_ text: String) -> Reply {
        Reply.json { json in json.object { $0.field("status", text) } }
    }
}
