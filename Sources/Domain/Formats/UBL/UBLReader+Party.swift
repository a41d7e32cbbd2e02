extension UBLReader {
    static func readParties(_ document: inout InvoiceDocument, _ reading: inout TreeReading) {
        let root = reading.tree.root
        // Payee before seller: where both tell BT-90 the payee's holds.
        if let element = reading.child(.cacPayeeParty, of: root) {
            readCreditorIdentifier(of: element, &document, &reading)
            document.payee = payee(element, &reading)
        }
        let supplier = reading.child(.cacAccountingSupplierParty, of: root)
        if let element = reading.child(.cacParty, of: supplier) {
            readCreditorIdentifier(of: element, &document, &reading)
            document.seller = seller(element, &reading)
        }
        let customer = reading.child(.cacAccountingCustomerParty, of: root)
        if let element = reading.child(.cacParty, of: customer) {
            document.buyer = party(element, PartyTerms(name: "BT-44", country: "BT-55"), &reading)
        }
        if let element = reading.child(.cacTaxRepresentativeParty, of: root) {
            document.sellerTaxRepresentative = representative(element, &reading)
        }
    }

    private struct PartyTerms {
        let name: StaticString
        let country: StaticString
    }

    private static func seller(_ element: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Party {
        var party = party(element, PartyTerms(name: "BT-27", country: "BT-40"), &reading)
        party.taxRegistration = taxIdentifier(of: element, isVAT: false, &reading)
        // The seller's legal form is the one thing that a buyer's legal entity does not tell.
        let entity = reading.tree.child(of: element, named: .cacPartyLegalEntity)
        party.legalInformation = reading.text(.cbcCompanyLegalForm, of: entity)
        return party
    }

    /// What seller and buyer have in common.
    private static func party(
        _ element: XMLTree.Element, _ terms: PartyTerms, _ reading: inout TreeReading
    ) -> InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: "")
        if let entity = reading.child(.cacPartyLegalEntity, of: element) {
            party.name = reading.text(.cbcRegistrationName, of: entity, required: terms.name)
            party.legalRegistration = reading.identifier(.cbcCompanyID, of: entity)
        } else {
            reading.miss(.cacPartyLegalEntity, of: element, terms.name)
        }
        party.tradingName = reading.text(.cbcName, of: reading.child(.cacPartyName, of: element))
        party.identifiers = identifiers(of: element, &reading)
        party.endpoint = reading.identifier(.cbcEndpointID, of: element)
        party.address = address(reading.child(.cacPostalAddress, of: element), terms.country, &reading)
        party.vatId = taxIdentifier(of: element, isVAT: true, &reading)
        if let contact = reading.child(.cacContact, of: element) {
            let (name, telephone) = (reading.text(.cbcName, of: contact), reading.text(.cbcTelephone, of: contact))
            let read = InvoiceDocument.Contact(name: name, telephone: telephone, email: reading.text(.cbcElectronicMail, of: contact))
            if read != InvoiceDocument.Contact() { party.contact = read }
        }
        return party
    }

    private static func payee(_ element: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: name(of: element, "BT-59", &reading))
        party.identifiers = identifiers(of: element, &reading)
        party.legalRegistration = reading.identifier(.cbcCompanyID, of: reading.child(.cacPartyLegalEntity, of: element))
        return party
    }

    private static func representative(_ element: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: name(of: element, "BT-62", &reading))
        party.address = address(reading.child(.cacPostalAddress, of: element), "BT-69", &reading)
        party.vatId = taxIdentifier(of: element, isVAT: true, &reading)
        return party
    }

    private static func name(of element: XMLTree.Element, _ term: StaticString, _ reading: inout TreeReading) -> String {
        guard let holder = reading.child(.cacPartyName, of: element) else {
            reading.miss(.cacPartyName, of: element, term)
            return ""
        }
        return reading.text(.cbcName, of: holder, required: term)
    }

    private static func identifiers(of party: XMLTree.Element, _ reading: inout TreeReading) -> [Identifier] {
        reading.children(.cacPartyIdentification, of: party).compactMap { reading.identifier(.cbcID, of: $0) }
    }

    /// Takes BT-90 out of the party's identifiers; without payment instructions it stays one of them.
    private static func readCreditorIdentifier(
        of party: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        guard document.payment != nil, document.payment?.creditorIdentifier == nil else { return }
        for holder in reading.all(.cacPartyIdentification, of: party) {
            guard let element = reading.next(.cbcID, of: holder),
                reading.tree.attributeUTF8(.schemeID, of: element)?.elementsEqual(UBLConstant.sepa.utf8) == true
            else { continue }
            reading.take(holder)
            document.payment?.creditorIdentifier = reading.identifier(.cbcID, of: holder)?.value
            return
        }
    }

    /// The first tax identifier whose scheme is VAT, or is not.
    private static func taxIdentifier(of party: XMLTree.Element, isVAT: Bool, _ reading: inout TreeReading) -> String? {
        for holder in reading.all(.cacPartyTaxScheme, of: party) {
            let scheme = reading.tree.child(of: holder, named: .cacTaxScheme)
            let name = reading.next(.cbcID, of: scheme).map { reading.tree.trimmedText(of: $0) }
            guard (name?.uppercased() == UBLConstant.vat) == isVAT else { continue }
            reading.take(holder)
            if let scheme { reading.take(scheme) }
            // A tax scheme that would be written as another is told as unmapped.
            reading.constant(.cbcID, of: scheme, isVAT ? UBLConstant.vat : UBLConstant.otherTax)
            return reading.text(.cbcCompanyID, of: holder)
        }
        return nil
    }

    private static func address(
        _ element: XMLTree.Element?, _ term: StaticString, _ reading: inout TreeReading
    ) -> InvoiceDocument.Address? {
        guard let element else { return nil }
        var address = InvoiceDocument.Address(country: "")
        if let country = reading.child(.cacCountry, of: element) {
            address.country = reading.code(.cbcIdentificationCode, of: country, required: term)
        } else {
            reading.miss(.cacCountry, of: element, term)
        }
        address.street = reading.text(.cbcStreetName, of: element)
        address.additionalStreet = reading.text(.cbcAdditionalStreetName, of: element)
        address.line3 = reading.text(.cbcLine, of: reading.child(.cacAddressLine, of: element))
        address.city = reading.text(.cbcCityName, of: element)
        address.postalCode = reading.text(.cbcPostalZone, of: element)
        address.subdivision = reading.text(.cbcCountrySubentity, of: element)
        return address
    }

    static func delivery(_ reading: inout TreeReading) -> InvoiceDocument.Delivery? {
        guard let element = reading.child(.cacDelivery, of: reading.tree.root) else { return nil }
        var delivery = InvoiceDocument.Delivery()
        delivery.date = reading.date(.cbcActualDeliveryDate, of: element, "BT-72")
        let location = reading.child(.cacDeliveryLocation, of: element)
        delivery.location = reading.identifier(.cbcID, of: location)
        delivery.address = address(reading.child(.cacAddress, of: location), "BT-80", &reading)
        let party = reading.child(.cacDeliveryParty, of: element)
        delivery.partyName = reading.text(.cbcName, of: reading.child(.cacPartyName, of: party))
        return delivery == InvoiceDocument.Delivery() ? nil : delivery
    }
}
