"""What a table is about: the pairs, mediators with their pairs, conflicts or processes of each statement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, OPEN_START, SUBJECT_IS_STATEMENT, Rows
from graph.questions import Level, raiser, rolled_up
from graph.selection import MEDIATION, Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Kind, Relation, vocabulary

Mask = npt.NDArray[np.bool_]
Known = set[tuple[int, int, int]]
"""Mediators and the pairs that they mediate between, the lower number first."""


class Unit(StrEnum):
    """What one line of a table is about, beside its period."""

    DYAD = "dyad"
    DIRECTED_DYAD = "directed-dyad"
    MEDIATOR_DYAD = "mediator-dyad"
    CONFLICT = "conflict"
    PROCESS = "process"

    @property
    def matter(self) -> Kind | None:
        """The kind of what a line is about where that is no pair: an object or topic."""
        return _MATTERS.get(self)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its parts, as the columns have them."""
        return _PARTS[self]


_PARTS = {
    Unit.DYAD: ("side1", "side2"),
    Unit.DIRECTED_DYAD: ("actor", "target"),
    Unit.MEDIATOR_DYAD: ("mediator", "side1", "side2"),
    Unit.CONFLICT: ("conflict",),
    Unit.PROCESS: ("process",),
}
_MATTERS = {Unit.CONFLICT: Kind.CONFLICT, Unit.PROCESS: Kind.PROCESS}


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
    if unit.matter is not None:
        return _once([people.concerning(unit.matter)])
    found, half = people.mediations(), people.one_sided()
    mediations = found.where(found.mediator != NONE)
    known: Known = set(zip(*(a.tolist() for a in (mediations.mediator, *mediations.in_order())), strict=True))
    if joined:
        known |= _joined(snapshot, rows, half)
    asked = _asked(snapshot, selection)
    if asked and all(asked):
        low, high = sorted(agents[0] for agents in asked)
        known |= {(m, low, high) for m in half.mediator.tolist()}
    surely = [mediations] if unit is Unit.MEDIATOR_DYAD else [found, people.mutual(), people.one_way()]
    whole = _once(
        [*(_as_units(p, unit, sure=True) for p in surely), _as_units(_completed(half, known), unit, sure=False)]
    )
    if not asked:
        return whole
    one, other = whole.units[:, -2], whole.units[:, -1]
    a, b = (np.isin(one, asked[0]), np.isin(other, asked[1])), (np.isin(one, asked[1]), np.isin(other, asked[0]))
    return whole.where((a[0] & a[1]) | (b[0] & b[1]))


