import NIOSSL

/// The certificate authorities by which targets prove their names.
///
/// Read once and shared by all connections: every endpoint has a TLS context of its own, and reading the system's file for each would
/// cost a megabyte apiece.
struct TrustedRoots: Sendable {
    private let roots: NIOSSLTrustRoots

    /// Where the usual Linux distributions keep the system's authorities.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    private static let system: NIOSSLTrustRoots = {
        let found = systemFiles.lazy.compactMap { try? NIOSSLCertificate.fromPEMFile($0) }.first { !$0.isEmpty }
        return found.map { .certificates($0) } ?? .default
    }()

    /// The authorities in the PEM file at `path`; the system's when it is nil.
    init(file path: String?) throws(TrustedRootsError) {
        if let path {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else { throw .unreadable(path: path) }
            roots = .certificates(certificates)
        } else {
            roots = Self.system
        }
    }

    /// TLS 1.2 or later (RFC 8996); the target proves the URL's host.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.trustRoots = roots
        return configuration
    }
}

/// Why there are no certificate authorities to trust.
public enum TrustedRootsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file cannot be read, or holds no certificate in PEM.
    case unreadable(path: String)

    public var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read, or holds no certificate in PEM"
        }
    }
}
