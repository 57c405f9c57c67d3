"""Communities: modularity beside networkx, the karate club, and what has none."""

from collections import Counter

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures import against_chance, communities, modularity

networks = st.builds(
    lambda n, p, seed, directed: nx.gnp_random_graph(n, p, seed=seed, directed=directed),
    st.integers(2, 12), st.floats(0.1, 1), st.integers(0, 1000), st.booleans(),
)  # fmt: skip


@pytest.mark.parametrize("engine", ["networkx", "igraph"])
@given(network=networks)
def test_a_division_holds_each_once_and_its_modularity_is_that_of_networkx(
    network: "nx.Graph[int]", engine: str
) -> None:
    if not network.edges:
        with pytest.raises(UndefinedMeasureError, match="there are no ties"):
            communities(network, None, engine=engine)
        return
    found = communities(network, None, engine=engine)
    assert Counter(a for those in found.communities for a in those) == Counter(network)
    plain: nx.Graph[int] = nx.Graph()
    plain.add_nodes_from(network)
    for a, b in network.edges:
        plain.add_edge(a, b, weight=plain.edges[a, b]["weight"] + 1 if plain.has_edge(a, b) else 1)
    assert found.modularity == pytest.approx(nx.community.modularity(plain, [set(c) for c in found.communities]))
    assert found.modularity == pytest.approx(modularity(network, found.communities, None))
    assert communities(network, None, engine=engine) == found


def test_the_karate_club_has_four() -> None:
    # The greatest modularity that there is: Brandes and others (2008), On modularity clustering.
    club = nx.karate_club_graph()
    found = communities(club, None, engine="igraph")
    assert found.modularity == pytest.approx(0.4198, abs=5e-5)
    assert len(found.communities) == 4
    assert 0.41 < communities(club, None, engine="networkx").modularity <= 0.4198 + 5e-5
    chance = against_chance(club, lambda network: communities(network, None).modularity, draws=20, seed=1)[None]
    assert chance.mean is not None
    assert chance.mean > 0.2, "a network without communities has some modularity as well"
    assert found.modularity > chance.mean


def test_what_is_no_division_is_refused() -> None:
    with pytest.raises(ParameterError, match="each actor once"):
        modularity(nx.path_graph(3), [frozenset({0, 1})], None)
    with pytest.raises(ParameterError, match="each actor once"):
        modularity(nx.path_graph(2), [frozenset({0, 1}), frozenset({1})], None)
    assert communities(nx.path_graph(2), None).frame()["community"].tolist() == [1, 1]
