"""Queries that mean harm: they may fail, with a status that says so, and the service goes on.

The corpus is what is known to break SPARQL services: requests to other hosts, files, nesting and chains that overflow
the parser, products without end, answers without end, and all of them at once.
"""

import asyncio
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from starlette.testclient import TestClient

from api.queueing import FairQueue
from api.workers import Limits, MediaTypes, Workers
from graph import KnowledgeGraph
from graph.exceptions import QueryError, QueryRefusedError, QueryTooLargeError
from graph.policy import check_query
from graph.snapshot import Snapshot
from graph.sparql_text import nesting
from tests.api.services import NORLAND, client_of
from tests.effort import first

SECONDS, ROWS, BYTES = 1.0, 1000, 1_000_000
JSON, TURTLE = "application/sparql-results+json", "text/turtle"
LIMITS = Limits(5, 512, ROWS, BYTES, 65_536, 64)
TYPES = MediaTypes(JSON, JSON, TURTLE)
NUMBERS = " ".join(map(str, range(50)))
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


@pytest.fixture(scope="module")
def limited() -> Iterator[TestClient]:
    """The small cast behind narrow limits."""
    with client_of(
        NORLAND,
        query_timeout=SECONDS,
        query_memory=512,
        query_rows=ROWS,
        query_bytes=BYTES,
        query_workers=3,
        query_queue_each=2,
    ) as client:
        yield client


@pytest.fixture(scope="module")
def kg() -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph() as graph:
        graph.load(NORLAND)
        yield graph


def run(snapshot: Snapshot, limits: Limits, *queries: str) -> list[bytes | QueryError]:
    """What workers of these limits answer or raise, one after the other."""

    async def ask() -> list[bytes | QueryError]:
        workers = Workers(limits, FairQueue(2, waiting=4, waiting_each=4, seconds=30), update_seconds=5)
        found: list[bytes | QueryError] = []
        for query in queries:
            async with workers.turn("somebody") as turn:
                try:
                    found.append((await turn.run(snapshot, query, TYPES, union=True)).body)
                except QueryError as error:
                    found.append(error)
        await workers.close()
        return found

    return asyncio.run(ask())


def post(client: TestClient, query: str, accept: str = "*/*") -> httpx2.Response:
    return client.post(
        "/sparql", content=query.encode(), headers={"Content-Type": "application/sparql-query", "Accept": accept}
    )


def serves(client: TestClient) -> bool:
    """Whether queries are answered, a worker that had to be replaced included."""
    answer = post(client, "ASK { e:norland ?p ?o }")
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["boolean"])


# Other hosts and files

SERVICES = [
    "SELECT * { SERVICE %s { ?s ?p ?o } }",
    "SELECT * { service %s { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT %s { ?s ?p ?o } }",
    "SELECT*{SERVICE%s{?s ?p ?o}}",
    "SELECT*{?s ?p ?o.SERVICE%s{?s ?p ?o}}",
    "SELECT * { OPTIONAL { SERVICE %s { ?s ?p ?o } } }",
    "SELECT * { FILTER NOT EXISTS { SERVICE %s { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { { } UNION { SERVICE %s { ?s ?p ?o } } } } }",
    "SELECT * { BIND(%s AS ?u) SERVICE ?u { ?s ?p ?o } }",
    "ASK { SERVICE %s { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE %s { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE %s { ?s ?p ?o } }",
    # Escapes, resolved before everything else as the standard wants, or only in strings
    "SELECT * { \\u0053ERVICE %s { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE %s { ?s ?p ?o } }",
    "SELECT * { S\\u0045RVICE %s { ?s ?p ?o } }",
    'SELECT * { FILTER(?x = "\\u0022") SERVICE %s { ?s ?p ?o } FILTER(?y = "\\u0022") }',
    "SELECT * { # \\u000A SERVICE %s { ?s ?p ?o } \n }",
    # Comments, which end with either end of line
    "SELECT * { # x \r SERVICE %s { ?s ?p ?o } \n }",
    "SELECT * { # x \n SERVICE # y \n %s { ?s ?p ?o } }",
    # Signs that look like an IRI, a string or a name and are none
    "SELECT * { FILTER(1<?a&&'>'='x') SERVICE %s { ?s ?p ?o } FILTER('x'='y') }",
    "SELECT * { ?s <a:#> ?o . SERVICE %s { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE %s { ?s ?p ?o } }",
    # What rdflib's parser does not read
    "SELECT * { ?s ?p ?o LATERAL { SERVICE %s { ?s ?p ?o } } }",
    "SELECT * { ?s ?p <<( ?a ?b ?c )>> . SERVICE %s { ?s ?p ?o } }",
]
HARMLESS = [
    "ASK { BIND('SERVICE <http://a.example/> { ?s ?p ?o }' AS ?x) }",
    'ASK { BIND("""SERVICE <http://a.example/>""" AS ?x) }',
    "ASK { # SERVICE <http://a.example/>\n }",
    "ASK { FILTER NOT EXISTS { ?service <http://a.example/service#service> e:service } }",
    "PREFIX service: <http://a.example/> ASK { FILTER NOT EXISTS { ?s service:service ?o } }",
]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what was asked of it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(100))

        threading.Thread(target=listen, daemon=True).start()
        yield f"<http://127.0.0.1:{server.getsockname()[1]}/>", heard
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("template", SERVICES)
def test_no_query_reaches_another_host(norland: TestClient, listener: tuple[str, list[bytes]], template: str) -> None:
    address, heard = listener
    answer = post(norland, template % address)
    assert answer.status_code in (400, 403), answer.text
    assert heard == []


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_service_may_stand_in_strings_names_and_comments(norland: TestClient, query: str) -> None:
    answer = post(norland, query)
    assert (answer.status_code, answer.json().get("boolean")) == (200, True), answer.text


