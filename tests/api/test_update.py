"""Updates over HTTP: how they may come, which graphs they see, and what clients of other makers do with them."""

import json
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from rdflib import Graph, Literal, URIRef, Variable
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from starlette.testclient import TestClient

from tests.api.conftest import starter
from tests.api.services import BEARER, NORLAND, ORDINARY, SECRET, Service, client_of

UPDATE, FORM = "application/sparql-update", "application/x-www-form-urlencoded"
ONE, TWO, THREE = (f"http://a.example/{name}" for name in ("one", "two", "three"))


@pytest.fixture
def store(ordinary: TestClient) -> TestClient:
    """The ordinary store, emptied."""
    assert send(ordinary, "CLEAR ALL").status_code == 200
    return ordinary


def send(
    client: TestClient, text: str | bytes, content_type: str | None = UPDATE, path: str = "/update"
) -> httpx2.Response:
    headers = BEARER | ({"Content-Type": content_type} if content_type is not None else {})
    return client.post(path, content=text, headers=headers)


def ask(client: TestClient, pattern: str) -> bool:
    answer: bool = client.get("/sparql", params={"query": f"ASK {{ {pattern} }}"}).json()["boolean"]
    return answer


def detail(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def insert(graph: str, value: int = 1) -> str:
    return f"INSERT DATA {{ GRAPH <{graph}> {{ <a:s> <a:p> {value} }} }}"


@pytest.mark.parametrize("path", ["/update", "/sparql", "/sparql/"])
def test_an_update_may_come_plain_or_in_a_form(store: TestClient, path: str) -> None:
    text = insert(ONE, 1)
    for n, (body, content_type) in enumerate(
        (
            (text, UPDATE),
            (text, f"{UPDATE}; charset=utf-8"),
            (text, f'{UPDATE.upper()};charset="UTF-8"'),
            (f"update={quote(text)}", FORM),
            (f"update={quote(text)}", f"{FORM}; charset=utf-8"),
        )
    ):
        value = f"{n}"
        answer = send(store, body.replace("%201%20", f"%20{value}%20").replace(" 1 ", f" {value} "), content_type, path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert ask(store, f"GRAPH <{ONE}> {{ <a:s> <a:p> {value} }}")
        assert answer.json()["revision"] == store.get("/health").json()["revision"]


@pytest.mark.parametrize("path", ["/update", "/sparql"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"INSERT DATA { <a:s> <a:p> '\xff' }", UPDATE),
        (b"update=\xff", FORM),
        (b"update=%FF", FORM),
        (b"", UPDATE),
        (b" \n", UPDATE),
        (b"", FORM),
        (b"update=", FORM),
        (b"update=CLEAR+ALL&update=CLEAR+ALL", FORM),
        (b"update=CLEAR+ALL&query=ASK+%7B%7D", FORM),
        (b"update=CLEAR+ALL&using-graph-uri=", FORM),
        (b"update=CLEAR+ALL&using-graph-uri=one", FORM),
        (b"update=CLEAR+ALL&default-graph-uri=http://a.example/one", FORM),
        (b"update=CLEAR+ALL&using-graph=http://a.example/one", FORM),
        (b"SELECT * { ?s ?p ?o }", UPDATE),
        (b"ASK {}", UPDATE),
        (b"update=ASK+%7B%7D", FORM),
        (b"INSERT DATA { <a:s> <a:p> }", UPDATE),
        (b"CLEAR ALL; nonsense", UPDATE),
        (b"CLEAR ALL;; CLEAR ALL", UPDATE),
        (b"INSERT DATA { ?s <a:p> 1 }", UPDATE),
        (b"DELETE DATA { _:b <a:p> 1 }", UPDATE),
        (b"INSERT DATA { _:b <a:p> 1 } ; INSERT DATA { _:b <a:p> 1 }", UPDATE),
    ],
)
def test_what_is_no_single_update_is_400_and_changes_nothing(
    ordinary: TestClient, body: bytes, content_type: str, path: str
) -> None:
    before = ordinary.get("/health").json()
    assert detail(send(ordinary, body, content_type, path), 400)
    assert ordinary.get("/health").json() == before


def test_a_syntax_error_tells_line_and_column(ordinary: TestClient) -> None:
    text = "INSERT DATA {\n  <a:s> <a:p> ; }"
    for body, content_type in ((text, UPDATE), (f"update={quote(text)}", FORM)):
        assert "2:15" in detail(send(ordinary, body, content_type), 400)


def test_queries_and_updates_are_not_taken_for_one_another(ordinary: TestClient) -> None:
    before = ordinary.get("/health").json()
    assert "/sparql" in detail(send(ordinary, "query=ASK+%7B%7D", FORM), 400)
    detail(send(ordinary, "ASK {}", "application/sparql-query"), 415)
    detail(ordinary.get("/sparql", params={"update": "CLEAR ALL"}, headers=BEARER), 400)
    detail(ordinary.get("/sparql", params={"query": "CLEAR ALL"}, headers=BEARER), 400)
    detail(send(ordinary, "CLEAR ALL", "application/sparql-query", "/sparql"), 400)
    for path in ("/update?update=CLEAR%20ALL", "/sparql?update=CLEAR%20ALL", "/update?query=ASK%20%7B%7D"):
        detail(send(ordinary, "CLEAR ALL", UPDATE, path), 400)
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        answer = ordinary.request(method, "/update", params={"update": "CLEAR ALL"}, headers=BEARER)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert ordinary.get("/health").json() == before


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/json", f"{UPDATE}; charset=utf-16", f"{FORM}; charset=latin1"]
)
def test_other_types_and_charsets_are_415(ordinary: TestClient, content_type: str | None) -> None:
    for path in ("/update", "/sparql"):
        assert detail(send(ordinary, "CLEAR ALL", content_type, path), 415)


