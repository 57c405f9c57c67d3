"""Networks of event data, invented and real: dyads from statements, and measures beside igraph itself and networkx.

An invented release of a million rows makes 50,000 actors and 800,000 dyads.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import networkx as nx

from graph import KnowledgeGraph
from graph.columns import Columns
from graph.measures import Ties, balance, betweenness, brokerage, components, pagerank, signed
from graph.measures.centrality import _drawn, _graph, _igraph
from graph.networks import written
from tests.benchmarks.measure import Figure, Group, seconds, short
from tests.benchmarks.releases import write_release

COLUMNS = ("Tertius", "igraph", "networkx")
DYADS = "Networks from statements"
MEASURES = "Measures on their dyads"
REAL = Path(__file__).parents[3] / "shared/data/icews-tkg/icews_2005-2015_valid.txt"
FEW_TIES = 60_000
"""Ties up to which networkx writes a file, and finds paths from a few actors, in seconds."""
SAMPLE = 20


def measure_networks(size: int, seed: int, repeats: int) -> list[Figure]:
    """The figures of an invented release of so many rows."""
    with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
        release = Path(name) / "events.tab"
        write_release(release, size, seed)
        with _imported("icews", release, Path(name) / "store") as graph:
            return _figures(graph, "", repeats)


def measure_real_networks(repeats: int) -> list[Figure]:
    """The figures of a part of ICEWS, where its file lies beside the project."""
    if not REAL.exists():
        print(f"real ICEWS: left out, {REAL} is not there", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
        with _imported("icews-tkg", REAL, Path(name) / "store") as graph:
            return _figures(graph, ", ICEWS", repeats)


@contextmanager
def _imported(format: str, release: Path, store: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(store) as graph:
        graph.import_files(format, [release])
        yield graph


def _figures(graph: KnowledgeGraph, of: str, repeats: int) -> list[Figure]:
    size = len(graph.snapshot.columns)
    found = graph.dyads()
    _check(graph.snapshot.columns, found.weight.sum())
    figures = []
    arrays, pairs = seconds(graph.dyads, lambda: graph.dyads(projection="signed"), repeats=repeats)
    (objects,) = seconds(found.graph, repeats=min(repeats, 2), once=True)
    group = Group(f"{DYADS}{of}: {len(found.nodes):,} actors, {len(found):,} dyads", COLUMNS)
    for what, taken in (("dyads as arrays", arrays), ("pairs with a sign, as arrays", pairs)):
        by_million = taken / size * 1e6
        figures.append(Figure(
            group, what, size, short(taken), ratio=by_million, aim="≤ 1 s a million", met=taken <= max(1.0, by_million) and by_million <= 1.0,
        ))  # fmt: skip
    figures.append(Figure(group, "the same as a networkx graph, more", size, short(objects), ratio=objects / arrays))
    if len(found) <= FEW_TIES:
        network = graph.network(projection="dyads")
        flat = nx.DiGraph([(a, b, {"weight": d["weight"]}) for a, b, d in network.edges(data=True)])
        for format, write in (("graphml", nx.generate_graphml), ("gexf", nx.generate_gexf)):
            mine, theirs = seconds(
                lambda f=format: written(network, f), lambda w=write: "\n".join(w(flat)), repeats=min(repeats, 2), once=True
            )
            figures.append(Figure(group, f"{format}, networkx of weights alone", size, short(mine), "", short(theirs), mine / theirs))
    return figures + _measures(graph, of, repeats)
