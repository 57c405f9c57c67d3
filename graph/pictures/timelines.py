"""Pictures of timelines: statements per period, each data set and kind of evidence in a panel of its own."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, Literal

import numpy as np

from graph.evidence import Evidence
from graph.pictures.framing import Key, filter_words, framed, number
from graph.pictures.looks import FAINT, INK
from graph.pictures.picture import Box, Label, Picture, Stroke, clean, measured, shown
from graph.timelines import Counts, Series, Step, Timeline

_WIDTH, _HEIGHT, _BETWEEN = 620.0, 120.0, 66.0
_WITHOUT_BARS = 24.0
"""Height of a panel that has none."""
_BAR, _SMALL = 0.86, 8.5
_EVERY = {Step.DAY: (1, 2, 5, 10, 30), Step.MONTH: (1, 2, 3, 6, 12), Step.YEAR: (1, 2, 5, 10)}
"""Distances of dates below the bars, in periods; farther ones are twice as far each."""
_UNITS: dict[Step, Literal["Y", "M", "D"]] = {Step.YEAR: "Y", Step.MONTH: "M", Step.DAY: "D"}
# Filled, hatched and dotted: they differ where colours do not.
_FILLS = {Evidence.CLAIM: ("#0b2f6b", ""), Evidence.EVENT: ("#ffffff", "////"), Evidence.AGREEMENT: ("#7fbfae", "..")}
_NAMES = {Evidence.CLAIM: "curated claims", Evidence.EVENT: "coded events", Evidence.AGREEMENT: "agreements"}
_NOTHING = "Nothing to draw: no statement is selected."


def draw_timeline(
    timeline: Timeline,
    *,
    title: str = "Statements over time",
    filters: Mapping[str, Any] | None = None,
    revision: int | None = None,
) -> Picture:
    """A timeline as a picture: a panel of bars for each data set and kind of evidence, one scale of time for all.

    What has no date, or spans several periods, is in no bar; each panel tells how much that is. Raises
    MissingExtraError where matplotlib is not installed. The caption tells `filters`, where they are given.
    """
    names = sorted({name for s in timeline.series for name in s.counts.periods})
    step = Step.YEAR
    if names:
        step = {0: Step.YEAR, 1: Step.MONTH, 2: Step.DAY}[names[-1].count("-")]
    places = np.array(names, f"datetime64[{_UNITS[step]}]").astype(int)
    first, last = (int(places.min()), int(places.max())) if names else (0, 0)
    items: list[Label | Stroke] = []
    bottom = _BETWEEN
    for series in timeline.series:
        height = _HEIGHT if series.counts.periods else _WITHOUT_BARS
        bottom -= height + _BETWEEN
        items += _panel(series, bottom, height, first, last, step)
    if not timeline.series:
        items = [Label(_NOTHING, Box(0, 0, measured(_NOTHING, 10)[0] + 40, 70), 10, FAINT, frame=FAINT)]
    caption = _caption(timeline, names, step, filters, revision)
    said = " ".join([caption, *map(_in_words, timeline.series)] if timeline.series else [caption, _NOTHING])
    return framed(items, title, caption, said, _legend(timeline))


def _panel(series: Series, bottom: float, height: float, first: int, last: int, step: Step) -> Iterator[Label | Stroke]:
    counts = series.counts
    top, slot = bottom + height, _WIDTH / (last - first + 1)
    name = f"{shown(series.dataset, series.dataset)}: {_NAMES[series.evidence]}"
    yield _text(name, 0, top + 27, 10, INK, "left", bold=True)
    yield _text(_apart(counts), 0, top + 13, _SMALL, FAINT, "left")
    if not counts.periods:
        yield _text("no statement lies within one period", _WIDTH / 2, bottom + height / 2, _SMALL, FAINT, "center")
        yield Stroke(((0, bottom), (_WIDTH, bottom)), INK, 0.8)
        return
    ticks = _steps(max(counts.periods.values()))
    for tick in ticks:
        y = bottom + height * tick / ticks[-1]
        if tick:
            yield Stroke(((0, y), (_WIDTH, y)), "#d0d0d0", 0.6)
        yield _text(f"{tick:,}", -6, y, _SMALL, INK, "right")
    fine = slot <= 4  # neither frames nor hatches show in such bars
    paper, hatch = (FAINT, "") if fine else _FILLS[series.evidence]
    wide = slot if fine else min(slot * _BAR, 60.0)
    for period, many in counts.periods.items():
        middle = (int(np.datetime64(period, _UNITS[step]).astype(int)) - first + 0.5) * slot
        high = bottom + height * many / ticks[-1]
        left, right = middle - wide / 2, middle + wide / 2
        corners = (left, bottom), (left, high), (right, high), (right, bottom)
        yield Stroke(corners, FAINT if fine else INK, 0.1 if fine else 0.8, paper=paper, hatch=hatch)
    yield Stroke(((0, bottom), (_WIDTH, bottom)), INK, 0.8)
    yield from _dates(bottom, first, last, step, slot)


def _dates(bottom: float, first: int, last: int, step: Step, slot: float) -> Iterator[Label | Stroke]:
    """As many dates below the bars as there is room for, at even distances."""
    room = measured(_name(last, step), _SMALL)[0] + 14
    every = next(e for e in chain(_EVERY[step], (_EVERY[step][-1] * 2**n for n in count(1))) if e * slot >= room)
    for place in range(first, last + 1, every):
        x = (place - first + 0.5) * slot
        yield Stroke(((x, bottom), (x, bottom - 4)), INK, 0.8)
        yield _text(_name(place, step), x, bottom - 12, _SMALL, INK, "center")


def _name(place: int, step: Step) -> str:
    return str(np.datetime64(place, _UNITS[step]))


def _steps(most: int) -> list[int]:
    """Round numbers from zero to one that is not less."""
    size = 1
    while -(-most // size) > 5:
        digits = str(size)
        size = {"1": 2, "2": 5, "5": 10}[digits[0]] * 10 ** (len(digits) - 1)
    return [n * size for n in range(-(-most // size) + 1)]


def _apart(counts: Counts) -> str:
    return (
        f"{sum(counts.periods.values()):,} in the bars, {counts.spread:,} over several periods, "
        f"{counts.undated:,} without closed dates"
    )


def _legend(timeline: Timeline) -> Iterator[Key]:
    kinds = dict.fromkeys(s.evidence for s in timeline.series if s.counts.periods)
    for kind in kinds if len(kinds) > 1 else ():
        paper, hatch = _FILLS[kind]

        def draw(x: float, y: float, paper: str = paper, hatch: str = hatch) -> Sequence[Stroke]:
            corners = (x - 17, y - 6), (x - 17, y + 6), (x + 17, y + 6), (x + 17, y - 6)
            return [Stroke(corners, INK, 0.8, paper=paper, hatch=hatch)]

        yield draw, _NAMES[kind]


def _caption(
    timeline: Timeline, names: Sequence[str], step: Step, filters: Mapping[str, Any] | None, revision: int | None
) -> str:
    every = [s.counts for s in timeline.series]
    total = sum(sum(c.periods.values()) + c.spread + c.undated for c in every)
    when = f", {names[0]} to {names[-1]}" if len(names) > 1 else f", {names[0]}" if names else ""
    # Kinds of evidence are never added up.
    many = f"{number(total, 'statement')}" if len({s.evidence for s in timeline.series}) < 2 else "Statements"
    said = f"{many}, counted per {step}{when}."
    said += f" Filter: {clean(filter_words(filters))}." if filters is not None else ""
    return said + (f" Revision {revision}." if revision is not None else "")


def _in_words(series: Series) -> str:
    """What a panel shows, for those who do not see it."""
    counts = series.counts
    said = f"{clean(series.dataset)}, {_NAMES[series.evidence]}: {_apart(counts)}"
    if not counts.periods:
        return f"{said}."
    most = max(counts.periods, key=lambda p: (counts.periods[p], p))
    return f"{said}, most in {most} ({counts.periods[most]:,})."


def _text(words: str, x: float, y: float, size: float, colour: str, align: Any, *, bold: bool = False) -> Label:
    width, height = measured(words, size, bold=bold)
    middle = x + {"left": width / 2, "center": 0, "right": -width / 2}[align]
    return Label(words, Box(middle, y, width, height), size, colour, bold=bold, align=align)
