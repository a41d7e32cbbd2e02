extension ScheduleTiming {
    /// Takes the fields `cron` or `every`, `timeZone`, `misfire`, `notBefore` and `notAfter`; what is wrong is reported to `fields`.
    ///
    /// - Parameters:
    ///   - old: what is changed: fields that are left out stay as they are, and null removes them. Without it, or with null, `timeZone`
    ///     is UTC and `misfire` is `all`, and `cron` and `every` cannot both be missing.
    ///   - now: an interval without a start starts at `notBefore`, or else now.
    ///   - zones: the rules of the zone with an IANA name; nil when there is no such zone.
    /// - Returns: nil when anything is wrong with these fields.
    public static func read(
        _ fields: inout JSONFields, changing old: ScheduleTiming? = nil, now: Instant, zones: (String) -> (any ZoneRules)?
    ) -> ScheduleTiming? {
        let timeZone =
            fields.optionalString("timeZone", minBytes: 1, maxBytes: maxTimeZoneBytes) ?? kept("timeZone", &fields, old?.timeZone) ?? "UTC"
        let misfire = fields.optionalChoice("misfire", of: MisfireRule.self) ?? kept("misfire", &fields, old?.misfire) ?? .all
        let notBefore = bound("notBefore", &fields, old?.notBefore)
        let notAfter = bound("notAfter", &fields, old?.notAfter)
        let recurrence = recurrence(&fields, old?.recurrence, start: notBefore ?? now)
        let zone = zones(timeZone)
        if zone == nil { fields.report("timeZone", "must be the IANA name of a time zone, such as \"Europe/Berlin\"") }
        if let notBefore, let notAfter, notAfter < notBefore { fields.report("notAfter", "must not be before notBefore") }
        guard let recurrence, let zone, fields.isClean else { return nil }
        let timing = ScheduleTiming(
            recurrence: recurrence, timeZone: timeZone, misfire: misfire, notBefore: notBefore, notAfter: notAfter)
        guard timing != old, timing.next(after: now, zone: zone) == nil else { return timing }
        fields.report("has no occurrence left: none comes after now, from notBefore on and up to notAfter")
        return nil
    }

    /// What a field without a value leaves: what there was when it is left out, nothing when it is null.
    private static func kept<T>(_ name: StaticString, _ fields: inout JSONFields, _ old: T?) -> T? {
        fields.take(name) == nil ? old : nil
    }

    private static func bound(_ name: StaticString, _ fields: inout JSONFields, _ old: Instant?) -> Instant? {
        guard fields.has(name) else { return kept(name, &fields, old) }
        guard let instant = fields.optionalInstant(name) else { return nil }
        if instant < RepeatingInterval.earliestStart { fields.report(name, "must not be before 2000-01-01T00:00:00Z") }
        return instant
    }

    private static func recurrence(_ fields: inout JSONFields, _ old: Recurrence?, start: Instant) -> Recurrence? {
        let cron = fields.optionalString("cron", minBytes: 1, maxBytes: CronExpression.maxBytes)
        let every = fields.optionalString("every", minBytes: 1, maxBytes: RepeatingInterval.maxBytes)
        if fields.has("cron"), fields.has("every") {
            fields.report("every", "cannot be given together with cron")
            return nil
        }
        if let cron {
            do {
                return .cron(try CronExpression(cron))
            } catch {
                fields.report("cron", error.description)
            }
        } else if let every {
            do {
                return .every(try RepeatingInterval(every, start: start))
            } catch {
                fields.report("every", error.description)
            }
        } else if !fields.has("cron"), !fields.has("every") {
            let unchanged: Recurrence? =
                switch old {
                case .cron: kept("cron", &fields, old)
                case .every: kept("every", &fields, old)
                case nil: nil
                }
            if unchanged == nil { fields.report("needs either \"cron\", such as \"0 9 * * 1-5\", or \"every\", such as \"PT15M\"") }
            return unchanged
        }
        return nil
    }

    /// Writes the fields that `read` takes and `init(stored:)` reads again. An interval is written with its start.
    public func write(into json: inout JSONWriter) {
        switch recurrence {
        case .cron(let expression): json.field("cron", expression.text)
        case .every(let interval): json.field("every", interval.text)
        }
        json.field("timeZone", timeZone)
        json.field("misfire", misfire.rawValue)
        json.field("notBefore", ifPresent: notBefore)
        json.field("notAfter", ifPresent: notAfter)
    }

    /// - Returns: nil when `object` does not have the fields that `write(into:)` wrote; others are left alone.
    public init?(stored object: JSONObject) {
        func text(_ name: String) -> String? { if case .string(let text)? = object[name] { text } else { nil } }
        let recurrence: Recurrence
        if let expression = text("cron").flatMap({ try? CronExpression($0) }) {
            recurrence = .cron(expression)
        } else if let interval = text("every").flatMap({ try? RepeatingInterval($0, start: .earliest) }) {
            recurrence = .every(interval)
        } else {
            return nil
        }
        guard let timeZone = text("timeZone"), let misfire = text("misfire").flatMap(MisfireRule.init(rawValue:)) else { return nil }
        self.init(
            recurrence: recurrence, timeZone: timeZone, misfire: misfire,
            notBefore: text("notBefore").flatMap { try? Instant(rfc3339: $0) },
            notAfter: text("notAfter").flatMap { try? Instant(rfc3339: $0) })
    }
}
