"""Clients that are slow, greedy or gone: they are let go of, and the service goes on."""

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.api.conftest import starter
from tests.api.services import Service

HOST = b"Host: localhost\r\n"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
LARGE = f"SELECT ?x {{ ?a ?b ?c . ?d ?e ?f BIND('{'x' * 2000}' AS ?x) }} LIMIT 10000"  # more than sockets hold
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="has one loopback address only, or no /proc")


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that waits for nobody longer than a second."""
    with starter(tmp_path_factory.mktemp("hurried")) as start:
        yield start(body_timeout=1, connections_each=20, query_timeout=20, query_workers=2, query_wait=5)


@contextlib.contextmanager
def connected(service: Service, *pieces: bytes, source: str = "127.0.0.1", pause: float = 0) -> Iterator[socket.socket]:
    address = ("127.0.0.1", service.port)
    with socket.create_connection(address, timeout=10, source_address=(source, 0)) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        yield connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the service closes it."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            found += piece
    return found


def answers(service: Service) -> bool:
    with service.client() as client:
        found = [client.get("/who/invites"), client.get("/sparql", params={"query": "ASK {}"})]
    return [f.status_code for f in found] == [200, 200]


def posted(query: str, length: int | None = None) -> bytes:
    body = query.encode()
    head = b"POST /sparql HTTP/1.1\r\n%sContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n"
    return head % (HOST, len(body) if length is None else length) + body


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [b"GET /health HT"],
        [b"GET /health HTTP/1.1\r\n", *[b"X: y\r\n"] * 40],
        [b"\r\n"] * 40,
        [b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n", *[b"\r\n"] * 40],
    ],
    ids=["silence", "half a line", "header by header", "empty lines", "empty lines after an answer"],
)
def test_a_head_that_does_not_come_ends_the_connection(hurried: Service, pieces: list[bytes]) -> None:
    began = time.monotonic()
    with connected(hurried, *pieces, pause=0.05) as connection:
        answer = rest(connection)
    assert time.monotonic() - began < 4
    assert b" 408 " in answer
    assert answers(hurried)


def test_a_head_without_end_is_refused(hurried: Service) -> None:
    with connected(hurried, b"GET /health HTTP/1.1\r\n", *[b"X: " + b"y" * 10_000 + b"\r\n"] * 100) as connection:
        answer = rest(connection)
    assert not answer or b" 431 " in answer
    assert answers(hurried)


@pytest.mark.parametrize("pieces", [[posted("ASK {", 7)], [posted("ASK ", 40), *[b" "] * 30]], ids=["cut", "trickle"])
def test_a_body_that_does_not_come_is_answered_with_408(hurried: Service, pieces: list[bytes]) -> None:
    began = time.monotonic()
    with connected(hurried, *pieces, pause=0.06) as connection:
        answer = rest(connection)
    assert time.monotonic() - began < 4
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body took longer than 1 seconds to come" in answer
    assert answers(hurried)


def test_a_body_in_pieces_that_comes_in_time_is_read(hurried: Service) -> None:
    whole = posted("ASK {}")
    pieces = [whole[i : i + 1] for i in range(len(whole))]
    with connected(hurried, *pieces, pause=0.005) as connection:
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("cut", [0, 10, -20, -3], ids=["before", "in the head", "in the body", "near its end"])
def test_a_connection_that_is_cut_leaves_nothing_behind(hurried: Service, cut: int) -> None:
    for _ in range(20):
        with connected(hurried, posted(ENDLESS)[:cut] if cut else b""):
            pass
    assert answers(hurried)
    assert "Traceback" not in hurried.log.read_text()


@linux
def test_a_query_whose_client_has_gone_is_ended(hurried: Service) -> None:
    assert answers(hurried)
    for source in ("127.0.0.2", "127.0.0.3"):  # of the two places one each
        with connected(hurried, posted(ENDLESS), source=source):
            time.sleep(0.3)
    began = time.monotonic()
    with connected(hurried, posted("ASK {}"), source="127.0.0.4") as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
    assert time.monotonic() - began < 5  # the start of a process, where the queries had twenty seconds
    assert "Traceback" not in hurried.log.read_text()


@linux
def test_an_answer_that_nobody_takes_is_let_go_of(hurried: Service) -> None:
    with connected(hurried, source="127.0.0.5") as idle:
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        idle.sendall(posted(LARGE))
        assert idle.recv(1)
        # What is not taken counts for its client, of whose queries one runs at a time here.
        with connected(hurried, posted("ASK {}"), source="127.0.0.5") as second:
            began = time.monotonic()
            assert second.recv(65_536).startswith(b"HTTP/1.1 200 ")
            assert 0.5 < time.monotonic() - began < 5
    assert answers(hurried)


@linux
def test_one_address_has_so_many_connections_and_others_have_theirs(hurried: Service) -> None:
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connected(hurried, source="127.0.0.6")) for _ in range(25)]
        time.sleep(0.2)
        assert answers(hurried)
        found = [rest(connection)[:12] for connection in held]
    assert found == [b"HTTP/1.1 408"] * 20 + [b"HTTP/1.1 503"] * 5
    with connected(hurried, posted("ASK {}"), source="127.0.0.6") as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


@linux
def test_a_flood_of_one_address_makes_only_itself_wait(hurried: Service) -> None:
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(connected(hurried, posted(ENDLESS), source="127.0.0.7")) for _ in range(18)]
        time.sleep(0.5)
        began = time.monotonic()
        for _ in range(50):
            with connected(hurried, posted("ASK {}"), source="127.0.0.8") as connection:
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 5
        assert flood[-1].recv(65_536).startswith(b"HTTP/1.1 429 ")
    assert answers(hurried)


@linux
@pytest.mark.slow
def test_the_service_does_not_grow_with_its_answers(hurried: Service) -> None:
    def resident() -> int:
        return int(Path(f"/proc/{hurried.process.pid}/statm").read_text().split()[1]) * 4096

    def ask(client: httpx2.Client) -> int:
        return len(client.get("/sparql", params={"query": LARGE}).content)

    with hurried.client() as client:
        size = ask(client)
        before = resident()
        assert {ask(client) for _ in range(4)} == {size}
    assert size > 20_000_000
    assert resident() < before + 2 * size + 20_000_000
