import Domain
import Foundation
import Testing
import XMLAdapter

/// The examples of the official EN 16931 artefacts, where they are at hand (`LEDGERFLOW_JUDGES`).
@Suite("The official EN 16931 examples in UBL")
struct JudgedExampleTests {
    private static let folder: URL = {
        let root =
            ProcessInfo.processInfo.environment["LEDGERFLOW_JUDGES"]
            ?? URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared/judges").standardizedFileURL.path
        return URL(fileURLWithPath: root).appendingPathComponent("en16931/ubl/examples")
    }()

    private static let isHere = FileManager.default.fileExists(atPath: folder.path)

    private static let files: [URL] = {
        let all = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return all.filter { $0.pathExtension.lowercased() == "xml" }.sorted { $0.path < $1.path }
    }()

    @Test(
        "are read without a problem, and the same from what is written of them in UBL and in CII",
        .enabled(if: isHere, "no official examples here; set LEDGERFLOW_JUDGES"))
    func examples() throws {
        #expect(Self.files.count >= 19)
        for file in Self.files {
            let reading = UBLReader.read(try XMLReader.read([UInt8](Data(contentsOf: file))))
            #expect(reading.problems.isEmpty, "\(file.lastPathComponent): \(reading.problems)")
            let document = reading.document
            #expect(!document.lines.isEmpty && document.totals != nil && !document.taxBreakdown.isEmpty)
            let ubl = UBLReader.read(try XMLReader.read(try UBLWriter.write(document)))
            #expect(ubl.document == document && ubl.problems.isEmpty && ubl.unmapped.isEmpty, "\(file.lastPathComponent)")
            let cii = CIIReader.read(try XMLReader.read(try CIIWriter.write(document)))
            // CII has a discount on the price only together with the price before it.
            var expected = document
            for (index, line) in document.lines.enumerated() {
                guard line.grossPrice == nil, let discount = line.priceDiscount else { continue }
                expected.lines[index].grossPrice = try line.unitPrice + discount
            }
            #expect(cii.document == expected && cii.problems.isEmpty && cii.unmapped.isEmpty, "\(file.lastPathComponent)")
        }
    }
}
