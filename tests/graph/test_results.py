"""What queries give in Python: rdflib's terms with their datatypes, DataFrames of typed columns, bound values."""

import builtins
from datetime import date
from typing import Any

import pandas as pd
import pytest
import rdflib
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from graph import KnowledgeGraph
from graph.exceptions import NotFoundError, ParameterError, QuerySyntaxError, UnknownNameError
from graph.named_queries import NamedQuery, named_queries
from ontology import UnknownTermError

INVITES = "SELECT ?who ?whom { ?who r:invites ?whom }"
KINDS = """SELECT * { VALUES (?whole ?number ?truth ?day ?moment ?text ?iri ?mixed) {
  (1 1.5 true "2031-03-01"^^xsd:date "2031-03-01T12:00:00"^^xsd:dateTime "ja"@de e:norland 1)
  (2 2e0 false "2032-03-01"^^xsd:date UNDEF "nein" <urn:x:y> "one")
  (UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF) } }"""


def test_rows_are_those_of_rdflib_with_their_datatypes(norland: KnowledgeGraph) -> None:
    results = norland.sparql(KINDS)
    assert isinstance(results, rdflib.query.Result)
    first, second, empty = results
    assert (first.whole, first.number) == (Literal(1), Literal("1.5", datatype=XSD.decimal))
    assert first["day"].toPython() == date(2031, 3, 1)
    assert (first.text, second.text) == (Literal("ja", lang="de"), Literal("nein"))
    assert second.iri == URIRef("urn:x:y")
    assert (empty.whole, len(results)) == (None, 3)
    assert repr(norland.sparql(INVITES, whom="Westmark")) == "<0 rows of ?who ?whom>"


def test_truth_and_triples_are_rdflib_too(norland: KnowledgeGraph) -> None:
    assert norland.sparql("ASK { ?s r:invites ?o }")
    assert not norland.sparql("ASK { ?s r:invites e:nobody }")
    triples = norland.sparql("CONSTRUCT { ?s r:x ?o } WHERE { ?s r:invites ?o }")
    assert triples.graph is not None
    assert set(triples) == set(triples.graph)
    assert len(triples) == len(norland.sparql(INVITES)) > 0
    assert list(triples.frame().columns) == ["subject", "predicate", "object"]
    assert set(triples.frame().predicate) == {"r:x"}


def test_columns_of_a_frame_are_typed(norland: KnowledgeGraph) -> None:
    frame = norland.frame(KINDS)
    kinds = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert kinds == {
        "whole": "Int64", "number": "Float64", "truth": "boolean", "day": "datetime64[s]", "moment": "datetime64[us]",
        "text": "string", "iri": "string", "mixed": "string",
    }  # fmt: skip
    assert frame.iloc[2].isna().all()
    assert (frame.number[1], frame.day[0].date(), frame.iri[0]) == (2.0, date(2031, 3, 1), "e:norland")
    assert frame.mixed.tolist()[:2] == ["1", "one"]
    assert norland.frame(KINDS, iris="iri").iri[0] == norland.iris.entity("norland")
    with pytest.raises(ParameterError, match="'short' is neither 'curie' nor 'iri'"):
        norland.frame(KINDS, iris="short")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ['"-0044-03-15"^^xsd:date', '"2031-03-01Z"^^xsd:date', '"abc"^^xsd:integer', "1e400", '"x"^^xsd:boolean']
)
def test_what_no_type_holds_is_told_as_text_or_as_it_is(norland: KnowledgeGraph, value: str) -> None:
    frame = norland.frame(f"SELECT ({value} AS ?v) {{}}")
    assert len(frame) == 1
    assert str(frame.v[0]) in (value.partition("^^")[0].strip('"'), "inf", "<NA>")


def test_a_frame_of_nothing_has_its_columns(norland: KnowledgeGraph) -> None:
    frame = norland.frame(INVITES, whom="Westmark")
    assert (list(frame.columns), len(frame)) == (["who", "whom"], 0)
    with pytest.raises(ParameterError, match="an ASK has no rows"):
        norland.frame("ASK {}")