@pytest.mark.parametrize("query", ["SELECT * { SERVICE", "SELECT * { ?s a service }", "SERVICE", "ASK { # service\n"])
def test_the_word_service_in_what_is_no_query_is_a_mistake_like_others(norland: TestClient, query: str) -> None:
    answer = post(norland, query)
    assert (answer.status_code, answer.json()["detail"][:9]) == (400, "error at ")


def test_the_message_says_that_service_is_not_allowed(norland: TestClient) -> None:
    answer = post(norland, SERVICES[0] % "<http://a.example/>")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "SERVICE is not allowed here: no query leaves this service",
    )


def test_behind_the_policy_the_kernel_refuses_the_network(
    kg: KnowledgeGraph, listener: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The engine itself, asked in a process that gave up its network, without the policy before it.
    address, heard = listener
    program = """
import sys, threading
from api.seclusion import give_up_network
from graph.stores import EmbeddedStore
from pathlib import Path
refused = give_up_network()
def ask():
    try:
        EmbeddedStore(Path(sys.argv[1]), "http://a.example/").answer(sys.argv[2])
    except Exception as error:
        print(refused, type(error).__name__)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
"""
    query = f"SELECT * {{ SERVICE {address} {{ ?s ?p ?o }} }}"
    path = str(kg.snapshot.path / "db")
    done = subprocess.run(
        [sys.executable, "-c", program, path, query], capture_output=True, text=True, check=True, timeout=30
    )
    if done.stdout.startswith("False"):
        pytest.skip("this system cannot refuse sockets to a process")
    assert done.stdout.strip() == "True QueryError"
    assert heard == []


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
@pytest.mark.parametrize("place", ["%s", "<file:///etc/hostname>", "<file:///etc/passwd>"])
def test_from_fetches_nothing(norland: TestClient, listener: tuple[str, list[bytes]], clause: str, place: str) -> None:
    address, heard = listener
    where = "{ GRAPH ?g { ?s ?p ?o } }" if "NAMED" in clause else "{ ?s ?p ?o }"
    answer = post(norland, f"SELECT * {clause} {place.replace('%s', address)} {where}")
    assert (answer.status_code, answer.json()["results"]["bindings"]) == (200, [])
    assert heard == []


# Depth and length

Maker = Callable[[int], str]
NESTED: dict[str, Maker] = {
    "groups": lambda n: "SELECT * " + "{" * n + "}" * n,
    "parentheses": lambda n: f"SELECT * {{ FILTER({'(' * n}1{')' * n}) }}",
    "path parentheses": lambda n: f"SELECT * {{ ?s {'(' * n}<a:b>{')' * n} ?o }}",
    "collections": lambda n: f"SELECT * {{ {'(' * n}1{')' * n} ?p ?o }}",
    "blank nodes": lambda n: f"SELECT * {{ ?s ?p {'[<a:b> ' * n}1{']' * n} }}",
    "negations": lambda n: f"SELECT * {{ FILTER({'!' * n}true) }}",
    "minus signs": lambda n: f"SELECT * {{ FILTER({'- ' * n}1) }}",
    "plus signs": lambda n: f"SELECT * {{ FILTER({'+ ' * n}1) }}",
    "inverses": lambda n: f"SELECT * {{ ?s {'^' * n}<a:b> ?o }}",
    "inverse groups": lambda n: f"SELECT * {{ ?s {'^(' * n}<a:b>{')' * n} ?o }}",
    "subselects": lambda n: "SELECT * {" * n + "?s ?p ?o" + "}" * n,
    "optionals within": lambda n: f"SELECT * {{ {'OPTIONAL{' * n}?s ?p ?o{'}' * n} }}",
    "exists": lambda n: f"SELECT * {{ {'FILTER EXISTS{' * n}?s ?p ?o{'}' * n} }}",
    "functions": lambda n: f"SELECT * {{ FILTER({'STR(' * n}1{')' * n}) }}",
    "graphs": lambda n: f"SELECT * {{ {'GRAPH ?g{' * n}?s ?p ?o{'}' * n} }}",
    "minus within": lambda n: f"SELECT * {{ {'?s ?p ?o MINUS{' * n}?s ?p ?o{'}' * n} }}",
    "triple terms": lambda n: f"SELECT * {{ ?s ?p {'<<( ?s ?p ' * n}1{' )>>' * n} }}",
    "aggregates": lambda n: f"SELECT ({'(' * n}COUNT(*){')' * n} AS ?n) {{}}",
    "in lists": lambda n: f"SELECT * {{ FILTER({'1 IN (' * n}1{')' * n}) }}",
    "behind a less-than sign": lambda n: f"SELECT * {{ FILTER((1<{'(' * n}1{')' * n})&&(2>1)) }}",
    "reified triples": lambda n: f"SELECT * {{ {'<< ' * n}?s ?p ?o{' >> ?p ?o' * n} }}",
}
CHAINED: dict[str, Maker] = {
    "path sequence": lambda n: f"SELECT * {{ ?s {'/'.join(['<a>'] * n)} ?o }}",
    "path alternatives": lambda n: f"SELECT * {{ ?s {'|'.join(['<a>'] * n)} ?o }}",
    "or": lambda n: f"SELECT * {{ FILTER({'||'.join(['1'] * n)}) }}",
    "and": lambda n: f"SELECT * {{ FILTER({'&&'.join(['1'] * n)}) }}",
    "sums": lambda n: f"SELECT * {{ FILTER({'+'.join(['1'] * n)}) }}",
    "differences": lambda n: f"SELECT * {{ FILTER({'-'.join(['1'] * n)}) }}",
    "unions": lambda n: f"SELECT * {{ {'UNION'.join(['{?s ?p ?o}'] * n)} }}",
    "optionals": lambda n: f"SELECT * {{ {'OPTIONAL{?s ?p ?o}' * n} }}",
    "minus": lambda n: f"SELECT * {{ ?s ?p ?o {'MINUS{?s ?p ?o}' * n} }}",
    "groups": lambda n: f"SELECT * {{ {'{?s ?p ?o}' * n} }}",
    "filters": lambda n: f"SELECT * {{ {'FILTER(1)' * n} }}",
    "bindings": lambda n: f"SELECT * {{ {''.join(f'BIND(1 AS ?a{i})' for i in range(n))} }}",
    "values": lambda n: f"SELECT * {{ VALUES ?x {{{'1 ' * n}}} }}",
    "triples": lambda n: f"SELECT * {{ {'?s ?p ?o.' * n} }}",
    "expressions": lambda n: f"SELECT {''.join(f'(1 AS ?a{i})' for i in range(n))} {{}}",
    "in": lambda n: f"SELECT * {{ FILTER(1 IN ({','.join(['1'] * n)})) }}",
    "arguments": lambda n: f"SELECT * {{ FILTER(CONCAT({','.join(['1'] * n)}) = '') }}",
    "graphs": lambda n: f"SELECT * {{ {'GRAPH<a:b>{}' * n} }}",
    "template": lambda n: f"CONSTRUCT {{ {'?s ?p ?o.' * n} }} WHERE {{ ?s ?p ?o }}",
    "prologue": lambda n: "PREFIX a: <a:> " * n + "ASK {}",
    "order": lambda n: f"SELECT * {{ ?s ?p ?o }} ORDER BY {'?s ' * n}",
    "stars": lambda n: f"SELECT * {{ ?s <a:b>{'*' * n} ?o }}",
}
EXPECTED = (200, 400, 403, 422, 503)


def longest(maker: Maker, characters: int = 65_000) -> str:
    """The longest query of its kind that is read."""
    unit = (len(maker(1001)) - len(maker(1))) / 1000
    return maker(int((characters - len(maker(1))) / unit))


@pytest.mark.parametrize("maker", NESTED.values(), ids=NESTED)
def test_deep_nesting_is_refused_before_the_engine_sees_it(limited: TestClient, maker: Maker) -> None:
    if maker not in (NESTED["behind a less-than sign"], NESTED["reified triples"]):
        for depth in (65, 500):
            with pytest.raises(QueryRefusedError, match=r"nested \d+ deep, at most 64 are read"):
                check_query(maker(depth), max_length=1_000_000, max_depth=64)
    answer = post(limited, maker(1000))
    assert answer.status_code in EXPECTED
    assert serves(limited)


@pytest.mark.parametrize("maker", [m for m in NESTED.values() if m is not NESTED["reified triples"]])
def test_reasonable_nesting_is_read(maker: Maker) -> None:
    check_query(maker(20), max_length=65_536, max_depth=64)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("ASK { ?s ?p ((1) (2)) }", 3),
        ("ASK { BIND('((((' AS ?x) } # ((((", 2),
        ('ASK { BIND("""(" (("\n(""" AS ?x) }', 2),
        ("ASK { <http://a.example/((((> ?p '\\'((((' }", 1),
        ("ASK { ?s ?p 1, 2, 3 . ?s !(a|^a) ?o }", 2),
    ],
)
def test_brackets_count_only_where_they_are_brackets(text: str, depth: int) -> None:
    assert nesting(text) == depth


