public import Ports

/// What the engine counts and measures.
public struct EngineMetrics: Sendable {
    public let commands = MetricCounter()
    public let commandsRefused = MetricCounter()
    public let commits = MetricCounter()
    public let commitFailures = MetricCounter()
    public let commitEvents = MetricHistogram.size()
    public let commitLatency = MetricHistogram.latency()
    public let lateness = MetricHistogram.latency()
    public let attemptsStarted = MetricCounter()
    public let attemptsSucceeded = MetricCounter()
    public let attemptsFailed = MetricCounter()
    public let callsSucceeded = MetricCounter()
    public let callsFailed = MetricCounter()
    public let callsCancelled = MetricCounter()
    public let attemptLatency = MetricHistogram.latency()
    public let published = MetricCounter()
    public let publishFailures = MetricCounter()
    /// In microseconds; finer than other times where the bounds of P8 lie (20 and 50 ms).
    public let publishDelay = MetricHistogram(bounds: [
        500, 1_000, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 40_000, 50_000, 75_000, 100_000, 150_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 60_000_000,
    ])
    public let ambiguousCommits = MetricCounter()
    public let timerCatchUps = MetricCounter()
    public let attemptsCutOff = MetricCounter()
    public let breakerOpenings = MetricCounter()
    public let callsParked = MetricCounter()
    public let parkedPages = MetricCounter()
    public let invoicesIssued = MetricCounter()
    public let numbersAllocated = MetricCounter()
    public let numberCollisions = MetricCounter()
    public let intentsTaken = MetricCounter()
    public let intentsRefused = MetricCounter()
    public let intentsPutOff = MetricCounter()
    public let intakeLatency = MetricHistogram.latency()
    /// Reads of the store that failed, by who reads.
    let partitionReadFailures = MetricCounter()
    let timerReadFailures = MetricCounter()
    let outboxReadFailures = MetricCounter()
    let scheduleReadFailures = MetricCounter()
    let subscriptionReadFailures = MetricCounter()
    public let occurrences = MetricCounter()
    public let occurrencesSkipped = MetricCounter()
    public let deliveries = MetricCounter()
    public let subscriptionsDisabled = MetricCounter()

    public init() {}

    static func readFailures(of reader: String, _ counter: MetricCounter) -> MetricFamily {
        MetricFamily(
            "ledgerflow_read_failures", "Reads of the store that failed, by who reads.", labels: [("reader", reader)],
            .counter(counter))
    }

