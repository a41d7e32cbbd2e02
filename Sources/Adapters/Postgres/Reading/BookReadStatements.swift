internal import Domain

/// The statements that read the books: those of the engine, which span tenants, and those of clients, each within one tenant.
enum BookReadStatements {
    private static let (int4, int8, text, bytea, uuid) = (TypeId.int4, TypeId.int8, TypeId.text, TypeId.bytea, TypeId.uuid)
    private static let (textArray, uuidArray) = (TypeId.textArray, TypeId.uuidArray)
    private static let contents = "JOIN invoice_contents AS c ON c.key = i.key"

    // MARK: - The engine's

    /// $1 tenants, $2 names.
    static let loadSeries = Statement(
        "load_series", [textArray, textArray],
        """
        SELECT \(BookRow.seriesColumns) FROM unnest($1, $2) AS k (tenant, id)
        JOIN series AS s ON s.tenant = k.tenant AND s.id = k.id
        """)

    /// $1 tenants, $2 ids.
    static let loadInvoices = Statement(
        "load_invoices", [textArray, uuidArray],
        """
        SELECT \(BookRow.invoiceColumns) FROM unnest($1, $2) AS k (tenant, id)
        JOIN invoices AS i ON i.id = k.id AND i.tenant = k.tenant \(contents)
        """)

    /// $1 tenants, $2 series, $3 documents.
    static let loadNumbers = Statement(
        "load_numbers", [textArray, textArray, textArray],
        """
        SELECT \(BookRow.numberColumns) FROM unnest($1, $2, $3) AS k (tenant, series, document)
        JOIN numbers AS n ON n.tenant = k.tenant AND n.series = k.series AND n.document = k.document
        """)

    /// $1 tenants, $2 partition.
    static let auditHeads = Statement(
        "audit_heads", [textArray, int4],
        """
        SELECT k.tenant, h.head_count, h.head_hash FROM unnest($1) AS k (tenant) CROSS JOIN LATERAL (
          SELECT head_count, head_hash FROM audit WHERE partition = $2 AND tenant = k.tenant ORDER BY head_count DESC LIMIT 1) AS h
        """)

    static let journal = [loadSeries, loadInvoices, loadNumbers, auditHeads]

    // MARK: - The clients'

    /// $1 tenant, $2 id.
    static let invoice = Statement(
        "invoice", [text, uuid], "SELECT \(BookRow.invoiceColumns) FROM invoices AS i \(contents) WHERE i.id = $2 AND i.tenant = $1")

    /// $1 tenant, $2 keys.
    static let invoicesByKey = Statement(
        "invoices_by_key", [text, TypeId.int8Array],
        """
        SELECT \(BookRow.invoiceColumns) FROM unnest($2) AS k (key) JOIN invoices AS i ON i.key = k.key \(contents) WHERE i.tenant = $1
        """)

    /// $1 tenant, $2 the first time of creation, $3 and $4 the place before which, $5 rows to look at, $6 limit, $7 status, $8 type,
    /// $9 series, $10 and $11 dates of issue, both included; NULL means any. `crediting` adds $12, the invoice that they credit.
    private static func list(crediting: Bool) -> Statement {
        let (name, condition) = crediting ? ("invoices_crediting", "AND credit_of = $12") : ("invoices_listed", "")
        return Statement(
            name, [text, int8, int8, uuid, int8, int8, int4, bytea, text, text, text] + (crediting ? [uuid] : []),
            """
            SELECT i.key, i.created_at, i.id, octet_length(c.content)
            FROM (SELECT key, created_at, id, status, type_code, series, issue_date \(listed(condition)) LIMIT $5) AS i \(contents)
            WHERE ($7 IS NULL OR i.status = $7) AND ($8 IS NULL OR i.type_code = $8) AND ($9 IS NULL OR i.series = $9)
              AND ($10 IS NULL OR i.issue_date >= $10) AND ($11 IS NULL OR i.issue_date <= $11)
            ORDER BY i.created_at DESC, i.id DESC LIMIT $6
            """)
    }

