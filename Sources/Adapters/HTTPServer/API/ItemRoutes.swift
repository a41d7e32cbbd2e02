internal import Domain
internal import NIOHTTP1
internal import Ports

/// The routes of one kind of item, as they are served and documented. Schemas and operations are named after the kind.
struct ItemRoutes<Resource: ItemResource> {
    let handlers: ItemHandlers<Resource>
    /// The schema of one; those of what makes one, changes one, and of a page of them begin with it.
    let name: String
    let tag: String

    init(_ handlers: ItemHandlers<Resource>, of name: String, tag: String) {
        self.handlers = handlers
        self.name = name
        self.tag = tag
    }

    private var path: String { Resource.path }
    /// The path of one.
    var one: String { path + "/{id}" }

    func make(_ summary: String, _ example: String) -> Route {
        Route(
            method: .POST, path: path, operation: "create" + name, summary: summary, tag: tag, headers: [API.idempotencyKey],
            body: RequestBody(schema: name + "Draft", example: example),
            answers: [
                .json(201, "It was made.", name, headers: [API.location, API.etag]),
                .json(200, "It was made before, under the same key; as it is now.", name, headers: [API.location, API.etag]), API.wrongBody,
                .problem(.idempotencyConflict, "The key was used for something else, or there are too many (the type tells)."),
                API.unavailable,
            ] + API.tenantProblems + API.bodyProblems,
            maxBodyBytes: handlers.maxBytes, isCostly: true, handler: .tenant(.automate, handlers.create))
    }

    func list(_ summary: String) -> Route {
        Route(
            method: .GET, path: path, operation: "list\(name)s", summary: summary, tag: tag, query: [API.limit, API.cursor],
            answers: [
                .json(200, "A page, by identifier.", name + "Page"), .problem(.invalidQuery, "A parameter or the cursor is wrong."),
                API.unavailable,
            ] + API.tenantProblems,
            maxBodyBytes: API.smallBody, isCostly: true, handler: .tenant(.read, handlers.list))
    }

    func show(_ summary: String) -> Route {
        Route(
            method: .GET, path: one, operation: "get" + name, summary: summary, tag: tag,
            answers: [.json(200, "As it is.", name, headers: [API.etag]), .problem(.invalidQuery), .problem(.notFound), API.unavailable]
                + API.tenantProblems,
            maxBodyBytes: API.smallBody, isCostly: true, handler: .tenant(.read, handlers.show))
    }

    func change(_ summary: String, _ example: String) -> Route {
        Route(
            method: .PATCH, path: one, operation: "change" + name, summary: summary, tag: tag, headers: [Self.ifMatch],
            body: RequestBody(schema: name + "Patch", example: example, isPatch: true),
            answers: [
                .json(200, "As it is now.", name, headers: [API.etag]), API.wrongBody, .problem(.notFound), .problem(.versionConflict),
                API.unavailable,
            ] + API.tenantProblems + API.bodyProblems,
            maxBodyBytes: handlers.maxBytes, isCostly: true, handler: .tenant(.automate, handlers.change))
    }

    func delete(_ summary: String) -> Route {
        Route(
            method: .DELETE, path: one, operation: "delete" + name, summary: summary, tag: tag,
            answers: [
                RouteAnswer(status: 204, description: "It is deleted, or was before."), .problem(.invalidRequest), .problem(.notFound),
                API.unavailable,
            ] + API.tenantProblems + API.bodyProblems,
            maxBodyBytes: API.smallBody, handler: .tenant(.automate, handlers.delete))
    }

    func pause(_ summary: String) -> Route { command("pause", summary, handlers.pause) }

    func resume(_ summary: String) -> Route { command("resume", summary, handlers.resume) }

    private func command(_ verb: String, _ summary: String, _ handler: @escaping API.Handler) -> Route {
        Route(
            method: .POST, path: one + "/" + verb, operation: verb + name, summary: summary, tag: tag,
            answers: [
                .json(200, "As it is now.", name, headers: [API.etag]), .problem(.invalidRequest), .problem(.notFound), API.unavailable,
            ]
                + API.tenantProblems + API.bodyProblems,
            maxBodyBytes: API.smallBody, handler: .tenant(.automate, handler))
    }

    /// A route that makes a call.
    func call(_ verb: String, _ summary: String, headers: [Parameter], _ repeated: String, _ handler: @escaping API.Handler) -> Route {
        Route(
            method: .POST, path: one + "/" + verb, operation: verb + name, summary: summary, tag: tag, headers: headers,
            answers: [
                .json(201, "The call.", "ServiceCall", headers: [API.location]),
                .json(200, repeated, "ServiceCall", headers: [API.location]),
                .problem(.invalidRequest), .problem(.notFound), .problem(.idempotencyConflict), API.unavailable,
            ] + API.tenantProblems + API.bodyProblems,
            maxBodyBytes: API.smallBody, handler: .tenant(.automate, handler))
    }

    private static var ifMatch: Parameter {
        Parameter(
            name: "If-Match", description: "The ETag of what was read: if it has changed since, nothing is done.",
            schema: #"{"type":"string"}"#)
    }
}
