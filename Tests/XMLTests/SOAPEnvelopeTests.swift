import Domain
import PropertyKit
import Testing
import XMLAdapter

@Suite("SOAP envelopes")
struct SOAPEnvelopeTests {
    @Test("Any operation and values are read back as they were", arguments: SOAPVersion.allCases)
    func readBack(version: SOAPVersion) throws {
        let characters: [Character] = ["a", "<", "&", ">", "\"", "'", "]", "\t", "\n", "\r", "é", "\u{FFFD}", "🧾", " ", "-", "ع", "\u{85}"]
        try forAll(cases: 500) { random in
            (0..<Int.random(in: 0...6, using: &random)).map { _ in
                String((0..<Int.random(in: 0...12, using: &random)).map { _ in characters.randomElement(using: &random) ?? "a" })
            }
        } property: { values in
            for (namespace, isQualified) in [("https://a.example/?b=1&c='d'", true), ("urn:x", false), (nil, true)] as [(String?, Bool)] {
                let operation = try SOAPOperation(namespace: namespace, localName: "Get-All", parametersAreQualified: isQualified)
                let parameters = try values.enumerated().map { try SOAPParameter(name: "p\($0)", value: $1) }
                let request = try BatchRequest(
                    url: TargetURL("https://source.example/"), soapVersion: version, operation: operation, parameters: parameters,
                    traceparent: "")
                let tree = try XMLReader.read(request.envelope)
                try #require(tree.qualifiedName(of: tree.root) == "Q{\(version.namespace)}Envelope")
                let body = try #require(Array(tree.children(of: tree.root)).first)
                try #require(tree.qualifiedName(of: body) == "Q{\(version.namespace)}Body")
                let element = try #require(Array(tree.children(of: body)).first)
                let prefix = namespace.map { "Q{\($0)}" } ?? ""
                try #require(tree.qualifiedName(of: element) == prefix + "Get-All")
                let children = Array(tree.children(of: element))
                let names = values.indices.map { (isQualified ? prefix : "") + "p\($0)" }
                try #require(children.map { tree.qualifiedName(of: $0) } == names)
                try #require(children.map { Array(tree.utf8(of: $0)) } == values.map { Array($0.utf8) })
                try #require(tree.elementCount == 3 + values.count)
            }
        }
    }

    @Test("The binding says the action where its version has it")
    func binding() throws {
        func fields(_ version: SOAPVersion, _ action: String?) throws -> [String] {
            try BatchRequest(
                url: TargetURL("https://source.example/"), soapVersion: version, action: action,
                operation: SOAPOperation(namespace: nil, localName: "Get"), traceparent: ""
            ).bindingFields.map { "\($0.name): \($0.value)" }
        }
        #expect(try fields(.v11, "urn:a") == ["Content-Type: text/xml; charset=utf-8", "SOAPAction: \"urn:a\""])
        #expect(try fields(.v11, nil) == ["Content-Type: text/xml; charset=utf-8", "SOAPAction: \"\""])
        #expect(try fields(.v12, "urn:a") == ["Content-Type: application/soap+xml; charset=utf-8; action=\"urn:a\""])
        #expect(try fields(.v12, nil) == ["Content-Type: application/soap+xml; charset=utf-8"])
    }

    static let faults: [(document: String, fault: SOAPFault?)] = [
        (envelope("<s:Fault><faultcode>s:Server</faultcode><faultstring>late</faultstring></s:Fault>"), fault(.server, "late")),
        (envelope("<s:Fault><faultcode> Client.Auth </faultcode></s:Fault>"), fault(.client, "")),
        (envelope("<s:Fault><s:faultcode>x:y:MustUnderstand</s:faultcode></s:Fault>"), fault(.mustUnderstand, "")),
        (
            envelope("<s:Fault><faultcode>s:VersionMismatch</faultcode><detail><a>secret</a></detail></s:Fault>"),
            fault(.versionMismatch, "")
        ),
        (envelope("<s:Fault><faultcode>E17</faultcode></s:Fault>"), fault(.other("E17"), "")),
        (envelope("<s:Fault/>"), fault(.other(""), "")),
        (
            envelope(
                "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>s:Sender</s:Value></s:Subcode></s:Code>"
                    + "<s:Reason><s:Text xml:lang=\"en\">late</s:Text><s:Text xml:lang=\"de\">spät</s:Text></s:Reason></s:Fault>", .v12),
            fault(.server, "late", .v12)
        ),
        (envelope("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>", .v12), fault(.client, "", .v12)),
        // The names of the other version say nothing.
        (envelope("<s:Fault><faultcode>s:Server</faultcode></s:Fault>", .v12), fault(.other(""), "", .v12)),
        (envelope("<Batch/>"), nil), (envelope("<Fault><faultcode>s:Server</faultcode></Fault>"), nil), (envelope(""), nil),
        (envelope("<Batch><s:Fault/></Batch>"), nil), ("<Envelope><Body><Fault/></Body></Envelope>", nil), ("<a/>", nil),
    ]

    @Test("A fault is found where it stands, by either version's names, and nowhere else", arguments: faults.indices)
    func fault(index: Int) throws {
        let (document, expected) = Self.faults[index]
        #expect(SOAPFault(answer: try XMLReader.read(Array(document.utf8))) == expected)
    }

    private static func envelope(_ body: String, _ version: SOAPVersion = .v11) -> String {
        "<s:Envelope xmlns:s=\"\(version.namespace)\"><s:Header><s:Fault/></s:Header><s:Body>\(body)</s:Body></s:Envelope>"
    }

    private static func fault(_ code: SOAPFault.Code, _ reason: String, _ version: SOAPVersion = .v11) -> SOAPFault {
        SOAPFault(version: version, code: code, reason: reason)
    }
}
