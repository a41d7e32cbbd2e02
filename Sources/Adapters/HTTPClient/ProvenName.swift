import NIOCore
import NIOSSL

/// The name that a target must prove with its certificate (RFC 9525).
///
/// The TLS library also takes a certificate that names the address of the connection, whatever the URL's name is. For us that is
/// too little: the address comes from DNS, which is what TLS is to protect against, and certificates for addresses can be had.
struct ProvenName: Sendable {
    let name: String

    /// - Throws: `ProvenNameError` unless the certificate of the connection's peer is for the name.
    func check(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        guard let certificate = try pipeline.nioSSL_peerCertificate() else { throw ProvenNameError() }
        let isNamed = certificate._subjectAlternativeNames().contains { entry in
            entry.nameType == .dnsName && entry.contents.withUnsafeBufferPointer { matches(Array($0)) }
        }
        guard isNamed else { throw ProvenNameError() }
    }

    /// Whether `pattern` stands for the name: without regard to case, and with `*` as its whole first label for any one label (§6.3).
    func matches(_ pattern: [UInt8]) -> Bool {
        let pattern = pattern.map(Self.lowercased)
        let name = name.utf8.map(Self.lowercased)
        guard pattern.starts(with: Array("*.".utf8)) else { return pattern == name }
        let rest = pattern.dropFirst(1)
        guard rest.dropFirst().contains(UInt8(ascii: ".")), let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
        return name[dot...] == rest
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// The target's certificate is not for the name in the URL.
struct ProvenNameError: Error {}
