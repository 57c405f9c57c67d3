"""How many statements each subject, object, relation or combination of them has, most first."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from graph.columns import NONE, SUBJECT_IS_STATEMENT, Columns, Ints, Rows
from graph.selection import Selection
from graph.snapshot import Snapshot


class CountedBy(StrEnum):
    """What statements are counted by. Those without it are not counted; a statement is no subject here.

    "about_subject" is the subject of the statement that one is about: whose accusation, whose mediation.
    """

    SUBJECT = "subject"
    RELATION = "relation"
    OBJECT = "object"
    SOURCE = "source"
    ABOUT_SUBJECT = "about_subject"


def counts(
    snapshot: Snapshot, selection: Selection, by: Sequence[CountedBy], limit: int | None = None
) -> list[tuple[tuple[str, ...], int]]:
    """The ids that stand in `by`, and how many of the selected statements have them; most first, then by id."""
    c = snapshot.columns
    rows = snapshot.selector.select(selection).rows
    tables = {CountedBy.RELATION: c.relations, CountedBy.SOURCE: c.sources}
    names = [tables.get(b, c.entities) for b in by]
    columns = [_column(snapshot, rows, b) for b in by]
    there = np.logical_and.reduce([column != NONE for column in columns])
    packed = np.zeros(int(there.sum()), np.int64)
    for column, table in zip(columns, names, strict=True):
        packed = packed * len(table) + column[there]
    if len(by) == 1:  # many times faster than sorting
        numbers = np.bincount(packed, minlength=len(names[0]))
        keys = np.flatnonzero(numbers)
        numbers = numbers[keys]
    else:
        keys, numbers = np.unique(packed, return_counts=True)
    if limit is not None and len(keys) > limit:
        least = np.partition(numbers, -limit)[-limit]
        keys, numbers = keys[numbers >= least], numbers[numbers >= least]
    found = []
    for key, number in zip(keys.tolist(), numbers.tolist(), strict=True):
        ids = []
        for table in reversed(names):
            key, place = divmod(key, len(table))
            ids.append(table[place])
        found.append((tuple(reversed(ids)), number))
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return found[:limit]


def _column(snapshot: Snapshot, rows: Rows, by: CountedBy) -> Ints:
    c = snapshot.columns
    if by is CountedBy.ABOUT_SUBJECT:
        about = c.about[rows]
        return np.where(about == NONE, NONE, _subjects(c, about))
    return _subjects(c, rows) if by is CountedBy.SUBJECT else getattr(c, by)[rows]


def _subjects(c: Columns, rows: Rows | Ints) -> Ints:
    return np.where(c.flags[rows] & SUBJECT_IS_STATEMENT, NONE, c.subject[rows])
