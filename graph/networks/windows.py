"""Networks of one month or year after the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import networkx as nx
import numpy as np

from graph.columns import OPEN_END, OPEN_START
from graph.exceptions import ParameterError
from graph.networks.asked import Asked, choose
from graph.networks.building import built
from graph.snapshot import Snapshot
from graph.tables.periods import By, Periods


def windows(snapshot: Snapshot, asked: Asked, by: By | str) -> Iterator[tuple[str, "nx.Graph[str]"]]:
    """Each period of the window, or from the first to the last day known, with its network; made as they are taken.

    A statement is in each period that its dates reach into: `spread` of each network counts those that reach beyond
    it. What has no date at all is in none, and counted in `undated` of each. Raises ParameterError where the window
    cuts a period or no statement has a date; and what `Selector.select` raises.
    """
    if by not in set(By):
        raise ParameterError("by", f"{by!r} is none of {', '.join(By)}")
    chosen, c = choose(snapshot, asked), snapshot.columns
    low, high = c.earliest[chosen.rows], c.latest[chosen.rows]
    dated = (low != OPEN_START) | (high != OPEN_END)
    if not dated.any():
        left = len(chosen.rows) + chosen.undated
        raise ParameterError(
            "by", f"{left} statements match and none of them has a date" if left else "no statement matches"
        )
    periods = Periods.between(asked.selection.since, asked.selection.until, low[dated], high[dated], By(by))
    first, last = (np.asarray(days).tolist() for days in periods.days())
    return (
        (name, built(snapshot, _within(asked, date.fromordinal(start), date.fromordinal(end))))
        for name, start, end in zip(periods.names(), first, last, strict=True)
    )


def _within(asked: Asked, since: date, until: date) -> Asked:
    return replace(asked, selection=replace(asked.selection, since=since, until=until))
