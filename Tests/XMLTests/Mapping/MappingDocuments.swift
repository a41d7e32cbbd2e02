/// Documents of three kinds of sources, with mappings for them. A fourth, of a buying platform, is the worked example of
/// docs/ingestion-mapping.md.
enum MappingDocuments {
    /// A UBL invoice with prefixes of its own choice.
    static let ubl = """
        <?xml version="1.0" encoding="UTF-8"?>
        <u:Invoice xmlns:u="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
          xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
          xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
          xmlns:x="urn:example:extra">
          <b:ID>4711</b:ID><b:IssueDate>2026-11-20</b:IssueDate><b:DueDate>2026-12-20</b:DueDate>
          <b:Note>First</b:Note><b:Note>Second</b:Note><x:Note>Not ours</x:Note>
          <b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
          <a:AccountingSupplierParty><a:Party>
            <a:PartyIdentification><b:ID schemeID="0088">4012345000009</b:ID></a:PartyIdentification>
            <a:PostalAddress><b:CityName>Berlin</b:CityName><a:Country><b:IdentificationCode>DE</b:IdentificationCode></a:Country></a:PostalAddress>
            <a:PartyTaxScheme><b:CompanyID>HRB 7</b:CompanyID><a:TaxScheme><b:ID>FC</b:ID></a:TaxScheme></a:PartyTaxScheme>
            <a:PartyTaxScheme><b:CompanyID>DE123456789</b:CompanyID><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>
            <a:PartyLegalEntity><b:RegistrationName>Seller GmbH</b:RegistrationName></a:PartyLegalEntity>
          </a:Party></a:AccountingSupplierParty>
          <a:AccountingCustomerParty><a:Party>
            <a:PostalAddress><b:CityName>Paris</b:CityName><a:Country><b:IdentificationCode>FR</b:IdentificationCode></a:Country></a:PostalAddress>
            <a:PartyLegalEntity><b:RegistrationName>Buyer SA</b:RegistrationName></a:PartyLegalEntity>
          </a:Party></a:AccountingCustomerParty>
          <a:InvoiceLine><b:ID>1</b:ID><b:InvoicedQuantity unitCode="C62">3</b:InvoicedQuantity><b:LineExtensionAmount currencyID="EUR">59.97</b:LineExtensionAmount>
            <a:Item><b:Name>Thing</b:Name><a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:ClassifiedTaxCategory></a:Item>
            <a:Price><b:PriceAmount currencyID="EUR">19.99</b:PriceAmount></a:Price></a:InvoiceLine>
        </u:Invoice>
        """

    static let ublMapping = """
        {"root":"ubl:Invoice",
         "namespaces":{"ubl":"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
          "cac":"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
          "cbc":"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"},
         "fields":{"issueDate":"cbc:IssueDate","dueDate":"cbc:DueDate","currency":"cbc:DocumentCurrencyCode",
          "seller.name":"cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
          "seller.vatId":"cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme[cac:TaxScheme='VAT']/cbc:CompanyID",
          "seller.address.city":"cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cbc:CityName",
          "seller.address.country":"cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
          "buyer.name":"cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
          "buyer.address.city":"cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cbc:CityName",
          "buyer.address.country":"cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode"},
         "lists":{"notes":{"each":"cbc:Note","fields":{"text":"."}},
          "seller.identifiers":{"each":"cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID","fields":{"value":".","scheme":"@schemeID"}},
          "lines":{"each":"cac:InvoiceLine","fields":{"id":"cbc:ID","name":"cac:Item/cbc:Name","quantity":"cbc:InvoicedQuantity",
           "unit":"cbc:InvoicedQuantity/@unitCode","unitPrice":"cac:Price/cbc:PriceAmount",
           "tax.category":"cac:Item/cac:ClassifiedTaxCategory/cbc:ID","tax.rate":"cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"}}}}
        """

