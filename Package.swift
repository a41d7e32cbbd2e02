// swift-tools-version:6.2
import PackageDescription

// With LEDGERFLOW_CORE_ONLY=1 the package is the pure part alone (Domain, Ports, Actors, the in-memory adapter, the reader of XML
// and their tests): a small, quick build, which `make coverage` instruments.
let coreOnly = Context.environment["LEDGERFLOW_CORE_ONLY"] == "1"

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// An adapter: one technology behind the ports, in a folder named after it. It never imports another adapter.
func adapter(_ technology: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: "\(technology)Adapter",
        dependencies: ["Domain", "Ports"] + dependencies,
        path: "Sources/Adapters/\(technology)",
        swiftSettings: strict
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

/// What tests share; not part of the product.
func kit(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

let core: [Target] = [
    .target(name: "Domain", dependencies: [crypto], swiftSettings: strict),
    .target(name: "Ports", dependencies: ["Domain"], swiftSettings: strict),
    .target(name: "Actors", dependencies: ["Domain", "Ports", collections], swiftSettings: strict),
    adapter("InMemory"),
    // Not pure, but what reads the documents that the domain's formats and rules are for.
    .systemLibrary(name: "CLibXML2", path: "Sources/Adapters/CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    adapter("XML", ["CLibXML2"]),

    kit("PropertyKit", []),
    kit("PortContract", ["Domain", "Ports"]),
    kit("Simulation", ["Domain", "Ports", "Actors", "InMemoryAdapter", "PropertyKit"]),

    // The oracle of exact arithmetic is a library of big integers, which the product does without.
    tests(
        "DomainTests", ["Domain", "PropertyKit", .product(name: "BigInt", package: "BigInt"), crypto], exclude: ["Signing/webhooks.py"]),
    tests("ActorsTests", ["Domain", "Ports", "Actors", "InMemoryAdapter", "XMLAdapter", "PropertyKit", "Simulation"]),
    tests("InMemoryTests", ["Domain", "Ports", "InMemoryAdapter", "PortContract"]),
    tests("SimulationTests", ["Domain", "Ports", "Actors", "InMemoryAdapter", "Simulation"]),
    tests("XMLTests", ["Domain", "Ports", "XMLAdapter", "PropertyKit"]),
    tests("JudgeTests", ["Domain", "XMLAdapter"]),
]

let shell: [Target] = [
    .systemLibrary(name: "CSQLite", path: "Sources/Adapters/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    adapter("SQLite", ["CSQLite", collections]),
    .systemLibrary(name: "CLibpq", path: "Sources/Adapters/CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    adapter("Postgres", ["CLibpq", collections, crypto]),
    .systemLibrary(name: "CRdKafka", path: "Sources/Adapters/CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    adapter("Kafka", ["CRdKafka"]),
    adapter("System", [collections]),
    adapter("Sealing", [crypto]),
    adapter(
        "Telemetry",
        [
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
        ]),
    adapter("JWT", [.product(name: "JWTKit", package: "jwt-kit"), crypto]),
    .systemLibrary(name: "CZlib", path: "Sources/Adapters/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    adapter(
        "HTTPClient",
        [
            "CZlib",
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ]),
    adapter(
        "HTTPServer",
        [
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            lifecycle,
            crypto,
            logging,
        ]),
    .executableTarget(
        name: "Main",
        dependencies: [
            "Domain", "Ports", "Actors",
            "InMemoryAdapter", "SQLiteAdapter", "SystemAdapter", "SealingAdapter", "TelemetryAdapter", "JWTAdapter",
            "HTTPClientAdapter", "HTTPServerAdapter", "PostgresAdapter", "KafkaAdapter", "XMLAdapter", "CSQLite",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
            crypto,
            lifecycle,
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            logging,
        ],
        path: "Sources/Main",
        swiftSettings: strict
    ),
    tests("SealingTests", ["Domain", "Ports", "SealingAdapter", "SystemAdapter", "PortContract", "PropertyKit"]),
    tests("SystemTests", ["Domain", "Ports", "SystemAdapter"]),
    tests("SQLiteTests", ["CSQLite", "Domain", "Ports", "SQLiteAdapter", "PortContract", "PropertyKit", "SealingAdapter"]),
    tests(
        "HTTPClientTests",
        [
            "Domain", "Ports", "HTTPClientAdapter", "XMLAdapter", "CZlib", "PropertyKit",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
        ], exclude: ["SOAP/peers.py"]),
    tests(
        "HTTPServerTests",
        [
            "Domain", "Ports", "HTTPServerAdapter", "JWTAdapter", "SealingAdapter", "SystemAdapter", "TelemetryAdapter", "XMLAdapter",
            crypto,
            lifecycle, logging,
        ]),
    tests(
        "TelemetryTests",
        [
            "Domain", "Ports", "SystemAdapter", "TelemetryAdapter",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ]),
    kit("PostgresKit", []),
    tests("PostgresTests", ["CLibpq", "Domain", "Ports", "PostgresAdapter", "PortContract", "PostgresKit"]),
    kit("KafkaKit", ["CRdKafka"], exclude: ["readback.py"]),
    .executableTarget(name: "MockBroker", dependencies: ["KafkaKit"], path: "Tests/MockBroker", swiftSettings: strict),
    tests("KafkaTests", ["CRdKafka", "Domain", "Ports", "KafkaAdapter", "KafkaKit", "MockBroker", "PortContract"]),
    tests("BlackBoxTests", ["Domain", "PostgresKit", "KafkaKit", "PropertyKit", crypto]),
    tests("ArchitectureTests", []),
]

let package = Package(
    name: "ledgerflow",
    platforms: [.macOS(.v15)],
    products: coreOnly ? [] : [.executable(name: "ledgerflow", targets: ["Main"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    ]
        + (coreOnly
            ? []
            : [
                .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
                .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
                .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
                .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
                .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
                .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
                .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
                .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
                .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
            ]),
    targets: coreOnly ? core : core + shell
)
