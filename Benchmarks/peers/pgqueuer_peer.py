"""PgQueuer: asyncpg's pool, its durable tables (the default), jobs taken in large batches.

Pools of 8, 16 and 32 connections and batches of 16, 100 and 250 were tried; the fastest are used.
"""

import json
from datetime import timedelta

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.queries import Queries

from harness import main


class Peer:
    package = "pgqueuer"

    def __init__(self, url):
        self.url = url

    async def _pool(self, connections):
        return await asyncpg.create_pool(self.url, min_size=connections, max_size=connections)

    async def install(self):
        async with await self._pool(1) as pool:
            await Queries(AsyncpgPoolDriver(pool)).install()

    async def open(self, concurrency):
        self.pool = await self._pool(min(8, concurrency))
        self.queries = Queries(AsyncpgPoolDriver(self.pool))
        self.enqueued = 0

    async def enqueue(self, job):
        await self.queries.enqueue("call", json.dumps(job).encode())
        self.enqueued += 1

    async def enqueue_many(self, jobs):
        for start in range(0, len(jobs), 1000):
            part = jobs[start : start + 1000]
            await self.queries.enqueue(
                ["call"] * len(part), [json.dumps(job).encode() for job in part], [0] * len(part)
            )
        self.enqueued += len(jobs)

    async def finished(self):
        # A finished job leaves its table for the log.
        return self.enqueued - await self.pool.fetchval("SELECT count(*) FROM pgqueuer")

    async def work(self, execute, concurrency):
        async with await self._pool(16) as pool:
            queuer = PgQueuer(AsyncpgPoolDriver(pool))

            @queuer.entrypoint("call")
            async def call(job):
                await execute(json.loads(job.payload))

            await queuer.run(
                dequeue_timeout=timedelta(seconds=1), batch_size=100
            )

    async def close(self):
        await self.pool.close()


if __name__ == "__main__":
    main(Peer)
