extension UBLWriter {
    static func writeParties(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        let creditor = document.payment?.creditorIdentifier
        if let seller = document.seller {
            xml.element("cac:AccountingSupplierParty") { xml in
                xml.element("cac:Party") { xml in
                    write(seller, isSeller: true, creditorIdentifier: document.payee == nil ? creditor : nil, to: &xml)
                }
            }
        }
        if let buyer = document.buyer {
            xml.element("cac:AccountingCustomerParty") { xml in
                xml.element("cac:Party") { write(buyer, isSeller: false, creditorIdentifier: nil, to: &$0) }
            }
        }
        if let payee = document.payee { write(payee: payee, creditorIdentifier: creditor, to: &xml) }
        if let representative = document.sellerTaxRepresentative { write(representative: representative, to: &xml) }
    }

    private static func write(
        _ party: InvoiceDocument.Party, isSeller: Bool, creditorIdentifier: String?, to xml: inout XMLWriter
    ) {
        xml.identifier("cbc:EndpointID", party.endpoint)
        write(party.identifiers, creditorIdentifier, to: &xml)
        writePartyName(party.tradingName, to: &xml)
        write(party.address, as: "cac:PostalAddress", to: &xml)
        writeTaxScheme(party.vatId, scheme: UBLConstant.vat, to: &xml)
        if isSeller { writeTaxScheme(party.taxRegistration, scheme: UBLConstant.otherTax, to: &xml) }
        xml.element("cac:PartyLegalEntity") { xml in
            xml.element("cbc:RegistrationName", party.name)
            xml.identifier("cbc:CompanyID", party.legalRegistration)
            if isSeller { xml.element("cbc:CompanyLegalForm", party.legalInformation) }
        }
        if let contact = party.contact {
            xml.group("cac:Contact") { xml in
                xml.element("cbc:Name", contact.name)
                xml.element("cbc:Telephone", contact.telephone)
                xml.element("cbc:ElectronicMail", contact.email)
            }
        }
    }

    private static func write(payee: InvoiceDocument.Party, creditorIdentifier: String?, to xml: inout XMLWriter) {
        xml.element("cac:PayeeParty") { xml in
            write(payee.identifiers, creditorIdentifier, to: &xml)
            writePartyName(payee.name, to: &xml)
            xml.group("cac:PartyLegalEntity") { $0.identifier("cbc:CompanyID", payee.legalRegistration) }
        }
    }

    private static func write(representative: InvoiceDocument.Party, to xml: inout XMLWriter) {
        xml.element("cac:TaxRepresentativeParty") { xml in
            writePartyName(representative.name, to: &xml)
            write(representative.address, as: "cac:PostalAddress", to: &xml)
            writeTaxScheme(representative.vatId, scheme: UBLConstant.vat, to: &xml)
        }
    }

    private static func write(_ identifiers: [Identifier], _ creditorIdentifier: String?, to xml: inout XMLWriter) {
        // BT-90 first: a reader takes the first of that scheme.
        if let creditorIdentifier {
            xml.element("cac:PartyIdentification") {
                $0.identifier("cbc:ID", Identifier(creditorIdentifier, scheme: UBLConstant.sepa))
            }
        }
        for identifier in identifiers {
            xml.element("cac:PartyIdentification") { $0.identifier("cbc:ID", identifier) }
        }
    }

    private static func writePartyName(_ name: String?, to xml: inout XMLWriter) {
        xml.group("cac:PartyName") { $0.element("cbc:Name", name) }
    }

    private static func writeTaxScheme(_ identifier: String?, scheme: String, to xml: inout XMLWriter) {
        guard let identifier else { return }
        xml.element("cac:PartyTaxScheme") { xml in
            xml.element("cbc:CompanyID", identifier)
            xml.element("cac:TaxScheme") { $0.element("cbc:ID", scheme) }
        }
    }

    private static func write(_ address: InvoiceDocument.Address?, as name: StaticString, to xml: inout XMLWriter) {
        guard let address else { return }
        xml.element(name) { xml in
            xml.element("cbc:StreetName", address.street)
            xml.element("cbc:AdditionalStreetName", address.additionalStreet)
            xml.element("cbc:CityName", address.city)
            xml.element("cbc:PostalZone", address.postalCode)
            xml.element("cbc:CountrySubentity", address.subdivision)
            xml.group("cac:AddressLine") { $0.element("cbc:Line", address.line3) }
            xml.element("cac:Country") { $0.element("cbc:IdentificationCode", address.country) }
        }
    }

    static func writeDelivery(_ delivery: InvoiceDocument.Delivery?, to xml: inout XMLWriter) {
        guard let delivery else { return }
        xml.group("cac:Delivery") { xml in
            xml.date("cbc:ActualDeliveryDate", delivery.date)
            xml.group("cac:DeliveryLocation") { xml in
                xml.identifier("cbc:ID", delivery.location)
                write(delivery.address, as: "cac:Address", to: &xml)
            }
            xml.group("cac:DeliveryParty") { writePartyName(delivery.partyName, to: &$0) }
        }
    }
}
