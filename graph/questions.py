"""Who mediates, opposes, invites whom, and who says so: statements gathered into answers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from operator import eq
from typing import Any, overload
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from graph.acting import BODIES
from graph.columns import (
    MODALITIES,
    NONE,
    OPEN_END,
    OPEN_START,
    REPEATED,
    STATUSES,
    SUBJECT_IS_STATEMENT,
    Columns,
    Ints,
    Rows,
    day,
)
from graph.selection import Mask, Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Kind, Modality, Status, vocabulary


class Level(StrEnum):
    """How far actors are rolled up in answers: as stated, to the body, or to the state they act for."""

    ENTITY = "entity"
    BODY = "body"
    STATE = "state"


_DISPUTED, _NEGATED = STATUSES.index(Status.DISPUTED), MODALITIES.index(Modality.NEGATED)
_LEVELS = {Level.BODY: BODIES | {Kind.STATE}, Level.STATE: frozenset({Kind.STATE})}


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says so: the chain of speakers, outermost first (none: the source itself), the source, how often."""

    attributed_to: tuple[str, ...]
    source: str
    statements: int


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: all selected statements of one (subject, relation, object, about, parties).

    `events` counts distinct events, those denied left out; where not `events_exact` it is a lower bound, since an
    act was repeated an unknown number of times. `sides`: "both" or "one" of the pair asked for, None where none was.
    """

    subject: str | None
    subject_statement: str | None
    relation: str
    object: str | None
    about: str | None
    parties: tuple[str, ...]
    sides: str | None
    modalities: dict[Modality, int]
    disputed: int
    voices: tuple[Voice, ...]
    statements: tuple[str, ...]
    events: int
    events_exact: bool
    earliest: date | None
    latest: date | None


class FoundList(Sequence[Found]):
    """Answers in order, each made when it is asked for: a page of fifty costs fifty, however many there are."""

    def __init__(self, snapshot: Snapshot, groups: "_Groups | None" = None) -> None:
        self._snapshot, self._groups = snapshot, groups

    def __len__(self) -> int:
        return 0 if self._groups is None else len(self._groups.sizes)

    @overload
    def __getitem__(self, key: int) -> Found: ...
    @overload
    def __getitem__(self, key: slice) -> list[Found]: ...
    def __getitem__(self, key: int | slice) -> Found | list[Found]:
        if isinstance(key, slice):
            return [] if self._groups is None else _made(self._snapshot, self._groups, range(len(self))[key])
        place = range(len(self))[key]
        return self[place : place + 1][0]

    def __iter__(self) -> Iterator[Found]:
        for start in range(0, len(self), 1000):
            yield from self[start : start + 1000]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # as for any list


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to a question, most stated first, and how many statements were left out for having no date."""

    found: FoundList
    statements: int
    undated: int


@dataclass(frozen=True, slots=True)
class _Groups:
    """Selected rows gathered into answers: the rows of answer n are `sizes[n]` of `rows` from `starts[n]`.

    The arrays have one value a row. `parties` leads to `sets`; `sides` is None where no pair was asked for.
    """

    rows: Rows
    subject: Ints
    object: Ints
    parties: Ints
    sets: Sequence[Collection[int]]
    sides: npt.NDArray[np.int8] | None
    starts: Rows
    sizes: Rows


def ask(snapshot: Snapshot, selection: Selection, level: Level = Level.ENTITY) -> Answers:
    """Gathers the selected statements into answers. Raises what `Selector.select` raises."""
    chosen = snapshot.selector.select(selection)
    rows = chosen.rows
    if not len(rows):
        return Answers(FoundList(snapshot), 0, chosen.undated)
    c = snapshot.columns
    subject, object, parties, sets = _raised(snapshot, rows, level)
    sides = snapshot.selector.sides(rows, selection.between, selection.exact) if selection.between else None
    is_statement = c.flags[rows] & SUBJECT_IS_STATEMENT
    # Two numbers stand for the six values that make an answer: NumPy sorts numbers many times faster than rows.
    act = _packed((subject, 0), (object, len(c.entities)), (c.relation[rows], len(c.relations)), (is_statement, 4))
    more = _packed((c.about[rows], 0), (parties, len(sets)), (0 if sides is None else sides, 4))
    order = np.lexsort((more, act))
    new = np.flatnonzero((np.diff(act[order]) != 0) | (np.diff(more[order]) != 0)) + 1
    starts = np.concatenate([[0], new])
    sizes = np.diff(np.concatenate([starts, [len(rows)]]))
    # Most stated first, then by name.
    first = order[starts]
    by = (
        c.order_of_ids[rows[first]],
        _ranks(c, sets, parties[first]),
        c.rank["entities"][object[first]],
        np.where(is_statement[first], -1, c.rank["entities"][np.where(is_statement[first], NONE, subject[first])]),
        c.rank["relations"][c.relation[rows[first]]],
        -sizes,
        np.zeros(len(first)) if sides is None else sides[first] == 1,
    )
    best = np.lexsort(by)
    groups = _Groups(
        rows[order],
        subject[order],
        object[order],
        parties[order],
        sets,
        None if sides is None else sides[order],
        starts[best],
        sizes[best],
    )
    return Answers(FoundList(snapshot, groups), len(rows), chosen.undated)


