"""Networks of event data, invented and real: dyads from statements, and measures beside igraph, networkx and loops.

An invented release of a million rows makes 50,000 actors and 800,000 dyads.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sized
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
from networkx.algorithms.link_analysis import pagerank_alg

from graph import KnowledgeGraph
from graph.measures import (
    SignedTies,
    Ties,
    balance,
    betweenness,
    brokerage,
    components,
    holes,
    pagerank,
    signed,
)
from graph.measures.centrality import _drawn, _graph, _igraph
from graph.networks import Dyads, written
from graph.networks.files import flat
from tests.benchmarks import measure
from tests.benchmarks.loops import looped, three_loops
from tests.benchmarks.measure import Figure, Group, at_least, at_most, short
from tests.benchmarks.releases import write_release

_Work: TypeAlias = Callable[[], object]
seconds = partial(measure.seconds, clock=time.process_time)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # else igraph's threads, while they wait, use up the processor's time
COLUMNS = ("Tertius", "igraph", "Python, networkx")
REAL = Path(__file__).parents[3] / "shared/data/icews-tkg/icews_2005-2015_valid.txt"
FEW = 60_000
"""Ties up to which networkx follows PageRank and writes files in seconds."""
ALL_PATHS, SAMPLE = 10_000, 200
"""Actors up to which all shortest paths are followed, and from how many else."""
PLAIN_PATHS = 10_000_000
"""Actors times ties up to which networkx follows all shortest paths in seconds."""
LOOPED = 400
"""Actors over whom three nested loops end in seconds. Their time grows with the cube of that, whoever is tied."""


def measure_networks(size: int, seed: int, repeats: int) -> list[Figure]:
    """The figures of an invented release of so many rows."""
    with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
        release = Path(name) / "events.tab"
        write_release(release, size, seed)
        return _of_release("icews", release, Path(name) / "store", "Networks of an invented release", repeats)


def measure_real_networks(repeats: int) -> list[Figure]:
    """The figures of a part of ICEWS, where its file lies beside the project."""
    if not REAL.exists():
        print(f"networks of real ICEWS are left out: {REAL} is not there", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
        return _of_release("icews-tkg", REAL, Path(name) / "store", "Networks of real ICEWS", repeats)


def _of_release(format: str, release: Path, store: Path, title: str, repeats: int) -> list[Figure]:
    with KnowledgeGraph(store) as graph:
        graph.import_files(format, [release])
        return figures_of(graph, title, repeats)


def figures_of(graph: KnowledgeGraph, title: str, repeats: int) -> list[Figure]:
    """The figures of the network of all statements."""
    found = graph.dyads()
    ties, signs = Ties.of(found), signed(graph.dyads(projection="signed"))
    whole = f"{title}: {len(found.nodes):,} actors, {len(found):,} dyads, {len(signs.sign):,} pairs with a sign"
    group, size = Group(whole, COLUMNS), len(graph.snapshot.columns)
    return [
        *_drawing(group, graph, found, repeats),
        *_centralities(group, size, ties, repeats),
        *_triads(group, size, ties, signs, repeats),
    ]


def _drawing(group: Group, graph: KnowledgeGraph, found: Dyads, repeats: int) -> list[Figure]:
    """Dyads of all statements, beside the plainest count of pairs in Python; what networkx and files take on top."""
    columns = graph.snapshot.columns
    size = len(columns)

    def pairs() -> Counter[tuple[int, int]]:
        return Counter(zip(columns.subject.tolist(), columns.object.tolist(), strict=True))

    arrays, signs, plain = seconds(
        graph.dyads, lambda: graph.dyads(projection="signed"), pairs, repeats=repeats
    )  # fmt: skip
    ties, objects = seconds(lambda: Ties.of(found), found.graph, repeats=min(repeats, 2), once=True)
    figures = [
        Figure(
            group, what, size, short(taken), "", short(plain), round(taken * 1e6 / size, 3), "≤ 1 s for 1M",
            taken <= max(1.0, size / 1e6),
        )
        for what, taken in (("dyads of statements", arrays), ("pairs with signs", signs))
    ]  # fmt: skip
    figures.append(Figure(group, "dyads as ties to measure", size, short(ties)))
    figures.append(Figure(group, "dyads as a networkx graph", size, short(objects)))
    if len(found) <= FEW:
        network = found.graph()
        plain_text = flat(network)
        for *_, data in plain_text.edges(data=True):
            del data["spells"]  # there networkx wants pairs of dates
        ours, theirs = seconds(
            lambda: written(network, "gexf"), lambda: "".join(nx.generate_gexf(plain_text)), repeats=min(repeats, 3)
        )
        figures.append(_beside(group, "GEXF", size, ours, theirs))
    return figures


def _centralities(group: Group, size: int, ties: Ties, repeats: int) -> list[Figure]:
    """Beside igraph's own time, for which its graph is there already, and networkx where that ends in seconds."""
    bare, actors, m = _igraph(ties), len(ties), len(ties.source)
    sample = None if actors <= ALL_PATHS else SAMPLE
    drawn = None if sample is None else _drawn(actors, sample)
    without_scipy: Any = pagerank_alg
    plain: Any = _graph(ties)
    asked: dict[str, tuple[_Work, _Work, _Work | None]] = {
        "betweenness" + (f" from {sample}" if sample else ""): (
            lambda: betweenness(ties, sample=sample),
            lambda: bare.betweenness(sources=drawn),
            lambda: nx.betweenness_centrality(plain),
        ),
        "PageRank": (lambda: pagerank(ties), bare.pagerank, lambda: without_scipy._pagerank_python(plain, tol=1e-10)),
        "components": (
            lambda: components(ties),
            lambda: list(bare.connected_components("weak")),
            lambda: list(nx.weakly_connected_components(plain)),
        ),
        "constraint, effective size": (lambda: holes(ties), bare.constraint, None),
    }
    figures = []
    for what, (ours, igraph, networkx) in asked.items():
        slow_one = what.startswith("constraint") and m > FEW  # igraph takes half a minute
        taken, own = seconds(ours, igraph, repeats=1 if slow_one else repeats, once=slow_one)
        figures.append(Figure(group, what, size, short(taken), short(own), **at_most(1.2, taken / own)))
        if networkx and (what == "components" or (m <= FEW if what == "PageRank" else actors * m <= PLAIN_PATHS)):
            (slow,) = seconds(networkx, repeats=1, once=True)
            figures.append(_beside(group, f"{what}, networkx", size, taken, slow, 20))
    (built,) = seconds(lambda: _igraph(ties), repeats=min(repeats, 3))
    figures.append(Figure(group, "igraph's graph of these ties", size, "", short(built)))
    return figures


