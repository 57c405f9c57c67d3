"""Whatever is written over a graph, quad by quad: it is refused and changes nothing, or all parts agree afterwards."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from graph import KnowledgeGraph
from graph.exceptions import ChangeRefusedError
from graph.validation import validate_snapshot
from tests.effort import tries
from tests.graph.test_atomicity import facts
from tests.graph.test_changes import mirror

OTHERS: st.SearchStrategy[Literal | NamedNode] = st.sampled_from(
    [Literal("x"), Literal("2031-01"), Literal(3), Literal("a:b"), NamedNode("a:b")]
)
Edits = list[tuple[str, Quad]]


def own_quads(kg: KnowledgeGraph) -> list[Quad]:
    """All but the vocabulary and what describes the graph, in an order that does not depend on the engine."""
    left_out = (kg.iris.ontology_graph, kg.iris.service_graph)
    return sorted((q for q in kg.snapshot.store.engine if q.graph_name.value not in left_out), key=str)


@st.composite
def edits(draw: st.DrawFn, quads: list[Quad]) -> Edits:
    """A change of one quad or subject: taken away, put elsewhere, given what another has, or something below it."""
    one, other = draw(st.sampled_from(quads)), draw(st.sampled_from(quads))
    s, p, o, g = one.subject, one.predicate, one.object, one.graph_name
    alike = draw(st.sampled_from([q for q in quads if q.predicate == p])).object
    below = NamedNode(s.value + draw(st.sampled_from(["/", "/speaker/1", "x"])))  # type: ignore[union-attr]
    whole = [q for q in quads if q.subject == s]
    removal = [("DELETE", q) for q in whole]
    return draw(st.sampled_from([
        [("DELETE", one)],
        [("DELETE", one), ("INSERT", Quad(s, p, alike, g))],
        [("DELETE", one), ("INSERT", Quad(s, p, draw(OTHERS), g))],
        [("DELETE", one), ("INSERT", Quad(s, p, o, other.graph_name))],
        [("INSERT", Quad(s, p, alike, g))],
        [("INSERT", Quad(s, p, o, other.graph_name))],
        [("INSERT", Quad(other.subject, p, o, g))],
        [("INSERT", Quad(below, p, o, g))],
        removal,
        [*removal, *(("DELETE", q) for q in quads if q.object == s)],
        [*removal, *(("INSERT", Quad(q.subject, q.predicate, q.object, other.graph_name)) for q in whole)],
    ]))  # fmt: skip


def text(found: list[Edits]) -> str:
    return " ;\n".join(f"{w} DATA {{ GRAPH {q.graph_name} {{ {q.triple} }} }}" for each in found for w, q in each)


@settings(max_examples=tries(4), deadline=None)
@given(data=st.data())
def test_an_edit_is_refused_or_leaves_a_graph_whose_parts_agree(
    norland_store: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with KnowledgeGraph(shutil.copytree(norland_store, tmp_path_factory.mktemp("edited") / "store")) as kg:
        before = facts(kg)
        for _ in range(4):
            update = text(data.draw(st.lists(edits(own_quads(kg)), min_size=1, max_size=2)))
            try:
                report = kg.update(update)
            except ChangeRefusedError:
                assert kg.snapshot.revision == before[0]
                continue
            before = facts(kg)
            assert report.revision == before[0]
            findings = validate_snapshot(kg.snapshot, shapes=False)
            assert not [f for f in findings if f.severity == "violation"], update
        assert not [f for f in validate_snapshot(kg.snapshot) if f.severity == "violation"]


@settings(max_examples=tries(2), deadline=None)
@given(data=st.data())
def test_the_mirror_of_raw_edits_is_that_of_the_quads_alone(
    norland_store: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with KnowledgeGraph(shutil.copytree(norland_store, tmp_path_factory.mktemp("edited") / "store")) as kg:
        for _ in range(4):
            kg.update(text(data.draw(st.lists(edits(own_quads(kg)), min_size=1, max_size=2))), raw=True)
        with KnowledgeGraph(tmp_path_factory.mktemp("anew") / "store", vocabulary=False) as anew:
            anew.update(text([[("INSERT", q) for q in own_quads(kg)]]), raw=True)
            assert mirror(kg) == mirror(anew)
