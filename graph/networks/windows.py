"""Networks of one month or year after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

import networkx as nx
import numpy as np

from graph.columns import OPEN_END, OPEN_START, Columns, Rows
from graph.exceptions import ParameterError
from graph.networks.asked import Asked, Chosen, matching, telling
from graph.networks.building import built_of
from graph.networks.dyads import Dyads, dyads_among
from graph.selection import Mask
from graph.snapshot import Snapshot
from graph.tables.periods import By, Periods
from graph.tables.units import acts


def windows(
    snapshot: Snapshot, asked: Asked, by: By | str, most: int | None = None, *, start: int = 0
) -> "Iterator[tuple[str, nx.Graph[str]]]":
    """Each period of the window, or from the first to the last day known, with its network; made as they are taken.

    With `start` those of so many periods are left out at the beginning.

    A statement is in each period that its dates reach into: `spread` of each network counts those that reach beyond
    it. What has no date at all is in none, and counted in `undated` of each. Raises ParameterError where the window
    cuts a period, where no statement has a date, and where there are more than `most` periods; and what
    `Selector.select` raises.
    """
    found = islice(_windows(snapshot, asked, by, most), start, None)
    return ((w.name, built_of(snapshot, w.asked, w.chosen)) for w in found)


def dyads_over(snapshot: Snapshot, asked: Asked, by: By | str, most: int | None = None) -> Iterator[tuple[str, Dyads]]:
    """The dyads of each period as arrays: see `windows` and `dyads`."""
    acting: tuple[Rows, Rows, Rows] | None = None
    for w in _windows(snapshot, asked, by, most):
        at, one, other = acting = acting or acts(snapshot, w.rows, asked.level, directed=asked.projection.directed)
        here = w.within[at]
        yield w.name, dyads_among(snapshot, w.asked, w.chosen, w.rows[at[here]], one[here], other[here])


@dataclass(frozen=True, slots=True)
class _Window:
    """A period: which of the `rows`, which are those of all periods, lie within, and what is asked of it."""

    name: str
    asked: Asked
    rows: Rows
    within: Mask
    undated: int
    untold: int

    @property
    def chosen(self) -> Chosen:
        return Chosen(self.rows[self.within], self.undated, self.untold)


def _windows(snapshot: Snapshot, asked: Asked, by: By | str, most: int | None) -> Iterator[_Window]:
    if by not in set(By):
        raise ParameterError("by", f"{by!r} is none of {', '.join(By)}")
    c = snapshot.columns
    rows, undated = matching(snapshot, asked)
    tells = telling(snapshot, asked, rows)
    dated = (c.earliest[rows] != OPEN_START) | (c.latest[rows] != OPEN_END)
    told, untold = rows[tells & dated], rows[~tells & dated]
    without = len(undated) + int((~dated).sum())
    if not len(told):
        left = int(tells.sum()) + len(undated)
        raise ParameterError(
            "by", f"{left} statements match and none of them has a date" if left else "no statement matches"
        )
    s = asked.selection
    periods = Periods.between(s.since, s.until, c.earliest[told], c.latest[told], By(by))
    if most is not None and periods.count > most:
        raise ParameterError(
            "by", f"there are {periods.count} {by}s, more than {most}: narrow the window with since and until"
        )
    days = zip(*(np.asarray(d).tolist() for d in periods.days()), strict=True)
    return (
        _Window(
            name, replace(asked, selection=replace(s, since=date.fromordinal(first), until=date.fromordinal(last))),
            told, _reach(c, told, first, last), without, int(_reach(c, untold, first, last).sum()),
        )
        for name, (first, last) in zip(periods.names(), days, strict=True)
    )  # fmt: skip


def _reach(columns: Columns, rows: Rows, first: int, last: int) -> Mask:
    """Which of the rows have dates that reach into these days."""
    return (columns.earliest[rows] <= last) & (columns.latest[rows] >= first)
