extension SchemaStatements {
    /// The books. All of a tenant's lie in one partition.
    static let books = """
        -- state is JSON (see BookRecord+Stored); key as in service_calls.
        -- Updated by every commit that gives numbers: the free room keeps the new versions of a row on its page.
        CREATE TABLE series (
          key BIGINT NOT NULL,
          version BIGINT NOT NULL CHECK (version > 0),
          tenant TEXT COLLATE "C" NOT NULL,
          id TEXT COLLATE "C" NOT NULL,
          state BYTEA NOT NULL,
          PRIMARY KEY (tenant, id)
        ) WITH (fillfactor = 40);

        -- status: 1 draft, 2 validated, 3 issued, 4 signed, 5 transmitting, 6 accepted, 7 rejected, 8 credited, 9 cancelled, 10 void.
        -- No index holds what changes in an invoice's life.
        CREATE TABLE invoices (
          key BIGINT PRIMARY KEY,
          version BIGINT NOT NULL CHECK (version > 0),
          created_at BIGINT NOT NULL,
          status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 10),
          id UUID NOT NULL,
          credit_of UUID,
          tenant TEXT COLLATE "C" NOT NULL,
          series TEXT COLLATE "C",
          number TEXT COLLATE "C",
          issue_date TEXT COLLATE "C",
          type_code BYTEA NOT NULL,
          content_digest BYTEA NOT NULL,
          state BYTEA NOT NULL
        ) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX invoices_by_id ON invoices (id, tenant);
        CREATE INDEX invoices_listed ON invoices (tenant, created_at, id);
        CREATE INDEX invoices_crediting ON invoices (tenant, credit_of, created_at, id) WHERE credit_of IS NOT NULL;

        -- What an invoice says, apart, so that a change of status does not write it again.
        CREATE TABLE invoice_contents (
          key BIGINT PRIMARY KEY,
          content BYTEA NOT NULL
        );

        -- The last defence of the numbers: a place in its series and period, and what is printed without punctuation, are given once.
        -- Indexes are asked in the order in which they were made: a document that has its number already is found first.
        CREATE TABLE numbers (
          sequence BIGINT NOT NULL CHECK (sequence >= 0),
          allocated_at BIGINT NOT NULL,
          voided_at BIGINT,
          tenant TEXT COLLATE "C" NOT NULL,
          series TEXT COLLATE "C" NOT NULL,
          period TEXT COLLATE "C" NOT NULL,
          printed TEXT COLLATE "C" NOT NULL,
          printed_key TEXT COLLATE "C" NOT NULL,
          document TEXT COLLATE "C" NOT NULL,
          void_reason BYTEA,
          CHECK ((voided_at IS NULL) = (void_reason IS NULL))
        );
        CREATE UNIQUE INDEX numbers_document ON numbers (tenant, series, document);
        ALTER TABLE numbers ADD PRIMARY KEY (tenant, series, period, sequence);
        CREATE UNIQUE INDEX numbers_printed ON numbers (tenant, printed_key);

        -- Chains of hashes, one for each tenant and partition; a row is what one commit appended.
        CREATE TABLE audit (
          previous_count BIGINT NOT NULL CHECK (previous_count >= 0),
          head_count BIGINT NOT NULL,
          partition INTEGER NOT NULL,
          tenant TEXT COLLATE "C" NOT NULL,
          previous_hash BYTEA NOT NULL,
          head_hash BYTEA NOT NULL,
          bytes BYTEA NOT NULL,
          PRIMARY KEY (partition, tenant, head_count),
          CHECK (head_count > previous_count)
        );
        -- Mostly hashes, which do not compress.
        ALTER TABLE audit ALTER COLUMN bytes SET STORAGE EXTERNAL;

        -- Ends the transaction that gives a number which is taken.
        CREATE FUNCTION collide(printed TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '%', printed USING ERRCODE = 'LF003'; END $$;
        REVOKE EXECUTE ON FUNCTION collide(TEXT) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION collide(TEXT) TO ledgerflow_writer;

        -- Numbers and audit rows are for ever: the writer may add them, and declare a number void.
        GRANT SELECT, INSERT, UPDATE ON series TO ledgerflow_writer;
        GRANT SELECT, INSERT, UPDATE, DELETE ON invoices, invoice_contents TO ledgerflow_writer;
        GRANT SELECT, INSERT, UPDATE (voided_at, void_reason) ON numbers TO ledgerflow_writer;
        GRANT SELECT, INSERT ON audit TO ledgerflow_writer;
        GRANT SELECT ON series, invoices, invoice_contents, numbers, audit TO ledgerflow_query;

        """
        + isolated.map {
            """
            ALTER TABLE \($0) ENABLE ROW LEVEL SECURITY;
            ALTER TABLE \($0) FORCE ROW LEVEL SECURITY;
            CREATE POLICY writes ON \($0) TO ledgerflow_writer USING (true) WITH CHECK (true);

            """
        }.joined()
        + isolated.filter { $0 != "invoice_contents" }.map {
            """
            CREATE POLICY reads ON \($0) FOR SELECT TO ledgerflow_query USING (tenant = current_setting('ledgerflow.tenant', true));

            """
        }.joined() + """
            CREATE POLICY reads ON invoice_contents FOR SELECT TO ledgerflow_query
              USING (EXISTS (SELECT FROM invoices AS i
                WHERE i.key = invoice_contents.key AND i.tenant = current_setting('ledgerflow.tenant', true)));
            """

    private static let isolated = ["series", "invoices", "invoice_contents", "numbers", "audit"]

    /// What the books' events say stays in the log.
    static let dropBooks = """
        DROP TABLE audit, numbers, invoice_contents, invoices, series;
        DROP FUNCTION collide(TEXT);
        """
}
