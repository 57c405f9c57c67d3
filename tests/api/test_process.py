"""The service as a process: sockets, signals, other processes that write. Nothing is left behind, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from api.settings import Settings
from tests.api.services import NORLAND, ROOT, TALKS, Service, Start
from tests.effort import first

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
HOST = b"Host: localhost\r\nConnection: close\r\n"
SPARQL = b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/sparql-query\r\n"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def status(answer: bytes) -> int:
    """The status of a raw answer."""
    return int(answer.split(b" ", 2)[1])


def is_running(number: int) -> bool:
    """Whether a process runs, one that has ended and waits to be noticed left out."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(numbers: list[int], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(is_running, numbers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_running, numbers))


def test_odd_requests_are_refused_and_the_service_goes_on(running: Service) -> None:
    for request, statuses in (
        (b"GET /entities?q=" + b"a" * 10_000_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {400, 414, 431}),
        (b"GET /entities?q=" + b"a" * 61_420 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {422}),
        (b"GET /" + b"%2e%2e/" * 5000 + b"etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (b"GET /entities/%FF HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404}),
        (b"GET /entities/%00 HTTP/1.1\r\n" + HOST + b"\r\n", {404}),
        (b"GET /entities?q=%FF HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
        (b"GET /entities?q=\xff HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
        (b"GET /entities?q=a#b HTTP/1.1\r\n" + HOST + b"\r\n", {200, 400}),
        (b"GET http://evil.example/health HTTP/1.1\r\n" + HOST + b"\r\n", {200, 400, 404}),
        (b"GET /health HTTP/1.1\r\n" + HOST + b"Accept: " + b"a/b," * 10_000 + b"\r\n\r\n", {200, 400, 431}),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Accept: " + b";q=" * 5_000 + b"\r\n\r\n", {400, 406, 431}),
        (b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n", {400, 405}),
        (b"nonsense\r\n\r\n", {400}),
        (SPARQL + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
        (b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", {400}),
        (SPARQL + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, {413}),
    ):
        answer = running.raw(request)
        # A server that hangs up on ten megabytes may take the answer with it.
        assert (status(answer) in statuses) if answer else len(request) > 1_000_000, (request[:60], answer[:200])
    with running.client() as client:
        assert client.get("/health").json()["status"] == "ok"


def test_a_body_without_length_is_read_up_to_its_bound(running: Service) -> None:
    head = (
        b"POST /sparql HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    small = running.raw(head, b"3\r\nASK\r\n", b"3\r\n {}\r\n", b"0\r\n\r\n")
    assert status(small) == 200
    assert b'"boolean":true' in small
    chunk = b"10000\r\n" + b"#" * 65_536 + b"\r\n"
    large = running.raw(head, *[chunk] * 40)
    assert not large or status(large) == 413
    with running.client() as client:
        assert client.get("/health").status_code == 200


def test_head_sends_no_body_and_keeps_the_connection(running: Service) -> None:
    for path in (b"/health", b"/statements", b"/nowhere", b"/entities/nobody", b"/docs", b"/sparql?query=ASK%7B%7D"):
        request = b" %s HTTP/1.1\r\nHost: localhost\r\n" % path
        # Had the first answer a body, it would stand before the second answer.
        answer = running.raw(b"HEAD" + request + b"\r\n", b"HEAD" + request + b"Connection: close\r\n\r\n")
        first, _, second = answer.partition(b"\r\n\r\n")
        assert second.startswith(b"HTTP/1.1 ")
        assert second.endswith(b"\r\n\r\n")
        length = [line for line in first.lower().split(b"\r\n") if line.startswith(b"content-length")]
        assert int(length[0].split(b":")[1]) > 0


@pytest.mark.slow
@linux
def test_a_term_signal_ends_the_service_while_queries_run(service: Start) -> None:
    running = service(query_timeout=2, query_queue=4)
    with running.client() as client:
        client.get("/sparql", params={"query": "ASK {}"})
    workers = running.children()
    assert workers

    def ask() -> int:
        with running.client() as client:
            try:
                return client.get("/sparql", params={"query": ENDLESS}).status_code
            except httpx2.HTTPError:
                return 0

    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(ask) for _ in range(5)]
        time.sleep(0.5)
        began = time.monotonic()
        assert running.end() == 0
        took = time.monotonic() - began
        assert {a.result() for a in asked} == {503}  # each is told, none is cut off
    assert took < 2 + 1.5  # the deadline of the query that runs, and time to end
    assert wait_for_end(workers)
    assert "Traceback" not in running.log.read_text()


@linux
@pytest.mark.parametrize("how", first(1, [signal.SIGTERM, signal.SIGINT]))
def test_an_idle_service_ends_at_once(service: Start, how: signal.Signals) -> None:
    running = service()
    workers = running.children()
    began = time.monotonic()
    assert running.end(how) == 0
    assert time.monotonic() - began < Settings().query_timeout  # it waits longer for queries that run
    assert wait_for_end(workers)


@linux
def test_a_service_that_is_killed_leaves_no_process_behind(service: Start) -> None:
    running = service(query_timeout=600)
    client = running.client()
    client.get("/sparql", params={"query": "ASK {}"})
    workers = running.children()

    def ask() -> None:
        try:
            client.get("/sparql", params={"query": ENDLESS})
        except httpx2.HTTPError:
            return

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.5)  # one of the workers counts for ever now
    running.end(signal.SIGKILL)
    asking.join()
    client.close()
    assert workers
    assert wait_for_end(workers)


@pytest.mark.slow
@linux
def test_a_worker_that_dies_while_it_answers_is_replaced(service: Start) -> None:
    running = service(query_timeout=30)
    with running.client() as client, ThreadPoolExecutor(1) as pool:
        client.get("/sparql", params={"query": "ASK {}"})
        before = running.children()
        asked = pool.submit(client.get, "/sparql", params={"query": ENDLESS})
        time.sleep(0.5)
        for number in before:
            os.kill(number, signal.SIGKILL)
        assert asked.result().status_code == 422
        again = [client.get("/sparql", params={"query": "ASK {}"}).status_code for _ in range(3)]
        assert again[-1] == 200


def load(store: Path, data: Path) -> None:
    """Loads a data set by a process of its own."""
    program = "import sys; from graph import KnowledgeGraph; KnowledgeGraph(sys.argv[1]).load(sys.argv[2])"
    subprocess.run([sys.executable, "-c", program, str(store), str(data)], check=True, cwd=ROOT, timeout=60)


@pytest.mark.slow
def test_what_another_process_writes_is_answered_and_no_answer_mixes_two_states(service: Start, tmp_path: Path) -> None:
    store = tmp_path / "store"
    running = service(store=store)
    seen: set[tuple[int, int]] = set()
    stop = threading.Event()

    def read() -> None:
        with running.client() as client:
            while not stop.is_set():
                body = client.get("/statements", params={"limit": 1000}).json()
                assert len(body["items"]) == body["total"]
                rows = client.get("/sparql", params={"query": "SELECT ?s { ?s rdf:predicate ?r }"}).json()["results"][
                    "bindings"
                ]
                seen.add((body["revision"], body["total"]))
                assert len(rows) in (18, 64)

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        time.sleep(0.3)
        load(store, TALKS)
        with running.client() as client:
            health = client.get("/health").json()  # an answered write is visible at once
            assert health["statements"] == 64
        time.sleep(0.3)
        stop.set()
        for reader in readers:
            reader.result()
    assert len(seen) == 2
    assert {total for _, total in seen} == {18, 64}
    assert running.end() == 0
    again = service(data="none", store=store)
    with again.client() as client:
        assert client.get("/health").json() == health  # nothing that was answered is lost


def test_the_log_is_one_object_a_line_without_query_strings(running: Service) -> None:
    with running.client() as client:
        answer = client.get("/entities", params={"q": "a private question"})
    found = None
    began = time.monotonic()
    while found is None and time.monotonic() - began < 10:  # the line may come after the answer
        lines = running.log.read_text().splitlines()
        logged = [json.loads(line) for line in lines if line.startswith("{")]
        found = next((e for e in logged if e.get("request") == answer.headers["x-request-id"]), None)
    assert found is not None
    assert found["message"] == "request"
    assert (found["method"], found["path"], found["status"]) == ("GET", "/entities", 200)
    assert found["bytes"] == len(answer.content)
    assert "private" not in "".join(lines)


def test_the_service_starts_with_the_factory_too(tmp_path: Path) -> None:
    program = "from api.app import create_app; app = create_app(); print(app.title)"
    environment = os.environ | {"TERTIUS_DATA": str(NORLAND), "TERTIUS_STORE": str(tmp_path / "store")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "Tertius\n"
    assert not (tmp_path / "store").exists()  # nothing is opened before it starts
