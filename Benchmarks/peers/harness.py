"""What the measurements of all peers share: one enqueues, another process executes.

Each peer is a module with a class `Peer`:

    async def install()            makes the tables in an empty database
    async def open(concurrency)    gets ready to enqueue
    async def enqueue(job)         returns when the job is durably committed
    async def enqueue_many(jobs)   the same for many, by the peer's own bulk call
    async def finished()           how many jobs have reached their final state in the database
    async def work(execute, n)     executes jobs, n at a time, until it is cancelled
    async def close()

`main(Peer)` gives it the commands `install`, `enqueue`, `execute`, `drain` and `work`. Results go to standard output as JSON.
"""

import argparse
import asyncio
import json
import sys
import time
from importlib.metadata import version

import aiohttp
import uvloop

# What Ledgerflow's calls carry in the same run.
BODY = '{"customer":"c-1042","amount":"129.90"}'
PATIENCE = 60.0


def job(arguments):
    now = time.time_ns() // 1000
    headers = {"Content-Type": "application/json", "x-due-at-us": str(now)}
    return {"method": "POST", "url": arguments.sink, "headers": headers, "body": BODY}


class Sender:
    """Executes jobs: one HTTP request each, over connections that are kept."""

    def __init__(self, concurrency):
        self.concurrency = concurrency
        self.session = None

    async def close(self):
        if self.session is not None and self.loop is asyncio.get_running_loop():
            await self.session.close()

    async def __call__(self, job):
        # Made by the first job, since a peer may run its jobs on an event loop of its own.
        if self.session is None:
            self.loop = asyncio.get_running_loop()
            self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=self.concurrency))
        async with self.session.request(
            job["method"], job["url"], headers=job["headers"], data=job["body"].encode()
        ) as answer:
            await answer.read()
            answer.raise_for_status()


async def enqueue_for(peer, arguments, seconds):
    """Enqueues one by one with so many at a time; returns how many were committed."""
    end = time.monotonic() + seconds

    async def one():
        count = 0
        while time.monotonic() < end:
            await peer.enqueue(job(arguments))
            count += 1
        return count

    return sum(await asyncio.gather(*(one() for _ in range(arguments.concurrency))))


async def enqueue(peer, arguments):
    """From the call to the answer that the job is committed; nobody executes meanwhile."""
    await peer.open(arguments.concurrency)
    await enqueue_for(peer, arguments, arguments.warm_up)
    start = time.monotonic()
    count = await enqueue_for(peer, arguments, arguments.seconds)
    spent = time.monotonic() - start
    await peer.close()
    return {"jobs": count, "seconds": spent, "rate": count / spent}


async def received(session, arguments):
    base = arguments.sink.rsplit("/", 1)[0]
    async with session.get(base + "/_stats") as answer:
        return json.loads(await answer.text())["received"]


async def all_done(peer, session, arguments, count, start):
    """Waits for the last final state. The database is asked only when the sink has had every request, so that the
    question costs the peer nothing before."""
    best, last = -1, time.monotonic()
    while True:
        seen = await received(session, arguments)
        done = await peer.finished() if seen >= count else 0
        now = time.monotonic()
        if done >= count:
            return now - start, 0
        if seen + done > best:
            best, last = seen + done, now
        elif now - last > PATIENCE:
            return now - start, count - await peer.finished()
        await asyncio.sleep(0.02)


async def start_worker(arguments):
    worker = await asyncio.create_subprocess_exec(
        sys.executable, sys.argv[0], "work", "--url", arguments.url, "--sink", arguments.sink,
        "--concurrency", str(arguments.concurrency),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    if not await asyncio.wait_for(worker.stdout.readline(), PATIENCE):
        raise RuntimeError("the worker did not start")
    return worker


async def stop_worker(worker):
    worker.stdin.close()
    try:
        await asyncio.wait_for(worker.wait(), 10)
    except asyncio.TimeoutError:
        worker.kill()
        await worker.wait()


async def execute(peer, arguments):
    """From the first enqueue to the last final state: one process enqueues one by one, another executes."""
    await peer.open(arguments.concurrency)
    async with aiohttp.ClientSession() as session:
        worker = await start_worker(arguments)
        if await received(session, arguments) != 0:
            raise RuntimeError("the sink was not reset")
        start = time.monotonic()
        count = await enqueue_for(peer, arguments, arguments.seconds)
        enqueued = time.monotonic() - start
        spent, missing = await all_done(peer, session, arguments, count, start)
        await stop_worker(worker)
    await peer.close()
    return {"jobs": count, "enqueued": enqueued, "seconds": spent, "missing": missing, "rate": (count - missing) / spent}


async def drain(peer, arguments):
    """The same without the enqueueing: `--jobs` wait in the table when the worker starts, and the clock runs from the
    first request that the sink gets."""
    await peer.open(arguments.concurrency)
    await peer.enqueue_many([job(arguments) for _ in range(arguments.jobs)])
    async with aiohttp.ClientSession() as session:
        worker = await start_worker(arguments)
        while (early := await received(session, arguments)) == 0:
            await asyncio.sleep(0.001)
        start = time.monotonic()
        spent, missing = await all_done(peer, session, arguments, arguments.jobs, start)
        await stop_worker(worker)
    await peer.close()
    done = arguments.jobs - early - missing
    return {"jobs": arguments.jobs, "seconds": spent, "missing": missing, "rate": done / spent}


async def work(peer, arguments):
    sender = Sender(arguments.concurrency)
    working = asyncio.create_task(peer.work(sender, arguments.concurrency))
    print("ready", flush=True)
    # Ends with the process that started it, however that one ends.
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    ended = asyncio.create_task(reader.read())
    await asyncio.wait({working, ended}, return_when=asyncio.FIRST_COMPLETED)
    working.cancel()
    try:
        await asyncio.wait_for(working, 5)
    except (asyncio.CancelledError, asyncio.TimeoutError):
        pass
    await sender.close()


async def install(peer, arguments):
    await peer.install()
    return {"installed": True, "version": version(peer.package)}


def main(make):
    parser = argparse.ArgumentParser()
    commands = {"install": install, "enqueue": enqueue, "execute": execute, "drain": drain, "work": work}
    parser.add_argument("command", choices=commands)
    parser.add_argument("--url", required=True, help="postgresql://user@host:port/database")
    parser.add_argument("--sink", default="", help="where jobs post to; its origin answers /_stats")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=1)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--jobs", type=int, default=5000)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(commands[arguments.command](make(arguments.url), arguments))
    if result is not None:
        print(json.dumps(result))
