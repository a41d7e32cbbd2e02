"""DBOS: a queue whose workflow has one step, the request; a client outside the application enqueues.

The queue is as it is by default (no limit of concurrency, asked once a second): limits of 16, 64 and 256 with shorter intervals, and
smaller and larger pools, were tried and were slower.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS, DBOSClient

from harness import main


class Peer:
    package = "dbos"

    def __init__(self, url):
        self.url = url

    def _launch(self, execute):
        DBOS(
            config={
                "name": "bench", "system_database_url": self.url, "sys_db_pool_size": 20, "log_level": "ERROR",
                "application_version": "1",
            }
        )

        @DBOS.step()
        async def send(job):
            await execute(job)

        @DBOS.workflow()
        async def call(job):
            await send(job)

        DBOS.launch()
        DBOS.register_queue("calls")

    async def install(self):
        await asyncio.to_thread(self._launch, None)
        await asyncio.to_thread(DBOS.destroy)

    async def open(self, concurrency):
        connections = min(16, concurrency)
        # The client's asynchronous calls run on the loop's threads: as many as there are connections.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(connections))
        self.client = await asyncio.to_thread(
            lambda: DBOSClient(system_database_url=self.url, system_database_pool_size=connections)
        )

    async def enqueue(self, job):
        await self.client.enqueue_async(
            {"queue_name": "calls", "workflow_name": "Peer._launch.<locals>.call", "app_version": "1"}, job
        )

    async def enqueue_many(self, jobs):
        # There is no bulk call.
        await asyncio.gather(*(self.enqueue(job) for job in jobs))

    async def finished(self):
        def count():
            import sqlalchemy

            with self.client._sys_db.engine.connect() as connection:
                text = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'"
                return connection.execute(sqlalchemy.text(text)).scalar_one()

        return await asyncio.to_thread(count)

    async def work(self, execute, concurrency):
        await asyncio.to_thread(self._launch, execute)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.to_thread(DBOS.destroy)

    async def close(self):
        await asyncio.to_thread(self.client.destroy)


if __name__ == "__main__":
    main(Peer)
