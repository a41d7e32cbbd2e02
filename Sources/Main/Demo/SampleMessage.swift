internal import Domain
internal import XMLAdapter

/// What the sample source is asked: `GetInvoices` with an optional beginning of the time window.
struct SampleRequest {
    let version: SOAPVersion
    let from: Instant?

    static let namespace = "urn:ledgerflow:sample"
    static let operation = "GetInvoices"
    static let maxBytes = 65_536

    /// - Returns: nil when the bytes are no such request.
    init?(_ bytes: [UInt8]) {
        guard let tree = try? XMLReader.read(bytes),
            let version = SOAPVersion.allCases.first(where: { tree.qualifiedName(of: tree.root) == "Q{\($0.namespace)}Envelope" }),
            let body = tree.children(of: tree.root).first(where: { tree.qualifiedName(of: $0) == "Q{\(version.namespace)}Body" }),
            let operation = tree.children(of: body).first(where: { _ in true }),
            tree.qualifiedName(of: operation) == "Q{\(Self.namespace)}\(Self.operation)"
        else { return nil }
        let from = tree.children(of: operation).first { tree.qualifiedName(of: $0) == "Q{\(Self.namespace)}from" }
        let text = from.map { tree.trimmedText(of: $0) } ?? ""
        self.version = version
        self.from = text.isEmpty ? nil : try? Instant(rfc3339: text)
    }
}

/// What the sample source answers.
enum SampleAnswer {
    /// An envelope whose result is the batch in a CDATA section, as the systems do that such sources stand for.
    static func batch(_ invoices: [SampleInvoice], at now: Instant, version: SOAPVersion) -> String {
        let inner = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Invoices xmlns="urn:ledgerflow:sample:invoices" count="\(invoices.count)" asOf="\(now.rfc3339)">
            \(invoices.map { "  " + $0.xml + "\n" }.joined())</Invoices>
            """
        let name = SampleRequest.operation
        return envelope(
            "<m:\(name)Response xmlns:m=\"\(SampleRequest.namespace)\"><m:\(name)Result>\(cdata(inner))</m:\(name)Result></m:\(name)Response>",
            version)
    }

    static func fault(_ code: SOAPFault.Code, _ reason: String, version: SOAPVersion) -> String {
        let fault =
            switch version {
            case .v11: "<faultcode>soap:\(code.name)</faultcode><faultstring>\(reason)</faultstring>"
            case .v12:
                "<soap:Code><soap:Value>soap:\(code == .server ? "Receiver" : "Sender")</soap:Value></soap:Code>"
                    + "<soap:Reason><soap:Text xml:lang=\"en\">\(reason)</soap:Text></soap:Reason>"
            }
        return envelope("<soap:Fault>\(fault)</soap:Fault>", version)
    }

    private static func envelope(_ body: String, _ version: SOAPVersion) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<soap:Envelope xmlns:soap=\"\(version.namespace)\"><soap:Body>\(body)</soap:Body></soap:Envelope>"
    }

    /// A section cannot hold its own end, so it is parted there.
    private static func cdata(_ text: String) -> String { "<![CDATA[\(text.replacing("]]>", with: "]]]]><![CDATA[>"))]]>" }

    /// The service's description (WSDL 1.1), for clients that are made of one.
    static func description(address: String) -> String {
        let namespace = SampleRequest.namespace
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="\(namespace)" \
            targetNamespace="\(namespace)" name="Sample">
              <types>
                <schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="\(namespace)" elementFormDefault="qualified">
                  <element name="GetInvoices"><complexType><sequence>
                    <element name="from" type="string" minOccurs="0"/>
                    <element name="to" type="string" minOccurs="0"/>
                  </sequence></complexType></element>
                  <element name="GetInvoicesResponse"><complexType><sequence>
                    <element name="GetInvoicesResult" type="string"/>
                  </sequence></complexType></element>
                </schema>
              </types>
              <message name="Request"><part name="parameters" element="t:GetInvoices"/></message>
              <message name="Response"><part name="parameters" element="t:GetInvoicesResponse"/></message>
              <portType name="Invoices">
                <operation name="GetInvoices"><input message="t:Request"/><output message="t:Response"/></operation>
              </portType>
              <binding name="InvoicesBinding" type="t:Invoices">
                <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
                <operation name="GetInvoices">
                  <soap:operation soapAction="\(namespace)/GetInvoices" style="document"/>
                  <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>
                </operation>
              </binding>
              <service name="Sample"><port name="InvoicesPort" binding="t:InvoicesBinding"><soap:address location="\(address)"/></port></service>
            </definitions>
            """
    }
}
