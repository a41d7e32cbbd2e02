internal import ArgumentParser
internal import Domain

/// What is put back to what it is when nothing is said.
struct ClearOption: ParsableArguments {
    @Option(name: .customLong("clear"), help: "An option to be put back to its default, not-after or tag for instance; may be repeated.")
    var names: [String] = []

    /// The members of the API under the names of the options.
    private static let members: [(option: String, member: StaticString)] = [
        ("time-zone", "timeZone"), ("misfire", "misfire"), ("not-before", "notBefore"), ("not-after", "notAfter"),
        ("filter", "filter"), ("tag", "tags"), ("timeout-ms", "timeoutMs"), ("follow-redirects", "followRedirects"), ("retry", "retry"),
    ]

    func validate() throws {
        for name in names where !Self.members.contains(where: { $0.option == name }) {
            throw ValidationError("--clear must be one of \(Self.members.map(\.option).joined(separator: ", ")); “\(name)” is not.")
        }
    }

    /// Writes null for each, which a merge patch (RFC 7396) takes for "without".
    func write(to json: inout JSONWriter) {
        for (option, member) in Self.members where names.contains(option) { json.field(member, String?.none) }
    }
}
