"""Whom a table is about: the pairs, mediators with their pairs, or conflicts that each statement belongs to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, OPEN_START, SUBJECT_IS_STATEMENT, Rows
from graph.questions import Level, raiser, rolled_up
from graph.selection import MEDIATION, Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Kind, vocabulary

Mask = npt.NDArray[np.bool_]
Known = set[tuple[int, int, int]]
"""Mediators and the pairs that they mediate between, the lower number first."""


class Unit(StrEnum):
    """What one line of a table is about, beside its period."""

    DYAD = "dyad"
    DIRECTED_DYAD = "directed-dyad"
    MEDIATOR_DYAD = "mediator-dyad"
    CONFLICT = "conflict"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its parts, as the columns have them."""
        return _PARTS[self]


_PARTS = {
    Unit.DYAD: ("side1", "side2"),
    Unit.DIRECTED_DYAD: ("actor", "target"),
    Unit.MEDIATOR_DYAD: ("mediator", "side1", "side2"),
    Unit.CONFLICT: ("conflict",),
}


@dataclass(frozen=True, slots=True)
class Members:
    """Which rows belong to which units: entry n says that row `at[n]` of those asked about belongs to `units[n]`.

    `units` has one column a part. `sure` is false where the statement names only one side of the pair. No row belongs
    to a unit twice.
    """

    at: Rows
    units: Rows
    sure: Mask

    def where(self, kept: Mask) -> "Members":
        """Those entries alone."""
        return Members(self.at[kept], self.units[kept], self.sure[kept])


