import Foundation
import Glibc
import KafkaKit
import PostgresKit

/// A PostgreSQL server of its own, with an empty database; it ends with the test.
final class Database: Sendable {
    let server: PostgresServer
    var url: String { server.url("ledgerflow") }
    var arguments: [String] { ["--database-url", url] }

    init() throws {
        server = try PostgresServer()
        try server.createDatabase("ledgerflow")
    }

    deinit { server.remove() }
}

/// A broker process of its own; it ends with the test.
final class Broker: Sendable {
    let process: MockBrokerProcess
    var arguments: [String] { ["--kafka-brokers", process.bootstrapServers] }

    init() throws { process = try MockBrokerProcess() }
    deinit { process.close() }
}

/// Another engine's directory with the same keys, as one would set up a standby.
func copyKeys(from data: DataFolder, to other: DataFolder) throws {
    for name in ["token", "fingerprint", "cursor", "audit-anchor", "sealing-1"] {
        let (source, target) = ("\(data.path)/\(name).key", "\(other.path)/\(name).key")
        if FileManager.default.fileExists(atPath: source) { try FileManager.default.copyItem(atPath: source, toPath: target) }
    }
}
