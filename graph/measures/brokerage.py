"""Brokerage between groups: the five roles of Gould and Fernandez (1989)."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from graph.dataframes import frame
from graph.exceptions import NotFoundError, ParameterError, UndefinedMeasureError
from graph.measures.arrays import Floats, Ints, Measured, Ties, triangles
from graph.networks.dyads import Dyads, actors

if TYPE_CHECKING:
    import pandas as pd


class Role(StrEnum):
    """What a broker v is for a → v → c without a tie a → c; A, B and C are groups, the broker's in the middle."""

    COORDINATOR = "coordinator"  # A → A → A
    ITINERANT = "itinerant"  # A → B → A, also called consultant
    GATEKEEPER = "gatekeeper"  # A → B → B
    REPRESENTATIVE = "representative"  # A → A → B
    LIAISON = "liaison"  # A → B → C


COUNTED = (*map(str, Role), "total")
_ROLES = len(Role)


@dataclass(frozen=True, slots=True)
class Score:
    """How often an actor is seen in a role, and how often chance would have it; `reason` tells why there is no `z`."""

    observed: int
    expected: float
    sd: float
    z: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Brokerage:
    """Brokerage of each actor in each role, and in all of them together.

    `observed`, `expected` and `sd` have a row for each of `actors` and a column for each of `COUNTED`. `groups` has
    the group of each actor, None for one that is a group by itself; `left_out` the actors without a group that are
    not counted, `alone` those that are. `about` repeats what the network says of itself.
    """

    actors: tuple[Hashable, ...]
    groups: tuple[Hashable, ...]
    left_out: tuple[Hashable, ...]
    alone: tuple[Hashable, ...]
    density: float
    directed: bool
    observed: Ints
    expected: Floats
    sd: Floats
    about: dict[str, Any]

    def of(self, actor: Hashable) -> dict[str, Score]:
        """The scores of one actor, by role and for the total. Raises NotFoundError."""
        if actor not in self.actors:
            raise NotFoundError("actor with a group", str(actor), list(map(str, self.actors)))
        return self.at(self.actors.index(actor))

    def totals(self) -> dict[str, int]:
        """How often each role is seen in the whole network."""
        return dict(zip(COUNTED, self.observed.sum(axis=0).tolist(), strict=True))

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row for each actor and role, in the order of the network."""
        for n, actor in enumerate(self.actors):
            for role, score in self.at(n).items():
                yield {
                    "actor": actor,
                    "group": self.groups[n],
                    "role": role,
                    "observed": score.observed,
                    "expected": score.expected,
                    "sd": score.sd,
                    "z": score.z,
                    "reason": score.reason,
                }

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame. Raises MissingExtraError."""
        return frame(self.rows(), ("actor", "group", "role", "observed", "expected", "sd", "z", "reason"))

    def at(self, place: int) -> dict[str, Score]:
        """The scores of the actor at this place of `actors`."""
        found = {}
        for n, role in enumerate(COUNTED):
            observed, expected, sd = int(self.observed[place, n]), float(self.expected[place, n]), self.sd[place, n]
            z = (observed - expected) / float(sd) if sd > 0 else None
            found[role] = Score(observed, expected, float(sd), z, None if sd > 0 else self._why())
        return found

    def _why(self) -> str:
        if self.density in (0, 1):
            return f"with {'no' if self.density == 0 else 'every'} tie there is nothing left to chance"
        return "the groups are too small for anybody to have this role"


def brokerage(
    network: Measured,
    groups: str | Mapping[Any, Any],
    *,
    ungrouped: Literal["left-out", "alone"] = "left-out",
) -> Brokerage:
    """Gould and Fernandez's brokerage: how often each actor v stands in a → v → c where no tie leads from a to c.

    `groups` is an attribute of nodes (`"state"`, `"kind"`) or a mapping from actor to group. Actors whose group is
    None or missing are left out, with their ties, and named; with `ungrouped="alone"` each is a group of its own.
    Ties without direction count in both. Loops count not at all, parallel ties once. Raises ParameterError where
    nobody has a group, and UndefinedMeasureError with fewer than three actors.

    Expected values and standard deviations are those of a network of as many actors in the same groups, in which each
    tie is there with the observed density, whatever the others do. A z beyond ±2 says that this actor brokers more
    or less than there, not that it does so on purpose; where ties heap on few actors, compare with
    `graph.measures.null_model` as well.
    """
    ties = Ties.of(network)
    told = _told(network, ties, groups)
    missing = np.array([g is None for g in told], bool)
    without = tuple(a for a, m in zip(ties.actors, missing.tolist(), strict=True) if m)
    if ungrouped not in ("left-out", "alone"):
        raise ParameterError("ungrouped", f"{ungrouped!r} is neither left-out nor alone")
    if len(ties) and missing.all():
        raise ParameterError(
            "groups", f"none of the {len(ties)} actors has a group: name an attribute that they have, or give a mapping"
        )
    if ungrouped == "left-out":
        ties, told = ties.among(~missing), [g for g in told if g is not None]
    if len(ties) < 3:
        raise UndefinedMeasureError("brokerage", f"it takes three actors with a group, and there are {len(ties)}")
    group = _numbered(told)
    observed = _two_paths(ties, group) - _closed(ties, group)
    density = len(ties.source) / (len(ties) * (len(ties) - 1))
    expected, variance = _moments(np.bincount(group), density, directed=ties.directed)
    return Brokerage(
        actors=ties.actors,
        groups=tuple(told),
        left_out=without if ungrouped == "left-out" else (),
        alone=without if ungrouped == "alone" else (),
        density=density,
        directed=ties.directed,
        observed=np.column_stack([observed, observed.sum(axis=1)]),
        expected=expected[group],
        sd=np.sqrt(variance)[group],
        about=_about(network),
    )


