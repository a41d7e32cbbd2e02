internal import Domain

/// Invoices as people read them.
enum InvoiceText {
    static let heading = [
        Output.pad("ID", 36), Output.pad("STATUS", 12), Output.pad("NUMBER", 20), Output.pad("ISSUED", 10), Output.pad("PAYABLE", 18),
        "BUYER",
    ].joined(separator: "  ")

    static func row(_ invoice: JSONValue) -> String {
        let summary = invoice["summary"]
        return [
            Output.pad(text(invoice["id"]), 36), Output.pad(text(invoice["status"]), 12), Output.pad(text(invoice["number"]), 20),
            Output.pad(text(summary?["issueDate"]), 10), Output.pad(amount(summary?["payable"], summary?["currency"]), 18),
            Output.short(text(summary?["buyer"]), 60),
        ].joined(separator: "  ")
    }

    /// One line: which invoice, and where it stands.
    static func short(_ invoice: JSONValue) -> String {
        var line = "\(text(invoice["id"]))  \(text(invoice["status"]))"
        if let number = invoice["number"]?.text { line += "  " + Output.plain(number) }
        let document = invoice["document"]
        let payable = document?["totals"]?["payable"] ?? invoice["summary"]?["payable"]
        if payable?.text != nil { line += "  " + amount(payable, document?["currency"] ?? invoice["summary"]?["currency"]) }
        if let counts = counts(invoice["verdict"]) { line += "  (\(counts))" }
        return line
    }

    /// A new invoice with what the rules found in it.
    static func created(_ invoice: JSONValue, isNew: Bool) -> String {
        let line = short(invoice) + (isNew ? "" : "  (sent before with the same key)")
        return ([line] + (invoice["findings"]?.elements ?? []).map(finding)).joined(separator: "\n")
    }

    /// The answer of a validation.
    static func verdict(_ answer: JSONValue) -> String {
        let word = answer["valid"] == .bool(true) ? "valid" : "not valid"
        let line = answer["invoice"].map { short($0) + ": " + word } ?? word
        return ([line] + (answer["findings"]?.elements ?? []).map(finding)).joined(separator: "\n")
    }

    static func finding(_ finding: JSONValue) -> String {
        FindingText.lines(
            rule: text(finding["rule"]), severity: text(finding["severity"]), location: finding["location"]?.text ?? "",
            message: text(finding["message"]))
    }

    /// One line on one item of a batch.
    static func result(_ result: JSONValue, at index: Int) -> String {
        let status = result["status"]?.int.map { String($0) } ?? "–"
        let head = Output.pad(String(index), 4) + "  " + status + "  "
        if let invoice = result["invoice"] { return head + short(invoice) }
        guard let problem = result["problem"] else { return head + text(result["id"]) + "  whether it was done is not known" }
        var line = head + text(problem["title"]) + ": " + text(problem["detail"])
        for fault in problem["errors"]?.elements ?? [] { line += "\n            \(text(fault["pointer"])) \(text(fault["detail"]))" }
        for finding in problem["findings"]?.elements ?? [] { line += "\n" + self.finding(finding) }
        return line
    }

    static func detail(_ invoice: JSONValue) -> String {
        var lines: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { lines.append(Output.pad(name, 13) + Output.plain(value)) }
        }
        let document = invoice["document"]
        let currency = document?["currency"]
        add("id", invoice["id"]?.text)
        add("status", text(invoice["status"]) + (invoice["reason"]?.text.map { " (\($0))" } ?? ""))
        add("number", invoice["number"]?.text)
        add("series", invoice["series"]?.text)
        add("type", document?["type"]?.text)
        add("issue date", document?["issueDate"]?.text)
        add("due date", document?["dueDate"]?.text)
        add("seller", document?["seller"]?["name"]?.text)
        add("buyer", document?["buyer"]?["name"]?.text)
        add("credits", invoice["creditOf"]?.text)
        add(
            "rules",
            [invoice["verdict"]?["ruleset"]?.text, counts(invoice["verdict"]) ?? "nothing found"].compactMap { $0 }.joined(separator: ": "))
        let items = document?["lines"]?.elements ?? []
        lines.append(items.isEmpty ? "no lines" : "lines")
        lines += items.map { "  " + line($0, currency) }
        let totals = document?["totals"]
        for (name, member) in [("net", "taxExclusive"), ("tax", "tax"), ("gross", "taxInclusive"), ("payable", "payable")]
        where totals?[member]?.text != nil {
            add(name, amount(totals?[member], currency))
        }
        if let credited = invoice["credited"]?.text, credited.contains(where: { ("1"..."9").contains($0) }) {
            add("credited", amount(invoice["credited"], currency))
        }
        add("drafted", invoice["createdAt"]?.text)
        add("changed", invoice["updatedAt"]?.text)
        add("issued", invoice["issuedAt"]?.text)
        add("source", invoice["source"]?.text)
        add("correlation", invoice["correlationId"]?.text)
        add("retries", invoice["retryCount"]?.int.flatMap { $0 > 0 ? String($0) : nil })
        add("last error", invoice["lastError"]?.text)
        return lines.joined(separator: "\n")
    }

    private static func line(_ line: JSONValue, _ currency: JSONValue?) -> String {
        let quantity = [line["quantity"]?.text, line["unit"]?.text].compactMap { $0 }.joined(separator: " ")
        return [
            Output.pad(text(line["id"]), 4), Output.pad(Output.short(text(line["name"]), 40), 40), Output.pad(Output.plain(quantity), 12),
            "× " + Output.pad(text(line["unitPrice"]), 12), amount(line["netAmount"], currency),
        ].joined(separator: "  ")
    }

    /// As "1 fatal, 2 warnings"; nil when nothing was found.
    private static func counts(_ verdict: JSONValue?) -> String? {
        let fatal = Int(verdict?["fatal"]?.int ?? 0)
        let parts = [fatal == 0 ? nil : "\(fatal) fatal", FindingText.count(Int(verdict?["warnings"]?.int ?? 0), "warning")]
        let text = parts.compactMap { $0 }.joined(separator: ", ")
        return text.isEmpty ? nil : text
    }

    private static func amount(_ amount: JSONValue?, _ currency: JSONValue?) -> String {
        Output.plain([amount?.text ?? "–", currency?.text].compactMap { $0 }.joined(separator: " "))
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
