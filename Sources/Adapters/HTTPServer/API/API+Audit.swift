internal import Domain
internal import NIOHTTP1

extension API {
    static func auditRoutes(_ handlers: AuditHandlers) -> [Route] {
        [
            Route(
                method: .GET, path: "/v1/audit", operation: "listAudit",
                summary: "Who had what changed when: the tenant's chain of one partition, checked", tag: operationsTag,
                query: [
                    Parameter(
                        name: "partition", description: "Which chain.",
                        schema: #"{"type":"integer","minimum":0,"maximum":\#(max(0, handlers.partitions - 1)),"default":0}"#),
                    Parameter(
                        name: "after", description: "The entries behind this number; the next of the page before.",
                        schema: #"{"type":"integer","minimum":0,"default":0}"#), limit,
                ],
                answers: [
                    .json(200, "Entries in order.", "AuditPage"), .problem(.invalidQuery, "A parameter is wrong."), unavailable,
                ] + tenantProblems,
                maxBodyBytes: smallBody, handler: .tenant(.audit, handlers.list))
        ]
    }
}
