"""The service: the rate of an answer of five rows over HTTP on this machine, beside that of the question in process."""

import http.client
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from urllib.parse import urlencode

from graph import KnowledgeGraph
from tests.benchmarks.measure import Figure, at_least, seconds

ROWS, CONNECTIONS = 5, 8
WORD = "invites"


def measure_service(graph: KnowledgeGraph, repeats: int, span: float = 2.0) -> list[Figure]:
    """Requests a second, from another process over several connections that stay open."""
    guest = _guest(graph)
    path = f"/who/{WORD}?{urlencode({'object': guest})}"
    with _serving(graph) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path)
        answer = json.load(connection.getresponse())
        connection.close()
        if len(answer["answers"]) != ROWS:
            raise AssertionError(f"{path} gives {len(answer['answers'])} answers and not {ROWS}")
        with get_context("spawn").Pool(1) as client:
            client.apply(_requests, (port, path, 0.5))
            rates = [client.apply(_requests, (port, path, span)) for _ in range(repeats)]
    (taken,) = seconds(lambda: list(graph.ask(WORD, object=guest).found), repeats=repeats)
    rate, own = statistics.median(rates), 1 / taken
    size = len(graph.snapshot.columns)
    # "Bare" is here the same question without HTTP: names, columns and answers, but no JSON.
    shown = f"{rate:,.0f}/s", f"{own:,.0f}/s in process"
    return [Figure("Service", "five-row answer over HTTP, rate", size, *shown, "", **at_least(0.5, rate / own))]


def _guest(graph: KnowledgeGraph) -> str:
    for id in graph.snapshot.columns.entities:
        if id.startswith("state-") and len(graph.ask(WORD, object=id).found) == ROWS:
            return id
    for id in graph.snapshot.columns.entities:
        if len(graph.ask(WORD, object=id).found) == ROWS:
            return id
    raise AssertionError(f"nobody is the object of {ROWS} answers to {WORD!r}")


@contextmanager
def _serving(graph: KnowledgeGraph) -> Iterator[int]:
    """The port of the service over the graph's store, as `make serve` runs it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"TERTIUS_STORE": str(graph.path), "TERTIUS_DATA": "none", "TERTIUS_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode} before it answered")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the service does not answer")


def _requests(port: int, path: str, span: float) -> float:
    """Answers a second. A client of few steps, so that it is not the client that is measured."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode()
    ready = selectors.DefaultSelector()
    for _ in range(CONNECTIONS):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(sock, selectors.EVENT_READ, bytearray())
        sock.sendall(request)
    answers, began = 0, time.perf_counter()
    while time.perf_counter() - began < span:
        for key, _ in ready.select(1):
            peer, got = key.fileobj, key.data
            assert isinstance(peer, socket.socket)
            got += peer.recv(1 << 16)
            head = got.find(b"\r\n\r\n")
            if head < 0:
                continue
            length = int(bytes(got[:head]).lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(got) == head + 4 + length:
                assert got.startswith(b"HTTP/1.1 200 "), bytes(got[:200])
                answers += 1
                got.clear()
                peer.sendall(request)
    rate = answers / (time.perf_counter() - began)
    for key in list(ready.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]  # they are sockets
    return rate
