import Ports
import Testing

@testable import TelemetryAdapter

@Suite struct OpenMetricsTests {
    @Test func familiesAreWrittenAsOpenMetricsText() {
        let succeeded = MetricCounter()
        succeeded.add(3)
        let failed = MetricCounter()
        let latency = MetricHistogram(bounds: [100, 2_500, 1_000_000])
        for value: Int64 in [100, 101, 2_500_000, 1] { latency.observe(value) }
        let sizes = MetricHistogram(bounds: [1, 2])
        sizes.observe(2)
        let text = OpenMetricsText.render([
            MetricFamily("app_attempts", "Attempts \"ended\".\nBy outcome", labels: [("outcome", "ok")], .counter(succeeded)),
            MetricFamily("app_queue_bytes", "Waiting.", .gauge { -7 }),
            MetricFamily("app_attempts", "Ignored.", labels: [("outcome", "a\\b\"c\nd")], .counter(failed)),
            MetricFamily("app_commit_seconds", "Latency.", labels: [("p", "1")], .histogram(latency, exponent: -6)),
            MetricFamily("app_commit_size", "Size.", .histogram(sizes, exponent: 0)),
            MetricFamily("9 odd-name", "Odd.", .gauge { .max }),
        ])
        #expect(
            text == #"""
                # TYPE app_attempts counter
                # HELP app_attempts Attempts \"ended\".\nBy outcome
                app_attempts_total{outcome="ok"} 3
                app_attempts_total{outcome="a\\b\"c\nd"} 0
                # TYPE app_queue_bytes gauge
                # UNIT app_queue_bytes bytes
                # HELP app_queue_bytes Waiting.
                app_queue_bytes -7
                # TYPE app_commit_seconds histogram
                # UNIT app_commit_seconds seconds
                # HELP app_commit_seconds Latency.
                app_commit_seconds_bucket{p="1",le="0.0001"} 2
                app_commit_seconds_bucket{p="1",le="0.0025"} 3
                app_commit_seconds_bucket{p="1",le="1.0"} 3
                app_commit_seconds_bucket{p="1",le="+Inf"} 4
                app_commit_seconds_count{p="1"} 4
                app_commit_seconds_sum{p="1"} 2.500202
                # TYPE app_commit_size histogram
                # HELP app_commit_size Size.
                app_commit_size_bucket{le="1.0"} 0
                app_commit_size_bucket{le="2.0"} 1
                app_commit_size_bucket{le="+Inf"} 1
                app_commit_size_count 1
                app_commit_size_sum 2.0
                # TYPE __odd_name gauge
                # HELP __odd_name Odd.
                __odd_name 9223372036854775807
                # EOF

                """#)
    }

    @Test(arguments: [
        (Int64(0), -6, "0.0"), (1, -6, "0.000001"), (60_000_000, -6, "60.0"), (-1_500_000, -6, "-1.5"), (7, 0, "7.0"),
        (7, 3, "7000.0"),
        (.max, -6, "9223372036854.775807"), (.min, -3, "-9223372036854775.808"),
    ])
    func scalingIsExact(value: Int64, exponent: Int, text: String) {
        #expect(OpenMetricsText.decimal(value, exponent) == text)
    }
}
