extension CIIReader {
    static func party(
        _ element: XMLTree.Element, _ role: CIIWriter.Role, _ reading: inout TreeReading
    ) -> InvoiceDocument.Party {
        let terms = terms(of: role)
        var party = InvoiceDocument.Party(name: reading.text(.ramName, of: element, required: terms.name))
        if role != .representative {
            party.identifiers = reading.identifiers(.ramID, of: element) + reading.identifiers(.ramGlobalID, of: element)
            let organization = reading.child(.ramSpecifiedLegalOrganization, of: element)
            party.legalRegistration = reading.identifier(.ramID, of: organization)
            if role != .payee { party.tradingName = reading.text(.ramTradingBusinessName, of: organization) }
        }
        if role == .seller { party.legalInformation = reading.text(.ramDescription, of: element) }
        if role == .payee { return party }
        if role != .representative {
            party.contact = contact(of: element, &reading)
            party.endpoint = reading.identifier(.ramURIID, of: reading.child(.ramURIUniversalCommunication, of: element))
        }
        party.address = address(of: element, terms.country, &reading)
        party.vatId = taxRegistration(of: element, scheme: CIIConstant.vatScheme, &reading)
        if role == .seller { party.taxRegistration = taxRegistration(of: element, scheme: CIIConstant.fiscalScheme, &reading) }
        return party
    }

    /// The terms of a party's name and country; a payee has no address.
    private static func terms(of role: CIIWriter.Role) -> (name: StaticString, country: StaticString) {
        switch role {
        case .seller: ("BT-27", "BT-40")
        case .buyer: ("BT-44", "BT-55")
        case .payee: ("BT-59", "BG-10")
        case .representative: ("BT-62", "BT-69")
        }
    }

    private static func contact(of party: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Contact? {
        guard let element = reading.child(.ramDefinedTradeContact, of: party) else { return nil }
        let name = reading.text(.ramPersonName, of: element) ?? reading.text(.ramDepartmentName, of: element)
        let telephone = reading.child(.ramTelephoneUniversalCommunication, of: element)
        let email = reading.child(.ramEmailURIUniversalCommunication, of: element)
        let contact = InvoiceDocument.Contact(
            name: name, telephone: reading.text(.ramCompleteNumber, of: telephone), email: reading.text(.ramURIID, of: email))
        return contact == InvoiceDocument.Contact() ? nil : contact
    }

    static func address(
        of party: XMLTree.Element?, _ term: StaticString, _ reading: inout TreeReading
    ) -> InvoiceDocument.Address? {
        guard let element = reading.child(.ramPostalTradeAddress, of: party) else { return nil }
        var address = InvoiceDocument.Address(country: reading.code(.ramCountryID, of: element, required: term))
        address.postalCode = reading.text(.ramPostcodeCode, of: element)
        address.street = reading.text(.ramLineOne, of: element)
        address.additionalStreet = reading.text(.ramLineTwo, of: element)
        address.line3 = reading.text(.ramLineThree, of: element)
        address.city = reading.text(.ramCityName, of: element)
        address.subdivision = reading.text(.ramCountrySubDivisionName, of: element)
        return address
    }

    /// The first tax identifier of that scheme.
    private static func taxRegistration(of party: XMLTree.Element, scheme: String, _ reading: inout TreeReading) -> String? {
        for holder in reading.all(.ramSpecifiedTaxRegistration, of: party) {
            guard let element = reading.next(.ramID, of: holder),
                reading.tree.attributeUTF8(.schemeID, of: element)?.elementsEqual(scheme.utf8) == true
            else { continue }
            reading.take(holder)
            return reading.identifier(.ramID, of: holder)?.value
        }
        return nil
    }
}
