"""Balance agrees with a look at every triad, and frustration with every division in two camps."""

from itertools import combinations, product

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.exceptions import ParameterError
from graph.measures import balance, balance_over, frustration
from graph.measures.arrays import Network


@st.composite
def signed_networks(draw: st.DrawFn, most: int = 9) -> Network:
    n = draw(st.integers(0, most))
    network: Network = nx.Graph()
    network.add_nodes_from(range(n))
    for pair in combinations(range(n), 2):
        sign = draw(st.sampled_from([None, 1, -1]))
        if sign:
            network.add_edge(*pair, sign=sign)
    return network


def contradicted(network: Network, camps: dict[object, int]) -> int:
    return sum(camps[a] * camps[b] != tie["sign"] for a, b, tie in network.edges(data=True))


def signs(*ties: tuple[str, str, int | None]) -> Network:
    network: Network = nx.MultiDiGraph()
    for a, b, sign in ties:
        network.add_edge(a, b, sign=sign)
    return network


@given(signed_networks())
def test_the_census_is_that_of_a_look_at_every_triad(network: Network) -> None:
    census = [0, 0, 0, 0]
    for three in combinations(network, 3):
        ties = [network.get_edge_data(a, b) for a, b in combinations(three, 2)]
        if all(ties):
            census[sum(t["sign"] < 0 for t in ties)] += 1
    found = balance(network)
    assert [found.all_positive, found.one_negative, found.two_negative, found.all_negative] == census
    assert found.triads == sum(census)
    if found.triads:
        assert found.degree == (census[0] + census[2]) / sum(census)
        assert found.weak_degree == pytest.approx((census[0] + census[2] + census[3]) / sum(census))
    else:
        assert (found.degree, found.weak_degree) == (None, None)
        assert found.reason == "no three actors are all joined by ties of a clear sign"


@given(signed_networks(), st.sampled_from([0, 3, 200_000]))
@settings(deadline=None)
def test_frustration_is_that_of_the_best_of_all_divisions(network: Network, steps: int) -> None:
    nodes = list(network)
    every = (dict(zip(nodes, sides, strict=True)) for sides in product((1, -1), repeat=len(nodes)))
    least = min(contradicted(network, camps) for camps in every)
    found = frustration(network, steps=steps)
    assert found.lower <= least <= found.upper
    assert found.exact or steps < 200_000
    assert found.steps <= steps
    camps: dict[object, int] = dict.fromkeys(found.camps[0], 1) | dict.fromkeys(found.camps[1], -1)
    assert contradicted(network, camps) == found.upper == len(found.contradicted)


@given(signed_networks(most=7), st.integers(0, 2**7))
def test_changing_sides_leaves_balance_as_it_is(network: Network, turned: int) -> None:
    other: Network = nx.Graph()
    other.add_nodes_from(network)
    for a, b, tie in network.edges(data=True):
        other.add_edge(a, b, sign=tie["sign"] * (1 if (turned >> a) % 2 == (turned >> b) % 2 else -1))
    assert balance(other).degree == balance(network).degree
    assert frustration(other).upper == frustration(network).upper


def test_the_frustration_of_the_negative_petersen_graph_is_three() -> None:
    """Zaslavsky (2012), Six signed Petersen graphs, and their automorphisms, Discrete Mathematics 312, table 5.1."""
    network: Network = nx.petersen_graph()
    nx.set_edge_attributes(network, dict.fromkeys(network.edges, -1), "sign")
    found = frustration(network)
    assert (found.lower, found.upper, found.exact) == (3, 3, True)
    assert found.index == (1 - 6 / 15, 1 - 6 / 15)


@pytest.mark.parametrize("n", [3, 4, 7, 12])
def test_among_enemies_of_all_the_best_camps_are_halves(n: int) -> None:
    """Of n who are all enemies, n(n-1)/2 - ⌊n²/4⌋ ties are contradicted at least (Abelson and Rosenberg 1958)."""
    network = nx.complete_graph(n)
    nx.set_edge_attributes(network, dict.fromkeys(network.edges, -1), "sign")
    found = frustration(network)
    assert found.exact
    assert found.upper == n * (n - 1) // 2 - n * n // 4
    assert balance(network).all_negative == n * (n - 1) * (n - 2) // 6


def test_camps_of_balanced_actors_are_found_in_large_networks() -> None:
    network = nx.gnm_random_graph(2000, 10_000, seed=2)
    for a, b in network.edges:
        network.edges[a, b]["sign"] = 1 if a % 2 == b % 2 else -1
    found = frustration(network)
    assert (found.upper, found.exact, found.steps) == (0, True, 0)
    assert balance(network).degree == 1


def test_where_the_search_is_given_up_both_bounds_are_told() -> None:
    network = nx.gnm_random_graph(120, 1500, seed=2)
    for n, (a, b) in enumerate(network.edges):
        network.edges[a, b]["sign"] = 1 if n % 2 else -1
    found = frustration(network, steps=2_000)
    assert not found.exact
    assert 0 < found.lower < found.upper < 750
    assert found.index is not None
    assert found.index[0] < found.index[1]


def test_pairs_of_unclear_sign_are_left_out_and_counted() -> None:
    network = signs(("a", "b", 1), ("b", "a", -1), ("b", "c", 1), ("c", "b", 0), ("a", "c", None), ("c", "c", 1))
    found = balance(network)
    assert (found.positive, found.negative, found.mixed, found.unsigned) == (1, 0, 1, 1)
    assert frustration(network).ties == 1


def test_windows_without_triads_have_no_degree() -> None:
    war = signs(("a", "b", -1), ("b", "c", -1), ("c", "a", -1))
    truce = signs(("a", "b", -1))
    found = balance_over([("2031-01", war), ("2031-02", truce)])
    assert [(name, b.degree, b.weak_degree) for name, b in found] == [("2031-01", 0, 1), ("2031-02", None, None)]


def test_what_is_undefined_says_why() -> None:
    empty: Network = nx.Graph()
    found = frustration(empty)
    assert (found.exact, found.upper, found.index, found.reason) == (True, 0, None, "no tie has a clear sign")
    with pytest.raises(ParameterError, match="2 is the sign of the tie a to b"):
        balance(signs(("a", "b", 2)))


def test_the_signed_pairs_of_a_graph_can_be_measured(norland: KnowledgeGraph) -> None:
    found = balance(norland.network(projection="signed"))
    assert (found.mixed, found.degree) == (1, None)
    assert frustration(norland.network(projection="signed")).exact
