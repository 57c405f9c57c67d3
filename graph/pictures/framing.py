"""What stands around a picture: its title above, its legend and its caption below."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from graph.pictures.looks import FAINT, INK
from graph.pictures.picture import Box, Label, Picture, Stroke, bounds, clean, measured, wrapped

MARGIN = 24.0
_LEAST_WIDTH = 640.0
_TITLE, _TEXT = 13.0, 9.0
_SAMPLE = 40.0
_TOLD_APART = 18.0

Key = tuple[Callable[[float, float], Sequence[Label | Stroke]], str]
"""A sample, drawn with its middle at a place, and the words beside it."""


def framed(
    items: Iterable[Label | Stroke], title: str, caption: str, description: str, legend: Iterable[Key] = ()
) -> Picture:
    """The items between title, legend and caption, on a page that holds them all. Raises MissingExtraError."""
    drawn = list(items)
    left, bottom, right, top = bounds(
        [i.box for i in drawn if isinstance(i, Label)], [p for i in drawn if isinstance(i, Stroke) for p in i.points]
    )
    width = max(right - left, _LEAST_WIDTH)
    x = left - (width - (right - left)) / 2
    title = clean(title)
    head = _text(wrapped(title, _TITLE, width, bold=True), x, width, _TITLE, INK, bold=True)
    keys, depth = _legend(legend, x, bottom - MARGIN, width)
    foot = _text(wrapped(clean(caption), _TEXT, width), x, width, _TEXT, FAINT)
    drawn += [_above(head, top + MARGIN * 0.75), *keys, _below(foot, depth - MARGIN * 0.5)]
    low = depth - MARGIN * 0.5 - foot.box.height - MARGIN * 0.6
    high = top + MARGIN * 0.75 + head.box.height + MARGIN * 0.6
    moved = [_moved(i, MARGIN - x, -low) for i in drawn]
    return Picture(
        round(width + 2 * MARGIN, 1), round(high - low, 1), title, clean(caption), clean(description), tuple(moved)
    )


def filter_words(filters: Mapping[str, Any]) -> str:
    """Filters as words of a caption, such as "involving: Russia; since: 2020"; "none" where there are none."""
    said = []
    for name, value in filters.items():
        if value is None or value is False or value in ([], (), ""):
            continue
        several = value if isinstance(value, list | tuple | set | frozenset) else (value,)
        words = ", ".join("yes" if v is True else v.isoformat() if isinstance(v, date) else str(v) for v in several)
        said.append(f"{name.replace('_', ' ')}: {words}")
    return "; ".join(said) or "none"


def number(count: float, one: str, many: str = "") -> str:
    """A count with its noun: "1 statement", "1,200 statements"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _legend(keys: Iterable[Key], left: float, top: float, width: float) -> tuple[list[Label | Stroke], float]:
    """The keys in columns of equal width below `top`, and how far down they reach."""
    told = [(draw, wrapped(words, _TEXT, width - _SAMPLE - 8)) for draw, words in keys]
    if not told:
        return [], top + MARGIN * 0.5
    widest = max(measured(words, _TEXT)[0] for _, words in told) + _SAMPLE + 8 + _TOLD_APART
    columns = max(1, min(len(told), int((width + _TOLD_APART) // widest)))
    rows = -(-len(told) // columns)
    items: list[Label | Stroke] = []
    step = max(max(measured(words, _TEXT)[1] for _, words in told) + 4, 17.0)
    for place, (draw, words) in enumerate(told):
        column, row = divmod(place, rows)
        x, y = left + column * widest, top - (row + 0.5) * step
        items += draw(x + _SAMPLE / 2, y)
        size = measured(words, _TEXT)
        items.append(Label(words, Box(x + _SAMPLE + 8 + size[0] / 2, y, *size), _TEXT, align="left"))
    return items, top - rows * step


def _text(words: str, x: float, width: float, size: float, colour: str, *, bold: bool = False) -> Label:
    height = measured(words, size, bold=bold)[1]
    return Label(words, Box(x + width / 2, 0, width, height), size, colour, bold=bold, align="left")


def _above(label: Label, y: float) -> Label:
    return replace(label, box=label.box.moved(0, y + label.box.height / 2))


def _below(label: Label, y: float) -> Label:
    return replace(label, box=label.box.moved(0, y - label.box.height / 2))


def _moved(item: Label | Stroke, x: float, y: float) -> Label | Stroke:
    if isinstance(item, Label):
        return replace(item, box=item.box.moved(x, y))
    return replace(item, points=tuple((round(a + x, 2), round(b + y, 2)) for a, b in item.points))
