import Domain
import Ports

/// What is sent in one hop of an attempt.
struct Hop {
    var method: OutgoingRequest.Method
    var url: TargetURL
    /// The caller's.
    var headers: [OutgoingRequest.Header]
    /// The engine's.
    var ownHeaders: [(name: String, value: String)]
    var body: [UInt8]
}

/// The way of an attempt through redirects (RFC 9110 §15.4): which hop comes next, and which is not gone.
///
/// Where a hop leads is judged by whoever sends it, the first as the last.
struct RedirectTrail {
    private(set) var hop: Hop
    /// Redirects that were followed.
    private(set) var followed = 0
    private let most: Int
    private var visited: Set<Stop>

    private struct Stop: Hashable {
        let method: OutgoingRequest.Method
        let url: String
    }

    init(_ attempt: AttemptRequest) {
        let request = attempt.request
        hop = Hop(
            method: request.method, url: request.url, headers: request.headers, ownHeaders: attempt.headers, body: request.sentBody)
        most = max(0, attempt.redirects)
        visited = most > 0 ? [Stop(method: hop.method, url: Self.place(hop.url))] : []
    }

    /// Makes the next hop the current one, after an answer with `status` and `locations`.
    ///
    /// - Returns: false when the answer is not to be followed but is the attempt's answer.
    mutating func follow(_ status: Int, to locations: [String]) throws(RedirectRefusal) -> Bool {
        guard most > 0, [301, 302, 303, 307, 308].contains(status), let location = locations.first else { return false }
        guard followed < most else { throw .tooMany(most) }
        // Which of two a target means, a proxy on the way may see otherwise than we.
        guard locations.count == 1 else { throw .severalLocations }
        let url: TargetURL
        do throws(TargetURLError) { url = try hop.url.resolving(location) } catch { throw .location(error) }
        guard hop.url.scheme == .http || url.scheme == .https else { throw .downgrade }
        changeMethod(after: status)
        if !url.hasSameOrigin(as: hop.url) { dropSecrets() }
        hop.url = url
        guard visited.insert(Stop(method: hop.method, url: Self.place(url))).inserted else { throw .circle }
        followed += 1
        return true
    }

    /// 307 and 308 keep the method. 303 asks for another resource to be got; after 301 and 302 a POST becomes a GET, as with every browser
    /// and most clients, and what redirects reckons with it.
    private mutating func changeMethod(after status: Int) {
        let becomesGet =
            switch status {
            case 303: hop.method != .GET && hop.method != .HEAD
            case 301, 302: hop.method == .POST
            default: false
            }
        guard becomesGet else { return }
        hop.method = .GET
        hop.body = []
        hop.headers.removeAll { Self.describesBody($0.name.lowercased()) }
        dropSignature()
    }

    /// On another origin nobody is meant by what was given for the first, and it does not come back when the way leads home again.
    private mutating func dropSecrets() {
        hop.headers.removeAll { !Self.harmless.contains($0.name.lowercased()) }
        dropSignature()
    }

    /// A signature is over a body, by a key that the receiver shares.
    private mutating func dropSignature() {
        hop.headers.removeAll { Self.belongsToSignature($0.name) }
        hop.ownHeaders.removeAll { Self.belongsToSignature($0.name) }
    }

    private static func belongsToSignature(_ name: String) -> Bool { name.lowercased().hasPrefix("webhook-") }

    private static func describesBody(_ name: String) -> Bool {
        name.hasPrefix("content-") || name == "digest" || name == "repr-digest" || name == "last-modified"
    }

    /// Fields of a caller that hold no secret by what they are for.
    private static let harmless: Set<String> = [
        "accept", "accept-language", "content-encoding", "content-language", "content-type", "user-agent",
    ]

    private static func place(_ url: TargetURL) -> String { "\(url.scheme.rawValue)://\(url.hostAndPort)\(url.pathAndQuery)" }
}

/// Why a redirect is not followed.
enum RedirectRefusal: Error, Hashable, CustomStringConvertible {
    case tooMany(Int)
    case circle
    case downgrade
    case severalLocations
    case location(TargetURLError)

    var description: String {
        switch self {
        case .tooMany(let most): "redirects once more, and the call follows at most \(most)"
        case .circle: "redirects back to where the attempt came from"
        case .downgrade: "redirects from https to http, which would lay the request open"
        case .severalLocations: "redirects with more than one Location"
        case .location(let error): "redirects to a Location that \(error)"
        }
    }

    /// The failure of an attempt that ends here. What a target may do (redirect often, or in a circle) is its status, which the call's
    /// policy judges; what the engine does not do is final.
    func failure(status: Int) -> ExecutionFailure {
        let detail = "answered with status \(status) and \(self)"
        return switch self {
        case .tooMany, .circle: ExecutionFailure(kind: .status, status: status, detail: detail)
        case .downgrade, .severalLocations, .location: ExecutionFailure(kind: .targetRefused, detail: detail)
        }
    }
}
