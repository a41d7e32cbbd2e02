/// Where a sender of webhooks delivers (SI-3): what it signs with, and what becomes of its messages.
///
/// Its name is its identity, as a source's is, and it shares their names: documents that a source and a receiver of one name bring are the
/// same documents, so what is pushed and fetched too is there once.
public struct Receiver: Hashable, Sendable {
    /// What a receiver takes, and how; it may be changed.
    public struct Plan: Hashable, Sendable {
        public let scheme: ReceiverScheme
        public let messageId: MessageIdPlace
        /// How far the time of sending may be from now, before or after.
        public let tolerance: TimeSpan
        /// The most octets that a message may have.
        public let maxBytes: Int
        /// The topic that the messages' and documents' events go to on a bus; nil: that of all ingestion.
        public let topic: TopicName?
        /// How documents are found in a message, within limits that are the same for all; nil: none is looked for.
        public let split: SplitPlan?
        /// How an invoice of the engine is made of each document; nil: none is.
        public let mapping: IngestionMapping?
        /// Tells a repeated request from another one: the same secret sealed twice differs.
        public let fingerprint: Fingerprint

        public static let tolerances = TimeSpan.seconds(1)...TimeSpan.hours(24)
        public static let bodyBytes = 1...(1 << 20)

        /// Numbers are moved into their bounds.
        public init(
            scheme: ReceiverScheme, messageId: MessageIdPlace, tolerance: TimeSpan = .minutes(5), maxBytes: Int = 1 << 18,
            topic: TopicName? = nil, split: SplitPlan? = nil, mapping: IngestionMapping? = nil, fingerprint: Fingerprint
        ) {
            self.scheme = scheme
            self.messageId = messageId
            self.tolerance = tolerance.moved(into: Self.tolerances)
            self.maxBytes = min(max(maxBytes, Self.bodyBytes.lowerBound), Self.bodyBytes.upperBound)
            self.topic = topic
            self.split = split.map {
                SplitPlan(invoiceElement: $0.invoiceElement, numberPath: $0.numberPath, limits: SubmittedReceiver.splitLimits)
            }
            self.mapping = split == nil ? nil : mapping
            self.fingerprint = fingerprint
        }
    }

    /// What a sender signs with.
    public struct Secret: Hashable, Sendable {
        /// Under which it is sealed (`SealContext.Field.receiverSecret`).
        public let id: UniqueId
        public let sealed: SealedBytes
        public let createdAt: Instant
        /// From then on it vouches for nothing; nil: it does not expire.
        public internal(set) var expiresAt: Instant?

        public init(id: UniqueId, sealed: SealedBytes, createdAt: Instant, expiresAt: Instant? = nil) {
            self.id = id
            self.sealed = sealed
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }

        public func hasExpired(at now: Instant) -> Bool { expiresAt.map { $0 <= now } ?? false }
        public func context(in tenant: TenantId) -> SealContext { SealContext(tenant: tenant, id: id, field: .receiverSecret) }
    }

    public enum Status: String, Sendable, CaseIterable {
        case active
        /// It refuses what comes, in a way that has senders try again later.
        case paused
        case deleted
    }

    /// The most that a tenant may have, deleted ones left out.
    public static let limit = 100
    /// The most secrets in force; of more the oldest goes.
    public static let maxSecrets = 4
    /// How long an old secret may be good beside a new one.
    public static let longestOverlap = TimeSpan.hours(24 * 30)

    public let tenant: TenantId
    public let name: SourceName
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var plan: Plan
    public internal(set) var status: Status
    /// The part of its address that nobody guesses; empty once it is deleted. One that is made again has another.
    public internal(set) var door: String
    /// In the order in which they came.
    public internal(set) var secrets: [Secret]
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant

    public var address: ReceiverAddress? { ReceiverAddress(tenant: tenant, name: name, door: door) }

    /// Those that vouch for messages at `now`.
    public func valid(at now: Instant) -> [Secret] { secrets.filter { !$0.hasExpired(at: now) } }
}

public enum ReceiverCommand: Sendable {
    /// Makes it, or gives it another plan.
    ///
    /// - Parameters:
    ///   - secret: takes the place of those that it has; nil: it keeps them.
    ///   - door: of the address, should it be made.
    ///   - ifVersion: refused when the receiver has another version; nil: whatever it is, also none.
    case put(Receiver.Plan, secret: Receiver.Secret?, door: String, ifVersion: Int64?)
    /// The others expire after `overlap`.
    case addSecret(Receiver.Secret, overlap: TimeSpan)
    case pause
    case resume
    case delete

    var name: String {
        switch self {
        case .put: "put"
        case .addSecret: "add-secret"
        case .pause: "pause"
        case .resume: "resume"
        case .delete: "delete"
        }
    }
}

