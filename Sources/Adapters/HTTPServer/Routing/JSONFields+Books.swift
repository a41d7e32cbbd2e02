internal import Domain

extension JSONFields {
    /// The key `idempotencyKey` of one item of a batch, if present.
    mutating func idempotencyKey() -> IdempotencyKey? {
        guard let text = optionalString("idempotencyKey", minBytes: 1, maxBytes: 255) else { return nil }
        guard let key = IdempotencyKey(text) else {
            report("idempotencyKey", "must hold visible ASCII characters only")
            return nil
        }
        return key
    }

    /// The name of a number series under `name`, if present.
    mutating func optionalSeriesId(_ name: StaticString) -> SeriesId? {
        guard let text = optionalString(name, maxBytes: 1_000) else { return nil }
        guard let id = SeriesId(text) else {
            report(name, SeriesHandlers.nameRule)
            return nil
        }
        return id
    }

    /// The reference to a document under `name`, if present.
    mutating func optionalReference(_ name: StaticString) -> DocumentReference? {
        guard let text = optionalString(name, maxBytes: 1_000) else { return nil }
        guard let reference = DocumentReference(text) else {
            report(name, "must have 1 to 128 visible ASCII characters")
            return nil
        }
        return reference
    }

    /// The day under `name`, written `YYYY-MM-DD`, if present.
    mutating func optionalDay(_ name: StaticString) -> CalendarDate? {
        guard let text = optionalString(name, maxBytes: 1_000) else { return nil }
        guard let date = CalendarDate(text) else {
            report(name, "must be a day such as \"2026-11-20\"")
            return nil
        }
        return date
    }

    /// The decimal under `name`, a string or a number, read exactly, if present.
    mutating func optionalExactDecimal(_ name: StaticString) -> ExactDecimal? {
        guard let value = optionalValue(name) else { return nil }
        do throws(DecimalError) {
            switch value {
            case .string(let text): return try ExactDecimal(utf8: text.utf8)
            case .number(let number): return try ExactDecimal(number)
            default: report(name, "must be a decimal, as a string or a number")
            }
        } catch {
            report(name, error.description)
        }
        return nil
    }

    /// Why something is done: 1 to 1,000 bytes without control characters.
    mutating func reason(_ name: StaticString = "reason") -> String? {
        guard let text = string(name, minBytes: 1, maxBytes: 1_000) else { return nil }
        return checked(text, name)
    }

    mutating func optionalReason(_ name: StaticString, maxBytes: Int = 1_000) -> String? {
        guard let text = optionalString(name, minBytes: 1, maxBytes: maxBytes) else { return nil }
        return checked(text, name)
    }

    private mutating func checked(_ text: String, _ name: StaticString) -> String? {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return text }
        report(name, "must not hold control characters")
        return nil
    }
}
