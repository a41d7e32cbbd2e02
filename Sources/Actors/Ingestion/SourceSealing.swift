internal import Domain
internal import Ports

/// Seals what lies open in the settings of sources that were stored before it was sealed. Each is looked at once, when its partition is read.
struct SourceSealing: Sendable {
    let keys: [SourceAgenda.Key]
    let ports: EnginePorts
    let courier: BookCourier

    func perform() async {
        for key in keys {
            if Task.isCancelled { return }
            do throws(Failure) {
                if try await seal(key) {
                    report(
                        .info, "ingestion.source-sealed", "Secrets in a source's settings, stored before they were sealed, are sealed.", key
                    )
                }
            } catch {
                report(
                    .warning, "ingestion.source-not-sealed",
                    "Secrets in a source's settings lie open in the store; the next start tries again to seal them, or give its settings anew.",
                    key, [(name: "reason", value: error.reason)])
            }
        }
    }

    private struct Failure: Error {
        let reason: String
    }

    private static let looks = 3

    private func seal(_ key: SourceAgenda.Key) async throws(Failure) -> Bool {
        let partition = PartitionId(PartitionHash.partition(tenant: key.tenant, count: ports.journal.partitionCount))
        do {
            var refusal: BookError?
            // What somebody changes meanwhile is refused here, and may be sealed by now, or gone.
            for _ in 0..<Self.looks {
                let found = try await ports.journal.load([.item(key.tenant, .source(key.source))], in: partition).first?.record
                guard case .item(.source(let source))? = found, let request = try source.sealedRequest(ports.sealer) else { return false }
                let command = BookCommand.item(.source(key.source, .seal(request, ifVersion: source.version)))
                let intent = BookIntent(tenant: key.tenant, command: command, by: "engine", correlationId: "sealing")
                switch try await courier.send([intent]).first {
                case .success(let reply)?: return reply.changed
                case .failure(let error)?: refusal = error
                case nil: return false
                }
            }
            throw Failure(reason: refusal.map { String(describing: $0) } ?? "")
        } catch let failure as Failure {
            throw failure
        } catch let stop as IntakeStop {
            throw Failure(reason: stop.failure.text)
        } catch {
            throw Failure(reason: String(describing: error))
        }
    }

    private func report(
        _ level: Diagnostic.Level, _ event: String, _ message: String, _ key: SourceAgenda.Key,
        _ fields: [(name: String, value: String)] = []
    ) {
        ports.diagnostics.report(
            Diagnostic(
                level, event, message,
                fields: [(name: "tenant_id", value: key.tenant.value), (name: "source", value: key.source.value)] + fields))
    }
}
