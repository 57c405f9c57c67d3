"""Statements per day, month or year; those without a date that fits counted apart."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from graph.columns import OPEN_END, OPEN_START, Columns, Rows
from graph.evidence import KINDS, Evidence
from graph.selection import Selection
from graph.snapshot import Snapshot


class Step(StrEnum):
    """Length of the periods of a timeline."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_UNITS = {Step.DAY: "D", Step.MONTH: "M", Step.YEAR: "Y"}
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements per period, in order.

    A statement counts in a period only where its dates lie within that one; `spread` counts those that reach
    over several, `undated` those without any date or open on one side.
    """

    periods: dict[str, int]
    spread: int
    undated: int


@dataclass(frozen=True, slots=True)
class Series:
    """The statements of one data set, and of which kind of evidence they are."""

    dataset: str
    evidence: Evidence
    counts: Counts


@dataclass(frozen=True, slots=True)
class Timeline:
    """Statements per period by data set, by kind of evidence and name."""

    series: tuple[Series, ...]

    @property
    def total(self) -> Counts | None:
        """All data sets together; None where they are of several kinds of evidence, which are never added up."""
        if len({s.evidence for s in self.series}) > 1:
            return None
        periods = Counter[str]()
        for s in self.series:
            periods.update(s.counts.periods)
        counts = [s.counts for s in self.series]
        return Counts(dict(sorted(periods.items())), sum(c.spread for c in counts), sum(c.undated for c in counts))


def timeline(snapshot: Snapshot, selection: Selection, step: Step) -> Timeline:
    """Counts the selected statements of each data set per day, month or year."""
    chosen = snapshot.selector.select(selection)
    c, origins = snapshot.columns, snapshot.selector.origins

    key_of = origins.evidence.astype(np.int64) * len(origins.datasets) + origins.dataset
    keys = np.unique(key_of).tolist()

    def groups(rows: Rows) -> dict[tuple[int, str], Rows]:
        if not len(rows):
            return {}
        key = key_of[c.source[rows]] if len(keys) > 1 else None
        found = {n: rows if key is None else rows[key == n] for n in keys}
        size = len(origins.datasets)
        return {(n // size, origins.datasets[n % size]): those for n, those in found.items() if len(those)}

    dated, undated = groups(chosen.rows), groups(chosen.without_date)
    none = np.empty(0, np.int64)
    return Timeline(
        tuple(
            Series(key[1], KINDS[key[0]], _counts(c, dated.get(key, none), len(undated.get(key, none)), step))
            for key in sorted(dated.keys() | undated.keys())
        )
    )


def _counts(c: Columns, rows: Rows, undated: int, step: Step) -> Counts:
    every = len(rows) == len(c)  # then there is nothing to pick out
    low, high = (c.earliest, c.latest) if every else (c.earliest[rows], c.latest[rows])
    closed = (low != OPEN_START) & (high != OPEN_END)
    if not closed.all():
        low, high = low[closed], high[closed]
    undated += len(rows) - len(low)
    if not len(low):
        return Counts({}, 0, undated)
    first, last = int(low.min()), int(high.max())
    # The period of each day that may come: days are counted, and only they are put into periods.
    periods = (np.arange(first, last + 1) - _EPOCH).astype("datetime64[D]").astype(f"datetime64[{_UNITS[step]}]")
    number = (periods - periods[0]).astype(np.int64)
    exact = low == high
    days = np.bincount((low if exact.all() else low[exact]) - first, minlength=len(periods))
    begins, ends = number[low[~exact] - first], number[high[~exact] - first]
    within = begins == ends
    counts = np.bincount(number, days, minlength=number[-1] + 1) + np.bincount(begins[within], minlength=number[-1] + 1)
    filled = np.flatnonzero(counts)
    names = np.datetime_as_string(periods[0] + filled).tolist()
    return Counts(dict(zip(names, counts[filled].astype(int).tolist(), strict=True)), int((~within).sum()), undated)
