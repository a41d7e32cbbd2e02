internal import ArgumentParser
internal import Domain
internal import Foundation

struct SeriesImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Scan the numbers that another system gave, and take them over.",
        discussion: """
            The file holds up to 10,000 numbers, each on a line of its own: the number and, divided by commas, its document, its issue \
            date and why it is void, as far as there are any. Or it holds JSON, \
            {"numbers":[{"number":"…","document":"…","issueDate":"…","voidReason":"…"}]}.

            Without --apply it only tells what was found and what would be done. Exit code 1 when numbers are left out.

            Example: ledgerflow series import SHOP numbers.csv --apply
            """)

    @OptionGroup var series: SeriesIdArgument
    @OptionGroup var file: InputArgument
    @Flag(help: "Take over what can be, and put gaps on record as void.") var apply = false
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let body = try Self.body(try file.contents(), apply: apply)
        try await connection.withClient { client in
            let answer = try await client.books(.post, series.path + "/import", body: body, naming: .pointers).value
            try Output.line(format.json ? answer.line : SeriesText.imported(answer))
            if !(answer["repair"]?["excluded"]?.elements ?? []).isEmpty { throw ExitCode.failure }
        }
    }

    /// The numbers of the file, with what is to be done.
    private static func body(_ contents: [UInt8], apply: Bool) throws -> [UInt8] {
        let blanks: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        let isJSON = contents.first { !blanks.contains($0) } == UInt8(ascii: "{")
        let numbers = isJSON ? try fromJSON(contents) : .array(try fromLines(contents))
        var writer = JSONWriter(capacity: contents.count + 64)
        writer.object { json in
            json.name("numbers")
            json.value(numbers)
            json.field("apply", apply)
        }
        return writer.bytes
    }

    private static func fromJSON(_ contents: [UInt8]) throws -> JSONValue {
        do {
            let value = try JSONReader.read(contents, limits: JSONLimits(maxBytes: contents.count))
            if let numbers = value["numbers"] { return numbers }
        } catch {
            throw CommandFailure(.usage, "the file is not JSON: \(error.description)")
        }
        throw CommandFailure(.usage, "the file has no member “numbers”", advice: "See `ledgerflow series import --help`.")
    }

    private static func fromLines(_ contents: [UInt8]) throws -> [JSONValue] {
        guard let text = String(validating: contents, as: UTF8.self) else { throw CommandFailure(.usage, "the file is not text in UTF-8") }
        let names = ["number", "document", "issueDate", "voidReason"]
        var values: [JSONValue] = []
        // A line may end with a carriage return and a line feed, which are one character.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            // The reason, which is prose, may hold commas itself.
            let fields = line.split(separator: ",", maxSplits: names.count - 1, omittingEmptySubsequences: false)
            let members = zip(names, fields).compactMap { name, field -> JSONObject.Member? in
                let value = field.trimmingCharacters(in: .whitespaces)
                return value.isEmpty ? nil : JSONObject.Member(name, .string(value))
            }
            guard let object = JSONObject(members), object["number"] != nil else {
                throw CommandFailure(.usage, "line \(index + 1) of the file begins with no number")
            }
            values.append(.object(object))
        }
        guard !values.isEmpty else { throw CommandFailure(.usage, "the file holds no numbers") }
        return values
    }
}

struct SeriesRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Take back the latest numbers that were taken over from another system.",
        discussion: """
            From the given number of a period to its last, in one change that is on record. Refused as soon as the series has given a \
            number of its own behind them.

            Example: ledgerflow series release SHOP --period 2026 --from 101
            """)

    @OptionGroup var series: SeriesIdArgument
    @Option(help: "The period, as the gap report names it (default: that of a series that never counts anew).") var period = ""
    @Option(help: "The first number to be taken back, without what the format prints around it.") var from: Int64
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.object { json in
            json.field("period", period)
            json.field("from", from)
        }
        try await connection.withClient { client in
            let answer = try await client.books(.post, series.path + "/release", body: writer.bytes).value
            try Output.line(format.json ? answer.line : "\(answer["released"]?.text ?? "–") numbers taken back")
        }
    }
}
