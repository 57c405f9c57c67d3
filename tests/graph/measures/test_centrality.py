"""Centralities are those of networkx, with either engine."""

from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms.link_analysis import pagerank_alg

from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures import (
    MEASURES,
    Ties,
    betweenness,
    centralities,
    closeness,
    components,
    core,
    degree,
    eigenvector,
    pagerank,
    strength,
)
from graph.measures.arrays import Network
from tests.graph.measures.networks import networks

ENGINES = ["networkx", "igraph"]


def plain(network: Network) -> Network:
    """The network without loops."""
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    return network


@given(networks(), st.sampled_from(ENGINES))
@settings(deadline=None)  # igraph is imported when it is first needed
def test_paths_are_followed_as_networkx_does(network: Network, engine: str) -> None:
    pytest.importorskip(engine)
    plain(network)
    if len(network) >= 3:
        assert betweenness(network, engine=engine) == pytest.approx(nx.betweenness_centrality(network))
        assert closeness(network, engine=engine) == pytest.approx(nx.closeness_centrality(network))
    else:
        with pytest.raises(UndefinedMeasureError, match=f"among {len(network)}"):
            betweenness(network, engine=engine)


@given(networks(), st.integers(1, 9), st.sampled_from(ENGINES))
@settings(deadline=None)
def test_a_sample_counts_the_paths_that_begin_at_some(network: Network, sample: int, engine: str) -> None:
    pytest.importorskip(engine)
    n = len(plain(network))
    if n < 3:
        return
    found = betweenness(network, sample=sample, engine=engine)
    assert found == betweenness(network, sample=sample, engine=engine)
    pairs = (n - 1) * (n - 2) / (1 if network.is_directed() else 2)
    from_each = {a: nx.betweenness_centrality_subset(network, [a], list(network)) for a in network}
    whole = {a: sum(paths[a] for paths in from_each.values()) / pairs for a in network}
    assert whole == pytest.approx(nx.betweenness_centrality(network))
    if sample >= n:
        assert found == pytest.approx(whole)
        return
    chosen = [
        some for some in combinations(network, sample)
        if {a: sum(from_each[s][a] for s in some) * n / sample / pairs for a in network} == pytest.approx(found)
    ]  # fmt: skip
    assert chosen


def test_a_sample_of_nobody_is_refused() -> None:
    with pytest.raises(ParameterError, match="sample"):
        betweenness(nx.path_graph(4), sample=0)


@given(networks())
def test_degrees_strengths_and_cores_are_those_of_networkx(network: Network) -> None:
    plain(network)
    simple: Network = nx.Graph(network)
    assert degree(network) == dict(simple.degree())
    assert strength(network) == dict(network.degree(weight="weight"))
    for engine in ENGINES:
        assert core(network, engine=engine) == nx.core_number(simple)
    if isinstance(network, nx.DiGraph):
        assert degree(network, "in") == dict(network.in_degree())
        assert degree(network, "out") == dict(network.out_degree())
        assert strength(network, "weight", "in") == dict(network.in_degree(weight="weight"))


@given(networks())
def test_components_are_those_of_networkx(network: Network) -> None:
    expected = nx.connected_components(nx.Graph(network))
    assert set(components(network)) == set(map(frozenset, expected))


def test_a_long_chain_is_one_component() -> None:
    chain = nx.relabel_nodes(nx.path_graph(5000), {n: n * 1237 % 5000 for n in range(5000)})
    assert [len(part) for part in components(chain)] == [5000]


@given(networks(), st.sampled_from([None, "weight"]))
def test_pagerank_is_that_of_networkx(network: Network, weight: str | None) -> None:
    plain(network)
    if not len(network):
        with pytest.raises(UndefinedMeasureError, match="no actors"):
            pagerank(network)
        return
    without_scipy: Any = pagerank_alg
    expected = without_scipy._pagerank_python(network, weight=weight, tol=1e-12, max_iter=1000)
    assert pagerank(network, weight) == pytest.approx(expected, abs=1e-9)


@given(networks(directed=False))
def test_the_eigenvector_is_that_of_networkx_in_the_largest_component(network: Network) -> None:
    parts = sorted(nx.connected_components(plain(network)), key=len)
    if not network.number_of_edges():
        with pytest.raises(UndefinedMeasureError, match="no ties"):
            eigenvector(network)
    elif len(parts) > 1 and len(parts[-1]) == len(parts[-2]):
        with pytest.raises(UndefinedMeasureError, match="several components"):
            eigenvector(network)
    else:
        expected = nx.eigenvector_centrality(network.subgraph(parts[-1]), max_iter=100_000, tol=1e-12)
        assert eigenvector(network) == pytest.approx(expected, abs=1e-6)


def test_all_measures_come_together_and_tell_which_are_undefined() -> None:
    found = centralities(nx.path_graph(2))
    assert found.values.keys() == MEASURES.keys() - {"betweenness"}
    assert found.reasons == {"betweenness": "nobody can stand between others among 2"}
    assert list(found.frame().columns) == ["actor", *found.values]


def test_an_unknown_measure_or_engine_is_refused() -> None:
    with pytest.raises(ParameterError, match="'fame' is none of degree"):
        centralities(nx.path_graph(3), ["fame"])
    with pytest.raises(ParameterError, match="'abacus' is none of networkx, igraph"):
        betweenness(nx.path_graph(3), engine="abacus")
    with pytest.raises(ParameterError, match="'up' is none of in, out, any"):
        degree(nx.path_graph(3), direction="up")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="'up' is none of in, out, any"):
        strength(nx.path_graph(3), direction="up")  # type: ignore[arg-type]


@pytest.mark.parametrize("weight", [-1, 0, float("nan"), float("inf"), "much", None])
def test_a_weight_that_is_no_positive_number_is_refused(weight: object) -> None:
    network: Network = nx.Graph()
    network.add_edge("a", "b", weight=weight)
    with pytest.raises(ParameterError, match="no positive number"):
        Ties.of(network, "weight")
