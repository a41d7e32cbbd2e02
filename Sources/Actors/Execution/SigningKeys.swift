internal import Domain
internal import Ports
internal import Synchronization

/// The keys that each tenant's calls are signed with (SC-10): kept at hand as they are stored, sealed, and opened for each use.
///
/// The partition tells of every change when it is committed, so that an attempt that begins after the answer to a change is signed by it.
final class SigningKeys: Sendable {
    private struct State {
        var cache: AggregateCache<TenantId, WebhookKeys>
        /// Counts the changes that were told, so that what was read before one is not kept after it.
        var changes: UInt64 = 0
    }

    private static let cacheBytes = 1_024 * 1_024
    private let state = Mutex(State(cache: AggregateCache(limit: SigningKeys.cacheBytes)))
    private let ports: EnginePorts

    init(ports: EnginePorts) { self.ports = ports }

    func changed(_ keys: WebhookKeys) {
        state.withLock { state in
            state.changes &+= 1
            state.cache.store(keys, for: keys.tenant, bytes: Self.bytes(of: keys))
        }
    }

    /// What signs for the tenant now, the newest first; none for a tenant without keys.
    ///
    /// - Throws: what cannot be had now must not be left out: an attempt that should be signed is not sent without.
    func keys(of tenant: TenantId) async throws(SigningKeysError) -> [WebhookSigningKey] {
        let stored = try await stored(tenant)
        var keys: [WebhookSigningKey] = []
        for key in stored.valid(at: ports.time.now()) {
            do throws(SealError) {
                let bytes = try ports.sealer.open(key.sealed, key.context(in: tenant))
                guard let opened = try? WebhookSigningKey(String(decoding: bytes, as: UTF8.self)) else { throw .damaged }
                keys.append(opened)
            } catch {
                throw .sealed(error)
            }
        }
        return keys
    }

    private func stored(_ tenant: TenantId) async throws(SigningKeysError) -> WebhookKeys {
        let (known, changes) = state.withLock { ($0.cache.value(tenant), $0.changes) }
        if let known { return known }
        let key = BookKey.item(tenant, .webhookKeys)
        let partition = PartitionId(PartitionHash.partition(tenant: tenant, count: ports.journal.partitionCount))
        var found = WebhookKeys(tenant: tenant, createdAt: .earliest, updatedAt: .earliest)
        do throws(JournalError) {
            for record in try await ports.journal.load([key], in: partition) {
                if case .item(.webhookKeys(let keys)) = record.record { found = keys }
            }
        } catch {
            throw .unavailable(String(describing: error))
        }
        state.withLock { state in
            if state.changes == changes { state.cache.store(found, for: tenant, bytes: Self.bytes(of: found)) }
        }
        return found
    }

    private static func bytes(of keys: WebhookKeys) -> Int { TenantItem.webhookKeys(keys).approximateBytes }
}

/// Why a tenant's keys cannot be had; both may pass.
enum SigningKeysError: Error {
    /// The store could not be read.
    case unavailable(String)
    case sealed(SealError)
}
