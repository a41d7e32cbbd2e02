internal import Domain
internal import Ports

extension ServiceCallHandlers {
    /// Submits many calls at once; each item has its own result, in the order given, and a wrong one does not stop the others.
    func submitBatch(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let items = try batchItems(request)
        let now = time.now()
        var results: [BatchResult] = []
        results.reserveCapacity(items.count)
        var intents: [ServiceCallIntent] = []
        intents.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            var problems = JSONProblems()
            let read = problems.object(item) { fields in
                let key = fields.idempotencyKey()
                return SubmittedCall.read(&fields, now: now).map { (key: key, call: $0) }
            }
            guard let read else {
                results.append(.refused(Problem(problems, prefix: "/items/\(index)"), nil))
                continue
            }
            do throws(Problem) {
                let submission = try submission(read.call, key: read.key, principal, now: now, requestId: request.id)
                results.append(.sent(submission.id))
                intents.append(.submit(submission, by: principal.subject))
            } catch {
                results.append(.refused(error, nil))
            }
        }
        if !intents.isEmpty { resolve(&results, with: await self.intents.send(intents)) }
        return Reply.json(capacity: 64 + results.count * 96) { json in
            json.object { json in
                json.array("results") { list in
                    for (index, result) in results.enumerated() { result.write(index, to: &list) }
                }
            }
        }
    }

    private func batchItems(_ request: IncomingRequest) throws(Problem) -> [JSONValue] {
        let limits = JSONLimits(maxBytes: settings.maxBatchBytes, maxValues: settings.maxBatchItems * 200)
        let value = try request.json(limits: limits)
        var problems = JSONProblems()
        let items = problems.object(value) { $0.values("items", count: 1...settings.maxBatchItems) }
        guard let items else { throw Problem(problems) }
        return items
    }

    /// Puts the replies, which are in the order of what was sent, in the places of the items.
    private func resolve(_ results: inout [BatchResult], with replies: [Result<ServiceCallReply, IntentError>]) {
        var next = replies.makeIterator()
        for index in results.indices {
            guard case .sent(let id) = results[index] else { continue }
            switch next.next() {
            case .success(let reply): results[index] = .done(reply)
            case .failure(let error): results[index] = .refused(Problem(error), id)
            case nil: results[index] = .refused(Problem(.unknownOutcome("")), id)
            }
        }
    }
}

/// What became of one item of a batch.
private enum BatchResult {
    case sent(ServiceCallId)
    case done(ServiceCallReply)
    case refused(Problem, ServiceCallId?)

    func write(_ index: Int, to list: inout JSONWriter) {
        list.object { json in
            json.field("index", index)
            switch self {
            case .sent(let id): json.field("id", id.description)
            case .done(let reply):
                json.field("status", reply.changed ? 201 : 200)
                json.field("id", reply.call.id.description)
                json.field("callStatus", reply.call.status.rawValue)
            case .refused(let problem, let id):
                json.field("status", problem.kind.status)
                json.field("id", ifPresent: id?.description)
                json.name("problem")
                problem.write(to: &json, instance: nil)
            }
        }
    }
}
