internal import Domain
internal import XMLAdapter

/// How long one document takes from its bytes to the invoice model and back, with validation, on one thread.
struct RoundMeasurement {
    private let file: String
    private let bytes: Int
    /// The median of a round.
    private let nanoseconds: Int64

    private static let warmUp = 3
    private static let leastRounds = 3

    /// - Throws: `CommandFailure` when the file is no invoice that can be read and written.
    init(of step: DocumentWalk.Step, by check: DocumentCheck, seconds: Double) throws {
        file = step.path.text
        do {
            if case .unreadable(_, let failure) = step { throw failure }
            let document = try InputFile.contents(of: step.path, limit: XMLLimits.standard.bytes)
            bytes = document.count
            for _ in 0..<Self.warmUp { try Self.round(document, check) }
            let clock = ContinuousClock()
            let end = clock.now + .seconds(seconds)
            var times: [Duration] = []
            while times.count < Self.leastRounds || clock.now < end {
                times.append(try clock.measure { try Self.round(document, check) })
            }
            times.sort()
            nanoseconds = Self.nanoseconds(times[times.count / 2])
        } catch {
            throw CommandFailure(.refused, "\(file) cannot be measured: \(Self.reason(error))")
        }
    }

    private struct NoInvoice: Error {}

    /// All four steps.
    private static func round(_ bytes: [UInt8], _ check: DocumentCheck) throws {
        let tree = try XMLReader.read(bytes)
        _ = check.ruleset.validate(tree, language: check.language)
        guard let syntax = InvoiceSyntax(of: tree) else { throw NoInvoice() }
        _ = try syntax.write(syntax.read(tree).document)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as InputFailure: error.reason
        case let error as XMLError: error.description
        case is NoInvoice: "it is no UBL or CII invoice"
        default: "it holds what XML cannot carry"
        }
    }

    private static func nanoseconds(_ time: Duration) -> Int64 {
        time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
    }

    /// As JSON on one line.
    var line: String {
        var writer = JSONWriter()
        writer.object { json in
            json.field("file", file)
            json.field("bytes", bytes)
            json.field("nanoseconds", nanoseconds)
        }
        return writer.text
    }
}
