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