def test_what_is_too_long_is_refused(limited: TestClient) -> None:
    answer = post(limited, "ASK {} #" + "x" * 65_536)
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "the query has 65544 characters, at most 65536 are read",
    )


@pytest.mark.parametrize("kind", first(2, ["path sequence", "or", "optionals", "groups", "values", "template"]))
def test_long_chains_end_at_the_latest_with_the_deadline(limited: TestClient, kind: str) -> None:
    assert serves(limited)  # there is a process that is warm
    began = time.monotonic()
    answer = post(limited, longest(CHAINED[kind]))
    assert answer.status_code in EXPECTED, answer.text
    assert time.monotonic() - began < SECONDS + 1
    assert serves(limited)


@pytest.mark.slow
@pytest.mark.parametrize("maker", CHAINED.values(), ids=CHAINED)
def test_every_chain_of_the_greatest_length_is_survived(limited: TestClient, maker: Maker) -> None:
    assert serves(limited)  # there is a process that is warm
    began = time.monotonic()
    answer = post(limited, longest(maker))
    assert answer.status_code in EXPECTED, answer.text
    assert "broke the engine" not in answer.text
    assert time.monotonic() - began < SECONDS + 1
    assert serves(limited)


@pytest.mark.slow
@pytest.mark.parametrize("maker", [*NESTED.values(), *CHAINED.values()], ids=[*NESTED, *CHAINED])
def test_the_stack_holds_what_the_policy_would_refuse(kg: KnowledgeGraph, maker: Maker) -> None:
    found = run(kg.snapshot, Limits(SECONDS, 2048, ROWS, 10_000_000, 65_536, 10**6), longest(maker))
    assert "broke the engine" not in str(found)


