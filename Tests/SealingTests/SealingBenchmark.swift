import Domain
import Foundation
import PortContract
import Ports
import SealingAdapter
import Testing

/// Prints what sealing, opening and signing cost a call; runs when `LEDGERFLOW_SEALING_BENCH` says how many times. Nothing is asserted on
/// time.
@Suite("Sealing benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_SEALING_BENCH"] != nil), .serialized)
struct SealingBenchmark {
    @Test("microseconds a call", arguments: [200, 2_000, 20_000, 200_000])
    func cost(bodyBytes: Int) throws {
        let count = max(
            100, (Int(ProcessInfo.processInfo.environment["LEDGERFLOW_SEALING_BENCH"] ?? "") ?? 100_000) * 200 / (200 + bodyBytes / 10))
        let sealer = KeyRingSealer(try KeyRing([(0..<32).map { UInt8($0) }]))
        let context = SealContext(tenant: Sample.acme, id: UniqueId(high: 1, low: 2), field: .request)
        let request = OutgoingRequest(
            method: .POST, url: try TargetURL("https://target.example/hook"),
            headers: [try .init(name: "Authorization", value: "Bearer abc")],
            body: (0..<bodyBytes).map { UInt8(truncatingIfNeeded: $0) })
        let sealed = try sealer.seal(request, context)
        let hmac = try WebhookSigningKey(.hmacSHA256, random: (0..<32).map { UInt8($0) })
        let pair = try WebhookSigningKey(.ed25519, random: (0..<32).map { UInt8($0) })
        let row = [
            ("seal", try microseconds(count) { _ = try sealer.seal(request, context) }),
            ("open", try microseconds(count) { _ = try sealer.open(sealed, context) }),
            ("HMAC", try microseconds(count) { try #require(sign(request.body, hmac)) }),
            ("ed25519", try microseconds(count) { try #require(sign(request.body, pair)) }),
        ]
        let text = row.map { "\($0.0) \(String(format: "%.2f", $0.1)) µs" }.joined(separator: ", ")
        print("sealing: body of \(bodyBytes) bytes, \(count) times: \(text)")
    }

    private func sign(_ body: [UInt8], _ key: WebhookSigningKey) -> Bool {
        WebhookSignature.fields(messageId: "msg_1", timestamp: Instant(microseconds: 1_700_000_000_000_000), body: body, keys: [key]).count
            == 3
    }

    private func microseconds(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        for _ in 0..<count { try work() }
        let elapsed = ContinuousClock.now - start
        return (Double(elapsed.components.seconds) * 1e6 + Double(elapsed.components.attoseconds) / 1e12) / Double(count)
    }
}