def _packed(*digits: tuple[npt.NDArray[Any] | int, int]) -> Rows:
    """One number for several, each NONE or below its limit; the first needs no limit."""
    number = np.zeros(1, np.int64)
    for values, limit in digits:
        number = number * (limit + 1) + np.asarray(values, np.int64) + 1
    return number


def _ranks(c: Columns, sets: Sequence[Collection[int]], numbers: Ints) -> Ints:
    """The place of each set in the order of its members' names."""
    present, where = np.unique(numbers, return_inverse=True)
    names = [sorted(c.entities[e] for e in sets[n]) for n in present.tolist()]
    rank = np.empty(len(names), np.int32)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return rank[where]


def _raised(snapshot: Snapshot, rows: Rows, level: Level) -> tuple[Ints, Ints, Ints, Sequence[Collection[int]]]:
    """Subjects, objects and numbers of the sets of parties of the rows, rolled up to the level, and those sets."""
    c = snapshot.columns
    subject, object, parties = c.subject[rows], c.object[rows], c.parties[rows]
    if level is Level.ENTITY:
        return subject, object, parties, c.party_sets
    raise_to = _raiser(snapshot, level)
    spans = list(zip(c.earliest[rows].tolist(), c.latest[rows].tolist(), strict=True))
    entities = np.where(c.flags[rows] & SUBJECT_IS_STATEMENT, NONE, subject)
    subjects = np.array([raise_to(e, *span) for e, span in zip(entities.tolist(), spans, strict=True)], np.int32)
    objects = np.array([raise_to(e, *span) for e, span in zip(object.tolist(), spans, strict=True)], np.int32)
    numbers: dict[tuple[int, ...], int] = {}
    sets = [
        numbers.setdefault(tuple(sorted({raise_to(e, *span) for e in c.party_sets[n]})), len(numbers))
        for n, span in zip(parties.tolist(), spans, strict=True)
    ]
    return np.where(entities == NONE, subject, subjects), objects, np.array(sets, np.int32), list(numbers)


def _raiser(snapshot: Snapshot, level: Level) -> Callable[[int, int, int], int]:
    """A function from an entity and two days to whom the entity acted for then; itself where nobody or several.

    Of a body and the state that the body acts for, the body is meant.
    """
    c = snapshot.columns
    kinds = _LEVELS[level]

    @cache
    def raised(entity: int, earliest: int, latest: int) -> int:
        if entity == NONE:
            return entity
        seen = snapshot.acting.principals(entity, earliest, latest)
        fitting = [n for n in seen if (e := snapshot.entities.get(c.entities[n])) and e.kind in kinds]
        above = {p for n in fitting for p in snapshot.acting.principals(n, earliest, latest)[1:]}
        nearest = [n for n in fitting if n not in above]
        return nearest[0] if len(nearest) == 1 else entity

    return raised


