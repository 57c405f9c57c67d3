"""What is written as RDF is read back the same, by rdflib and by the engine."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import Entity, Source, Statement
from graph.rdf import (
    Iris,
    Property,
    chunks,
    entity_from,
    entity_quads,
    source_from,
    source_quads,
    statement_from,
    statement_quads,
)
from graph.snapshot import read_entities, read_sources, read_statement, rebuilt_columns
from graph.stores import EmbeddedStore
from ontology import PREFIXES
from tests.effort import tries
from tests.graph.strategies import entities, optional, sources, statements, texts

# rdflib's own parsing calls what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning:rdflib")
IRIS = Iris("https://graph.example/base/")


def parsed(quads: str) -> rdflib.Dataset:
    dataset = rdflib.Dataset()
    dataset.parse(data=quads, format="nquads")
    return dataset


def properties(dataset: rdflib.Dataset, subject: str) -> list[Property]:
    node = rdflib.URIRef(subject)
    return [
        Property(str(p), str(o), o.language if isinstance(o, rdflib.Literal) else None)
        for _, p, o, _ in dataset.quads((node, None, None, None))
    ]


def statement_by_rdflib(quads: str, statement: Statement, source: Source) -> Statement:
    dataset = parsed(quads)
    node = IRIS.statement(statement.id)
    speakers = {}
    for p in properties(dataset, node):
        if p.predicate == PREFIXES["prov"] + "qualifiedAttribution":
            link = {q.predicate: q.value for q in properties(dataset, p.value)}
            speakers[int(link[PREFIXES["t"] + "position"])] = IRIS.id(link[PREFIXES["prov"] + "agent"])
    return statement_from(properties(dataset, node), source, speakers, IRIS)


@given(statements(), sources)
@settings(deadline=None, max_examples=tries(40))
def test_a_statement_survives_rdflib(statement: Statement, source: Source) -> None:
    source = source.model_copy(update={"id": "gazette"})
    quads = statement_quads(statement, source, IRIS)
    assert statement_by_rdflib(quads, statement, source) == statement


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1e-7, 5e-324, 0.1 + 0.2, 1 - 1e-16, 0.5])
def test_a_confidence_survives_the_engine_to_the_last_digit(tmp_path: Path, confidence: float) -> None:
    gazette = Source(id="gazette", title="t", kind="k")
    said = Statement.model_validate(
        {
            "subject": "norland", "relation": "invites", "object": "ada", "source": "gazette", "start": 0, "end": 4,
            "modality": "asserted", "confidence": confidence, "event": {"id": "one", "confidence": confidence},
        }
    )  # fmt: skip
    store = EmbeddedStore(tmp_path / "db", IRIS.base, writable=True)
    store.load([statement_quads(said, gazette, IRIS).encode()])
    assert read_statement(store, IRIS, said.id, gazette) == said


def test_a_speaker_may_stand_twice_in_a_chain(tmp_path: Path) -> None:
    gazette = Source(id="gazette", title="t", kind="k")
    said = Statement.model_validate(
        {
            "subject": "norland", "relation": "invites", "object": "ada", "source": "gazette", "start": 0, "end": 4,
            "modality": "claimed", "attributed_to": ["bo", "ada", "bo"],
        }
    )  # fmt: skip
    store = EmbeddedStore(tmp_path / "db", IRIS.base, writable=True)
    store.load([statement_quads(said, gazette, IRIS).encode()])
    assert read_statement(store, IRIS, said.id, gazette).attributed_to == ("bo", "ada", "bo")


@given(entities(), st.lists(texts, max_size=2, unique_by=str.strip))
@settings(deadline=None)
def test_an_entity_survives_rdflib(entity: Entity, datasets: list[str]) -> None:
    names = tuple(sorted(datasets))
    dataset = parsed(entity_quads(entity, names, IRIS))
    assert entity_from(entity.id, properties(dataset, IRIS.entity(entity.id)), IRIS) == (entity, names)


@given(sources)
@settings(deadline=None)
def test_a_source_survives_rdflib(source: Source) -> None:
    dataset = parsed(source_quads(source, IRIS))
    assert source_from(source.id, properties(dataset, IRIS.source(source.id)), IRIS) == source


@given(
    st.lists(statements(), max_size=12, unique_by=lambda s: s.id),
    st.lists(entities(), max_size=6, unique_by=lambda e: e.id),
    st.lists(sources, max_size=4, unique_by=lambda s: s.id),
)
@settings(deadline=None, max_examples=tries(15))
def test_everything_survives_the_engine(said: list[Statement], cast: list[Entity], printed: list[Source]) -> None:
    gazette = Source(id="gazette", title="The Gazette", kind="article", published="2031-05", coder="curated")
    by_id = {s.id: s for s in [*printed, gazette]}
    lines = [statement_quads(s, gazette, IRIS) for s in said]
    lines += [entity_quads(e, ("small",), IRIS) for e in cast]
    lines += [source_quads(s, IRIS) for s in by_id.values()]
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder) / "db", IRIS.base, writable=True)
        store.load(chunks(lines, size=1000))
        assert [read_statement(store, IRIS, s.id, gazette) for s in said] == said
        assert read_entities(store, IRIS) == {e.id: (e, ("small",)) for e in cast}
        assert read_sources(store, IRIS) == by_id
        store.close()


@given(statements(), optional(st.sampled_from(["asserted", "claimed"])))
@settings(deadline=None)
def test_quads_are_portable(statement: Statement, modality: str | None) -> None:
    source = Source.model_validate({"id": "gazette", "title": "t", "kind": "k", "modality": modality})
    dataset = parsed(statement_quads(statement, source, IRIS))
    for s, p, o, g in dataset.quads((None, None, None, None)):
        assert isinstance(s, rdflib.URIRef)
        assert isinstance(p, rdflib.URIRef)
        assert isinstance(o, rdflib.URIRef | rdflib.Literal)
        assert str(g) == IRIS.source("gazette")
        if isinstance(o, rdflib.Literal) and o.datatype == rdflib.XSD.decimal:
            assert re.fullmatch(r"0|1|0\.[0-9]*[1-9]", str(o))


def test_a_dyadic_event_of_a_data_set_takes_nine_quads_or_fewer() -> None:
    release = Source.model_validate(
        {"id": "release", "title": "t", "kind": "data set", "coder": "importer-1", "modality": "coded"}
    )
    event = Statement.model_validate(
        {
            "subject": "norland", "relation": "accuses", "object": "sudland", "source": "release", "record": "7",
            "row": 9, "modality": "coded", "when": "2031-03-05", "coder": "importer-1", "codes": ["cameo-1.1b3:112"],
        }
    )  # fmt: skip
    assert statement_quads(event, release, IRIS).count("\n") == 8  # nine with the event that others tell of as well


def test_bounds_stand_beside_the_edtf_string_as_dates() -> None:
    source = Source(id="gazette", title="t", kind="k", published="2031-05")
    statement = Statement.model_validate(
        {
            "subject": "norland", "relation": "invites", "object": "ada", "source": "gazette", "start": 0, "end": 4,
            "modality": "asserted", "when": "2031-02",
        }
    )  # fmt: skip
    node = IRIS.statement(statement.id)
    found = {
        (p.predicate.removeprefix(PREFIXES["t"]), p.value)
        for p in properties(parsed(statement_quads(statement, source, IRIS)), node)
    }
    assert {("when", "2031-02"), ("earliest", "2031-02-01"), ("latest", "2031-02-28")} <= found


def _iris(lines: Iterable[str]) -> set[str]:
    return {line.split(" ", 1)[0] for line in lines}


def test_iris_lie_under_the_base_of_the_store() -> None:
    entity = Entity.model_validate({"id": "norland", "kind": "state", "label": "Norland"})
    assert _iris(entity_quads(entity, (), IRIS).splitlines()) == {"<https://graph.example/base/id/entity/norland>"}


def test_columns_are_rebuilt_from_a_store_alone(tmp_path: Path) -> None:
    source = Source(id="gazette", title="t", kind="k")
    said = Statement.model_validate(
        {
            "subject": "norland",
            "relation": "invites",
            "object": "ada",
            "source": "gazette",
            "start": 0,
            "end": 4,
            "modality": "asserted",
        }
    )
    store = EmbeddedStore(tmp_path / "db", IRIS.base, writable=True)
    store.load([source_quads(source, IRIS).encode(), statement_quads(said, source, IRIS).encode()])
    cast = [Entity.model_validate({"id": "norland", "kind": "state", "label": "Norland"}),
            Entity.model_validate({"id": "ada", "kind": "person", "label": "Ada"})]  # fmt: skip
    columns = rebuilt_columns(store, IRIS, [source], {e.id: e for e in cast})
    assert [columns.id(row) for row in range(len(columns))] == [said.id]
