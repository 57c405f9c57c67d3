"""A network as arrays: its ties without loops and repetitions, and its triangles."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import networkx as nx
import numpy as np
import numpy.typing as npt

from graph.exceptions import ParameterError
from graph.networks.dyads import Dyads

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Network: TypeAlias = "nx.Graph[Any]"
"""Any networkx graph: directed or not, with parallel ties or without."""
Measured: TypeAlias = "nx.Graph[Any] | Ties | Dyads"
"""What a measure takes that needs no more than ties."""
_WEIGHTS = ("weight", "positive", "negative")
_AT_ONCE = 1 << 21
"""Candidates for triangles that are looked at together: more would take more memory than they save time."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The ties of a network: from `actors[source[n]]` to `actors[target[n]]`, sorted, each pair once, without loops.

    Undirected ties stand in both directions. `weight` is the sum of those of parallel ties.
    """

    actors: tuple[Hashable, ...]
    source: Ints
    target: Ints
    weight: Floats
    directed: bool

    @classmethod
    def of(cls, network: Measured, weight: str | None = None) -> "Ties":
        """The ties of a networkx graph or of dyads; `weight` names the attribute that weighs them, else each weighs 1.

        Raises ParameterError where a weight is no positive number.
        """
        if isinstance(network, Ties):
            return network
        if isinstance(network, Dyads):
            return cls._of_dyads(network, weight)
        number = {actor: n for n, actor in enumerate(network)}
        pairs = [(number[a], number[b]) for a, b in network.edges()]
        source, target = np.array(pairs, np.int64).reshape(-1, 2).T
        values = None
        if weight is not None:
            given: list[Any] = [value for *_, value in network.edges(data=weight, default=1)]
            for value in given:
                if not isinstance(value, int | float) or not 0 < value < np.inf:
                    raise ParameterError("weight", f"{value!r} as {weight} of a tie is no positive number")
            values = np.array(given, float)
        return cls.between(tuple(number), source, target, values, directed=network.is_directed())

    @classmethod
    def _of_dyads(cls, dyads: Dyads, weight: str | None) -> "Ties":
        if weight not in (None, *_WEIGHTS):
            raise ParameterError("weight", f"{weight!r} weighs no dyad: give {', '.join(_WEIGHTS)}")
        values = None if weight is None else np.asarray(getattr(dyads, weight))
        if values is not None and not (values > 0).all():
            raise ParameterError("weight", f"0 as {weight} of a tie is no positive number")
        names = dyads.snapshot.columns.entities
        actors = tuple(names[n] for n in dyads.nodes.tolist())
        source, target = (np.searchsorted(dyads.nodes, side) for side in (dyads.one, dyads.other))
        return cls.between(actors, source, target, values, directed=dyads.directed)

    @classmethod
    def between(
        cls, actors: Sequence[Hashable], source: Ints, target: Ints, weight: Floats | None = None, *, directed: bool
    ) -> Self:
        """The ties between actors that are given by their places, in any order, with loops and repetitions."""
        source, target = np.asarray(source, np.int64), np.asarray(target, np.int64)
        values = np.ones(len(source)) if weight is None else np.asarray(weight, float)
        if not directed:
            source, target = np.concatenate([source, target]), np.concatenate([target, source])
            values = np.concatenate([values, values])
        tie = source != target
        keys, where = np.unique(source[tie] * len(actors) + target[tie], return_inverse=True)
        source, target = np.divmod(keys, max(1, len(actors)))
        if weight is None:
            return cls(tuple(actors), source, target, np.ones(len(keys)), directed)
        return cls(tuple(actors), source, target, np.bincount(where, values[tie], len(keys)).astype(float), directed)

    def __len__(self) -> int:
        """The number of actors."""
        return len(self.actors)

    @property
    def keys(self) -> Ints:
        """One number for each tie, rising."""
        return self.source * len(self) + self.target

    @property
    def back(self) -> Ints:
        """For each tie the place of the one in the other direction, -1 where there is none."""
        return self.places(self.target, self.source)

    def places(self, source: Ints, target: Ints) -> Ints:
        """The places of the ties between these, -1 where there is none."""
        return found(self.keys, source * len(self) + target)

    def among(self, kept: Mask) -> "Ties":
        """The ties among some of the actors."""
        new = np.cumsum(kept) - 1
        inner = kept[self.source] & kept[self.target]
        actors = tuple(a for a, keep in zip(self.actors, kept.tolist(), strict=True) if keep)
        return Ties(actors, new[self.source[inner]], new[self.target[inner]], self.weight[inner], self.directed)


def found(keys: Ints, wanted: Ints) -> Ints:
    """The place of each of these numbers among sorted ones, -1 where it is not there."""
    if not len(keys):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, -1)


@dataclass(frozen=True, slots=True)
class Triangles:
    """Some of the triangles of a network: triangle n joins actors `a[n]`, `b[n]` and `c[n]`."""

    a: Ints
    b: Ints
    c: Ints


def triangles(ties: Ties) -> Iterator[Triangles]:
    """All triangles, whatever the directions of their ties, each once, in portions.

    Each tie leads from the actor with fewer ties to the one with more, so that nobody has more than √(2m) to follow:
    the work grows with m√m at most (Latapy 2008, Theoretical Computer Science 407).
    """
    n = len(ties)
    one = ties.source < ties.target
    loose = ~one & (ties.back == -1)
    source, target = ties.source[one | loose], ties.target[one | loose]
    order = np.argsort(np.bincount(source, minlength=n) + np.bincount(target, minlength=n), kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    keys = np.sort(np.minimum(rank[source], rank[target]) * n + np.maximum(rank[source], rank[target]))
    low, high = np.divmod(keys, max(1, n))
    starts = np.searchsorted(low, np.arange(n + 1))
    # Most candidates close nothing: a look into a table spares them the search.
    bits = max(4, (16 * len(keys)).bit_length())
    maybe = np.zeros(1 << bits, bool)
    maybe[_hashed(keys, bits)] = True
    sizes = np.diff(starts)[high]
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(keys):
        done = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _AT_ONCE, "right")))
        part = slice(begin, end)
        at = np.repeat(np.arange(begin, end), sizes[part])
        step = np.arange(len(at)) - np.repeat(ends[part] - sizes[part] - done, sizes[part])
        third = high[starts[high[at]] + step]
        wanted = low[at] * n + third
        likely = np.flatnonzero(maybe[_hashed(wanted, bits)])
        closes = likely[found(keys, wanted[likely]) != -1]
        at, third = at[closes], third[closes]
        yield Triangles(order[low[at]], order[high[at]], order[third])
        begin = end


def _hashed(keys: Ints, bits: int) -> npt.NDArray[np.uint64]:
    """Places in a table of 2^bits (Knuth's multiplicative hashing)."""
    return (keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)
