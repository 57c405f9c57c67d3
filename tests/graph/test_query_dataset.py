"""A query over the graphs that a request names, whatever the query says."""

import json
from pathlib import Path

import pytest

from graph.stores import EmbeddedStore, QueryDataset

A, B, C, NOWHERE = (f"http://a.example/{name}" for name in ("a", "b", "c", "nowhere"))
PLAIN, NAMED = "SELECT ?x {} {{ ?x ?p ?o }}", "SELECT ?x {} {{ GRAPH ?g {{ ?x ?p ?o }} }}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    """Three graphs, each with one triple whose subject is the graph itself, and the default graph with another."""
    path: Path = tmp_path_factory.mktemp("store")
    writing = EmbeddedStore(path, "http://a.example/", writable=True)
    writing.load([b"".join(f"<{g}> <a:p> <a:o> <{g}> .\n".encode() for g in (A, B, C)), b"<a:s> <a:p> <a:o> .\n"])
    writing.close()
    return EmbeddedStore(path, "http://a.example/")


def subjects(store: EmbeddedStore, query: str, dataset: QueryDataset | None, *, union: bool = True) -> list[str]:
    rows = json.loads(store.answer(query, dataset=dataset, union=union).body)["results"]["bindings"]
    return sorted(row["x"]["value"] for row in rows)


@pytest.mark.parametrize("union", [True, False])
@pytest.mark.parametrize("clause", ["", f"FROM <{C}>", f"FROM NAMED <{C}>", f"FROM <{C}> FROM NAMED <{C}>"])
def test_the_graphs_named_by_the_request_are_all_that_is_seen(store: EmbeddedStore, clause: str, union: bool) -> None:
    plain, named = PLAIN.format(clause), NAMED.format(clause)
    for dataset, in_default, in_named in (
        (QueryDataset((A,)), [A], []),
        (QueryDataset((A, B)), [A, B], []),
        (QueryDataset((), (B,)), [], [B]),
        (QueryDataset((A,), (B, C)), [A], [B, C]),
        (QueryDataset((NOWHERE,), (NOWHERE,)), [], []),
    ):
        assert subjects(store, plain, dataset, union=union) == in_default
        assert subjects(store, named, dataset, union=union) == in_named


def test_without_them_it_is_from_or_the_store(store: EmbeddedStore) -> None:
    assert subjects(store, PLAIN.format(""), None) == ["a:s", A, B, C]
    assert subjects(store, PLAIN.format(""), None, union=False) == ["a:s"]
    assert subjects(store, PLAIN.format(f"FROM <{C}>"), None) == [C]


def test_relative_iris_are_resolved_against_the_base_of_the_request(store: EmbeddedStore) -> None:
    query = "SELECT (<here> AS ?x) {}"
    assert json.loads(store.answer(query, base="http://b.example/sparql").body)["results"]["bindings"] == [
        {"x": {"type": "uri", "value": "http://b.example/here"}}
    ]
    assert b"http://a.example/here" in store.answer(query).body


def test_a_carriage_return_survives_in_xml(store: EmbeddedStore) -> None:
    for text in ('SELECT ("a\\rb" AS ?x) {}', 'CONSTRUCT { <a:s> <a:p> "a\\rb" } {}'):
        body = store.answer(text, "application/sparql-results+xml", "application/rdf+xml").body
        assert b"a&#xD;b" in body
        assert b"\r" not in body
