"""Measures of networks: in processes that can be killed, and kept as long as the revision stands."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from api.jobs import Call, returned
from api.workers import Turn

T = TypeVar("T")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """What was measured, in how many seconds, and whether that was done for an earlier request."""

    found: T
    seconds: float
    cached: bool


class Measures:
    """Results by revision and question; those asked for least lately go when `room` MiB are full."""

    def __init__(self, room: int) -> None:
        self._room = room * _MIB
        self._kept: OrderedDict[Hashable, tuple[bytes, float]] = OrderedDict()
        self._size = 0

    async def of(
        self, turn: Turn, key: Hashable, arguments: Callable[[], tuple[Any, ...]], function: Callable[..., T],
        seconds: float, **options: Any,
    ) -> Measured[T]:  # fmt: skip
        """What `function` finds, in a process of its own, or found earlier for the same key.

        Raises what the function raises, QueryTimeoutError past the deadline, and as `Turn.run`.
        """
        if (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return Measured(returned(kept[0]), kept[1], cached=True)
        began = time.perf_counter()
        body = await turn.call(Call(function, arguments(), options), "measure", seconds)
        found: T = returned(body)
        taken = time.perf_counter() - began
        self._keep(key, body, taken)
        return Measured(found, taken, cached=False)

    def _keep(self, key: Hashable, body: bytes, taken: float) -> None:
        if len(body) > self._room or key in self._kept:
            return
        self._kept[key] = body, taken
        self._size += len(body)
        while self._size > self._room:
            _, (gone, _) = self._kept.popitem(last=False)
            self._size -= len(gone)