def _triads(group: Group, size: int, ties: Ties, signs: SignedTies, repeats: int) -> list[Figure]:
    """Beside three nested loops over the busiest actors; then of all, with the time for each open two-path."""
    groups = {a: n % 50 for n, a in enumerate(ties.actors)}
    few, few_signs = ties.among(_busiest(len(ties), ties.source, ties.target)), _among_busiest(signs)
    found: dict[str, Any] = {}
    loops, other_loops = seconds(
        lambda: found.update(brokers=three_loops(few, groups)), lambda: found.update(balance=looped(few_signs)),
        repeats=1, once=True,
    )  # fmt: skip
    if found != {"brokers": brokerage(few, groups).observed[:, :-1].tolist(), "balance": balance(few_signs)}:
        raise AssertionError("the loops find others")
    ours, census, whole, all_triads = seconds(
        lambda: brokerage(few, groups), lambda: balance(few_signs), lambda: brokerage(ties, groups),
        lambda: balance(signs), repeats=min(repeats, 3),
    )  # fmt: skip
    paths, triads = int(brokerage(ties, groups).observed[:, -1].sum()), balance(signs).triads
    return [
        _beside(group, f"brokerage of the {len(few)} busiest", size, ours, loops),
        _beside(group, f"balance census of {len(few_signs.actors)}", size, census, other_loops),
        _beside(group, "brokerage of all, loops by their cube", size, whole, loops * _cube(ties, few), 50),
        _beside(
            group, "balance census of all, loops so", size, all_triads,
            other_loops * _cube(signs.actors, few_signs.actors), 50,
        ),
        Figure(group, "brokerage of all", size, short(whole), "", f"{paths:,} open paths"),
        Figure(group, "balance census of all", size, short(all_triads), "", f"{triads:,} triads"),
    ]  # fmt: skip


def _cube(all_actors: Sized, few: Sized) -> float:
    return (len(all_actors) / len(few)) ** 3


def _beside(group: Group, what: str, size: int, ours: float, theirs: float, aim: float | None = None) -> Figure:
    found: dict[str, Any] = {"ratio": round(theirs / ours, 2)} if aim is None else at_least(aim, theirs / ours)
    return Figure(group, what, size, short(ours), "", short(theirs), **found)


def _busiest(n: int, *ends: "np.typing.NDArray[np.int64]") -> "np.typing.NDArray[np.bool_]":
    ties = np.bincount(np.concatenate(ends), minlength=n)
    kept = np.zeros(n, bool)
    kept[np.argsort(-ties, kind="stable")[:LOOPED]] = True
    return kept


def _among_busiest(signs: SignedTies) -> SignedTies:
    kept = _busiest(len(signs.actors), signs.one, signs.other)
    inner, new = kept[signs.one] & kept[signs.other], np.cumsum(kept) - 1
    actors = tuple(a for a, k in zip(signs.actors, kept.tolist(), strict=True) if k)
    return SignedTies(
        actors, new[signs.one[inner]], new[signs.other[inner]], signs.sign[inner], signs.mixed, signs.unsigned
    )
