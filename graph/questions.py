"""Who mediates, opposes, invites whom, and who says so: statements gathered into answers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from operator import eq
from typing import Any, overload

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
from graph.selection import Selection
from graph.snapshot import Snapshot
from ontology import Kind, Modality, Status, vocabulary


class Level(StrEnum):
    """How far actors are rolled up in answers: as stated, to the body, or to the state they act for."""

    ENTITY = "entity"
    BODY = "body"
    STATE = "state"


_DISPUTED, _CODED = STATUSES.index(Status.DISPUTED), MODALITIES.index(Modality.CODED)
TOLD = frozenset(
    MODALITIES.index(m)
    for m in (Modality.ASSERTED, Modality.CODED, Modality.CLAIMED, Modality.PRESUPPOSED, Modality.INTERPRETED)
)
"""Modalities that tell of something that took place."""
_LEVELS = {Level.ENTITY: frozenset[Kind](), Level.BODY: BODIES | {Kind.STATE}, Level.STATE: frozenset({Kind.STATE})}


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says so: the chain of speakers, outermost first (none: the source itself), the source, how often."""

    attributed_to: tuple[str, ...]
    source: str
    statements: int


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: all selected statements of one (subject, relation, object, about, parties).

    `events` counts the events that the statements say took place: those that share an event count once, aims,
    conditions and denials not at all. Where not `events_exact` that number is unsure: an act was repeated an unknown
    number of times, two coders read one text, or nobody said whether several statements tell of one event. `sides`:
    "both" or "one" of the pair asked for, None where none was.
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

    found: Sequence[Found]
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
    subject, object, parties, sets = rolled_up(snapshot, rows, level)
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


def rolled_up(snapshot: Snapshot, rows: Rows, level: Level) -> tuple[Ints, Ints, Ints, Sequence[Collection[int]]]:
    """Subjects, objects and numbers of the sets of parties of the rows, rolled up to the level, and those sets."""
    c = snapshot.columns
    subject, object, parties = c.subject[rows], c.object[rows], c.parties[rows]
    if level is Level.ENTITY:
        return subject, object, parties, c.party_sets
    raised = raiser(snapshot, level)
    # Who holds a post or belongs to what is said of these very actors: rolled up, it would be said of others.
    fixed = [n for r, n in c.relation_number.items() if vocabulary().relations[r].family == "affiliation"]
    stays = np.isin(c.relation[rows], fixed)
    low, high = c.earliest[rows], c.latest[rows]
    acts = np.zeros(len(c.entities) + 1, bool)  # the last place is that of NONE, -1
    acts[snapshot.acting.agents_of_others] = True

    def spans(those: Rows) -> list[tuple[int, int]]:
        return list(zip(low[those].tolist(), high[those].tolist(), strict=True))

    def of_column(entities: Ints) -> Ints:
        found = entities.copy()
        climbing = np.flatnonzero(acts[entities] & ~stays)
        found[climbing] = [
            raised(e, *span) for e, span in zip(entities[climbing].tolist(), spans(climbing), strict=True)
        ]
        return found

    entities = np.where(c.flags[rows] & SUBJECT_IS_STATEMENT, NONE, subject).astype(np.int32)
    numbers: dict[tuple[int, ...], int] = {}

    def number(members: Collection[int]) -> int:
        return numbers.setdefault(tuple(sorted(set(members))), len(numbers))

    present = np.flatnonzero(np.bincount(parties)).tolist()
    plain, moves = np.zeros(len(c.party_sets), np.int32), np.zeros(len(c.party_sets), bool)
    plain[present] = [number(c.party_sets[n]) for n in present]
    moves[present] = [any(acts[e] for e in c.party_sets[n]) for n in present]
    sets = plain[parties]
    climbing = np.flatnonzero(moves[parties] & ~stays)
    sets[climbing] = [
        number([raised(e, *span) for e in c.party_sets[n]])
        for n, span in zip(parties[climbing].tolist(), spans(climbing), strict=True)
    ]
    return np.where(entities == NONE, subject, of_column(entities)), of_column(object), sets, list(numbers)


def raiser(snapshot: Snapshot, level: Level) -> Callable[[int, int, int], int]:
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
    coder = c.coder[rows].tolist()
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
        events, sure = _events(event[part], modality[part], source[part], coder[part])
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
            events=events,
            events_exact=sure
            and not any(f & REPEATED and m in TOLD for f, m in zip(flags[part], modality[part], strict=True)),
            **_bounds(low[part], high[part]),
        ))  # fmt: skip
    return found


def _events(event: list[int], modality: list[int], source: list[int], coder: list[int]) -> tuple[int, bool]:
    """Number of events that the statements say took place, and whether that is sure.

    Aims, conditions and denials tell of none. What two coders of one text tell of without naming an event counts
    once: as often as the one who tells of more. Several statements that nobody linked, or told apart as records of a
    data set, may be of one event.
    """
    told = [(e, s, k, m == _CODED) for e, m, s, k in zip(event, modality, source, coder, strict=True) if m in TOLD]
    unnamed = Counter((s, k) for e, s, k, _ in told if e == NONE)
    most: dict[int, int] = {}
    for (s, _), n in unnamed.items():
        most[s] = max(most.get(s, 0), n)
    number = len({e for e, _, _, _ in told if e != NONE}) + sum(most.values())
    one_coder = len({(s, k) for _, s, k, _ in told}) == len({s for _, s, _, _ in told})
    told_apart = number < 2 or all(e != NONE or coded for e, _, _, coded in told)
    return number, one_coder and told_apart


def _bounds(low: list[int], high: list[int]) -> dict[str, date | None]:
    """First and last day of all statements that have a date; None where one of those is open on that side."""
    dated = [(a, b) for a, b in zip(low, high, strict=True) if a != OPEN_START or b != OPEN_END]
    return {
        "earliest": day(min((a for a, _ in dated), default=OPEN_START)),
        "latest": day(max((b for _, b in dated), default=OPEN_END)),
    }