    private static func listed(_ condition: String) -> String {
        """
        FROM invoices WHERE tenant = $1 AND created_at >= $2 AND (created_at, id) < ($3, $4) \(condition) \
        ORDER BY created_at DESC, id DESC
        """
    }

    static let invoicesListed = list(crediting: false)
    static let invoicesCrediting = list(crediting: true)

    /// The last place that a list looks at, when there are so many. $5 how many are before it.
    static let invoicesBound = Statement(
        "invoices_bound", [text, int8, int8, uuid, int8], "SELECT created_at, id \(listed("")) LIMIT 1 OFFSET $5")

    /// $5 as above, $6 the invoice that they credit.
    static let creditingBound = Statement(
        "crediting_bound", [text, int8, int8, uuid, int8, uuid],
        "SELECT created_at, id \(listed("AND credit_of = $6")) LIMIT 1 OFFSET $5")

    /// $1 tenant, $2 the number without punctuation.
    static let documentOf = Statement(
        "document_of", [text, text], "SELECT document FROM numbers WHERE tenant = $1 AND printed_key = $2")

    /// $1 tenant, $2 name.
    static let series = Statement(
        "series", [text, text], "SELECT \(BookRow.seriesColumns) FROM series AS s WHERE s.tenant = $1 AND s.id = $2")

    static let allSeries = Statement(
        "all_series", [text], "SELECT \(BookRow.seriesColumns) FROM series AS s WHERE s.tenant = $1 ORDER BY s.id")

    /// $1 tenant, $2 series, $3 and $4 the place, $5 limit.
    static let numbers = Statement(
        "numbers", [text, text, text, int8, int8],
        """
        SELECT \(BookRow.numberColumns) FROM numbers AS n
        WHERE n.tenant = $1 AND n.series = $2 AND (n.period, n.sequence) > ($3, $4) ORDER BY n.period, n.sequence LIMIT $5
        """)

    /// $1 tenant, $2 series.
    static let periods = Statement(
        "periods", [text, text],
        """
        SELECT period, min(sequence), max(sequence), count(*), count(voided_at) FROM numbers WHERE tenant = $1 AND series = $2
        GROUP BY tenant, series, period ORDER BY tenant, series, period
        """)

    /// Runs of numbers that are missing. $1 tenant, $2 series, $3 where a period begins, $4 limit in each period.
    static let gaps = Statement(
        "gaps", [text, text, int8, int8],
        """
        SELECT period, first, last FROM (
          SELECT period, before + 1 AS first, sequence - 1 AS last, row_number() OVER (PARTITION BY period ORDER BY sequence) AS place
          FROM (
            SELECT period, sequence, lag(sequence, 1, $3 - 1) OVER (PARTITION BY tenant, series, period ORDER BY sequence) AS before
            FROM numbers WHERE tenant = $1 AND series = $2) AS n
          WHERE sequence > before + 1) AS g
        WHERE place <= $4 ORDER BY period, first
        """)

    /// $1 tenant, $2 numbers without punctuation.
    static let taken = Statement(
        "taken", [text, textArray],
        "SELECT n.printed_key FROM unnest($2) AS k (key) JOIN numbers AS n ON n.tenant = $1 AND n.printed_key = k.key")

    /// $1 tenant, $2 partition, $3 after which entry, $4 limit.
    static let auditSegments = Statement(
        "audit_segments", [text, int4, int8, int8],
        """
        SELECT previous_count, previous_hash, head_count, head_hash, bytes FROM audit
        WHERE partition = $2 AND tenant = $1 AND head_count > $3 ORDER BY head_count LIMIT $4
        """)

    static let client = [
        invoice, invoicesByKey, invoicesListed, invoicesCrediting, invoicesBound, creditingBound, documentOf, series, allSeries, numbers,
        periods, gaps, taken, auditSegments,
    ]
}
