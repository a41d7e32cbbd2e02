import Foundation
import Hummingbird
import Logging

/// Hummingbird as its documentation shows it, with one route: `POST /ping`, which answers 200 with nothing. Prints `port N`; ends with
/// standard input. `ledgerflow-bench run` calls it.
let router = Router()
router.post("/ping") { _, _ in HTTPResponse.Status.ok }
var logger = Logger(label: "ledgerflow.bench.hummingbird")
logger.logLevel = .error
let application = Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { channel in
        FileHandle.standardOutput.write(Data("port \(channel.localAddress?.port ?? 0)\n".utf8))
    }, logger: logger)
Thread.detachNewThread {
    while let line = readLine(), !line.isEmpty {}
    exit(0)
}
try await application.runService()
