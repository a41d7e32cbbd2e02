internal import Domain

/// The JSON schemas (draft 2020-12) of what the API takes and gives. Limits and choices come from the types that enforce them.
enum Schemas {
    struct Schema {
        let name: String
        let json: String
    }

    static let all = calls + items + books + ingestion + receivers

    private static let calls = [
        Schema(name: "Submission", json: submission(extra: "")), Schema(name: "Retry", json: retry),
        Schema(name: "Request", json: request),
        Schema(name: "Batch", json: batch), Schema(name: "BatchItem", json: submission(extra: batchKey)),
        Schema(name: "BatchResults", json: batchResults), Schema(name: "Reschedule", json: reschedule),
        Schema(name: "ServiceCall", json: serviceCall), Schema(name: "ServiceCallItem", json: serviceCallItem),
        Schema(name: "ServiceCallPage", json: page(of: "ServiceCallItem", next: #"["string","null"]"#)),
        Schema(name: "Attempt", json: attempt), Schema(name: "Event", json: event),
        Schema(name: "EventPage", json: eventPage), Schema(name: "Problem", json: problem),
        Schema(name: "AnyObject", json: #"{"type":"object"}"#),
    ]

    static func list(_ values: [String]) -> String { "[" + values.map { "\"\($0)\"" }.joined(separator: ",") + "]" }

    private static let methods = list(OutgoingRequest.Method.allCases.map(\.rawValue))
    static let statuses = #"{"type":"string","enum":\#(list(ServiceCall.Status.allCases.map(\.rawValue)))}"#
    private static let instant = #"{"type":"string","format":"date-time"}"#
    private static let instantOrNull = #"{"type":["string","null"],"format":"date-time"}"#
    private static let longestDelay = RetryPolicy.longestDelay.milliseconds
    private static let timeouts = ServiceCallSubmission.timeouts

    private static func submission(extra: String) -> String {
        #"""
        {"type":"object","additionalProperties":false,"required":["request"],"properties":{\#(extra)
        "request":{"$ref":"#/components/schemas/Request"},
        "dueAt":{"type":"string","format":"date-time","description":"When the first attempt may start; absent or past: at once. At most ten years ahead."},
        "tags":{"type":"array","maxItems":\#(ServiceCallSubmission.maxTags),"uniqueItems":true,"items":{"type":"string","minLength":1,"maxLength":\#(ServiceCallSubmission.maxTagBytes)}},
        "timeoutMs":{"type":"integer","minimum":\#(timeouts.lowerBound.milliseconds),"maximum":\#(timeouts.upperBound.milliseconds),"default":\#(ServiceCallSubmission.standardTimeout.milliseconds)},
        "retry":{"$ref":"#/components/schemas/Retry"},
        "followRedirects":{"type":"integer","minimum":\#(ServiceCallSubmission.redirectLimits.lowerBound),"maximum":\#(ServiceCallSubmission.redirectLimits.upperBound),"default":0,"description":"How many redirects one attempt may follow; 0: a 3xx answer is a failure like any other."},
        "correlationId":{"type":"string","minLength":1,"maxLength":\#(SubmittedCall.maxCorrelationIdBytes),"pattern":"^[!-~]+$","description":"Carried in every event; absent: the identifier of the request."}}}
        """#
    }

    private static let batchKey = #""idempotencyKey":{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"},"#

    private static let request = #"""
        {"type":"object","additionalProperties":false,"required":["url"],"properties":{
        "method":{"type":"string","enum":\#(methods),"default":"POST"},
        "url":{"type":"string","format":"uri","maxLength":\#(TargetURL.maxBytes),"description":"Absolute, http or https."},
        "headers":{"type":"object","maxProperties":\#(OutgoingRequest.maxHeaders),"additionalProperties":{"type":"string","maxLength":8192}},
        "body":{"type":"string","maxLength":\#(OutgoingRequest.maxBodyBytes),"description":"Text, sent as UTF-8."},
        "bodyBase64":{"type":"string","contentEncoding":"base64","description":"Any bytes, in place of body; at most \#(OutgoingRequest.maxBodyBytes) of them."}}}
        """#

    private static let retry = #"""
        {"type":"object","additionalProperties":false,"properties":{
        "maxAttempts":{"type":"integer","minimum":\#(RetryPolicy.attempts.lowerBound),"maximum":\#(RetryPolicy.attempts.upperBound),"default":\#(RetryPolicy.standard.maxAttempts)},
        "initialDelayMs":{"type":"integer","minimum":0,"maximum":\#(longestDelay),"default":\#(RetryPolicy.standard.initialDelay.milliseconds)},
        "maxDelayMs":{"type":"integer","minimum":0,"maximum":\#(longestDelay),"default":\#(RetryPolicy.standard.maxDelay.milliseconds)},
        "deadline":{"type":"string","format":"date-time","description":"No attempt of the first run starts after it, and no retry of any run."},
        "statuses":{"type":"array","maxItems":\#(SubmittedCall.maxStatuses),"items":{"type":"integer","minimum":300,"maximum":599},"description":"Statuses that retry, in place of 408, 429 and all of 5xx."}}}
        """#

    private static let batch = #"""
        {"type":"object","additionalProperties":false,"required":["items"],"properties":{
        "items":{"type":"array","minItems":1,"maxItems":10000,"items":{"$ref":"#/components/schemas/BatchItem"}}}}
        """#

    private static let batchResults = #"""
        {"type":"object","required":["results"],"properties":{"results":{"type":"array","items":{"type":"object",
        "required":["index","status"],"properties":{
        "index":{"type":"integer","description":"The item's place, from 0."},
        "status":{"type":"integer","description":"201, 200, or that of the problem."},
        "id":{"type":"string","format":"uuid"},"callStatus":\#(statuses),
        "problem":{"$ref":"#/components/schemas/Problem"}}}}}}
        """#

    private static let reschedule = #"""
        {"type":"object","additionalProperties":false,"required":["dueAt"],"properties":{"dueAt":\#(instant)}}
        """#

    private static let members = #"""
        "id":{"type":"string","format":"uuid"},"status":\#(statuses),"createdAt":\#(instant),"updatedAt":\#(instant),
        "dueAt":\#(instantOrNull),"run":{"type":"integer","minimum":1},"version":{"type":"integer","minimum":1},
        "tags":{"type":"array","items":{"type":"string"}},"timeoutMs":{"type":"integer"},
        "followRedirects":{"type":"integer","minimum":0},
        "retry":{"type":"object","properties":{"maxAttempts":{"type":"integer"},"initialDelayMs":{"type":"integer"},
        "maxDelayMs":{"type":"integer"},"deadline":\#(instantOrNull),"statuses":{"type":["array","null"],"items":{"type":"integer"}}}},
        "failureReason":{"type":"string","enum":\#(list(ServiceCall.FailureReason.allCases.map(\.rawValue)))},
        "endedAt":\#(instant),"correlationId":{"type":"string"},
        "origin":{"type":"string","description":"What submitted the call, when no client did: schedule/<id>/<time> or subscription/<id>/<event>."}
        """#
    static let shownRequest = #"""
        {"type":"object","required":["method","url","headers","bodyBytes","bodyPreview"],"properties":{
        "method":{"type":"string","enum":\#(methods)},
        "url":{"type":"string","description":"The values of the query are shown as \#(RedactionPolicy.mark)."},
        "headers":{"type":"object","description":"What may be secret is shown as \#(RedactionPolicy.mark).","additionalProperties":{"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}},
        "bodyBytes":{"type":"integer","minimum":0},
        "bodyPreview":{"type":["string","null"],"description":"How the body begins: redacted, at most \#(RedactionPolicy.maxPreviewBytes) bytes; null when it is empty or no text."},
        "payload":{"type":"string","enum":["erased","unreadable"],"description":"Present when the query, the header fields and the body cannot be shown: erased by retention, or not to be opened with the engine's keys."}}}
        """#
    static let listedRequest = #"""
        {"type":"object","required":["method","url","bodyBytes"],"properties":{
        "method":{"type":"string","enum":\#(methods)},"url":{"type":"string","description":"Without its query."},
        "bodyBytes":{"type":"integer","minimum":0}}}
        """#
    private static let required =
        #""id","status","createdAt","updatedAt","dueAt","run","version","request","tags","timeoutMs","followRedirects","retry","correlationId""#

    private static let serviceCall = #"""
        {"type":"object","required":[\#(required),"attempts"],"properties":{\#(members),"request":\#(shownRequest),
        "attempts":{"type":"array","items":{"$ref":"#/components/schemas/Attempt"}}}}
        """#
    private static let serviceCallItem = #"""
        {"type":"object","required":[\#(required),"attemptCount"],"properties":{\#(members),"request":\#(listedRequest),
        "attemptCount":{"type":"integer","minimum":0}}}
        """#

    private static let attempt = #"""
        {"type":"object","required":["number","startedAt","endedAt","durationMs","outcome","status","error"],"properties":{
        "number":{"type":"integer","minimum":1},"startedAt":\#(instant),"endedAt":\#(instantOrNull),"durationMs":{"type":["integer","null"]},
        "outcome":{"type":"string","enum":["running","succeeded","failed"]},"status":{"type":["integer","null"]},
        "error":{"type":["object","null"],"required":["kind","detail"],"properties":{
        "kind":{"type":"string","enum":\#(list(ExecutionFailure.Kind.allCases.map(\.rawValue)))},"detail":{"type":"string"}}},
        "responseSnippet":{"type":"string","description":"How the body of the answer began: redacted, at most \#(RedactionPolicy.maxPreviewBytes) bytes; absent when there was none, or no text."}}}
        """#

    static func page(of item: String, next: String) -> String {
        #"""
        {"type":"object","required":["items","nextCursor"],"properties":{
        "items":{"type":"array","items":{"$ref":"#/components/schemas/\#(item)"}},"nextCursor":{"type":\#(next)}}}
        """#
    }

    private static let eventPage = #"""
        {"type":"object","required":["items","nextCursor","atEnd"],"properties":{
        "items":{"type":"array","items":{"$ref":"#/components/schemas/Event"}},"nextCursor":{"type":"string"},
        "atEnd":{"type":"boolean","description":"Whether this was all that is committed; else there is more, also when items is empty."}}}
        """#

    private static let event = #"""
        {"type":"object","required":["specversion","id","source","type","subject","time","datacontenttype","tenantid","version","correlationid","data"],
        "properties":{"specversion":{"const":"1.0"},"id":{"type":"string","format":"uuid"},"source":{"type":"string","format":"uri-reference"},
        "type":{"type":"string","enum":\#(list(EventType.all.map(\.name)))},
        "subject":{"type":"string","format":"uuid","description":"The call, invoice or series."},"time":\#(instant),"datacontenttype":{"const":"application/json"},
        "tenantid":{"type":"string"},"version":{"type":"integer","minimum":1,"description":"Counts the events of the subject without gap."},
        "correlationid":{"type":"string"},"data":{"type":"object"}}}
        """#

    private static let problem = #"""
        {"type":"object","required":["type","title","status","detail"],"properties":{
        "type":{"type":"string","format":"uri-reference"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},
        "instance":{"type":"string","format":"uri-reference","description":"The identifier of the request."},
        "retryAfter":{"type":"integer","description":"Seconds."},
        "oldestCursor":{"type":"string","description":"For an expired cursor: where the events that are left begin."},
        "errors":{"type":"array","items":{"type":"object","required":["detail"],"properties":{
        "pointer":{"type":"string","format":"json-pointer"},"parameter":{"type":"string"},"header":{"type":"string"},"detail":{"type":"string"}}}},
        "furtherErrors":{"type":"integer"},"findings":\#(findings)}}
        """#

    static let submissionExample = #"""
        {"request":{"method":"POST","url":"https://example.com/hook","headers":{"Content-Type":"application/json"},"body":"{\"n\":1}"},
        "dueAt":"2026-11-20T10:00:00Z","tags":["invoice"],"timeoutMs":5000,"retry":{"maxAttempts":5,"initialDelayMs":500}}
        """#
    static let batchExample = #"""
        {"items":[{"idempotencyKey":"order-1","request":{"url":"https://example.com/hook"}},
        {"idempotencyKey":"order-2","request":{"url":"https://example.com/hook"}}]}
        """#
}
