"""Days as tables write them: year first, or as a spreadsheet left them, with day and month in an order of its own."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum

from graph.exceptions import InputError
from graph.importing.events import Options

_YEAR_FIRST = re.compile(r"(\d{4})(?:(\d{2})(\d{2})|([-/.])(\d{1,2})\4(\d{1,2}))", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z| ?[AP]M)?$", re.ASCII)


class Order(StrEnum):
    """Whether 1/6/2018 is the first of June or the sixth of January."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_FIRST = 1000
"""Dates that are looked at to see whether the others need be."""


def found_order(options: Options, cells: Callable[[], Iterator[str]]) -> Order | None:
    """The order that the user names with dates=, else the one in which a column's dates can be alone.

    `cells` gives the column from its beginning; all of it is read only where the first dates have the year last.
    Raises InputError where the user names none.
    """
    if (told := options.values.get("dates")) is not None:
        try:
            return Order(told)
        except ValueError:
            raise InputError(
                f"{told!r} is no order of dates", way_out=f"set dates={Order.DAY_FIRST} or dates={Order.MONTH_FIRST}"
            ) from None
    return order_of(cells()) if any(map(_is_ordered, itertools.islice(cells(), _FIRST))) else None


def _is_ordered(cell: str) -> bool:
    return _YEAR_LAST.fullmatch(_without_time(cell)) is not None


def order_of(cells: Iterable[str]) -> Order | None:
    """The order that all these dates are in, where one of them has more than twelve days; None where none tells it.

    >>> order_of(["1/6/2018", "1/13/2018"]), order_of(["1/6/2018"]), order_of(["13.1.2018", "1.13.2018"])
    (<Order.MONTH_FIRST: 'month-first'>, None, None)
    """
    found = set(_orders(cells))
    return found.pop() if len(found) == 1 else None


def _orders(cells: Iterable[str]) -> Iterator[Order]:
    for cell in cells:
        if match := _YEAR_LAST.fullmatch(_without_time(cell)):
            if int(match[1]) > 12:
                yield Order.DAY_FIRST
            if int(match[3]) > 12:
                yield Order.MONTH_FIRST


def iso_day(cell: str, order: Order | None = None) -> str:
    """The day of a cell as YYYY-MM-DD; a time of the day is left out. Raises ValueError that says why it has none.

    >>> iso_day("20180601"), iso_day("2018-06-01 00:00:00"), iso_day("1/6/2018", Order.MONTH_FIRST)
    ('2018-06-01', '2018-06-01', '2018-01-06')
    """
    text = _without_time(cell)
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match[1], match[2] or match[5], match[3] or match[6]
    elif match := _YEAR_LAST.fullmatch(text):
        first, second, year = match[1], match[3], match[4]
        if order is None and first != second:
            raise ValueError(
                f"{cell!r} may have the day or the month first: "
                f"--set dates={Order.DAY_FIRST} or dates={Order.MONTH_FIRST} says which"
            )
        day, month = (second, first) if order is Order.MONTH_FIRST else (first, second)
    else:
        raise ValueError(f"{cell!r} is no day, such as 2018-06-01")
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise ValueError(f"{cell!r} is no day of the calendar") from None


def _without_time(cell: str) -> str:
    cell = cell.strip()
    return _TIME.sub("", cell) if ":" in cell else cell
