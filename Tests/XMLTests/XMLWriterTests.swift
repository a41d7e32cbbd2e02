import Domain
import Testing
import XMLAdapter

@Suite("The XML writer")
struct XMLWriterTests {
    private func written(indentation: Int = 0, _ body: (inout XMLWriter) -> Void) throws -> String {
        var xml = XMLWriter(indentation: indentation)
        body(&xml)
        let text = String(decoding: try xml.finish(), as: UTF8.self)
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        #expect(text.hasPrefix(declaration))
        return String(text.dropFirst(declaration.count))
    }

    @Test("escapes what has a meaning in XML, and white space that a reader would change")
    func escapes() throws {
        let text = try written { xml in
            xml.element("a") { xml in
                xml.attribute("b", "<&>\"'\t\n\r é")
                xml.text("<&>\"'\t\n\r é ]]> فاتورة")
            }
        }
        #expect(text == "<a b=\"&lt;&amp;&gt;&quot;'&#9;&#10;&#13; é\">&lt;&amp;&gt;\"'\t\n&#13; é ]]&gt; فاتورة</a>")
    }

    @Test("writes any text so that it is read back byte by byte, wherever in it a special character stands")
    func everyPosition() throws {
        for special in ["<", "&", ">", "\"", "\t", "\r", "\n", "é", "\u{FEFF}", "\u{FFFD}", "\u{E000}", "🧾"] {
            for before in 0..<20 {
                let value = String(repeating: "x", count: before) + special + "yyyyyyyyyyyy"
                var xml = XMLWriter()
                xml.element("a") { xml in
                    xml.attribute("b", value)
                    xml.text(value)
                }
                let tree = try XMLReader.read(try xml.finish())
                #expect(Array(tree.utf8(of: tree.root)) == Array(value.utf8))
                #expect(tree.attributes(of: tree.root).first.map { Array($0.value.utf8) } == Array(value.utf8))
            }
        }
    }

    @Test("refuses a character that XML cannot carry, and says which and where")
    func forbidden() {
        for (text, scalar) in [
            ("a\u{0}", 0), ("\u{1}", 1), ("12345678\u{1F}", 0x1F), ("x\u{FFFE}", 0xFFFE), ("\u{FFFF}", 0xFFFF), ("\u{B}", 0xB),
        ] as [(String, UInt32)] {
            var xml = XMLWriter()
            xml.element("a") { $0.element("b", text) }
            do {
                _ = try xml.finish()
                Issue.record("written: \(scalar)")
            } catch {
                #expect(error == XMLWriteError(element: "b", scalar: scalar))
            }
        }
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        document.paymentTerms = "\u{8}"
        #expect(throws: XMLWriteError(element: "cbc:Note", scalar: 8)) { try UBLWriter.write(document) }
        #expect(throws: XMLWriteError(element: "ram:Description", scalar: 8)) { try CIIWriter.write(document) }
        #expect(
            XMLWriteError(element: "cbc:Note", scalar: 8).description
                == "the text of cbc:Note holds U+0008, which XML cannot carry; remove it")
    }

    @Test("leaves out a group that holds nothing, and an optional that is nil, and keeps an empty element")
    func groups() throws {
        let text = try written { xml in
            xml.element("a") { xml in
                xml.group("b") { xml in xml.group("c") { $0.element("d", nil as String?) } }
                xml.group("e") { xml in
                    xml.group("f") { _ in }
                    xml.element("g", "")
                    xml.group("h") { $0.attribute("i", "") }
                }
                xml.element("j") { _ in }
            }
        }
        #expect(text == "<a><e><g></g><h i=\"\"/></e><j/></a>")
        #expect(try written { $0.element("a") { xml in xml.group("b") { $0.attribute("c", nil) } } } == "<a/>")
    }

    @Test("indents elements, and never text")
    func indentation() throws {
        let text = try written(indentation: 2) { xml in
            xml.element("a") { xml in
                xml.group("skipped") { _ in }
                xml.element("b") { $0.element("c", "text") }
                xml.group("skipped") { _ in }
            }
        }
        #expect(text == "\n<a>\n  <b>\n    <c>text</c>\n  </b>\n</a>")
    }

    @Test("writes base64 with its padding")
    func base64() throws {
        for (bytes, text) in [
            ([], ""), ([0x66], "Zg=="), ([0x66, 0x6F], "Zm8="), ([0x66, 0x6F, 0x6F], "Zm9v"), ([0xFF, 0xFE, 0xFD, 0xFB], "//79+w=="),
        ]
            as [([UInt8], String)]
        {
            #expect(try written { $0.element("a") { $0.base64(bytes) } } == "<a>\(text)</a>")
        }
    }
}
