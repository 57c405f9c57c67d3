"""The plain edges: drawn where the source itself vouches for what a statement says, and derived from the columns."""

from collections import Counter
from collections.abc import Collection

import numpy as np

from graph.columns import MODALITIES, NONE, STATUSES, SUBJECT_IS_STATEMENT, Columns, Rows
from ontology import UNSPECIFIED, Modality, Status

Edge = tuple[str, str, str]
"""Subject, relation and object, by id."""


def plain_edges(c: Columns, rows: Rows | None = None) -> set[Edge]:
    """The edges that some active, asserted or presupposed statement carries, which the source itself vouches for.

    Of all statements, or of those in these rows.
    """
    distinct = _distinct_edges(c, rows).tolist()
    return {(c.entities[s], c.relations[r], c.entities[o]) for s, r, o in distinct}


def edge_counts(c: Columns) -> Counter[str]:
    """How many plain edges there are of each relation that has some."""
    numbers, counts = np.unique(_distinct_edges(c)[:, 1], return_counts=True)
    return Counter({c.relations[n]: int(count) for n, count in zip(numbers, counts, strict=True)})


def edge_changes(old: Columns, new: Columns, ids: Collection[str]) -> tuple[set[Edge], set[Edge]]:
    """The edges that appear, and those that go, where only the statements of these ids may differ."""
    if len(ids) * 10 > len(old):
        before, after = plain_edges(old), plain_edges(new)
    else:
        before, after = plain_edges(old, old.rows(ids)), plain_edges(new, new.rows(ids))
        subjects = {s for s, _, _ in before ^ after}
        before |= plain_edges(old, _rows_of_subjects(old, subjects)) & after
        after |= plain_edges(new, _rows_of_subjects(new, subjects)) & before
    return after - before, before - after


def _rows_of_subjects(c: Columns, subjects: Collection[str]) -> Rows:
    numbers = [n for s in subjects if (n := c.entity_number.get(s)) is not None]
    return np.flatnonzero(np.isin(c.subject, numbers) & (c.flags & SUBJECT_IS_STATEMENT == 0))


def edges_from(c: Columns, subjects: Collection[str]) -> set[Edge]:
    """The plain edges that begin at one of these entities."""
    return plain_edges(c, _rows_of_subjects(c, subjects))


def _distinct_edges(c: Columns, rows: Rows | None = None) -> Rows:
    """Subject, relation and object of every plain edge, as numbers, a row an edge."""
    chosen = slice(None) if rows is None else rows
    drawn = [MODALITIES.index(m) for m in (Modality.ASSERTED, Modality.PRESUPPOSED)]
    subject, relation, object = c.subject[chosen], c.relation[chosen], c.object[chosen]
    nobody = c.entity_number.get(UNSPECIFIED, NONE)
    mask = (
        np.isin(c.modality[chosen], drawn)
        & (c.status[chosen] == STATUSES.index(Status.ACTIVE))
        & (c.speakers[chosen] == 0)
        & (c.flags[chosen] & SUBJECT_IS_STATEMENT == 0)
        & (subject != NONE) & (subject != nobody)
        & (object != NONE) & (object != nobody)
    )  # fmt: skip
    subject, relation, object = subject[mask], relation[mask], object[mask]
    # One number a triple: NumPy sorts numbers many times faster than rows.
    ends = subject.astype(np.int64) * len(c.entities) + object
    _, first = np.unique(ends * len(c.relations) + relation, return_index=True)
    return np.stack([subject[first], relation[first], object[first]], axis=1)
