"""Constraint and effective size are those of networkx."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.measures import holes
from graph.measures.arrays import Network
from tests.graph.measures.networks import networks


@given(networks(), st.sampled_from([None, "weight"]))
def test_constraint_and_effective_size_are_those_of_networkx(network: Network, weight: str | None) -> None:
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    # networkx has no value for those who are only done to; without directions, what two do to each other adds up.
    both: Network = nx.Graph()
    both.add_nodes_from(network)
    for a, b, tie in network.edges(data=True):
        known = both.get_edge_data(a, b, {"sum": 0})["sum"]
        both.add_edge(a, b, sum=known + (tie["weight"] if weight else 1))
    constraint, size = nx.constraint(both, weight="sum"), nx.effective_size(both, weight="sum")
    for hole in holes(network, weight):
        if hole.neighbours:
            assert hole.constraint == pytest.approx(constraint[hole.actor])
            assert hole.effective_size == pytest.approx(size[hole.actor])
            assert hole.efficiency == pytest.approx(size[hole.actor] / hole.neighbours)
        else:
            assert (hole.constraint, hole.effective_size, hole.reason) == (None, None, "it has no neighbours")


@given(networks(), st.sampled_from([None, "weight"]))
def test_for_those_who_act_networkx_agrees_with_directions_too(network: Network, weight: str | None) -> None:
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    constraint, size = nx.constraint(network, weight=weight), nx.effective_size(network, weight=weight)
    for hole in holes(network, weight):
        if len(network[hole.actor]):
            assert hole.constraint == pytest.approx(constraint[hole.actor])
            assert hole.effective_size == pytest.approx(size[hole.actor])


def test_a_star_has_holes_all_around_and_a_clique_none() -> None:
    star, clique = holes(nx.star_graph(4)).of()[0], holes(nx.complete_graph(5)).of()[0]
    assert (star.effective_size, star.efficiency) == (4, 1)
    assert star.constraint == pytest.approx(0.25)
    assert clique.effective_size == pytest.approx(1)
    assert len(holes(nx.star_graph(4)).frame()) == 5
