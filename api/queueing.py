"""Whose turn it is: a bounded queue for each client, served in turn, so that a flood makes only its own client wait."""

import asyncio
import ipaddress
import itertools
import math
import time
from collections import deque
from dataclasses import dataclass, field

from api.errors import Problem

_LONGEST_PAUSE = 60
_LITTLE = 1
"""Seconds of work that a client may have had done lately and still find the last place."""


@dataclass
class _Client:
    running: int = 0
    spent: float = 0
    """Seconds of work, of which half is forgotten in each minute."""
    at: float = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class FairQueue:
    """Shares places among clients. For use within one event loop.

    A place goes to the client that holds fewest, and among those to the one that had least work done lately. The last
    of two or more places is kept for those who hold none and had little: whoever comes next need not wait for others.
    """

    def __init__(self, places: int, *, waiting: int, waiting_each: int, seconds: float) -> None:
        self.places, self._free = places, places
        self._most, self._most_each, self._seconds = waiting, waiting_each, seconds
        self._most_running = max(1, places - 1)  # answers that are not taken yet included
        self._clients: dict[str, _Client] = {}
        self._mean = 0.1
        self._stopped: Exception | None = None

    async def enter(self, name: str) -> None:
        """Waits for a place and takes it.

        Raises Problem: 429 where too many of the client's own are waiting, 503 where too many wait in all or the wait
        gets too long; the exception given to `stop` once it was called.
        """
        if self._stopped:
            raise self._stopped
        client = self._clients.setdefault(name, _Client())
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            self._make_room(client)
            client.waiting.append(turn)
            self._serve()
            async with asyncio.timeout(self._seconds):
                await turn
        except BaseException as error:
            if turn in client.waiting:
                client.waiting.remove(turn)
            elif turn.done() and not turn.cancelled() and turn.exception() is None:  # the place came too late
                self.leave()
                self.finish(name)
            self._forget(name)
            if isinstance(error, TimeoutError):
                waited = f"no place was free for {self._seconds:g} seconds"
                raise self._problem(503, waited, len(client.waiting)) from None
            raise

    def leave(self, name: str = "", seconds: float | None = None) -> None:
        """Gives the place back; `seconds` is what the query of this client took."""
        if seconds is not None:
            self._mean += (seconds - self._mean) / 8
            client = self._clients[name]
            client.spent, client.at = self._spent(client) + seconds, time.monotonic()
        self._free += 1
        self._serve()

    def finish(self, name: str) -> None:
        """One that entered no longer counts for its client."""
        self._clients[name].running -= 1
        self._forget(name)
        self._serve()

    def stop(self, error: Exception) -> None:
        """Raises the error for all that wait, and for whoever comes later."""
        self._stopped = error
        for client in self._clients.values():
            while client.waiting:
                self._refuse(client.waiting.pop(), error)

    def _serve(self) -> None:
        while self._free:
            waiting = {n: (c.running, self._spent(c)) for n, c in self._clients.items() if c.waiting}
            name = min(waiting, key=lambda n: waiting[n], default="")
            last = self._free == 1 < self.places
            if not waiting or waiting[name][0] >= self._most_running or (last and waiting[name] > (0, _LITTLE)):
                return
            client = self._clients[name] = self._clients.pop(name)  # to the end of the line
            turn = client.waiting.popleft()
            if not turn.done():  # cancelled, and not yet told
                turn.set_result(None)
                self._free -= 1
                client.running += 1

    def _make_room(self, client: _Client) -> None:
        own = len(client.waiting)
        if own >= self._most_each:
            raise self._problem(429, f"{own} queries from your address are waiting already", own)
        if sum(len(c.waiting) for c in self._clients.values()) < self._most:
            return
        longest = max(self._clients.values(), key=lambda c: len(c.waiting))
        refusal = self._problem(503, f"{self._most} queries are waiting already", self._most)
        if len(longest.waiting) <= own + 1:
            raise refusal
        self._refuse(longest.waiting.pop(), refusal)

    def _refuse(self, turn: asyncio.Future[None], error: Exception) -> None:
        if not turn.done():
            turn.set_exception(error)

    def _spent(self, client: _Client) -> float:
        return client.spent * 0.5 ** ((time.monotonic() - client.at) / 60) if client.spent else 0

    def _forget(self, name: str) -> None:
        # One that had much is remembered for a while, though not more of them than queries could have come from lately.
        for each in (name, *itertools.islice(self._clients, 2)):
            client = self._clients.get(each)
            if client and not client.running and not client.waiting and self._spent(client) < _LITTLE:
                del self._clients[each]

    def _problem(self, status: int, words: str, ahead: int) -> Problem:
        pause = min(_LONGEST_PAUSE, max(1, math.ceil(self._mean * (ahead + 1))))
        come_back = f"come back in {pause} second{'s' * (pause > 1)}"
        return Problem(status, f"{words}: {come_back}", headers={"Retry-After": str(pause)})


def client_name(host: str | None) -> str:
    """Whom an address stands for: of IPv6, the network of 64 bits, which is what one customer is given.

    >>> client_name("192.0.2.7"), client_name("2001:db8:1:2:3::4")
    ('192.0.2.7', '2001:db8:1:2::/64')
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)
