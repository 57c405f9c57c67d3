"""A graph at a service gives what the same graph gives here, and raises the same errors."""

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from rdflib import BNode, Literal, URIRef

from graph import Entity, KnowledgeGraph, Source, Statement
from graph.asking import Asking
from graph.exceptions import (
    AmbiguousNameError,
    ChangeRefusedError,
    InputError,
    NotFoundError,
    ParameterError,
    QueryRefusedError,
    QuerySyntaxError,
    ServiceError,
    UnknownNameError,
)
from graph.remote import RemoteGraph
from ontology import UnknownTermError
from tests.api.services import NORLAND, Service, Start

ALL = ("active", "disputed", "retracted")


@pytest.fixture(scope="module")
def here() -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph() as kg:
        kg.load(NORLAND)
        yield kg


@pytest.fixture(scope="module")
def there(running: Service) -> RemoteGraph:
    return KnowledgeGraph.connect(f"http://127.0.0.1:{running.port}/")


@pytest.fixture(params=["here", "there"])
def kg(request: pytest.FixtureRequest) -> Asking:
    found: Asking = request.getfixturevalue(request.param)
    return found


# The same answers


QUESTIONS: list[Callable[[Asking], Any]] = [
    lambda kg: kg.ask("mediates", between=("Norland", "Sudland")),
    lambda kg: kg.ask("invitation", object="Bo Sund", since="2030-01-01", until=date(2032, 1, 1)),
    lambda kg: kg.ask("opposes", about_relation="mediates", level="state"),
    lambda kg: kg.ask("cooperation", subject="Norland", exact=True),
    lambda kg: kg.statements(status=ALL),
    lambda kg: kg.statements(relation="mediates", modality="negated"),
    lambda kg: kg.statements(according_to="Norland", depth="any"),
    lambda kg: [kg.statement(s.id) for s in kg.statements()],
    lambda kg: kg.timeline("year"),
    lambda kg: kg.timeline(family="mediation"),
    lambda kg: set(kg.conflicts()),
    lambda kg: kg.entities(),
    lambda kg: kg.entities("nor", kind="state"),
    lambda kg: kg.entities(kind=["person", "post"]),
    lambda kg: kg.entity("Bo Sund"),
    lambda kg: kg.sources(),
    lambda kg: kg.source("gazette-1"),
    lambda kg: kg.resolve("Northgate"),
    lambda kg: kg.resolve("Northgate", actor=True),
    lambda kg: kg.relations("mediation"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_a_connected_graph_gives_what_the_graph_gives(
    here: KnowledgeGraph, there: RemoteGraph, question: Callable[[Asking], Any]
) -> None:
    found = question(here)
    assert question(there) == found
    assert found
    assert (there.revision, there.iris) == (here.snapshot.revision, here.iris)


@pytest.mark.parametrize("filters", [{}, {"involving": ("Norland",)}, {"relation": "mediates", "status": ALL}], ids=str)
def test_networks_are_the_same(here: KnowledgeGraph, there: RemoteGraph, filters: dict[str, Any]) -> None:
    one, other = here.network(**filters), there.network(**filters)
    assert type(one) is type(other)  # both show themselves
    assert sorted(one.nodes(data=True), key=str) == sorted(other.nodes(data=True), key=str)
    assert {(a, b, k): d for a, b, k, d in one.edges(keys=True, data=True)} == {
        (a, b, k): d for a, b, k, d in other.edges(keys=True, data=True)
    }
    assert one.graph == other.graph
    assert nx.is_frozen(other)


def test_the_empty_answer_is_the_same(kg: Asking) -> None:
    answers = kg.ask("invites", subject="Bo Sund")
    assert (list(answers.found), answers.statements) == ([], 0)
    assert kg.statements(relation="invites", subject="Bo Sund") == []


def test_lists_are_read_page_by_page(here: KnowledgeGraph, there: RemoteGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.remote.PAGE", 3)
    assert there.statements(status=ALL) == here.statements(status=ALL)
    assert there.entities() == here.entities()
    assert there.ask("mediation") == here.ask("mediation")
    assert set(there.network().edges(keys=True)) == set(here.network().edges(keys=True))


# SPARQL


@pytest.mark.parametrize("value", ["Bo Sund", "e:bo-sund", URIRef("https://tertius.example/id/entity/bo-sund")])
def test_rows_and_frames_are_the_same(here: KnowledgeGraph, there: RemoteGraph, value: str) -> None:
    query = "SELECT ?who ?whom { ?who r:invites ?whom } ORDER BY ?who"
    assert list(there.sparql(query, whom=value)) == list(here.sparql(query, whom=value)) != []
    assert there.frame(query, whom=value).equals(here.frame(query, whom=value))


@pytest.mark.parametrize("value", [3, 2.5, True, date(2031, 3, 1), Literal("Norland", lang="en"), Literal('"} #')])
def test_bound_literals_are_the_same(here: KnowledgeGraph, there: RemoteGraph, value: Any) -> None:
    query = "SELECT ?v { VALUES ?any { 1 } OPTIONAL { ?any r:none ?v } }"
    assert list(there.sparql(query, v=value)) == list(here.sparql(query, v=value))


def test_truth_and_triples_are_the_same(here: KnowledgeGraph, there: RemoteGraph) -> None:
    assert there.sparql("ASK { ?s r:invites ?o }", s="Norland")
    assert set(there.sparql("DESCRIBE e:norland")) == set(here.sparql("DESCRIBE e:norland"))


def test_questions_by_name_are_the_same(here: KnowledgeGraph, there: RemoteGraph) -> None:
    for name in here.questions:
        assert list(there.questions[name]()) == list(here.questions[name]()), name
    values = {"one": "Norland", "other": "Sudland"}
    assert list(there.question("mediators-between", **values)) == list(here.question("mediators-between", **values))


# The same errors


@pytest.mark.parametrize(
    ("question", "error", "attributes"),
    [
        (lambda kg: kg.ask("mediates", subject="Nordland"), UnknownNameError, ("name", "candidates")),
        (lambda kg: kg.statements(object="the Republic"), AmbiguousNameError, ("name", "candidates")),
        (lambda kg: kg.resolve("Nordland"), UnknownNameError, ("name", "candidates")),
        (lambda kg: kg.entity("Nordland"), UnknownNameError, ("name", "candidates")),
        (lambda kg: kg.ask("invite"), UnknownTermError, ("what", "value", "candidates")),
        (lambda kg: kg.source("gazette-9"), NotFoundError, ("what", "id")),
        (lambda kg: kg.statement("nothing"), NotFoundError, ("what", "id")),
        (lambda kg: kg.question("why"), NotFoundError, ("what", "id", "known")),
        (lambda kg: kg.statements(since="2031-01-01", until="2030-01-01"), ParameterError, ("parameter", "message")),
        (lambda kg: kg.ask("mediates", between=("Norland", "Norland")), ParameterError, ("parameter", "message")),
        (lambda kg: kg.sparql("SELECT ?a { ?a ?b }"), QuerySyntaxError, ()),
        (lambda kg: kg.sparql("SELECT ?a { ?a r:invites ?b }", b="Bo Sund"), ParameterError, ("parameter", "message")),
        (lambda kg: kg.sparql("ASK { ?a ?b ?c }", a=BNode("b")), ParameterError, ("parameter",)),
        (lambda kg: kg.sparql("ASK { ?a ?b ?c }", a=URIRef("a> <b")), ParameterError, ("parameter",)),
        (lambda kg: kg.statements(colour="red"), TypeError, ()),
        (lambda kg: kg.statements(modality="shouted"), ValueError, ()),
        (lambda kg: kg.statements(since="yesterday"), ValueError, ()),
        (lambda kg: kg.ask("mediates", level="village"), ValueError, ()),
        (lambda kg: kg.entities(kind="planet"), ValueError, ()),
    ],
)
def test_errors_are_the_same(
    here: KnowledgeGraph,
    there: RemoteGraph,
    question: Callable[[Asking], Any],
    error: type[Exception],
    attributes: tuple[str, ...],
) -> None:
    with pytest.raises(error) as one:
        question(here)
    with pytest.raises(error) as other:
        question(there)
    assert type(one.value) is type(other.value)
    assert str(one.value) == str(other.value)
    assert [getattr(one.value, a) for a in attributes] == [getattr(other.value, a) for a in attributes]


def test_an_unknown_variable_of_a_question_is_named(kg: Asking) -> None:
    with pytest.raises(ParameterError, match=r"(it|which) takes one, other"):
        kg.question("mediators-between", a="Norland")


def test_what_a_service_does_not_allow_is_refused(there: RemoteGraph) -> None:
    with pytest.raises(QueryRefusedError, match="SERVICE is not allowed here"):
        there.sparql("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")


# Writing


NOTE = Statement(
    subject="norland", relation="criticises", object="ada-smith", source="letter", start=1, end=9, modality="asserted",
    attributed_to=("bo-sund",), note='A "note" \\u0022 with\u2028breaks\n} ; DROP ALL #', codes=("cameo-1.1b3:111",),
)  # fmt: skip
ADA = Entity(id="ada-smith", kind="person", label={"text": "Ada \u2028Smith"}, aliases=[{"text": "Ада", "lang": "ru"}])
LETTER = Source(id="letter", title="A letter", kind="note", published="2031-05", modality="asserted")


@pytest.mark.slow
def test_what_is_added_at_a_service_is_there_at_once(service: Start, tmp_path: Path) -> None:
    running = service(store=tmp_path / "kg", tokens="ada:open-sesame")
    url = f"http://127.0.0.1:{running.port}"
    kg = KnowledgeGraph.connect(url, token="open-sesame")  # noqa: S106 - the one set above
    report = kg.add([NOTE], entities=[ADA], sources=[LETTER])
    assert (report.added, report.entities, report.sources, report.revision) == (1, 1, 1, kg.revision)
    assert kg.statements(subject="Norland", object="Ада") == [NOTE]
    assert (kg.entity("ada-smith"), kg.source("letter")) == (ADA, LETTER)
    assert kg.add([NOTE], entities=[ADA], sources=[LETTER]).nothing
    noted = NOTE.model_copy(update={"note": "Another note.", "codes": ()})
    assert kg.add([noted]).changed == 1
    assert kg.statement(NOTE.id) == noted
    with KnowledgeGraph(tmp_path / "kg") as here:  # the same as added here
        assert (here.statement(NOTE.id), here.entity("ada-smith"), here.source("letter")) == (noted, ADA, LETTER)
    with pytest.raises(InputError, match="'ada-smith' is there already, and otherwise"):
        kg.add(entities=[ADA.model_copy(update={"description": "A writer."})])
    before = kg.revision
    with pytest.raises(QuerySyntaxError):
        kg.update("INSERT DATA {")
    with pytest.raises(QueryRefusedError, match="LOAD"):
        kg.update("LOAD <http://127.0.0.1:9/>")
    with pytest.raises(ChangeRefusedError, match="refused, nothing was changed"):
        kg.update("INSERT DATA { GRAPH g:edges { e:westmark r:accuses e:ada-smith } }")
    assert kg.revision == before
    assert kg.update("DELETE WHERE { GRAPH s:letter { ?s ?p ?o } }").removed == 1
    for token, words in ((None, "writing needs a token"), ("open-door", "this token is not known here")):
        with pytest.raises(ServiceError, match=words) as caught:
            KnowledgeGraph.connect(url, token=token).update("CLEAR ALL")
        assert (caught.value.status, "open-door" in str(caught.value)) == (401, False)


def test_where_writing_is_off_that_is_told(there: RemoteGraph) -> None:
    with pytest.raises(ServiceError, match="/update with 403"):
        there.update("CLEAR ALL")


# Services that are not there, busy, or something else


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://127.0.0.1", "file:///etc/passwd", "http://", "http://h/?q"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ServiceError, match="is no address of a service: write one like"):
        KnowledgeGraph.connect(url)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ServiceError) as caught:
        KnowledgeGraph.connect("http://ada:open-sesame@127.0.0.1:9")
    assert "open-sesame" not in str(caught.value)


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match=r"http://127\.0\.0\.1:9 cannot be asked for /health: .*refused"):
        KnowledgeGraph.connect("http://127.0.0.1:9")


def test_a_token_that_no_header_holds_is_not_repeated() -> None:
    with pytest.raises(ParameterError) as caught:
        KnowledgeGraph.connect("http://127.0.0.1:9", token="secret\r\nX: y")  # noqa: S106 - no password
    assert "secret" not in str(caught.value)


HEALTH = {"status": "ok", "store": "x", "revision": 1, "base": "https://tertius.example/"}
Reply = tuple[int, dict[str, str], Any]


@pytest.fixture
def scripted() -> Iterator[Callable[..., tuple[str, list[str]]]]:
    """A server that gives the replies listed for a path, the last of them again and again."""
    servers = []

    def start(**replies: list[Reply]) -> tuple[str, list[str]]:
        asked: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].strip("/")
                asked.append(name)
                todo = replies.get(name, [(200, {}, HEALTH)])
                status, headers, body = todo.pop(0) if len(todo) > 1 else todo[0]
                if status == 0:
                    time.sleep(float(headers["wait"]))
                    return
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for header in (
                    {"Content-Type": "application/json", "Content-Length": str(len(data))} | headers
                ).items():
                    self.send_header(*header)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


