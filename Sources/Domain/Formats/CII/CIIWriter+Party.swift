extension CIIWriter {
    /// Which terms of a party are told.
    enum Role {
        case seller, buyer, payee, representative
    }

    static func write(_ party: InvoiceDocument.Party, _ role: Role, to xml: inout XMLWriter) {
        if role != .representative { write(party.identifiers, to: &xml) }
        xml.element("ram:Name", party.name)
        if role == .seller { xml.element("ram:Description", party.legalInformation) }
        if role != .representative {
            xml.group("ram:SpecifiedLegalOrganization") { xml in
                xml.identifier("ram:ID", party.legalRegistration)
                if role != .payee { xml.element("ram:TradingBusinessName", party.tradingName) }
            }
        }
        if role == .payee { return }
        if role != .representative, let contact = party.contact { write(contact, to: &xml) }
        write(party.address, to: &xml)
        if role != .representative {
            xml.group("ram:URIUniversalCommunication") { $0.identifier("ram:URIID", party.endpoint) }
        }
        writeTaxRegistration(party.vatId, scheme: CIIConstant.vatScheme, to: &xml)
        if role == .seller { writeTaxRegistration(party.taxRegistration, scheme: CIIConstant.fiscalScheme, to: &xml) }
    }

    /// The schema has those without a scheme first.
    static func write(_ identifiers: [Identifier], to xml: inout XMLWriter) {
        for identifier in identifiers where identifier.scheme == nil { xml.identifier("ram:ID", identifier) }
        for identifier in identifiers where identifier.scheme != nil { xml.identifier("ram:GlobalID", identifier) }
    }

    private static func write(_ contact: InvoiceDocument.Contact, to xml: inout XMLWriter) {
        xml.group("ram:DefinedTradeContact") { xml in
            xml.element("ram:PersonName", contact.name)
            xml.group("ram:TelephoneUniversalCommunication") { $0.element("ram:CompleteNumber", contact.telephone) }
            xml.group("ram:EmailURIUniversalCommunication") { $0.element("ram:URIID", contact.email) }
        }
    }

    static func write(_ address: InvoiceDocument.Address?, to xml: inout XMLWriter) {
        guard let address else { return }
        xml.element("ram:PostalTradeAddress") { xml in
            xml.element("ram:PostcodeCode", address.postalCode)
            xml.element("ram:LineOne", address.street)
            xml.element("ram:LineTwo", address.additionalStreet)
            xml.element("ram:LineThree", address.line3)
            xml.element("ram:CityName", address.city)
            xml.element("ram:CountryID", address.country)
            xml.element("ram:CountrySubDivisionName", address.subdivision)
        }
    }

    private static func writeTaxRegistration(_ identifier: String?, scheme: String, to xml: inout XMLWriter) {
        guard let identifier else { return }
        xml.element("ram:SpecifiedTaxRegistration") { $0.identifier("ram:ID", Identifier(identifier, scheme: scheme)) }
    }
}
