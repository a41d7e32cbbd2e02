internal import ArgumentParser
internal import Domain
internal import Foundation
internal import Ports
internal import ServiceLifecycle
internal import TelemetryAdapter

/// Where spans are sent, and which.
struct TracingOptions: ParsableArguments {
    @Option(
        help: """
            Where traces are sent by OTLP over HTTP, http://localhost:4318 for instance; the standard variables OTEL_EXPORTER_OTLP_ENDPOINT, \
            _HEADERS, _TIMEOUT, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are read too (default: nowhere).
            """)
    var otlpEndpoint: String?
    @Option(
        help: """
            The part of HTTP requests without traceparent, and of attempts, that is traced: 0 to 1 with at most six places (default: 0). Runs of \
            sources, and requests whose traceparent is sampled, always are.
            """)
    var traceRatio: String?

    struct Choice {
        /// nil: spans are sent nowhere, and none are made.
        let exporter: OTLPSettings?
        let ratio: TraceRatio

        static let none = Choice(exporter: nil, ratio: .none)
    }

    /// - Throws: `ValidationError`, which names the option or variable.
    func choice() throws -> Choice {
        let text = Setting.text(traceRatio, "trace-ratio", default: "0")
        guard let ratio = TraceRatio(text) else {
            throw ValidationError("--trace-ratio must be from 0 to 1 with at most six places, such as 0.05, not “\(text)”.")
        }
        do throws(OTLPSettingsError) {
            let settings = try OTLPSettings.read(
                endpoint: otlpEndpoint ?? Setting.environment("otlp-endpoint"), environment: ProcessInfo.processInfo.environment,
                version: productVersion)
            return Choice(exporter: settings, ratio: ratio)
        } catch {
            throw ValidationError("\(error).")
        }
    }
}

/// What is needed to make spans and to send them.
struct SelectedTracing: Sendable {
    let tracing: Tracing
    let exporter: OTLPExporter

    /// - Returns: nil when spans are sent nowhere.
    static func open(
        _ choice: TracingOptions.Choice, time: any TimeSource, entropy: any EntropySource, diagnostics: any Diagnostics
    ) -> SelectedTracing? {
        guard let settings = choice.exporter else { return nil }
        let queue = SpanQueue()
        return SelectedTracing(
            tracing: Tracing(recorder: queue, ratio: choice.ratio, time: time, entropy: entropy),
            exporter: OTLPExporter(settings, queue: queue, time: time, entropy: entropy, diagnostics: diagnostics))
    }
}

/// What sends spans. It ends last, so that the ends of the others are sent too.
struct TracingService: Service {
    let exporter: OTLPExporter

    func run() async throws {
        await cancelWhenGracefulShutdown { await exporter.run() }
        await exporter.finish(within: .seconds(3))
    }
}
