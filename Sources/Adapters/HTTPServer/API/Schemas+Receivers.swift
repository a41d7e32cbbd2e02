internal import Domain

extension Schemas {
    /// Those of receivers of webhooks and their messages.
    static let receivers = [
        Schema(name: "ReceiverDraft", json: draft), Schema(name: "ReceiverSignature", json: signature),
        Schema(name: "ReceiverSecret", json: secret), Schema(name: "Receiver", json: receiver),
        Schema(name: "ReceiverPage", json: page(of: "Receiver", next: #"["string","null"]"#)), Schema(name: "Message", json: message),
        Schema(name: "MessagePage", json: page(of: "Message", next: #"["string","null"]"#)),
        Schema(name: "MessageReceipt", json: receipt),
    ]

    private static let instant = #"{"type":"string","format":"date-time"}"#
    private static let uuid = #"{"type":"string","format":"uuid"}"#
    private static let name = #"{"type":"string","pattern":"^[a-z0-9][a-z0-9._-]{0,63}$"}"#
    private static let field = #"{"type":"string","minLength":1,"maxLength":\#(FieldName.maxBytes)}"#

    private static let settings = #"""
        "scheme":{"type":"string","enum":\#(list(ReceiverScheme.Name.allCases.map(\.rawValue))),"description":"How the sender shows that a message is its own."},
        "signature":{"$ref":"#/components/schemas/ReceiverSignature"},
        "secretHeader":{"type":"string","maxLength":\#(FieldName.maxBytes),"description":"With shared-secret: the field whose value is the secret."},
        "messageId":{"type":"object","additionalProperties":false,"description":"Where the identity stands by which a repeat is known; absent: the body's SHA-256, with standard-webhooks webhook-id.","properties":{
        "header":\#(field),"pointer":{"type":"string","maxLength":\#(MessagePointer.maxBytes),"description":"Into a body of JSON (RFC 6901)."}}},
        "toleranceSeconds":{"type":"integer","minimum":1,"maximum":86400,"default":300,"description":"How far the time of signing may be from now."},
        "maxBytes":{"type":"integer","minimum":\#(Receiver.Plan.bodyBytes.lowerBound),"maximum":\#(Receiver.Plan.bodyBytes.upperBound),"default":262144,"description":"Of a message."},
        "topic":{"type":"string","minLength":1,"maxLength":\#(TopicName.maxBytes),"pattern":"^[A-Za-z0-9._-]+$","description":"The topic of the bus that its messages go to; absent: that of all ingestion."},
        "invoiceElement":{"type":"string","minLength":1,"description":"The element that holds one document of a message in XML; absent: none is looked for."},
        "numberPath":{"type":"string","minLength":1,"maxLength":4096,"description":"Where its number stands below it."},
        "mapping":{"$ref":"#/components/schemas/Mapping"}
        """#

    private static let draft = #"""
        {"type":"object","additionalProperties":false,"required":["scheme"],"properties":{"name":\#(name),\#(settings),
        "secret":{"type":"string","maxLength":\#(SubmittedReceiver.secretBytes.upperBound),"writeOnly":true,"description":"What the sender signs with: whsec_… or whpk_… with standard-webhooks, else \#(SubmittedReceiver.secretBytes.lowerBound) bytes or more. Kept sealed, and never shown. Left out when a receiver is replaced: it keeps those that it has, as long as the scheme does."}}}
        """#

    private static let signature = #"""
        {"type":"object","additionalProperties":false,"required":["header"],"description":"With hmac: where the signature stands, and how it is made.","properties":{
        "header":\#(field),"algorithm":{"type":"string","enum":\#(list(SignatureField.Algorithm.allCases.map(\.rawValue))),"default":"sha256"},
        "encoding":{"type":"string","enum":\#(list(SignatureField.Encoding.allCases.map(\.rawValue))),"default":"hex"},
        "prefix":{"type":"string","maxLength":\#(SignatureField.maxPrefixBytes),"default":"","description":"Before each signature, such as sha256=."},
        "timestampHeader":{"type":"string","maxLength":\#(FieldName.maxBytes),"description":"Seconds since 1970; content must hold {timestamp}."},
        "content":{"type":"string","maxLength":\#(SignedContent.maxBytes),"default":"{body}","description":"What is signed: {id}, {timestamp} and {body} with other text between."}}}
        """#

    private static let secret = #"""
        {"type":"object","additionalProperties":false,"required":["secret"],"properties":{
        "secret":{"type":"string","minLength":1,"maxLength":\#(SubmittedReceiver.secretBytes.upperBound),"writeOnly":true},
        "overlapSeconds":{"type":"integer","minimum":0,"maximum":\#(Receiver.longestOverlap.microseconds / 1_000_000),"default":\#(SubmittedReceiver.standardOverlap.microseconds / 1_000_000),"description":"How long the others are believed still."}}}
        """#

    private static let receiver = #"""
        {"type":"object","required":["name","status","address","scheme","toleranceSeconds","maxBytes","secrets","version","createdAt","updatedAt"],"properties":{
        "name":\#(name),"status":{"type":"string","enum":["active","paused"]},
        "address":{"type":"string","format":"uri-reference","description":"Where its sender delivers."},\#(settings),
        "secrets":{"type":"array","description":"Those in force; none is shown.","items":{"type":"object","required":["id","createdAt","expiresAt"],"properties":{"id":\#(uuid),"createdAt":\#(instant),"expiresAt":{"type":["string","null"],"format":"date-time"}}}},
        "version":{"type":"integer","minimum":1},"createdAt":\#(instant),"updatedAt":\#(instant)}}
        """#

    private static let message = #"""
        {"type":"object","required":["id","source","messageId","status","sha256","size","traceId","documents","quarantined","rawUrl","createdAt"],"properties":{
        "id":\#(uuid),"source":\#(name),"messageId":{"type":"string"},"status":{"const":"received"},
        "sha256":{"type":"string","pattern":"^[0-9a-f]{64}$"},"size":{"type":"integer","minimum":0},"contentType":{"type":"string"},
        "traceId":{"type":"string","pattern":"^[0-9a-f]{32}$"},"documents":{"type":"integer","minimum":0,"description":"Found in it."},
        "quarantined":{"type":"integer","minimum":0,"description":"Parts of it that could not be taken."},
        "rawUrl":{"type":"string","format":"uri-reference"},"createdAt":\#(instant)}}
        """#

    private static let receipt = #"""
        {"type":"object","required":["id","messageId","repeated"],"properties":{"id":\#(uuid),"messageId":{"type":"string"},"repeated":{"type":"boolean"}}}
        """#

    static let receiverExample = #"""
        {"scheme":"hmac","signature":{"header":"X-Signature-256","prefix":"sha256=","timestampHeader":"X-Timestamp","content":"{timestamp}.{body}"},
        "messageId":{"pointer":"/id"},"secret":"an-example-of-a-long-secret"}
        """#
    static let receiverSecretExample = #"{"secret":"another-example-of-a-secret","overlapSeconds":3600}"#
}
