"""Reads a topic back with confluent-kafka and checks what the bus promises.

usage: readback.py <bootstrap servers> <topic> <count>

Prints one line, `ok <messages> <distinct>`, or what was wrong and ends with 1. Run by a virtual environment that holds confluent-kafka.
"""

import json
import sys
import time

from confluent_kafka import Consumer, KafkaError, libversion

HEADERS = [
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_tenantid", "ce_version", "ce_correlationid",
    "content-type", "traceparent", "trace_id", "correlation_id",
]


def fail(reason):
    print(reason)
    sys.exit(1)


def main():
    servers, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    consumer = Consumer({
        "bootstrap.servers": servers, "group.id": "readback", "auto.offset.reset": "earliest", "enable.auto.commit": False,
        "fetch.wait.max.ms": 50, "socket.nagle.disable": True,
    })
    consumer.subscribe([topic])
    latest, places, ids, read = {}, {}, set(), 0
    end = time.time() + 180
    print("reading with librdkafka", libversion()[0], flush=True)
    while len(ids) < count:
        if time.time() > end:
            fail(f"only {len(ids)} of {count} in time")
        for message in consumer.consume(1000, 0.2):
            if message.error():
                if message.error().code() == KafkaError._PARTITION_EOF:
                    continue
                fail(str(message.error()))
            read += 1
            headers = dict(message.headers())
            if [name for name, _ in message.headers()] != HEADERS:
                fail(f"headers {list(headers)}")
            key = message.key().decode()
            if key != f"{headers['ce_tenantid'].decode()}.{headers['ce_subject'].decode()}":
                fail(f"key {key}")
            if headers["content-type"] != b"application/json" or headers["ce_specversion"] != b"1.0":
                fail("content type or version")
            if headers["traceparent"].decode().split("-")[1] != headers["trace_id"].decode():
                fail("trace")
            version = int(headers["ce_version"])
            body = json.loads(message.value())
            if body["version"] != version:
                fail(f"body {body} of version {version}")
            if version > latest.get(key, 0) + 1:
                fail(f"{key}: version {version} after {latest.get(key, 0)}")
            latest[key] = max(version, latest.get(key, 0))
            if places.setdefault(key, message.partition()) != message.partition():
                fail(f"{key} in two partitions")
            ids.add(headers["ce_id"])
    consumer.close()
    print(f"ok {read} {len(ids)}")


main()