def _made(snapshot: Snapshot, groups: _Groups, wanted: range) -> list[Found]:
    """The answers of these numbers."""
    c = snapshot.columns
    starts, sizes = groups.starts[wanted], groups.sizes[wanted]
    at = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    rows = groups.rows[at]
    ids = c.ids_of(rows)
    modality, status, flags = c.modality[rows].tolist(), c.status[rows].tolist(), c.flags[rows].tolist()
    speakers, source, event = c.speakers[rows].tolist(), c.source[rows].tolist(), c.event[rows].tolist()
    low, high = c.earliest[rows].tolist(), c.latest[rows].tolist()
    subject, object, parties = (
        groups.subject[starts].tolist(),
        groups.object[starts].tolist(),
        groups.parties[starts].tolist(),
    )
    relation, about = c.relation[groups.rows[starts]].tolist(), c.about[groups.rows[starts]].tolist()
    sides = None if groups.sides is None else groups.sides[starts].tolist()
    found = []
    end = 0
    for n, size in enumerate(sizes.tolist()):
        begin, end = end, end + size
        part = slice(begin, end)
        is_statement = flags[begin] & SUBJECT_IS_STATEMENT
        told = zip(event[part], ids[part], modality[part], strict=True)
        found.append(Found(
            subject=None if is_statement or subject[n] == NONE else c.entities[subject[n]],
            subject_statement=c.id(subject[n]) if is_statement else None,
            relation=c.relations[relation[n]],
            object=None if object[n] == NONE else c.entities[object[n]],
            about=None if about[n] == NONE else c.id(about[n]),
            parties=tuple(sorted([c.entities[p] for p in groups.sets[parties[n]]])),
            sides=None if sides is None else "both" if sides[n] == 2 else "one",
            modalities={MODALITIES[m]: k for m, k in sorted(Counter(modality[part]).items())},
            disputed=status[part].count(_DISPUTED),
            voices=tuple(
                Voice(tuple([c.entities[e] for e in c.chains[chain]]), c.sources[place], k)
                for (chain, place), k in Counter(zip(speakers[part], source[part], strict=True)).most_common()
            ),
            statements=tuple(ids[part]),
            events=len({id if e == NONE else e for e, id, m in told if m != _NEGATED}),
            events_exact=not any(f & REPEATED for f in flags[part]),
            earliest=day(min([d for d in low[part] if d != OPEN_START], default=OPEN_START)),
            latest=day(max([d for d in high[part] if d != OPEN_END], default=OPEN_END)),
        ))  # fmt: skip
    return found


# What the graph holds, for those who got no answer


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the graph holds about one actor: an empty answer is then not read as "no"."""

    entity: str
    statements: int
    as_subject: int
    by_relation: dict[str, int]
    earliest: date | None
    latest: date | None


_COVERAGES: WeakKeyDictionary[Snapshot, dict[str, Coverage]] = WeakKeyDictionary()
_MOST_KEPT = 10_000


def coverage(snapshot: Snapshot, entities: Iterable[str]) -> list[Coverage]:
    """What is known of each entity, statements of those who act for it included."""
    kept = _COVERAGES.setdefault(snapshot, {})
    if len(kept) > _MOST_KEPT:
        kept.clear()
    return [kept[e] if e in kept else kept.setdefault(e, _coverage(snapshot, e)) for e in dict.fromkeys(entities)]


def _coverage(snapshot: Snapshot, entity: str) -> Coverage:
    rows = snapshot.selector.select(Selection(involving=(entity,))).rows
    as_subject = len(snapshot.selector.select(Selection(subject=entity)).rows)
    return Coverage(entity, len(rows), as_subject, count_by_relation(snapshot, rows), *_span(snapshot, rows))


def count_by_relation(snapshot: Snapshot, rows: Rows) -> dict[str, int]:
    """Number of the rows' statements by relation, most first."""
    c = snapshot.columns
    numbers, counts = np.unique(c.relation[rows], return_counts=True)
    pairs = sorted(zip(numbers.tolist(), counts.tolist(), strict=True), key=lambda p: (-p[1], c.relations[p[0]]))
    return {c.relations[n]: k for n, k in pairs}


def _span(snapshot: Snapshot, rows: Rows) -> tuple[date | None, date | None]:
    low, high = snapshot.columns.earliest[rows], snapshot.columns.latest[rows]
    low, high = low[low != OPEN_START], high[high != OPEN_END]
    return day(int(low.min())) if len(low) else None, day(int(high.max())) if len(high) else None


# Over time


class Step(StrEnum):
    """Length of the periods of a timeline."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_DIGITS = {Step.DAY: 10, Step.MONTH: 7, Step.YEAR: 4}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Statements per period, in order.

    A statement counts in a period only where its dates lie within that one; `spread` counts those that reach
    over several, `undated` those without any date or open on one side.
    """

    periods: dict[str, int]
    spread: int
    undated: int


def timeline(snapshot: Snapshot, selection: Selection, step: Step) -> Timeline:
    """Counts the selected statements per day, month or year."""
    chosen = snapshot.selector.select(selection)
    c = snapshot.columns
    low, high = c.earliest[chosen.rows], c.latest[chosen.rows]
    open_ended = (low == OPEN_START) | (high == OPEN_END)
    spans, counts = np.unique(low[~open_ended].astype(np.int64) << 32 | high[~open_ended], return_counts=True)
    periods: dict[str, int] = {}
    spread = 0
    digits = _DIGITS[step]
    for span, n in zip(spans.tolist(), counts.tolist(), strict=True):
        first, last = span >> 32, span & 0xFFFFFFFF
        period = date.fromordinal(first).isoformat()[:digits]
        if period == date.fromordinal(last).isoformat()[:digits]:
            periods[period] = periods.get(period, 0) + n
        else:
            spread += n
    return Timeline(dict(sorted(periods.items())), spread, chosen.undated + int(open_ended.sum()))


