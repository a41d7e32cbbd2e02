internal import Domain

extension Schemas {
    /// Those of schedules, subscriptions, webhook secrets, targets and the tenant.
    static let items = [
        Schema(name: "ScheduleDraft", json: draft(required: #""name","request""#, scheduleDraft)),
        Schema(name: "SchedulePatch", json: draft(required: "", scheduleDraft)),
        Schema(name: "Schedule", json: schedule), Schema(name: "ScheduleItem", json: scheduleItem),
        Schema(name: "SchedulePage", json: page(of: "ScheduleItem", next: textOrNull)),
        Schema(name: "TemplateRetry", json: retry), Schema(name: "EventFilter", json: filter),
        Schema(name: "SubscriptionDraft", json: draft(required: #""name","types","target""#, subscriptionDraft)),
        Schema(name: "SubscriptionPatch", json: draft(required: "", subscriptionDraft)),
        Schema(name: "Subscription", json: subscription(target: shownTarget)),
        Schema(name: "SubscriptionItem", json: subscription(target: listedTarget)),
        Schema(name: "SubscriptionPage", json: page(of: "SubscriptionItem", next: textOrNull)), Schema(name: "Replay", json: replay),
        Schema(name: "WebhookSecretDraft", json: secretDraft), Schema(name: "WebhookSecret", json: secret),
        Schema(name: "WebhookSecretList", json: secretList), Schema(name: "Pause", json: pause), Schema(name: "Target", json: target),
        Schema(name: "TargetPage", json: page(of: "Target", next: textOrNull)), Schema(name: "Tenant", json: tenant),
    ]

    private static let textOrNull = #"["string","null"]"#
    private static let instant = #"{"type":"string","format":"date-time"}"#
    private static let name = #"{"type":"string","minLength":1,"maxLength":\#(ItemName.maxBytes)}"#
    private static let longestDelay = RetryPolicy.longestDelay.milliseconds
    private static let timeouts = ServiceCallSubmission.timeouts

    // MARK: What both send

    private static let templateDraft = #"""
        "tags":{"type":"array","maxItems":\#(ServiceCallSubmission.maxTags),"uniqueItems":true,"items":{"type":"string","minLength":1,"maxLength":\#(ServiceCallSubmission.maxTagBytes)}},
        "timeoutMs":{"type":"integer","minimum":\#(timeouts.lowerBound.milliseconds),"maximum":\#(timeouts.upperBound.milliseconds),"default":\#(ServiceCallSubmission.standardTimeout.milliseconds)},
        "retry":{"$ref":"#/components/schemas/TemplateRetry"},
        "followRedirects":{"type":"integer","minimum":\#(ServiceCallSubmission.redirectLimits.lowerBound),"maximum":\#(ServiceCallSubmission.redirectLimits.upperBound),"default":0}
        """#

    private static let retry = #"""
        {"type":"object","additionalProperties":false,"description":"As of a submission, without a deadline.","properties":{
        "maxAttempts":{"type":"integer","minimum":\#(RetryPolicy.attempts.lowerBound),"maximum":\#(RetryPolicy.attempts.upperBound),"default":\#(RetryPolicy.standard.maxAttempts)},
        "initialDelayMs":{"type":"integer","minimum":0,"maximum":\#(longestDelay),"default":\#(RetryPolicy.standard.initialDelay.milliseconds)},
        "maxDelayMs":{"type":"integer","minimum":0,"maximum":\#(longestDelay),"default":\#(RetryPolicy.standard.maxDelay.milliseconds)},
        "statuses":{"type":["array","null"],"maxItems":\#(SubmittedCall.maxStatuses),"items":{"type":"integer","minimum":300,"maximum":599}}}}
        """#

    private static let template = #"""
        "tags":{"type":"array","items":{"type":"string"}},"timeoutMs":{"type":"integer"},"followRedirects":{"type":"integer"},
        "retry":{"$ref":"#/components/schemas/TemplateRetry"},"version":{"type":"integer","minimum":1},"createdAt":\#(instant),
        "updatedAt":\#(instant)
        """#
    private static let templateRequired = #""tags","timeoutMs","followRedirects","retry","version","createdAt","updatedAt""#

    private static func draft(required: String, _ members: String) -> String {
        #"{"type":"object","additionalProperties":false,"required":[\#(required)],"properties":{\#(members)}}"#
    }

    // MARK: Schedules

    private static let timing = #"""
        "cron":{"type":"string","minLength":1,"maxLength":\#(CronExpression.maxBytes),"description":"Minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly, @yearly."},
        "every":{"type":"string","minLength":1,"maxLength":\#(RepeatingInterval.maxBytes),"description":"ISO 8601: a duration such as PT15M, or R5/2026-12-01T00:00:00Z/P1M. In place of cron."},
        "timeZone":{"type":"string","minLength":1,"maxLength":\#(ScheduleTiming.maxTimeZoneBytes),"default":"UTC","description":"IANA name: whose clocks count."},
        "misfire":{"type":"string","enum":\#(list(MisfireRule.allCases.map(\.rawValue))),"default":"\#(MisfireRule.all.rawValue)","description":"What becomes of occurrences that were missed."},
        "notBefore":\#(instant),"notAfter":\#(instant)
        """#

    private static let scheduleDraft = #"""
        "name":\#(name),\#(timing),"request":{"$ref":"#/components/schemas/Request"},\#(templateDraft)
        """#

    private static let scheduleMembers = #"""
        "id":{"type":"string","format":"uuid"},"name":\#(name),
        "status":{"type":"string","enum":["active","paused"]},\#(timing),
        "nextAt":{"type":["string","null"],"format":"date-time","description":"The next occurrence, as a clock of the time zone shows it; null when there is none, or it is paused."},\#(template)
        """#
    private static let scheduleRequired = #""id","name","status","timeZone","misfire","nextAt","request",\#(templateRequired)"#

    private static let schedule = #"""
        {"type":"object","required":[\#(scheduleRequired),"next"],"properties":{\#(scheduleMembers),"request":\#(shownRequest),
        "next":{"type":"array","maxItems":10,"items":\#(instant),"description":"The next ten occurrences."}}}
        """#

    private static let scheduleItem = #"""
        {"type":"object","required":[\#(scheduleRequired)],"properties":{\#(scheduleMembers),"request":\#(listedRequest)}}
        """#

    // MARK: Subscriptions

    private static let types = #"""
        {"type":"array","minItems":1,"maxItems":\#(Subscription.Plan.maxTypes),"items":{"type":"string","minLength":1,"maxLength":\#(EventTypePattern.maxBytes),"description":"The name of an event type, the beginning of names followed by .*, or * for all."}}
        """#

    private static let filter = #"""
        {"type":"object","additionalProperties":false,"required":["all"],"properties":{"all":{"type":"array","minItems":1,
        "maxItems":\#(EventFilter.maxConditions),"description":"Conditions that must all hold.","items":{"type":"object","additionalProperties":false,"properties":{
        "path":{"type":"string","maxLength":\#(EventFilter.maxPathBytes),"description":"A JSON pointer into the event's data."},
        "attribute":{"type":"string","enum":["subject","type"],"description":"In place of path."},
        "equals":{"type":["string","number","boolean"]},
        "oneOf":{"type":"array","minItems":1,"maxItems":\#(EventFilter.maxValues),"items":{"type":["string","number","boolean"]}},
        "exists":{"type":"boolean"},"not":{"type":"boolean","default":false}}}}}}
        """#

    private static let subscriptionDraft = #"""
        "name":\#(name),"types":\#(types),"filter":{"$ref":"#/components/schemas/EventFilter"},
        "target":{"type":"object","additionalProperties":false,"required":["url"],"properties":{
        "url":{"type":"string","format":"uri","maxLength":\#(TargetURL.maxBytes)},
        "headers":{"type":"object","maxProperties":\#(OutgoingRequest.maxHeaders),"additionalProperties":{"type":"string","maxLength":8192}}}},
        \#(templateDraft)
        """#

    private static let shownTarget = #"""
        {"type":"object","required":["url","headers"],"properties":{
        "url":{"type":"string","description":"The values of the query are shown as \#(RedactionPolicy.mark)."},
        "headers":{"type":"object","description":"What may be secret is shown as \#(RedactionPolicy.mark).","additionalProperties":{"type":"string"}}}}
        """#
    private static let listedTarget = #"""
        {"type":"object","required":["url"],"properties":{"url":{"type":"string","description":"Without its query."}}}
        """#

    private static func subscription(target: String) -> String {
        #"""
        {"type":"object","required":["id","name","status","types","target","generation",\#(templateRequired)],"properties":{
        "id":{"type":"string","format":"uuid"},"name":\#(name),"status":{"type":"string","enum":["active","paused","disabled"]},
        "disabledReason":{"type":"string"},"types":\#(types),"filter":{"$ref":"#/components/schemas/EventFilter"},
        "target":\#(target),"generation":{"type":"integer","minimum":0,"description":"Rises with each replay."},\#(template)}}
        """#
    }

    private static let replay = #"""
        {"type":"object","additionalProperties":false,"required":["from"],"properties":{
        "from":{"type":"string","format":"date-time","description":"The time of the first event to deliver again."}}}
        """#

    // MARK: Webhook secrets

    private static let schemes = #"{"type":"string","enum":\#(list(WebhookScheme.allCases.map(\.rawValue)))}"#

    private static let secretDraft = #"""
        {"type":"object","additionalProperties":false,"properties":{"scheme":\#(schemes),
        "secret":{"type":"string","minLength":1,"maxLength":256,"description":"A secret of your own: whsec_ (or whsk_, for ed25519) and Base64. Absent: one is made."},
        "overlapSeconds":{"type":"integer","minimum":0,"maximum":\#(WebhookKeys.longestOverlap.milliseconds / 1_000),"default":\#(WebhookSecretHandlers.standardOverlap.milliseconds / 1_000),"description":"How long the scheme's other secrets go on to sign."}}}
        """#

    private static let secret = #"""
        {"type":"object","required":["id","scheme","createdAt","expiresAt"],"properties":{"id":{"type":"string","format":"uuid"},
        "scheme":\#(schemes),"secret":{"type":"string","description":"Given once, by the answer that makes it."},
        "publicKey":{"type":"string","description":"Of ed25519: what receivers verify with."},"createdAt":\#(instant),
        "expiresAt":{"type":["string","null"],"format":"date-time","description":"From then on it signs no more."}}}
        """#

    private static let secretList = #"""
        {"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/WebhookSecret"}}}}
        """#

    // MARK: Targets and the tenant

    private static let pause = #"""
        {"type":"object","additionalProperties":false,"properties":{"reason":{"type":"string","minLength":1,"maxLength":\#(Hold.maxReasonBytes)}}}
        """#

    private static let paused = #"""
        "pausedAt":\#(instant),"pausedBy":{"type":"string"},"pauseReason":{"type":"string"}
        """#

    private static let target = #"""
        {"type":"object","required":["host","state","waiting","running","parked","errorRate","p50Ms","p99Ms","consecutiveFailures"],"properties":{
        "host":{"type":"string"},
        "state":{"type":"string","enum":\#(list(["closed", "open", "halfOpen", "paused"])),"description":"closed: calls go through. open: it failed continuously, and its calls wait. halfOpen: it is being tried. paused: by somebody."},
        "waiting":{"type":"integer","minimum":0,"description":"Due calls in memory."},"running":{"type":"integer","minimum":0},
        "parked":{"type":"boolean","description":"Whether further due calls wait in the store."},
        "errorRate":{"type":["number","null"],"minimum":0,"maximum":1,"description":"The share of the last attempts that failed."},
        "p50Ms":{"type":["integer","null"]},"p99Ms":{"type":["integer","null"]},"consecutiveFailures":{"type":"integer","minimum":0},
        "openUntil":\#(instant),\#(paused)}}
        """#

    private static let tenant = #"""
        {"type":"object","required":["id","status","limits"],"properties":{"id":{"type":"string"},
        "status":{"type":"string","enum":["active","paused"]},\#(paused),
        "limits":{"type":"object","additionalProperties":{"type":["integer","null"]},"description":"What holds for the tenant at most; null: no limit."}}}
        """#

    // MARK: Examples

    static let scheduleExample = #"""
        {"name":"nightly","cron":"0 3 * * *","timeZone":"Europe/Berlin","misfire":"latest",
        "request":{"method":"POST","url":"https://example.com/nightly","body":"{}"},"tags":["nightly"],"retry":{"maxAttempts":5}}
        """#
    static let subscriptionExample = #"""
        {"name":"billing","types":["ledgerflow.invoice.*"],"filter":{"all":[{"path":"/currency","equals":"EUR"}]},
        "target":{"url":"https://example.com/hook","headers":{"X-Api-Key":"k"}},"retry":{"maxAttempts":20}}
        """#
}
