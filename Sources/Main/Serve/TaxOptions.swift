internal import ArgumentParser
internal import Domain
internal import Foundation

/// By which rules invoices are taxed.
struct TaxOptions: ParsableArguments {
    @Option(
        help: """
            A folder with tax regimes and rate tables as JSON, which are added to the built-in ones (default: the folder “tax” of the data \
            directory, if there is one).
            """)
    var taxDir: String?
    @Option(help: "The tax regime of invoices that name none (default: vat).") var taxRegime: String?

    /// - Throws: `ValidationError`, which names the file and what is wrong in it.
    func registry(dataDirectory: String) throws -> (taxes: TaxRegistry, regime: String) {
        let given = taxDir ?? Setting.environment("tax-dir")
        let taxes = try Self.read(given ?? dataDirectory + "/tax", isRequired: given != nil)
        let regime = Setting.text(taxRegime, "tax-regime", default: "vat")
        guard taxes.strategy(regime) != nil else {
            throw ValidationError(
                "--tax-regime “\(regime)” is not known; there are: \(taxes.strategies.map(\.name).joined(separator: ", "))")
        }
        return (taxes, regime)
    }

    private static func read(_ folder: String, isRequired: Bool) throws -> TaxRegistry {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            if isRequired { throw ValidationError("--tax-dir “\(folder)” cannot be read") }
            return .standard
        }
        var declarations: [TaxDeclaration] = []
        for name in names.filter({ $0.hasSuffix(".json") }).sorted() {
            guard let bytes = FileManager.default.contents(atPath: folder + "/" + name) else {
                throw ValidationError("the tax regime \(folder)/\(name) cannot be read")
            }
            do throws(TaxDeclarationError) {
                declarations.append(try TaxDeclaration(json: Array(bytes)))
            } catch {
                throw ValidationError("the tax regime \(folder)/\(name): \(error)")
            }
        }
        do throws(TaxDeclarationError) {
            return try TaxRegistry(declarations)
        } catch {
            throw ValidationError("the tax regimes of \(folder): \(error)")
        }
    }
}
