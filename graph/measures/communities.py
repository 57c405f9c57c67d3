"""Communities: parts of a network whose actors are joined more with each other than chance would have it."""

import random
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from graph.dataframes import frame
from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures.arrays import Floats, Ints, Measured, Ties
from graph.measures.centrality import Engine

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Communities:
    """A division of all actors, the largest community first; `modularity` tells how good it is.

    It is the best that one seeded search found: others may be as good, and a network without communities has one too.
    """

    communities: tuple[frozenset[Hashable], ...]
    modularity: float
    method: str
    seed: int

    def of(self) -> dict[Hashable, int]:
        """The number of each actor's community, from 1."""
        return {actor: n for n, those in enumerate(self.communities, 1) for actor in those}

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row an actor."""
        for actor, n in self.of().items():
            yield {"actor": actor, "community": n, "size": len(self.communities[n - 1])}

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame. Raises MissingExtraError."""
        return frame(self.rows(), ("actor", "community", "size"))


def communities(
    network: Measured, weight: str | None = "weight", *, seed: int = 0, engine: str | None = None
) -> Communities:
    """The communities of the greatest modularity that is found: by Leiden with igraph, by Louvain with networkx.

    Traag, Waltman and van Eck (2019), *From Louvain to Leiden*, Scientific Reports 9; Blondel and others (2008), *Fast
    unfolding of communities in large networks*. Directions are left out, the weights of both taken together. The same
    network and seed give the same division. Compare its modularity with that of rewired networks: see
    `against_chance`. Raises UndefinedMeasureError where there are no ties, ParameterError for a weight or engine.
    """
    ties = Ties.of(network, weight)
    if not len(ties.source):
        raise UndefinedMeasureError("communities", "there are no ties")
    chosen = Engine.named(engine)
    one, other, weights = _pairs(ties)
    if chosen is Engine.IGRAPH:
        label = _leiden(len(ties), one, other, weights, seed)
    else:
        label = _louvain(len(ties), one, other, weights, seed)
    parts: dict[int, list[Hashable]] = {}
    for actor, part in zip(ties.actors, label, strict=True):
        parts.setdefault(part, []).append(actor)
    found = sorted(map(frozenset, parts.values()), key=lambda those: (-len(those), min(map(str, those))))
    method = "Leiden" if chosen is Engine.IGRAPH else "Louvain"
    return Communities(tuple(found), _modularity(one, other, weights, label), method, seed)


def modularity(network: Measured, division: Sequence[frozenset[Hashable]], weight: str | None = "weight") -> float:
    """Newman and Girvan's (2004) modularity of a division: Σ over communities of (inner/m - (degrees/2m)²).

    Raises ParameterError where it is no division of the actors, UndefinedMeasureError where there are no ties.
    """
    ties = Ties.of(network, weight)
    counts = Counter(actor for those in division for actor in those)
    if counts.keys() != set(ties.actors) or any(n > 1 for n in counts.values()):
        raise ParameterError("division", "does not hold each actor once")
    if not len(ties.source):
        raise UndefinedMeasureError("modularity", "there are no ties")
    number = {actor: n for n, those in enumerate(division) for actor in those}
    return _modularity(*_pairs(ties), [number[a] for a in ties.actors])


def _pairs(ties: Ties) -> tuple[Ints, Ints, Floats]:
    """Each pair that is joined once, with the weight of both directions."""
    if ties.directed:
        n = len(ties)
        keys, at = np.unique(
            np.minimum(ties.source, ties.target) * n + np.maximum(ties.source, ties.target), return_inverse=True
        )
        one, other = np.divmod(keys, n)
        return one, other, np.bincount(at, ties.weight, len(keys)).astype(float)
    once = ties.source < ties.target
    return ties.source[once], ties.target[once], ties.weight[once]


def _modularity(one: Ints, other: Ints, weights: Floats, label: Sequence[int]) -> float:
    part = np.unique(np.array(label), return_inverse=True)[1]
    total, n = float(weights.sum()), int(part.max()) + 1
    inner = np.bincount(part[one], weights * (part[one] == part[other]), n)
    degrees = np.bincount(part[one], weights, n) + np.bincount(part[other], weights, n)
    return float((inner / total - (degrees / (2 * total)) ** 2).sum())


def _leiden(n: int, one: Ints, other: Ints, weights: Floats, seed: int) -> list[int]:
    import igraph

    graph = igraph.Graph(n, np.column_stack([one, other]).tolist())
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - no secret
    try:
        found = graph.community_leiden("modularity", weights=weights.tolist(), n_iterations=-1)
    finally:
        igraph.set_random_number_generator(random)
    label: list[int] = found.membership
    return label


def _louvain(n: int, one: Ints, other: Ints, weights: Floats, seed: int) -> list[int]:
    graph: nx.Graph[int] = nx.empty_graph(n)
    graph.add_weighted_edges_from(zip(one.tolist(), other.tolist(), weights.tolist(), strict=True))
    label = [0] * n
    for number, those in enumerate(nx.community.louvain_communities(graph, weight="weight", seed=seed)):
        for actor in those:
            label[actor] = number
    return label
