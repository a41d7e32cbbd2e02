import Domain
import InMemoryAdapter
import Ports
import PropertyKit
import Testing
import XMLAdapter

@testable import Actors
@testable import Simulation

@Suite("What a webhook delivers is on record before it is acknowledged, and once")
struct WebhookDoorTests {
    private static let secret = "a-secret-of-some-length"

    private static func sealed(_ text: String, id: UniqueId, under other: UniqueId? = nil, tenant: TenantId) -> Receiver.Secret {
        let context = SealContext(tenant: tenant, id: other ?? id, field: .receiverSecret)
        return Receiver.Secret(id: id, sealed: InMemorySealer().seal(Array(text.utf8), context), createdAt: .earliest)
    }

    private func bench(
        documents: Bool = false, mapping: IngestionMapping? = nil, sealedUnder other: UniqueId? = nil
    ) throws -> IngestionBench {
        let bench = try IngestionBench()
        bench.splitting = XMLBatchSplitting()
        bench.start()
        let split = try SplitPlan(invoiceElement: #require(SplitName("Invoice")), numberPath: #require(SplitPath("Number")))
        let plan = Receiver.Plan(
            scheme: .sharedSecret(try #require(FieldName("x-secret"))), messageId: .header(try #require(FieldName("x-id"))),
            maxBytes: 2_000, split: documents ? split : nil, mapping: mapping, fingerprint: Fingerprint(bytes: [1]))
        let secret = Self.sealed(Self.secret, id: UniqueId(high: 8, low: 1), under: other, tenant: bench.tenant)
        try bench.send(
            .item(.receiver(bench.source, .put(plan, secret: secret, door: ReceiverAddress.door(random: (1, 2)), ifVersion: nil))))
        return bench
    }

    // MARK: - Who is believed

    @Test func whoIsNotBelievedLeavesNothingAndIsToldNoMoreThanWhoHasNoAddress() throws {
        let bench = try bench()
        let address = try #require(bench.receiver?.address)
        let other = ReceiverAddress("\(bench.tenant)~\(bench.source)~\(ReceiverAddress.door(random: (1, 3)))")
        for (secret, address) in [("wrong", address), (Self.secret, other), (Self.secret, nil)] as [(String, ReceiverAddress?)] {
            guard case .failure(.refused(.notBelieved)) = bench.deliver("m-1", "A", secret: secret, at: address) else {
                Issue.record("it is taken")
                continue
            }
        }
        #expect(bench.messages.isEmpty)
        guard case .success(let receipt) = bench.deliver("m-1", "A", secret: Self.secret, at: address) else {
            Issue.record("it is not taken")
            return
        }
        #expect(!receipt.isRepeat && bench.messages.count == 1)
        try bench.send(.item(.receiver(bench.source, .pause)))
        guard case .failure(.paused) = bench.deliver("m-2", "A", secret: Self.secret, at: address) else {
            Issue.record("it is not paused")
            return
        }
        try bench.send(.item(.receiver(bench.source, .resume)))
        guard case .failure(.tooLarge(2_000)) = bench.deliver("m-2", String(repeating: "x", count: 2_001), secret: Self.secret, at: address)
        else {
            Issue.record("it is not too large")
            return
        }
        try bench.send(.item(.receiver(bench.source, .delete)))
        guard case .failure(.refused(.notBelieved)) = bench.deliver("m-2", "A", secret: Self.secret, at: address) else {
            Issue.record("a deleted one takes it")
            return
        }
        #expect(bench.messages.count == 1)
    }

    @Test func aSecretThatCannotBeOpenedIsToldToTheOperatorOnceAndNotToWhoSends() throws {
        // Sealed for another record.
        let bench = try bench(sealedUnder: UniqueId(high: 8, low: 2))
        let address = try #require(bench.receiver?.address)
        for secret in [Self.secret, Self.secret, "wrong"] {
            guard case .failure(.refused(.notBelieved)) = bench.deliver("m-1", "A", secret: secret, at: address) else {
                Issue.record("there is another answer than from an address that leads nowhere")
                continue
            }
        }
        let told = bench.log.all.filter { $0.event == "ingestion.receiver-secret-unreadable" }
        #expect(told.count == 1 && told.first?.level == .error)
        // Another secret, which opens, vouches for messages all the same.
        let further = Self.sealed("another-secret-of-some-length", id: UniqueId(high: 8, low: 3), tenant: bench.tenant)
        try bench.send(.item(.receiver(bench.source, .addSecret(further, overlap: .hours(1)))))
        guard case .success = bench.deliver("m-1", "A", secret: "another-secret-of-some-length", at: address) else {
            Issue.record("it is not taken")
            return
        }
    }

    // MARK: - One sender's crowd

    @Test func whatIsUnderWayOfOneReceiverIsBounded() throws {
        let bench = try bench()
        let receiver = try #require(bench.receiver)
        let keeper = try #require(bench.engine).doorkeeper
        var seats = (0..<Doorkeeper.seats).compactMap { _ in keeper.seat(for: receiver, bytes: 1) }
        #expect(seats.count == Doorkeeper.seats)
        guard case .failure(.crowded) = bench.deliver("m-1", "A", secret: Self.secret, at: receiver.address) else {
            Issue.record("it is taken")
            return
        }
        // Nor does who is not believed learn of the crowd.
        guard case .failure(.refused(.notBelieved)) = bench.deliver("m-1", "A", secret: "wrong", at: receiver.address) else {
            Issue.record("it is told")
            return
        }
        keeper.leave(seats.removeLast())
        // Each gives its seat back.
        for id in ["m-1", "m-2", "m-3"] {
            guard case .success = bench.deliver(id, "A", secret: Self.secret, at: receiver.address) else {
                Issue.record("\(id) is not taken")
                return
            }
        }
    }

    @Test func aSeatIsForBytesTooAndAlwaysThereForWhoHasNone() throws {
        let receiver = try #require(try bench().receiver)
        let keeper = Doorkeeper()
        let whole = try #require(keeper.seat(for: receiver, bytes: 10 * Doorkeeper.seatedBytes))
        #expect(keeper.seat(for: receiver, bytes: 0) == nil)
        keeper.leave(whole)
        let half = try #require(keeper.seat(for: receiver, bytes: Doorkeeper.seatedBytes / 2))
        #expect(keeper.seat(for: receiver, bytes: Doorkeeper.seatedBytes / 2 + 1) == nil)
        let rest = try #require(keeper.seat(for: receiver, bytes: Doorkeeper.seatedBytes / 2))
        #expect(keeper.seat(for: receiver, bytes: 1) == nil)
        keeper.leave(half)
        #expect(keeper.seat(for: receiver, bytes: Doorkeeper.seatedBytes / 2) != nil)
        keeper.leave(rest)
    }

    // MARK: - Stored before it is acknowledged

    @Test func nothingIsAcknowledgedThatTheStoreDoesNotTake() throws {
        let bench = try bench()
        let address = bench.receiver?.address
        bench.faults.current.commitUnavailable = 100
        guard case .failure(.notTaken) = bench.deliver("m-1", "A", secret: Self.secret, at: address) else {
            Issue.record("it is acknowledged")
            return
        }
        #expect(bench.messages.isEmpty && bench.events(.messageReceived).isEmpty)
        bench.faults.current = .calm
        #expect(bench.insist("m-1", "A", Self.secret) == false)
        #expect(bench.insist("m-1", "A", Self.secret) == true)
        #expect(bench.messages.count == 1 && bench.events(.messageReceived).count == 1)
    }

    @Test func anAnswerOfTheStoreThatIsLostIsNotAnAcknowledgement() throws {
        let bench = try bench()
        bench.faults.current.ambiguousNotStored = 100
        guard case .failure(.notTaken) = bench.deliver("m-1", "A", secret: Self.secret, at: bench.receiver?.address) else {
            Issue.record("it is acknowledged")
            return
        }
        bench.faults.current = .calm
        #expect(bench.insist("m-1", "A", Self.secret) == false)
        #expect(bench.messages.count == 1 && bench.events(.messageReceived).count == 1)
    }

    @Test func aLostAnswerIsFoundOutByTheHeadOfTheLogAndNothingIsStoredTwice() throws {
        let bench = try bench()
        bench.faults.current.ambiguousStored = 100
        guard case .success(let receipt) = bench.deliver("m-1", "A", secret: Self.secret, at: bench.receiver?.address) else {
            Issue.record("it was stored, and is not acknowledged")
            return
        }
        #expect(!receipt.isRepeat && bench.messages.count == 1)
        bench.faults.current = .calm
        #expect(bench.insist("m-1", "A", Self.secret) == true)
        #expect(bench.messages.count == 1 && bench.events(.messageReceived).count == 1)
    }

    @Test func underFaultsAndKillsEachAcknowledgedMessageIsThereOnce() throws {
        let bench = try bench(documents: true)
        var generator = SeededGenerator(seed: 20_261_121)
        var acknowledged: [String: String] = [:]
        for round in 0..<60 {
            bench.faults.current = .calm
            bench.faults.current.commitUnavailable = Int.random(in: 0...40, using: &generator)
            bench.faults.current.ambiguousStored = Int.random(in: 0...30, using: &generator)
            bench.faults.current.ambiguousNotStored = Int.random(in: 0...30, using: &generator)
            let id = "m-\(Int.random(in: 0...20, using: &generator))"
            let text = "<Invoice><Number>\(id)</Number></Invoice>"
            if case .success = bench.deliver(id, text, secret: Self.secret, at: bench.receiver?.address) {
                acknowledged[id] = text
                let key = IngestionKey.message(id, of: bench.source, tenant: bench.tenant)
                #expect(bench.store.content(key, version: 1, tenant: bench.tenant) == Array(text.utf8), "\(id) is acknowledged")
            }
            if round % 15 == 14 {
                bench.kill()
                bench.faults.current = .calm
                bench.start()
            }
        }
        #expect(acknowledged.count > 5)
        let messages = Dictionary(grouping: bench.messages, by: \.messageId)
        let events = Dictionary(grouping: bench.events(.messageReceived), by: \.subject)
        for (id, text) in acknowledged {
            let message = try #require(messages[id]?.first)
            #expect(messages[id]?.count == 1 && events[message.id]?.count == 1)
            #expect(message.sha256 == ContentDigest(of: Array(text.utf8)))
            #expect(bench.document(id)?.latest.number == 1)
        }
        #expect(events.values.allSatisfy { $0.count == 1 })
    }

    // MARK: - What is in it

    @Test func documentsAreFoundInAnEnvelopeAndInAMessageThatIsOne() throws {
        let bench = try bench(documents: true)
        let envelope = """
            <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><List><Invoice><Number>1</Number></Invoice>\
            <Invoice><Number>2</Number></Invoice><Invoice/></List></s:Body></s:Envelope>
            """
        #expect(bench.insist("m-1", envelope, Self.secret) == false)
        #expect(bench.messages.first.map { [$0.documents, $0.refused] } == [2, 1])
        let bare = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<Invoice><Number>3</Number></Invoice>\n"
        #expect(bench.insist("m-2", bare, Self.secret) == false)
        #expect(Set(bench.documents.map(\.number)) == ["1", "2", "3"])
        #expect(bench.document("3")?.latest.encoding == "ISO-8859-1")
        let key = try #require(bench.document("3")).key
        #expect(
            bench.store.content(key, version: 1, tenant: bench.tenant) == Array("<Invoice><Number>3</Number></Invoice>".utf8))
        // All of one message share its trace.
        let traces = Set(bench.store.allEvents.joined().filter { $0.subject == key.id }.map(\.correlationId))
        #expect(traces == Set(bench.messages.filter { $0.messageId == "m-2" }.map(\.trace.description)))
    }

    /// The engine ends between the commit and the drafts, and the sender repeats what it saw no answer to.
    @Test func aRepeatMakesTheDraftsThatTheFirstDidNotComeTo() throws {
        let mapping = try IngestionMapping(
            json: Array(
                #"""
                {"fields":{"currency":"Currency","taxRegime":{"constant":"none"},"issueDate":{"constant":"2026-11-20"},
                "seller.name":{"constant":"Seller GmbH"},"seller.address.country":{"constant":"DE"},
                "buyer.name":{"constant":"Buyer"},"buyer.address.country":{"constant":"FR"}},
                "lists":{"lines":{"each":"Line","fields":{"id":{"constant":"1"},"name":{"constant":"Thing"},"quantity":{"constant":"2"},
                "unit":{"constant":"C62"},"unitPrice":"Price"}}}}
                """#.utf8))
        let bench = try bench(documents: true, mapping: mapping)
        let text = "<Invoice><Number>R-1</Number><Currency>EUR</Currency><Line><Price>10.00</Price></Line></Invoice>"
        // Without what drafts are made with, none is.
        #expect(bench.insist("m-1", text, Self.secret) == false)
        #expect(bench.document("R-1")?.mapping == nil)
        bench.kill()
        bench.drafting = DraftMaking(
            parse: { octets, encoding, namespaces throws(XMLError) in
                try XMLReader.read(slice: octets, encoding: encoding, namespaces: namespaces)
            }, desk: InvoiceDesk { bytes throws(XMLError) in try XMLReader.read(bytes) })
        bench.start()
        for _ in 0..<2 {
            #expect(bench.insist("m-1", text, Self.secret) == true)
            let document = try #require(bench.document("R-1"))
            #expect(document.mapping?.problems == [] && document.mapping?.invoice == document.draft)
            #expect(bench.store.current(.invoice(bench.tenant, document.draft)) != nil)
        }
        #expect(bench.events(.invoiceReceived).count == 1 && bench.events(.messageReceived).count == 1)
        #expect(bench.events(.invoiceMapped).count == 1)
    }

    @Test func aMessageInWhichNothingCanBeReadIsTakenAllTheSame() throws {
        let bench = try bench(documents: true)
        for (index, text) in ["{}", "", "<Invoice><Number>1</Number>", "<Other/>", "<!DOCTYPE a><Invoice/>"].enumerated() {
            #expect(bench.insist("m-\(index)", text, Self.secret) == false, "\(text)")
        }
        #expect(bench.messages.count == 5 && bench.documents.isEmpty)
        #expect(bench.messages.allSatisfy { $0.documents == 0 && $0.refused == 1 })
        #expect(bench.slices.allSatisfy { $0.status == .open && $0.finding.run == nil })
    }
}

extension IngestionBench {
    fileprivate var receiver: Receiver? {
        if case .item(.receiver(let receiver))? = store.current(.item(tenant, .receiver(source))) { receiver } else { nil }
    }

    fileprivate var messages: [IngestedMessage] {
        store.allBooks.compactMap { if case .ingestion(.message(let message)) = $0 { message } else { nil } }
    }

    fileprivate func deliver(
        _ id: String, _ text: String, secret: String, at address: ReceiverAddress?
    ) -> Result<WebhookReceipt, WebhookError> {
        guard let engine else { return .failure(.notOffered) }
        nonisolated(unsafe) var outcome: Result<WebhookReceipt, WebhookError>?
        let message = SignedMessage(fields: [(name: "X-Secret", value: secret), (name: "x-id", value: id)], body: Array(text.utf8))
        Task(executorPreference: executor) {
            do throws(WebhookError) { outcome = .success(try await engine.receive(message, at: address)) } catch {
                outcome = .failure(error)
            }
        }
        run { outcome != nil }
        return outcome ?? .failure(.notOffered)
    }

    /// Delivers until it is acknowledged, as senders do.
    ///
    /// - Returns: whether it was on record before; nil when it is never acknowledged.
    fileprivate func insist(_ id: String, _ text: String, _ secret: String) -> Bool? {
        for _ in 0..<50 {
            if case .success(let receipt) = deliver(id, text, secret: secret, at: receiver?.address) { return receipt.isRepeat }
            pass(.seconds(1))
        }
        return nil
    }
}
