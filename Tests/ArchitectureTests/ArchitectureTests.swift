import Testing

/// The design's rules, held by reading the sources.
@Suite struct ArchitectureTests {
    @Test(arguments: Rule.all)
    func everySourceKeepsTheRule(rule: Rule) {
        for breach in Repository.sources.flatMap(rule.breaches) { Issue.record(Comment(rawValue: breach)) }
    }

    @Test(arguments: Rule.all)
    func theRuleCanFail(rule: Rule) {
        let bad = SourceFile(path: rule.badSample.path, source: rule.badSample.source)
        #expect(!rule.breaches(bad).isEmpty, "a bad sample passes: \(bad.source.prefix(100))")
    }

    @Test(arguments: Rule.all)
    func theRuleDoesNotFailForWhatOnlyLooksLikeABreach(rule: Rule) {
        let good = SourceFile(path: rule.goodSample.path, source: rule.goodSample.source)
        #expect(rule.breaches(good).isEmpty)
    }

    @Test func theSourcesAreFound() {
        for folder in ["Domain", "Ports", "Actors", "Adapters/SQLite", "Main"] {
            #expect(Repository.sources.contains { $0.isUnder(folder) }, "no source under \(folder)")
        }
        #expect(Repository.sources.contains { !$0.imports.isEmpty })
    }

    @Test func everyFolderOfSourcesIsATargetOfThePackage() throws {
        let description = try Repository.packageDescription
        for folder in try Repository.folders(in: "Sources") where folder != "Adapters" {
            #expect(Package.hasTarget(folder, in: description), "Sources/\(folder) is no target")
        }
        for folder in try Repository.folders(in: "Sources/Adapters") {
            #expect(Package.hasAdapter(folder, in: description), "Sources/Adapters/\(folder) is no target")
        }
        for folder in try Repository.folders(in: "Tests") {
            #expect(Package.hasTests(folder, in: description), "Tests/\(folder) is no target")
        }
        #expect(
            !Package.hasTarget("Utils", in: description) && !Package.hasAdapter("Utils", in: description)
                && !Package.hasTests("Utils", in: description))
    }

    @Test func nothingIsCalledUtils() {
        let refused = /(Utils|Utilities|Helpers?|Manager|Common|Base|Misc)(\.swift|\/)/
        for file in Repository.sources where file.path.firstMatch(of: refused) != nil {
            Issue.record("\(file.path) has a name that says nothing")
        }
        #expect("Sources/Domain/DateHelper.swift".firstMatch(of: refused) != nil)
    }

    @Test func commentsAndStringsAreNoCode() {
        let text = SwiftText(
            ##"""
            a // b
            /* c /* d */ e */ f
            let g = "h \(i("j")) \" k" + l
            let m = #"n " \(o) \#(p)"# + q
            let r = """
                s "t" \(u)
                """ + v
            """##)
        let words = text.code.split { !$0.isLetter }.map(String.init)
        #expect(words == ["a", "f", "let", "g", "i", "l", "let", "m", "p", "q", "let", "r", "u", "v"])
        #expect(text.lines.count == 7)
    }
}

/// What the package description declares.
private enum Package {
    static func hasTarget(_ name: String, in description: String) -> Bool {
        description.contains("arget(\n        name: \"\(name)\"") || description.contains("arget(name: \"\(name)\"")
    }
    static func hasAdapter(_ name: String, in description: String) -> Bool {
        description.contains("adapter(\"\(name)\"") || description.contains("adapter(\n        \"\(name)\"")
            || description.contains("path: \"Sources/Adapters/\(name)\"")
    }
    static func hasTests(_ name: String, in description: String) -> Bool {
        description.contains("path: \"Tests/\(name)\"")
            || ["tests", "kit"].contains {
                description.contains("\($0)(\"\(name)\"") || description.contains("\($0)(\n        \"\(name)\"")
            }
    }
}
