// swift-tools-version:6.2
import PackageDescription

// A package of its own: it drives the built `ledgerflow` binary from outside and shares no code with it, so that what is
// measured is what is shipped. Dependencies stay few; GRDB and hummingbird are compiled for the
// programs alone that stand beside ours.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "ledgerflow-benchmarks",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "ledgerflow-bench", targets: ["ledgerflow-bench"]),
        .executable(name: "ledgerflow-bench-grdb", targets: ["ledgerflow-bench-grdb"]),
        .executable(name: "ledgerflow-bench-hummingbird", targets: ["ledgerflow-bench-hummingbird"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        // libxml2's own reader.
        .target(name: "XMLProbe", dependencies: ["CLibXML2"], swiftSettings: strict),
        // The HTTP/1.1 load generator and the sink that it can be tried against.
        .target(name: "LoadGenerator", dependencies: [nioCore, nioPosix, histogram], swiftSettings: strict),
        // The engine's rows written by the C library alone.
        .target(name: "RowStore", dependencies: ["CSQLite"], swiftSettings: strict),
        // The same by one pipelined connection to PostgreSQL.
        .target(name: "PostgresRows", dependencies: ["CLibpq"], swiftSettings: strict),
        // A broker in memory, the bare producer, and a reader that notes when events arrive.
        .target(name: "KafkaProbe", dependencies: ["CRdKafka", histogram], swiftSettings: strict),
        .executableTarget(
            name: "ledgerflow-bench",
            dependencies: [
                "LoadGenerator", "RowStore", "PostgresRows", "KafkaProbe", "XMLProbe", nioCore, nioPosix, histogram, arguments,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ],
            path: "Sources/Bench",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ledgerflow-bench-grdb",
            dependencies: ["RowStore", arguments, .product(name: "GRDB", package: "GRDB.swift")],
            path: "Sources/BenchGRDB",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ledgerflow-bench-hummingbird",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/BenchHummingbird",
            swiftSettings: strict
        ),
    ]
)