def _told(network: Measured, ties: Ties, groups: str | Mapping[Any, Any]) -> list[Hashable]:
    if not isinstance(groups, str):
        return [groups.get(a) for a in ties.actors]
    if isinstance(network, Ties):
        raise ParameterError("groups", f"arrays of ties have no attribute {groups!r}: give a mapping")
    if isinstance(network, Dyads):
        return [told.get(groups) for _, told in actors(network.snapshot, network.nodes.tolist())]
    return [network.nodes[a].get(groups) for a in ties.actors]


def _about(network: Measured) -> dict[str, Any]:
    if isinstance(network, Ties):
        return {}
    return dict(network.about if isinstance(network, Dyads) else network.graph)


def _numbered(told: list[Hashable]) -> Ints:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault((n, None) if g is None else (g,), len(numbers)) for n, g in enumerate(told)])


def _two_paths(ties: Ties, group: Ints) -> Ints:
    """Paths a → v → c with a ≠ c by broker and role, counted from the ties into and out of v without following them."""
    n, s, t = len(ties), ties.source, ties.target
    own = group[s] == group[t]
    ins, outs = np.bincount(t, minlength=n), np.bincount(s, minlength=n)
    own_in, own_out = np.bincount(t[own], minlength=n), np.bincount(s[own], minlength=n)
    # Itinerant: into v from one of a foreign group and out of v to one of the same.
    width = int(group.max()) + 1
    from_group, came = np.unique(t[~own] * width + group[s[~own]], return_counts=True)
    to_group, went = np.unique(s[~own] * width + group[t[~own]], return_counts=True)
    both, first, second = np.intersect1d(from_group, to_group, assume_unique=True, return_indices=True)
    itinerant = np.zeros(n, np.int64)
    np.add.at(itinerant, both // width, came[first] * went[second])
    counts = np.empty((n, _ROLES), np.int64)
    counts[:, 0] = own_in * own_out
    counts[:, 1] = itinerant
    counts[:, 2] = (ins - own_in) * own_out
    counts[:, 3] = own_in * (outs - own_out)
    counts[:, 4] = (ins - own_in) * (outs - own_out) - itinerant
    # There and back again, a → v → a, joins no two others.
    mutual = ties.back != -1
    counts[:, 0] -= np.bincount(s[mutual & own], minlength=n)
    counts[:, 1] -= np.bincount(s[mutual & ~own], minlength=n)
    return counts


def _closed(ties: Ties, group: Ints) -> Ints:
    """Those of these paths where a tie leads from a to c without the broker."""
    counts = np.zeros((len(ties), _ROLES), np.int64)
    for some in triangles(ties):
        corners = some.a, some.b, some.c
        there = {(i, j): ties.places(corners[i], corners[j]) != -1 for i, j in permutations(range(3), 2)}
        for a, v, c in permutations(range(3)):
            path = there[a, v] & there[v, c] & there[a, c]
            ga, gv, gc = (group[corners[x][path]] for x in (a, v, c))
            role = np.select(
                [(ga == gv) & (gv == gc), ga == gc, gv == gc, ga == gv],
                [0, 1, 2, 3],
                4,
            )
            at = corners[v][path] * _ROLES + role
            counts += np.bincount(at, minlength=counts.size).reshape(counts.shape)
    return counts


def _moments(sizes: Ints, d: float, *, directed: bool) -> tuple[Floats, Floats]:
    """Expected values and variances by the broker's group, for each role and the total.

    A pair (a, c) is brokered with probability p = d²(1-d). Two pairs with one end in common share the tie to or from
    the broker, which makes their covariance d³(1-d)³; all others have nothing in common. So the variance is
    p(1-p)·pairs + d³(1-d)³·(couples of pairs with one end in common).
    """
    n, total = sizes.astype(float), float(sizes.sum())
    rest = total - n
    square, cube = (n**2).sum() - n**2, (n**3).sum() - n**3  # of the other groups
    own, foreign = n - 1, rest
    pairs = np.column_stack(
        [
            own * (own - 1),
            square - foreign,
            foreign * own,
            own * foreign,
            foreign**2 - square,
            np.full(len(n), (total - 1) * (total - 2)),
        ]
    )
    crossed = own * foreign * (foreign - 1) + foreign * own * (own - 1)
    couples = np.column_stack([
        2 * own * (own - 1) * (own - 2),
        2 * (cube - 3 * square + 2 * foreign),
        crossed,
        crossed,
        # Each of n in another group has rest - n others to be joined with.
        2 * ((rest**2 - rest) * foreign - (2 * rest - 1) * square + cube),
        np.full(len(n), 2 * (total - 1) * (total - 2) * (total - 3)),
    ])  # fmt: skip
    p = d**2 * (1 - d)
    variance = pairs * p * (1 - p) + couples * d**3 * (1 - d) ** 3
    if not directed:
        # Without direction (a, c) and (c, a) are one draw, counted twice, in all roles but those that tell the two
        # apart, where each counts once.
        variance *= np.array([2, 2, 1, 1, 2, 2])
    return np.abs(pairs) * p, variance  # in floats 0 · (0 - 1) is -0
