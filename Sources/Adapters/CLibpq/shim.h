#include <libpq-fe.h>

#ifdef __linux__
#include <sys/eventfd.h>

/* The system's module for Swift leaves this header out. */
static inline int clibpq_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
#endif
