public import Ports

/// Metrics in the text format of OpenMetrics 1.0 (github.com/prometheus/OpenMetrics, specification/OpenMetrics.md).
public enum OpenMetricsText {
    /// What the text is served as.
    public static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    /// All of `families` as one exposition that ends with `# EOF`. Families with one name are written as one, with a sample
    /// set for each set of labels, in the order of their first appearance; kind, help and unit come from the first, and a
    /// later one of another kind is left out.
    ///
    /// Numbers are exact: histogram values are scaled by powers of ten in decimal.
    public static func render(_ families: [MetricFamily]) -> String {
        var order: [String] = []
        var groups: [String: [MetricFamily]] = [:]
        for family in families {
            let name = baseName(family)
            if let first = groups[name]?.first {
                if kind(first) == kind(family) { groups[name]?.append(family) }
            } else {
                order.append(name)
                groups[name] = [family]
            }
        }
        var text = ""
        for name in order {
            guard let group = groups[name], let first = group.first else { continue }
            describe(first, name, &text)
            for family in group { write(family, name, &text) }
        }
        return text + "# EOF\n"
    }

    private static func kind(_ family: MetricFamily) -> String {
        switch family.source {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    /// The family's name: a counter's samples end with `_total`, its family does not. What a name may not hold becomes `_`.
    private static func baseName(_ family: MetricFamily) -> String {
        var name = legalName(family.name, colon: true)
        if case .counter = family.source, name.hasSuffix("_total") { name.removeLast(6) }
        return name
    }

    private static func legalName(_ name: String, colon: Bool) -> String {
        var legal = ""
        for (index, scalar) in name.unicodeScalars.enumerated() {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": legal.unicodeScalars.append(scalar)
            case ":" where colon: legal.unicodeScalars.append(scalar)
            case "0"..."9" where index > 0: legal.unicodeScalars.append(scalar)
            default: legal += "_"
            }
        }
        return legal.isEmpty ? "_" : legal
    }

    private static let units = ["seconds", "bytes"]

    private static func describe(_ family: MetricFamily, _ name: String, _ text: inout String) {
        text += "# TYPE \(name) \(kind(family))\n"
        if let unit = units.first(where: { name.hasSuffix("_" + $0) }) { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(escaped(family.help))\n"
    }

    private static func write(_ family: MetricFamily, _ name: String, _ text: inout String) {
        let labels = family.labels.map { "\(legalName($0.name, colon: false))=\"\(escaped($0.value))\"" }
        let plain = labels.isEmpty ? "" : "{" + labels.joined(separator: ",") + "}"
        switch family.source {
        case .counter(let counter): text += "\(name)_total\(plain) \(counter.value)\n"
        case .gauge(let read): text += "\(name)\(plain) \(read())\n"
        case .histogram(let histogram, let exponent):
            let (counts, sum) = histogram.read()
            var cumulative: Int64 = 0
            for (index, count) in counts.enumerated() {
                cumulative += count
                let bound = index < histogram.bounds.count ? decimal(histogram.bounds[index], exponent) : "+Inf"
                text += "\(name)_bucket{\((labels + ["le=\"\(bound)\""]).joined(separator: ","))} \(cumulative)\n"
            }
            text += "\(name)_count\(plain) \(cumulative)\n"
            text += "\(name)_sum\(plain) \(decimal(sum, exponent))\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"": text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// `value` × 10^`exponent` in decimal, exactly, with at least one digit of fraction: bounds are written in the canonical
    /// form of floating-point numbers (`0.0001`, `1.0`).
    static func decimal(_ value: Int64, _ exponent: Int) -> String {
        var digits = String(value.magnitude)
        let exponent = min(max(exponent, -30), 30)
        if exponent >= 0 {
            if value != 0 { digits += String(repeating: "0", count: exponent) }
            return (value < 0 ? "-" : "") + digits + ".0"
        }
        if digits.utf8.count <= -exponent { digits = String(repeating: "0", count: 1 - exponent - digits.utf8.count) + digits }
        var whole = String(digits.dropLast(-exponent))
        var fraction = String(digits.suffix(-exponent))
        while fraction.utf8.count > 1, fraction.hasSuffix("0") { fraction.removeLast() }
        if whole.isEmpty { whole = "0" }
        return (value < 0 ? "-" : "") + whole + "." + fraction
    }
}
