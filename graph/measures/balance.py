"""Structural balance of signed networks: triads, balance degree, frustration."""

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import networkx as nx
import numpy as np

from graph.exceptions import ParameterError
from graph.measures.arrays import Ints, Network, Ties, triangles
from graph.measures.null_model import Chance, against_chance
from graph.networks.dyads import Dyads

_Signed: TypeAlias = "Network | Dyads | SignedTies"
_ROUNDS = 20
"""Trees in which cycles are looked for. In large networks later ones find little and cost as much as the first."""


@dataclass(frozen=True, slots=True)
class SignedTies:
    """The pairs of a network whose sign is clear, `one[n] < other[n]`, with `sign` 1 or -1.

    `mixed` counts pairs that have both signs, `unsigned` those that have none or 0. Both are left out: a balance of
    guessed signs would be a guess.
    """

    actors: tuple[Hashable, ...]
    one: Ints
    other: Ints
    sign: Ints
    mixed: int
    unsigned: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The triads of a signed network by the signs of their ties, and how many of them are balanced.

    `degree` is the share of triads with an even number of negative ties; `weak_degree` counts those of three negative
    ties as balanced too (Davis 1967). Both are None, with a `reason`, where there is no triad.
    """

    all_positive: int
    one_negative: int
    two_negative: int
    all_negative: int
    positive: int
    negative: int
    mixed: int
    unsigned: int

    @property
    def triads(self) -> int:
        """How many triads there are."""
        return self.all_positive + self.one_negative + self.two_negative + self.all_negative

    @property
    def degree(self) -> float | None:
        """The share of balanced triads."""
        return (self.all_positive + self.two_negative) / self.triads if self.triads else None

    @property
    def weak_degree(self) -> float | None:
        """The share of triads that are balanced in the weak sense: all but those of one negative tie."""
        return 1 - self.one_negative / self.triads if self.triads else None

    @property
    def reason(self) -> str | None:
        """Why there is no degree."""
        return None if self.triads else "no three actors are all joined by ties of a clear sign"


@dataclass(frozen=True, slots=True)
class Frustration:
    """How many ties contradict the best division of all actors in two camps: at least `lower`, at most `upper`.

    `exact` where the two are equal; else the search was given up after `steps`. `camps` is a division that leaves
    `upper` ties contradicted, which are `contradicted`; there may be others as good. `index` is 1 - 2·ties/m, 1 where
    balanced: bounds from below and above; None, with a `reason`, where there are no signed ties.
    """

    lower: int
    upper: int
    ties: int
    camps: tuple[frozenset[Hashable], frozenset[Hashable]]
    contradicted: tuple[tuple[Hashable, Hashable], ...]
    steps: int

    @property
    def exact(self) -> bool:
        """Whether the number is known."""
        return self.lower == self.upper

    @property
    def index(self) -> tuple[float, float] | None:
        """Bounds of 1 - 2·contradicted/m."""
        return (1 - 2 * self.upper / self.ties, 1 - 2 * self.lower / self.ties) if self.ties else None

    @property
    def reason(self) -> str | None:
        """Why there is no index."""
        return None if self.ties else "no tie has a clear sign"


def signed(network: "Network | Dyads", sign: str = "sign") -> SignedTies:
    """The pairs of a network and their signs; directions and parallel ties are taken together.

    A tie that says of itself that it is `mixed`, as in networks of dyads, has both signs.
    Raises ParameterError where a sign is none of -1, 0, 1 and None.
    """
    if isinstance(network, Dyads):
        return _signed_dyads(network)
    number = {actor: n for n, actor in enumerate(network)}
    signs: dict[tuple[int, int], set[int]] = {}
    for a, b, tie in network.edges(data=True):
        value = tie.get(sign)
        if value not in (-1, 0, 1, None):
            raise ParameterError("sign", f"{value!r} is the {sign} of the tie {a} to {b}: it takes -1, 0, 1 or None")
        i, j = number[a], number[b]
        if i != j:
            both = {1, -1} if tie.get("mixed") else {int(value or 0)}
            signs.setdefault((min(i, j), max(i, j)), set()).update(both)
    clear = {pair: found - {0} for pair, found in signs.items()}
    kept = [(i, j, next(iter(found))) for (i, j), found in clear.items() if len(found) == 1]
    one, other, values = np.array(kept, np.int64).reshape(-1, 3).T
    return SignedTies(
        actors=tuple(number),
        one=one,
        other=other,
        sign=values,
        mixed=sum(len(found) == 2 for found in clear.values()),
        unsigned=sum(not found for found in clear.values()),
    )


def _signed_dyads(dyads: Dyads) -> SignedTies:
    names, n = dyads.snapshot.columns.entities, max(1, len(dyads.nodes))
    one, other = (np.searchsorted(dyads.nodes, side) for side in (dyads.one, dyads.other))
    keys, pair = np.unique(np.minimum(one, other) * n + np.maximum(one, other), return_inverse=True)
    plus, minus = (np.bincount(pair[dyads.mixed | (dyads.sign == s)], minlength=len(keys)) > 0 for s in (1, -1))
    clear = plus != minus
    return SignedTies(
        actors=tuple(names[number] for number in dyads.nodes.tolist()),
        one=keys[clear] // n,
        other=keys[clear] % n,
        sign=np.where(plus[clear], 1, -1),
        mixed=int((plus & minus).sum()),
        unsigned=int((~plus & ~minus).sum()),
    )


def balance(network: _Signed, sign: str = "sign") -> Balance:
    """The triad census of a signed network (Heider 1946; Cartwright and Harary 1956). Raises ParameterError.

    `sign` names the attribute of ties that is 1, -1, 0 or None.
    """
    ties = network if isinstance(network, SignedTies) else signed(network, sign)
    n = max(1, len(ties.actors))
    plain = Ties.between(ties.actors, ties.one, ties.other, directed=False)
    order = np.argsort(ties.one * n + ties.other)
    keys, negative = (ties.one * n + ties.other)[order], (ties.sign < 0)[order]
    census = np.zeros(4, np.int64)
    for some in triangles(plain):
        corners = np.sort(np.column_stack([some.a, some.b, some.c]), axis=1)
        pairs = (corners[:, i] * n + corners[:, j] for i, j in ((0, 1), (0, 2), (1, 2)))
        count = sum((negative[np.searchsorted(keys, pair)].astype(np.int64) for pair in pairs), np.zeros(1, np.int64))
        census += np.bincount(count, minlength=4)[:4] if len(corners) else 0
    below = int((ties.sign < 0).sum())
    positive, one, two, three = census.tolist()
    return Balance(positive, one, two, three, len(ties.sign) - below, below, ties.mixed, ties.unsigned)


def balance_over(windows: Iterable[tuple[Any, _Signed]], sign: str = "sign") -> list[tuple[Any, Balance]]:
    """The balance of each of some networks, such as those of successive months, under its name. Raises ParameterError.

    A window without triads is there too: its degree is None. No line should be drawn through it.
    """
    return [(name, balance(network, sign)) for name, network in windows]


def balance_beside_chance(network: _Signed, sign: str = "sign", *, draws: int = 100, seed: int = 0) -> Chance:
    """The balance degree beside that of rewired networks: see `against_chance`. Raises ParameterError.

    Everybody keeps as many pairs, and each pair its sign; only pairs of a clear sign are rewired.
    """
    ties = network if isinstance(network, SignedTies) else signed(network, sign)
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(range(len(ties.actors)))
    graph.add_weighted_edges_from(zip(ties.one.tolist(), ties.other.tolist(), ties.sign.tolist(), strict=True), "sign")
    return against_chance(graph, lambda drawn: balance(drawn).degree, draws=draws, seed=seed)[None]


def frustration(network: _Signed, sign: str = "sign", *, steps: int = 200_000) -> Frustration:
    """The frustration of a signed network, also called its line index of balance (Harary 1959). Raises ParameterError.

    The network is cut where a single actor holds it together, since frustration adds up over the parts. Each part is
    searched by branch and bound until the `steps` for all parts are spent: the rest has bounds, from below by
    contradicting cycles that share no tie, from above by moving actors one by one. Exact mostly up to some 40 actors in
    one part, and for thousands where most is balanced.
    """
    ties = network if isinstance(network, SignedTies) else signed(network, sign)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(ties.actors)))
    graph.add_weighted_edges_from(zip(ties.one.tolist(), ties.other.tolist(), ties.sign.tolist(), strict=True), "sign")
    camp: dict[int, int] = {}
    lower, left = 0, steps
    for component in sorted(nx.connected_components(graph), key=min):
        blocks: Iterable[set[int]] = nx.biconnected_components(graph.subgraph(component))  # type: ignore[assignment]  # types-networkx has lists of sets
        parts = sorted(map(sorted, blocks))
        sides: dict[frozenset[int], dict[int, int]] = {}
        for part in parts:
            inside = set(part)
            signs = {a: {b: tie["sign"] for b, tie in graph[a].items() if b in inside} for a in part}
            found, least, used = _best(signs, left)
            lower, left = lower + least, left - used
            sides[frozenset(part)] = found
        _join(min(component), sides, camp)
    every = zip(ties.one.tolist(), ties.other.tolist(), ties.sign.tolist(), strict=True)
    wrong = [(a, b) for a, b, s in every if camp[a] * camp[b] != s]
    actors = ties.actors
    return Frustration(
        lower=lower,
        upper=len(wrong),
        ties=len(ties.sign),
        camps=(
            frozenset(actors[n] for n, side in camp.items() if side > 0),
            frozenset(actors[n] for n, side in camp.items() if side < 0),
        ),
        contradicted=tuple((actors[a], actors[b]) for a, b in wrong),
        steps=steps - left,
    )


_Signs = dict[int, dict[int, int]]
"""Of each actor the signs of the ties to others."""


def _join(first: int, sides: dict[frozenset[int], dict[int, int]], camp: dict[int, int]) -> None:
    """Turns the parts of a component so that the actors in several of them stand on one side in all."""
    of: dict[int, list[frozenset[int]]] = {}
    for part in sides:
        for actor in part:
            of.setdefault(actor, []).append(part)
    camp[first] = 1
    waiting, seen = deque([first]), set()
    while waiting:
        actor = waiting.popleft()
        for part in of.get(actor, ()):
            if part in seen:
                continue
            seen.add(part)
            turn = camp[actor] * sides[part][actor]
            for other, side in sides[part].items():
                if other not in camp:
                    camp[other] = side * turn
                    waiting.append(other)


def _best(signs: _Signs, steps: int) -> tuple[dict[int, int], int, int]:
    """A division of a part, a number of ties that every division contradicts at least, and the steps taken."""
    camp = _moved(signs)
    upper, lower = _contradicted(signs, camp), _packed(signs)
    if lower == upper:
        return camp, lower, 0
    better, used, finished = _searched(signs, camp, upper, lower, steps)
    return better, _contradicted(signs, better) if finished else lower, used


def _contradicted(signs: _Signs, camp: dict[int, int]) -> int:
    return sum(camp[a] * camp[b] != s for a, others in signs.items() for b, s in others.items()) // 2


def _spread(signs: _Signs) -> tuple[dict[int, int], dict[int, int | None], dict[int, int]]:
    """Camps that contradict no tie of a tree by breadth, the tree as parents, and depths."""
    camp: dict[int, int] = {}
    parent: dict[int, int | None] = {}
    depth: dict[int, int] = {}
    for start in signs:
        if start in camp:
            continue
        camp[start], parent[start], depth[start] = 1, None, 0
        waiting = deque([start])
        while waiting:
            a = waiting.popleft()
            for b, s in signs[a].items():
                if b not in camp:
                    camp[b], parent[b], depth[b] = camp[a] * s, a, depth[a] + 1
                    waiting.append(b)
    return camp, parent, depth


def _moved(signs: _Signs) -> dict[int, int]:
    """A division that no change of a single actor makes better, from the one of a tree by breadth."""
    camp = _spread(signs)[0]
    waiting = deque(signs)
    queued = set(signs)
    while waiting:
        a = waiting.popleft()
        queued.discard(a)
        if sum(camp[a] * camp[b] * s for b, s in signs[a].items()) < 0:
            camp[a] = -camp[a]
            again = [b for b in signs[a] if b not in queued]
            waiting.extend(again)
            queued.update(again)
    return camp


def _packed(signs: _Signs) -> int:
    """How many contradicting cycles are found that share no tie: in each, at least one tie is contradicted."""
    left: _Signs = {a: dict(others) for a, others in signs.items()}
    number = 0
    for _ in range(_ROUNDS):
        camp, parent, depth = _spread(left)
        used: set[tuple[int, int]] = set()
        found = 0
        for a, others in left.items():
            for b, s in others.items():
                if a > b or camp[a] * camp[b] == s:
                    continue
                cycle = _cycle(a, b, parent, depth)
                if used.isdisjoint(cycle):
                    used.update(cycle)
                    found += 1
        if not found:
            break
        number += found
        for a, b in used:
            del left[a][b], left[b][a]
    return number


def _cycle(a: int, b: int, parent: dict[int, int | None], depth: dict[int, int]) -> list[tuple[int, int]]:
    """The ties of the cycle that this tie closes in the tree."""
    ties = [(min(a, b), max(a, b))]
    while a != b:
        if depth[a] < depth[b]:
            a, b = b, a
        above = parent[a]
        assert above is not None  # the deeper of two in one tree has a parent
        ties.append((min(a, above), max(a, above)))
        a = above
    return ties


def _searched(
    signs: _Signs, camp: dict[int, int], upper: int, lower: int, steps: int
) -> tuple[dict[int, int], int, bool]:
    """The best division by branch and bound, the steps taken, and whether the search came to its end.

    Actors are set one after the other, each time one with most ties to those already set. A branch ends where what is
    contradicted already, and what each of the others must contradict at least of its ties to those set, is no less
    than the best known.
    """
    order: list[int] = []
    weight = dict.fromkeys(signs, 0)
    while weight:
        a = max(weight, key=lambda x: (weight[x], len(signs[x]), -x))
        del weight[a]
        order.append(a)
        for b in signs[a]:
            if b in weight:
                weight[b] += 1
    place = {a: n for n, a in enumerate(order)}
    later = [[(b, s) for b, s in signs[a].items() if place[b] > place[a]] for a in order]
    best = camp
    side: dict[int, int] = {}
    plus, minus = dict.fromkeys(signs, 0), dict.fromkeys(signs, 0)  # contradicted by standing on this side
    cost, must, taken = 0, 0, 0
    trail: list[tuple[int, list[int]]] = [(0, [1])]  # the first may stand on either side: they mirror each other
    while trail:
        n, choices = trail[-1]
        a = order[n]
        if a in side:
            now = side.pop(a)
            for b, s in later[n]:
                must -= min(plus[b], minus[b])
                (minus if s * now > 0 else plus)[b] -= 1
                must += min(plus[b], minus[b])
            cost -= plus[a] if now > 0 else minus[a]
            must += min(plus[a], minus[a])
        if not choices:
            trail.pop()
            continue
        if taken >= steps:
            return best, taken, False
        taken += 1
        now = side[a] = choices.pop()
        must -= min(plus[a], minus[a])
        cost += plus[a] if now > 0 else minus[a]
        for b, s in later[n]:
            must -= min(plus[b], minus[b])
            (minus if s * now > 0 else plus)[b] += 1
            must += min(plus[b], minus[b])
        if cost + must >= upper:
            continue
        if n + 1 == len(order):
            best, upper = dict(side), cost
            if upper == lower:
                break
            continue
        b = order[n + 1]
        trail.append((n + 1, [-1, 1] if plus[b] <= minus[b] else [1, -1]))
    return best, taken, True
