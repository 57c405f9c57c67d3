"""Queries that are small and ask for much: products, paths, patterns and values without end.

Each gets its status, in time, and the service goes on; `test_hostile_queries` has those that are deep or long.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.services import NORLAND, client_of
from tests.api.test_hostile_queries import ROWS, post, serves
from tests.effort import first

SECONDS = 0.5
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l ."
DOUBLED = "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(40))
REPLACED = "".join(f"BIND(REPLACE(?x{i}, 'a', 'aa') AS ?x{i + 1}) " for i in range(40))
ONES = "1 " * 16_000
MUCH, READ = {422, 503}, {200}
GREEDY: dict[str, tuple[str, set[int]]] = {
    "order over a product": (f"SELECT * {{ {PRODUCT} }} ORDER BY ?c ?f ?i LIMIT 1", MUCH),
    "distinct over a product": (f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {PRODUCT} }}", MUCH),
    "groups of a product": (f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {PRODUCT} }} GROUP BY ?a ?d ?g ?j", MUCH),
    "all of a product in one string": (f"SELECT (GROUP_CONCAT(?c) AS ?n) {{ {PRODUCT} }}", MUCH),
    "a graph from a product": (f"CONSTRUCT {{ ?a ?e ?i . ?d ?h ?c }} {{ {PRODUCT} }}", MUCH),
    "rows of a product": (f"SELECT * {{ {PRODUCT} }}", MUCH),
    "a product with itself in subqueries": (
        f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT * {{ {PRODUCT} }} }} {{ SELECT * {{ ?m ?n ?o }} }} }}",
        MUCH,
    ),
    "paths between all": ("SELECT (COUNT(*) AS ?n) { ?a (!<a:b>)* ?b . ?c (!<a:b>)+ ?d . ?e (!<a:b>)* ?f }", MUCH),
    "nested paths": ("SELECT (COUNT(*) AS ?n) { ?a (((!<a:b>)*)*/((^<a:b>)*)*)* ?b . ?c !<a:b> ?d }", MUCH | READ),
    "a pattern that backtracks": (f"ASK {{ BIND('{'a' * 5000}b' AS ?x) FILTER REGEX(?x, '^(a+)+$') }}", READ),
    "a pattern that counts": ("ASK { FILTER REGEX('aaaa', '((a{1,999}){1,999}){1,999}') }", READ | MUCH),
    "strings that double": (f"SELECT ?x40 {{ BIND('aaaaaaaa' AS ?x0) {DOUBLED} }}", MUCH),
    "strings that double by replacing": (f"SELECT ?x40 {{ BIND('aaaaaaaa' AS ?x0) {REPLACED} }}", MUCH),
    "a giant literal": (f"SELECT ('{'x' * 65_000}' AS ?x) {{}}", READ),
    "a giant number": (f"SELECT ({'9' * 30_000} * {'9' * 30_000} AS ?x) {{}}", READ | MUCH | {400}),
    "giant values": (f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {ONES} }} VALUES ?y {{ {ONES} }} }}", READ | MUCH),
    "a giant list": (f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c FILTER(?c IN ({','.join(['1'] * 30_000)})) }}", READ | MUCH),
    "everything described": ("DESCRIBE ?s { ?s ?p ?o }", MUCH | READ),
    "numbers at random": (f"SELECT (MAX(?r) AS ?m) {{ {PRODUCT} BIND(RAND() AS ?r) }}", MUCH),
    "an update sent as a query": ("LOAD <http://127.0.0.1:9/>", {400}),
    "a deletion sent as a query": ("DELETE WHERE { ?s ?p ?o }", {400}),
}  # fmt: skip


@pytest.fixture(scope="module")
def limited() -> Iterator[TestClient]:
    with client_of(NORLAND, query_timeout=SECONDS, query_memory=512, query_rows=ROWS, query_bytes=1_000_000) as client:
        yield client


@pytest.mark.parametrize(("query", "statuses"), first(4, GREEDY.values()), ids=GREEDY)
def test_each_gets_its_status_in_time_and_the_service_goes_on(
    limited: TestClient, query: str, statuses: set[int]
) -> None:
    assert serves(limited)  # there is a process that is warm
    began = time.monotonic()
    answer = post(limited, query)
    took = time.monotonic() - began
    assert answer.status_code in statuses, answer.text[:500]
    assert "broke the engine" not in answer.text[:500]
    assert took < SECONDS + 1  # half a second, and as much for machines that are busy
    assert serves(limited)
    assert limited.get("/who/invites").status_code == 200


@pytest.mark.parametrize("clause", ["FROM <%s>", "FROM NAMED <%s>"])
def test_from_reads_no_file(limited: TestClient, tmp_path: Path, clause: str) -> None:
    file = tmp_path / "secret.ttl"
    file.write_text("<a:secret> <a:is> <a:here> .")
    query = f"SELECT * {clause % file.as_uri()} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    answer = post(limited, query)
    assert (answer.status_code, answer.json()["results"]["bindings"]) == (200, [])
