"""Who mediates, opposes, invites whom, and who says so: statements gathered into answers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from operator import eq
from typing import TYPE_CHECKING, Any, overload

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
from graph.dataframes import frame
from graph.evidence import KINDS, Evidence
from graph.joining import Beside, beside_agreements, joinings, united
from graph.selection import Selection
from graph.snapshot import Snapshot
from ontology import Kind, Modality, Status, vocabulary

if TYPE_CHECKING:
    import pandas as pd


class Level(StrEnum):
    """How far actors are rolled up in answers: as stated, to the body, or to the state they act for."""

    ENTITY = "entity"
    BODY = "body"
    STATE = "state"


class Sides(StrEnum):
    """How an answer names the two sides asked for."""

    BOTH = "both"
    JOINED = "joined"
    ONE = "one"


_DISPUTED, _CODED = STATUSES.index(Status.DISPUTED), MODALITIES.index(Modality.CODED)
TOLD = frozenset(
    MODALITIES.index(m)
    for m in (Modality.ASSERTED, Modality.CODED, Modality.CLAIMED, Modality.PRESUPPOSED, Modality.INTERPRETED)
)
"""Modalities that tell of something that took place."""
SIDES = tuple(Sides)
_BOTH, _JOINED, _ONE = range(3)
_AGREEMENT = KINDS.index(Evidence.AGREEMENT)
_LEVELS = {Level.ENTITY: frozenset[Kind](), Level.BODY: BODIES | {Kind.STATE}, Level.STATE: frozenset({Kind.STATE})}


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says so: the chain of speakers, outermost first (none: the source itself), the source, how often."""

    attributed_to: tuple[str, ...]
    source: str
    statements: int


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: all selected statements of one (subject, relation, object, about, parties) and kind of evidence.

    `events` counts the events that the statements say took place: those that share an event count once, aims,
    conditions and denials not at all. Several data sets of coded events may tell of the same: what the one that tells
    of most has is counted. Where not `events_exact` that number is unsure: an act was repeated an unknown number of
    times, two coders read one text, or nobody said whether several statements tell of one event. `sides`: "both" or
    "one" of the pair asked for, None where none was; "joined" where each statement names one, see `graph.joining`.
    `sides_in` are the statements that name the parties, where those of the answer do not: of who is party to the
    agreement to which the subject is third party. `datasets` counts the statements by data set.
    """

    subject: str | None
    subject_statement: str | None
    relation: str
    object: str | None
    about: str | None
    parties: tuple[str, ...]
    evidence: Evidence
    sides: Sides | None
    modalities: dict[Modality, int]
    disputed: int
    voices: tuple[Voice, ...]
    statements: tuple[str, ...]
    datasets: dict[str, int]
    events: int
    events_exact: bool
    earliest: date | None
    latest: date | None
    sides_in: tuple[str, ...] = ()

    @property
    def inferred(self) -> bool:
        """Whether no statement says it as it stands here, but several together are taken to."""
        return self.sides is Sides.JOINED


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
    """The answers to a question, by kind of evidence and most stated first, and the statements in them, counted.

    `undated` ones were left out of the window for having no date.
    """

    found: Sequence[Found]
    by_evidence: dict[Evidence, int]
    undated: int

    @property
    def statements(self) -> int:
        """How many statements the answers rest on, of whatever kind."""
        return sum(self.by_evidence.values())

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row an answer, with ids. `voices`: sources and their speakers; events that are unsure: "at least 2"."""
        for a in self.found:
            yield {
                "subject": a.subject or a.subject_statement, "relation": a.relation, "object": a.object,
                "parties": ", ".join(a.parties), "about": a.about, "evidence": a.evidence.value,
                "modalities": ", ".join(f"{m} {n}" for m, n in a.modalities.items()),
                "voices": "; ".join(" > ".join((v.source, *v.attributed_to)) for v in a.voices),
                "events": str(a.events) if a.events_exact else f"at least {a.events}",
                "earliest": a.earliest, "latest": a.latest, "statements": ", ".join(a.statements),
            }  # fmt: skip

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame. Raises MissingExtraError."""
        return frame(self.rows(), COLUMNS)


COLUMNS = (
    "subject", "relation", "object", "parties", "about", "evidence", "modalities", "voices", "events", "earliest",
    "latest", "statements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Groups:
    """Selected rows gathered into answers: the rows of answer n are `sizes[n]` of `rows` from `starts[n]`.

    The arrays have one value a row. `parties` leads to `sets`; `sides` to Sides, None where no pair was asked for;
    `agreement`, NONE in most rows, to the rows that name the parties: see `Beside`.
    """

    rows: Rows
    subject: Ints
    object: Ints
    parties: Ints
    sets: Sequence[Collection[int]]
    sides: npt.NDArray[np.int8] | None
    event: Rows
    agreement: Rows
    partakings: Sequence[Rows]
    starts: Rows
    sizes: Rows


def ask(snapshot: Snapshot, selection: Selection, level: Level = Level.ENTITY, *, joined: bool = True) -> Answers:
    """Gathers the selected statements into answers. Raises what `Selector.select` raises.

    Unless `joined` is false, coded mediations that name one side each of the pair asked for answer together, and third
    parties to agreements with the parties that other records name: see `graph.joining`.
    """
    chosen = snapshot.selector.select(selection)
    rows, undated = chosen.rows, chosen.undated
    beside = beside_agreements(snapshot, selection) if selection.between and joined else None
    if beside is not None:
        rows, undated = np.concatenate([rows, beside.selected.rows]), undated + beside.selected.undated
    if not len(rows):
        return Answers(FoundList(snapshot), {}, undated)
    c = snapshot.columns
    subject, object, parties, sets = rolled_up(snapshot, rows, level)
    agreement = np.full(len(rows), NONE, np.int64)
    event = c.event[rows].astype(np.int64)
    evidence = snapshot.selector.origins.evidence[c.source[rows]]
    # All that tables of agreements tell of one agreement is one event.
    paper = np.flatnonzero((evidence == _AGREEMENT) & (event == NONE))
    paper = paper[are_agreements(snapshot, object[paper])]
    event[paper] = len(c.events) + len(rows) + object[paper]
    sides = None
    if selection.between:
        one, other = snapshot.selector.on_sides(rows, selection.between, selection.exact)
        sides = np.where(one & other, _BOTH, _ONE).astype(np.int8)
        if joined and (found := joinings(snapshot, selection, rows, (one, other), subject, object)) is not None:
            together = found != NONE
            sides[together] = _JOINED
            event[together] = found[together] + len(c.events)
            parties, sets = united(parties, sets, found)
        if beside is not None:
            agreement[len(chosen.rows) :] = beside.agreement
            sides[len(chosen.rows) :] = _JOINED
            parties, sets = _with_partakings(snapshot, beside, agreement, parties, sets, level)
    is_statement = c.flags[rows] & SUBJECT_IS_STATEMENT
    # Two numbers stand for the six values that make an answer: NumPy sorts numbers many times faster than rows.
    act = _packed((subject, 0), (object, len(c.entities)), (c.relation[rows], len(c.relations)), (is_statement, 4))
    more = _packed((c.about[rows], 0), (parties, len(sets)), (0 if sides is None else sides, 4), (evidence, 4))
    order = np.lexsort((more, act))
    new = np.flatnonzero((np.diff(act[order]) != 0) | (np.diff(more[order]) != 0)) + 1
    starts = np.concatenate([[0], new])
    sizes = np.diff(np.concatenate([starts, [len(rows)]]))
    # Most stated first, then by name; but numbers of statements of several kinds of evidence do not compare.
    first = order[starts]
    by = (
        c.order_of_ids[rows[first]],
        _ranks(c, sets, parties[first]),
        c.rank["entities"][object[first]],
        np.where(is_statement[first], -1, c.rank["entities"][np.where(is_statement[first], NONE, subject[first])]),
        c.rank["relations"][c.relation[rows[first]]],
        -sizes,
        evidence[first],
        np.zeros(len(first)) if sides is None else sides[first],
    )
    best = np.lexsort(by)
    groups = _Groups(
        rows[order],
        subject[order],
        object[order],
        parties[order],
        sets,
        None if sides is None else sides[order],
        event[order],
        agreement[order],
        beside.partakings if beside is not None else (),
        starts[best],
        sizes[best],
    )
    kinds = {KINDS[n]: k for n, k in enumerate(np.bincount(evidence).tolist()) if k}
    return Answers(FoundList(snapshot, groups), kinds, undated)


def _with_partakings(
    snapshot: Snapshot, beside: Beside, agreement: Rows, parties: Ints, sets: Sequence[Collection[int]], level: Level
) -> tuple[Ints, Sequence[Collection[int]]]:
    """Numbers of sets of parties, and the sets, where those of agreements are whom other rows name."""
    found, more = parties.copy(), list(sets)
    numbers: dict[tuple[int, ...], int] = {}
    for n, rows in enumerate(beside.partakings):
        named = tuple(sorted(set(rolled_up(snapshot, rows, level)[0].tolist())))
        if named not in numbers:
            numbers[named] = len(more)
            more.append(named)
        found[agreement == n] = numbers[named]
    return found, more


def are_agreements(snapshot: Snapshot, numbers: Ints) -> npt.NDArray[np.bool_]:
    """Which of these numbers of entities, NONE among them, are agreements."""
    present, where = np.unique(numbers, return_inverse=True)
    found = [n != NONE and _kind(snapshot, n) is Kind.AGREEMENT for n in present.tolist()]
    return np.array(found, bool)[where]


def _kind(snapshot: Snapshot, number: int) -> Kind | None:
    entity = snapshot.entities.get(snapshot.columns.entities[number])
    return entity.kind if entity else None


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
    speakers, source, event = c.speakers[rows].tolist(), c.source[rows].tolist(), groups.event[at].tolist()
    coder, agreement = c.coder[rows].tolist(), groups.agreement[at].tolist()
    origins = snapshot.selector.origins
    dataset = origins.dataset[c.source[rows]].tolist()
    evidence = origins.evidence[c.source[groups.rows[starts]]].tolist()
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
        kind = KINDS[evidence[n]]
        telling = list(zip(event[part], modality[part], source[part], coder[part], dataset[part], strict=True))
        events, sure = _events(telling) if kind is Evidence.CLAIM else _events_of_datasets(telling)
        named = None if sides is None else SIDES[sides[n]]
        found.append(Found(
            subject=None if is_statement or subject[n] == NONE else c.entities[subject[n]],
            subject_statement=c.id(subject[n]) if is_statement else None,
            relation=c.relations[relation[n]],
            object=None if object[n] == NONE else c.entities[object[n]],
            about=None if about[n] == NONE else c.id(about[n]),
            parties=tuple(sorted([c.entities[p] for p in groups.sets[parties[n]]])),
            evidence=kind,
            sides=named,
            modalities={MODALITIES[m]: k for m, k in sorted(Counter(modality[part]).items())},
            disputed=status[part].count(_DISPUTED),
            voices=tuple(
                Voice(tuple([c.entities[e] for e in c.chains[chain]]), c.sources[place], k)
                for (chain, place), k in Counter(zip(speakers[part], source[part], strict=True)).most_common()
            ),
            statements=tuple(ids[part]),
            datasets={origins.datasets[d]: k for d, k in Counter(dataset[part]).most_common()},
            events=events,
            events_exact=sure
            and named is not Sides.JOINED
            and not any(f & REPEATED and m in TOLD for f, m in zip(flags[part], modality[part], strict=True)),
            **_bounds(low[part], high[part]),
            sides_in=tuple(
                id for paper in sorted({*agreement[part]} - {NONE}) for id in c.ids_of(groups.partakings[paper])
            ),
        ))  # fmt: skip
    return found


_Telling = tuple[int, int, int, int, int]
"""Of a statement: event, modality, source, coder, data set."""


def _events_of_datasets(tellings: list[_Telling]) -> tuple[int, bool]:
    """The same of what data sets code: two of them may tell of one event, so the one that tells of most counts."""
    datasets: dict[int, list[_Telling]] = {}
    for telling in tellings:
        datasets.setdefault(telling[-1], []).append(telling)
    found = [_events(those) for those in datasets.values()]
    return max(n for n, _ in found), all(sure for _, sure in found) and sum(n > 0 for n, _ in found) < 2


def _events(tellings: list[_Telling]) -> tuple[int, bool]:
    """Number of events that the statements say took place, and whether that is sure.

    Aims, conditions and denials tell of none. What two coders of one text tell of without naming an event counts
    once: as often as the one who tells of more. Several statements that nobody linked, or told apart as records of a
    data set, may be of one event.
    """
    told = [(e, s, k, m == _CODED) for e, m, s, k, _ in tellings if m in TOLD]
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
