/// What a fetch waits for.
public enum FetchPhase: String, Hashable, Sendable, CaseIterable {
    /// The name's addresses, the connection, TLS.
    case connect
    /// The answer's head.
    case firstByte = "first-byte"
    /// More of the answer.
    case idle
    /// The end of everything.
    case total
}

/// Why a source gave no batch, or only part of one. It never holds a password, nor what the source sent but for a fault's reason.
public enum FetchFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The URL leads to where requests may not be sent, or can be read in more than one way.
    case refusedTarget(String)
    /// No connection, no trust in the source's certificate, no valid HTTP, or an answer that ends too early.
    case connection(String)
    case timedOut(FetchPhase)
    /// An answer that is neither a batch nor a fault. Redirects are among them: none is followed, since the request holds credentials.
    case status(Int, retryAfter: TimeSpan?)
    /// A fault, with the status that it came with.
    case fault(SOAPFault, status: Int)
    /// An answer of status 200 whose content type is not XML (an error page, for instance).
    case notXML(contentType: String?)
    /// More bytes than the source may send: over the wire, or after inflation.
    case tooLarge(limit: Int)
    /// A content encoding that is not known, or bytes that are not in it.
    case badEncoding(String)
    /// The waiting task was cancelled.
    case cancelled
    /// The client is shut down.
    case stopped

    /// A short word for lists and metrics.
    public var code: String {
        switch self {
        case .refusedTarget: "refused-target"
        case .connection: "connection"
        case .timedOut(let phase): "timed-out-\(phase.rawValue)"
        case .status: "status"
        case .fault: "fault"
        case .notXML: "not-xml"
        case .tooLarge: "too-large"
        case .badEncoding: "bad-encoding"
        case .cancelled: "cancelled"
        case .stopped: "stopped"
        }
    }

    /// What happened, and what to do where that can be said.
    public var description: String {
        switch self {
        case .refusedTarget(let reason): reason
        case .connection(let reason): reason
        case .timedOut(.connect): "no connection to the source in time"
        case .timedOut(.firstByte): "the source did not begin its answer in time"
        case .timedOut(.idle): "the source fell silent in the middle of its answer"
        case .timedOut(.total): "the source's answer was not complete in time; ask for a smaller time window, or allow more time"
        case .status(let status, _): Self.advice(status)
        case .fault(let fault, let status): "the source answered with status \(status) and \(fault)"
        case .notXML(let type?): "the source answered with \(type), not with XML; check its URL"
        case .notXML(nil): "the source answered without a content type that says XML; check its URL"
        case .tooLarge(let limit):
            "the source's answer is larger than \(limit) bytes; ask for a smaller time window, or raise the source's limit"
        case .badEncoding(let reason): reason
        case .cancelled: "the fetch was cancelled"
        case .stopped: "the engine is stopping"
        }
    }

    private static func advice(_ status: Int) -> String {
        switch status {
        case 300...399: "the source answered with status \(status); redirects are not followed, so set the URL that it leads to"
        case 401, 403: "the source answered with status \(status); check user name and password"
        case 404, 410: "the source answered with status \(status); check its URL"
        default: "the source answered with status \(status)"
        }
    }
}
