internal import Domain

/// Writes schedules as the API shows them.
enum ScheduleWriter {
    /// - Parameter next: the occurrences to come.
    static func detail(_ schedule: Schedule, opened: OutgoingRequest, next: [String], policy: RedactionPolicy, to writer: inout JSONWriter) {
        writer.object { json in
            members(of: schedule, opened: opened, nextAt: next.first, policy, to: &json)
            json.field("next", next)
        }
    }

    /// Nothing of what it sends is in it, so that a list opens nothing.
    static func item(_ schedule: Schedule, nextAt: String?, policy: RedactionPolicy, to writer: inout JSONWriter) {
        writer.object { members(of: schedule, opened: nil, nextAt: nextAt, policy, to: &$0) }
    }

    private static func members(
        of schedule: Schedule, opened: OutgoingRequest?, nextAt: String?, _ policy: RedactionPolicy, to json: inout JSONWriter
    ) {
        json.field("id", schedule.id.description)
        json.field("name", schedule.name.value)
        json.field("status", schedule.status.rawValue)
        schedule.timing.write(into: &json)
        json.field("nextAt", nextAt)
        json.object("request") { TemplateWriter.request(schedule.template, opened: opened, policy: policy, to: &$0) }
        TemplateWriter.policy(schedule.template, to: &json)
        json.field("version", schedule.version)
        json.field("createdAt", schedule.createdAt)
        json.field("updatedAt", schedule.updatedAt)
    }
}
