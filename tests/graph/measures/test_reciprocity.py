"""Ties are returned as networkx says, and accusations answered as a calendar says."""

from datetime import date, timedelta
from itertools import product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures import answered, reciprocity
from graph.measures.arrays import Network
from tests.graph.measures.networks import networks

START = date(2031, 3, 1)
Act = tuple[str, str, int, int]


def told(*acts: Act) -> "nx.MultiDiGraph[str]":
    """A network of acts: who, whom, and the first and the last day on which it may have been."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, (a, b, low, high) in enumerate(acts):
        days = [(START + timedelta(d)).isoformat() for d in (low, high)]
        network.add_edge(a, b, statement=f"s{n}", earliest=days[0], latest=days[1])
    return network


@given(networks(directed=True))
def test_returned_ties_are_those_of_networkx(network: Network) -> None:
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    if network.number_of_edges():
        assert reciprocity(network) == pytest.approx(nx.overall_reciprocity(network))
    else:
        with pytest.raises(UndefinedMeasureError, match="there are no ties"):
            reciprocity(network)


def test_without_direction_nothing_is_returned() -> None:
    with pytest.raises(UndefinedMeasureError, match="without direction"):
        reciprocity(nx.path_graph(3))


@given(
    st.lists(st.tuples(st.sampled_from(["ab", "ba"]), st.integers(0, 6), st.integers(0, 3)), max_size=4),
    st.integers(1, 4),
)
def test_bounds_hold_for_every_day_that_the_dates_admit(acts: list[tuple[str, int, int]], within: int) -> None:
    """Oracle: all calendars in which each act is on one day between its bounds."""
    found = {(f.actor, f.other): f for f in answered(told(*((w[0], w[1], d, d + k) for w, d, k in acts)), within).found}
    counts: dict[tuple[str, str], list[int]] = {}
    for days in product(*(range(d, d + k + 1) for _, d, k in acts)):
        dated = [(w, day) for (w, _, _), day in zip(acts, days, strict=True)]
        for pair in ("ab", "ba"):
            mine = [day for w, day in dated if w == pair]
            theirs = [day for w, day in dated if w != pair]
            if mine:
                number = sum(any(0 < t - day <= within for t in theirs) for day in mine)
                counts.setdefault((pair[0], pair[1]), []).append(number)
    assert found.keys() == counts.keys()
    for who, numbers in counts.items():
        assert found[who].answered <= min(numbers)
        assert max(numbers) <= found[who].answered + found[who].may_be
        if all(k == 0 for _, _, k in acts):
            assert found[who].answered == min(numbers) == max(numbers)
            assert found[who].may_be == 0


def test_answers_name_the_statements() -> None:
    found = answered(told(("a", "b", 0, 0), ("b", "a", 3, 3), ("a", "b", 9, 9)), within=7)
    first, second = found.found
    assert (first.acts, first.answered, first.answers, first.share) == (2, 1, (("s0", "s1"),), (0.5, 0.5))
    assert (second.actor, second.answered) == ("b", 1)
    assert found.share == (2 / 3, 2 / 3)


def test_what_has_no_date_is_counted_apart(norland: KnowledgeGraph) -> None:
    (found,) = answered(norland.network(relation="accuses"), within=30).found
    assert (found.actor, found.acts, found.undated, found.share) == ("norland", 0, 1, None)
    assert found.reason == "none of the statements has a date"


def test_a_window_without_a_day_is_refused() -> None:
    with pytest.raises(ParameterError, match="leave no day"):
        answered(told(), within=0)
