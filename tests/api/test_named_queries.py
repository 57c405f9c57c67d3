"""The questions that are files: each runs, and gives what the columns give."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph
from graph.exceptions import NotFoundError
from graph.named_queries import NamedQuery, named_queries, named_query
from ontology import vocabulary
from tests.api.services import NORLAND, TALKS

Row = dict[str, str]


@pytest.fixture(scope="module", params=[NORLAND, TALKS], ids=["norland", "talks"])
def kg(request: pytest.FixtureRequest) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph() as graph:
        graph.load(request.param)
        yield graph


def answers(kg: KnowledgeGraph, name: str, **bindings: str) -> list[Row]:
    """Rows of a question, IRIs cut to ids."""
    rows = kg.snapshot.store.select(named_query(name).text, bindings)
    return [{k: v.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for k, v in row.items()} for row in rows]


@pytest.mark.parametrize("query", named_queries().values(), ids=lambda q: q.name)
def test_a_question_says_what_it_answers_and_runs(query: NamedQuery, kg: KnowledgeGraph) -> None:
    assert query.title.endswith(".")
    bindings = {name: kg.iris.entity("nobody") for name in query.variables}
    found = kg.snapshot.store.select(query.text, bindings)
    assert not (found and query.variables)


@pytest.mark.parametrize("query", [q for q in named_queries().values() if not q.variables], ids=lambda q: q.name)
def test_a_question_without_variables_is_answered_over_http(query: NamedQuery, talks: TestClient) -> None:
    assert talks.get("/sparql", params={"query": query.text}).json()["results"]["bindings"]


def test_an_unknown_question_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no named query has the id 'why'"):
        named_query("why")


def test_who_gives_the_rows_of_the_columns_for_every_relation(kg: KnowledgeGraph) -> None:
    snapshot = kg.snapshot
    for relation in vocabulary().relations:
        rows = answers(kg, "who", question=f"{kg.iris.base}id/relation/{relation}")
        found = kg.ask(relation).found
        asked = {
            (id, answer.subject_statement or answer.subject, answer.relation, answer.object)
            for answer in found
            for id in answer.statements
        }
        assert {(r["statement"], r.get("subject"), r["relation"], r.get("object")) for r in rows} == asked, relation
        assert len(rows) == len({r["statement"] for r in rows})
        for row in rows:
            statement = snapshot.statement(row["statement"])
            assert (row["modality"], row["source"]) == (statement.modality, statement.source)


def test_mediators_between_two_parties_are_those_of_the_columns(kg: KnowledgeGraph) -> None:
    parties = {tuple(s.parties) for s in kg.statements(family="mediation") if len(s.parties) == 2}
    assert parties
    for one, other in parties:
        rows = answers(kg, "mediators-between", one=kg.iris.entity(one), other=kg.iris.entity(other))
        asked = kg.ask("mediation", between=(one, other), exact=True).found
        assert {r["statement"] for r in rows} == {
            i for a in asked if a.sides == "both" and a.parties for i in a.statements
        }


def test_what_somebody_says_is_that_of_the_columns(kg: KnowledgeGraph) -> None:
    for speaker in {e for s in kg.statements() for e in s.attributed_to}:
        rows = answers(kg, "said-by", speaker=kg.iris.entity(speaker))
        said = kg.statements(attributed_to=speaker, exact=True)
        assert {(r["statement"], r["modality"]) for r in rows} == {(s.id, s.modality) for s in said}


def test_opposed_mediation_invitations_and_disputes_are_those_of_the_columns(kg: KnowledgeGraph) -> None:
    opposed = {i for a in kg.ask("opposes", about_relation="mediates").found for i in a.statements}
    assert {r["statement"] for r in answers(kg, "opposed-mediation")} == opposed
    invitations = sum(int(r["statements"]) for r in answers(kg, "invitations"))
    assert invitations == len(kg.statements(relation="invites"))
    disputed = {s.id: s.corrected_by for s in kg.statements(status="disputed")}
    assert {r["statement"]: r.get("correction") for r in answers(kg, "disputed")} == disputed


def test_modalities_are_counted_as_by_the_columns(kg: KnowledgeGraph) -> None:
    counted = {(r["source"], r["modality"]): int(r["statements"]) for r in answers(kg, "statements-by-modality")}
    expected: dict[tuple[str, str], int] = {}
    for s in kg.statements(status=("active", "disputed", "retracted")):
        expected[s.source, s.modality] = expected.get((s.source, s.modality), 0) + 1
    assert counted == expected