public enum ReceiverEvent: Hashable, Sendable {
    case created(Receiver.Plan, Receiver.Secret, door: String)
    case changed(Receiver.Plan, Receiver.Secret?)
    case secretAdded(Receiver.Secret, othersExpireAt: Instant)
    case paused
    case resumed
    case deleted

    public var kind: IngestionEventKind {
        switch self {
        case .created: .receiverCreated
        case .changed: .receiverChanged
        case .secretAdded: .receiverSecretAdded
        case .paused: .receiverPaused
        case .resumed: .receiverResumed
        case .deleted: .receiverDeleted
        }
    }
}

extension Receiver {
    static func decide(
        _ state: Receiver?, _ command: ReceiverCommand, counts: ItemCounts, at now: Instant
    ) throws(BookError) -> [ReceiverEvent] {
        let inUse = state.flatMap { $0.status == .deleted ? nil : $0 }
        switch command {
        case .put(let plan, let secret, let door, let version):
            guard let inUse else {
                // Nor is there a secret to keep.
                guard version ?? 0 == 0, let secret else { throw .noSuchItem(.receiver) }
                guard counts.receivers < limit else { throw .tooManyItems(.receiver, limit: limit) }
                return [.created(plan, secret, door: door)]
            }
            if inUse.plan.fingerprint == plan.fingerprint { return [] }
            if let version, version != inUse.version { throw .versionConflict(actual: inUse.version) }
            return [.changed(plan, secret)]
        case .delete:
            guard let state else { throw .noSuchItem(.receiver) }
            return state.status == .deleted ? [] : [.deleted]
        case .addSecret(let secret, let overlap):
            guard let inUse else { throw .noSuchItem(.receiver) }
            if inUse.secrets.contains(where: { $0.id == secret.id }) { return [] }
            return [.secretAdded(secret, othersExpireAt: now + overlap.moved(into: .zero...longestOverlap))]
        case .pause, .resume:
            guard let inUse else { throw .noSuchItem(.receiver) }
            if case .pause = command { return inUse.status == .paused ? [] : [.paused] }
            return inUse.status == .active ? [] : [.resumed]
        }
    }

    static func evolve(
        _ state: Receiver?, _ event: ReceiverEvent, name: SourceName, tenant: TenantId, at now: Instant
    ) -> Receiver? {
        if case .created(let plan, let secret, let door) = event {
            return Receiver(
                tenant: tenant, name: name, version: (state?.version ?? 0) + 1, plan: plan, status: .active, door: door, secrets: [secret],
                createdAt: state?.createdAt ?? now, updatedAt: now)
        }
        guard var receiver = state else { return nil }
        receiver.version += 1
        receiver.updatedAt = max(now, receiver.updatedAt)
        switch event {
        case .created: break
        case .changed(let plan, let secret):
            receiver.plan = plan
            if let secret { receiver.secrets = [secret] }
        case .secretAdded(let secret, let end):
            receiver.secrets.removeAll { $0.hasExpired(at: now) }
            for index in receiver.secrets.indices {
                receiver.secrets[index].expiresAt = min(receiver.secrets[index].expiresAt ?? end, end)
            }
            receiver.secrets = receiver.secrets.suffix(maxSecrets - 1) + [secret]
        case .paused: receiver.status = .paused
        case .resumed: receiver.status = .active
        case .deleted:
            receiver.status = .deleted
            receiver.secrets = []
            receiver.door = ""
        }
        return receiver
    }
}

/// What stands in the path that a sender delivers to: whose receiver it is, and 128 random bits that nobody guesses.
///
/// It grants nothing by itself: the receiver believes what is signed.
public struct ReceiverAddress: Hashable, Sendable, CustomStringConvertible {
    public let tenant: TenantId
    public let name: SourceName
    public let door: String

    /// - Returns: nil when there is no door.
    init?(tenant: TenantId, name: SourceName, door: String) {
        guard !door.isEmpty else { return nil }
        (self.tenant, self.name, self.door) = (tenant, name, door)
    }

    /// - Returns: nil when `text` is not of the form that `description` has.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard text.utf8.count <= 192, parts.count == 3, let tenant = TenantId(parts[0]), let name = SourceName(parts[1]),
            Base64.decodeURL(parts[2])?.count == 16
        else { return nil }
        (self.tenant, self.name, door) = (tenant, name, parts[2])
    }

    /// `tenant~receiver~door`: none of the three can hold the mark, and all are safe in a path.
    public var description: String { "\(tenant.value)~\(name.value)~\(door)" }

    public static func door(random: (UInt64, UInt64)) -> String {
        Base64.encodeURL(UniqueId(high: random.0, low: random.1).bytes)
    }

    /// Whether the receiver has this address; looks at every octet.
    public func leads(to receiver: Receiver) -> Bool {
        let (a, b) = (Array(door.utf8), Array(receiver.door.utf8))
        return receiver.tenant == tenant && receiver.name == name && a.count == b.count
            && zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
