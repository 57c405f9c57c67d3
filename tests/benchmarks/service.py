"""The service: the rate of an answer of five rows over HTTP on this machine, beside that of the question in process."""

import http.client
import json
import selectors
import socket
import statistics
import time
from multiprocessing import get_context
from urllib.parse import urlencode

from graph import KnowledgeGraph
from tests.benchmarks.measure import Figure, Group, at_least, seconds
from tests.benchmarks.servers import tertius

ROWS, CONNECTIONS = 5, 8
WORD = "invites"


def measure_service(graph: KnowledgeGraph, repeats: int, span: float = 2.0) -> list[Figure]:
    """Requests a second, from another process over several connections that stay open."""
    guest = _guest(graph)
    path = f"/who/{WORD}?{urlencode({'object': guest})}"
    with tertius(graph) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", path)
        answer = json.load(connection.getresponse())
        connection.close()
        if len(answer["answers"]) != ROWS:
            raise AssertionError(f"{path} gives {len(answer['answers'])} answers and not {ROWS}")
        with get_context("spawn").Pool(1) as client:
            client.apply(_requests, (server.port, path, 0.5))
            rates = [client.apply(_requests, (server.port, path, span)) for _ in range(repeats)]
    (taken,) = seconds(lambda: list(graph.ask(WORD, object=guest).found), repeats=repeats)
    rate, own = statistics.median(rates), 1 / taken
    size = len(graph.snapshot.columns)
    # In process is the same question without HTTP: names, columns and answers, but no JSON.
    group = Group("Service", ("over HTTP", "in process", ""))
    shown = f"{rate:,.0f}/s", f"{own:,.0f}/s"
    return [Figure(group, "answer of five rows, rate", size, *shown, **at_least(0.5, rate / own))]


def _guest(graph: KnowledgeGraph) -> str:
    for id in graph.snapshot.columns.entities:
        if id.startswith("state-") and len(graph.ask(WORD, object=id).found) == ROWS:
            return id
    for id in graph.snapshot.columns.entities:
        if len(graph.ask(WORD, object=id).found) == ROWS:
            return id
    raise AssertionError(f"nobody is the object of {ROWS} answers to {WORD!r}")


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
