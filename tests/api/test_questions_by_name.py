"""The named questions over HTTP: listed, described, answered in every format with bound values."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph
from graph.named_queries import named_queries
from tests.api.services import TALKS

RESULTS = "application/sparql-results+json"


def test_the_list_names_every_question_with_its_variables(talks: TestClient) -> None:
    body = talks.get("/questions").json()
    assert {q["name"] for q in body["items"]} == set(named_queries())
    (found,) = [q for q in body["items"] if q["name"] == "mediators-between"]
    assert found["variables"][0] == {"name": "one", "meaning": "a party, such as e:armenia", "example": "e:armenia"}
    assert found["href"] == "/questions/mediators-between"
    assert found["query"].startswith("# Who mediates")


def test_a_question_answers_what_it_answers_in_python(talks: TestClient) -> None:
    answer = talks.get("/questions/mediators-between", params={"one": "Armenia", "other": "Baku"})
    assert answer.headers["content-type"] == RESULTS
    with KnowledgeGraph() as kg:
        kg.load(TALKS)
        here = kg.question("mediators-between", one="Armenia", other="Azerbaijan").frame(iris="iri")
    rows = answer.json()["results"]["bindings"]
    assert [row["statement"]["value"] for row in rows] == here.statement.tolist()
    text = talks.get(
        "/questions/mediators-between", params={"one": "Armenia", "other": "Azerbaijan"}, headers={"Accept": "text/csv"}
    ).text
    assert [row["statement"] for row in csv.DictReader(io.StringIO(text))] == here.statement.tolist()


@pytest.mark.parametrize(
    ("accept", "given"),
    [("application/json", RESULTS), ("text/csv", "text/csv; charset=utf-8"), ("*/*", RESULTS),
     ("application/sparql-results+xml;q=0.9, text/csv;q=0.1", "application/sparql-results+xml")],
)  # fmt: skip
def test_the_format_is_the_one_preferred(talks: TestClient, accept: str, given: str) -> None:
    answer = talks.get("/questions/invitations", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, given)
    again = talks.get("/questions/invitations", headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/questions/why", 404, "no named query has the id 'why'; there are about, "),
        ("/questions/mediators-between?a=Armenia", 422, "unknown parameter 'a'; it takes one, other"),
        ("/questions/mediators-between?one=Armenia&one=Russia", 422, "may be given once"),
        ("/questions/mediators-between?one=Armenai", 404, "candidates: armenia"),
        ("/questions/mediators-between?one=", 422, "one"),
        ("/questions/mediators-between?one=nope:a%3E%20b", 404, "no entity is known as"),
        ("/questions/who?question=invite", 404, "did you mean invites"),
        ("/questions/invitations?format=csv", 422, "it takes none"),
    ],
)
def test_what_a_question_does_not_have_is_named(talks: TestClient, path: str, status: int, words: str) -> None:
    answer = talks.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_no_offered_format_is_not_acceptable(talks: TestClient) -> None:
    assert talks.get("/questions/invitations", headers={"Accept": "image/png"}).status_code == 406


# A query of one's own

INVITES = "SELECT ?who ?whom { ?who r:invites ?whom }"


@pytest.mark.parametrize(
    "value",
    ["Mirzoyan", "e:ararat-mirzoyan", {"type": "uri", "value": "https://tertius.example/id/entity/ararat-mirzoyan"}],
)
def test_values_of_ones_own_query_are_bound(talks: TestClient, value: object) -> None:
    answer = talks.post("/questions", json={"query": INVITES, "values": {"whom": value}})
    assert answer.headers["content-type"] == RESULTS
    rows = answer.json()["results"]["bindings"]
    assert [row["who"]["value"].rsplit("/", 1)[-1] for row in rows] == ["russia"]


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (3, {"type": "literal", "value": "3", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}),
        (True, {"type": "literal", "value": "true", "datatype": "http://www.w3.org/2001/XMLSchema#boolean"}),
        (
            {"type": "literal", "value": '"} #', "xml:lang": "en"},
            {"type": "literal", "value": '"} #', "xml:lang": "en"},
        ),
    ],
)
def test_terms_are_bound_as_they_are(talks: TestClient, value: object, term: dict[str, str]) -> None:
    query = "SELECT ?v { VALUES ?any { 1 } OPTIONAL { ?any r:none ?v } }"
    answer = talks.post("/questions", json={"query": query, "values": {"v": value}}, headers={"Accept": "*/*"})
    assert answer.json()["results"]["bindings"] == [{"v": term}]


def test_triples_come_as_n_triples(talks: TestClient) -> None:
    answer = talks.post("/questions", json={"query": "DESCRIBE e:russia"})
    assert answer.headers["content-type"] == "application/n-triples"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "query: Field required"),
        ({"query": INVITES, "value": {}}, 422, "value: Extra inputs are not permitted"),
        ({"query": INVITES, "values": {"whom": "Nobody"}}, 404, "no entity is known as 'Nobody'"),
        ({"query": INVITES, "values": {"whom": {"type": "bnode", "value": "b"}}}, 422, "values"),
        ({"query": INVITES, "values": {"whom": {"type": "uri", "value": "a> <b"}}}, 422, "is no term of RDF"),
        ({"query": INVITES, "values": {"why": "Mirzoyan"}}, 422, "why: cannot be bound"),
        ({"query": "SELECT"}, 400, "error at 1:7"),
        ({"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}, 403, "SERVICE is not allowed here"),
        ({"query": "INSERT DATA { <a:s> <a:p> <a:o> }"}, 400, "error at 1:1"),
    ],
)
def test_what_is_wrong_with_ones_own_query_is_told(
    talks: TestClient, body: dict[str, object], status: int, words: str
) -> None:
    answer = talks.post("/questions", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("values", [{"x y": 1}, {"x": {"type": "literal", "value": "a", "xml:lang": "no lang"}}])
def test_values_that_cannot_be_bound_are_told(talks: TestClient, values: dict[str, object]) -> None:
    answer = talks.post("/questions", json={"query": "SELECT ?x { BIND(1 AS ?x) }", "values": values})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
