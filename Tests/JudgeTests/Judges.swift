internal import Domain
internal import Foundation
internal import Testing
internal import XMLAdapter

/// The folder of data by which others judge.
struct Judges {
    let folder: URL

    init() {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["LEDGERFLOW_JUDGES"] ?? "../shared/judges"
        folder = URL(filePath: named, directoryHint: .isDirectory, relativeTo: repository).absoluteURL
    }

    var exists: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "en16931").path) }

    var missing: Comment {
        "Skipped: there is no folder \(folder.path)/en16931. Set LEDGERFLOW_JUDGES to the folder that holds the official tests."
    }

    /// The XML files at any depth, in the order of their names.
    func files(under path: String) throws -> [URL] {
        let top = folder.appending(path: path)
        let all = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return all.filter { $0.pathExtension.lowercased() == "xml" }.sorted { $0.path < $1.path }
    }

    func read(_ file: URL) throws -> XMLTree { try XMLReader.read(Array(Data(contentsOf: file))) }
}

/// A file of official unit tests.
struct TestSet {
    struct Expectation: CustomStringConvertible {
        let kind: String
        let rule: String
        let number: Int?

        var description: String { "\(kind) \(rule)\(number.map { " \($0) times" } ?? "")" }

        func isMet(by raised: [Finding]) -> Bool {
            switch kind {
            case "success": raised.isEmpty
            case "error": isCounted(raised) && raised.allSatisfy { $0.severity == .fatal }
            default: isCounted(raised) && raised.allSatisfy { $0.severity == .warning }
            }
        }

        private func isCounted(_ raised: [Finding]) -> Bool { number.map { raised.count == $0 } ?? !raised.isEmpty }
    }

    struct Case {
        let number: Int
        let expectations: [Expectation]
        let document: XMLTree
    }

    private(set) var tests: [Case] = []

    init(_ tree: XMLTree) throws {
        for test in tree.children(of: tree.root) where Self.name(tree, test) == "test" {
            var expectations: [Expectation] = []
            var document: XMLTree.Element?
            for child in tree.children(of: test) {
                if Self.name(tree, child) == "assert" {
                    for entry in tree.children(of: child) where ["success", "error", "warning"].contains(Self.name(tree, entry)) {
                        let number = tree.attributes(of: entry).first { $0.qualifiedName == "number" }?.value
                        expectations.append(
                            Expectation(kind: Self.name(tree, entry), rule: tree.trimmedText(of: entry), number: number.flatMap { Int($0) })
                        )
                    }
                } else {
                    document = child
                }
            }
            guard let document else { continue }
            tests.append(Case(number: tests.count + 1, expectations: expectations, document: tree.subtree(at: document)))
        }
    }

    /// The name without its namespace.
    private static func name(_ tree: XMLTree, _ element: XMLTree.Element) -> String {
        String(tree.qualifiedName(of: element).split(separator: "}").last ?? "")
    }
}
