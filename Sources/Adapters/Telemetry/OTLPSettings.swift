public import Domain
internal import Foundation

/// Where spans are sent, and as whose. The environment's variables are those of the OpenTelemetry specification (“OpenTelemetry Protocol
/// Exporter”, “SDK environment variables”); what is particular to traces, `OTEL_EXPORTER_OTLP_TRACES_…`, comes before what is not.
public struct OTLPSettings: Sendable {
    /// The whole address, `/v1/traces` included.
    public let url: TargetURL
    /// Secret: may hold a key.
    let headers: [(name: String, value: String)]
    /// For one request and its answer.
    let timeout: TimeSpan
    /// What made the spans.
    let resource: [(name: String, value: String)]
    let version: String
    /// How long spans gather, and how many are sent together.
    public var interval = TimeSpan.seconds(1)
    public var batch = 512
    /// How often a batch is sent at most, and how long to wait before it is sent again: first, and at most, whatever the receiver asks for.
    public var attempts = 5
    public var firstWait = TimeSpan.seconds(1)
    public var longestWait = TimeSpan.seconds(30)

    private static let prefix = "OTEL_EXPORTER_OTLP_"
    private static let timeouts: ClosedRange<Int64> = 1...600_000

    /// - Parameters:
    ///   - endpoint: the base address as it was given to the engine itself; nil: as the environment says.
    ///   - environment: the process's variables.
    ///   - version: the engine's own.
    /// - Returns: nil when no endpoint is given, or `OTEL_SDK_DISABLED` or `OTEL_TRACES_EXPORTER` want no spans.
    /// - Throws: `OTLPSettingsError`, which names the setting and never shows a header.
    public static func read(
        endpoint: String?, environment: [String: String], version: String
    ) throws(OTLPSettingsError) -> OTLPSettings? {
        let variables = environment.filter { !$0.value.isEmpty }
        if variables["OTEL_SDK_DISABLED"]?.lowercased() == "true" || variables["OTEL_TRACES_EXPORTER"] == "none" { return nil }
        func value(_ name: String) -> (name: String, text: String)? {
            for name in [prefix + "TRACES_" + name, prefix + name] { if let text = variables[name] { return (name, text) } }
            return nil
        }
        let url: TargetURL
        if let endpoint {
            url = try address(endpoint, of: "--otlp-endpoint", isBase: true)
        } else if let given = value("ENDPOINT") {
            url = try address(given.text, of: given.name, isBase: given.name == prefix + "ENDPOINT")
        } else {
            return nil
        }
        if let wanted = value("PROTOCOL"), wanted.text != "http/json", wanted.text != "http/protobuf" {
            throw OTLPSettingsError(
                wanted.name, "must be http/json, not “\(wanted.text)”: spans are sent over HTTP as JSON, to port 4318 by custom")
        }
        var timeout: Int64 = 10_000
        if let given = value("TIMEOUT") {
            guard let number = Int64(given.text), timeouts.contains(number) else {
                throw OTLPSettingsError(given.name, "must be milliseconds from \(timeouts.lowerBound) to \(timeouts.upperBound)")
            }
            timeout = number
        }
        let headers = try value("HEADERS").map { given throws(OTLPSettingsError) in try fields(given.text, of: given.name) } ?? []
        var resource: [(name: String, value: String)] = []
        if let given = variables["OTEL_RESOURCE_ATTRIBUTES"] { resource = try pairs(given, of: "OTEL_RESOURCE_ATTRIBUTES") }
        if let name = variables["OTEL_SERVICE_NAME"] {
            resource.removeAll { $0.name == "service.name" }
            resource.append(("service.name", name))
        }
        for (name, standard) in [("service.name", "ledgerflow"), ("service.version", version)]
        where !resource.contains(where: { $0.name == name }) {
            resource.append((name, standard))
        }
        return OTLPSettings(url: url, headers: headers, timeout: .milliseconds(timeout), resource: resource, version: version)
    }

    private static func address(_ text: String, of setting: String, isBase: Bool) throws(OTLPSettingsError) -> TargetURL {
        let url: TargetURL
        do throws(TargetURLError) {
            url = try TargetURL(text)
            if isBase, url.parted.query == nil { return try TargetURL(text + (text.hasSuffix("/") ? "" : "/") + "v1/traces") }
        } catch {
            throw OTLPSettingsError(setting, "is no address such as http://localhost:4318: \(error)")
        }
        guard url.parted.query == nil else {
            throw OTLPSettingsError(setting, "must have no query; what is secret belongs in OTEL_EXPORTER_OTLP_HEADERS")
        }
        return url
    }

    /// `name=value` with commas between, values percent-encoded (W3C Baggage).
    private static func pairs(_ text: String, of setting: String) throws(OTLPSettingsError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for (index, part) in text.split(separator: ",").enumerated() {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, let name = sides.first, !name.isEmpty, let value = sides.last?.removingPercentEncoding else {
                throw OTLPSettingsError(setting, "must be name=value with commas between; entry \(index + 1) is not")
            }
            pairs.removeAll { $0.name == name }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func fields(_ text: String, of setting: String) throws(OTLPSettingsError) -> [(name: String, value: String)] {
        let fields = try pairs(text, of: setting)
        for (index, field) in fields.enumerated() {
            let isName = field.name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
                default: false
                }
            }
            guard isName, field.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw OTLPSettingsError(setting, "must have header fields of visible ASCII; entry \(index + 1) is none")
            }
        }
        return fields
    }
}

/// What is wrong with a setting of the exporter.
public struct OTLPSettingsError: Error, Sendable, CustomStringConvertible {
    public let setting: String
    public let reason: String
    public var description: String { "\(setting) \(reason)" }

    init(_ setting: String, _ reason: String) {
        self.setting = setting
        self.reason = reason
    }
}
