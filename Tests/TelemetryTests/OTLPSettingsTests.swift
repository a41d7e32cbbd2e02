import Domain
import Testing

@testable import TelemetryAdapter

/// The variables of the OpenTelemetry specification.
@Suite struct OTLPSettingsTests {
    private func read(_ environment: [String: String], endpoint: String? = nil) throws -> OTLPSettings? {
        try OTLPSettings.read(endpoint: endpoint, environment: environment, version: "1.2")
    }

    private func refusal(_ environment: [String: String], endpoint: String? = nil) -> String? {
        do throws(OTLPSettingsError) {
            _ = try OTLPSettings.read(endpoint: endpoint, environment: environment, version: "1.2")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func withoutAnEndpointNothingIsSent() throws {
        #expect(try read([:]) == nil)
        #expect(try read(["OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_SERVICE_NAME": "x"]) == nil)
        #expect(try read(["OTEL_SDK_DISABLED": "true"], endpoint: "http://localhost:4318") == nil)
        #expect(try read(["OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"]) == nil)
    }

    @Test(arguments: [
        ("http://localhost:4318", "http://localhost:4318/v1/traces"), ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
        ("https://otel.example.com/base", "https://otel.example.com/base/v1/traces"),
        ("https://otel.example.com/base/", "https://otel.example.com/base/v1/traces"),
    ])
    func theBaseAddressGetsThePathOfTraces(_ base: String, _ whole: String) throws {
        #expect(try read(["OTEL_EXPORTER_OTLP_ENDPOINT": base])?.url.description == whole)
        #expect(try read([:], endpoint: base)?.url.description == whole)
    }

    @Test func theEnginesOwnSettingComesBeforeTheEnvironmentAndTracesBeforeAll() throws {
        let both = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b/x"]
        #expect(try read(both)?.url.description == "http://b/x", "the address of traces is whole")
        #expect(try read(both, endpoint: "http://c")?.url.description == "http://c/v1/traces")
    }

    @Test func headersTimeoutAndNamesAreRead() throws {
        let settings = try #require(
            try read([
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b%3D, x-team = 7",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "250", "OTEL_SERVICE_NAME": "books",
                "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,deployment.environment=test", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
            ]))
        #expect(settings.headers.map { "\($0.name): \($0.value)" } == ["api-key: a b=", "x-team: 7"])
        #expect(settings.timeout == .milliseconds(250))
        #expect(
            settings.resource.map { "\($0.name)=\($0.value)" } == [
                "deployment.environment=test", "service.name=books", "service.version=1.2",
            ])
        let plain = try #require(try read([:], endpoint: "http://a"))
        #expect(plain.resource.map(\.value) == ["ledgerflow", "1.2"] && plain.timeout == .seconds(10) && plain.headers.isEmpty)
    }

    @Test func whatIsWrongIsNamedAndNoSecretIsShown() throws {
        let at = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://a"]
        #expect(refusal([:], endpoint: "localhost:4318")?.hasPrefix("--otlp-endpoint is no address") == true)
        #expect(refusal(["OTEL_EXPORTER_OTLP_ENDPOINT": "grpc://a"])?.contains("OTEL_EXPORTER_OTLP_ENDPOINT") == true)
        let keyed = try #require(refusal([:], endpoint: "http://a?key=CANARY"))
        #expect(keyed.contains("OTEL_EXPORTER_OTLP_HEADERS") && !keyed.contains("CANARY"))
        let person = try #require(refusal([:], endpoint: "http://user:CANARY@a"))
        #expect(!person.contains("CANARY"))
        #expect(refusal(at.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]) { $1 })?.contains("http/json") == true)
        for timeout in ["0", "x", "600001"] {
            #expect(refusal(at.merging(["OTEL_EXPORTER_OTLP_TIMEOUT": timeout]) { $1 })?.contains("_TIMEOUT") == true, "\(timeout)")
        }
        for headers in ["CANARY", "a=1,=CANARY", "a=%zzCANARY", "a=CANARY%0d%0aX: y", "a b=CANARY", "a=1,b=CANARYé"] {
            let text = try #require(refusal(at.merging(["OTEL_EXPORTER_OTLP_HEADERS": headers]) { $1 }), "\(headers)")
            #expect(text.contains("OTEL_EXPORTER_OTLP_HEADERS") && text.contains("entry") && !text.contains("CANARY"), "\(text)")
        }
    }
}
