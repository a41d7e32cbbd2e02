import Domain
import PropertyKit
import Testing
import XMLAdapter

@Suite("A hostile or broken document")
struct HostileDocumentTests {
    private func refusal(_ text: String, limits: XMLLimits = .standard) -> XMLError.Kind? { refusal(Array(text.utf8), limits: limits) }

    private func refusal(_ bytes: [UInt8], limits: XMLLimits = .standard) -> XMLError.Kind? {
        do {
            _ = try XMLReader.read(bytes, limits: limits)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test("with a document type declaration is refused, whatever it declares")
    func documentTypes() {
        let bomb = """
            <?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
            <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><lolz>&lol3;</lolz>
            """
        #expect(refusal(bomb) == .documentType)
        #expect(refusal("<!DOCTYPE a><a/>") == .documentType)
        #expect(refusal("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>") == .documentType)
        #expect(refusal("<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>") == .documentType)
        #expect(refusal("<!DOCTYPE a PUBLIC \"-//X\" \"http://127.0.0.1:1/a.dtd\"><a/>") == .documentType)
        #expect(refusal("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/p\"> %p;]><a/>") == .documentType)
        #expect(refusal("<!DOCTYPE a [<!ATTLIST a b CDATA \"default\">]><a/>") == .documentType)
    }

    @Test("with an entity that XML itself does not define is refused")
    func entities() throws {
        #expect(refusal("<a>&nbsp;</a>") == .entity)
        #expect(refusal("<a b='&x;'/>") == .entity)
        let tree = try XMLReader.read(Array("<a b='&quot;&#65;'>&lt;&gt;&amp;&apos;&#x645;</a>".utf8))
        #expect(tree.text(of: tree.root) == "<>&'م")
        #expect(tree.attributes(of: tree.root).map(\.value) == ["\"A"])
    }

    @Test("beyond a limit is refused with the limit")
    func limits() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(refusal(deep) == .tooDeep(limit: 64))
        let attributes = "<a " + (0..<1_000).map { "a\($0)=''" }.joined(separator: " ") + "/>"
        #expect(refusal(attributes) == .tooManyAttributes(limit: 64))
        let namespaces = "<a " + (0..<1_000).map { "xmlns:a\($0)='u'" }.joined(separator: " ") + "/>"
        #expect(refusal(namespaces) == .tooManyAttributes(limit: 64))
        let elements = "<a>" + String(repeating: "<b/>", count: 2_000) + "</a>"
        #expect(refusal(elements, limits: XMLLimits(elements: 1_000)) == .tooManyElements(limit: 1_000))
        let names = "<a>" + (0..<2_000).map { "<b\($0)/>" }.joined() + "</a>"
        #expect(refusal(names, limits: XMLLimits(otherNames: 100)) == .tooManyNames(limit: 100))
        // Each name would be kept with its namespace, and told with it in each step of a path.
        for (count, kind) in [(1_023, nil), (1_024, XMLError.Kind.nameTooLong(limit: 1_024))] {
            let uri = "urn:" + String(repeating: "u", count: count - 4)
            #expect(refusal("<a xmlns='\(uri)'/>") == kind)
            #expect(refusal("<a xmlns:p='\(uri)' p:b=''/>") == kind)
            #expect(refusal("<a><\(String(repeating: "b", count: count + 1))/></a>") == kind)
        }
        let text = "<a>" + String(repeating: "x", count: 100_000) + "</a>"
        #expect(refusal(text, limits: XMLLimits(bytes: 50_000)) == .tooManyBytes(limit: 50_000))
        #expect(refusal(text) == nil)
    }

    @Test("with a tag, comment or instruction of enormous length is refused before it is parsed")
    func enormousTags() {
        let tag = "<a " + (0..<200_000).map { "a\($0)=''" }.joined(separator: " ") + "/>"
        #expect(refusal(tag)?.isMalformed == true)
        #expect(refusal("<a b='" + String(repeating: "x", count: 4_000_000) + "'/>")?.isMalformed == true)
        #expect(refusal("<a><!--" + String(repeating: "x", count: 4_000_000) + "--></a>")?.isMalformed == true)
        #expect(refusal("<a><?p " + String(repeating: "x", count: 4_000_000) + "?></a>")?.isMalformed == true)
        #expect(refusal("<" + String(repeating: "a", count: 4_000_000) + "/>")?.isMalformed == true)
    }

    @Test("with megabytes of text or CDATA is read")
    func longText() throws {
        let long = String(repeating: "0123456789", count: 1_500_000)
        for document in ["<a>\(long)</a>", "<a><![CDATA[\(long)]]></a>"] {
            let tree = try XMLReader.read(Array(document.utf8))
            #expect(tree.utf8(of: tree.root).count == 15_000_000)
        }
    }

    @Test("that ends too early is refused, wherever it is cut")
    func truncated() throws {
        let whole = Array("<?xml version=\"1.0\"?><a b=\"1\"><c>text &amp; more</c><!-- x --><d/><![CDATA[y]]></a>".utf8)
        _ = try XMLReader.read(whole)
        for length in 0..<whole.count {
            let kind = refusal(Array(whole[..<length]))
            #expect(kind != nil, "cut at \(length)")
        }
        #expect(refusal("") == .empty)
        #expect(refusal("   \n ") == .empty)
        #expect(refusal("<a><b></b>") == .unexpectedEnd)
    }

    @Test("that is not well-formed is refused with the place and a sentence of our own")
    func malformed() {
        for text in [
            "<a></b>", "<a b=1/>", "<a b='1' b='2'/>", "<a", "<a><b></a></b>", "<a/><b/>", "Zq9", "<a>&Zq9</a>", "<a>]]></a>", "<a b='<'/>",
            "<x:a/>",
            "<a x:b='1'/>", "<1a/>", "<a>\u{1}</a>", "<a>&#0;</a>", "<a>&#xFFFF;</a>", "<a/>Zq9", "<a xmlns:b=''/>", "<a><!-- -- --></a>",
            "<?xml version='1.0'?><?xml version='1.0'?><a/>", " <?xml version='1.0'?><a/>",
        ] {
            do {
                _ = try XMLReader.read(Array(text.utf8))
                Issue.record("read: \(text)")
            } catch {
                #expect(error.line == 1 && error.column > 0, "\(text): \(error)")
                #expect(!error.description.contains("Zq9"), "\(error)")
            }
        }
        do {
            _ = try XMLReader.read(Array("<a>\n<b>\n  </c></a>".utf8))
        } catch {
            #expect(error.line == 3)
        }
    }

    @Test("with bytes that its encoding does not allow, or with NUL, is refused")
    func wrongEncodings() {
        #expect(refusal([0x3C, 0x61, 0x3E, 0xC3, 0x28, 0x3C, 0x2F, 0x61, 0x3E]) != nil)
        #expect(refusal([0x3C, 0x61, 0x3E, 0xED, 0xA0, 0x80, 0x3C, 0x2F, 0x61, 0x3E]) != nil)
        #expect(refusal(Array("<?xml version='1.0' encoding='nonsense'?><a/>".utf8)) == .encoding)
        #expect(refusal(Array("<a>x\0y</a>".utf8)) != nil)
        #expect(refusal(Array("<a b='x\0y'/>".utf8)) != nil)
        #expect(refusal(Array("<a/>\0".utf8)) != nil)
        #expect(refusal([0, 0, 0, 0, 0]) != nil)
        #expect(refusal([0xFF, 0xFE, 0x3C]) != nil)
    }

    @Test("in another encoding is read as the text that it holds")
    func encodings() throws {
        let body = "<a>Ünïcode فاتورة 🧾</a>"
        var documents: [[UInt8]] = [Array(body.utf8), [0xEF, 0xBB, 0xBF] + Array(body.utf8)]
        documents.append([0xFF, 0xFE] + body.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        documents.append([0xFE, 0xFF] + body.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        for document in documents {
            let tree = try XMLReader.read(document)
            #expect(tree.text(of: tree.root) == "Ünïcode فاتورة 🧾")
        }
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xDC, 0xE9] + Array("</a>".utf8)
        let tree = try XMLReader.read(latin)
        #expect(tree.text(of: tree.root) == "Üé")
    }

    @Test("is read alike whatever pieces it comes in")
    func pieces() throws {
        let body = "<?xml version='1.0'?>\r\n<a xmlns:b='u'>é<b:c d='1 &gt; 2'>x\r\ny</b:c><![CDATA[<&>]]><!-- c --></a>\n"
        let utf16: [UInt8] = [0xFF, 0xFE] + body.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        for document in [Array(body.utf8), utf16] {
            let whole = try XMLReader.read(document)
            for size in [1, 2, 3, 5, 7, 11] {
                var reader = try XMLReader()
                for start in stride(from: 0, to: document.count, by: size) {
                    try reader.feed(Array(document[start..<min(start + size, document.count)]))
                }
                let tree = try reader.finish()
                #expect(tree.text(of: tree.root) == whole.text(of: whole.root))
                #expect(tree.elementCount == whole.elementCount)
            }
        }
    }

    @Test("stays refused: the reader repeats its error")
    func repeated() throws {
        var reader = try XMLReader()
        var kinds: [XMLError.Kind] = []
        for piece in ["<!DOCTYPE a>", "<a/>"] {
            do { try reader.feed(Array(piece.utf8)) } catch { kinds.append(error.kind) }
        }
        #expect(kinds == [.documentType, .documentType])
    }

    @Test("made of a sound one by changing bytes is read or refused, and never more than that")
    func mutations() throws {
        var chance = SeededGenerator(seed: 42)
        var sources: [[UInt8]] = []
        for _ in 0..<6 { sources.append(try UBLWriter.write(DocumentChange.document(DocumentChange.some(&chance)))) }
        for _ in 0..<6 { sources.append(try CIIWriter.write(DocumentChange.document(DocumentChange.some(&chance)))) }
        var (read, refused) = (0, 0)
        for round in 0..<20_000 {
            var bytes = sources[round % sources.count]
            for _ in 0..<Int.random(in: 1...4, using: &chance) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &chance)
                switch Int.random(in: 0..<4, using: &chance) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &chance)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &chance), at: index)
                case 2: bytes.remove(at: index)
                default: bytes[index] = Array("<>&\"'/=0-.".utf8)[Int.random(in: 0..<10, using: &chance)]
                }
            }
            do {
                let tree = try XMLReader.read(bytes)
                _ = UBLReader.read(tree)
                _ = CIIReader.read(tree)
                read += 1
            } catch {
                #expect(!error.description.isEmpty)
                refused += 1
            }
        }
        #expect(read > 0 && refused > 0)
    }
}

extension XMLError.Kind {
    fileprivate var isMalformed: Bool { if case .malformed = self { true } else { false } }
}
