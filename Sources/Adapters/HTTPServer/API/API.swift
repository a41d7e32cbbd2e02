internal import Domain
internal import NIOHTTP1
internal import Ports
internal import Synchronization

/// Every route of the server, in the order of the document.
struct API {
    let table: RouteTable
    /// `/openapi.json`.
    let document: [UInt8]

    init(
        _ dependencies: HTTPServerDependencies, _ settings: HTTPServerSettings, _ metrics: HTTPServerMetrics, _ draining: Draining,
        _ room: LargeRoom
    ) {
        let cursors = CursorCodec(
            key: dependencies.cursorKey, store: dependencies.events.storeId, partitions: dependencies.events.partitionCount)
        let calls = ServiceCallHandlers(
            intents: dependencies.intents, calls: dependencies.calls, fingerprinter: dependencies.fingerprinter,
            sealer: dependencies.sealer, policy: dependencies.redaction, time: dependencies.time, entropy: dependencies.entropy,
            cursors: cursors, settings: settings)
        let events = EventHandlers(
            events: dependencies.events, signal: dependencies.signal, time: dependencies.time, cursors: cursors,
            settings: settings,
            slots: Shares(most: settings.maxStreams, mostPerTenant: settings.maxStreamsPerTenant) { [metrics] in
                metrics.streams.wrappingAdd(Int64($0), ordering: .relaxed)
            }, draining: draining)
        let operations = OperationsHandlers(
            readiness: dependencies.readiness, metrics: dependencies.metrics, draining: draining, productVersion: settings.productVersion)
        let invoices = InvoiceHandlers(
            books: dependencies.books, queries: dependencies.bookQueries, desk: dependencies.desk, parse: dependencies.parse,
            calendar: dependencies.calendar, fingerprinter: dependencies.fingerprinter, time: dependencies.time,
            entropy: dependencies.entropy, cursors: cursors, settings: settings)
        let series = SeriesHandlers(
            books: dependencies.books, queries: dependencies.bookQueries, cursors: cursors)
        let desk = ItemDesk(
            books: dependencies.books, queries: dependencies.bookQueries, intents: dependencies.intents,
            fingerprinter: dependencies.fingerprinter, sealer: dependencies.sealer, policy: dependencies.redaction,
            time: dependencies.time, entropy: dependencies.entropy, cursors: cursors)
        let schedules = ItemHandlers(
            resource: ScheduleResource(desk: desk, calendar: dependencies.calendar), maxBytes: settings.maxBodyBytes)
        let subscriptions = ItemHandlers(
            resource: SubscriptionResource(desk: desk, events: dependencies.events), maxBytes: settings.maxBodyBytes)
        let targets = TargetHandlers(desk: desk, overview: dependencies.targets, limits: settings.tenantLimits)
        let secrets = WebhookSecretHandlers(desk: desk)
        let audit = AuditHandlers(
            queries: dependencies.bookQueries, anchors: dependencies.audit, publicKey: dependencies.anchorKey,
            store: dependencies.events.storeId, partitions: dependencies.events.partitionCount, diagnostics: dependencies.diagnostics)
        let sources = SourceHandlers(desk: desk, maxBytes: settings.maxBodyBytes, topics: settings.sourceTopics)
        let receivers = ReceiverHandlers(desk: desk, maxBytes: settings.maxBodyBytes, topics: settings.sourceTopics)
        let webhooks = WebhookHandlers(dependencies.webhooks, atOnce: settings.maxWebhooksInFlight)
        let ingestion = IngestionHandlers(
            queries: dependencies.bookQueries, quarantine: dependencies.quarantine, cursors: cursors, room: room)
        let mappings = MappingHandlers(
            documents: ingestion, desk: dependencies.desk, parse: dependencies.parse, parseReceived: dependencies.parseReceived,
            calendar: dependencies.calendar, time: dependencies.time)
        let topics = AsyncAPIDocument.render(topicPrefix: settings.topicPrefix, intentTypes: settings.intentTypes)
        let topicsRoute = Self.topicsRoute { _ in Reply(status: 200, body: .bytes(contentType: Reply.json, topics)) }
        var routes =
            Self.callRoutes(calls, settings) + Self.scheduleRoutes(schedules) + Self.subscriptionRoutes(subscriptions)
            + Self.targetRoutes(targets) + Self.secretRoutes(secrets) + Self.invoiceRoutes(invoices, settings) + Self.seriesRoutes(series)
            + Self.sourceRoutes(sources) + Self.ingestionRoutes(ingestion) + [Self.previewRoute(mappings)]
            + Self.receiverRoutes(receivers) + Self.messageRoutes(ingestion) + [Self.webhookRoute(webhooks)]
            + Self.auditRoutes(audit) + Self.eventRoutes(events) + Self.operationsRoutes(operations, settings) + [topicsRoute]
        // The document describes its own route too; its handler is given the text that was made from the same list.
        let withoutText = Self.documentRoute { _ in Reply(status: 204) }
        let document = OpenAPIDocument.render(routes + [withoutText])
        routes.append(
            Self.documentRoute { _ in Reply(status: 200, body: .bytes(contentType: Reply.json, document)) })
        self.document = document
        table = RouteTable(routes)
    }

    static func documentRoute(_ handler: @escaping @Sendable (IncomingRequest) async throws(Problem) -> Reply) -> Route {
        Route(
            method: .GET, path: "/openapi.json", operation: "getDocument", summary: "This document", tag: operationsTag,
            answers: [RouteAnswer.json(200, "OpenAPI 3.1.", "AnyObject"), .problem(.busy)], maxBodyBytes: smallBody, handler: .open(handler)
        )
    }

    static func topicsRoute(_ handler: @escaping @Sendable (IncomingRequest) async throws(Problem) -> Reply) -> Route {
        Route(
            method: .GET, path: "/asyncapi.json", operation: "getTopics", summary: "The topics of the bus, and their messages",
            tag: operationsTag, answers: [RouteAnswer.json(200, "AsyncAPI 3.0.", "AnyObject"), .problem(.busy)], maxBodyBytes: smallBody,
            handler: .open(handler))
    }

    static let callsTag = "Service calls"
    static let invoicesTag = "Invoices"
    static let seriesTag = "Number series"
    static let eventsTag = "Events"
    static let operationsTag = "Operations"
    static let smallBody = 65_536

    /// Headers of answers.
    static let etag = Parameter(name: "ETag", description: "The version.", schema: #"{"type":"string"}"#)
    static let location = Parameter(
        name: "Location", description: "The path of what was made.", schema: #"{"type":"string","format":"uri-reference"}"#)

    static let cursor = Parameter(
        name: "cursor", description: "The nextCursor of the page before.", schema: #"{"type":"string"}"#)
    static let wrongBody = RouteAnswer.problem(.invalidRequest, "The body is not JSON, or has fields that are wrong.")

    /// What every route for tenants may answer.
    static let tenantProblems = [
        RouteAnswer.problem(.unauthorized, "No token, or none that is valid."),
        RouteAnswer.problem(.forbidden, "The token's roles do not have the permission that x-permission names."),
        RouteAnswer.problem(.notAcceptable),
    ]
    static let bodyProblems = [
        RouteAnswer.problem(.bodyTooLarge), RouteAnswer.problem(.unsupportedMediaType), RouteAnswer.problem(.requestTimeout),
    ]
    static let unavailable = RouteAnswer.problem(
        .unavailable, "Nothing was done, or whether it was done is not known (the type tells); try again after Retry-After.")
}
