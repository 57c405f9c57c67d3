"""The 34 cases of the W3C's suite for the SPARQL 1.1 Protocol, by name, whose requests it tells in prose."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import httpx2
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF
from starlette.testclient import TestClient

from tests.api.services import BEARER, ORDINARY, client_of
from tests.conformance.manifests import ABSENT, folder, names

ONE, TWO, THREE, TEST = (f"http://a.example/{name}" for name in ("data1.rdf", "data2.rdf", "data3.rdf", "test/"))
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
ROWS, TRUTH = {JSON, XML, "text/csv", "text/tab-separated-values"}, {JSON, XML}
TRIPLES = {"text/turtle", "application/rdf+xml", "application/n-triples"}
DATA = "".join(f"GRAPH <{g}> {{ <{g}> a <a:Document> }} " for g in (ONE, TWO, THREE))
DEFAULTS, NAMED = ([(f"{kind}-graph-uri", g) for g in (ONE, TWO)] for kind in ("default", "named"))
FULL = [("default-graph-uri", THREE), *NAMED]
IN_DEFAULT = f"ASK {{ <{ONE}> a ?type . <{TWO}> a ?type FILTER NOT EXISTS {{ <{THREE}> a ?type }} }}"
IN_NAMED = f"ASK {{ GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }} }}"
IN_BOTH = f"ASK {{ <{THREE}> a ?type GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }} }}"
FROM_ELSEWHERE = IN_DEFAULT.replace("ASK", f"ASK FROM <{THREE}>")

EMPTY = "ASK { FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"


@dataclass(frozen=True)
class Case:
    """A request, the types that its answer may have, and an ASK that is true afterwards."""

    method: str = "POST"
    address: str = "/sparql"
    body: str | bytes = ""
    type: str | None = None
    wanted: int = 200
    types: frozenset[str] | set[str] = frozenset()
    then: str = ""


def with_(graphs: list[tuple[str, str]], address: str = "/sparql") -> str:
    return f"{address}?{urlencode(graphs)}"


def asked(query: str, graphs: list[tuple[str, str]] | None = None) -> str:
    return f"/sparql?{urlencode([('query', query), *(graphs or [])])}"


def copied(using: list[tuple[str, str]], pattern: str, found: str) -> Case:
    """An update that notes what its pattern sees, under the dataset of its request."""
    update = (
        f"DROP ALL ; INSERT DATA {{ {DATA} }} ; INSERT {{ GRAPH <{TEST}> {{ ?s a:in ?in }} }} WHERE {{ {pattern} }}"
    )
    nothing = f"FILTER NOT EXISTS {{ GRAPH <{TEST}> {{ <{THREE}> ?p ?o }} }}"
    return Case(
        address=with_(using), body=f"PREFIX a: <a:> {update}", type=UPDATE,
        then=f"ASK {{ GRAPH <{TEST}> {{ {found} }} {nothing} }}",
    )  # fmt: skip


SEEN = "?s a a:Document BIND('default' AS ?in)"
SEEN_BY_NAME = "GRAPH ?g { ?s a a:Document } BIND(?g AS ?in)"

CASES = {
    "query_post_form": Case(body=f"query={quote('ASK {}')}", type=FORM, types=TRUTH),
    "query_dataset_default_graphs_get": Case("GET", asked(IN_DEFAULT, DEFAULTS), types=TRUTH),
    "query_dataset_default_graphs_post": Case("POST", with_(DEFAULTS), IN_DEFAULT, QUERY, types=TRUTH),
    "query_dataset_named_graphs_get": Case("GET", asked(IN_NAMED, NAMED), types=TRUTH),
    "query_dataset_named_graphs_post": Case("POST", with_(NAMED), IN_NAMED, QUERY, types=TRUTH),
    "query_dataset_full": Case("POST", with_(FULL), IN_BOTH, QUERY, types=TRUTH),
    "query_multiple_dataset": Case("POST", with_(DEFAULTS), FROM_ELSEWHERE, QUERY, types=TRUTH),
    "query_get": Case("GET", asked("ASK {}"), types=TRUTH),
    "query_post_direct": Case(body="ASK {}", type=QUERY, types=TRUTH),
    "query_content_type_select": Case(body="SELECT (1 AS ?value) {}", type=QUERY, types=ROWS),
    "query_content_type_ask": Case(body="ASK {}", type=QUERY, types=TRUTH),
    "query_content_type_describe": Case(body=f"DESCRIBE <{ONE}>", type=QUERY, types=TRIPLES),
    "query_content_type_construct": Case(body="CONSTRUCT { <s> <p> 1 } WHERE {}", type=QUERY, types=TRIPLES),
    "update_dataset_default_graph": copied([("using-graph-uri", ONE)], SEEN, f"<{ONE}> <a:in> 'default'"),
    "update_dataset_default_graphs": copied(
        [("using-graph-uri", ONE), ("using-graph-uri", TWO)], SEEN,
        f"<{ONE}> <a:in> 'default' . <{TWO}> <a:in> 'default'",
    ),
    "update_dataset_named_graphs": copied(
        [("using-named-graph-uri", ONE), ("using-named-graph-uri", TWO)], SEEN_BY_NAME,
        f"<{ONE}> <a:in> <{ONE}> . <{TWO}> <a:in> <{TWO}>",
    ),
    "update_dataset_full": copied(
        [("using-graph-uri", ONE), ("using-named-graph-uri", TWO)], f"{{ {SEEN} }} UNION {{ {SEEN_BY_NAME} }}",
        f"<{ONE}> <a:in> 'default' . <{TWO}> <a:in> <{TWO}>",
    ),
    "update_post_form": Case(body="update=CLEAR+ALL", type=FORM, then=EMPTY),
    "update_post_direct": Case(body="CLEAR ALL", type=UPDATE, then=EMPTY),
    "update_base_uri": Case(
        body=f"CLEAR GRAPH <{TEST}> ; INSERT DATA {{ GRAPH <{TEST}> {{ <a:s> <a:p> <test> }} }}", type=UPDATE,
        then=f"ASK {{ GRAPH <{TEST}> {{ <a:s> <a:p> ?o }} FILTER(isIRI(?o) && STRSTARTS(STR(?o), 'http')) }}",
    ),
    "bad_query_method": Case("PUT", asked("ASK {}"), type=FORM, wanted=405),
    "bad_multiple_queries": Case("GET", "/sparql?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", wanted=400),
    "bad_query_wrong_media_type": Case(body="ASK {}", type="text/plain", wanted=415),
    "bad_query_missing_form_type": Case(body="query=ASK%20%7B%7D", wanted=415),
    "bad_query_missing_direct_type": Case(body="ASK {}", wanted=415),
    "bad_query_non_utf8": Case(body="ASK {}".encode("utf-16"), type=f"{QUERY}; charset=UTF-16", wanted=415),
    "bad_query_syntax": Case("GET", asked("ASK {"), wanted=400),
    "bad_update_get": Case("GET", "/sparql?update=CLEAR%20ALL", wanted=400),
    "bad_multiple_updates": Case(body="update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", type=FORM, wanted=400),
    "bad_update_wrong_media_type": Case(body="CLEAR NAMED", type="text/plain", wanted=415),
    "bad_update_missing_form_type": Case(body="update=CLEAR%20NAMED", wanted=415),
    "bad_update_non_utf8": Case(body="CLEAR NAMED".encode("utf-16"), type=f"{UPDATE}; charset=UTF-16", wanted=415),
    "bad_update_syntax": Case(body="update=CLEAR%20XYZ", type=FORM, wanted=400),
    "bad_update_dataset_conflict": Case(
        address=with_([("using-graph-uri", ONE)]), type=UPDATE, wanted=400,
        body=f"INSERT {{ ?s ?p 1 }} USING <{TWO}> WHERE {{ ?s ?p ?o }}",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[TestClient]:
    """An ordinary store with three graphs."""
    with client_of("none", **ORDINARY) as client:
        yield client


@pytest.mark.parametrize("name", CASES)
def test_the_protocol_is_kept(name: str, store: TestClient) -> None:
    case = CASES[name]
    if case.types and store.post("/sparql", data={"query": EMPTY}).json()["boolean"]:
        assert send(store, Case(body=f"INSERT DATA {{ {DATA} }}", type=UPDATE)).status_code == 200
    for address in (case.address, case.address.replace("/sparql", "/sparql/")):
        answer = send(store, Case(case.method, address, case.body, case.type))
        assert answer.status_code == case.wanted, answer.text
        if case.types:
            assert answer.headers["content-type"].partition(";")[0] in case.types
        if case.types == TRUTH:
            assert answer.json()["boolean"] is True
        if case.then:
            assert store.post("/sparql", data={"query": case.then}).json()["boolean"] is True


def send(store: TestClient, case: Case) -> httpx2.Response:
    headers = BEARER | ({"Content-Type": case.type} if case.type else {})
    return store.request(case.method, case.address, content=case.body, headers=headers)


def test_the_service_describes_itself_as_its_suite_wants(store: TestClient) -> None:
    answer = store.get("/sparql", headers={"Accept": "text/turtle"})
    assert answer.headers["content-type"].partition(";")[0] == "text/turtle"
    graph = Graph().parse(data=answer.content, format="turtle")
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert list(graph.objects(service, SD.endpoint)) == [URIRef("http://testserver/sparql")]


@pytest.mark.suites
@pytest.mark.skipif(folder() is None, reason=ABSENT)
def test_the_cases_are_those_of_the_suite() -> None:
    root = folder()
    assert root is not None
    assert names(root / "sparql11/protocol/manifest.ttl") == CASES.keys()
