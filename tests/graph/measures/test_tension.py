"""Tension between two: bounds from modality, dates and repetition, with what has no date beside them."""

import pytest

from graph import KnowledgeGraph
from graph.entities import Entity
from graph.evidence import Evidence
from graph.exceptions import ParameterError
from graph.measures import tension
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind, Modality

STATES = [Entity(id=id, kind=Kind.STATE, label=id.capitalize()) for id in ("ama", "bel", "cor")]
GAZETTE = Source(id="gazette", title="Gazette", kind="news article", dataset="claims")


@pytest.fixture
def graph(empty: KnowledgeGraph) -> KnowledgeGraph:
    def claim(n: int, relation: str, when: str | None, modality: Modality, one: str = "ama") -> Statement:
        return Statement(
            subject=one, relation=relation, object="bel", when=when, modality=modality, source="gazette",
            start=n, end=n + 1,
        )  # fmt: skip

    empty.add(
        [
            claim(1, "accuses", "2031-01-05", Modality.ASSERTED),
            claim(2, "threatens", "2031-01-06", Modality.CLAIMED),
            claim(3, "supports", "2031-01/2031-02", Modality.ASSERTED),
            claim(4, "accuses", None, Modality.ASSERTED),
            claim(5, "accuses", "2031-02-02", Modality.NEGATED),
            claim(6, "accuses", "2031-01-07", Modality.ASSERTED, one="cor"),
        ],
        entities=STATES,
        sources=[GAZETTE],
    )
    return empty


def test_bounds_hold_what_is_firm_and_what_is_told(graph: KnowledgeGraph) -> None:
    found = tension(graph, "Ama", "Bel", level="entity")
    january, february = found.periods
    assert (january.period, january.evidence) == ("2031-01", Evidence.CLAIM)
    assert (january.conflict, january.cooperation) == ((1, 2), (0, 1))
    assert january.share == (0.5, 1.0)
    assert (february.conflict, february.cooperation) == ((0, 0), (0, 1))
    assert february.share == (0.0, 0.0)
    assert found.undated == {Evidence.CLAIM: {"conflict": 1, "cooperation": 0}}
    assert len(found.frame()) == 2


def test_a_pair_that_never_met_has_no_periods(graph: KnowledgeGraph) -> None:
    assert tension(graph, "Ama", "Cor", level="entity").periods == ()


def test_what_makes_the_bounds_is_no_filter(graph: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="what the bounds are made of"):
        tension(graph, "Ama", "Bel", modality="asserted")
    with pytest.raises(ParameterError, match="twice"):
        tension(graph, "Ama", "ama")
