import Domain
import PropertyKit
import Testing

@testable import HTTPClientAdapter

@Suite("Inflating gzip")
struct GzipInflaterTests {
    @Test("Whatever the pieces, the members' content comes out in pieces within the limit")
    func pieces() throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: UInt64(seed))
            var (plain, zipped): ([UInt8], [UInt8]) = ([], [])
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let member = Self.content(&random)
                plain += member
                zipped += try gzip(member)
            }
            let limit = Int.random(in: 1...5_000, using: &random)
            #expect(try Self.inflate(zipped, atMost: limit, &random) == plain)
        }
    }

    @Test("Gzip that is cut short is an error")
    func cut() throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: UInt64(seed))
            let zipped = try gzip(Self.content(&random))
            let cut = Array(zipped.prefix(Int.random(in: 0..<zipped.count, using: &random)))
            #expect(throws: FetchFailure.self) { try Self.inflate(cut, atMost: 1_000, &random) }
        }
    }

    @Test("Gzip that is damaged is an error, or was damaged where it does not matter")
    func damaged() throws {
        for seed in 0..<60 {
            var random = SeededGenerator(seed: UInt64(seed))
            let plain = Self.content(&random)
            var zipped = try gzip(plain)
            zipped[Int.random(in: 0..<zipped.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if let inflated = try? Self.inflate(zipped, atMost: 1_000, &random) { #expect(inflated == plain) }
        }
    }

    private static func content(_ random: inout SeededGenerator) -> [UInt8] {
        let isDull = Bool.random(using: &random)
        return (0..<Int.random(in: 0...8_000, using: &random)).map { _ in isDull ? 0x20 : UInt8.random(in: 0...255, using: &random) }
    }

    private static func inflate(_ zipped: [UInt8], atMost limit: Int, _ random: inout SeededGenerator) throws -> [UInt8] {
        var inflater = try GzipInflater()
        var (plain, rest): ([UInt8], ArraySlice<UInt8>) = ([], zipped[...])
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...3_000, using: &random))
            rest = rest.dropFirst(part.count)
            inflater.feed(Array(part))
            while let piece = try inflater.next(atMost: limit) {
                #expect(!piece.isEmpty && piece.count <= limit)
                plain += piece
            }
        }
        try inflater.finish()
        return plain
    }
}
