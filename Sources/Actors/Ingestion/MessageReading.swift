internal import Domain
internal import Ports

/// Finds the documents in a message of a receiver: those in a SOAP envelope, as a source's, or the one that the message is.
struct MessageReading {
    let receiver: Receiver
    let splitting: any BatchSplitting
    let trace: TraceId

    /// The message as the books take it. What cannot be read in it goes into quarantine; the message itself is taken all the same.
    func received(_ message: SignedMessage, id: String) -> ReceivedMessage {
        let contentType = message.field("content-type").map { ForeignText.shown($0, atMost: 256) }
        var documents: [IngestedDocument] = []
        var refused: [RefusedSlice] = []
        for part in receiver.plan.split.map({ parts(of: message.body, Self.charset(contentType), by: $0) }) ?? [] {
            switch part {
            case .success(.invoice(let invoice)):
                documents.append(
                    IngestedDocument(
                        source: receiver.name, number: invoice.number, octets: invoice.octets, encoding: invoice.encoding,
                        namespaces: invoice.namespaces, run: nil, trace: trace, topic: receiver.plan.topic))
            case .success(.refused(let refusal)): refused.append(RefusedSlice(refusal, source: receiver.name, run: nil, trace: trace))
            case .failure(let error): refused.append(whole(message.body, error))
            }
        }
        return ReceivedMessage(
            receiver: receiver.name, messageId: id, octets: message.body, contentType: contentType, trace: trace,
            topic: receiver.plan.topic, documents: documents, refused: refused)
    }

    /// What was found, and last why there is no more, when the message could not be read to its end.
    private func parts(_ found: [BatchPart], _ error: BatchError? = nil) -> [Result<BatchPart, BatchError>] {
        found.map { .success($0) } + (error.map { [.failure($0)] } ?? [])
    }

    private func parts(of body: [UInt8], _ charset: String?, by plan: SplitPlan) -> [Result<BatchPart, BatchError>] {
        var plan = plan
        plan.charset = charset
        var splitter = splitting.splitter(for: plan)
        var found: [BatchPart] = []
        do throws(BatchError) {
            found = try splitter.push(body[...])
            let end = splitter.finish()
            if case .notAnEnvelope(_?)? = end.error { return bare(body, charset, by: plan) }
            return parts(found + end.parts, end.error)
        } catch {
            if case .notAnEnvelope(_?) = error { return bare(body, charset, by: plan) }
            return parts(found, error)
        }
    }

    /// A message that is one document, without what stands before and behind its root.
    private func bare(_ body: [UInt8], _ charset: String?, by plan: SplitPlan) -> [Result<BatchPart, BatchError>] {
        var rest = body[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop(while: Self.isSpace)
        var declared: String?
        if rest.starts(with: Array("<?xml".utf8)), let end = rest.firstRange(of: Array("?>".utf8)) {
            declared = Self.encoding(of: String(decoding: rest[..<end.lowerBound], as: UTF8.self))
            rest = rest[end.upperBound...].drop(while: Self.isSpace)
        }
        while let last = rest.last, Self.isSpace(last) { rest = rest.dropLast() }
        return parts([splitting.judge(Array(rest), encoding: charset ?? declared ?? "UTF-8", namespaces: [], by: plan)])
    }

    private func whole(_ body: [UInt8], _ error: BatchError) -> RefusedSlice {
        let text =
            if case .notAnEnvelope = error {
                "the message is not XML; a receiver with an invoiceElement looks for documents in XML"
            } else {
                "the message could not be read to its end: \(error)"
            }
        return RefusedSlice(
            source: receiver.name, octets: body,
            finding: QuarantineFinding(code: error.code, text: text, index: 0, encoding: nil, namespaces: [], run: nil, trace: trace))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The parameter `charset` of a content type.
    static func charset(_ contentType: String?) -> String? {
        for parameter in (contentType ?? "").split(separator: ";").dropFirst() {
            let text = parameter.filter { $0 != " " && $0 != "\"" }.lowercased()
            if text.hasPrefix("charset=") { return String(text.dropFirst(8)) }
        }
        return nil
    }

    private static func encoding(of declaration: String) -> String? {
        guard let name = declaration.firstRange(of: "encoding") else { return nil }
        let quoted = declaration[name.upperBound...].split { $0 == "\"" || $0 == "'" }
        return quoted.count > 1 ? String(quoted[1]) : nil
    }
}
