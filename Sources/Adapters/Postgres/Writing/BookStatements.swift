internal import Domain

/// The statements that write the books and the audit. Rows go as one array a column.
enum BookStatements {
    private static let (int4, int8, text, bytea, uuid) = (TypeId.int4, TypeId.int8, TypeId.text, TypeId.bytea, TypeId.uuid)

    static let seriesTypes = [int8, int8, text, text, bytea]
    static let seriesUpdateTypes = [int8, int8, text, text, bytea]
    static let invoiceTypes = [int8, int8, int8, int4, uuid, uuid, text, text, text, text, bytea, bytea, bytea]
    static let invoiceUpdateTypes = [int8, int8, int8, int4, int4, text, text, text, bytea, bytea, bytea]
    static let contentTypes = [int8, bytea]
    static let numberTypes = [int8, int8, int8, text, text, text, text, text, text, bytea]
    static let voidTypes = [int8, text, text, text, bytea]
    static let releaseTypes = [text, text, text]
    static let auditTypes = [int8, int8, int4, text, bytea, bytea, bytea]

    /// SQLSTATE of our own, raised by `collide` with the printed number as the message.
    static let collision = "LF003"
    /// SQLSTATE of our own: an invoice is not as expected.
    static let otherInvoice = "LF004"
    /// The constraints that keep a number from being given twice.
    static let collisions: Set<String> = ["numbers_pkey", "numbers_printed"]

    private static func unnest(_ types: [UInt32]) -> String { WriteStatements.unnest(types) }
    private static func arrays(_ types: [UInt32]) -> [UInt32] { WriteStatements.arrays(types) }
    private static let otherVersion = WriteStatements.otherVersion

    static let insertSeries = Statement(
        "insert_series", arrays(seriesTypes),
        "INSERT INTO series (key, version, tenant, id, state) SELECT * FROM \(unnest(seriesTypes))")

    static let updateSeries = Statement(
        "update_series", arrays(seriesUpdateTypes),
        """
        WITH changed AS (
          UPDATE series AS s SET version = u.version, state = u.state
          FROM \(unnest(seriesUpdateTypes)) AS u (expected, version, tenant, id, state)
          WHERE s.tenant = u.tenant AND s.id = u.id AND s.version = u.expected RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(otherVersion)') END FROM changed
        """)

    static let insertInvoices = Statement(
        "insert_invoices", arrays(invoiceTypes),
        """
        INSERT INTO invoices (key, version, created_at, status, id, credit_of, tenant, series, number, issue_date, type_code,
          content_digest, state)
        SELECT * FROM \(unnest(invoiceTypes))
        """)

    /// What an invoice says is another only when it is sent as well, and never once it is issued.
    static let updateInvoices = Statement(
        "update_invoices", arrays(invoiceUpdateTypes),
        """
        WITH changed AS (
          UPDATE invoices AS i SET version = u.version, status = u.status, series = u.series, number = u.number,
            issue_date = u.issue_date, type_code = u.type_code, content_digest = u.content_digest, state = u.state
          FROM \(unnest(invoiceUpdateTypes)) AS u (key, expected, version, status, is_sent, series, number, issue_date, type_code,
            content_digest, state)
          WHERE i.key = u.key AND i.version = u.expected
            AND (i.content_digest = u.content_digest OR u.is_sent = 1 AND i.status <= 2)
          RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(otherInvoice)') END FROM changed
        """)

    static let insertContents = Statement(
        "insert_contents", arrays(contentTypes), "INSERT INTO invoice_contents (key, content) SELECT * FROM \(unnest(contentTypes))")

    static let updateContents = Statement(
        "update_contents", arrays(contentTypes),
        """
        UPDATE invoice_contents AS c SET content = u.content FROM \(unnest(contentTypes)) AS u (key, content) WHERE c.key = u.key
        """)

    static let insertNumbers = Statement(
        "insert_numbers", arrays(numberTypes),
        """
        INSERT INTO numbers (sequence, allocated_at, voided_at, tenant, series, period, printed, printed_key, document, void_reason)
        SELECT * FROM \(unnest(numberTypes))
        """)

    /// Looks which of the numbers to be given is taken, or given twice here, and names the first. Only after `insertNumbers` has failed.
    static let findCollision = Statement(
        "find_collision", arrays(numberTypes),
        """
        SELECT collide(printed) FROM (
          SELECT g.printed FROM (
            SELECT *, row_number() OVER (PARTITION BY tenant, printed_key ORDER BY place) AS alike,
              row_number() OVER (PARTITION BY tenant, series, period, sequence ORDER BY place) AS same
            FROM \(unnest(numberTypes)) WITH ORDINALITY AS n (sequence, allocated_at, voided_at, tenant, series, period, printed,
              printed_key, document, void_reason, place)) AS g
          WHERE g.alike > 1 OR g.same > 1
            OR EXISTS (SELECT FROM numbers AS n WHERE n.tenant = g.tenant AND n.printed_key = g.printed_key)
            OR EXISTS (SELECT FROM numbers AS n WHERE n.tenant = g.tenant AND n.series = g.series AND n.period = g.period
              AND n.sequence = g.sequence)
          ORDER BY g.place LIMIT 1) AS first
        """)

    static let voidNumbers = Statement(
        "void_numbers", arrays(voidTypes),
        """
        WITH changed AS (
          UPDATE numbers AS n SET voided_at = u.voided_at, void_reason = u.void_reason
          FROM \(unnest(voidTypes)) AS u (voided_at, tenant, series, document, void_reason)
          WHERE n.tenant = u.tenant AND n.series = u.series AND n.document = u.document AND n.voided_at IS NULL RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(otherVersion)') END FROM changed
        """)

    static let releaseNumbers = Statement(
        "release_numbers", arrays(releaseTypes),
        """
        WITH gone AS (
          DELETE FROM numbers AS n USING \(unnest(releaseTypes)) AS u (tenant, series, document)
          WHERE n.tenant = u.tenant AND n.series = u.series AND n.document = u.document RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(otherVersion)') END FROM gone
        """)

    /// Each segment must go on where its chain stands. The fence keeps other writers of the partition out meanwhile.
    static let insertAudit = Statement(
        "insert_audit", arrays(auditTypes),
        """
        WITH added AS (
          INSERT INTO audit (previous_count, head_count, partition, tenant, previous_hash, head_hash, bytes)
          SELECT s.* FROM \(unnest(auditTypes)) AS s (previous_count, head_count, partition, tenant, previous_hash, head_hash, bytes)
          LEFT JOIN LATERAL (
            SELECT head_count, head_hash FROM audit WHERE partition = s.partition AND tenant = s.tenant
            ORDER BY head_count DESC LIMIT 1) AS h ON true
          WHERE s.previous_count = coalesce(h.head_count, 0)
            AND s.previous_hash = coalesce(h.head_hash, decode(repeat('00', 32), 'hex'))
          RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(otherVersion)') END FROM added
        """)

    static let all = [
        insertSeries, updateSeries, insertInvoices, updateInvoices, insertContents, updateContents, insertNumbers, findCollision,
        voidNumbers, releaseNumbers, insertAudit,
    ]
}
