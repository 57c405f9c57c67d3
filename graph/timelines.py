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


_DIGITS = {Step.DAY: 10, Step.MONTH: 7, Step.YEAR: 4}


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

    def groups(rows: Rows) -> dict[tuple[int, str], Rows]:
        source = c.source[rows]
        key = origins.evidence[source].astype(np.int64) * len(origins.datasets) + origins.dataset[source]
        return {
            (n // len(origins.datasets), origins.datasets[n % len(origins.datasets)]): rows[key == n]
            for n in np.unique(key).tolist()
        }

    dated, undated = groups(chosen.rows), groups(chosen.without_date)
    none = np.empty(0, np.int64)
    return Timeline(
        tuple(
            Series(key[1], KINDS[key[0]], _counts(c, dated.get(key, none), len(undated.get(key, none)), step))
            for key in sorted(dated.keys() | undated.keys())
        )
    )


def _counts(c: Columns, rows: Rows, undated: int, step: Step) -> Counts:
    low, high = c.earliest[rows], c.latest[rows]
    open_ended = (low == OPEN_START) | (high == OPEN_END)
    spans, counts = np.unique(low[~open_ended].astype(np.int64) << 32 | high[~open_ended], return_counts=True)
    periods: dict[str, int] = {}
    spread = 0
    digits = _DIGITS[step]
    for span, n in zip(spans.tolist(), counts.tolist(), strict=True):
        first, last = span >> 32, span & 0xFFFFFFFF
        period = date.fromordinal(first).isoformat()[:digits]
        if period == date.fromordinal(last).isoformat()[:digits]:
            periods[period] = periods.get(period, 0) + n
        else:
            spread += n
    return Counts(dict(sorted(periods.items())), spread, undated + int(open_ended.sum()))
