internal import KafkaAdapter

/// The brokers: whether they answer, and the engine's topics. Changes nothing.
struct KafkaCheck {
    let options: KafkaOptions

    func findings() async -> [Finding] {
        let cluster: KafkaCluster
        do throws(KafkaError) { cluster = try await KafkaCluster.ask(options) } catch {
            return [
                Finding(
                    .fail, "kafka", error.description,
                    advice: "Check --kafka-brokers (\(options.bootstrapServers)), that they run, and the settings for TLS and SASL.")
            ]
        }
        let count = cluster.brokers.count
        return [Finding(.ok, "kafka", "\(count) broker\(count == 1 ? "" : "s") answer: \(Self.list(cluster.brokers))")] + topics(cluster)
    }

    private func topics(_ cluster: KafkaCluster) -> [Finding] {
        let wanted = options.topics
        let found = cluster.topics.filter { wanted.contains($0.name) }
        let leaderless = found.filter { $0.leaderless > 0 }
        let missing = wanted.filter { name in !found.contains { $0.name == name } }
        var findings: [Finding] = []
        if !leaderless.isEmpty {
            let names = leaderless.map { "\($0.name) (\($0.leaderless) of \($0.partitions))" }
            findings.append(
                Finding(
                    .fail, "topics", "partitions without a leader: \(Self.list(names))",
                    advice: "See to the brokers that are away; events of these partitions wait meanwhile."))
        }
        if missing.isEmpty {
            findings.append(Finding(.ok, "topics", "all \(wanted.count) are there"))
        } else {
            // The engine makes them, when it may.
            findings.append(
                Finding(.ok, "topics", "\(found.count) of \(wanted.count) are there; `serve` makes the others: \(Self.list(missing))"))
        }
        return findings
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
    }
}