def test_without_pandas_the_way_out_is_named(norland: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'tertius\[notebook\]'"):
        norland.frame(INVITES)


# Bound values


@pytest.mark.parametrize(
    "value", ["Bo Sund", "bo-sund", "BO SUND", "e:bo-sund", "https://tertius.example/id/entity/bo-sund",
              URIRef("https://tertius.example/id/entity/bo-sund")],
)  # fmt: skip
def test_a_name_a_curie_and_an_iri_bind_the_same(norland: KnowledgeGraph, value: str) -> None:
    rows = list(norland.sparql(INVITES, whom=value))
    assert rows
    assert {row.whom for row in rows} == {URIRef(norland.iris.entity("bo-sund"))}


@pytest.mark.parametrize("value", [1, 2.5, True, date(2031, 3, 1), Literal("Norland", lang="en"), Literal("a\n\"'\\")])
def test_a_literal_is_bound_as_it_is(norland: KnowledgeGraph, value: Any) -> None:
    expected = value if isinstance(value, Literal) else Literal(value)
    ((echo,),) = norland.sparql("SELECT ?v { VALUES ?any { 1 } OPTIONAL { ?any r:none ?v } }", v=value)
    assert echo == expected


def test_a_value_is_never_read_as_part_of_the_query(norland: KnowledgeGraph) -> None:
    hostile = "bo-sund> . ?s ?p ?o } #"
    with pytest.raises(UnknownNameError):
        norland.sparql(INVITES, whom=hostile)
    with pytest.raises(ParameterError, match=r"whom: .* is no term of RDF"):
        norland.sparql(INVITES, whom=URIRef(f"https://tertius.example/id/entity/{hostile}"))
    assert not norland.sparql(INVITES, whom=Literal(hostile))
    with pytest.raises(ParameterError, match="is no name, IRI, literal, number or date"):
        norland.sparql(INVITES, whom=rdflib.BNode())


def test_a_variable_that_cannot_be_bound_is_named(norland: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match=r"whom: cannot be bound: a SELECT must select \?whom"):
        norland.sparql("SELECT ?who { ?who r:invites ?whom }", whom="Bo Sund")
    with pytest.raises(QuerySyntaxError):
        norland.sparql("SELECT", whom="Bo Sund")


# Named questions


def test_a_question_is_called_by_name_in_three_ways(talks: KnowledgeGraph) -> None:
    by_name = talks.question("mediators-between", one="Armenia", other="Azerbaijan")
    assert {str(row.mediator).rsplit("/", 1)[-1] for row in by_name if row.mediator} >= {"russia", "european-union"}
    assert list(talks.questions.mediators_between(one="armenia", other="e:azerbaijan")) == list(by_name)
    assert list(talks.questions["mediators-between"](one="Armenia", other="Azerbaijan")) == list(by_name)
    # A place means its government, a word the relation of that id.
    assert len(talks.questions.mediators_between(one="Armenia", other="Baku")) == len(by_name)
    assert len(talks.questions.who(question="invites")) == len(talks.statements(relation="invites"))


def test_questions_tell_what_they_are(talks: KnowledgeGraph) -> None:
    assert list(talks.questions) == list(named_queries())
    assert {name.replace("-", "_") for name in named_queries()} <= set(dir(talks.questions))
    said = talks.questions.said_by
    assert "What somebody is reported to say" in (said.__doc__ or "")
    assert "speaker: who speaks" in (said.__doc__ or "")
    assert "said-by(speaker): What somebody is reported to say" in repr(talks.questions)


def test_unknown_questions_variables_and_names_list_what_there_is(talks: KnowledgeGraph) -> None:
    with pytest.raises(NotFoundError, match=r"no named query has the id 'why'; there are about, .*said-by"):
        talks.question("why")
    with pytest.raises(AttributeError, match="there are about"):
        talks.questions.why  # noqa: B018 - asked for
    with pytest.raises(ParameterError, match="a: is no variable of the question mediators-between, which takes one, o"):
        talks.question("mediators-between", a="Armenia")
    with pytest.raises(ParameterError, match="which takes none"):
        talks.question("about", a="Armenia")
    with pytest.raises(UnknownNameError, match="candidates: armenia"):
        talks.question("mediators-between", one="Armenai")
    with pytest.raises(UnknownTermError, match="did you mean invites"):
        talks.question("who", question="invite")


def test_an_example_says_what_text_stands_for(talks: KnowledgeGraph) -> None:
    meanings = {"since": 'the first day, such as "2020-01-01"^^xsd:date', "of": "the statement, such as st:y7wrm2a2kn"}
    query = NamedQuery("q", "Q.", meanings, "")
    assert query.examples == {"since": "2020-01-01", "of": "st:y7wrm2a2kn"}
    names, iris = talks.snapshot.names, talks.iris
    assert query.bound({"since": "2031-05-01", "of": "y7wr"}, names, iris) == {
        "since": Literal("2031-05-01", datatype=XSD.date),
        "of": URIRef(iris.statement("y7wr")),
    }
    with pytest.raises(ParameterError, match="since: 'yesterday' is no xsd:date"):
        query.bound({"since": "yesterday"}, names, iris)


def test_frames_of_questions_are_pandas(talks: KnowledgeGraph) -> None:
    frame = talks.questions.statements_by_modality().frame()
    assert isinstance(frame, pd.DataFrame)
    assert str(frame.statements.dtype) == "Int64"
    assert frame.statements.sum() == len(talks.statements(status=("active", "disputed", "retracted")))


def test_a_question_about_a_period_leaves_out_what_was_at_another_time(norland: KnowledgeGraph) -> None:
    pair = {"one": "e:norland", "other": "e:sudland"}
    ever = len(norland.question("mediators-in-period", **pair))
    later = len(norland.question("mediators-in-period", **pair, since=date(2031, 1, 1)))
    earlier = len(norland.question("mediators-in-period", **pair, until=date(2030, 12, 31)))
    assert 0 < earlier < ever
    assert 0 < later < ever
