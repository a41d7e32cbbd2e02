internal import Domain
internal import NIOHTTP1

extension API {
    static func seriesRoutes(_ handlers: SeriesHandlers) -> [Route] {
        [open(handlers), list(handlers), show(handlers), allocate(handlers), allocateMany(handlers), numbers(handlers)]
            + [voidNumber(handlers), gapReport(handlers), importNumbers(handlers), releaseNumbers(handlers)]
    }

    private static let byName = SeriesHandlers.path + "/{series}"

    private static func open(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .POST, path: SeriesHandlers.path, operation: "openSeries", summary: "Open a number series", tag: seriesTag,
            body: RequestBody(schema: "SeriesPlan", example: Schemas.seriesExample),
            answers: [
                .json(201, "The series was opened.", "Series", headers: [location]),
                .json(200, "It is open already, as asked for.", "Series", headers: [location]), wrongBody,
                .problem(.seriesDiffers), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.number, handlers.open))
    }

    private static func list(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .GET, path: SeriesHandlers.path, operation: "listSeries",
            summary: "All number series of the tenant, the standard ones included", tag: seriesTag,
            answers: [.json(200, "By name.", "SeriesList"), .problem(.invalidQuery), unavailable] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handlers.list))
    }

    private static func show(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .GET, path: byName, operation: "getSeries", summary: "A number series with its counters", tag: seriesTag,
            answers: [.json(200, "The series.", "Series"), .problem(.invalidQuery), .problem(.notFound), unavailable] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handlers.show))
    }

    private static func allocate(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .POST, path: byName + "/allocations", operation: "allocateNumber",
            summary: "Give a document of another system its number, for ever", tag: seriesTag,
            body: RequestBody(schema: "Allocation", example: #"{"document":"order-4711","issueDate":"2026-11-20"}"#),
            answers: [
                .json(201, "The number.", "SeriesNumber"), .json(200, "The document has it already.", "SeriesNumber"), wrongBody,
                .problem(.notFound), .problem(.numberVoid, "The number is void, or none can be given (the type tells)."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.number, handlers.allocate))
    }

    private static func allocateMany(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .POST, path: byName + "/allocations/batch", operation: "allocateNumbers",
            summary: "Give up to \(SeriesHandlers.mostAllocations) documents their numbers, each with its own result", tag: seriesTag,
            body: RequestBody(schema: "Allocations", example: #"{"documents":["order-4711","order-4712"],"issueDate":"2026-11-20"}"#),
            answers: [
                .json(200, "One result for each document, in their order.", "AllocationResults"), wrongBody, .problem(.notFound),
                unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: 4 * smallBody, handler: .tenant(.number, handlers.allocateMany))
    }

    private static func numbers(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .GET, path: byName + "/numbers", operation: "listNumbers",
            summary: "The numbers of a series, by period and sequence", tag: seriesTag,
            query: [limit, cursor],
            answers: [
                .json(200, "A page.", "SeriesNumberPage"), .problem(.invalidQuery, "A parameter or the cursor is wrong."),
                .problem(.notFound), unavailable,
            ] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.read, handlers.numbers))
    }

    private static func voidNumber(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .POST, path: byName + "/numbers/{document}/void", operation: "voidNumber",
            summary: "Put on record that a document of another system is not valid; its number stays", tag: seriesTag,
            body: RequestBody(schema: "Reason", example: Schemas.reasonExample),
            answers: [
                .json(200, "The number, void.", "SeriesNumber"), wrongBody, .problem(.notFound),
                .problem(.illegalTransition, "The number is that of an invoice."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, handler: .tenant(.number, handlers.voidNumber))
    }

    private static func gapReport(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .GET, path: byName + "/gap-report", operation: "getGapReport",
            summary: "Whether the numbers of a series run without gap or repeat, as the records say", tag: seriesTag,
            answers: [.json(200, "The report.", "GapReport"), .problem(.invalidQuery), .problem(.notFound), unavailable] + tenantProblems,
            maxBodyBytes: smallBody, handler: .tenant(.gapReport, handlers.gapReport))
    }

    private static func importNumbers(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .POST, path: byName + "/import", operation: "importNumbers",
            summary: "Scan the numbers that another system gave, and take them over", tag: seriesTag,
            body: RequestBody(schema: "NumberImport", example: Schemas.importExample),
            answers: [
                .json(200, "What was found, what is proposed, and whether that was done.", "NumberImportResult"), wrongBody,
                .problem(.notFound), .problem(.importRefused, "The series has moved on since the scan (the type tells)."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: SeriesHandlers.maxImportBytes, isCostly: true, handler: .tenant(.number, handlers.importNumbers))
    }

    private static func releaseNumbers(_ handlers: SeriesHandlers) -> Route {
        Route(
            method: .POST, path: byName + "/release", operation: "releaseNumbers",
            summary: "Take back the latest numbers that were taken over from another system", tag: seriesTag,
            body: RequestBody(schema: "NumberRelease", example: #"{"period":"2026","from":101}"#),
            answers: [
                .json(200, "How many were taken back, and the period's last number now.", "NumberReleaseResult"), wrongBody,
                .problem(.notFound), .problem(.importRefused, "A number was given here since, or never taken over."), unavailable,
            ] + tenantProblems + bodyProblems,
            maxBodyBytes: smallBody, isCostly: true, handler: .tenant(.number, handlers.release))
    }
}
