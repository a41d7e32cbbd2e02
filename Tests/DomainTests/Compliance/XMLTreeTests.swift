import PropertyKit
import Testing

@testable import Domain

@Suite struct XMLTreeTests {
    private func tree(_ root: Sample.Part) throws -> XMLTree { try Sample(root: root).tree() }

    @Test("Every name of the vocabulary is found by its namespace and local name, and spelled with its prefix")
    func vocabulary() throws {
        var builder = XMLTree.Builder()
        for name in XMLName.allCases where name != .other {
            let uri = Array(name.namespaceURI.utf8)
            let local = Array(name.localName.utf8)
            let found = try uri.withUnsafeBytes { uri in try local.withUnsafeBytes { try builder.name(namespace: uri, local: $0) } }
            #expect(found.known == name)
        }
        #expect(XMLName.cbcID.text == "cbc:ID")
        #expect(XMLName.ublInvoice.text == "Invoice")
        #expect(XMLName.rsmCrossIndustryInvoice.text == "rsm:CrossIndustryInvoice")
        #expect(XMLName.udtDateTimeString.namespaceURI == "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100")
        for name in XMLName.allCases { #expect(XMLName.allCases[Int(name.rawValue)] == name) }
        for name in XMLAttribute.allCases { #expect(XMLAttribute.allCases[Int(name.rawValue)] == name) }
    }

    @Test("A name outside the vocabulary keeps its namespace, and a known local name of another namespace is another name")
    func otherNames() throws {
        var builder = XMLTree.Builder()
        try builder.start(.ublInvoice)
        let uri = Array("urn:x".utf8)
        let local = Array("ID".utf8)
        let name = try uri.withUnsafeBytes { uri in try local.withUnsafeBytes { try builder.name(namespace: uri, local: $0) } }
        #expect(name.known == .other)
        try builder.start(name)
        try builder.end()
        try builder.end()
        let tree = try builder.finish()
        let child = try #require(tree.children(of: tree.root).first { _ in true })
        #expect(tree.qualifiedName(of: child) == "Q{urn:x}ID")
        #expect(tree.path(of: child) == "/Invoice/Q{urn:x}ID")
    }

    @Test("The text of an element is its character data with that of all below it")
    func text() throws {
        let tree = try tree(.init(name: .ublInvoice, text: "a", parts: [.init(.cbcNote, " b "), .init(.cbcID, "ü")]))
        let children = Array(tree.children(of: tree.root))
        #expect(tree.text(of: tree.root) == "a b ü")
        #expect(tree.text(of: children[0]) == " b ")
        #expect(tree.trimmedText(of: children[0]) == "b")
        #expect(tree.text(of: children[1]) == "ü")
    }

    @Test("A path gives positions only where siblings share the name, alone or among many")
    func paths() throws {
        let line = Sample.Part(.cacInvoiceLine, [.init(.cbcID, "1"), .init(.cbcNote, "x"), .init(.cbcNote, "y")])
        let tree = try tree(.init(.ublInvoice, [.init(.cbcID, "1"), line, line, .init(.cbcNote, "z")]))
        let few = XMLPlaces(tree, isMany: false)
        let many = XMLPlaces(tree, isMany: true)
        let all = [tree.root] + Array(tree.descendants(of: tree.root))
        for element in all { #expect(few.path(of: element) == many.path(of: element)) }
        #expect(all.map { tree.path(of: $0) }.contains("/Invoice/cac:InvoiceLine[2]/cbc:Note[1]"))
        #expect(all.map { tree.path(of: $0) }.contains("/Invoice/cbc:Note"))
    }

    @Test("A subtree is the document of its root")
    func subtree() throws {
        let inner = Sample.Part(.cacInvoiceLine, [.init(.cbcID, "7", (.schemeID, "s"))])
        let whole = try tree(
            .init(.cacParty, [.init(.cbcNote, "before", (.languageID, "en")), .init(.ublInvoice, [inner]), .init(.cbcID, "after")]))
        let root = try #require(whole.child(of: whole.root, named: .ublInvoice))
        let part = whole.subtree(at: root)
        let id = try #require(part.descendant(of: part.root, path: [.cacInvoiceLine, .cbcID]))
        #expect(part.elementCount == 3)
        #expect(part.path(of: id) == "/Invoice/cac:InvoiceLine/cbc:ID")
        #expect(part.text(of: id) == "7")
        #expect(part.attribute(.schemeID, of: id) == "s")
        #expect(part.attributes(of: part.root).isEmpty)
        #expect(part.parent(of: part.root) == nil)
    }

    @Test("What is beyond a limit is refused")
    func limits() throws {
        var deep = XMLTree.Builder(limits: XMLLimits(depth: 3))
        for _ in 0..<3 { try deep.start(.cacParty) }
        #expect(throws: XMLError(.tooDeep(limit: 3))) { try deep.start(.cacParty) }

        var wide = XMLTree.Builder(limits: XMLLimits(elements: 2))
        try wide.start(.cacParty)
        try wide.element(.cbcID, "1")
        #expect(throws: XMLError(.tooManyElements(limit: 2))) { try wide.start(.cbcID) }

        var attributed = XMLTree.Builder(limits: XMLLimits(attributesPerElement: 1))
        try attributed.start(.cacParty)
        try attributed.attribute(.schemeID, "1")
        #expect(throws: XMLError(.tooManyAttributes(limit: 1))) { try attributed.attribute(.listID, "1") }

        var long = XMLTree.Builder(limits: XMLLimits(bytes: 4))
        try long.start(.cacParty)
        try long.characters("abcd")
        #expect(throws: XMLError(.tooManyBytes(limit: 4))) { try long.characters("e") }
    }

    @Test("Events out of order are refused")
    func unbalanced() throws {
        var early = XMLTree.Builder()
        #expect(throws: XMLError(.unbalanced)) { try early.end() }
        var twice = XMLTree.Builder()
        try twice.element(.cacParty, "")
        #expect(throws: XMLError(.unbalanced)) { try twice.start(.cacParty) }
        #expect(throws: XMLError(.empty)) { _ = try XMLTree.Builder().finish() }
        #expect(throws: XMLError(.unbalanced)) {
            var open = XMLTree.Builder()
            try open.start(.cacParty)
            _ = try open.finish()
        }
    }
}