# Contradictions


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all hold, with the kind of contradiction and the reason in words."""

    kind: str
    statements: tuple[str, ...]
    reason: str
    settled: bool


def contradictions(snapshot: Snapshot) -> list[Contradiction]:
    """All contradictions: two holders of a post at one time, a claim and its denial, a statement and its correction."""
    return [*_posts(snapshot), *_denials(snapshot), *_corrections(snapshot)]


def _standing(snapshot: Snapshot) -> Mask:
    return np.asarray(snapshot.columns.status != STATUSES.index(Status.RETRACTED))


_FIRM = (Modality.ASSERTED, Modality.CODED, Modality.CLAIMED, Modality.PRESUPPOSED, Modality.INTERPRETED)


def _firm(snapshot: Snapshot) -> Mask:
    return np.isin(snapshot.columns.modality, [MODALITIES.index(m) for m in _FIRM])


def _overlap(snapshot: Snapshot, a: int, b: int) -> bool:
    c = snapshot.columns
    return bool(c.earliest[a] <= c.latest[b] and c.earliest[b] <= c.latest[a])


def _posts(snapshot: Snapshot) -> Iterator[Contradiction]:
    c = snapshot.columns
    number = c.relation_number.get("holds-post")
    if number is None:
        return
    rows = c.relation_index[number]
    rows = rows[_standing(snapshot)[rows] & _firm(snapshot)[rows]]
    posts: dict[int, list[int]] = {}
    for row in rows.tolist():
        posts.setdefault(int(c.object[row]), []).append(row)
    for post, holders in posts.items():
        people: dict[int, list[int]] = {}
        for row in holders:
            if c.entities[c.subject[row]] != UNSPECIFIED:
                people.setdefault(int(c.subject[row]), []).append(row)
        names = sorted(people)
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                clash = [(a, b) for a in people[one] for b in people[other] if _overlap(snapshot, a, b)]
                if clash:
                    ids = tuple(dict.fromkeys(c.id(r) for pair in clash for r in pair))
                    label = snapshot.label
                    yield Contradiction(
                        "two-holders-of-a-post", ids,
                        f"{label(c.entities[one])} and {label(c.entities[other])} are both said to hold the post "
                        f"{label(c.entities[post])} at a time that may be the same",
                        settled=all(_is_disputed(snapshot, a) or _is_disputed(snapshot, b) for a, b in clash),
                    )  # fmt: skip


def _is_disputed(snapshot: Snapshot, row: int) -> bool:
    return bool(snapshot.columns.status[row] == STATUSES.index(Status.DISPUTED))


def _denials(snapshot: Snapshot) -> Iterator[Contradiction]:
    c = snapshot.columns
    statement_as_subject = c.flags & SUBJECT_IS_STATEMENT
    negated = np.flatnonzero((c.modality == MODALITIES.index(Modality.NEGATED)) & _standing(snapshot))
    for row in negated.tolist():
        relation = c.relations[c.relation[row]]
        if statement_as_subject[row]:
            who = "an act"
        else:
            who = snapshot.label(c.entities[c.subject[row]]) if c.subject[row] != NONE else "the parties"
        narrower = [c.relation_number[r] for r in vocabulary().narrower(relation) if r in c.relation_number]
        same = (
            (c.subject == c.subject[row]) & (statement_as_subject == statement_as_subject[row])
            & (c.object == c.object[row]) & (c.about == c.about[row]) & (c.parties == c.parties[row])
            & np.isin(c.relation, narrower) & _standing(snapshot)
            & _firm(snapshot)
        )  # fmt: skip
        for other in np.flatnonzero(same).tolist():
            if _overlap(snapshot, row, other):
                yield Contradiction(
                    "claim-and-denial", (c.id(other), c.id(row)),
                    f"one says that {who} {vocabulary().relation(relation).label}, the other that it is not so",
                    settled=_is_disputed(snapshot, row) or _is_disputed(snapshot, other),
                )  # fmt: skip


def _corrections(snapshot: Snapshot) -> Iterator[Contradiction]:
    c = snapshot.columns
    for row in np.flatnonzero(c.status == STATUSES.index(Status.DISPUTED)).tolist():
        statement = snapshot.statements([row])[0]
        if statement.corrected_by:
            yield Contradiction(
                "correction", (statement.id, statement.corrected_by),
                statement.note or "the second corrects the first", settled=True,
            )  # fmt: skip
