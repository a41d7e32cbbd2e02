extension BadRequests {
    private static let root = "/v1/ingestion"
    private static let nobody = "01a1fc31-0620-7c75-8a63-0cc3e974670c"

    /// For each route of ingestion.
    static let ingestion: [BadRequest] = sources + reads + commands + previews

    private static func source(_ name: String, _ more: String, at pointer: String) -> BadRequest {
        let text = #"{"name":"a","url":"http://127.0.0.1:1/","invoiceElement":"Invoice","numberPath":"Number"\#(more)}"#
        return BadRequest(name: "a source: " + name, path: root + "/sources", body: Array(text.utf8), pointer: pointer)
    }

    private static let sources: [BadRequest] =
        [
            BadRequest(name: "a source of nothing", path: root + "/sources", body: Array("{}".utf8), pointer: "/url"),
            BadRequest(name: "a source that is a list", path: root + "/sources", body: Array("[]".utf8)),
            BadRequest(
                name: "a source that is put without a number path", method: "PUT", path: root + "/sources/a",
                body: Array(#"{"url":"http://127.0.0.1:1/","invoiceElement":"Invoice"}"#.utf8), pointer: "/numberPath"),
            BadRequest(
                name: "a source with a wrong name in the path", method: "PUT", path: root + "/sources/%2e%2e%2f",
                body: Array("{}".utf8)),
            BadRequest(
                name: "a source put as text", method: "PUT", path: root + "/sources/a", headers: [("Content-Type", "text/plain")],
                body: Array("{}".utf8), status: 415),
        ] + [
            source("its user has a colon", #","username":"a:b","password":"c""#, at: "/username"),
            source("its password has a line break", #","username":"a","password":"c\nd""#, at: "/username"),
            source("a password without a user", #","password":"c""#, at: "/password"),
            source("a user without a password", #","username":"a""#, at: "/password"),
            source("asked every second", #","intervalSeconds":1"#, at: "/intervalSeconds"),
            source("an unknown field", #","interval":60"#, at: "/interval"),
            source("an operation that is no name", #","operation":{"name":"a b"}"#, at: "/operation/name"),
            source("a parameter with a control character", #","parameters":[{"name":"a","value":"\u0001"}]"#, at: "/parameters/0/value"),
            source(
                "too many parameters", #","parameters":[\#((0..<65).map { #"{"name":"p\#($0)","value":""}"# }.joined(separator: ","))]"#,
                at: "/parameters"),
            source("a topic that nobody gave", #","topic":"ledgerflow.intents""#, at: "/topic"),
            source("documents of no size", #","limits":{"invoiceBytes":0}"#, at: "/limits/invoiceBytes"),
            source("a mapping of nothing", #","mapping":{}"#, at: "/mapping"),
            source("a mapping to nowhere", #","mapping":{"fields":{"nowhere":"x"}}"#, at: "/mapping/fields/nowhere"),
        ]

    private static func get(_ path: String, _ status: Int, at parameter: String? = nil) -> BadRequest {
        BadRequest(name: "GET \(path)", method: "GET", path: root + path, headers: [], status: status, pointer: parameter)
    }

    private static let reads: [BadRequest] = [
        get("/sources?limit=0", 400, at: "limit"), get("/sources?cursor=AAAA", 400), get("/sources/none", 404), get("/sources/%00", 404),
        get("/sources/none?x=1", 400, at: "x"), get("/runs?status=dancing", 400, at: "status"), get("/runs?source=%20", 400, at: "source"),
        get("/runs?cursor=AAAA", 400), get("/runs/x", 404), get("/runs/" + nobody, 404), get("/quarantine?status=x", 400, at: "status"),
        get("/quarantine?number=1", 400, at: "number"), get("/quarantine/x", 404), get("/quarantine/\(nobody)/raw", 404),
        get("/invoices?number=", 400, at: "number"), get("/invoices?number=%00", 400, at: "number"),
        get("/invoices?limit=1001", 400, at: "limit"), get("/invoices/x", 404),
        get("/invoices/" + nobody, 404), get("/invoices/\(nobody)/raw", 404),
        get("/invoices/\(nobody)/raw?version=0", 400, at: "version"),
        get("/invoices/\(nobody)/raw?version=99999999999999999999", 400, at: "version"),
    ]

    private static let commands: [BadRequest] =
        ["pause", "resume", "run"].flatMap { verb in
            [
                BadRequest(name: "\(verb) of no source", path: root + "/sources/none/\(verb)", headers: [], status: 404),
                BadRequest(name: "\(verb) with a body", path: root + "/sources/none/\(verb)", body: Array(#"{"x":1}"#.utf8)),
                BadRequest(name: "\(verb) by GET", method: "GET", path: root + "/sources/none/\(verb)", headers: [], status: 405),
            ]
        } + [
            BadRequest(name: "deletion of no source", method: "DELETE", path: root + "/sources/none", headers: [], status: 404),
            BadRequest(name: "a retry of nothing", path: root + "/quarantine/\(nobody)/retry", headers: [], status: 404),
            BadRequest(name: "a retry with a body", path: root + "/quarantine/\(nobody)/retry", body: Array("[1]".utf8)),
        ]

    private static let previews: [BadRequest] = [
        ("nothing", "{}", 400, "/mapping"), ("no document", #"{"mapping":{"fields":{"currency":"C"}}}"#, 400, ""),
        ("no Base64", #"{"mapping":{"fields":{"currency":"C"}},"documentBase64":"?"}"#, 400, "/documentBase64"),
        ("an entity bomb", #"{"mapping":{"fields":{"currency":"C"}},"document":"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"}"#, 422, nil),
        ("a stranger's document", #"{"mapping":{"fields":{"currency":"C"}},"received":"\#(nobody)"}"#, 404, nil),
    ].map { (name: String, body: String, status: Int, pointer: String?) in
        BadRequest(name: "a preview of " + name, path: root + "/mappings/preview", body: Array(body.utf8), status: status, pointer: pointer)
    }
}
