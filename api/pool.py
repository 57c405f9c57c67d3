"""Processes kept warm: as many as are used at once, and one more, up to a bound."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from api.processes import Process
from graph.exceptions import QueryTimeoutError

log = logging.getLogger("tertius")
_START = 30


class Pool:
    """Hands out warm processes. Whoever takes one gives it back, or has it replaced."""

    def __init__(self, size: int, memory: int) -> None:
        self._size, self._memory = size, memory
        self._idle: asyncio.LifoQueue[Process] = asyncio.LifoQueue()  # the last one used is the warmest
        self._all: set[Process] = set()
        self._count = 0  # those that are being started included
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def warm(self) -> None:
        """Starts a process where none is idle and there may be more."""
        if self._idle.empty() and self._count < self._size and not self._closed:
            self._count += 1
            self._spawn(self._start())

    async def take(self) -> Process:
        """A process that is ready. Raises QueryTimeoutError where none is in half a minute."""
        while True:
            self.warm()
            try:
                async with asyncio.timeout(_START):
                    process = await self._idle.get()
            except TimeoutError:
                raise QueryTimeoutError("no query process started: come back in a few seconds") from None
            if process.is_alive:
                self.warm()
                return process
            self.replace(process)  # whoever ended it between two queries

    def give(self, process: Process) -> None:
        """Takes a process back that may be asked again."""
        self._idle.put_nowait(process)

    def replace(self, process: Process, done: Callable[[], None] = lambda: None) -> None:
        """Ends a process and starts another, then calls `done`."""
        process.kill()

        async def change() -> None:
            try:
                await self._end(process)
                if not self._closed:
                    await self._start()
            finally:
                done()

        self._spawn(change())

    async def close(self) -> None:
        """Ends all processes."""
        self._closed = True
        while self._all or self._tasks:
            await asyncio.gather(*self._tasks, *map(self._end, self._all))

    async def _start(self) -> None:
        """Adds a process to those that are idle; it is counted already."""
        process = Process(self._memory)
        self._all.add(process)
        try:
            await process.ready(_START)
        except (EOFError, TimeoutError):
            self._count -= 1
            await self._end(process)
            if not self._closed:
                log.exception("a query process did not start")
        else:
            self._idle.put_nowait(process)

    async def _end(self, process: Process) -> None:
        await process.end()
        self._all.discard(process)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
