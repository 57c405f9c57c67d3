"""Rewired networks keep degrees, are drawn evenly, and show what is more than chance."""

from collections import Counter
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures import against_chance, balance, rewired
from graph.measures.arrays import Network
from tests.graph.measures.networks import networks


def degrees(network: Network) -> tuple[object, ...]:
    if isinstance(network, nx.DiGraph):
        return dict(network.in_degree()), dict(network.out_degree())
    return (dict(network.degree()),)


@given(networks(), st.integers(0, 5))
def test_everybody_keeps_as_many_ties_and_ties_their_attributes(network: Network, seed: int) -> None:
    found = rewired(network, seed)
    assert type(found) is type(network)
    assert list(found) == list(network)
    assert degrees(found) == degrees(network)
    assert sorted(t["weight"] for *_, t in found.edges(data=True)) == sorted(
        t["weight"] for *_, t in network.edges(data=True)
    )
    assert set(nx.selfloop_edges(found)) == set(nx.selfloop_edges(network))
    assert nx.utils.graphs_equal(found, rewired(network, seed))


def test_every_network_of_these_degrees_is_drawn_as_often() -> None:
    """Six actors in two triangles or one ring: 10 + 60 networks in which each has two ties."""
    network: Network = nx.cycle_graph(6)
    seen: Counter[frozenset[frozenset[int]]] = Counter()
    for seed in range(3500):
        seen[frozenset(map(frozenset, rewired(network, seed).edges()))] += 1
    everything = {
        frozenset(map(frozenset, ties))
        for ties in combinations(combinations(range(6), 2), 6)
        if all(sum(a in tie for tie in ties) == 2 for a in range(6))
    }
    assert seen.keys() == everything
    assert len(everything) == 70
    # Chi-square with 69 degrees of freedom: above 111 with a chance of one in a thousand; the seeds are fixed.
    assert sum((n - 50) ** 2 / 50 for n in seen.values()) < 111


def test_camps_are_more_than_chance() -> None:
    network: Network = nx.gnp_random_graph(24, 0.5, seed=3)
    for a, b in network.edges:
        network.edges[a, b]["sign"] = 1 if a % 2 == b % 2 else -1
    (found,) = against_chance(network, lambda g: balance(g).degree, draws=30, seed=1).values()
    assert found.observed == 1
    assert found.draws == 30
    assert found.z is not None
    assert found.z > 5
    assert (found.as_high, found.as_low) == (0, 1)


def test_what_degrees_decide_does_not_vary() -> None:
    found = against_chance(nx.path_graph(5), lambda g: dict(g.degree()), draws=5)
    assert set(found) == set(range(5))
    assert (found[0].z, found[0].reason, found[0].as_high, found[0].as_low) == (
        None, "all draws have the same value", 1, 1,
    )  # fmt: skip


def test_what_is_undefined_says_where() -> None:
    (found,) = against_chance(nx.path_graph(5), lambda _: None, draws=3).values()
    assert (found.draws, found.undefined, found.reason) == (0, 3, "it is undefined in every draw")

    def undefined(network: Network) -> float:
        raise UndefinedMeasureError("it", "nobody knows")

    with pytest.raises(UndefinedMeasureError, match="nobody knows"):
        against_chance(nx.path_graph(3), undefined)


def test_what_cannot_be_rewired_is_refused() -> None:
    with pytest.raises(ParameterError, match="parallel ties"):
        rewired(nx.MultiDiGraph(), 0)
    with pytest.raises(ParameterError, match="leave the network as it is"):
        rewired(nx.path_graph(3), 0, swaps=0)
    with pytest.raises(ParameterError, match="say nothing about chance"):
        against_chance(nx.path_graph(3), lambda _: 1.0, draws=1)
