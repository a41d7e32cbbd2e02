internal import Domain
internal import NIOHTTP1

extension API {
    static func auditRoutes(_ handlers: AuditHandlers) -> [Route] {
        let tenant = Parameter(name: "tenant", description: "Whose.", schema: #"{"type":"string"}"#, required: true)
        return [
            audit(
                AuditHandlers.path, "listAudit", "Who had what changed when: the tenant's chain of one partition, checked",
                .json(200, "Entries in order.", "AuditPage"), handlers, [], .tenant(.audit, handlers.list)),
            audit(
                AuditHandlers.path + "/anchors", "listAnchors", "Signed statements of where the tenant's chain of one partition stood",
                .json(200, "Anchors in order.", "AnchorPage"), handlers, [], .tenant(.audit, handlers.listAnchors)),
            audit(
                AuditHandlers.adminPath, "listAnyAudit", "The same of any tenant, for operators",
                .json(200, "Entries in order.", "AuditPage"),
                handlers, [tenant], .operator(.auditAll, handlers.listAny)),
            audit(
                AuditHandlers.adminPath + "/anchors", "listAnyAnchors", "The anchors of any tenant, for operators",
                .json(200, "Anchors in order.", "AnchorPage"), handlers, [tenant], .operator(.auditAll, handlers.listAnyAnchors)),
        ]
    }

    private static func audit(
        _ path: String, _ operation: String, _ summary: String, _ answer: RouteAnswer, _ handlers: AuditHandlers, _ query: [Parameter],
        _ handler: Route.Handler
    ) -> Route {
        Route(
            method: .GET, path: path, operation: operation, summary: summary, tag: operationsTag,
            query: query + [
                Parameter(
                    name: "partition", description: "Which chain.",
                    schema: #"{"type":"integer","minimum":0,"maximum":\#(max(0, handlers.partitions - 1)),"default":0}"#),
                Parameter(
                    name: "after", description: "What is behind this number of entries; the next of the page before.",
                    schema: #"{"type":"integer","minimum":0,"default":0}"#), limit,
            ],
            answers: [answer, .problem(.invalidQuery, "A parameter is wrong."), unavailable] + tenantProblems, maxBodyBytes: smallBody,
            isCostly: true, handler: handler)
    }
}
