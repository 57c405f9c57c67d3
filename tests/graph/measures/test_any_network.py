"""Whatever the network, a measure gives figures, or None and the reason, or says what is wrong: never a NaN."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.entities import Entity
from graph.evidence import Evidence
from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures import (
    MEASURES,
    Centralities,
    acceptance,
    against_chance,
    answered,
    backtest,
    balance,
    balance_over,
    betweenness,
    brokerage,
    candidates,
    centralities,
    closeness,
    communities,
    components,
    core,
    degree,
    eigenvector,
    frustration,
    holes,
    mediators,
    modularity,
    overlaps,
    pagerank,
    reciprocity,
    rewired,
    rivalry,
    signed,
    strength,
    tension,
)
from graph.measures.arrays import Network
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind, Modality
from tests.effort import tries

KINDS: list[Callable[[], Network]] = [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph]
NUMBERS = st.sampled_from([None, 0, 1, 2.5, -1, float("nan"), float("inf"), "much"])
SIGNS = st.sampled_from([None, 0, 1, -1, -1, 1, 2])
DAYS = st.sampled_from([None, "2031-01-01", "2031-02-01", "2031-03-01"])


@st.composite
def any_networks(draw: st.DrawFn) -> Network:
    """Any network of a few actors, with loops, parallel ties and attributes that may be missing or make no sense."""
    network: Network = draw(st.sampled_from(KINDS))()
    network.add_nodes_from(range(draw(st.integers(0, 6))))
    for actor in network:
        network.nodes[actor]["group"] = draw(st.sampled_from([None, "a", "b"]))
    if len(network):
        actors = st.integers(0, len(network) - 1)
        tidy = draw(st.booleans())
        for _ in range(draw(st.integers(0, 12))):
            told: dict[str, Any] = {"sign": draw(st.sampled_from([1, -1, 0, None]) if tidy else SIGNS)}
            if draw(st.booleans()):
                told["weight"] = draw(st.integers(1, 3) if tidy else NUMBERS)
            first, last = draw(DAYS), draw(DAYS)
            told |= {"earliest": first and min(first, last or first), "latest": last and max(first or last, last)}
            network.add_edge(draw(actors), draw(actors), **told)
    return network


def figures(network: Network) -> dict[str, Callable[[], object]]:
    """Every public measure that takes a network, each as a call."""
    two = (*network, "nobody", "somebody")[:2]
    return {
        "against_chance": lambda: against_chance(network, lambda n: dict(degree(n)), draws=2),
        "answered": lambda: answered(network, within=30),  # type: ignore[arg-type]
        "balance": lambda: balance(network),
        "balance_over": lambda: balance_over([("all", network)]),
        "betweenness": lambda: betweenness(network),
        "brokerage": lambda: brokerage(network, "group"),
        "brokerage, alone": lambda: list(brokerage(network, "group", ungrouped="alone").rows()),
        "candidates": lambda: candidates(network, *two),
        "centralities": lambda: centralities(network, weight="weight"),
        "centralities, unweighted": lambda: centralities(network),
        "closeness": lambda: closeness(network),
        "communities": lambda: communities(network),
        "components": lambda: components(network),
        "core": lambda: core(network),
        "degree": lambda: [degree(network, d) for d in ("in", "out", "any")],
        "eigenvector": lambda: eigenvector(network, "weight"),
        "frustration": lambda: frustration(network),
        "holes": lambda: holes(network, "weight"),
        "mediators": lambda: [mediators(network), overlaps(network), rivalry(network, "a", "b")],
        "modularity": lambda: modularity(network, [frozenset(network)]),
        "pagerank": lambda: pagerank(network, "weight"),
        "reciprocity": lambda: reciprocity(network),
        "rewired": lambda: rewired(network, seed=0),
        "signed": lambda: signed(network),
        "strength": lambda: [strength(network, direction=d) for d in ("in", "out", "any")],
    }


UNTOLD = {"why_not", "group", "groups", "about", "earliest", "latest", "periods"}
"""Fields that may be None for what the network is, and not for being undefined."""


def faults(found: object, where: str = "") -> list[str]:
    """Where a NaN or an infinity stands, and where None has no reason beside it."""
    match found:
        case float() | np.floating():
            return [] if isfinite(found) else [f"{where} is {found}"]
        case np.ndarray():
            return [] if np.isfinite(found).all() else [f"{where} has {found}"]
        case Mapping():
            return [f for name, value in found.items() for f in faults(value, f"{where}[{name!r}]")]
        case list() | tuple() | set() | frozenset():
            return [f for n, value in enumerate(found) for f in faults(value, f"{where}[{n}]")]
    if not is_dataclass(found) or isinstance(found, type):
        return []
    told = [f.name for f in fields(found)] + [n for n, v in vars(type(found)).items() if isinstance(v, property)]
    values = {name: getattr(found, name) for name in told if name not in UNTOLD}
    missing = [n for n, v in values.items() if v is None and n != "reason"]
    unsaid = [f"{where}.{n} is None without a reason" for n in missing if not values.get("reason")]
    return unsaid + [f for name, value in values.items() for f in faults(value, f"{where}.{name}")]


def measured(measure: Callable[[], object]) -> tuple[object, str]:
    """What a measure finds, or why it finds nothing: only the errors that are documented may say so."""
    try:
        return measure(), ""
    except (ParameterError, UndefinedMeasureError) as error:
        return None, str(error)


@given(any_networks())
@settings(max_examples=tries(300))
def test_no_measure_gives_a_nan_or_fails_without_a_word(network: Network) -> None:
    for name, measure in figures(network).items():
        found, why = measured(measure)
        assert faults(found) == [], name
        assert (found is None) == (len(why) > 15), name
        if isinstance(found, Centralities):
            assert {*found.values, *found.reasons} == MEASURES.keys()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("actors", [0, 1])
def test_networks_of_nobody_and_of_one_have_reasons(kind: Callable[[], Network], actors: int) -> None:
    network = kind()
    network.add_nodes_from(range(actors), group="a")
    answers = {name: measured(measure) for name, measure in figures(network).items()}
    assert [f for found, _ in answers.values() for f in faults(found)] == []
    undefined = {name for name, (_, why) in answers.items() if why}
    assert {
        "betweenness",
        "brokerage",
        "closeness",
        "communities",
        "eigenvector",
        "modularity",
        "reciprocity",
    } <= undefined
    assert ("pagerank" in undefined) == (actors == 0)


def test_a_graph_of_nothing_has_reasons(empty: KnowledgeGraph) -> None:
    assert acceptance(empty) == []
    tested = backtest(empty)
    assert (tested.trials, tested.reason) == ((), "nobody mediates between two sides on a day that is told")
    assert list(empty.episodes()) == []
    for projection in ("multi", "dyads", "signed", "mediation"):
        network = empty.network(projection=projection)
        assert network.graph["note"] == "no statement matches these filters"
        for name, measure in figures(network).items():
            found, why = measured(measure)
            assert faults(found) == [], name
            assert (found is None) == bool(why), name


def test_who_never_met_and_what_has_no_date_say_so(empty: KnowledgeGraph) -> None:
    states = [Entity(id=id, kind=Kind.STATE, label=id.capitalize()) for id in ("ama", "bel", "cor")]
    gazette = Source(id="gazette", title="Gazette", kind="news article")
    acts = [("accuses", "ama", "bel"), ("supports", "bel", "cor")]
    told = [
        Statement(
            subject=one, relation=relation, object=other, modality=Modality.ASSERTED, source="gazette", start=n,
            end=n + 1,
        )
        for n, (relation, one, other) in enumerate(acts)
    ]  # fmt: skip
    empty.add(told, entities=states, sources=[gazette])
    window = empty.network(projection="signed", since="2031-01-01", until="2031-12-31")
    assert window.graph["note"].startswith("no dated statement: 2 match but have no date")
    assert candidates(window, "ama", "cor").reason == "ama has no tie in this network"
    assert tension(empty, "Ama", "Cor").reason == "nothing of either sign is told of the two"
    undated = tension(empty, "Ama", "Bel")
    assert undated.reason == "nothing of either sign is told of the two that has a date"
    assert undated.undated == {Evidence.CLAIM: {"conflict": 1, "cooperation": 0}}
    whole = empty.network(projection="signed")
    assert candidates(whole, "ama", "cor").refused[0].why_not == "its ties with ama are hostile"
    assert rivalry(empty.network(projection="mediation"), "ama", "cor").reason is not None
