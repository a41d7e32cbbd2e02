import Domain
import Testing
import XMLAdapter

@Suite("A document that was cut out of another is read as it stood there")
struct SliceTests {
    private static func octets(_ text: String, _ encoding: String) -> [UInt8] {
        switch encoding {
        case "UTF-16LE": text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        case "UTF-16BE": text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        case "UTF-8": Array(text.utf8)
        // é is the same in all of them.
        default: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        }
    }

    @Test(arguments: ["UTF-8", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "ISO-8859-15", "windows-1252"])
    func inItsEncodingAndWithItsNamespaces(_ encoding: String) throws {
        let slice = Self.octets("<p:Invoice><Number a=\"é\">é1</Number></p:Invoice>", encoding)
        let tree = try XMLReader.read(
            slice: slice, encoding: encoding,
            namespaces: [
                InheritedNamespace(prefix: "", uri: "urn:a&b?c='d'"), InheritedNamespace(prefix: "p", uri: "urn:p"),
            ])
        #expect(tree.qualifiedName(of: tree.root) == "p:Invoice" || tree.qualifiedName(of: tree.root).hasSuffix("Invoice"))
        let number = try #require(Array(tree.children(of: tree.root)).first)
        #expect(tree.text(of: number) == "é1")
        #expect(tree.parent(of: tree.root) == nil)
    }

    @Test(arguments: ["my invoices", "{a}b", "http://[", "%zz", "ü", " ", "relative"])
    func aNamespaceMayHaveAnyNameForBothReaders(_ name: String) throws {
        let content = "<a xmlns='\(name)'>\(Batch.invoice(1, "<q:x xmlns:q='\(name)2' q:y='1'/>"))</a>"
        let invoice = try #require(Outcome(Batch.envelope(content)).invoices.first)
        let tree = try XMLReader.read(slice: invoice.octets, encoding: invoice.encoding, namespaces: invoice.namespaces)
        #expect(tree.qualifiedName(of: tree.root) == "Q{\(name)}Invoice")
    }

    @Test func whatIsWrongIsToldByItsPlaceInTheSlice() {
        let namespaces = [InheritedNamespace(prefix: "p", uri: "urn:p")]
        for (text, line, column) in [("<a><b></a></a>", 1, 11), ("<a>\n<b></a></a>", 2, 8)] {
            do throws(XMLError) {
                _ = try XMLReader.read(slice: Array(text.utf8), encoding: "UTF-8", namespaces: namespaces)
                Issue.record("\(text) was read")
            } catch {
                #expect(error.line == line && error.column == column, "\(text): \(error)")
            }
        }
    }

    @Test func aPrefixMayBeOfAnyLetters() throws {
        let slice = Self.octets("<é:a/>", "ISO-8859-1")
        let namespaces = [InheritedNamespace(prefix: "é", uri: "urn:é")]
        let tree = try XMLReader.read(slice: slice, encoding: "ISO-8859-1", namespaces: namespaces)
        #expect(tree.qualifiedName(of: tree.root) == "Q{urn:é}a")
    }

    @Test func nothingButOneElementIsASlice() {
        for text in ["", "<a/><b/>", "</slice><slice>", "<a>", "<p:a/>"] {
            #expect(throws: XMLError.self) { try XMLReader.read(slice: Array(text.utf8), encoding: "UTF-8", namespaces: []) }
        }
    }
}
