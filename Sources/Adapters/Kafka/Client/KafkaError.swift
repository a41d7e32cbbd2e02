/// Why a client of the bus could not be made, or could not do what was asked. Never carries the value of a setting.
public enum KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The library knows no setting of this name.
    case unknownSetting(String)
    /// The library refuses the value given for the setting.
    case invalidSetting(String)
    /// The adapter's promises rest on the setting, so it cannot be changed.
    case reservedSetting(String)
    /// The settings are right one by one, but do not make a client together.
    case unusable(String)
    /// The broker refused, or did not answer in time; asking again may help.
    case failed(String)
    case closed

    public var description: String {
        switch self {
        case .unknownSetting(let name): "There is no Kafka setting named \(name)."
        case .invalidSetting(let name): "The value given for the Kafka setting \(name) is not usable."
        case .reservedSetting(let name): "The Kafka setting \(name) cannot be changed: order and delivery rest on it."
        case .unusable(let reason): "The Kafka client cannot be made: \(reason)."
        case .failed(let reason): "Kafka: \(reason)."
        case .closed: "The Kafka client is closed."
        }
    }
}
