#include <librdkafka/rdkafka.h>

/* Variadic in C, so that Swift cannot call it. The library copies key and value; it takes the headers over when it accepts the message. */
static inline rd_kafka_resp_err_t crdkafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, const void *key, size_t key_size, const void *value, size_t value_size,
    rd_kafka_headers_t *headers, size_t identity) {
    return rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE((void *)identity), RD_KAFKA_V_END);
}
