"""Measures have the values that are published for networks that many know; those of brokerage stand by themselves."""

from itertools import combinations

import networkx as nx
import pytest

from graph.measures import (
    balance,
    balance_beside_chance,
    betweenness,
    closeness,
    core,
    degree,
    eigenvector,
    frustration,
    holes,
    pagerank,
    reciprocity,
)
from graph.measures.arrays import Network

ENGINES = ["networkx", "igraph"]

FRIENDS = """
Gavev: Kotun Nagad Gama; Kotun: Nagad Gama; Ove: Alika Gahuk Masil Ukudz; Alika: Ukudz; Nagam: Masil Notoh Seuve;
Gahuk: Masil Ukudz Geham Asaro; Masil: Ukudz Geham Asaro Uheto; Ukudz: Geham Asaro; Notoh: Kohik Uheto; Kohik: Uheto;
Geham: Asaro; Uheto: Seuve; Nagad: Gama
"""
ENEMIES = """
Gavev: Ove Alika Nagam Gahuk Asaro; Kotun: Ove Nagam Gahuk Notoh Kohik; Nagam: Nagad Gama; Gahuk: Notoh Uheto Gama;
Ukudz: Seuve; Notoh: Geham Nagad; Kohik: Geham Nagad; Geham: Uheto Nagad Gama; Asaro: Seuve Nagad Gama;
Uheto: Nagad Gama; Seuve: Gama
"""


def ties(told: str) -> list[tuple[str, str]]:
    """Pairs of a list of neighbours."""
    lines = (line.partition(":") for line in told.replace("\n", " ").split(";") if line.strip())
    return [(one.strip(), other) for one, _, others in lines for other in others.split()]


def tribes() -> "nx.Graph[str]":
    """Alliance and enmity among the Gahuku-Gama: Read (1954), in Hage and Harary (1983), Structural models in
    anthropology."""
    network: nx.Graph[str] = nx.Graph()
    network.add_edges_from(ties(FRIENDS), sign=1)
    network.add_edges_from(ties(ENEMIES), sign=-1)
    return network


def test_the_highland_tribes_have_their_balance() -> None:
    """Of 68 triads 59 are balanced, and 7 of 58 ties contradicted: Aref and Wilson (2018), Measuring partial balance in
    signed networks, Journal of Complex Networks 6; R's `signnet` has 0.8676471 and 0.7586207."""
    network = tribes()
    found = balance(network)
    assert (len(network), found.positive, found.negative) == (16, 29, 29)
    assert (found.triads, found.all_positive + found.two_negative) == (68, 59)
    assert found.degree == pytest.approx(0.8676471, abs=5e-8)
    camps = frustration(network)
    assert (camps.upper, camps.exact) == (7, True)
    assert camps.index == pytest.approx((0.7586207, 0.7586207), abs=5e-8)
    # Three camps rather than two: the enemies of enemies are enemies, and yet few triads are out of balance.
    chance = balance_beside_chance(network, draws=50, seed=1)
    assert (chance.observed, chance.as_high) == (found.degree, 0)
    assert chance.mean == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_medici_stand_between_the_families_of_florence(engine: str) -> None:
    """Marriages of Padgett and Ansell (1993); the shares of shortest paths are those of Jackson (2008), Social and
    Economic Networks, section 1.2, and the Medici's 47.5 of 91 pairs those that are known of these data since."""
    pytest.importorskip(engine)
    network = nx.florentine_families_graph()
    between = betweenness(network, engine=engine)
    published = {"Medici": 0.522, "Guadagni": 0.255, "Strozzi": 0.103}
    assert {family: round(between[family], 3) for family in published} == published
    assert between["Medici"] * 91 == pytest.approx(47.5)
    assert closeness(network, engine=engine)["Medici"] == pytest.approx(14 / 25)
    central = eigenvector(network)
    assert {family: round(central[family], 3) for family in ("Medici", "Strozzi")} == {"Medici": 0.43, "Strozzi": 0.356}
    assert [family for family, number in degree(network).items() if number > 4] == ["Medici"]


def test_three_pages_have_the_ranks_that_are_worked_out_for_them() -> None:
    """A links to B and C, B to C, C to A: Sobek (2002), A Survey of Google's PageRank, where ranks add up to 3."""
    found = pagerank(nx.DiGraph([("A", "B"), ("A", "C"), ("B", "C"), ("C", "A")]))
    published = {"A": 1.16336914, "B": 0.64443188, "C": 1.19219898}
    assert {page: 3 * rank for page, rank in found.items()} == pytest.approx(published, abs=1e-7)


def test_an_ego_has_the_effective_size_that_is_worked_out_for_it() -> None:
    """Burt's (1992) example as Borgatti (1997), Structural holes: unpacking Burt's redundancy measures, Connections 20,
    works it out for G: six contacts, less the 8/6 others that each of them has among them on average."""
    network: nx.Graph[str] = nx.Graph()
    network.add_edges_from((pair[0], pair[1]) for pair in ("AB", "AF", "AG", "AE", "EG", "FG", "BG", "BD", "DG", "GC"))
    found = holes(network).of()
    assert {ego: round(found[ego].effective_size or 0, 2) for ego in "GAC"} == {"G": 4.67, "A": 2.5, "C": 1}
    assert {ego: round(found[ego].constraint or 0, 3) for ego in "GAC"} == {"G": 0.4, "A": 0.595, "C": 1}
    assert found["G"].efficiency == pytest.approx(0.78, abs=5e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_core_of_the_karate_club_are_ten(engine: str) -> None:
    """Zachary (1977). The members of the core have four neighbours each in it, and no more can be joined to them."""
    pytest.importorskip(engine)
    club: Network = nx.karate_club_graph()
    numbers = core(club, engine=engine)
    inner = {a for a, k in numbers.items() if k == max(numbers.values())}
    assert (max(numbers.values()), inner) == (4, {0, 1, 2, 3, 7, 8, 13, 30, 32, 33})
    assert min(degree(club.subgraph(inner)).values()) == 4
    assert club.subgraph(inner).number_of_edges() == 25


BUREAUCRACIES = """
0100101010 1011101110 0101111001 1100101000 1111001111 0010001010 0101100000 1101101010 0100101000 1110101000
"""
"""Who sends information to whom of ten organisations of a town: Knoke and Wood (1981), in Hanneman and Riddle (2005),
Introduction to Social Network Methods, where the density is 0.5444."""


def test_two_thirds_of_what_organisations_send_each_other_is_returned() -> None:
    rows = BUREAUCRACIES.split()
    network = nx.DiGraph((a, b) for a, row in enumerate(rows) for b, sent in enumerate(row) if sent == "1")
    assert nx.density(network) == pytest.approx(0.5444, abs=5e-5)
    mutual = sum(rows[a][b] == rows[b][a] == "1" for a, b in combinations(range(10), 2))
    assert (mutual, network.number_of_edges()) == (17, 49)
    assert reciprocity(network) == pytest.approx(34 / 49)
