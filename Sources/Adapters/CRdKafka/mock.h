/* The library's own mock cluster, for tests. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
