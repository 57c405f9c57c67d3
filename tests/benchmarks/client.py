"""A client of few steps over one connection that stays open, so that it is not the client that is measured."""

import socket
import time
from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import urlencode

_HEAD_END = b"\r\n\r\n"


class Received(NamedTuple):
    """An answer, and how long it took from the first byte sent to the last received."""

    status: int
    head: bytes
    body: bytes
    seconds: float


class Connection:
    """One connection to a server on this machine. Requests go one after the other."""

    def __init__(self, port: int, timeout: float = 60, source: str = "127.0.0.1") -> None:
        self._address, self._timeout, self._source = ("127.0.0.1", port), timeout, (source, 0)
        self._socket: socket.socket | None = None
        self._rest = b""

    def get(self, target: str, accept: str = "application/json") -> Received:
        """Asks for a path with its query string. Raises OSError where there is no answer, or none in time."""
        return self.send(request("GET", target, {"Accept": accept}))

    def send(self, message: bytes) -> Received:
        """Sends a request as it is and waits for its whole answer."""
        began = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, self._timeout, self._source)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(message)
            status, head, body = self._receive()
        except BaseException:
            self.close()
            raise
        if b"connection: close" in head:
            self.close()
        return Received(status, head, body, time.perf_counter() - began)

    def _receive(self) -> tuple[int, bytes, bytes]:
        got = self._rest
        while _HEAD_END not in got:
            got += self._more()
        head, _, rest = got.partition(_HEAD_END)
        status, head = int(head[9:12]), head.lower()
        if b"transfer-encoding: chunked" in head:
            body = self._chunks(rest)
        else:
            length = int((head.partition(b"content-length:")[2] or b"0").split(b"\r\n", 1)[0])
            parts, held = [rest], len(rest)
            while held < length:
                parts.append(self._more())
                held += len(parts[-1])
            whole = b"".join(parts)
            body, self._rest = whole[:length], whole[length:]
        return status, head, body

    def _chunks(self, rest: bytes) -> bytes:
        parts: list[bytes] = []
        while True:
            while b"\r\n" not in rest:
                rest += self._more()
            size, _, rest = rest.partition(b"\r\n")
            end = int(size.partition(b";")[0], 16) + 2
            if len(rest) < end:
                pieces, held = [rest], len(rest)
                while held < end:
                    pieces.append(self._more())
                    held += len(pieces[-1])
                rest = b"".join(pieces)
            part, rest = rest[: end - 2], rest[end:]
            if not part:
                self._rest = rest
                return b"".join(parts)
            parts.append(part)

    def _more(self) -> bytes:
        assert self._socket is not None
        if not (got := self._socket.recv(1 << 18)):
            raise ConnectionError("the server ended the connection before its answer was whole")
        return got

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""


def request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the line."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *(f"{n}: {v}" for n, v in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def with_query(path: str, **parameters: str) -> str:
    """A path with its query string."""
    return f"{path}?{urlencode(parameters)}"
