"""The service in this process and in one of its own, for the tests."""

import contextlib
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph import KnowledgeGraph

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
TALKS = DATA / "armenia-azerbaijan-talks"
NORLAND = DATA / "norland"
SECRET = "open-sesame"  # noqa: S105 - of the tests
BEARER = {"Authorization": f"Bearer {SECRET}"}
ORDINARY: dict[str, Any] = {"raw_rdf": True, "union_default_graph": False, "tokens": f"ada:{SECRET}"}


@contextlib.contextmanager
def client_of(data: Path | str, *, graph: KnowledgeGraph | None = None, **settings: Any) -> Iterator[TestClient]:
    """A client of the service over a data set, or over a graph, in this process, with one process for queries."""
    with TestClient(create_app(Settings(data=str(data), **{"query_workers": 1} | settings), graph)) as client:
        yield client


@dataclass
class Service:
    """A running service."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def client(self, **options: Any) -> httpx2.Client:
        """A client of it."""
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, **options)

    def raw(self, *pieces: bytes) -> bytes:
        """What comes back for these bytes; the service may hang up before it has read them all."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for piece in pieces:
                    connection.sendall(piece)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(65536):
                    answer += piece
        return answer

    def children(self) -> list[int]:
        """Numbers of the processes that it has started."""
        found: list[int] = []
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # the thread has just ended
                found += map(int, (thread / "children").read_text().split())
        return found

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        self.process.send_signal(how)
        return self.process.wait(30)


Start = Callable[..., Service]
