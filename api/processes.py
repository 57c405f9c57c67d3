"""A process that can be killed, asked over a pipe without parking a thread."""

import asyncio
import contextlib
import json
import logging
import os
import pickle
import socket
import subprocess
import sys
from typing import Any, cast

from api.jobs import LENGTH, LENGTHS, Call, Query

log = logging.getLogger("tertius")
Reply = tuple[dict[str, Any], bytes]
_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from api.jobs import serve_jobs
serve_jobs(int(sys.argv[2]), int(sys.argv[3]))
"""


class Process:
    """A process that knows nothing of the program that started it, unlike those of multiprocessing, which run it again.

    Its standard input only tells it, by closing, that the parent is gone.
    """

    def __init__(self, memory: int) -> None:
        self._pipe, child = socket.socketpair()
        self._said, said = os.pipe()
        # What it says is kept for the log up to what the pipe holds; more is lost, and nothing waits for it.
        os.set_blocking(said, False)
        os.set_blocking(self._said, False)
        command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), str(child.fileno()), str(memory)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own
                command, stdin=subprocess.PIPE, stdout=said, stderr=said, pass_fds=[child.fileno()]
            )
        finally:
            child.close()
            os.close(said)
        self._channel = _Channel()

    async def ready(self, seconds: float) -> None:
        """Waits until it can be asked. Raises TimeoutError, and EOFError where it ends."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self._channel, sock=self._pipe)
        await self.ask(Call(int), seconds)

    async def ask(self, job: Query | Call, seconds: float) -> Reply:
        """What it answers. Raises TimeoutError, and EOFError where it ends; it has to be ended after either."""
        self._channel.send(pickle.dumps(job))
        async with asyncio.timeout(seconds):
            return await self._channel.reply()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._channel.is_open and self._process.poll() is None

    @property
    def number(self) -> int:
        """What the system calls it."""
        return self._process.pid

    def kill(self) -> None:
        """Tells the system to end it; `end` waits until that is so."""
        self._process.kill()
        self._channel.close()

    async def end(self, grace: float = 0) -> int:
        """Ends it, and its status, below zero the signal. One whose pipe has closed is given `grace` seconds to end."""
        try:
            return await asyncio.shield(asyncio.create_task(asyncio.to_thread(self._end, grace)))
        finally:
            self._channel.close()

    def _end(self, grace: float) -> int:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if grace:
                self._process.wait(grace)
        self._process.kill()
        status = self._process.wait()
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
            with contextlib.suppress(BlockingIOError):
                if said := os.read(self._said, 65_536):
                    log.debug("a query process said", extra={"text": said.decode(errors="replace")[-2000:]})
            os.close(self._said)
        return status


class _Channel(asyncio.BufferedProtocol):
    """Sends jobs and collects each answer where it will stay, whatever its size."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._asked: asyncio.Future[Reply] | None = None
        self._expect(LENGTHS.size)
        self._lengths: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, job: bytes) -> None:
        if not self.is_open or self._transport is None:
            raise EOFError
        self._transport.writelines([LENGTH.pack(len(job)), job])

    async def reply(self) -> Reply:
        if not self.is_open:
            raise EOFError
        self._asked = asyncio.get_running_loop().create_future()
        try:
            return await self._asked
        finally:
            self._asked = None

    def close(self) -> None:
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        if self._asked and not self._asked.done():
            self._asked.set_exception(EOFError())

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return self._space[self._filled :]

    def buffer_updated(self, size: int) -> None:
        self._filled += size
        if self._filled < len(self._space):
            return
        if self._lengths is None:
            self._lengths = LENGTHS.unpack(self._space)
            self._expect(sum(self._lengths))
            return
        head = self._lengths[0]
        reply = json.loads(bytes(self._space[:head])), bytes(self._space[head:])
        self._lengths = None
        self._expect(LENGTHS.size)
        if self._asked and not self._asked.done():
            self._asked.set_result(reply)
        else:
            self.close()  # it says what it was not asked

    def _expect(self, size: int) -> None:
        self._space, self._filled = memoryview(bytearray(size)), 0
