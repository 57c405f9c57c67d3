"""Connections that strangers cannot hold open: bounds on how many there are, and on how slow a client may be."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.queueing import client_name

_PROGRESS = 65_536
"""Bytes that a client takes at least while it is waited for."""
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 5\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s"
)
_WORDS = b'{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many connections"}'
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(HttpToolsProtocol):
    """Uvicorn's connection, bounded.

    By itself it waits for ever for the head of a request, however long, and for an answer to be taken.
    """

    def __init__(
        self, *args: Any, seconds: float, head: int, most: int, most_each: int, proxies: frozenset[str],
        open: Counter[str], **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self._seconds, self._most_head, self._most, self._most_each = seconds, head, most, most_each
        self._proxies, self._open = proxies, open
        self._name: str | None = None
        self._head: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Turns away whoever has too many connections. Through a proxy of ours come many clients."""
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        if host not in self._proxies:
            self._name = client_name(host)
            self._open[self._name] += 1
        if len(self.connections) > self._most or (self._name and self._open[self._name] > self._most_each):
            transport.write(_TOO_MANY % (len(_WORDS), _WORDS))
            self._end()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets it."""
        super().connection_lost(exc)
        self._stop("_head")
        self._stop("_unread")
        if self._name:
            self._open[self._name] -= 1
            if not self._open[self._name]:
                del self._open[self._name]
            self._name = None

    def data_received(self, data: bytes) -> None:
        """Between two requests, what comes begins another one, which has to come in time."""
        if self._head is None and self._is_idle():
            self._await_head()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head is not None and self._head_bytes > self._most_head:
            self._refuse(_TOO_LONG)

    def on_headers_complete(self) -> None:
        """The head is there; the body has bounds of its own."""
        self._stop("_head")
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """More is to be sent than the client takes: it is watched whether it takes any."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client took it."""
        super().resume_writing()
        self._stop("_unread")

    def timeout_keep_alive_handler(self) -> None:
        """Also where the last answer was never taken."""
        self._end()

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head = self.loop.call_later(self._seconds, self._refuse, _TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self._end()

    def _watch(self, size: int) -> None:
        self._stop("_unread")
        self._unread = self.loop.call_later(self._seconds, partial(self._check_progress, size))

    def _check_progress(self, before: int) -> None:
        now = self.transport.get_write_buffer_size()
        if now > before - _PROGRESS:
            self.transport.abort()
        else:
            self._watch(now)

    def _end(self) -> None:
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self._seconds, self.transport.abort)

    def _stop(self, name: str) -> None:
        timer: asyncio.TimerHandle | None = getattr(self, name)
        if timer:
            timer.cancel()
            setattr(self, name, None)
