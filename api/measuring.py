"""Measures on networks: in processes that can be killed, and kept as long as the revision stands."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from api.jobs import Call, returned
from api.workers import Turn
from graph.exceptions import GraphError

T = TypeVar("T")
_MIB = 1024 * 1024
Prepare = Callable[[], Awaitable[tuple[tuple[Any, ...], Any]]]
"""What makes the arguments, and what is to be told of them beside the result."""


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """What was measured, of what, in how many seconds, and whether that was done for an earlier request."""

    found: T
    about: Any
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    about: Any
    seconds: float

    async def measured(self, *, cached: bool) -> Measured[Any]:
        # What is read is as large as the network: not on the event loop.
        return Measured(await run_in_threadpool(returned, self.body), self.about, self.seconds, cached)


class Measures:
    """Results by revision and question; those asked for least lately go when `room` MiB are full."""

    def __init__(self, room: int) -> None:
        self._room = room * _MIB
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._size = 0
        self._running: dict[Hashable, asyncio.Future[_Kept]] = {}

    async def of(
        self, turn: Turn, key: Hashable, prepare: Prepare, function: Callable[..., T], seconds: float, **options: Any
    ) -> Measured[T]:
        """What `function` finds, in a process of its own, or found for somebody else who asks the same.

        Raises what the function raises, QueryTimeoutError past the deadline, and as `Turn.run`.
        """
        while (kept := self._kept.get(key)) is None:
            running = self._running.get(key)
            if running is None:
                kept = await self._lead(turn, key, prepare, Call(function, (), options), seconds)
                return await kept.measured(cached=False)
            await asyncio.wait([running])
            if not running.cancelled():  # else whoever asked first has gone, or may ask no more
                kept = running.result()
                break
        else:
            self._kept.move_to_end(key)
        return await kept.measured(cached=True)

    async def _lead(self, turn: Turn, key: Hashable, prepare: Prepare, call: Call, seconds: float) -> _Kept:
        """Measures for all who ask the same meanwhile: they get what it found, or how it failed."""
        running = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            arguments, about = await prepare()
            body, taken = await turn.call(Call(call.function, arguments, call.options), "measure", seconds)
            kept = _Kept(body, about, taken)
        except GraphError as error:
            running.set_exception(error)
            running.exception()  # nobody need have waited for it
            raise
        except BaseException:
            running.cancel()
            raise
        else:
            running.set_result(kept)
            self._keep(key, kept)
            return kept
        finally:
            del self._running[key]

    def _keep(self, key: Hashable, kept: _Kept) -> None:
        if len(kept.body) > self._room:
            return
        self._kept[key] = kept
        self._size += len(kept.body)
        while self._size > self._room:
            self._size -= len(self._kept.popitem(last=False)[1].body)
