import Testing

@testable import Domain

private typealias S = BookScenario

@Suite("Receivers are made, changed and deleted, and what they take is taken once")
struct ReceiverDeciderTests {
    private func command(_ command: ReceiverCommand) throws -> BookCommand { .item(.receiver(try S.source(), command)) }

    // MARK: - Receivers

    @Test func theSameSettingsAgainChangeNothingAndOthersKeepTheAddress() throws {
        var books = try S()
        try books.when(command(try S.put(1)))
        let made = try #require(try books.receiver())
        #expect(made.version == 1 && made.status == .active && made.secrets == [S.receiverSecret(1)])
        #expect(try books.when(command(try S.put(1))).isEmpty)
        try books.when(command(try S.put(2)))
        let changed = try #require(try books.receiver())
        #expect(changed.version == 2 && changed.door == made.door && changed.secrets == [S.receiverSecret(2)])
        let kept = ReceiverCommand.put(try S.receiverPlan(3), secret: nil, door: "", ifVersion: 2)
        try books.when(command(kept))
        #expect(try books.receiver()?.secrets == [S.receiverSecret(2)])
        #expect(throws: BookError.versionConflict(actual: 3)) { try books.deciding(command(try S.put(4, ifVersion: 2))) }
    }

    @Test func withoutASecretNoneIsMadeAndADeletedOneIsMadeAgainWithAnotherAddress() throws {
        var books = try S()
        let bare = ReceiverCommand.put(try S.receiverPlan(), secret: nil, door: "x", ifVersion: nil)
        #expect(throws: BookError.noSuchItem(.receiver)) { try books.deciding(command(bare)) }
        try books.when(command(try S.put(1)))
        try books.when(command(.delete))
        let gone = try #require(try books.receiver())
        #expect(gone.address == nil && gone.secrets.isEmpty && gone.status == .deleted)
        for step in [ReceiverCommand.pause, .resume, .addSecret(S.receiverSecret(2), overlap: .zero)] {
            #expect(throws: BookError.noSuchItem(.receiver)) { try books.deciding(command(step)) }
        }
        #expect(try books.deciding(command(.delete)).isEmpty)
        try books.when(command(try S.put(2)))
        let again = try #require(try books.receiver())
        #expect(again.door == ReceiverAddress.door(random: (1, 2)) && again.version == 3)
        #expect(try #require(ReceiverAddress(again.address?.description ?? "")).leads(to: again))
        #expect(!(try #require(ReceiverAddress(tenant: books.tenant, name: S.source(), door: gone.door + "x"))).leads(to: again))
    }

    @Test func whileASecretIsChangedBothAreGood() throws {
        var books = try S()
        try books.when(command(try S.put(1)))
        let start = books.now
        try books.when(command(.addSecret(S.receiverSecret(2), overlap: .hours(1))))
        #expect(try books.when(command(.addSecret(S.receiverSecret(2), overlap: .hours(1)))).isEmpty)
        let both = try #require(try books.receiver())
        #expect(both.valid(at: start).map(\.id.low) == [1, 2])
        #expect(both.valid(at: start + .minutes(59)).map(\.id.low) == [1, 2])
        #expect(both.valid(at: start + .hours(1)).map(\.id.low) == [2])
        // A further one does not put off when the first expires.
        books.pass(.minutes(30))
        try books.when(command(.addSecret(S.receiverSecret(3), overlap: .hours(10))))
        #expect(try books.receiver()?.valid(at: start + .hours(1)).map(\.id.low) == [2, 3])
        for number in 4...9 { try books.when(command(.addSecret(S.receiverSecret(UInt64(number)), overlap: .hours(1)))) }
        #expect(try books.receiver()?.secrets.count == Receiver.maxSecrets)
    }

    @Test func aTenantHasSoManyAndNoMore() throws {
        var books = try S()
        for number in 0..<Receiver.limit {
            let name = try S.source("r\(number)")
            try books.when(.item(.receiver(name, try S.put(1))))
        }
        #expect(throws: BookError.tooManyItems(.receiver, limit: Receiver.limit)) { try books.deciding(command(try S.put(1))) }
        try books.when(.item(.receiver(try S.source("r7"), .delete)))
        #expect(try books.deciding(command(try S.put(1))).count == 1)
    }

    @Test func itIsReadBackAsItWasStored() throws {
        var books = try S()
        try books.when(command(try S.put(1)))
        try books.when(command(.addSecret(S.receiverSecret(2), overlap: .hours(1))))
        for step in [ReceiverCommand.pause, .delete] {
            let item = TenantItem.receiver(try #require(try books.receiver()))
            let read = TenantItem(
                kind: .receiver, tenant: item.tenant, id: item.key.id, version: item.version, storedState: item.storedState)
            #expect(read == item)
            try books.when(command(step))
        }
    }

    // MARK: - Messages

    @Test func aMessageIsTakenWithItsDocumentsAndPartsInOneCommit() throws {
        var books = try S()
        let slice = try S.slice("<b")
        let events = try books.when(
            S.receive(
                "m-1", "<a/><b", documents: [S.document("R-1", "A"), S.document("R-2", "B"), S.document("R-1", "A")], refused: [slice]))
        #expect(
            events.map(\.type) == [
                .ingestion(.messageReceived), .ingestion(.invoiceReceived), .ingestion(.invoiceReceived), .ingestion(.invoiceQuarantined),
            ])
        let message = try #require(try books.message("m-1"))
        #expect(message.documents == 3 && message.refused == 1 && message.createdAt == books.now)
        #expect(books.contents.map(\.octets) == [Array("<a/><b".utf8), [65], [66], Array("<b".utf8)])
    }

    @Test func aRepeatChangesNothingAlsoWhenItSaysSomethingElse() throws {
        var books = try S()
        try books.when(S.receive("m-1", "A", documents: [S.document("R-1", "A")]))
        try books.when(S.receive("m-2", "B", documents: [S.document("R-1", "B")]))
        // Else a late repeat would take the document back to what it was.
        #expect(try books.when(S.receive("m-1", "A", documents: [S.document("R-1", "A")])).isEmpty)
        #expect(try books.when(S.receive("m-1", "other")).isEmpty)
        #expect(try books.ingested("R-1")?.latest.number == 2)
        // What a source of the same name brought is the same document.
        #expect(try books.when(S.receive("m-3", "C", documents: [S.document("R-1", "B")])).count == 1)
    }

    @Test func theIdentityOfAMessageStays() throws {
        // Stored records and consumers depend on it.
        let key = IngestionKey.message("m-1", of: try S.source(), tenant: try S().tenant)
        #expect(key.id == IngestionKey.message("m-1", of: try S.source(), tenant: try S().tenant).id)
        #expect(key.id != IngestionKey.invoice("m-1", of: try S.source(), tenant: try S().tenant).id)
        #expect(key.id != IngestionKey.message("m-1", of: try S.source("other"), tenant: try S().tenant).id)
    }

    @Test func aLargeMessageIsTold() throws {
        var books = try S()
        let text = String(repeating: "x", count: IngestionLimits.inlineBytes + 1)
        let event = try #require(try books.when(S.receive("m-1", text)).first)
        let message = try #require(try books.message("m-1"))
        let data = String(decoding: event.wireData(of: .ingestion(.message(message))), as: UTF8.self)
        #expect(data.hasSuffix(#""bodyUrl":"/v1/ingestion/messages/\#(message.id)/raw"}"#), "\(data)")
    }
}
