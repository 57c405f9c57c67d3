"""Servers on this machine, each with the same statements: Tertius, `oxigraph serve` and rdflib-endpoint."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph import KnowledgeGraph


@dataclass(frozen=True)
class Server:
    """A server that answers: its port, the path of its SPARQL, its process."""

    port: int
    sparql: str
    pid: int


def program(name: str) -> str:
    """The command of a peer, beside this Python. Raises FileNotFoundError, saying how to get it."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise FileNotFoundError(f"{name} is not installed beside {sys.executable}: `.ci/setup bench` installs it")
    return found


@contextmanager
def tertius(graph: KnowledgeGraph, **settings: str) -> Iterator[Server]:
    """The service over the graph's store, as `make serve` runs it. Settings by their names in capitals."""
    port = _free_port()
    given = {"STORE": str(graph.path), "DATA": "none", "PORT": str(port)} | settings
    command = [sys.executable, "-m", "api", "serve"]
    with _running(command, port, {f"TERTIUS_{name}": value for name, value in given.items()}) as pid:
        yield Server(port, "/sparql", pid)


@contextmanager
def oxigraph(quads: Path) -> Iterator[Server]:
    """`oxigraph serve` of a store that its own loader made of the quads; all graphs are its default graph."""
    location, port = quads.with_suffix(".oxigraph"), _free_port()
    if not location.exists():
        command = [program("oxigraph"), "load", "--location", str(location), "--file", str(quads)]
        subprocess.run(command, check=True, capture_output=True)
    command = [program("oxigraph"), "serve", "--location", str(location), "--bind", f"127.0.0.1:{port}"]
    with _running([*command, "--union-default-graph"], port) as pid:
        yield Server(port, "/query", pid)


@contextmanager
def rdflib_endpoint(quads: Path, store: str = "default") -> Iterator[Server]:
    """rdflib-endpoint over the file of quads, read into memory when it starts, all graphs as default graph."""
    port = _free_port()
    command = [program("rdflib-endpoint"), "serve", str(quads), "--port", str(port), "--store", store]
    with _running([*command, "--host", "127.0.0.1"], port, wait=300) as pid:
        yield Server(port, "/", pid)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(
    command: Sequence[str], port: int, environment: dict[str, str] | None = None, wait: float = 60
) -> Iterator[int]:
    process = subprocess.Popen(
        command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process, wait)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:  # a peer that is busy with a query does not listen
            process.kill()
            process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]", seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it answered")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{process.args!r} does not answer")
