"""The checksum of an answer: how the rows are written does not matter, what they say does."""

import hashlib
import io
import json
import random
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.checksums import (
    changing_function,
    compare,
    is_ordered,
    lines_of_answers,
    lines_of_results,
    lines_of_triples,
    remarks,
)

values = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
terms = st.one_of(
    st.builds(lambda v: {"type": "uri", "value": f"http://x.example/{v}"}, values),
    st.builds(lambda v: {"type": "literal", "value": v}, values),
    st.builds(lambda v, t: {"type": "literal", "value": v, "xml:lang": t}, values, st.sampled_from(["en", "sr-latn"])),
    st.builds(lambda v, t: {"type": "literal", "value": v, "datatype": f"http://x.example/{t}"}, values, values),
    st.builds(lambda n: {"type": "bnode", "value": f"b{n}"}, st.integers(0, 4)),
)
rows = st.lists(st.dictionaries(st.sampled_from("abc"), terms), max_size=8)


def results(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"head": {"vars": ["a", "b", "c"]}, "results": {"bindings": rows}}


def checksum(rows: list[dict[str, Any]]) -> str:
    return lines_of_results(results(rows)).checksum


@given(rows, st.randoms(use_true_random=False))
def test_order_labels_and_formatting_do_not_matter(rows: list[dict[str, Any]], chance: random.Random) -> None:
    new = [f"n{n}" for n in range(5)]
    chance.shuffle(new)

    def written_otherwise(term: dict[str, Any]) -> dict[str, Any]:
        found = dict(reversed(term.items()))
        if term["type"] == "bnode":
            found["value"] = new[int(term["value"][1:])]
        if "xml:lang" in term:
            found["xml:lang"] = term["xml:lang"].upper()
        if "datatype" in term and chance.random() < 0.5:
            found["type"] = "typed-literal"
        if term["type"] == "literal" and not found.keys() & {"xml:lang", "datatype"}:
            found["datatype"] = "http://www.w3.org/2001/XMLSchema#string"
        return found

    other = [{name: written_otherwise(term) for name, term in reversed(row.items())} for row in rows]
    chance.shuffle(other)
    text = json.dumps(results(other), indent=3)
    assert lines_of_results(json.loads(text)).checksum == checksum(rows)


@given(rows, st.randoms(use_true_random=False), terms)
def test_any_other_value_matters(rows: list[dict[str, Any]], chance: random.Random, term: dict[str, Any]) -> None:
    places = [(n, name) for n, row in enumerate(rows) for name in row]
    assume(places)
    n, name = chance.choice(places)
    before = rows[n][name]
    assume(before != term and "bnode" not in (before["type"], term["type"]))
    changed = [dict(row) for row in rows]
    changed[n][name] = term
    assert checksum(changed) != checksum(rows)
    del changed[n][name]
    assert checksum(changed) != checksum(rows)


@given(rows)
def test_repeats_count(rows: list[dict[str, Any]]) -> None:
    assume(rows)
    assert checksum([*rows, rows[0]]) != checksum(rows)
    there = lines_of_results(results(rows)).lines
    assert compare(there, [*there, there[0]]).added == (there[0],)
    assert compare(there, there[1:]).removed == (there[0],)


def test_blank_nodes_are_told_apart_by_what_is_said_of_them() -> None:
    def row(a: str, b: str) -> dict[str, Any]:
        return {"a": {"type": "bnode", "value": a}, "b": {"type": "literal", "value": b}}

    same = [row("x", "1"), row("x", "2")]
    different = [row("x", "1"), row("y", "2")]
    assert checksum(same) != checksum(different)
    assert checksum(different) == checksum([row("p", "2"), row("q", "1")])


def test_many_equal_blank_nodes_take_no_time() -> None:
    """Full canonical labels would try all ways to name them."""
    clique = [
        {"a": {"type": "bnode", "value": f"b{m}"}, "b": {"type": "bnode", "value": f"b{n}"}}
        for m in range(60) for n in range(60) if m != n
    ]  # fmt: skip
    chain = [
        {"a": {"type": "bnode", "value": f"b{n}"}, "b": {"type": "bnode", "value": f"b{n + 1}"}} for n in range(2000)
    ]
    assert checksum(clique) == checksum(clique[::-1])
    assert checksum(chain) == checksum(chain[::-1])


