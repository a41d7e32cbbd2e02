import Domain
import InMemoryAdapter
import Ports

/// Who collects the spans of all incarnations: looks at each as it comes.
///
/// Unchecked: everything of a simulation happens on the one thread that drives it.
final class SimulatedSpans: SpanRecorder, @unchecked Sendable {
    private let world: World
    private let store: InMemoryStore
    private var ids: Set<SpanId> = []
    private var attempts: [ServiceCallKey: Int] = [:]

    init(world: World, store: InMemoryStore) {
        self.world = world
        self.store = store
    }

    func record(_ span: Span) {
        world.note("span \(span.name) \(span.id) \(span.duration.microseconds) \(span.failure ?? "")")
        if span.duration < .zero { world.violate("A span ended before it began: \(span.name)") }
        // The root of a run is told by whoever ends it, which after a take-over may be two.
        if span.id != span.trace.root, !ids.insert(span.id).inserted { world.violate("Two spans are called \(span.id): \(span.name)") }
        if "\(span)".contains("canary") { world.violate("A span tells what is sealed: \(span.name)") }
        if span.name == "attempt" { noteAttempt(span) }
    }

    private func noteAttempt(_ span: Span) {
        func text(_ name: String) -> String? {
            guard case .text(let text)? = span.attributes.first(where: { $0.name == name })?.value else { return nil }
            return text
        }
        guard let tenant = text("ledgerflow.tenant.id").flatMap({ TenantId($0) }),
            let id = text("ledgerflow.service_call.id").flatMap({ ServiceCallId($0) })
        else { return world.violate("The span of an attempt does not say of which call.") }
        if span.trace != TraceId(random: (id.value.high, id.value.low)) { world.violate("An attempt of \(id) is in another trace.") }
        let key = ServiceCallKey(tenant: tenant, id: id)
        attempts[key, default: 0] += 1
        if attempts[key] ?? 0 > store.attemptsStarted(of: key) { world.violate("More attempts of \(id) were traced than started.") }
    }
}