def members(snapshot: Snapshot, rows: Rows, unit: Unit, level: Level, selection: Selection, *, joined: bool) -> Members:
    """The units of rows, with `between` only those of that pair.

    Actors are rolled up to the level. Who is no actor, or not specified, is in no pair; to hold a post is no act. A
    mediation of which one side is named belongs, not surely, to the pairs with that side that its mediator mediates
    between elsewhere among the rows: where both sides are named, where they are `joined`, where the pair is asked for.
    """
    people = _People(snapshot, rows, level)
    if unit is Unit.CONFLICT:
        return _once([people.conflicts()])
    pairs, half = people.pairs(), people.one_sided()
    mediations = pairs.where(pairs.mediator != NONE)
    known: Known = set(zip(*(a.tolist() for a in (mediations.mediator, *mediations.in_order())), strict=True))
    if joined:
        known |= _joined(snapshot, rows, half)
    asked = _asked(snapshot, selection)
    if asked and all(asked):
        low, high = sorted(agents[0] for agents in asked)
        known |= {(m, low, high) for m in half.mediator.tolist()}
    found = [
        *(people.ends() if unit is not Unit.MEDIATOR_DYAD else ()),
        mediations if unit is Unit.MEDIATOR_DYAD else pairs,
    ]
    whole = _once(
        [*(_as_units(p, unit, sure=True) for p in found), _as_units(_completed(half, known), unit, sure=False)]
    )
    if not asked:
        return whole
    one, other = whole.units[:, -2], whole.units[:, -1]
    a, b = (np.isin(one, asked[0]), np.isin(other, asked[1])), (np.isin(one, asked[1]), np.isin(other, asked[0]))
    return whole.where((a[0] & a[1]) | (b[0] & b[1]))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs that rows name, each with its mediator, NONE where there is none; `ordered`: one does it to the other."""

    at: Rows
    mediator: Rows
    one: Rows
    other: Rows
    ordered: bool = False

    def where(self, kept: Mask) -> "_Pairs":
        return _Pairs(self.at[kept], self.mediator[kept], self.one[kept], self.other[kept], self.ordered)

    def in_order(self) -> tuple[Rows, Rows]:
        """The two, the lower number first."""
        return np.minimum(self.one, self.other), np.maximum(self.one, self.other)


class _People:
    """Who takes part in rows, as numbers of entities, NONE where it is no actor."""

    def __init__(self, snapshot: Snapshot, rows: Rows, level: Level) -> None:
        self._snapshot, self._rows = snapshot, rows
        c = snapshot.columns
        subject, object, self._parties, sets = rolled_up(snapshot, rows, level)
        allowed = vocabulary().relations["mediates"].frame.party_kinds
        kinds = [e.kind if (e := snapshot.entities.get(id)) and id != UNSPECIFIED else None for id in c.entities]
        self._actor = np.array([*(k in allowed for k in kinds), False])  # the last place is that of NONE, -1
        self._conflict = np.array([*(k is Kind.CONFLICT for k in kinds), False])
        stated = c.flags[rows] & SUBJECT_IS_STATEMENT != 0
        self._subject = self._actors(np.where(stated, NONE, subject))
        self._object = self._actors(object)
        self._sets = [sorted(e for e in members if self._actor[e]) for members in sets]
        self._size = np.array([len(s) for s in self._sets], np.int64)[self._parties]
        relations = vocabulary().relations.values()
        self._mediation = self._with(r.id for r in relations if r.family == MEDIATION)
        self._symmetric = self._with(r.id for r in relations if r.symmetric)
        self._together = self._symmetric | self._with(r.id for r in relations if r.family == "cooperation")
        self._act = ~self._with(r.id for r in relations if r.family == "affiliation")
        self._thirds = self._mediators(level)

    def _actors(self, entities: npt.NDArray[np.integer]) -> Rows:
        return np.where(self._actor[entities], entities, NONE).astype(np.int64)

    def _with(self, relations: Iterable[str]) -> Mask:
        c = self._snapshot.columns
        wanted = np.zeros(len(c.relations), bool)
        wanted[[c.relation_number[r] for r in relations if r in c.relation_number]] = True
        return wanted[c.relation[self._rows]]

    def _mediators(self, level: Level) -> tuple[Rows, Rows]:
        """Rows that are mediations, and their mediators, NONE where there is none: the subjects, and co-mediators."""
        c, raised = self._snapshot.columns, raiser(self._snapshot, level)
        rows = np.flatnonzero(self._mediation)
        roles = c.roles[self._rows[rows]]
        place, further = _expanded(roles, [[(e,) for r, e in s if r == "co-mediator"] for s in c.role_sets], 1)
        at = rows[place]
        spans = (column[self._rows[at]].tolist() for column in (c.earliest, c.latest))
        others = [raised(e, *span) for e, *span in zip(further[:, 0].tolist(), *spans, strict=True)]
        return np.concatenate([rows, at]), np.concatenate(
            [self._subject[rows], self._actors(np.array(others, np.int64))]
        )

    def conflicts(self) -> Members:
        """The conflicts that rows have as object or topic."""
        c = self._snapshot.columns
        columns = c.object[self._rows], c.topic[self._rows]
        at = [np.flatnonzero(self._conflict[column]) for column in columns]
        units = np.concatenate([column[a] for column, a in zip(columns, at, strict=True)]).astype(np.int64)
        return Members(np.concatenate(at), units[:, None], np.ones(len(units), bool))

    def pairs(self) -> _Pairs:
        """Every pair of the sides; in what is done together, of all who take part."""
        mediations, mediators = self._thirds
        others = np.flatnonzero(~self._mediation & self._act & (self._size > 0))
        rows = np.concatenate([mediations, others])
        mediator = np.concatenate([mediators, np.full(len(others), NONE)])
        place, found = _expanded(self._parties[rows], [list(combinations(s, 2)) for s in self._sets], 2)
        parts = [(rows[place], mediator[place], *found.T)]
        together = others[self._together[others]]
        for column in (self._subject, self._object):
            place, member = _expanded(self._parties[together], [[(e,) for e in s] for s in self._sets], 1)
            at = together[place]
            parts.append((at, np.full(len(at), NONE), column[at], member[:, 0]))
        at, mediator, one, other = (np.concatenate(column) for column in zip(*parts, strict=True))
        # One of the sides may mediate between others.
        mediator = np.where((mediator == one) | (mediator == other), NONE, mediator)
        return _Pairs(at, mediator, one, other).where((one != other) & (one != NONE))

    def ends(self) -> list[_Pairs]:
        """Subject and object of what is no mediation and has no two sides: of what is mutual, and of what is not."""
        kept = self._act & ~self._mediation & ((self._size < 2) | self._together)
        at = np.flatnonzero(kept & (self._subject != NONE) & (self._object != NONE) & (self._subject != self._object))
        mutual = self._symmetric[at] | (self._together[at] & (self._size[at] > 0))
        found = _Pairs(at, np.full(len(at), NONE), self._subject[at], self._object[at])
        return [found.where(mutual), replace(found.where(~mutual), ordered=True)]

    def one_sided(self) -> _Pairs:
        """Mediations of which one side is named, which stands as both of the pair."""
        rows, mediators = self._thirds
        single = self._size[rows] == 1
        rows, mediators = rows[single], mediators[single]
        side = np.array([s[0] if s else NONE for s in self._sets], np.int64)[self._parties[rows]]
        return _Pairs(rows, mediators, side, side).where((mediators != NONE) & (mediators != side))


def _expanded(
    sets: npt.NDArray[np.integer], members: Sequence[Sequence[tuple[int, ...]]], width: int
) -> tuple[Rows, Rows]:
    """For each of the numbers of sets all members of that set: the place of the number, and the members as columns."""
    sizes = np.array([len(m) for m in members], np.int64)
    flat = np.array([m for those in members for m in those], np.int64).reshape(-1, width)
    count = sizes[sets]
    place = np.repeat(np.arange(len(sets)), count)
    within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    return place, flat[np.repeat((np.cumsum(sizes) - sizes)[sets], count) + within]


def _joined(snapshot: Snapshot, rows: Rows, half: _Pairs) -> Known:
    """What one mediator does on one day, or in one event, with one side each."""
    c = snapshot.columns
    stated = rows[half.at]
    day = np.where(c.earliest[stated] == c.latest[stated], c.earliest[stated], OPEN_START).astype(np.int64)
    event = c.event[stated].astype(np.int64)
    known: Known = set()
    for key, of_any in ((day, day != OPEN_START), (event, event != NONE)):
        same = np.unique(np.column_stack([half.mediator, key, half.one])[of_any], axis=0)
        starts = np.flatnonzero(np.any(np.diff(same[:, :2], axis=0, prepend=-2) != 0, axis=1))
        for group in np.split(same, starts[1:]):
            known |= {(int(group[0, 0]), *pair) for pair in combinations(group[:, 2].tolist(), 2)}
    return known


def _asked(snapshot: Snapshot, selection: Selection) -> tuple[list[int], ...]:
    """For each of the pair asked for, itself and who acts for it; nothing where no pair is."""
    found = []
    for id in selection.between:
        number = snapshot.columns.entity_number.get(id)
        agents = [] if number is None else snapshot.acting.agents(number)[: 1 if selection.exact else None]
        found.append([a.other for a in agents])
    return tuple(found)


def _completed(half: _Pairs, known: Known) -> _Pairs:
    """Each mediation with one side, as if between that one and each other side that its mediator is known to have."""
    others: dict[tuple[int, int], list[int]] = {}
    for mediator, low, high in sorted(known):
        others.setdefault((mediator, low), []).append(high)
        others.setdefault((mediator, high), []).append(low)
    numbers: dict[tuple[int, int], int] = {}
    keys = zip(half.mediator.tolist(), half.one.tolist(), strict=True)
    sets = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    place, other = _expanded(sets, [[(o,) for o in others.get(key, ())] for key in numbers], 1)
    return _Pairs(half.at[place], half.mediator[place], half.one[place], other[:, 0])


def _as_units(pairs: _Pairs, unit: Unit, *, sure: bool) -> Members:
    if unit is Unit.DIRECTED_DYAD:
        there = np.column_stack([pairs.one, pairs.other])
        units = there if pairs.ordered else np.concatenate([there, there[:, ::-1]])
        at = pairs.at if pairs.ordered else np.concatenate([pairs.at, pairs.at])
    else:
        at = pairs.at
        units = np.column_stack([*([pairs.mediator] if unit is Unit.MEDIATOR_DYAD else []), *pairs.in_order()])
    return Members(at, units, np.full(len(at), sure))


def _once(parts: Iterable[Members]) -> Members:
    """All of them, each row once a unit, surely where one of them is sure."""
    found = list(parts)
    at = np.concatenate([m.at for m in found])
    units = np.concatenate([m.units for m in found])
    sure = np.concatenate([m.sure for m in found])
    order = np.lexsort((~sure, *units.T[::-1], at))
    whole = np.column_stack([at, units])[order]
    first = np.any(np.diff(whole, axis=0, prepend=-2) != 0, axis=1)
    return Members(whole[first, 0], whole[first, 1:], sure[order][first])
