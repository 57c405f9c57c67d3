"""Tension between two: bounds from modality, dates and repetition, with what has no date beside them."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.entities import Entity
from graph.evidence import Evidence
from graph.exceptions import ParameterError
from graph.measures import tension
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind, Modality
from tests.effort import tries

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


DATES = ["2031-01-05", "2031-01", "2031-01/2031-02", "2031-02-28", "2031-03", None]
MODALITIES = [Modality.ASSERTED, Modality.CLAIMED, Modality.NEGATED, Modality.INTENDED]
SIGNS = {"accuses": "conflict", "threatens": "conflict", "supports": "cooperation", "mediates": None}
acts = st.tuples(
    st.sampled_from(["ama", "bel"]), st.sampled_from(sorted(SIGNS)), st.sampled_from(DATES),
    st.sampled_from(MODALITIES), st.sampled_from([False, False, True]),
)  # fmt: skip


@settings(max_examples=tries(12))  # each makes a store
@given(st.lists(acts, max_size=7))
def test_bounds_are_those_of_a_look_at_every_statement(told: list[tuple[str, str, str | None, Modality, bool]]) -> None:
    statements = []
    for n, (one, relation, when, modality, repeated) in enumerate(told):
        other = "bel" if one == "ama" else "ama"
        whom = {"parties": [other]} if relation == "mediates" else {"object": other}
        fields = {"subject": one, "relation": relation, "when": when, "modality": modality, "repeated": repeated}
        statements.append(Statement.model_validate(fields | whom | {"source": "gazette", "start": n, "end": n + 1}))
    with KnowledgeGraph() as kg:
        kg.add(statements, entities=STATES, sources=[GAZETTE])
        found = tension(kg, "Ama", "Bel", level="entity")
    took_place = [s for s in statements if s.modality in (Modality.ASSERTED, Modality.CLAIMED)]
    for period in found.periods:
        first = date.fromisoformat(f"{period.period}-01")
        last = date(2031, first.month + 1, 1) - timedelta(1)
        for sign in ("conflict", "cooperation"):
            low, high, endless = 0, 0, False
            for s in took_place:
                earliest, latest = s.bounds(None)
                if SIGNS[s.relation] == sign and earliest and latest and earliest <= last and latest >= first:
                    # What nobody linked may all be one event.
                    low |= s.modality is Modality.ASSERTED and first <= earliest and latest <= last
                    high += 1
                    endless |= s.repeated
            is_silent = period.reason == "no data set covers it"
            assert getattr(period, sign) == (None if is_silent else (low, None if endless else high))
            assert not (is_silent and high)
        if period.share and period.conflict and period.cooperation:
            # The share is least with as little conflict and as much cooperation as may be, and the reverse.
            conflict, cooperation = (
                [n if n is not None else 10**9 for n in bounds] for bounds in (period.conflict, period.cooperation)
            )
            shares = [c / (c + k) for c in conflict for k in cooperation if c + k]
            assert period.share == pytest.approx((min(shares), max(shares)), abs=1e-8)
        else:
            assert period.reason in ("nothing of either sign is told", "no data set covers it")
    undated = Counter(SIGNS[s.relation] for s in took_place if not s.when and SIGNS[s.relation])
    assert {sign: n for sign, n in found.undated.get(Evidence.CLAIM, {}).items() if n} == undated
    assert (found.reason is None) == bool(found.periods)


def test_a_pair_that_never_met_has_no_periods(graph: KnowledgeGraph) -> None:
    assert tension(graph, "Ama", "Cor", level="entity").periods == ()


def test_what_makes_the_bounds_is_no_filter(graph: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="what the bounds are made of"):
        tension(graph, "Ama", "Bel", modality="asserted")
    with pytest.raises(ParameterError, match="twice"):
        tension(graph, "Ama", "ama")
