"""Who mediates, opposes, invites whom, and who says so: statements gathered into answers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from graph.acting import BODIES
from graph.columns import MODALITIES, NONE, OPEN_END, OPEN_START, REPEATED, STATUSES, SUBJECT_IS_STATEMENT, Rows, day
from graph.selection import Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Kind, Modality, Status, vocabulary


class Level(StrEnum):
    """How far actors are rolled up in answers: as stated, to the body, or to the state they act for."""

    ENTITY = "entity"
    BODY = "body"
    STATE = "state"


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

    `events` counts distinct events, those denied left out; where not `events_exact` it is a lower bound, since an act was repeated an
    unknown number of times. `sides`: "both" or "one" of the pair asked for, None where none was.
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


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to a question, most stated first, and how many statements were left out for having no date."""

    found: tuple[Found, ...]
    statements: int
    undated: int


def ask(snapshot: Snapshot, selection: Selection, level: Level = Level.ENTITY) -> Answers:
    """Gathers the selected statements into answers. Raises what `Selector.select` raises."""
    chosen = snapshot.selector.select(selection)
    rows = chosen.rows
    if not len(rows):
        return Answers((), 0, chosen.undated)
    c = snapshot.columns
    sides = snapshot.selector.sides(rows, selection.between, selection.exact) if selection.between else np.zeros(len(rows))
    raise_to = _raiser(snapshot, level)
    keys = np.stack(
        [c.subject[rows], c.flags[rows] & SUBJECT_IS_STATEMENT, c.relation[rows], c.object[rows], c.about[rows], c.parties[rows], sides],
        axis=1,
    ).astype(np.int64)
    _, group_of = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(group_of, kind="stable")
    cuts = np.flatnonzero(np.diff(group_of[order])) + 1
    groups: dict[tuple[object, ...], list[int]] = {}
    for part in np.split(order, cuts):
        if level is Level.ENTITY:
            groups[tuple(keys[part[0]].tolist())] = rows[part].tolist()
            continue
        for i in part.tolist():
            row = int(rows[i])
            key = keys[i].tolist()
            if not key[1]:
                key[0] = raise_to(key[0], row)
            key[3] = raise_to(key[3], row)
            key[5] = tuple(sorted({raise_to(p, row) for p in c.party_sets[key[5]]}))
            groups.setdefault(tuple(key), []).append(row)
    found = [_found(snapshot, key, rows, bool(selection.between)) for key, rows in groups.items()]
    found.sort(key=lambda f: (f.sides == "one", -len(f.statements), f.relation, f.subject or "", f.object or "", f.parties, f.statements))
    return Answers(tuple(found), len(rows), chosen.undated)


def _raiser(snapshot: Snapshot, level: Level) -> Callable[[int, int], int]:
    """A function from an entity and a row to whom the entity acted for then; itself where that is nobody or several.

    Of a body and the state that the body acts for, the body is meant.
    """
    c = snapshot.columns
    kinds = _LEVELS.get(level, frozenset())

    def raised(entity: int, row: int) -> int:
        if entity == NONE or not kinds:
            return entity
        span = int(c.earliest[row]), int(c.latest[row])
        seen = snapshot.acting.principals(entity, *span)
        fitting = [n for n in seen if (e := snapshot.entities.get(c.entities[n])) and e.kind in kinds]
        above = {p for n in fitting for p in snapshot.acting.principals(n, *span)[1:]}
        nearest = [n for n in fitting if n not in above]
        return nearest[0] if len(nearest) == 1 else entity

    return raised


def _found(snapshot: Snapshot, key: tuple[object, ...], rows: list[int], between: bool) -> Found:
    c = snapshot.columns
    subject, is_statement, relation, object, about, parties, sides = key
    names = c.party_sets[parties] if isinstance(parties, int) else parties
    modalities: dict[Modality, int] = {}
    voices: dict[tuple[int, int], int] = {}
    events: set[object] = set()
    for row in rows:
        modality = MODALITIES[c.modality[row]]
        modalities[modality] = modalities.get(modality, 0) + 1
        voice = int(c.speakers[row]), int(c.source[row])
        voices[voice] = voices.get(voice, 0) + 1
        if modality is not Modality.NEGATED:
            events.add(int(c.event[row]) if c.event[row] != NONE else ("statement", row))
    low, high = c.earliest[rows], c.latest[rows]
    earliest = low[low != OPEN_START]
    latest = high[high != OPEN_END]
    return Found(
        subject=None if is_statement or subject == NONE else c.entities[subject],  # type: ignore[call-overload]
        subject_statement=c.id(subject) if is_statement else None,  # type: ignore[arg-type]
        relation=c.relations[relation],  # type: ignore[call-overload]
        object=None if object == NONE else c.entities[object],  # type: ignore[call-overload]
        about=None if about == NONE else c.id(about),  # type: ignore[arg-type]
        parties=tuple(sorted(c.entities[p] for p in names)),  # type: ignore[attr-defined]
        sides=("both" if sides == 2 else "one") if between else None,
        modalities=dict(sorted(modalities.items(), key=lambda m: MODALITIES.index(m[0]))),
        disputed=int((c.status[rows] == STATUSES.index(Status.DISPUTED)).sum()),
        voices=tuple(
            Voice(tuple(c.entities[e] for e in c.chains[chain]), c.sources[source], n)
            for (chain, source), n in sorted(voices.items(), key=lambda v: -v[1])
        ),
        statements=tuple(c.id(r) for r in rows),
        events=len(events),
        events_exact=not any(c.flags[r] & REPEATED for r in rows),
        earliest=day(int(earliest.min())) if len(earliest) else None,
        latest=day(int(latest.max())) if len(latest) else None,
    )


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


def coverage(snapshot: Snapshot, entities: Iterable[str]) -> list[Coverage]:
    """What is known of each entity, statements of those who act for it included."""
    found = []
    for entity in dict.fromkeys(entities):
        rows = snapshot.selector.select(Selection(involving=(entity,))).rows
        found.append(
            Coverage(
                entity,
                len(rows),
                len(snapshot.selector.select(Selection(subject=entity)).rows),
                count_by_relation(snapshot, rows),
                *_span(snapshot, rows),
            )
        )
    return found


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
    pairs, counts = np.unique(np.stack([low[~open_ended], high[~open_ended]], axis=1), axis=0, return_counts=True)
    periods: dict[str, int] = {}
    spread = 0
    digits = _DIGITS[step]
    for (first, last), n in zip(pairs.tolist(), counts.tolist(), strict=True):
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


def _standing(snapshot: Snapshot) -> np.ndarray:  # type: ignore[type-arg]
    return snapshot.columns.status != STATUSES.index(Status.RETRACTED)


_FIRM = (Modality.ASSERTED, Modality.CODED, Modality.CLAIMED, Modality.PRESUPPOSED, Modality.INTERPRETED)


def _firm(snapshot: Snapshot) -> np.ndarray:  # type: ignore[type-arg]
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
            & (c.object == c.object[row]) & (c.about == c.about[row]) & (c.parties == c.parties[row]) & np.isin(c.relation, narrower) & _standing(snapshot)
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
