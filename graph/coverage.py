"""What the graph holds about an actor, for those who got no answer: an empty list is then not read as a no."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

import numpy as np

from graph.columns import OPEN_END, OPEN_START, Rows, day
from graph.evidence import KINDS, Evidence
from graph.selection import Selection
from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the graph holds about one actor, of one kind of evidence: an empty answer is then not read as "no".

    `evidence` is None where it holds nothing of it. `about_theirs` counts the statements that are about statements of
    the actor, such as objections to its mediation.
    """

    entity: str
    evidence: Evidence | None
    statements: int
    as_subject: int
    by_relation: dict[str, int]
    about_theirs: dict[str, int]
    earliest: date | None
    latest: date | None


_COVERAGES: WeakKeyDictionary[Snapshot, dict[str, list[Coverage]]] = WeakKeyDictionary()
_MOST_KEPT = 10_000


def coverage(snapshot: Snapshot, entities: Iterable[str]) -> list[Coverage]:
    """What is known of each entity by kind of evidence, statements of those who act for it included."""
    kept = _COVERAGES.setdefault(snapshot, {})
    if len(kept) > _MOST_KEPT:
        kept.clear()
    return [
        c
        for e in dict.fromkeys(entities)
        for c in (kept[e] if e in kept else kept.setdefault(e, _coverage(snapshot, e)))
    ]


def _coverage(snapshot: Snapshot, entity: str) -> list[Coverage]:
    rows = snapshot.selector.select(Selection(involving=(entity,))).rows
    as_subject = snapshot.selector.select(Selection(subject=entity)).rows
    theirs = snapshot.selector.select(Selection(about_subject=entity)).rows
    parts = [by_evidence(snapshot, those) for those in (rows, as_subject, theirs)]
    found = [
        Coverage(
            entity,
            kind,
            len(of_it[kind]),
            len(by_it[kind]),
            count_by_relation(snapshot, of_it[kind]),
            count_by_relation(snapshot, about[kind]),
            *_span(snapshot, of_it[kind]),
        )
        for of_it, by_it, about in [parts]
        for kind in KINDS
        if any(len(part[kind]) for part in parts)
    ]
    return found or [Coverage(entity, None, 0, 0, {}, {}, None, None)]


def by_evidence(snapshot: Snapshot, rows: Rows) -> dict[Evidence, Rows]:
    """The rows of each kind of evidence."""
    numbers = snapshot.selector.origins.evidence[snapshot.columns.source[rows]]
    return {kind: rows[numbers == n] for n, kind in enumerate(KINDS)}


def count_by_relation(snapshot: Snapshot, rows: Rows) -> dict[str, int]:
    """Number of the rows' statements by relation, most first."""
    c = snapshot.columns
    numbers, counts = np.unique(c.relation[rows], return_counts=True)
    pairs = sorted(zip(numbers.tolist(), counts.tolist(), strict=True), key=lambda p: (-p[1], c.relations[p[0]]))
    return {c.relations[n]: k for n, k in pairs}


def _span(snapshot: Snapshot, rows: Rows) -> tuple[date | None, date | None]:
    low, high = snapshot.columns.earliest[rows], snapshot.columns.latest[rows]
    dated = (low != OPEN_START) | (high != OPEN_END)
    if not dated.any():
        return None, None
    return day(int(low[dated].min())), day(int(high[dated].max()))
