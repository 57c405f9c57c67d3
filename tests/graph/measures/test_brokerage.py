"""Brokerage agrees with three loops, with R's `sna` on a published network, and with all that chance makes."""

from collections import Counter
from itertools import combinations, permutations, product
from math import sqrt
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.exceptions import NotFoundError, ParameterError, UndefinedMeasureError
from graph.measures import COUNTED, Role, Ties, against_chance, brokerage
from graph.measures.arrays import Network
from tests.graph.measures.networks import networks, strike


def by_three_loops(network: Network, groups: dict[object, object]) -> dict[object, dict[str, int]]:
    """The definition, word by word."""
    counts: dict[object, dict[str, int]] = {v: dict.fromkeys(COUNTED, 0) for v in network}
    for a, v, c in permutations(network, 3):
        if not (network.has_edge(a, v) and network.has_edge(v, c)) or network.has_edge(a, c):
            continue
        match groups[a] == groups[v], groups[v] == groups[c], groups[a] == groups[c]:
            case True, True, _:
                role = "coordinator"
            case True, False, _:
                role = "representative"
            case False, True, _:
                role = "gatekeeper"
            case _, _, True:
                role = "itinerant"
            case _:
                role = "liaison"
        counts[v][role] += 1
        counts[v]["total"] += 1
    return counts


@given(networks(), st.lists(st.sampled_from("ABC"), min_size=9, max_size=9))
def test_counts_are_those_of_three_loops(network: Network, letters: list[str]) -> None:
    groups: dict[object, object] = dict(zip(network, letters, strict=False))
    if len(network) < 3:
        with pytest.raises(UndefinedMeasureError, match="three actors"):
            brokerage(network, groups)
        return
    found = brokerage(network, groups)
    expected = by_three_loops(network, groups)
    assert {a: {r: s.observed for r, s in found.of(a).items()} for a in network} == expected
    assert found.totals() == {r: sum(e[r] for e in expected.values()) for r in COUNTED}


def test_counts_of_a_larger_network_are_those_of_three_loops() -> None:
    network = nx.gnp_random_graph(60, 0.2, seed=4, directed=True)
    groups: dict[object, object] = {a: a % 4 for a in network}
    found = brokerage(network, groups)
    expected = by_three_loops(network, groups)
    assert {a: {r: s.observed for r, s in found.of(a).items()} for a in network} == expected


STRIKE_SCORES = """
Xavier 0 0 0 0 0 0; Utrecht 8 0 0 0 0 8; Frank 0 0 0 0 0 0; Domingo 0 0 0 0 0 0; Norm 18 0 5 5 0 28; Hal 2 0 0 0 0 2;
Russ 4 0 0 0 0 4; Karl 0 0 2 2 0 4; Bob 14 0 10 10 2 36; Quint 4 0 0 0 0 4; Wendle 0 0 0 0 0 0; Ozzie 0 0 1 1 0 2;
Ike 4 0 0 0 0 4; Ted 2 0 0 0 0 2; Sam 8 0 0 0 0 8; Vern 2 0 0 0 0 2; Gill 10 0 0 0 0 10; Lanny 2 0 0 0 0 2;
Mike 0 0 0 0 0 0; Carlos 0 0 0 0 0 0; Alejandro 0 0 3 3 0 6; Paul 2 0 0 0 0 2; Eduardo 0 0 0 0 0 0; John 12 0 0 0 0 12
"""
"""R's `sna::brokerage` of the strike: coordinator, itinerant, gatekeeper, representative, liaison, total."""


def test_the_strike_has_the_scores_that_are_published() -> None:
    found = brokerage(strike(), "group")
    published = {w: list(map(int, numbers)) for w, *numbers in map(str.split, STRIKE_SCORES.split(";"))}
    assert {w: [s.observed for s in found.of(w).values()] for w in found.actors} == published


@pytest.mark.parametrize("directed", [True, False])
def test_moments_are_those_of_all_networks_that_chance_makes(directed: bool) -> None:
    """All 4,096 networks of four actors, or 1,024 of five, each as likely as independent ties make it."""
    groups: dict[object, object] = dict(enumerate("AABC" if directed else "AABBC"))
    pairs = list(permutations(groups, 2) if directed else combinations(groups, 2))
    model = nx.DiGraph if directed else nx.Graph
    ties = 5
    observed: Network = model(pairs[:ties])
    observed.add_nodes_from(groups)
    found = brokerage(observed, groups)
    density = ties / len(pairs)
    assert found.density == pytest.approx(density)
    seen, chances = [], []
    for there in product((False, True), repeat=len(pairs)):
        drawn: Network = model()
        drawn.add_nodes_from(groups)
        drawn.add_edges_from(p for p, is_there in zip(pairs, there, strict=True) if is_there)
        counts = by_three_loops(drawn, groups)
        seen.append([list(counts[a].values()) for a in groups])
        chances.append(density ** sum(there) * (1 - density) ** (len(pairs) - sum(there)))
    order = [list(by_three_loops(observed, groups)[0]).index(r) for r in COUNTED]
    values, weights = np.array(seen, float)[:, :, order], np.array(chances)
    mean = np.tensordot(weights, values, 1)
    variance = np.tensordot(weights, (values - mean) ** 2, 1)
    places = [found.actors.index(a) for a in groups]
    np.testing.assert_allclose(found.expected[places], mean, atol=1e-12)
    np.testing.assert_allclose(found.sd[places] ** 2, variance, atol=1e-12)


