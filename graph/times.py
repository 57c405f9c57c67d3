"""Dates as far as a source gives them: EDTF strings, anchored words, and the days that bound them."""

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

Bounds = tuple[date | None, date | None]

MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
"""The words of an anchor; texts in other languages keep their words before the semicolon."""
_ANCHOR = re.compile(
    rf"(?:since last (?P<month>{'|'.join(MONTHS)}), )?(?P<side>before|on|after) publication", re.IGNORECASE
)
_DATE = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX|[0-9]XXX)(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?[?~%]?"
)
_SEASONS = range(21, 42)  # seasons, quarters and halves of a year stand where a month would


@lru_cache(maxsize=65536)
def edtf_bounds(text: str) -> Bounds:
    """The first and last day that an EDTF string admits; None where it is open or unknown on that side.

    Read are dates, seasons, unspecified digits, the marks ? ~ % at the end, and intervals. An approximate date ("~",
    "%") is widened on both sides by its own length, so that about March means February to April; a season is bounded
    by its year, since its months depend on the hemisphere. Years 1 to 9999.

    >>> edtf_bounds("2031-02")
    (datetime.date(2031, 2, 1), datetime.date(2031, 2, 28))

    Raises ValueError naming the string where it is not EDTF, is impossible, or ends before it begins.
    """
    low, slash, high = text.partition("/")
    if not slash:
        return _single(text)
    earliest = None if low in ("", "..") else _single(low)[0]
    latest = None if high in ("", "..") else _single(high)[1]
    if earliest is None and latest is None:
        raise ValueError(f"{text!r} tells no date: leave it out")
    if earliest and latest and earliest > latest:
        raise ValueError(f"{text!r} ends before it begins")
    return earliest, latest


def _single(text: str) -> tuple[date, date]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date in EDTF: write 2031, 2031-03, 2031-03-05 or 2031-03/2031-05")
    try:
        first, last = _span(match["year"], match["month"], match["day"])
    except ValueError as error:
        raise ValueError(f"{text!r} is no date of the calendar: {error}") from None
    if "~" in text or "%" in text:
        margin = last - first + timedelta(days=1)
        first = first - margin if first - date.min > margin else date.min
        last = last + margin if date.max - last > margin else date.max
    return first, last


def _span(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    """First and last day of a date whose parts may be unspecified."""
    if "X" in year:
        low, high = (int(year.replace("X", digit)) for digit in "09")
        _span(str(max(high, 1)).zfill(4), month, "XX" if day else None)
        return date(max(low, 1), 1, 1), date(high, 12, 31)
    number = int(year)
    if month is None or month == "XX" or int(month) in _SEASONS:
        if day and (month, day) != ("XX", "XX"):
            raise ValueError("a day needs its month")
        return date(number, 1, 1), date(number, 12, 31)
    first = date(number, int(month), 1)
    if day in (None, "XX"):
        return first, first.replace(day=calendar.monthrange(number, int(month))[1])
    return first.replace(day=int(day)), first.replace(day=int(day))


def check_when_text(text: str) -> str:
    """The text itself; raises ValueError where it has a semicolon and what follows it is no known anchor."""
    _, semicolon, anchor = text.rpartition(";")
    if semicolon and not _ANCHOR.fullmatch(anchor.strip()):
        raise ValueError(
            f"{anchor.strip()!r} is no anchor: after the semicolon write 'before publication', 'on publication', "
            "'after publication' or 'since last september, before publication'"
        )
    return text


def anchored_bounds(when_text: str, published: str | None) -> Bounds:
    """The bounds of words such as "just days ago; before publication", once the anchor is dated; else (None, None).

    "Last september" is the last September that had ended before the month of the publication.
    """
    match = _ANCHOR.fullmatch(when_text.rpartition(";")[2].strip())
    if match is None or published is None:
        return None, None
    first, last = edtf_bounds(published)
    if match["side"].lower() == "on":
        return first, last
    if match["side"].lower() == "after":
        return first, None
    if match["month"] is None or first is None or last is None:
        return None, last
    month = MONTHS.index(match["month"].lower()) + 1
    year = first.year if month < first.month else first.year - 1
    return date(year, month, 1), last


def date_bounds(when: str | None, when_text: str | None, published: str | None) -> Bounds:
    """First and last day that a date and anchored words admit together, the narrower bound of each side."""
    if when_text is None:
        return edtf_bounds(when) if when else (None, None)
    earliest, latest = anchored_bounds(when_text, published)
    if when:
        low, high = edtf_bounds(when)
        earliest = max(filter(None, (earliest, low)), default=None)
        latest = min(filter(None, (latest, high)), default=None)
    return earliest, latest
