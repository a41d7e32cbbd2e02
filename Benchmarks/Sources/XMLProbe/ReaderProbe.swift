internal import CLibXML2

/// libxml2's own streaming reader over a file: what a batch costs when nothing is done with it.
public struct ReaderProbe {
    public struct Failure: Error {}

    /// Nodes and attributes' owners that the reader stood on.
    public let nodes: Int
    /// The median of the rounds.
    public let nanoseconds: Int64

    /// Reads the file again and again for so many seconds, three times at least.
    public init(path: String, seconds: Double) throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var times: [Duration] = []
        var seen = 0
        while times.count < 3 || clock.now < end {
            times.append(try clock.measure { seen = try Self.read(path) })
        }
        times.sort()
        let median = times[times.count / 2].components
        nanoseconds = median.seconds * 1_000_000_000 + median.attoseconds / 1_000_000_000
        nodes = seen
    }

    private static func read(_ path: String) throws -> Int {
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue
        guard let reader = xmlReaderForFile(path, nil, Int32(options)) else { throw Failure() }
        defer { xmlFreeTextReader(reader) }
        var nodes = 0
        var state = xmlTextReaderRead(reader)
        while state == 1 {
            nodes += 1
            state = xmlTextReaderRead(reader)
        }
        guard state == 0 else { throw Failure() }
        return nodes
    }
}
