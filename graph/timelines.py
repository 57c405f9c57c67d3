"""Statements per day, month or year; those without a date that fits counted apart."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from graph.columns import OPEN_END, OPEN_START
from graph.selection import Selection
from graph.snapshot import Snapshot


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
    return Timeline(dict(sorted(periods.items())), spread, chosen.undated + int(open_ended.sum()))