    static let ublInvoice = """
        {"issueDate":"2026-11-20","dueDate":"2026-12-20","currency":"EUR",
         "seller":{"name":"Seller GmbH","vatId":"DE123456789","address":{"city":"Berlin","country":"DE"},
          "identifiers":[{"value":"4012345000009","scheme":"0088"}]},
         "buyer":{"name":"Buyer SA","address":{"city":"Paris","country":"FR"}},
         "notes":[{"text":"First"},{"text":"Second"}],
         "lines":[{"id":"1","name":"Thing","quantity":"3","unit":"C62","unitPrice":"19.99","tax":{"category":"S","rate":"19"}}]}
        """

    /// An export of an older system: one element a line, the head repeated in each, everything in attributes, amounts without a point.
    static let flat = """
        <?xml version="1.0" encoding="ISO-8859-1"?>
        <EXPORT sys="AS400"><ROW BELNR="100042" BUDAT="20261120" WAERS="EUR" KUNNR="C-9" KNAME=" BUYER&#xA0;SA " KLAND="FR" POSNR="000010"
         MATTX="Bolt  M8" MENGE="0000012000" PREIS="000000199" MWSKZ="A1" RABATT="00000050-" />
        <ROW BELNR="100042" BUDAT="20261120" WAERS="EUR" KUNNR="C-9" KNAME=" BUYER&#xA0;SA " KLAND="FR" POSNR="000020"
         MATTX="Freight" MENGE="0000001000" PREIS="000001500" MWSKZ="A0" RABATT="00000000 "/></EXPORT>
        """

    static let flatMapping = """
        {"tables":{"tax":{"values":{"A1":"S","A0":"Z"}},"rate":{"values":{"A1":"20"},"otherwise":"0"}},
         "fields":{"currency":"ROW[1]/@WAERS","issueDate":{"path":"ROW[1]/@BUDAT","date":"yyyyMMdd"},
          "seller.name":{"constant":"Seller Ltd"},"seller.address.country":{"constant":"DE"},"seller.vatId":{"constant":"DE123456789"},
          "buyer.name":"ROW[1]/@KNAME","buyer.address.country":"ROW[1]/@KLAND",
          "payee.name":"ROW[1]/@PAYEE","payee.legalRegistration.scheme":{"constant":"0002","when":"ROW[1]/@PAYEE"},
          "buyer.identifiers.0.value":"ROW[1]/@KUNNR","buyerReference":{"path":"ROW[@BELNR][1]/@BELNR","required":true}},
         "lists":{"lines":{"each":"ROW","fields":{"id":"@POSNR","name":{"path":"@MATTX","space":"collapse"},
          "quantity":{"path":"@MENGE","decimal":{"scale":3}},"unit":{"constant":"C62"},"unitPrice":{"path":"@PREIS","decimal":{"scale":2}},
          "tax.category":{"path":"@MWSKZ","table":"tax"},"tax.rate":{"path":"@MWSKZ","table":"rate"}},
          "lists":{"allowances":{"each":".","fields":{"amount":{"path":"@RABATT","decimal":{"scale":2,"minus":"after","negate":true}},
           "reason":{"constant":"Rebate"}}}}}}}
        """

    static let flatInvoice = """
        {"currency":"EUR","issueDate":"2026-11-20",
         "seller":{"name":"Seller Ltd","address":{"country":"DE"},"vatId":"DE123456789"},
         "buyer":{"name":"BUYER\u{A0}SA","address":{"country":"FR"},"identifiers":[{"value":"C-9"}]},"buyerReference":"100042",
         "lines":[{"id":"000010","name":"Bolt M8","quantity":"12.000","unit":"C62","unitPrice":"1.99","tax":{"category":"S","rate":"20"},
           "allowances":[{"amount":"0.50","reason":"Rebate"}]},
          {"id":"000020","name":"Freight","quantity":"1.000","unit":"C62","unitPrice":"15.00","tax":{"category":"Z","rate":"0"},
           "allowances":[{"amount":"0.00","reason":"Rebate"}]}]}
        """
}
