/// A UBL invoice of any length, valid by EN 16931: nine lines make about 12 kB.
enum SampleInvoice {
    static func ubl(lines: Int) -> String {
        let net = Double(lines) * 59.97
        func amount(_ value: Double) -> String {
            let cents = Int((value * 100).rounded())
            return "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
        }
        let tax = (net * 19).rounded() / 100
        let body = (1...lines).map(line).joined()
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" \
            xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" \
            xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
            <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
            <cbc:ID>INV-2026-000001</cbc:ID>
            <cbc:IssueDate>2026-11-20</cbc:IssueDate>
            <cbc:DueDate>2026-12-20</cbc:DueDate>
            <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
            <cbc:Note>Delivered to the yard behind the house, gate two, between eight and ten in the morning.</cbc:Note>
            <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
            <cbc:BuyerReference>0150abc</cbc:BuyerReference>
            \(party("AccountingSupplierParty", "Seller GmbH", "DE123456789", "Berlin", "10115", "DE"))
            \(party("AccountingCustomerParty", "Buyer SA", "FR12345678901", "Paris", "75001", "FR"))
            <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>INV-2026-000001</cbc:PaymentID>\
            <cac:PayeeFinancialAccount><cbc:ID>DE75512108001245126199</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
            <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">\(amount(tax))</cbc:TaxAmount><cac:TaxSubtotal>\
            <cbc:TaxableAmount currencyID="EUR">\(amount(net))</cbc:TaxableAmount>\
            <cbc:TaxAmount currencyID="EUR">\(amount(tax))</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID>\
            <cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
            <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">\(amount(net))</cbc:LineExtensionAmount>\
            <cbc:TaxExclusiveAmount currencyID="EUR">\(amount(net))</cbc:TaxExclusiveAmount>\
            <cbc:TaxInclusiveAmount currencyID="EUR">\(amount(net + tax))</cbc:TaxInclusiveAmount>\
            <cbc:PayableAmount currencyID="EUR">\(amount(net + tax))</cbc:PayableAmount></cac:LegalMonetaryTotal>
            \(body)</Invoice>

            """
    }

    private static func party(_ role: String, _ name: String, _ vat: String, _ city: String, _ zone: String, _ country: String) -> String {
        """
        <cac:\(role)><cac:Party><cbc:EndpointID schemeID="EM">post@example.com</cbc:EndpointID><cac:PartyName><cbc:Name>\(name)</cbc:Name>\
        </cac:PartyName><cac:PostalAddress><cbc:StreetName>Way 1</cbc:StreetName><cbc:CityName>\(city)</cbc:CityName>\
        <cbc:PostalZone>\(zone)</cbc:PostalZone><cac:Country><cbc:IdentificationCode>\(country)</cbc:IdentificationCode></cac:Country>\
        </cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>\(vat)</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\
        </cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>\(name)</cbc:RegistrationName></cac:PartyLegalEntity>\
        <cac:Contact><cbc:Name>Desk</cbc:Name><cbc:Telephone>+49 30 1234</cbc:Telephone><cbc:ElectronicMail>post@example.com</cbc:ElectronicMail>\
        </cac:Contact></cac:Party></cac:\(role)>
        """
    }

    private static func line(_ number: Int) -> String {
        """
        <cac:InvoiceLine>
          <cbc:ID>\(number)</cbc:ID>
          <cbc:Note>Line \(number) of the delivery, as ordered by telephone</cbc:Note>
          <cbc:InvoicedQuantity unitCode="C62">3</cbc:InvoicedQuantity>
          <cbc:LineExtensionAmount currencyID="EUR">59.97</cbc:LineExtensionAmount>
          <cac:OrderLineReference><cbc:LineID>\(number)</cbc:LineID></cac:OrderLineReference>
          <cac:Item>
            <cbc:Description>A thing of blue steel, with handles on both sides and a lid that shuts</cbc:Description>
            <cbc:Name>Thing number \(number)</cbc:Name>
            <cac:SellersItemIdentification><cbc:ID>A-\(number)</cbc:ID></cac:SellersItemIdentification>
            <cac:ClassifiedTaxCategory>
              <cbc:ID>S</cbc:ID>
              <cbc:Percent>19</cbc:Percent>
              <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
            </cac:ClassifiedTaxCategory>
          </cac:Item>
          <cac:Price><cbc:PriceAmount currencyID="EUR">19.99</cbc:PriceAmount></cac:Price>
        </cac:InvoiceLine>

        """
    }
}
