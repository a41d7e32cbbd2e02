#include <sqlite3.h>

/* Variadic in C, so that Swift cannot call it. Spares a lock around every allocation of the library; must come before its first use. */
static inline int csqlite_without_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