def test_relative_iris_are_those_of_the_address_or_of_base(store: TestClient) -> None:
    send(store, f"INSERT DATA {{ GRAPH <{ONE}> {{ <s> <a:p> <> }} }}")
    assert ask(store, f"GRAPH <{ONE}> {{ <http://testserver/s> <a:p> <http://testserver/update> }}")
    send(store, f"BASE <http://b.example/> INSERT DATA {{ GRAPH <{TWO}> {{ <s> <a:p> <o> }} }}")
    assert ask(store, f"GRAPH <{TWO}> {{ <http://b.example/s> <a:p> <http://b.example/o> }}")


def test_the_strict_dataset_is_seen_whatever_queries_see() -> None:
    settings: dict[str, Any] = ORDINARY | {"union_default_graph": True}
    with client_of("none", **settings) as client:
        send(client, insert(ONE))
        send(client, f"INSERT {{ GRAPH <{TWO}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}")
        assert ask(client, "?s ?p ?o")
        assert not ask(client, f"GRAPH <{TWO}> {{ ?s ?p ?o }}")


@pytest.mark.parametrize(
    ("given", "where", "found"),
    [
        ([("using-graph-uri", ONE)], "?s ?p ?o", [1]),
        ([("using-graph-uri", ONE), ("using-graph-uri", TWO)], "?s ?p ?o", [1, 2]),
        ([("using-named-graph-uri", ONE)], "GRAPH ?g { ?s ?p ?o }", [1]),
        ([("using-named-graph-uri", ONE)], "?s ?p ?o", []),
        ([("using-named-graph-uri", ONE), ("using-named-graph-uri", TWO)], "GRAPH ?g { ?s ?p ?o }", [1, 2]),
        ([("using-graph-uri", ONE), ("using-named-graph-uri", TWO)], "GRAPH ?g { ?s ?p ?o }", [2]),
        ([("using-graph-uri", ONE), ("using-named-graph-uri", TWO)], "?s ?p ?o", [1]),
        ([("using-graph-uri", "http://a.example/nowhere")], "?s ?p ?o", []),
    ],
)
def test_the_request_may_name_the_graphs_that_patterns_see(
    ordinary: TestClient, given: list[tuple[str, str]], where: str, found: list[int]
) -> None:
    send(ordinary, f"CLEAR ALL; {insert(ONE, 1)}; {insert(TWO, 2)}; INSERT DATA {{ <a:s> <a:p> 0 }}")
    copy = f"CLEAR SILENT GRAPH <{THREE}>; INSERT {{ GRAPH <{THREE}> {{ ?s ?p ?o }} }} WHERE {{ {where} }}"
    for body, content_type, path in (
        (copy, UPDATE, f"/update?{urlencode(given)}"),
        (urlencode([("update", copy), *given]), FORM, "/update"),
        (copy, UPDATE, f"/sparql?{urlencode(given)}"),
    ):
        assert send(ordinary, body, content_type, path).status_code == 200
        rows = ordinary.get("/sparql", params={"query": f"SELECT ?o {{ GRAPH <{THREE}> {{ ?s ?p ?o }} }} ORDER BY ?o"})
        assert [int(b["o"]["value"]) for b in rows.json()["results"]["bindings"]] == found