def test_z_is_the_distance_from_chance_in_standard_deviations() -> None:
    found = brokerage(strike(), "group").of("Bob")["coordinator"]
    d = 76 / (24 * 23)
    expected = d**2 * (1 - d) * 8 * 7
    variance = 2 * expected * (1 - d**2 * (1 - d)) + 4 * 8 * 7 * 6 * d**3 * (1 - d) ** 3
    assert found.expected == pytest.approx(expected)
    assert found.z == pytest.approx((14 - expected) / sqrt(variance))
    assert found.reason is None


def test_what_chance_cannot_vary_has_no_z_and_says_why() -> None:
    network = nx.DiGraph([("a", "b"), ("b", "c")])
    scores = brokerage(network, {"a": 1, "b": 2, "c": 3}).of("b")
    assert scores["coordinator"].z is None
    assert scores["coordinator"].reason == "the groups are too small for anybody to have this role"
    empty = nx.empty_graph(3, create_using=nx.DiGraph)
    assert brokerage(empty, {0: 1, 1: 1, 2: 1}).of(0)["total"].reason == "with no tie there is nothing left to chance"
    full = nx.complete_graph(3)
    assert brokerage(full, {0: 1, 1: 1, 2: 1}).of(0)["total"].reason == "with every tie there is nothing left to chance"


def test_actors_without_a_group_are_left_out_and_named() -> None:
    network = nx.path_graph(5, create_using=nx.DiGraph)
    found = brokerage(network, {0: "A", 1: "A", 2: None, 3: "B"})
    assert (found.actors, found.left_out, found.alone) == ((0, 1, 3), (2, 4), ())
    assert found.totals()["total"] == 0


def test_actors_without_a_group_may_stand_alone() -> None:
    network = nx.path_graph(5, create_using=nx.DiGraph)
    found = brokerage(network, {0: "A", 1: "A", 2: None, 3: "B"}, ungrouped="alone")
    assert (found.left_out, found.alone) == ((), (2, 4))
    assert found.totals() == {
        "coordinator": 0, "itinerant": 0, "gatekeeper": 0, "representative": 1, "liaison": 2, "total": 3,
    }  # fmt: skip


def test_what_cannot_be_grouped_says_so() -> None:
    network = nx.path_graph(3)
    with pytest.raises(ParameterError, match="none of the 3 actors has a group"):
        brokerage(network, "state")
    with pytest.raises(ParameterError, match="neither left-out nor alone"):
        brokerage(network, {0: 1}, ungrouped="ask")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="give a mapping"):
        brokerage(Ties.of(network), "state")
    with pytest.raises(NotFoundError, match="actor with a group"):
        brokerage(network, dict.fromkeys(network, 1)).of("somebody")


def test_parallel_ties_count_once_and_loops_not_at_all() -> None:
    many: Network = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "c"), ("b", "b")], question="who")
    found = brokerage(many, dict.fromkeys("abc", 1))
    assert found.of("b")["coordinator"].observed == 1
    assert found.about == {"question": "who"}


def test_brokerage_stands_beside_networks_that_keep_degrees() -> None:
    def in_all(network: Network) -> dict[object, float | None]:
        found = brokerage(network, "group")
        return dict(zip(found.actors, found.observed[:, COUNTED.index("total")].tolist(), strict=True))

    chance = against_chance(strike(), in_all, draws=20, seed=2)
    assert {a: c.observed for a, c in chance.items()} == in_all(strike())
    # Who talks with two has one pair to broker, joined or not; who talks with seven must broker some.
    assert chance["Bob"].mean is not None
    assert chance["Bob"].mean > 20
    assert chance["Wendle"].mean is not None
    assert chance["Wendle"].mean <= 2


def test_the_frame_has_a_row_for_each_actor_and_role() -> None:
    table = brokerage(strike(), "group").frame()
    assert len(table) == 24 * (len(Role) + 1)
    bob = table[(table.actor == "Bob") & (table.role == "total")].iloc[0]
    assert (bob.group, bob.observed) == ("young", 36)


@pytest.mark.shared
def test_a_day_of_real_events_is_counted_as_one_does_by_hand(shared_data: Path, empty: KnowledgeGraph) -> None:
    empty.import_files("icews", [shared_data / "icews-raw" / "events.2018-06-01.tab"])
    network = empty.network(projection="dyads")
    found = brokerage(network, "state")
    counts: Counter[tuple[object, object]] = Counter()
    groups = dict(zip(found.actors, found.groups, strict=True))
    for a, v in network.subgraph(map(str, found.actors)).edges:
        for c in network[v]:
            if c in groups and c != a and not network.has_edge(a, c):
                counts[groups[a] == groups[v], groups[v] == groups[c]] += 1
    totals = found.totals()
    assert counts[True, True] == totals["coordinator"]
    assert counts[False, True] == totals["gatekeeper"]
    assert counts[True, False] == totals["representative"] > 0
    assert counts[False, False] == totals["itinerant"] + totals["liaison"] > 0
    assert len(found.actors) + len(found.left_out) == len(network)
