internal import Crypto
internal import Domain
internal import Ports

/// Turns places in lists and in the log into opaque text, and back.
///
/// A cursor is bound by HMAC-SHA256 (16 bytes of it) to its kind, the tenant and the store: a forged one, another tenant's and one of
/// another list is refused. It holds no secret.
struct CursorCodec: Sendable {
    private static let tagBytes = 16
    private let key: SymmetricKey
    private let store: UniqueId
    private let partitions: Int

    init(key: [UInt8], store: UniqueId, partitions: Int) {
        self.key = SymmetricKey(data: key)
        self.store = store
        self.partitions = partitions
    }

    // MARK: Lists of calls

    func encode(_ place: ServiceCallPlace, tenant: TenantId) -> String {
        var payload: [UInt8] = []
        payload.reserveCapacity(24 + Self.tagBytes)
        let microseconds = UInt64(bitPattern: place.createdAt.microseconds)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            payload.append(UInt8(truncatingIfNeeded: microseconds >> shift))
        }
        payload.append(contentsOf: place.id.value.bytes)
        return seal(payload, kind: "calls", tenant)
    }

    /// - Throws: 400 for a text that is not a cursor of this tenant's lists of calls.
    func place(_ text: String, tenant: TenantId) throws(Problem) -> ServiceCallPlace {
        guard let payload = open(text, kind: "calls", tenant), payload.count == 24,
            let id = UniqueId(bytes: payload[8...])
        else { throw Self.invalid }
        let microseconds = payload.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return ServiceCallPlace(createdAt: Instant(microseconds: Int64(bitPattern: microseconds)), id: ServiceCallId(id))
    }

    // MARK: Lists of the books

    func encode(_ place: InvoicePlace, tenant: TenantId) -> String {
        seal(Self.bytes(place.createdAt.microseconds) + place.id.value.bytes, kind: "invoices", tenant)
    }

    /// - Throws: 400 for a text that is not a cursor of this tenant's lists of invoices.
    func invoicePlace(_ text: String, tenant: TenantId) throws(Problem) -> InvoicePlace {
        guard let payload = open(text, kind: "invoices", tenant), payload.count == 24, let id = UniqueId(bytes: payload.dropFirst(8))
        else { throw Self.invalid }
        return InvoicePlace(createdAt: Instant(microseconds: Self.integer(payload.prefix(8))), id: InvoiceId(id))
    }

    func encode(_ place: NumberPlace, of series: SeriesId, tenant: TenantId) -> String {
        seal(Self.bytes(place.sequence) + Array(place.period.utf8), kind: "numbers/" + series.value, tenant)
    }

    /// - Throws: 400 for a text that is not a cursor of the numbers of this series.
    func numberPlace(_ text: String, of series: SeriesId, tenant: TenantId) throws(Problem) -> NumberPlace {
        guard let payload = open(text, kind: "numbers/" + series.value, tenant), payload.count >= 8,
            let period = String(validating: payload.dropFirst(8), as: UTF8.self)
        else { throw Self.invalid }
        return NumberPlace(period: period, sequence: Self.integer(payload.prefix(8)))
    }

    /// - Parameter kind: which list of the tenant's.
    func encode(itemId id: String, of kind: String, tenant: TenantId) -> String { seal(Array(id.utf8), kind: "items/" + kind, tenant) }

    /// - Throws: 400 for a text that is not a cursor of this list of this tenant.
    func itemId(_ text: String, of kind: String, tenant: TenantId) throws(Problem) -> String {
        guard let payload = open(text, kind: "items/" + kind, tenant), let id = String(validating: payload, as: UTF8.self) else {
            throw Self.invalid
        }
        return id
    }

    func encode(_ place: IngestionPlace, of kind: IngestionKey.Kind, tenant: TenantId) -> String {
        seal(Self.bytes(place.createdAt.microseconds) + place.id.bytes, kind: "ingestion/" + kind.rawValue, tenant)
    }

    /// - Throws: 400 for a text that is not a cursor of this tenant's list of that kind.
    func ingestionPlace(_ text: String, of kind: IngestionKey.Kind, tenant: TenantId) throws(Problem) -> IngestionPlace {
        guard let payload = open(text, kind: "ingestion/" + kind.rawValue, tenant), payload.count == 24,
            let id = UniqueId(bytes: payload.dropFirst(8))
        else { throw Self.invalid }
        return IngestionPlace(createdAt: Instant(microseconds: Self.integer(payload.prefix(8))), id: id)
    }

    private static func bytes(_ value: Int64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: UInt64(bitPattern: value) >> UInt64($0)) }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    // MARK: The log

    func encode(_ cursor: LogCursor, tenant: TenantId) -> String {
        var payload: [UInt8] = []
        payload.reserveCapacity(cursor.positions.count * 3 + Self.tagBytes)
        for position in cursor.positions {
            var rest = UInt64(bitPattern: position)
            while rest >= 0x80 {
                payload.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            payload.append(UInt8(truncatingIfNeeded: rest))
        }
        return seal(payload, kind: "events", tenant)
    }

    /// - Throws: 400 for a text that is not a cursor of this tenant's events in this store.
    func logCursor(_ text: String, tenant: TenantId) throws(Problem) -> LogCursor {
        guard let payload = open(text, kind: "events", tenant) else { throw Self.invalid }
        var positions: [Int64] = []
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for byte in payload {
            guard shift < 63 else { throw Self.invalid }
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 {
                positions.append(Int64(truncatingIfNeeded: value))
                (value, shift) = (0, 0)
            }
        }
        guard shift == 0, positions.count == partitions else { throw Self.invalid }
        return LogCursor(positions: positions)
    }

    // MARK: Seal

    private static let invalid = Problem(.invalidCursor, "The cursor was not given for this list of this tenant.")

    private func seal(_ payload: [UInt8], kind: String, _ tenant: TenantId) -> String {
        var sealed = payload
        tag(payload[...], kind, tenant).withUnsafeBytes { sealed.append(contentsOf: $0.prefix(Self.tagBytes)) }
        return Base64.encodeURL(sealed)
    }

    private func open(_ text: String, kind: String, _ tenant: TenantId) -> ArraySlice<UInt8>? {
        guard text.utf8.count <= 16_384, let bytes = Base64.decodeURL(text), bytes.count > Self.tagBytes else { return nil }
        let payload = bytes.dropLast(Self.tagBytes)
        let expected = Array(tag(payload, kind, tenant)).prefix(Self.tagBytes)
        var difference: UInt8 = 0
        for (a, b) in zip(expected, bytes.suffix(Self.tagBytes)) { difference |= a ^ b }
        guard difference == 0 else { return nil }
        return ArraySlice(Array(payload))
    }

    private func tag(_ payload: ArraySlice<UInt8>, _ kind: String, _ tenant: TenantId) -> HMAC<SHA256>.MAC {
        var hmac = HMAC<SHA256>(key: key)
        hmac.update(data: Array("\(kind)\u{0}\(tenant.value)\u{0}".utf8) + store.bytes)
        hmac.update(data: Array(payload))
        return hmac.finalize()
    }
}
