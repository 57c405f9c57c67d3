"""Structural holes: Burt's constraint and effective size."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from graph.dataframes import frame
from graph.measures.arrays import Floats, Ints, Measured, Ties, triangles

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Hole:
    """How an actor's neighbours are joined among themselves; constraint and size are None for one without neighbours.

    `efficiency` is the effective size by the number of neighbours: 1 where none of them is joined to another.
    """

    actor: Hashable
    neighbours: int
    constraint: float | None
    effective_size: float | None
    efficiency: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Holes:
    """The structural holes around each actor, in the order of the network."""

    found: tuple[Hole, ...]

    def __iter__(self) -> Iterator[Hole]:
        return iter(self.found)

    def of(self) -> dict[Hashable, Hole]:
        """By actor."""
        return {hole.actor: hole for hole in self.found}

    def frame(self) -> "pd.DataFrame":
        """A row for each actor. Raises MissingExtraError."""
        names = Hole.__slots__
        return frame(({name: getattr(hole, name) for name in names} for hole in self.found), names)


def holes(network: Measured, weight: str | None = None) -> Holes:
    """Burt's (1992) constraint and effective size of each actor. Raises ParameterError where a weight is not positive.

    `weight` names the attribute that weighs ties, else each weighs 1. Loops are left out. A tie without direction
    counts as one in both.
    """
    ties = Ties.of(network, weight)
    n = len(ties)
    one, other, mutual = _mutual(ties)
    keys = one * n + other
    total = np.bincount(one, mutual, n)
    most = np.zeros(n)
    np.maximum.at(most, one, mutual)
    share, strength = mutual / total[one], mutual / most[one]
    around = np.zeros(len(keys))  # for each i and j: over q, what i invests in q times what q invests in j
    shared = np.zeros(len(keys))  # for each i and j: over q, what i invests in q times how strong j's tie to q is
    for some in triangles(ties):
        corners = some.a, some.b, some.c
        place = {(x, y): np.searchsorted(keys, corners[x] * n + corners[y]) for x, y in permutations(range(3), 2)}
        for i, q, j in permutations(range(3)):
            at = place[i, j]
            around += np.bincount(at, share[place[i, q]] * share[place[q, j]], len(keys))
            shared += np.bincount(at, share[place[i, q]] * strength[place[j, q]], len(keys))
    neighbours = np.bincount(one, minlength=n)
    constraint = np.bincount(one, (share + around) ** 2, n)
    size = np.bincount(one, 1 - shared, n)
    found = []
    rows = zip(ties.actors, neighbours.tolist(), constraint.tolist(), size.tolist(), strict=True)
    for actor, number, bound, effective in rows:
        if number:
            found.append(Hole(actor, number, bound, effective, effective / number, None))
        else:
            found.append(Hole(actor, 0, None, None, None, "it has no neighbours"))
    return Holes(tuple(found))


def _mutual(ties: Ties) -> tuple[Ints, Ints, Floats]:
    """All pairs i, j that are joined in some direction, sorted, with the weights of both directions together."""
    n = len(ties)
    keys = np.concatenate([ties.keys, ties.target * n + ties.source])
    pairs, where = np.unique(keys, return_inverse=True)
    mutual = np.bincount(where, np.concatenate([ties.weight, ties.weight]), len(pairs)).astype(float)
    one, other = np.divmod(pairs, max(1, n))
    return one, other, mutual
