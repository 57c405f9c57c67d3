"""The mirror says what the store says, after any sequence of writes."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph, Statement
from graph.columns import NONE, SUBJECT_IS_STATEMENT, Columns, Index, day
from graph.edges import edge_changes, edge_counts, edges_from, plain_edges
from graph.snapshot import read_entities, read_sources, rebuilt_columns
from ontology import PREFIXES, UNSPECIFIED, Status, vocabulary
from tests.effort import tries
from tests.graph.strategies import SOURCES, several_fitting, statements

# With few relations several statements carry one edge, and one of them may go.
together = several_fitting(60) | several_fitting(60, ("invites", "mediates", "meets", "accuses", "worsens"))


def edges_by_rule(said: list[Statement]) -> set[tuple[str, str, str]]:
    return {
        (s.subject, s.relation, s.object)
        for s in said
        if s.status == "active"
        and s.modality in ("asserted", "presupposed")
        and not s.attributed_to
        and isinstance(s.subject, str)
        and s.object
        and UNSPECIFIED not in (s.subject, s.object)
    }


def edges_in_store(kg: KnowledgeGraph) -> set[tuple[str, str, str]]:
    iris, store = kg.iris, kg.snapshot.store
    return {
        (iris.id(subject), p.predicate.removeprefix(PREFIXES["r"]), iris.id(p.value))
        for subject, p in store.scan(iris.edges_graph)
    }


def assert_agreement(kg: KnowledgeGraph, said: list[Statement]) -> None:
    """Store, columns and networkx hold these statements and nothing else."""
    snapshot = kg.snapshot
    columns, store, iris = snapshot.columns, snapshot.store, kg.iris
    assert sorted(columns.id(row) for row in range(len(columns))) == sorted(s.id for s in said)
    assert {s.id: s for s in snapshot.statements(range(len(columns)))} == {s.id: s for s in said}
    assert columns.same_as(rebuilt_columns(store, iris, snapshot.sources.values(), snapshot.entities))
    assert read_sources(store, iris) == snapshot.sources
    assert {i: e for i, (e, _) in read_entities(store, iris).items()} == snapshot.entities
    assert {i: names for i, (_, names) in read_entities(store, iris).items()} == snapshot.datasets
    assert edges_in_store(kg) == plain_edges(columns) == edges_by_rule(said)
    quads = list(store.engine)
    assert len({(q.subject, q.predicate, q.object) for q in quads}) == len(quads) == snapshot.meta["quads"]
    assert_network(kg.network(status=tuple(Status)), {s.id: s for s in said})


def assert_network(graph: "nx.MultiDiGraph[str]", said: dict[str, Statement]) -> None:
    for one, other, key, edge in graph.edges(keys=True, data=True):
        s = said[edge["statement"]]
        assert key.startswith(s.id)
        taking_part = {s.subject, s.object, *s.parties, *(r.entity for r in s.roles)}
        assert {one, other} <= taking_part
        assert UNSPECIFIED not in (one, other)
        assert edge["relation"] == s.relation
        assert (edge["modality"], edge["status"], edge["source"]) == (s.modality, s.status, s.source)
        assert edge["family"] == vocabulary().relations[s.relation].family
        assert edge["voice"] == (s.attributed_to[0] if s.attributed_to else "")
    drawn = {edge["statement"] for _, _, edge in graph.edges(data=True)}
    dyadic = {
        s.id
        for s in said.values()
        if isinstance(s.subject, str) and s.object and UNSPECIFIED not in (s.subject, s.object)
    }
    assert dyadic <= drawn


@given(together, st.data())
@settings(deadline=None, max_examples=tries(12))
def test_store_columns_and_network_agree_after_any_sequence_of_writes(
    cast_store: Path, said: list[Statement], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kg = KnowledgeGraph(shutil.copytree(cast_store, Path(folder) / "store"))
        there: dict[str, Statement] = {}
        cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=2)))
        for low, high in zip([0, *cuts], [*cuts, len(said)], strict=True):
            kg.add(said[low:high])
            there |= {s.id: s for s in said[low:high]}
            # What is annotated later replaces the statement in its place: the id stays.
            for id in data.draw(st.sets(st.sampled_from(sorted(there)), max_size=20)) if there else ():
                status = data.draw(st.sampled_from(Status))
                there[id] = there[id].model_copy(update={"status": status, "note": "looked at again"})
            kg.add(there.values())
            gone = data.draw(st.sampled_from(list(SOURCES)))
            staying = [s for s in there.values() if s.source != gone]
            pointed_at = {i for s in (*staying, *said[high:]) for i in s.statements()}
            lost = {s.id for s in there.values() if s.source == gone}
            if not pointed_at & lost and data.draw(st.booleans()):
                kg.remove_source(gone)
                there = {i: s for i, s in there.items() if s.source != gone}
                kg.add(sources=[SOURCES[gone]])
        assert_agreement(kg, list(there.values()))
        kg.close()


@given(st.lists(statements(source="gazette-1"), max_size=15, unique_by=lambda s: s.id))
@settings(deadline=None, max_examples=tries(12))
def test_columns_saved_and_read_back_are_the_same(said: list[Statement]) -> None:
    plain = [s.model_copy(update={"about": None, "subject": None}) for s in said]
    columns = Columns.empty().edited((), {s.id: s for s in plain}.values(), SOURCES)
    with tempfile.TemporaryDirectory() as folder:
        columns.save(Path(folder))
        back = Columns.read(Path(folder))
    assert back.same_as(columns)
    assert [back.id(r) for r in range(len(back))] == [columns.id(r) for r in range(len(columns))]
    assert [back.row(s.id) for s in said] == [columns.row(s.id) for s in said]


@given(together, st.data())
@settings(deadline=None, max_examples=tries(80))
def test_editing_columns_step_by_step_equals_making_them_at_once(said: list[Statement], data: st.DataObject) -> None:
    columns = Columns.empty()
    there: dict[str, Statement] = {}
    while said:
        new, said = said[: (cut := data.draw(st.integers(1, 8)))], said[cut:]
        needed = {i for s in [*there.values(), *new] for i in s.statements()} | {
            i for s in said for i in s.statements()
        }
        free = sorted(set(there) - needed)
        gone = data.draw(st.lists(st.sampled_from(free), unique=True)) if free else []
        again = (
            data.draw(st.lists(st.sampled_from(sorted(set(there) - set(gone))), max_size=2))
            if set(there) - set(gone)
            else []
        )
        replaced = [there[i].model_copy(update={"status": Status.RETRACTED, "note": "no"}) for i in again]
        columns = columns.edited(gone, {s.id: s for s in [*new, *replaced]}.values(), SOURCES)
        there = {i: s for i, s in there.items() if i not in gone} | {s.id: s for s in [*new, *replaced]}
        assert columns.same_as(Columns.empty().edited((), there.values(), SOURCES))
    for s in there.values():
        row = columns.row(s.id)
        assert row is not None
        about = int(columns.about[row])
        assert (None if about == NONE else columns.id(about)) == s.about
        if columns.flags[row] & SUBJECT_IS_STATEMENT:
            assert (columns.id(int(columns.subject[row])),) == s.statements()[:1]
        assert (day(int(columns.earliest[row])), day(int(columns.latest[row]))) == s.bounds(SOURCES[s.source].published)


@given(st.text(max_size=30) | st.from_regex(r"[a-z2-7]{26}", fullmatch=True))
def test_an_id_that_no_statement_has_leads_to_no_row(norland: KnowledgeGraph, id: str) -> None:
    columns = norland.snapshot.columns
    known = {columns.id(row) for row in range(len(columns))}
    assert columns.row(id) is None or id in known


def test_a_statement_has_one_spelling_of_its_id(norland: KnowledgeGraph) -> None:
    columns = norland.snapshot.columns
    id = columns.id(0)
    assert columns.row(id) == 0
    assert columns.row(id.upper()) is None
    # The last letter carries three bits: three other letters would decode to the same bytes.
    others = [id[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567" if letter != id[-1]]
    assert [columns.row(other) for other in others] == [None] * 31


def test_a_statement_takes_a_hundred_bytes_or_fewer(norland: KnowledgeGraph) -> None:
    columns = norland.snapshot.columns
    assert columns.nbytes / len(columns) <= 100


# Networks


def test_a_network_is_frozen_and_leads_back_to_statements(norland: KnowledgeGraph) -> None:
    graph = norland.network(question="invites")
    assert sorted(graph.edges(keys=True)) == sorted(
        [
            ("norland", "bo-sund", _id(norland, "norland-invites-bo-sund")),
            ("norland", "bo-sund", _id(norland, "invitation-to-bo-sund-retold")),
            ("norland", "northgate", _id(norland, "norland-invites-bo-sund") + "#destination-northgate"),
        ]
    )
    assert graph.nodes["bo-sund"] == {"label": "Bo Sund", "kind": "person"}
    with pytest.raises(nx.NetworkXError, match="Frozen graph can't be modified"):
        graph.add_node("anybody")


def test_the_unspecified_agent_is_no_node(norland: KnowledgeGraph) -> None:
    assert UNSPECIFIED not in norland.network()
    assert [s.subject for s in norland.statements(object="Ada Norn", relation="invites", exact=True)] == [UNSPECIFIED]


def test_parties_alone_are_joined_pair_by_pair(norland: KnowledgeGraph) -> None:
    graph = norland.network(question="negotiates-with")
    (edge,) = graph.edges(keys=True, data=True)
    id = _id(norland, "norland-and-sudland-negotiate")
    assert edge[:3] == ("norland", "sudland", f"{id}#norland-sudland")
    assert edge[3] == {
        "statement": id, "relation": "negotiates-with", "family": "cooperation", "part": "party",
        "modality": "asserted",
        "status": "active", "source": "gazette-2", "voice": "", "sign": 1, "earliest": "2031-03-01",
        "latest": "2031-03-31",
    }  # fmt: skip


def test_nobody_who_takes_part_in_a_collective_act_is_lost(kg: KnowledgeGraph) -> None:
    said = Statement.model_validate(
        {
            "relation": "negotiates-with", "parties": ["norland", "sudland"], "roles": {"host": "westmark"},
            "object": "river-talks",
            "source": "gazette-2", "start": 1, "end": 9, "modality": "asserted",
        }
    )  # fmt: skip
    kg.add([said])
    parts = sorted((a, b, e["part"]) for a, b, e in kg.network().edges(data=True) if e["statement"] == said.id)
    assert parts == [
        ("norland", "river-talks", "object"), ("norland", "sudland", "party"), ("norland", "westmark", "host"),
        ("sudland", "river-talks", "object"), ("sudland", "westmark", "host"),
    ]  # fmt: skip


def _id(kg: KnowledgeGraph, key: str) -> str:
    (found,) = [s.id for s in kg.statements() if s.key == key]
    return found


# rdflib


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")
def test_rdflib_reads_the_union_of_all_graphs_and_writes_nothing(norland: KnowledgeGraph) -> None:
    dataset = norland.dataset
    r = rdflib.Namespace(PREFIXES["r"])
    norland_iri = rdflib.URIRef(norland.iris.entity("norland"))
    assert {norland.iris.id(str(o)) for o in dataset.objects(norland_iri, r.invites)} == {"bo-sund"}
    (row,) = dataset.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert int(str(row[0])) == norland.snapshot.meta["quads"]  # type: ignore[index]  # a row of a SELECT
    with pytest.raises(RuntimeError, match="only possible on read-write"):
        dataset.add((norland_iri, r.invites, norland_iri))


@given(said=together, data=st.data())
@settings(max_examples=tries(60), deadline=None)
def test_the_edges_that_a_change_draws_and_takes_away_are_those_between_the_two_sets(
    said: list[Statement], data: st.DataObject
) -> None:
    ids = {s.id for s in said}
    named = {i for s in said for i in s.statements()}
    free = sorted(ids - named)
    gone = data.draw(st.lists(st.sampled_from(free), unique=True, max_size=len(ids) // 11 + 1)) if free else []
    old = Columns.empty().edited((), said, SOURCES)
    new = old.edited(gone, (), SOURCES)
    before, after = plain_edges(old), plain_edges(new)
    assert edge_changes(old, new, gone) == (after - before, before - after)
    assert edge_changes(new, old, gone) == (before - after, after - before)
    assert edge_counts(old) == Counter(relation for _, relation, _ in before)
    subject = data.draw(st.sampled_from(sorted(old.entities))) if old.entities else "nobody"
    assert edges_from(old, [subject]) == {e for e in before if e[0] == subject}


@given(st.lists(st.integers(NONE, 3) | st.integers(65_530, 65_540) | st.integers(131_068, 131_076)))
def test_an_index_gives_the_rows_of_each_value_in_order(values: list[int]) -> None:
    index = Index(np.array(values, np.int32))
    for value in {*values, NONE, 7, 200_000}:
        assert index[value].tolist() == [row for row, v in enumerate(values) if v == value]
