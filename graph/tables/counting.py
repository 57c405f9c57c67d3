"""Lower and upper bounds of what is told of each cell of a table: statements, and the events that they tell of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, REPEATED, Columns, Rows
from graph.exceptions import ParameterError
from graph.questions import TOLD

Mask = npt.NDArray[np.bool_]
MOST_ENTRIES = 30_000_000
"""Statements in periods that are looked at: more would take more memory than a table is worth."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Statements in the cells where they may belong: entry n says that `row[n]` may belong to `cell[n]`.

    A cell is the number of a line times the number of periods, and the period. `certain` where it does belong there.
    """

    row: Rows
    line: Rows
    cell: Rows
    certain: Mask

    def where(self, kept: Mask) -> "Entries":
        """Those entries alone."""
        return Entries(self.row[kept], self.line[kept], self.cell[kept], self.certain[kept])


def entries(row: Rows, line: Rows, sure: Mask, first: Rows, last: Rows, count: int) -> Entries:
    """Rows in each period that their bounds reach into, of `count`; certain where that is one, and the unit is sure.

    Raises ParameterError where there are too many.
    """
    low, high = np.maximum(first, 0), np.minimum(last, count - 1)
    sizes = np.maximum(high - low + 1, 0)
    if sizes.sum() > MOST_ENTRIES:
        raise ParameterError(
            "by", f"the statements reach into {sizes.sum()} periods: ask by year, or narrow the window"
        )
    at = np.repeat(np.arange(len(row)), sizes)
    period = low[at] + np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    certain = sure & (first == last)
    return Entries(row[at], line[at], line[at] * count + period, certain[at])


@dataclass(frozen=True, slots=True)
class Counts:
    """Bounds for each of some cells. Events that are `unbounded` happened an unknown number of times."""

    statements_low: Rows
    statements_high: Rows
    events_low: Rows
    events_high: Rows
    unbounded: Mask


def counted(columns: Columns, found: Entries, cells: Rows, *, told_apart: bool) -> Counts:
    """The bounds in these cells, which are sorted and hold all entries.

    Events are those that statements say took place. Statements that share an event count once, in the period where
    one of them surely is; where they are sure of different ones, in none and possibly in each. Of statements that
    nobody linked each tells of one event where the data set keeps them apart (`told_apart`); else they may all tell of
    the same. Of several coders of one source, the one who tells of more counts.
    """
    size = len(cells)
    every = size > 0 and cells[-1] == size - 1  # then each cell is its own place
    places = found.cell if every else np.searchsorted(cells, found.cell)
    is_told = np.isin(columns.modality[found.row], list(TOLD))
    told, at = found.where(is_told), places[is_told]
    linked = columns.event[told.row] != NONE
    low, high = _linked(told.where(linked), columns, at[linked], size)
    alone, there = told.where(~linked), at[~linked]
    certain = _unlinked(alone.where(alone.certain), columns, there[alone.certain], size)
    possible = _unlinked(alone, columns, there, size)
    repeated = columns.flags[told.row] & REPEATED != 0
    return Counts(
        np.bincount(places[found.certain], minlength=size),
        np.bincount(places, minlength=size),
        low + certain if told_apart else np.maximum(low, certain > 0),
        high + possible,
        np.bincount(at[repeated], minlength=size) > 0,
    )


def _linked(found: Entries, columns: Columns, at: Rows, size: int) -> tuple[Rows, Rows]:
    """Events that surely belong to each cell, and all that may."""
    event = columns.event[found.row].astype(np.int64)
    pair = found.line * len(columns.events) + event  # one event, as the line sees it
    pairs, number = np.unique(pair, return_inverse=True)
    sure_pairs = _distinct(number[found.certain], at[found.certain])
    times = np.bincount(sure_pairs[:, 0], minlength=len(pairs))
    low = np.bincount(sure_pairs[times[sure_pairs[:, 0]] == 1, 1], minlength=size)
    loose = times[number] == 0
    unsure = _distinct(number[loose], at[loose])
    return low, np.bincount(np.concatenate([sure_pairs[:, 1], unsure[:, 1]]), minlength=size)


def _unlinked(found: Entries, columns: Columns, at: Rows, size: int) -> Rows:
    """Statements of each cell, of each source those of the coder who has most there."""
    source, coder = columns.source[found.row].astype(np.int64), columns.coder[found.row].astype(np.int64)
    of_source = at * len(columns.sources) + source
    keys, number = np.unique(of_source * max(1, len(columns.coders)) + coder, return_counts=True)
    groups, where = np.unique(keys // max(1, len(columns.coders)), return_inverse=True)
    most = np.zeros(len(groups), np.int64)
    np.maximum.at(most, where, number)
    return np.bincount(groups // max(1, len(columns.sources)), most, size).astype(np.int64)


def _distinct(one: Rows, other: Rows) -> Rows:
    """Distinct pairs, as two columns."""
    width = int(other.max(initial=0)) + 1
    keys = np.unique(one.astype(np.int64) * width + other)
    return np.column_stack([keys // width, keys % width])
