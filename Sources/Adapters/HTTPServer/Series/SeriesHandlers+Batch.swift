internal import Domain
internal import Ports

extension SeriesHandlers {
    /// How many documents one request may ask numbers for.
    static let mostAllocations = 1_000

    /// Gives many documents their numbers, in the order given; each has its own result.
    func allocateMany(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        let read = problems.object(value) { fields -> ([DocumentReference], CalendarDate?)? in
            let texts = fields.strings("documents", count: 1...Self.mostAllocations, minBytes: 1, maxBytes: 128)
            let date = fields.optionalDay("issueDate")
            var documents: [DocumentReference] = []
            for (index, text) in (texts ?? []).enumerated() {
                if let document = DocumentReference(text) {
                    documents.append(document)
                } else {
                    fields.report("documents", element: index, "must have 1 to 128 visible ASCII characters")
                }
            }
            return texts == nil ? nil : (documents, date)
        }
        guard let (documents, date) = read else { throw Problem(problems) }
        let outcomes = await books.send(
            documents.map { document in
                BookIntent(
                    tenant: principal.tenant, command: .allocate(id, document, issueDate: date), by: principal.subject,
                    correlationId: request.id)
            })
        return Reply.json(capacity: 64 + outcomes.count * 224) { json in
            json.object { json in
                json.array("results") { list in
                    for outcome in outcomes { Self.write(outcome, to: &list) }
                }
            }
        }
    }

    private static func write(_ outcome: Result<BookReply, IntentError>, to list: inout JSONWriter) {
        list.object { json in
            switch outcome {
            case .success(let reply):
                json.field("status", reply.changed ? 201 : 200)
                if case .number(let record) = reply.record {
                    json.name("number")
                    SeriesWriter.number(record, to: &json)
                }
            case .failure(let error):
                let problem = Problem(error)
                json.field("status", problem.kind.status)
                json.name("problem")
                problem.write(to: &json, instance: nil)
            }
        }
    }
}