# Time, memory, size


@pytest.mark.parametrize(
    "query",
    [
        ENDLESS,
        "SELECT (COUNT(*) AS ?n) { ?a (<a:b>|!<a:b>)* ?b . ?c (<a:b>|!<a:b>)* ?d . ?e (<a:b>|!<a:b>)* ?f }",
        f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?v{i} {{ {NUMBERS} }}' for i in range(9))} }}",
        "SELECT (MAX(?x) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . BIND(SHA512(STR(?c)) AS ?x) }",
    ],
)
def test_a_query_without_end_is_ended_at_the_deadline(limited: TestClient, query: str) -> None:
    assert serves(limited)
    began = time.monotonic()
    answer = post(limited, query)
    took = time.monotonic() - began
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["detail"] == "the query took longer than 1 seconds and was ended"
    assert SECONDS <= took < SECONDS + 0.5
    assert serves(limited)


def test_a_query_that_needs_too_much_memory_is_ended_alone(kg: KnowledgeGraph) -> None:
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i LIMIT 1"
    ended, answer = run(kg.snapshot, Limits(30, 256, ROWS, BYTES, 65_536, 64), product, "ASK {}")
    assert isinstance(ended, QueryTooLargeError)
    assert "memory" in str(ended)
    assert answer == b'{"head":{},"boolean":true}'


