internal import Domain
internal import NIOHTTP1

extension API {
    static let targetsTag = "Targets and limits"
    static let secretsTag = "Webhook secrets"
    private static let reason = RequestBody(schema: "Pause", example: #"{"reason":"Maintenance until noon."}"#, isRequired: false)

    // MARK: Targets and the tenant

    static func targetRoutes(_ handlers: TargetHandlers) -> [Route] {
        [
            Route(
                method: .GET, path: TargetHandlers.path, operation: "listTargets",
                summary: "The hosts that calls go to, and how they are doing: called lately, waited for, or paused", tag: targetsTag,
                query: [limit, cursor],
                answers: [
                    .json(200, "A page, by host.", "TargetPage"), .problem(.invalidQuery, "A parameter or the cursor is wrong."),
                    unavailable,
                ] + tenantProblems,
                maxBodyBytes: smallBody, handler: .tenant(.read, handlers.list)),
            hold(
                TargetHandlers.path + "/{host}/pause", "pauseTarget", "Let no calls go to a host; they wait, and do not fail", "Target",
                body: reason, handlers.pause),
            hold(
                TargetHandlers.path + "/{host}/resume", "resumeTarget", "Let calls go to a host again", "Target", body: nil,
                handlers.resume),
            Route(
                method: .GET, path: TargetHandlers.tenantPath, operation: "getTenant",
                summary: "Whether the tenant is paused, and its limits",
                tag: targetsTag, answers: [.json(200, "The tenant.", "Tenant"), .problem(.invalidQuery), unavailable] + tenantProblems,
                maxBodyBytes: smallBody, handler: .tenant(.read, handlers.showTenant)),
            hold(
                TargetHandlers.tenantPath + "/pause", "pauseTenant", "Let no calls of the tenant go out; they wait, and do not fail",
                "Tenant", body: reason, handlers.pauseTenant),
            hold(
                TargetHandlers.tenantPath + "/resume", "resumeTenant", "Let calls of the tenant go out again", "Tenant", body: nil,
                handlers.resumeTenant),
        ]
    }

    private static func hold(
        _ path: String, _ operation: String, _ summary: String, _ schema: String, body: RequestBody?, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .POST, path: path, operation: operation, summary: summary, tag: targetsTag, body: body,
            answers: [
                .json(200, "As it is now.", schema), wrongBody, .problem(.notFound), .problem(.tooMany), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.hold, handler))
    }

    // MARK: Webhook secrets

    static func secretRoutes(_ handlers: WebhookSecretHandlers) -> [Route] {
        [
            Route(
                method: .POST, path: WebhookSecretHandlers.path, operation: "createWebhookSecret",
                summary: "Sign calls with a new secret, which is shown now and never again", tag: secretsTag,
                body: RequestBody(
                    schema: "WebhookSecretDraft", example: #"{"scheme":"hmac-sha256","overlapSeconds":86400}"#, isRequired: false),
                answers: [
                    .json(201, "The secret, or the public key.", "WebhookSecret", headers: [location]), wrongBody, .problem(.tooMany),
                    unavailable,
                ] + tenantProblems + bodyProblems,
                maxBodyBytes: smallBody, handler: .tenant(.secrets, handlers.create)),
            Route(
                method: .GET, path: WebhookSecretHandlers.path, operation: "listWebhookSecrets",
                summary: "The secrets that sign, without what is secret", tag: secretsTag,
                answers: [.json(200, "The newest first.", "WebhookSecretList"), .problem(.invalidQuery), unavailable] + tenantProblems,
                maxBodyBytes: smallBody, handler: .tenant(.secrets, handlers.list)),
            Route(
                method: .GET, path: WebhookSecretHandlers.path + "/{id}", operation: "getWebhookSecret",
                summary: "A secret that signs, without what is secret", tag: secretsTag,
                answers: [.json(200, "As it is.", "WebhookSecret"), .problem(.invalidQuery), .problem(.notFound), unavailable]
                    + tenantProblems,
                maxBodyBytes: smallBody, handler: .tenant(.secrets, handlers.show)),
            Route(
                method: .DELETE, path: WebhookSecretHandlers.path + "/{id}", operation: "deleteWebhookSecret",
                summary: "Sign no more calls with a secret, from now on", tag: secretsTag,
                answers: [
                    RouteAnswer(status: 204, description: "It is deleted."), .problem(.invalidRequest), .problem(.notFound), unavailable,
                ] + tenantProblems + bodyProblems,
                maxBodyBytes: smallBody, handler: .tenant(.secrets, handlers.delete)),
        ]
    }
}