EMPTY: dict[str, Any] = {"items": [], "next": None}
BUSY = {"status": 503, "detail": "busy"}


def test_a_busy_service_is_asked_again_when_it_says(scripted: Callable[..., tuple[str, list[str]]]) -> None:
    url, asked = scripted(
        sources=[(503, {"Retry-After": "0"}, BUSY), (429, {"Retry-After": "0"}, BUSY), (200, {}, EMPTY)]
    )
    assert KnowledgeGraph.connect(url).sources() == []
    assert asked == ["health", "sources", "sources", "sources"]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "30"}, {"Retry-After": "soon"}], ids=str)
def test_a_busy_service_is_not_waited_for_longer_than_the_time_there_is(
    scripted: Callable[..., tuple[str, list[str]]], headers: dict[str, str]
) -> None:
    url, asked = scripted(sources=[(503, headers, BUSY)])
    with pytest.raises(ServiceError, match="answers /sources with 503: busy") as caught:
        KnowledgeGraph.connect(url, timeout=2).sources()
    assert (caught.value.status, asked) == (503, ["health", "sources"])


def test_a_list_that_changes_while_it_is_read_is_read_again(scripted: Callable[..., tuple[str, list[str]]]) -> None:
    first = {"items": [], "next": "more"}
    changed = {"status": 409, "detail": "cursor: the graph has changed since"}
    url, asked = scripted(sources=[(200, {}, first), (409, {}, changed), (200, {}, first), (200, {}, EMPTY)])
    assert KnowledgeGraph.connect(url).sources() == []
    assert asked.count("sources") == 4
    url, _ = scripted(sources=[(409, {}, changed)])
    with pytest.raises(ServiceError, match="the graph has changed since"):
        KnowledgeGraph.connect(url).sources()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "sends /sources on to http://127.0.0.1:9/: connect to"),
        ((500, {}, b"<html>oops"), "answers /sources with 500"),
        ((404, {}, {"detail": "nothing"}), "answers /sources with 404: nothing"),
        ((200, {}, b"{'items'"), "is not what a Tertius does"),
        ((200, {}, b"[]"), "is not what a Tertius does"),
        ((200, {"Content-Length": "100"}, b"{}"), "cannot be asked for /sources"),
        ((0, {"wait": "0"}, b""), "cannot be asked for /sources"),
    ],
)
def test_what_is_no_answer_is_told_with_the_address(
    scripted: Callable[..., tuple[str, list[str]]], reply: Reply, words: str
) -> None:
    url, _ = scripted(sources=[reply])
    with pytest.raises(ServiceError) as caught:
        KnowledgeGraph.connect(url).sources()
    assert words in str(caught.value)


def test_a_service_that_takes_too_long_is_given_up(scripted: Callable[..., tuple[str, list[str]]]) -> None:
    url, _ = scripted(sources=[(0, {"wait": "1"}, b"")])
    begin = time.monotonic()
    with pytest.raises(ServiceError, match="timed out"):
        KnowledgeGraph.connect(url, timeout=0.3).sources()
    assert time.monotonic() - begin < 1


def test_what_is_no_tertius_is_told(scripted: Callable[..., tuple[str, list[str]]]) -> None:
    url, _ = scripted(health=[(200, {}, {"hello": "world"})])
    with pytest.raises(ServiceError, match="is no Tertius: /health says"):
        KnowledgeGraph.connect(url)
