import Foundation
import KafkaKit

// A broker process for tests: prints its bootstrap servers, then obeys the commands of `MockCommand` until its input ends.
let brokers = CommandLine.arguments.dropFirst().first.flatMap(Int32.init) ?? 3
let cluster = try MockCluster(brokers: brokers)

func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

say(cluster.bootstrapServers)
while let line = readLine() { say(MockCommand(line).perform(on: cluster)) }
cluster.close()
