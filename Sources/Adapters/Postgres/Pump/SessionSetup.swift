internal import Domain

/// What every connection is told before it works.
enum SessionSetup {
    /// Takes the role, names the schema, sets the limits, and sees to it that plans follow the indexes whatever the statistics say:
    /// every statement is written for one index, and a plan that changes with the size of a table would be a surprise under load.
    static func sql(role: String, options: PostgresStoreOptions) -> String {
        let settings = [
            ("role", role), ("search_path", "ledgerflow, pg_temp"),
            ("statement_timeout", String(options.statementTimeout.milliseconds)),
            ("lock_timeout", String(options.lockTimeout.milliseconds)), ("idle_in_transaction_session_timeout", "10000"),
            ("client_min_messages", "warning"), ("plan_cache_mode", "force_generic_plan"), ("jit", "off"), ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("enable_bitmapscan", "off"), ("enable_material", "off"),
            ("max_parallel_workers_per_gather", "0"), ("default_transaction_isolation", "read committed"),
        ]
        let assignments = settings.map { "set_config('\($0.0)', '\($0.1)', false)" }.joined(separator: ", ")
        // A commit that is answered before it is on the disk would not be one.
        let durable = "CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END"
        return "SELECT \(assignments), \(durable)"
    }
}
