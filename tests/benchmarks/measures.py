"""Measures on generated networks, beside plain loops in Python, networkx and igraph itself."""

from collections.abc import Callable

import networkx as nx
import numpy as np

from graph.measures import Ties, betweenness, brokerage, components, holes, pagerank
from graph.measures.centrality import _graph, _igraph
from tests.benchmarks.measure import Figure, Group, seconds, short

MEASURES = Group("Measures on networks, by dyads", ("Tertius", "igraph", "Python or networkx"))
PATHS = 1_500
"""Actors up to which networkx finds all shortest paths in a few seconds."""
TRIPLES = 400
"""Actors up to which three nested loops end in seconds: their time grows with the cube of that."""


def network(actors: int, ties: int, seed: int) -> Ties:
    """A network in which few actors have many ties, as in event data."""
    rng = np.random.default_rng(seed)
    busy = np.arange(1.0, actors + 1) ** -0.6
    ends = rng.choice(actors, (2, ties), p=busy / busy.sum())
    return Ties.between(range(actors), ends[0], ends[1], directed=True)


def measure_measures(size: int, seed: int, repeats: int) -> list[Figure]:
    """The figures of a network of as many dyads as `size`, and of small ones where others take too long."""
    large, small, tiny = network(size // 16, size, seed), network(PATHS, PATHS * 8, seed), network(TRIPLES, 4000, seed)
    groups = {a: int(str(a)) % 50 for a in large.actors}
    figures = []

    def beside(what: str, of: Ties, ours: Callable[[], object], bare: Callable[[], object] | None,
               plain: Callable[[], object] | None, aim: tuple[str, float]) -> None:  # fmt: skip
        others = [f for f in (bare, plain) if f]
        taken, *theirs = seconds(ours, *others, repeats=repeats)
        of_bare, of_plain = theirs[0] if bare else None, theirs[-1] if plain else None
        first = of_bare if bare else of_plain
        ratio = taken / first if bare and first else (first or 0) / taken
        met = ratio <= aim[1] if bare else ratio >= aim[1]
        figures.append(Figure(
            MEASURES, what, len(of.source), short(taken), short(of_bare), short(of_plain), ratio, aim[0], met,
        ))  # fmt: skip

    tiny_groups = {a: groups[a] for a in tiny.actors}
    beside("brokerage, three loops", tiny, lambda: brokerage(tiny, tiny_groups), None,
           lambda: three_loops(tiny, tiny_groups), ("≥ 50 x", 50))  # fmt: skip
    plain, bare = _graph(small), _igraph(small)
    beside("betweenness", small, lambda: betweenness(small), bare.betweenness,
           lambda: nx.betweenness_centrality(plain), ("≤ 1.2 x igraph", 1.2))  # fmt: skip
    bare = _igraph(large)
    beside("PageRank", large, lambda: pagerank(large), bare.pagerank, None, ("≤ 1.2 x igraph", 1.2))
    beside("components", large, lambda: components(large), lambda: list(bare.connected_components("weak")), None,
           ("≤ 1.2 x igraph", 1.2))  # fmt: skip
    beside("constraint, effective size", large, lambda: holes(large), bare.constraint, None, ("≤ 1.2 x igraph", 1.2))
    (taken,) = seconds(lambda: brokerage(large, groups), repeats=repeats)
    figures.append(Figure(MEASURES, "brokerage of all", len(large.source), short(taken)))
    return figures


def three_loops(ties: Ties, groups: dict[object, int]) -> list[list[int]]:
    """Gould and Fernandez's definition, word by word."""
    n = len(ties)
    there = [[False] * n for _ in range(n)]
    for a, b in zip(ties.source.tolist(), ties.target.tolist(), strict=True):
        there[a][b] = True
    counts = [[0] * 5 for _ in range(n)]
    group = [groups[a] for a in ties.actors]
    for a in range(n):
        for v in range(n):
            for c in range(n):
                if a != c and there[a][v] and there[v][c] and not there[a][c]:
                    if group[a] == group[v]:
                        role = 0 if group[v] == group[c] else 3
                    else:
                        role = 2 if group[v] == group[c] else 1 if group[a] == group[c] else 4
                    counts[v][role] += 1
    return counts
