/// Why a store does not take commits at present.
public enum WriteTrouble: Hashable, Sendable {
    /// Nobody answers where the store should be.
    case unreachable
    /// It has no room.
    case full
    /// It fails for another reason, which the diagnostics tell.
    case failing
    /// Another engine has taken the store from this one: nothing that this one commits will be taken any more.
    case takenOver
}