def test_variables_without_rows_matter() -> None:
    empty = {"head": {"vars": ["b", "a"]}, "results": {"bindings": []}}
    assert lines_of_results(empty).head == '["a","b"]'
    assert lines_of_results(empty).checksum != checksum([])


def test_where_the_query_orders_its_rows_their_order_matters() -> None:
    pair = [{"a": {"type": "literal", "value": v}} for v in "yx"]
    assert lines_of_results(results(pair)).checksum == lines_of_results(results(pair[::-1])).checksum
    there, back = (lines_of_results(results(p), ordered=True).checksum for p in (pair, pair[::-1]))
    assert there != back


def serialized(statements: Iterable[ox.Triple] | Iterable[ox.Quad], format: ox.RdfFormat) -> str:
    output = io.BytesIO()
    ox.serialize(statements, output, format=format)
    return output.getvalue().decode()


literals = st.builds(ox.Literal, values)
iris = st.sampled_from([ox.NamedNode(f"http://x.example/{n}") for n in range(4)])


@given(st.lists(st.builds(ox.Triple, iris, iris, literals | iris), max_size=8))
def test_triples_without_blank_nodes_are_those_of_rdfc(triples: list[ox.Triple]) -> None:
    text = serialized(triples, ox.RdfFormat.N_TRIPLES)
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    canonical = "".join(sorted(serialized([q], ox.RdfFormat.N_QUADS) for q in dataset))
    assert lines_of_triples(text).checksum == hashlib.sha256(canonical.encode()).hexdigest()


def test_blank_nodes_of_triples_are_found_only_where_they_stand() -> None:
    first = '_:a <http://p> "_:b ." .\n_:a <http://p> _:b .\n_:b <http://p> "x"@en .\n'
    other = '_:2 <http://p> "x"@en .\n_:1 <http://p> _:2 .\n_:1 <http://p> "_:b ." .\n'
    assert lines_of_triples(first).checksum == lines_of_triples(other).checksum
    assert lines_of_triples(first).checksum != lines_of_triples(first.replace('_:b ."', '_:c ."')).checksum


def test_answers_of_questions_are_lines_too() -> None:
    answers = [{"b": 1, "a": [2.5, None]}, {"a": "é"}]
    assert lines_of_answers(answers).lines == ('{"a":"é"}', '{"a":[2.5,null],"b":1}')


@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 1", True),
        ("SELECT * { ?s ?p ?o } order\n by ?s", True),
        ("SELECT * { { SELECT ?s { } ORDER BY ?s } }", False),
        ("SELECT * { ?s ?p 'ORDER BY {' } # ORDER BY", False),
        ("SELECT ?orderBY { ?s e:ORDER ?by }", False),
    ],
)
def test_only_the_order_of_the_whole_query_counts(query: str, ordered: bool) -> None:
    assert is_ordered(query) is ordered


@pytest.mark.parametrize(
    ("query", "function"),
    [
        ("SELECT (NOW() AS ?x) {}", "NOW"), ("SELECT * { FILTER(rand () < 0.5) }", "RAND"),
        ("SELECT (STRUUID() AS ?x) {}", "STRUUID"), ("SELECT ('NOW()' AS ?x) {} # RAND()", None),
        ("SELECT * { ?now e:rand (1) }", None),
    ],
)  # fmt: skip
def test_functions_with_another_value_each_time_are_named(query: str, function: str | None) -> None:
    assert changing_function(query) == function


def test_what_is_left_to_the_engine_is_said() -> None:
    assert remarks("SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 3") == []
    assert remarks("SELECT (SAMPLE(?s) AS ?x) { ?s ?p ?limit } LIMIT 3 # ORDER BY") == [
        "LIMIT or OFFSET without ORDER BY: which rows are taken is left to the engine",
        "SAMPLE: which value, or in which order, is left to the engine",
    ]
