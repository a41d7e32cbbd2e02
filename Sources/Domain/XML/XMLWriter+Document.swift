extension XMLWriter {
    /// Writes an amount with its currency, as UBL's `AmountType` is written; nothing when there is none.
    mutating func amount(_ name: StaticString, _ value: ExactDecimal?, currency: String) {
        guard let value else { return }
        element(name) { xml in
            xml.attribute("currencyID", currency)
            xml.decimal(value)
        }
    }

    /// Writes a quantity with its unit; nothing when there is none.
    mutating func quantity(_ name: StaticString, _ value: ExactDecimal?, unit: String?) {
        guard let value else { return }
        element(name) { xml in
            xml.attribute("unitCode", unit)
            xml.decimal(value)
        }
    }

    /// Writes an identifier with its scheme; nothing when there is none.
    mutating func identifier(_ name: StaticString, _ identifier: Identifier?) {
        guard let identifier else { return }
        element(name) { xml in
            xml.attribute("schemeID", identifier.scheme)
            xml.text(identifier.value)
        }
    }

    /// Writes attached content with its media type and file name.
    mutating func binaryObject(_ name: StaticString, _ content: InvoiceDocument.Attachment.Content?) {
        guard let content else { return }
        element(name) { xml in
            xml.attribute("mimeCode", content.mimeCode)
            xml.attribute("filename", content.fileName)
            xml.base64(content.bytes)
        }
    }

    /// Writes a date as XML Schema does, `2026-11-20`; nothing when there is none.
    mutating func date(_ name: StaticString, _ date: CalendarDate?) {
        guard let date else { return }
        element(name) { $0.append(date, dash: true) }
    }

    /// Writes a date in the format 102 of UNTDID 2379, `20261120`, inside an element of its own as the Core Component types do.
    mutating func date102(_ name: StaticString, _ string: StaticString, _ date: CalendarDate?) {
        guard let date else { return }
        element(name) { xml in
            xml.element(string) { xml in
                xml.attribute("format", "102")
                xml.append(date, dash: false)
            }
        }
    }

    private mutating func append(_ date: CalendarDate, dash: Bool) {
        closeTag()
        appendTwoDigits(date.year / 100)
        appendTwoDigits(date.year % 100)
        if dash { bytes.append(UInt8(ascii: "-")) }
        appendTwoDigits(date.month)
        if dash { bytes.append(UInt8(ascii: "-")) }
        appendTwoDigits(date.day)
    }

    private mutating func appendTwoDigits(_ value: Int) {
        bytes.append(0x30 + UInt8(truncatingIfNeeded: value / 10))
        bytes.append(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }
}