@pytest.mark.parametrize("accept", [JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"])
@pytest.mark.parametrize("value", ["1", "'}'", "'</result>'", "'\\n'", "UNDEF"])
def test_rows_are_capped_exactly_and_never_cut(limited: TestClient, accept: str, value: str) -> None:
    for rows, status in ((ROWS, 200), (ROWS + 1, 422)):
        answer = post(limited, f"SELECT ?x {{ VALUES ?x {{ {f'{value} ' * rows} }} }}", accept)
        assert answer.status_code == status
    assert answer.json()["detail"] == "more than 1000 rows: add LIMIT, or ask for less"


def test_triples_are_capped_exactly(limited: TestClient) -> None:
    template = "CONSTRUCT {{ <a:a> <a:b> ?x }} {{ VALUES ?x {{ {} }} }}"
    for rows, status in ((ROWS, 200), (ROWS + 1, 422)):
        query = template.format(" ".join(map(str, range(rows))))
        assert post(limited, query, "application/n-triples").status_code == status


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("SELECT ('%s' AS ?x) {}", "text/tab-separated-values"),
        ("CONSTRUCT { <a:a> <a:b> ?x } { BIND('%s' AS ?x) }", "application/n-triples"),
    ],
)
def test_bytes_are_capped_exactly(query: str, accept: str) -> None:
    with client_of(NORLAND, query_bytes=2000) as client:
        spare = 2000 - len(post(client, query % "", accept).content)
        for length, status in ((spare, 200), (spare + 1, 422)):
            answer = post(client, query % ("x" * length), accept)
            assert answer.status_code == status
        assert answer.json()["detail"] == "the answer is longer than 2000 bytes: add LIMIT, or ask for less"


@pytest.mark.parametrize("form", first(1, ["SELECT ?x40", "CONSTRUCT { <a:a> <a:b> ?x40 }", "ASK"]))
def test_values_that_grow_are_ended(limited: TestClient, form: str) -> None:
    double = "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(40))
    answer = post(limited, f"{form} {{ BIND('xxxxxxxx' AS ?x0) {double} FILTER(STRLEN(?x40) > 0) }}")
    assert answer.status_code in (422, 503), answer.text
    assert serves(limited)


# Many at once


@pytest.mark.slow
def test_too_many_at_once_are_told_to_come_back_and_the_rest_stays_quick(limited: TestClient) -> None:
    assert serves(limited)
    limited.get("/who/invites")
    with ThreadPoolExecutor(8) as pool:
        queries = [pool.submit(post, limited, ENDLESS) for _ in range(8)]
        time.sleep(0.2)
        slowest = 0.0
        for _ in range(20):
            began = time.monotonic()
            assert limited.get("/who/invites").status_code == 200
            slowest = max(slowest, time.monotonic() - began)
        answers = [q.result() for q in queries]
    assert slowest < 0.4
    # Of three places one client takes two; two wait, and are ended at their own deadline.
    statuses = sorted(a.status_code for a in answers)
    # What was ended a moment ago counts until there is another process in its place.
    assert statuses in ([429] * n + [503] * (8 - n) for n in (4, 5, 6))
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.json()["detail"] == "2 queries from your address are waiting already: come back in 1 second"
    assert all(int(a.headers["retry-after"]) > 0 for a in answers)
    assert serves(limited)


def test_a_process_that_was_killed_between_two_queries_is_replaced(kg: KnowledgeGraph) -> None:
    async def ask() -> None:
        workers = Workers(LIMITS, FairQueue(1, waiting=4, waiting_each=4, seconds=30), update_seconds=5)
        async with workers.turn("somebody") as turn:
            for _ in range(3):
                assert (await turn.run(kg.snapshot, "ASK {}", TYPES, union=True)).body == b'{"head":{},"boolean":true}'
                process = await workers.readers.take()
                os.kill(process.number, signal.SIGKILL)
                await asyncio.to_thread(process._process.wait, 5)
                workers.readers.give(process)
        await workers.close()

    asyncio.run(ask())


@pytest.mark.slow
def test_processes_are_kept_from_query_to_query_also_after_a_long_one(kg: KnowledgeGraph) -> None:
    async def ask() -> bool:
        limits = dataclasses.replace(LIMITS, seconds=30, memory=2048)
        workers = Workers(limits, FairQueue(1, waiting=4, waiting_each=4, seconds=30), update_seconds=5)
        used = set()
        product = "{ SELECT ?c { ?a ?b ?c . ?d ?e ?f } LIMIT 500000 }"
        slow = f"SELECT (MAX(?x) AS ?n) {{ {product} BIND(SHA512(STR(?c)) AS ?x) }}"
        for query in ("ASK {}", slow, "ASK {}", "ASK {}"):
            async with workers.turn("somebody") as turn:
                await turn.run(kg.snapshot, query, TYPES, union=True)
            process = await workers.readers.take()  # the one that answered, or one that has just become warm
            used.add(process)
            workers.readers.give(process)
        kept = all(process.is_alive for process in used)
        await workers.close()
        return kept

    assert asyncio.run(ask())
