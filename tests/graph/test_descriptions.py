"""The description of a store, counted without reading it, says what the store says."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions

from graph import KnowledgeGraph, Statement
from graph.changes import SparqlUpdate
from graph.descriptions import licence_iri
from graph.examples import examples
from graph.exceptions import ChangeRefusedError
from ontology import expand
from tests.effort import tries
from tests.graph.strategies import several_fitting

RDF_TYPE = expand("rdf:type")


def told(kg: KnowledgeGraph, pattern: str) -> dict[str, int]:
    """Names and numbers that the store's own description gives."""
    rows = kg.snapshot.store.select(f"SELECT ?name ?n {{ GRAPH g:service {{ {pattern} }} }}")
    found = {row["name"]: int(row["n"]) for row in rows}
    assert len(found) == len(rows)
    return found


def assert_true(kg: KnowledgeGraph) -> None:
    """Every count is what the engine itself counts."""
    quads = list(kg.snapshot.store.engine)
    assert told(
        kg, "?d a sd:Dataset ; void:propertyPartition ?x . ?x void:property ?name ; void:triples ?n"
    ) == Counter(q.predicate.value for q in quads)
    assert told(kg, "?d void:classPartition ?x . ?x void:class ?name ; void:entities ?n") == Counter(
        str(q.object.value) for q in quads if q.predicate.value == RDF_TYPE
    )
    assert told(kg, "?x sd:name ?name ; sd:graph ?y . ?y void:triples ?n") == Counter(
        str(q.graph_name.value) for q in quads
    )
    whole = told(kg, "?name a sd:Dataset ; void:triples ?n")
    assert whole == {kg.iris.dataset: len(quads)}
    subjects = told(kg, "?name a sd:Dataset ; void:distinctSubjects ?n")
    assert subjects == {kg.iris.dataset: len({q.subject.value for q in quads})}


def test_all_counts_of_the_shipped_data_are_true(talks: KnowledgeGraph, norland: KnowledgeGraph) -> None:
    for kg in (talks, norland):
        assert_true(kg)
        by_class = kg.snapshot.store.select(
            "SELECT ?c ?p ?n { ?d void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y . "
            "?y void:property ?p ; void:triples ?n }"
        )
        for row in by_class:
            query = f"SELECT (COUNT(*) AS ?n) {{ ?s a <{row['c']}> ; <{row['p']}> ?o }}"
            assert kg.snapshot.store.select(query) == [{"n": row["n"]}], row


@given(batches=st.lists(several_fitting(12), min_size=1, max_size=2))
@settings(max_examples=tries(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_counts_stay_true_whatever_is_written(
    cast_store: Path, tmp_path_factory: pytest.TempPathFactory, batches: list[list[Statement]]
) -> None:
    path = tmp_path_factory.mktemp("described") / "store"
    with KnowledgeGraph(shutil.copytree(cast_store, path)) as kg:
        for batch in batches:
            kg.add(batch)
            assert_true(kg)


def test_an_update_keeps_the_counts_true(kg: KnowledgeGraph) -> None:
    kg.update('INSERT DATA { GRAPH g:entities { e:ada-norn skos:altLabel "A. Norn"@en } }')
    assert_true(kg)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { GRAPH g:service { e:ada-norn rdfs:label 'no' } }",
        "DELETE WHERE { GRAPH g:service { ?s sh:select ?o } }",
    ],
)
def test_the_description_is_derived_and_not_written(kg: KnowledgeGraph, update: str) -> None:
    with pytest.raises(ChangeRefusedError, match="derived"):
        kg.change(SparqlUpdate(update))


def test_a_store_with_raw_rdf_tells_no_counts_that_are_not_true(kg: KnowledgeGraph) -> None:
    kg.update("INSERT DATA { GRAPH <a:b> { <a:c> <a:d> <a:e> } }", raw=True)
    assert not kg.snapshot.store.has_graph(kg.iris.service_graph)
    kg.update("DROP GRAPH <a:b>", raw=True)
    assert_true(kg)


def test_an_empty_store_of_raw_rdf_has_no_description(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "raw", vocabulary=False) as kg:
        assert len(kg.snapshot.store) == 0


def test_there_are_examples_for_a_researchers_day() -> None:
    names = {e.name for e in examples()}
    assert len(names) >= 15
    assert names >= {
        "mediators-in-period", "said-about", "opposed-mediation", "invitations-by-month", "two-steps",
        "most-active-mediators", "said-by", "statement-whole",
    }  # fmt: skip


@pytest.mark.parametrize("name", [e.name for e in examples()])
def test_an_example_answers_on_the_shipped_data_and_explains_itself(talks: KnowledgeGraph, name: str) -> None:
    example = next(e for e in examples() if e.name == name)
    assert example.title.endswith(".")
    assert example.comment.endswith(".")
    assert example.keywords
    assert talks.snapshot.store.select(example.text)
    # It runs anywhere: with no prefix declared beforehand.
    found = talks.snapshot.store.engine.query(example.text, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    assert next(found, None)


def test_editors_find_prefixes_and_examples_in_sparql(talks: KnowledgeGraph) -> None:
    prefixes = talks.snapshot.store.select("SELECT ?p ?n { [] sh:prefix ?p ; sh:namespace ?n }")
    assert {"p": "e", "n": talks.iris.entity("")} in prefixes
    rows = talks.snapshot.store.select("SELECT ?q ?c ?s { ?q a sh:SPARQLExecutable ; rdfs:comment ?c ; sh:select ?s }")
    assert {row["s"] for row in rows} == {e.text for e in examples()}


@pytest.mark.parametrize(
    ("words", "iri"),
    [
        ("CC0-1.0", "https://spdx.org/licenses/CC0-1.0"),
        ("MIT", "https://spdx.org/licenses/MIT"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("all rights reserved", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_a_licence_has_an_address_only_where_it_is_known(words: str | None, iri: str | None) -> None:
    assert licence_iri(words) == iri
