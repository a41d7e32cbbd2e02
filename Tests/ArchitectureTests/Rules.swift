extension Rule {
    static let all: [Rule] = [arrows, adaptersApart, bounded, size] + pure + sound

    // MARK: Arrows

    /// What comes with the language or the system, and knows nothing of the engine.
    private static let system: Set<String> = ["Swift", "Synchronization", "Foundation", "Glibc", "Musl", "Darwin"]

    private static func allowed(_ file: SourceFile) -> Set<String>? {
        // Pure code needs neither the system nor a lock; cryptography and collections are functions of their arguments.
        if file.isUnder("Domain") { return ["Crypto"] }
        if file.isUnder("Ports") { return ["Domain", "Synchronization"] }
        if file.isUnder("Actors") {
            return ["Domain", "Ports", "Synchronization", "DequeModule", "HeapModule", "OrderedCollections", "Collections"]
        }
        return nil
    }

    static let arrows = Rule(
        "imports run downward only",
        breaches: { file in
            guard let allowed = allowed(file) else { return [] }
            return file.imports.filter { !allowed.contains($0.module) }.map {
                "\(file.path):\($0.line): imports \($0.module), which is not below it"
            }
        },
        bad: ("Sources/Domain/Bad.swift", "internal import Ports\n"),
        good: ("Sources/Ports/Good.swift", "public import Domain\n// import Actors\n"))

    private static let technologies: [String: Set<String>] = [
        "InMemory": [], "Telemetry": ["AsyncHTTPClient", "NIOCore", "NIOHTTP1"], "SQLite": ["CSQLite", "DequeModule", "HeapModule"],
        "Sealing": ["Crypto"], "System": ["DequeModule", "HeapModule", "PriorityQueueModule"], "XML": ["CLibXML2"],
        "Postgres": ["CLibpq", "DequeModule", "Crypto"], "Kafka": ["CRdKafka"],
        "JWT": ["JWTKit", "Crypto"],
        "HTTPClient": ["CZlib", "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "Logging"],
        "HTTPServer": [
            "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOPosix", "NIOHTTP1", "ServiceLifecycle", "Crypto", "Logging",
        ],
    ]

    /// An adapter sees its own technology, the ports and the domain: neither the actors nor another adapter.
    static let adaptersApart = Rule(
        "an adapter imports the ports, the domain and its own technology",
        breaches: { file in
            guard let technology = file.technology else { return [] }
            guard let own = technologies[technology] else {
                return ["\(file.path): the adapter \(technology) is not in the list of this test"]
            }
            let allowed = own.union(system).union(["Domain", "Ports"])
            return file.imports.filter { !allowed.contains($0.module) }.map { "\(file.path):\($0.line): imports \($0.module)" }
        },
        bad: ("Sources/Adapters/HTTPServer/Bad.swift", "internal import SQLiteAdapter\n"),
        good: ("Sources/Adapters/SQLite/Good.swift", "internal import CSQLite\ninternal import Ports\n"))

    // MARK: Purity

    /// What would make a run of the simulation differ from its repetition.
    private static let pure: [Rule] = [
        Rule(
            "no clock but the port", in: ["Domain", "Actors", "Ports"],
            forbids: { /\bDate\(\)|\bDate\.now\b|\bContinuousClock\b|\bSuspendingClock\b|\bclock_gettime\b|\bgettimeofday\b/ },
            bad: "let now = Date()\n", good: "// Date() is not used\nlet text = \"Date()\"\nlet date = HTTPDate()\n"),
        Rule(
            "no sleep but the port's", in: ["Domain", "Actors", "Ports"], forbids: { /\bTask\s*\.\s*sleep\b|\busleep\(|\bnanosleep\(/ },
            bad: "try await Task.sleep(for: .seconds(1))\n", good: "await time.sleep(until: deadline)\n"),
        Rule(
            "no task outside a group", in: ["Domain", "Actors", "Ports"],
            forbids: { /\bTask\s*(<[^>]*>)?\s*(\{|\()|\bTask\s*\.\s*(detached|immediate)\b|\bDispatchQueue\b|\bThread\b/ },
            bad: "Task { await run() }\n", good: "group.addTask { await run() }\nfunc runTask() {}\n"),
        Rule(
            "no identifier but the port's", in: ["Domain", "Actors", "Ports"], forbids: { /\bUUID\(\)/ }, bad: "let id = UUID()\n",
            good: "let id = UniqueId.version7()\n"),
        Rule(
            "no chance but the port's", in: ["Domain", "Actors", "Ports"],
            forbids: { /\bSystemRandomNumberGenerator\b|\.random\((?![^\n]*\busing:)|\.(shuffled|shuffle|randomElement)\(\)|\barc4random/ },
            bad: "let number = Int.random(in: 0..<6)\n",
            good: "let number = Int.random(in: 0..<6, using: &generator)\nlet bits = entropy.next()\n"),
        Rule(
            "no floating point in the domain", in: ["Domain"], forbids: { /\b(Double|Float|Float16|Float80|CGFloat)\b/ },
            bad: "let price: Double = 1\n",
            good: "let price: Int64 = 1 // no Double\n"),
        Rule(
            "no waiting in the domain", in: ["Domain"], forbids: { /\b(async|await|actor)\b/ }, bad: "func decide() async {}\n",
            good: "let text = \"await\"\n"),
        Rule(
            "no printing", in: ["Domain", "Ports", "Actors", "Adapters"], forbids: { /(^|[^.\w])(print|debugPrint|dump)\(/ },
            bad: "print(state)\n", good: "footprint(1)\n"),
    ]

    // MARK: Soundness

    private static let sound: [Rule] = [
        Rule("no try!", forbids: { /\btry!/ }, bad: "let x = try! f()\n", good: "let x = try? f() // not try!\n"),
        Rule("no fatalError", forbids: { /\bfatalError\(/ }, bad: "fatalError(\"no\")\n", good: "let text = \"fatalError(\"\n"),
        Rule("no as!", forbids: { /\bas!/ }, bad: "let x = y as! Int\n", good: "let x = y as? Int\n"),
    ]

    /// Unbounded is the default of `AsyncStream`; the file must say how much it holds.
    static let bounded = Rule(
        "a stream is bounded",
        breaches: { file in
            let lines = file.code.lines
            return file.lines(matching: /\bAsync(Throwing)?Stream\b\s*(<[^>]*>)?\s*(\(|\.makeStream|\.init)/).filter { line in
                let call = lines[(line - 1)..<min(lines.count, line + 3)].joined(separator: " ")
                return call.firstMatch(of: /\.buffering(Newest|Oldest)\(/) == nil && call.firstMatch(of: /\bunfolding:/) == nil
            }.map { "\(file.path):\($0): an AsyncStream without a bound" }
        },
        bad: ("Sources/Main/Bad.swift", "let (a, b) = AsyncStream.makeStream(of: Int.self)\n"),
        good: ("Sources/Main/Good.swift", "let (a, b) = AsyncStream.makeStream(\n    of: Int.self, bufferingPolicy: .bufferingNewest(1))\n")
    )

    static let size = Rule(
        "a file has at most 500 lines",
        breaches: { file in
            let count = file.source.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            return count > 500 ? ["\(file.path): \(count) lines"] : []
        },
        bad: ("Sources/Main/Bad.swift", String(repeating: "\n", count: 501)),
        good: ("Sources/Main/Good.swift", String(repeating: "\n", count: 500)))
}