    var families: [MetricFamily] {
        [
            Self.readFailures(of: "partitions", partitionReadFailures),
            Self.readFailures(of: "timer", timerReadFailures),
            Self.readFailures(of: "outbox", outboxReadFailures),
            Self.readFailures(of: "schedules", scheduleReadFailures),
            Self.readFailures(of: "subscriptions", subscriptionReadFailures),
            MetricFamily("ledgerflow_commands", "Commands decided.", .counter(commands)),
            MetricFamily("ledgerflow_commands_refused", "Commands refused because a queue was full.", .counter(commandsRefused)),
            MetricFamily("ledgerflow_commits", "Commits that succeeded, one per turn of a partition.", .counter(commits)),
            MetricFamily("ledgerflow_commit_failures", "Commits that failed.", .counter(commitFailures)),
            MetricFamily("ledgerflow_commits_ambiguous", "Commits whose outcome had to be resolved.", .counter(ambiguousCommits)),
            MetricFamily("ledgerflow_commit_events", "Events in one commit.", .histogram(commitEvents, exponent: 0)),
            MetricFamily("ledgerflow_commit_duration_seconds", "Time that a commit took.", .histogram(commitLatency, exponent: -6)),
            MetricFamily(
                "ledgerflow_service_call_lateness_seconds", "From the due time to the start of the attempt.",
                .histogram(lateness, exponent: -6)),
            MetricFamily("ledgerflow_service_call_attempts", "Attempts started.", .counter(attemptsStarted)),
            MetricFamily(
                "ledgerflow_service_call_attempts_ended", "Attempts ended.", labels: [("outcome", "succeeded")],
                .counter(attemptsSucceeded)),
            MetricFamily(
                "ledgerflow_service_call_attempts_ended", "Attempts ended.", labels: [("outcome", "failed")], .counter(attemptsFailed)),
            MetricFamily(
                "ledgerflow_service_call_attempt_duration_seconds", "Time from sending the request to its outcome.",
                .histogram(attemptLatency, exponent: -6)),
            MetricFamily(
                "ledgerflow_service_calls_completed", "Calls that ended.", labels: [("status", "succeeded")], .counter(callsSucceeded)),
            MetricFamily(
                "ledgerflow_service_calls_completed", "Calls that ended.", labels: [("status", "failed")], .counter(callsFailed)),
            MetricFamily(
                "ledgerflow_service_calls_completed", "Calls that ended.", labels: [("status", "cancelled")],
                .counter(callsCancelled)),
            MetricFamily(
                "ledgerflow_service_call_attempts_cut_off", "Running attempts whose call was cancelled.", .counter(attemptsCutOff)),
            MetricFamily(
                "ledgerflow_target_breaker_openings", "Times that a target failed so often that its calls were made to wait.",
                .counter(breakerOpenings)),
            MetricFamily(
                "ledgerflow_service_calls_parked", "Due calls that left memory because their target took none.", .counter(callsParked)),
            MetricFamily(
                "ledgerflow_timer_parked_pages", "Pages of due calls read for targets that take calls again.", .counter(parkedPages)),
            MetricFamily("ledgerflow_invoices_issued", "Invoices and credit notes that got their number.", .counter(invoicesIssued)),
            MetricFamily("ledgerflow_numbers_allocated", "Numbers given to documents.", .counter(numbersAllocated)),
            MetricFamily(
                "ledgerflow_number_collisions", "Numbers that could not be given because another document prints alike.",
                .counter(numberCollisions)),
            MetricFamily(
                "ledgerflow_intents_received", "Intents that came over the bus.", labels: [("outcome", "taken")], .counter(intentsTaken)),
            MetricFamily(
                "ledgerflow_intents_received", "Intents that came over the bus.", labels: [("outcome", "refused")],
                .counter(intentsRefused)),
            MetricFamily(
                "ledgerflow_intents_received", "Intents that came over the bus.", labels: [("outcome", "put-off")],
                .counter(intentsPutOff)),
            MetricFamily(
                "ledgerflow_intake_duration_seconds", "Time until some intents of the bus were answered.",
                .histogram(intakeLatency, exponent: -6)),
            MetricFamily("ledgerflow_schedule_occurrences", "Calls that schedules made.", .counter(occurrences)),
            MetricFamily(
                "ledgerflow_schedule_occurrences_skipped", "Missed occurrences that made no call, by the misfire rule.",
                .counter(occurrencesSkipped)),
            MetricFamily("ledgerflow_subscription_deliveries", "Calls that deliver events to subscribers.", .counter(deliveries)),
            MetricFamily(
                "ledgerflow_subscriptions_disabled", "Subscriptions disabled because they failed for days.",
                .counter(subscriptionsDisabled)),
            MetricFamily("ledgerflow_events_published", "Events that the bus acknowledged.", .counter(published)),
            MetricFamily(
                "ledgerflow_publish_delay_seconds", "From a commit to the bus's acknowledgement of its last event.",
                .histogram(publishDelay, exponent: -6)),
            MetricFamily("ledgerflow_publish_failures", "Publications that the bus refused.", .counter(publishFailures)),
            MetricFamily(
                "ledgerflow_timer_catch_ups", "Times that the timer read the store because it had fallen behind.", .counter(timerCatchUps)),
        ]
    }
}