@pytest.mark.parametrize(
    "text",
    [
        f"INSERT {{ ?s ?p ?o }} USING <{TWO}> WHERE {{ ?s ?p ?o }}",
        f"INSERT {{ ?s ?p ?o }} USING NAMED <{TWO}> WHERE {{ ?s ?p ?o }}",
        f"WITH <{TWO}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        f"CLEAR ALL ; WITH <{TWO}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    ],
)
def test_a_dataset_in_two_places_is_400_and_changes_nothing(ordinary: TestClient, text: str) -> None:
    before = ordinary.get("/health").json()
    assert "USING" in detail(send(ordinary, text, UPDATE, f"/update?using-graph-uri={ONE}"), 400)
    assert ordinary.get("/health").json() == before


def test_an_update_is_whole_or_not_at_all(store: TestClient) -> None:
    send(store, insert(ONE))
    for failing in ("DROP GRAPH <a:nowhere>", f"CREATE GRAPH <{TWO}>"):
        assert detail(send(store, f"CLEAR ALL; {insert(TWO)}; {failing}"), 409)
    for refused in (
        "LOAD <file:///etc/passwd>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://a.example/> { ?s ?p ?o } }",
    ):
        assert detail(send(store, f"CLEAR ALL; {refused}"), 403)
    assert ask(store, f"GRAPH <{ONE}> {{ <a:s> <a:p> 1 }}")
    assert not ask(store, f"GRAPH <{TWO}> {{ ?s ?p ?o }}")


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        (f"CREATE GRAPH <{ONE}>", f"CREATE SILENT GRAPH <{ONE}>"),
        (f"drop graph <{TWO}>", f"drop silent graph <{TWO}>"),
        (f"PREFIX a: <http://a.example/> MOVE GRAPH a:two TO <{ONE}>", f"MOVE SILENT <{TWO}> TO <{THREE}>"),
        (f"MOVE <{TWO}> TO <{TWO}>", f"MOVE SILENT <{TWO}> TO <{TWO}>"),
        (f"COPY <{TWO}> TO <{ONE}>", f"COPY SILENT <{TWO}> TO <{THREE}>"),
        (f"ADD <{TWO}> TO DEFAULT", f"ADD SILENT <{TWO}> TO <{ONE}>"),
    ],
)
def test_a_graph_there_or_not_there_against_the_operation_is_409_and_silent_passes_over_it(
    store: TestClient, caplog: pytest.LogCaptureFixture, text: str, silent: str
) -> None:
    send(store, insert(ONE))
    answer = send(store, text)
    told, graph = detail(answer, 409), ONE if "CREATE" in text else TWO
    assert f"<{graph}>" in told
    assert "SILENT" in told
    assert (answer.json()["error"], answer.json()["graph"]) == ("GraphConflictError", graph)
    assert not [record for record in caplog.records if record.exc_info]
    assert send(store, silent).status_code == 200
    assert ask(store, f"GRAPH <{ONE}> {{ <a:s> <a:p> 1 }}")


def test_the_default_graph_is_always_there(store: TestClient) -> None:
    for text in (f"COPY DEFAULT TO <{ONE}>", f"MOVE DEFAULT TO <{ONE}>", f"ADD DEFAULT TO <{ONE}>", "DROP DEFAULT"):
        assert send(store, text).status_code == 200


@pytest.mark.parametrize("how", ["", "SILENT ", "silent "])
def test_a_graph_that_is_not_there_is_cleared_like_an_empty_one(store: TestClient, how: str) -> None:
    text = f"PREFIX clear: <http://a.example/> # CLEAR\nclear {how}GRAPH clear:nowhere; {insert(ONE)}"
    assert send(store, text).status_code == 200
    assert ask(store, f"GRAPH <{ONE}> {{ <a:s> <a:p> 1 }}")


def test_what_would_be_no_statement_is_422_with_findings() -> None:
    with client_of(NORLAND, tokens=f"ada:{SECRET}") as client:
        before = client.get("/health").json()
        answer = send(client, "INSERT DATA { GRAPH g:edges { e:norland r:mediates e:sudland } }")
        assert "e:norland" in detail(answer, 422)
        assert answer.json()["findings"][0]["focus"] == "e:norland"
        assert client.get("/health").json() == before
        assert (
            send(client, 'INSERT DATA { GRAPH g:entities { e:norland skos:altLabel "Norrland"@sv } }').status_code
            == 200
        )
        assert client.get("/entities", params={"q": "norrland"}).json()["items"][0]["id"] == "norland"
        assert ask(client, 'e:norland skos:altLabel "Norrland"@sv')


