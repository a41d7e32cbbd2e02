internal import Domain
internal import Ports

/// Writes committed events in the JSON format of CloudEvents 1.0 (cloudevents.io).
enum CloudEventWriter {
    static func write(_ event: CommittedEvent, store: UniqueId, to writer: inout JSONWriter) {
        event.writeCloudEvent(in: store, to: &writer)
    }
}
