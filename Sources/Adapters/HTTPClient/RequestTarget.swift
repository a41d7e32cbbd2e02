import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1

/// The path and query of a URL on their way through the HTTP library to the wire, where they must arrive byte for byte.
///
/// The library takes a request's target out of a Foundation `URL`, which sends `/` in place of a path whose percent-encoded bytes are
/// not text (`/%E2`), and encodes a URL with square brackets in its path anew. The few URLs of this kind are escaped once more, and
/// a handler in front of the encoder takes the escape away again.
enum RequestTarget {
    /// Whether `pathAndQuery` must be escaped to come through unchanged.
    static func needsEscape(_ pathAndQuery: String) -> Bool {
        var isPath = true
        var hasPercent = false
        for byte in pathAndQuery.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "]"): return true
            case UInt8(ascii: "?"): isPath = false
            case UInt8(ascii: "%"): hasPercent = hasPercent || isPath
            default: break
            }
        }
        return hasPercent && !isText(pathAndQuery)
    }

    /// `pathAndQuery` with its percent signs and square brackets percent-encoded.
    static func escaped(_ pathAndQuery: String) -> String {
        var bytes: [UInt8] = []
        for byte in pathAndQuery.utf8 {
            switch byte {
            case UInt8(ascii: "%"): bytes += "%25".utf8
            case UInt8(ascii: "["): bytes += "%5B".utf8
            case UInt8(ascii: "]"): bytes += "%5D".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `escaped` was made from: it has no other percent signs than its own.
    static func restored(_ escaped: String) -> String { String(decoding: decoded(escaped.utf8), as: UTF8.self) }

    /// Whether the path's bytes, decoded, are text without NUL.
    private static func isText(_ pathAndQuery: String) -> Bool {
        let bytes = decoded(pathAndQuery.utf8.prefix { $0 != UInt8(ascii: "?") })
        return !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }

    private static func decoded(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        var pending = 0
        for byte in text {
            if pending > 0 {
                pending -= 1
                if let first = high { bytes.append(first << 4 | nibble(byte)) } else { high = nibble(byte) }
            } else if byte == UInt8(ascii: "%") {
                (high, pending) = (nil, 2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// The value of a hexadecimal digit; `TargetURL` has made sure that it is one.
    private static func nibble(_ digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: digit & 15
        }
    }
}

/// Takes the escape of `RequestTarget` away from every request of its connection.
private final class RequestTargetRestorer: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        head.uri = RequestTarget.restored(head.uri)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}

extension HTTPClient.Configuration {
    /// Makes every connection take the escape of `RequestTarget` away. HTTP/1.1 only: it is there that the library lets us in
    /// between its own handlers.
    mutating func restoreRequestTargets() {
        httpVersion = .http1Only
        http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
                try pipeline.addHandler(RequestTargetRestorer(), position: .after(encoder))
            }
        }
    }
}