def test_writes_wait_for_each_other_and_are_told_to_come_back() -> None:
    with client_of("none", **ORDINARY, write_wait=0.2) as client:
        kg = client.app.state.tertius.graph  # type: ignore[attr-defined]
        with kg._folder.locked(wait=1):
            answer = send(client, insert(ONE))
        assert detail(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert send(client, insert(ONE)).status_code == 200


# Clients of other makers, over HTTP


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an ordinary store."""
    with starter(tmp_path_factory.mktemp("served")) as start:
        running: Service = start("none", **ORDINARY)
        yield f"http://127.0.0.1:{running.port}"


def test_rdflib_reads_and_writes(served: str) -> None:
    store = SPARQLUpdateStore(f"{served}/sparql", f"{served}/update", headers=BEARER, method="POST")
    store.update("CREATE GRAPH <http://a.example/rdflib>")
    graph = Graph(store, URIRef("http://a.example/rdflib"))
    triple = URIRef("http://a.example/s"), URIRef("http://a.example/p"), Literal("a\r\nb 🕊", lang="en")
    graph.add(triple)
    assert list(graph) == [triple]
    store.update("INSERT DATA { <a:s> <a:p> 1 }")
    for method in ("GET", "POST", "POST_FORM"):
        reading = SPARQLStore(f"{served}/sparql", method=method)
        read = Graph(store=reading, identifier=graph.identifier)
        assert list(read) == [triple]
        assert read.query("SELECT ?o { ?s ?p ?o }").bindings == [{Variable("o"): triple[2]}]
        assert Graph(store=reading).query("ASK { <a:s> <a:p> 1 }").askAnswer is True
    graph.remove((None, None, None))
    assert list(graph) == []


def test_sparqlwrapper_reads_and_writes(served: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TURTLE, URLENCODED, XML, SPARQLWrapper

    writing = SPARQLWrapper(f"{served}/sparql", f"{served}/update")
    writing.addCustomHttpHeader("Authorization", BEARER["Authorization"])
    writing.setMethod(POST)
    for form in (URLENCODED, POSTDIRECTLY):
        writing.setRequestMethod(form)
        writing.setQuery(f"INSERT DATA {{ GRAPH <http://a.example/wrapper> {{ <a:s> <a:p> '{form}' }} }}")
        writing.query()
    reading = SPARQLWrapper(f"{served}/sparql", defaultGraph="http://a.example/wrapper")
    for method, form in (("GET", URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)):
        reading.setMethod(method)
        reading.setRequestMethod(form)
        reading.setQuery("SELECT ?o { ?s ?p ?o } ORDER BY ?o")
        reading.setReturnFormat(JSON)
        found: Any = reading.query().convert()
        assert [b["o"]["value"] for b in found["results"]["bindings"]] == [POSTDIRECTLY, URLENCODED]
        reading.setReturnFormat(CSV)
        raw: Any = reading.query().convert()
        assert raw.split() == [b"o", POSTDIRECTLY.encode(), URLENCODED.encode()]
        reading.setReturnFormat(XML)
        document: Any = reading.query().convert()
        assert len(document.getElementsByTagName("result")) == 2
        reading.setQuery("CONSTRUCT WHERE { ?s ?p ?o }")
        reading.setReturnFormat(TURTLE)
        turtle: Any = reading.query().convert()
        assert len(Graph().parse(data=turtle, format="turtle")) == 2


def test_one_connection_is_kept_through_refusals_and_errors(served: str) -> None:
    with httpx2.Client(base_url=served, headers=BEARER) as client:
        for method, path, status in (
            ("GET", "/sparql?query=nonsense", 400),
            ("POST", "/update", 415),
            ("HEAD", "/store?graph=http://a.example/nowhere", 404),
            ("HEAD", "/sparql?query=ASK", 400),
            ("GET", "/update", 405),
            ("GET", "/sparql?query=ASK%7B%7D", 200),
        ):
            answer = client.request(method, path)
            assert answer.status_code == status
            assert "close" not in answer.headers.get("connection", "")
        assert json.loads(answer.content)["boolean"] is True
