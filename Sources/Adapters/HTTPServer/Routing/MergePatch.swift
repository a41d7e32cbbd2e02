internal import Domain

/// A JSON merge patch (RFC 7396): members given take the place of those there were, objects are gone into, null takes a member away.
///
/// What null takes away is left in place as null, for the reader of the result, who takes null for nothing: so a null under a name that nobody
/// knows is found, as any other unknown field is.
enum MergePatch {
    static let contentType = "application/merge-patch+json"

    static func apply(_ patch: JSONValue, to target: JSONValue?) -> JSONValue {
        guard case .object(let patch) = patch else { return patch }
        var members: [JSONObject.Member] = if case .object(let target)? = target { target.members } else { [] }
        for member in patch.members {
            if let index = members.firstIndex(where: { $0.name.utf8.elementsEqual(member.name.utf8) }) {
                members[index] = JSONObject.Member(member.name, apply(member.value, to: members[index].value))
            } else {
                members.append(JSONObject.Member(member.name, apply(member.value, to: nil)))
            }
        }
        // Neither side has a name twice, so the result has none.
        return JSONObject(members).map(JSONValue.object) ?? .null
    }
}

extension JSONValue {
    /// The member under `name`; nil when this is no object or has none.
    func member(_ name: String) -> JSONValue? { if case .object(let object) = self { object[name] } else { nil } }

    /// This object with the members that `isKept` is true for; anything else as it is.
    func keeping(where isKept: (JSONObject.Member) -> Bool) -> JSONValue {
        guard case .object(let object) = self else { return self }
        return JSONObject(object.members.filter(isKept)).map(JSONValue.object) ?? self
    }

    /// This object with what `change` makes of the member under `name`; anything else as it is.
    func changing(_ name: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(let object) = self else { return self }
        return JSONObject(object.members.map { $0.name == name ? JSONObject.Member(name, change($0.value)) : $0 }).map(JSONValue.object)
            ?? self
    }

    /// The same bytes for the same value, however it was written: members by the bytes of their names, numbers with their text.
    var canonicalBytes: [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.value(sorted)
        return writer.bytes
    }

    /// Recurses as deep as the value does, which is bounded for values that were read.
    private var sorted: JSONValue {
        switch self {
        case .object(let object):
            let members = object.members.map { JSONObject.Member($0.name, $0.value.sorted) }
                .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            return JSONObject(members).map(JSONValue.object) ?? self
        case .array(let elements): return .array(elements.map(\.sorted))
        case .null, .bool, .number, .string: return self
        }
    }
}
