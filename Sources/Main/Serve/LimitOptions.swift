internal import Actors
internal import ArgumentParser
internal import Domain

/// What one tenant, and one target, may take of execution.
struct LimitOptions: ParsableArguments {
    @Option(help: "How many attempts of one tenant may run at one time, also when nobody else wants the places (default: no limit).")
    var maxRunningPerTenant: String?
    @Option(help: "How many attempts to one host of a tenant may run at one time (default: no limit).") var maxRunningPerTarget: String?
    @Option(help: "How many attempts of one tenant may start in a second (default: no limit).") var maxRatePerTenant: String?
    @Option(help: "How many attempts to one host of a tenant may start in a second (default: no limit).") var maxRatePerTarget: String?
    @Option(help: "After how many failures on end the calls to a host wait, 1 to 1000 (default: 10).") var breakerFailures: String?
    @Option(help: "How long they wait at first, before a few are tried: 500ms, 5s or 1m (default: 5s). It doubles each time.")
    var breakerWait: String?
    @Option(help: "How long they wait at most (default: 5m).") var breakerLongestWait: String?

    /// - Throws: `ValidationError`, which names the option.
    func limits() throws -> AdmissionLimits {
        var limits = AdmissionLimits()
        limits.mostPerTenant = try Self.number(maxRunningPerTenant, "max-running-per-tenant", most: 65_536)
        limits.mostPerLane = try Self.number(maxRunningPerTarget, "max-running-per-target", most: 65_536)
        limits.ratePerTenant = try Self.number(maxRatePerTenant, "max-rate-per-tenant", most: 1_000_000).map { .init(perSecond: $0) }
        limits.ratePerLane = try Self.number(maxRatePerTarget, "max-rate-per-target", most: 1_000_000).map { .init(perSecond: $0) }
        limits.failuresToOpen = try Setting.number(breakerFailures, "breaker-failures", in: 1...1_000, default: limits.failuresToOpen)
        limits.firstOpen = try Self.span(breakerWait, "breaker-wait", default: limits.firstOpen)
        limits.longestOpen = try Self.span(breakerLongestWait, "breaker-longest-wait", default: max(limits.firstOpen, limits.longestOpen))
        guard limits.firstOpen <= limits.longestOpen else {
            throw ValidationError("--breaker-wait must be at most --breaker-longest-wait.")
        }
        return limits
    }

    /// The limits as `GET /v1/tenant` tells them.
    static func told(_ limits: AdmissionLimits) -> [(name: String, value: Int?)] {
        [
            ("running", limits.mostPerTenant), ("runningPerTarget", limits.mostPerLane),
            ("startsPerSecond", limits.ratePerTenant?.perSecond), ("startsPerSecondPerTarget", limits.ratePerLane?.perSecond),
            ("schedules", Schedule.limit), ("subscriptions", Subscription.limit), ("webhookSecrets", WebhookKeys.limit),
            ("pausedTargets", Holds.limit), ("sources", IngestionLimits.sources),
        ]
    }

    /// - Returns: nil when nothing is said: no limit.
    private static func number(_ given: String?, _ option: String, most: Int) throws -> Int? {
        guard given != nil || Setting.environment(option) != nil else { return nil }
        return try Setting.number(given, option, in: 1...most, default: most)
    }

    private static func span(_ given: String?, _ option: String, default standard: TimeSpan) throws -> TimeSpan {
        guard let text = given ?? Setting.environment(option) else { return standard }
        guard let span = DueOptions.span(text), span >= .milliseconds(1), span <= .hours(24) else {
            throw ValidationError("--\(option) must be from 1ms to 1d, such as 5s or 1m, not “\(text)”.")
        }
        return span
    }
}
