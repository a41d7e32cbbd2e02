/// What becomes of occurrences that were missed: those that the engine comes to much later than they were due, because it did not run or had
/// too much to do. What would have been while a schedule was paused is not missed.
public enum MisfireRule: String, Hashable, Sendable, CaseIterable {
    /// Each one is made up for, the newest up to a limit.
    case all
    /// The newest one is made up for, unless one that is on time is due as well.
    case latest
    /// None is made up for.
    case skip
}