def acts(snapshot: Snapshot, rows: Rows, level: Level, *, directed: bool) -> tuple[Rows, Rows, Rows]:
    """Who acts towards whom: the place of the row, the one and the other; without direction the lower number first.

    As in directed dyads, what several do together each does towards each other. But of a mediation: the mediator and
    co-mediators act towards each of the sides, and who asks, offers, accepts or rejects towards whom it names. The
    sides do nothing to each other by being mediated. No row has a pair twice.
    """
    people = _People(snapshot, rows, level)
    unit = Unit.DIRECTED_DYAD if directed else Unit.DYAD
    found = _once([_as_units(p, unit, sure=True) for p in (people.mutual(), people.one_way(), people.mediating())])
    return found.at, found.units[:, 0], found.units[:, 1]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs that rows name, each with its mediator, NONE where there is none; `ordered`: one does it to the other."""

    at: Rows
    mediator: Rows
    one: Rows
    other: Rows
    ordered: bool = False

    @classmethod
    def all(cls, parts: Sequence["_Pairs"], *, ordered: bool = False) -> "_Pairs":
        """All of them, in order or not."""
        return cls(
            np.concatenate([p.at for p in parts]), np.concatenate([p.mediator for p in parts]),
            np.concatenate([p.one for p in parts]), np.concatenate([p.other for p in parts]), ordered,
        )  # fmt: skip

    def where(self, kept: Mask) -> "_Pairs":
        return _Pairs(self.at[kept], self.mediator[kept], self.one[kept], self.other[kept], self.ordered)

    def in_order(self) -> tuple[Rows, Rows]:
        """The two, the lower number first."""
        return np.minimum(self.one, self.other), np.maximum(self.one, self.other)


class _People:
    """Who takes part in rows, as numbers of entities, NONE where it is no actor."""

    def __init__(self, snapshot: Snapshot, rows: Rows, level: Level) -> None:
        self._snapshot, self._rows, self._raised = snapshot, rows, raiser(snapshot, level)
        c = snapshot.columns
        subject, object, self._parties, sets = rolled_up(snapshot, rows, level)
        self._kinds = [e.kind if (e := snapshot.entities.get(id)) and id != UNSPECIFIED else None for id in c.entities]
        self._actor = np.array(
            [*(k in _actor_kinds() for k in self._kinds), False]
        )  # the last place is that of NONE, -1
        stated = c.flags[rows] & SUBJECT_IS_STATEMENT != 0
        self._by_somebody, self._to_somebody = stated | (subject != NONE), object != NONE
        self._subject, self._object = self._actors(np.where(stated, NONE, subject)), self._actors(object)
        self._sets = _Sets(sets).among(self._actor)
        relations = vocabulary().relations.values()
        self._mediation = self._with(r.id for r in relations if r.family == MEDIATION)
        self._together = self._with(r.id for r in relations if r.symmetric or _is_joint(r))
        self._ordinary = (
            ~self._mediation & ~self._together & ~self._with(r.id for r in relations if r.family == "affiliation")
        )

    def _actors(self, entities: npt.NDArray[np.integer]) -> Rows:
        return np.where(self._actor[entities], entities, NONE).astype(np.int64)

    def _with(self, relations: Iterable[str]) -> Mask:
        c = self._snapshot.columns
        wanted = np.zeros(len(c.relations), bool)
        wanted[[c.relation_number[r] for r in relations if r in c.relation_number]] = True
        return wanted[c.relation[self._rows]]

    def _in_parties(self, rows: Rows) -> "_Takers":
        place, found = self._sets.members(self._parties[rows])
        return _Takers(rows[place], found)

    def _in_role(self, rows: Rows, role: str) -> "_Takers":
        c = self._snapshot.columns
        sets = _Sets([e for r, e in members if r == role] for members in c.role_sets)
        place, found = sets.members(c.roles[self._rows[rows]])
        at = rows[place]
        spans = (column[self._rows[at]].tolist() for column in (c.earliest, c.latest))
        raised = [self._raised(e, *span) for e, *span in zip(found.tolist(), *spans, strict=True)]
        return _Takers(at, self._actors(np.array(raised, np.int64)))

    def concerning(self, kind: Kind) -> Members:
        """What rows have as object or topic, of this kind."""
        c = self._snapshot.columns
        of_kind = np.array([*(k is kind for k in self._kinds), False])
        columns = c.object[self._rows], c.topic[self._rows]
        at = [np.flatnonzero(of_kind[column]) for column in columns]
        units = np.concatenate([column[a] for column, a in zip(columns, at, strict=True)]).astype(np.int64)
        return Members(np.concatenate(at), units[:, None], np.ones(len(units), bool))

    def mediations(self) -> _Pairs:
        """Each mediator with each pair of the sides; who is one of the two does not mediate between them."""
        rows = np.flatnonzero(self._mediation)
        sides, mediators = self._in_parties(rows).pairs(), self._mediators(rows)
        place, third = _with_same(sides.at, mediators.at)
        one, other, mediator = sides.one[place], sides.other[place], mediators.who[third]
        mediator = np.where((mediator == one) | (mediator == other), NONE, mediator)
        return _Pairs(sides.at[place], mediator, one, other)

    def one_sided(self) -> _Pairs:
        """Mediations of which one side is named, which stands as both of the pair."""
        rows = np.flatnonzero(self._mediation & (self._sets.sizes[self._parties] == 1))
        sides, mediators = self._in_parties(rows), self._mediators(rows)
        place, third = _with_same(sides.at, mediators.at)
        side, mediator = sides.who[place], mediators.who[third]
        return _Pairs(sides.at[place], mediator, side, side).where((mediator != NONE) & (mediator != side))

    def mediating(self) -> _Pairs:
        """Each mediator with each of the sides, and whoever asks or answers with whom it names."""
        rows = np.flatnonzero(self._mediation)
        third, sides = self._mediators(rows), self._in_parties(rows)
        place, there = _with_same(third.at, sides.at)
        one = np.concatenate([third.who[place], self._subject[rows]])
        other = np.concatenate([sides.who[there], self._object[rows]])
        found = _Pairs(np.concatenate([third.at[place], rows]), np.full(len(one), NONE), one, other, ordered=True)
        return found.where((one != NONE) & (other != NONE) & (one != other))

    def _mediators(self, rows: Rows) -> "_Takers":
        """Subjects and co-mediators, NONE where there is none."""
        return _Takers.all([_Takers(rows, self._subject[rows]), self._in_role(rows, "co-mediator")])

    def mutual(self) -> _Pairs:
        """All who do something together, two by two, and parties that act upon each other."""
        joint = np.flatnonzero(self._together)
        among = [_Takers(joint, self._subject[joint]), _Takers(joint, self._object[joint]), self._in_parties(joint)]
        others = np.flatnonzero(self._ordinary & ~self._by_somebody & ~self._to_somebody)
        alone = others[~np.isin(others, self._recipients(others).at)]
        found = _Takers.all([*among, self._recipients(joint), self._in_parties(alone)]).pairs()
        return _Pairs.all([found, self._beside()])

    def _beside(self) -> _Pairs:
        """Who is party to an agreement, with everybody else of whom the source says that of the same one."""
        c = self._snapshot.columns
        at = np.flatnonzero(
            self._with(vocabulary().question("is-party-to")) & self._to_somebody & (self._subject != NONE)
        )
        rows = self._rows[at]
        papers = c.source[rows].astype(np.int64) * (len(c.entities) + 1) + c.object[rows]
        paper = np.unique(papers, return_inverse=True)[1]
        place, other = _with_same(paper, paper)
        one, another = self._subject[at[place]], self._subject[at[other]]
        return _Pairs(at[place], np.full(len(place), NONE), one, another).where(one != another)

    def _recipients(self, rows: Rows) -> "_Takers":
        return self._in_role(rows, "recipient")

    def one_way(self) -> _Pairs:
        """Who does it and to whom. Parties stand for who is missing: those who do it, or those to whom it is done."""
        plain = np.flatnonzero(self._ordinary & self._by_somebody & self._to_somebody)
        found = [_Pairs(plain, np.full(len(plain), NONE), self._subject[plain], self._object[plain])]
        by_one = np.flatnonzero(self._ordinary & self._by_somebody & ~self._to_somebody)
        to_one = np.flatnonzero(self._ordinary & ~self._by_somebody & self._to_somebody)
        several = np.flatnonzero(self._ordinary & ~self._by_somebody & ~self._to_somebody)
        for who, whom in (
            (_Takers(by_one, self._subject[by_one]), [self._in_parties(by_one), self._recipients(by_one)]),
            (self._in_parties(to_one), [_Takers(to_one, self._object[to_one])]),
            (self._in_parties(several), [self._recipients(several)]),
        ):
            targets = _Takers.all(whom)
            place, there = _with_same(who.at, targets.at)
            found.append(_Pairs(who.at[place], np.full(len(place), NONE), who.who[place], targets.who[there]))
        whole = _Pairs.all(found, ordered=True)
        return whole.where((whole.one != NONE) & (whole.other != NONE) & (whole.one != whole.other))


def _actor_kinds() -> frozenset[str]:
    return vocabulary().relations["mediates"].frame.party_kinds


def _is_joint(relation: Relation) -> bool:
    """Whether parties do it together with the subject: they sign what is no actor."""
    frame = relation.frame
    return relation.family != MEDIATION and "parties" in frame.permits and frame.object_kinds.isdisjoint(_actor_kinds())


@dataclass(frozen=True, slots=True)
class _Takers:
    """Who takes part: `who[n]`, which may be NONE, in row `at[n]`."""

    at: Rows
    who: Rows

    @classmethod
    def all(cls, parts: Sequence["_Takers"]) -> "_Takers":
        return cls(np.concatenate([p.at for p in parts]), np.concatenate([p.who for p in parts]))

    def pairs(self) -> _Pairs:
        """Every two of one row."""
        place, other = _with_same(self.at, self.at)
        found = _Pairs(self.at[place], np.full(len(place), NONE), self.who[place], self.who[other])
        return found.where((found.one != NONE) & (found.one < found.other))


def _with_same(rows: Rows, others: Rows) -> tuple[Rows, Rows]:
    """All pairs of places at which the two have the same row."""
    order = np.argsort(others, kind="stable")
    of_row = np.bincount(others, minlength=int(rows.max(initial=-1)) + 1)
    first, count = (np.cumsum(of_row) - of_row)[rows], of_row[rows]
    place = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    return place, order[first[place] + within]


class _Sets:
    """Sets by number."""

    def __init__(self, members: Iterable[Collection[int]]) -> None:
        found = list(members)
        self.sizes = np.fromiter(map(len, found), np.int64, len(found))
        self._starts = np.cumsum(self.sizes) - self.sizes
        self._flat = np.fromiter(chain.from_iterable(found), np.int64, int(self.sizes.sum()))

    def among(self, mask: Mask) -> "_Sets":
        """The same sets, of those members alone of whom the mask is true."""
        kept = mask[self._flat]
        of_set = np.repeat(np.arange(len(self.sizes)), self.sizes)[kept]
        found = _Sets(())
        found.sizes = np.bincount(of_set, minlength=len(self.sizes))
        found._starts, found._flat = np.cumsum(found.sizes) - found.sizes, self._flat[kept]
        return found

    def members(self, numbers: npt.NDArray[np.integer]) -> tuple[Rows, Rows]:
        """All members of each of the sets: the place of its number, and the member."""
        count = self.sizes[numbers]
        place = np.repeat(np.arange(len(numbers)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        return place, self._flat[np.repeat(self._starts[numbers], count) + within]


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
    place, other = _Sets(others.get(key, []) for key in numbers).members(sets)
    return _Pairs(half.at[place], half.mediator[place], half.one[place], other)


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
    several = np.flatnonzero(np.bincount(at)[at] > 1)  # few rows belong to more than one
    order = several[np.lexsort((~sure[several], *units[several].T[::-1], at[several]))]
    whole = np.column_stack([at[order], units[order]])
    kept = np.ones(len(at), bool)
    kept[order[~np.any(np.diff(whole, axis=0, prepend=-2) != 0, axis=1)]] = False
    return Members(at, units, sure).where(kept)
