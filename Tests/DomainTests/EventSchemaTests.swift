import Testing

@testable import Domain

/// The declared members of an event are those of its wire form.
@Suite struct EventSchemaTests {
    @Test(arguments: EventType.all)
    func theWireFormHoldsWhatIsDeclaredAndNothingElse(_ type: EventType) throws {
        let golden =
            switch type {
            case .serviceCall(let kind): try #require(EventWireTests.golden[kind])
            case .series, .invoice: try #require(BookEventWireTests.golden[type])
            case .ingestion(let kind): try #require(IngestionEventWireTests.golden[kind])
            default: try #require(ItemEventWireTests.golden[type])
            }
        try check(JSONReader.read(Array(golden.utf8)), type.fields, type.name)
    }

    @Test func everyTypeIsDeclaredWithAContextAndAMeaning() {
        let kinds = ServiceCallEvent.Kind.allCases.count + SeriesEvent.Kind.allCases.count + InvoiceEvent.Kind.allCases.count
        let items =
            ScheduleEvent.Kind.allCases.count + SubscriptionEvent.Kind.allCases.count + WebhookKeyEvent.Kind.allCases.count
            + 2 * HoldEvent.Kind.allCases.count + IngestionEventKind.allCases.count
        #expect(EventType.all.count == kinds + items)
        #expect(Set(EventType.all.map(\.name)).count == EventType.all.count)
        for type in EventType.all {
            #expect(type.name.hasPrefix("ledgerflow.\(type.context)."))
            #expect(!type.summary.isEmpty)
            #expect(type.fields.allSatisfy { !$0.meaning.isEmpty })
        }
    }

    private func check(_ value: JSONValue, _ fields: [EventField], _ place: String) throws {
        guard case .object(let object) = value else {
            Issue.record("\(place) is not an object")
            return
        }
        let names = Set(object.members.map(\.name))
        #expect(names.isSubset(of: Set(fields.map(\.name))), "\(place)")
        for field in fields {
            guard let member = object[field.name] else {
                #expect(field.isOptional, "\(place).\(field.name) is missing")
                continue
            }
            try check(member, field.form, "\(place).\(field.name)")
        }
    }

    private func check(_ value: JSONValue, _ form: EventField.Form, _ place: String) throws {
        switch (form, value) {
        case (.text, .string), (.integer, .number): break
        case (.choice(let values), .string(let text)): #expect(values.contains(text), "\(place)")
        case (.instant, .string(let text)): #expect((try? Instant(rfc3339: text)) != nil, "\(place)")
        case (.list(let element), .array(let values)): for value in values { try check(value, element, place) }
        case (.object(let fields), _): try check(value, fields, place)
        default: Issue.record("\(place) has another form: \(value)")
        }
    }
}
