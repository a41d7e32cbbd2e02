"""Procrastinate: psycopg's C implementation, one pool, asynchronous tasks, LISTEN/NOTIFY (its default), finished jobs kept
(its default).

Pools of 4, 8, 16 and 32 connections were tried; the fastest are used.
"""

import logging

import procrastinate

from harness import main


class Peer:
    package = "procrastinate"

    def __init__(self, url):
        self.url = url
        logging.getLogger("procrastinate").setLevel(logging.ERROR)

    def _app(self, connections):
        connector = procrastinate.PsycopgConnector(conninfo=self.url, min_size=connections, max_size=connections)
        app = procrastinate.App(connector=connector)

        @app.task(name="call", queue="calls")
        async def call(**job):
            await self.execute(job)

        return app, call

    async def install(self):
        app, _ = self._app(1)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()

    async def open(self, concurrency):
        self.app, self.call = self._app(min(16, concurrency))
        await self.app.open_async()

    async def enqueue(self, job):
        await self.call.defer_async(**job)

    async def enqueue_many(self, jobs):
        for start in range(0, len(jobs), 1000):
            await self.call.batch_defer_async(*jobs[start : start + 1000])

    async def finished(self):
        row = await self.app.connector.execute_query_one_async(
            "SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'succeeded'"
        )
        return row["n"]

    async def work(self, execute, concurrency):
        self.execute = execute
        app, _ = self._app(min(8, concurrency))
        async with app.open_async():
            await app.run_worker_async(
                queues=["calls"], concurrency=concurrency, install_signal_handlers=False, listen_notify=True
            )

    async def close(self):
        await self.app.close_async()


if __name__ == "__main__":
    main(Peer)
