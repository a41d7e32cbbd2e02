/// Builds JSON pointers (RFC 6901); only done once something is wrong.
enum JSONPointer {
    /// One step from a value into it.
    enum Step {
        case name(StaticString)
        /// A name that is not of the schema.
        case member(String)
        case index(Int)
    }

    private static let maxNameBytes = 128

    static func append(_ step: Step, to pointer: inout String) {
        switch step {
        case .name(let name): append(name: name.description, to: &pointer)
        case .member(let name): append(name: name, to: &pointer)
        case .index(let index): pointer += "/\(index)"
        }
    }

    static func append(name: String, to pointer: inout String) {
        pointer += "/"
        var bytes = 0
        for scalar in name.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > maxNameBytes {
                pointer += "…"
                return
            }
            switch scalar {
            case "~": pointer += "~0"
            case "/": pointer += "~1"
            default: pointer.unicodeScalars.append(scalar)
            }
        }
    }
}
