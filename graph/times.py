"""Dates as far as a source gives them: EDTF strings, anchored words, and the days that bound them."""

import re
from datetime import date, timedelta
from functools import lru_cache

from edtf import EDTFParseException, parse_edtf
from edtf.parser.parser_classes import EDTFObject, Season

Bounds = tuple[date | None, date | None]

MONTHS = (
    "january february march april may june july august september october november december".split()
)  # the words of an anchor; texts in other languages keep their words before the semicolon
_ANCHOR = re.compile(rf"(?:since last (?P<month>{'|'.join(MONTHS)}), )?(?P<side>before|on|after) publication", re.I)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@lru_cache(maxsize=65536)
def edtf_bounds(text: str) -> Bounds:
    """The first and last day that an EDTF string admits; None where it is open or unknown on that side.

    An approximate date ("~", "%") is widened on both sides by its own length, so that about March means
    February to April; a season is bounded by its year, since its months depend on the hemisphere. Years 1 to 9999.

    >>> edtf_bounds("2031-02")
    (datetime.date(2031, 2, 1), datetime.date(2031, 2, 28))

    Raises ValueError naming the string where it is not EDTF, is impossible, or ends before it begins.
    """
    if _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"{text!r} is no day of the calendar: {error}") from None
        return day, day
    try:
        # The library reads open ends but does not bound them, so the two ends are read one by one.
        low, slash, high = text.partition("/")
        if not slash:
            return _single(text, 0), _single(text, 1)
        earliest = None if low in ("", "..") else _single(low, 0)
        latest = None if high in ("", "..") else _single(high, 1)
    except EDTFParseException:
        raise ValueError(f"{text!r} is not a date in EDTF: write 2031, 2031-03, 2031-03-05 or 2031-03/2031-05") from None
    if earliest is None and latest is None:
        raise ValueError(f"{text!r} tells no date: leave it out")
    if earliest and latest and earliest > latest:
        raise ValueError(f"{text!r} ends before it begins")
    return earliest, latest


def _single(text: str, side: int) -> date:
    parsed: EDTFObject = parse_edtf(text)
    if isinstance(parsed, Season):
        return _single(text[:4], side)
    low, high = parsed.lower_strict(), parsed.upper_strict()
    if not 1 <= low[0] <= high[0] <= 9999:
        raise ValueError(f"{text!r} is outside the years 1 to 9999")
    first, last = date(*low[:3]), date(*high[:3])
    if "~" in text or "%" in text:
        margin = last - first + timedelta(days=1)
        first, last = first - margin, last + margin
    return last if side else first


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

    "Last september" is the last September that had ended, or had begun, before the publication.
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
    year = first.year if date(first.year, month, 1) < first else first.year - 1
    return date(year, month, 1), last
