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


@dataclass(frozen=True, slots=True)
class Telling:
    """What tells events apart: by row the event, NONE where nobody linked it; by source the number of its data set.

    `apart`: records that nobody linked are events of their own, else they may all tell of the same.
    """

    event: Rows
    dataset: Rows
    apart: bool


def counted(columns: Columns, found: Entries, cells: Rows, telling: Telling) -> Counts:
    """The bounds in these cells, which are sorted and hold all entries.

    Events are those that statements say took place. Statements that share an event count once, in the period where
    one of them surely is; where they are sure of different ones, in none and possibly in each. Several data sets may
    tell of the same events: at the least there are as many as the one tells of that tells of most. So it is with
    several coders of one source.
    """
    size = len(cells)
    every = size > 0 and cells[-1] == size - 1  # then each cell is its own place
    places = found.cell if every else np.searchsorted(cells, found.cell)
    is_told = np.isin(columns.modality[found.row], list(TOLD))
    told, at = found.where(is_told), places[is_told]
    linked = telling.event[told.row] != NONE
    sure, high = _linked(told.where(linked), columns, telling, at[linked], size)
    alone, there = told.where(~linked), at[~linked]
    certain = _unlinked(alone.where(alone.certain), columns, there[alone.certain])
    possible = _unlinked(alone, columns, there)
    if telling.apart:
        low = _most(size, *(np.concatenate(p) for p in zip(sure, _by_dataset(certain, telling), strict=True)))
    else:
        low = np.maximum(np.bincount(sure[0], sure[2], size), np.bincount(certain[0], minlength=size) > 0)
    repeated = columns.flags[told.row] & REPEATED != 0
    return Counts(
        np.bincount(places[found.certain], minlength=size),
        np.bincount(places, minlength=size),
        low.astype(np.int64),
        high + np.bincount(possible[0], possible[2], size).astype(np.int64),
        np.bincount(at[repeated], minlength=size) > 0,
    )


Numbers = tuple[Rows, Rows, Rows]
"""Places, what tells of it there (data sets or sources), and of how many events."""


def _linked(found: Entries, columns: Columns, telling: Telling, at: Rows, size: int) -> tuple[Numbers, Rows]:
    """Events that surely belong to each place, by data set where these are told apart, and all that may."""
    event = telling.event[found.row]
    pair = found.line * (int(event.max(initial=0)) + 1) + event  # one event, as the line sees it
    pairs, number = np.unique(pair, return_inverse=True)
    dataset = telling.dataset[columns.source[found.row]] if telling.apart else np.zeros(len(at), np.int64)
    sure = _distinct(number[found.certain], at[found.certain])
    times = np.bincount(sure[:, 0], minlength=len(pairs))
    agreed = found.certain & (times[number] == 1)
    width = int(dataset.max(initial=0)) + 1
    low = _distinct(number[agreed], at[agreed] * width + dataset[agreed])[:, 1]
    loose = times[number] == 0
    unsure = _distinct(number[loose], at[loose])
    high = np.bincount(np.concatenate([sure[:, 1], unsure[:, 1]]), minlength=size)
    return (low // width, low % width, np.ones(len(low), np.int64)), high


def _unlinked(found: Entries, columns: Columns, at: Rows) -> Numbers:
    """Statements of each place by source, of each source those of the coder who has most there."""
    sources, coders = max(1, len(columns.sources)), max(1, len(columns.coders))
    of_source = at * sources + columns.source[found.row]
    keys, number = np.unique(of_source * coders + columns.coder[found.row], return_counts=True)
    groups, where = np.unique(keys // coders, return_inverse=True)
    most = np.zeros(len(groups), np.int64)
    np.maximum.at(most, where, number)
    return groups // sources, groups % sources, most


def _by_dataset(numbers: Numbers, telling: Telling) -> Numbers:
    return numbers[0], telling.dataset[numbers[1]], numbers[2]


def _most(size: int, at: Rows, who: Rows, number: Rows) -> Rows:
    """For each of `size` places the number of the one who has most there, all that is his taken together."""
    width = int(who.max(initial=0)) + 1
    keys, where = np.unique(at * width + who, return_inverse=True)
    most = np.zeros(size, np.int64)
    np.maximum.at(most, keys // width, np.bincount(where, number, len(keys)).astype(np.int64))
    return most


def _distinct(one: Rows, other: Rows) -> Rows:
    """Distinct pairs, as two columns."""
    width = int(other.max(initial=0)) + 1
    keys = np.unique(one.astype(np.int64) * width + other)
    return np.column_stack([keys // width, keys % width])
