import PropertyKit
import Testing

@testable import Domain

@Suite struct JSONPropertyTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func whatIsWrittenIsReadBackEqual(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let value = Self.value(depthLeft: 5, &random)
            var writer = JSONWriter()
            writer.value(value)
            #expect(try JSONReader.read(writer.bytes) == value)
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func randomBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let likely = Array("{}[]\",:\\u0123tfnrale-+.eE \n".utf8)
        for round in 0..<10_000 {
            let anything = round % 2 == 0
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                anything ? UInt8.random(in: 0...255, using: &random) : likely[Int.random(in: 0..<likely.count, using: &random)]
            }
            Self.checkOutcome(bytes)
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func mutatedDocumentsNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var writer = JSONWriter()
            writer.value(Self.value(depthLeft: 3, &random))
            let document = writer.bytes
            for _ in 0..<10 {
                var mutant = document
                for _ in 0..<Int.random(in: 1...3, using: &random) where !mutant.isEmpty {
                    let index = Int.random(in: 0..<mutant.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: mutant[index] = UInt8.random(in: 0...255, using: &random)
                    case 1: mutant.remove(at: index)
                    case 2: mutant.insert(mutant[Int.random(in: 0..<mutant.count, using: &random)], at: index)
                    default: mutant.removeSubrange(index...)
                    }
                }
                Self.checkOutcome(mutant)
            }
        }
    }

    @Test func utf8IsJudgedAsTheStandardLibraryDoes() {
        var random = SeededGenerator(seed: 99)
        let edges: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1,
            0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<50_000 {
            let bytes = (0..<Int.random(in: 1...6, using: &random)).map { _ in edges[Int.random(in: 0..<edges.count, using: &random)] }
            let expected = String(validating: bytes, as: UTF8.self)
            let read = try? JSONReader.read([0x22] + bytes + [0x22])
            #expect(read == expected.map { .string($0) }, "\(bytes)")
        }
    }

    /// Reading gives a value that survives writing, or an error inside the document.
    private static func checkOutcome(_ bytes: [UInt8]) {
        do {
            let value = try JSONReader.read(bytes)
            var writer = JSONWriter()
            writer.value(value)
            let again = try? JSONReader.read(writer.bytes)
            if again != value { Issue.record("changed by writing: \(bytes)") }
        } catch {
            if error.offset < 0 || error.offset > bytes.count { Issue.record("offset \(error.offset) outside \(bytes)") }
        }
    }

    private static func value(depthLeft: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depthLeft > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(number(&random))
        case 3, 4: return .string(string(&random))
        case 5: return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in value(depthLeft: depthLeft - 1, &random) })
        default:
            var members: [JSONObject.Member] = []
            for index in 0..<Int.random(in: 0...20, using: &random) {
                members.append(.init("\(index)" + string(&random), value(depthLeft: depthLeft - 2, &random)))
            }
            return .object(JSONObject(members) ?? JSONObject(checked: []))
        }
    }

    private static func number(_ random: inout SeededGenerator) -> JSONNumber {
        var text = String(Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random))
        if Bool.random(using: &random) { text += ".\(UInt16.random(in: .min ... .max, using: &random))0" }
        if Bool.random(using: &random) { text += "e-\(UInt16.random(in: .min ... .max, using: &random))" }
        return JSONNumber(text: text) ?? JSONNumber(0)
    }

    private static func string(_ random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            let top: UInt32 = [0x7F, 0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF][Int.random(in: 0..<6, using: &random)]
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...top, using: &random)) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
