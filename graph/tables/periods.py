"""The months or years of a window, as numbers that arrays of days lead to."""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from graph.columns import OPEN_END, OPEN_START, Ints, Rows
from graph.exceptions import ParameterError

_EPOCH = date(1970, 1, 1).toordinal()
_FAR = 2**40


class By(StrEnum):
    """Length of the periods of a table."""

    MONTH = "month"
    YEAR = "year"


def numbers(days: Ints, by: By) -> Rows:
    """The month or year of each day, counted from 1970; of a bound that is open one far away."""
    known = days[(days != OPEN_START) & (days != OPEN_END)]
    if not len(known):
        return np.where(days == OPEN_START, -_FAR, _FAR)
    # Days are few and rows are many: each day is looked up.
    low, high = int(known.min()), int(known.max())
    unit = "datetime64[M]" if by is By.MONTH else "datetime64[Y]"
    of_day = (np.arange(low, high + 1) - _EPOCH).astype("datetime64[D]").astype(unit).astype(np.int64)
    return np.concatenate([[-_FAR], of_day, [_FAR]])[np.clip(days, low - 1, high + 1) - (low - 1)]


@dataclass(frozen=True, slots=True)
class Periods:
    """Consecutive months or years: `count` of them from `start`, which is counted from 1970."""

    by: By
    start: int
    count: int

    @classmethod
    def between(cls, since: date | None, until: date | None, earliest: Ints, latest: Ints, by: By) -> "Periods":
        """The periods of a window; where it is open, from the first to the last day that is known.

        Raises ParameterError where the window begins or ends within a period.
        """
        for name, day, whole in (("since", since, _first), ("until", until, _last)):
            if day is not None and day != whole(day, by):
                raise ParameterError(
                    name, f"{day} lies within a {by}, whose counts would be cut: give {whole(day, by)}"
                )
        known = np.concatenate([earliest[earliest != OPEN_START], latest[latest != OPEN_END]])
        ends = [np.array([d.toordinal()]) if d else known for d in (since, until)]
        if not all(map(len, ends)):
            return cls(by, 0, 0)
        first, last = int(numbers(ends[0], by).min()), int(numbers(ends[1], by).max())
        if until is not None:
            first = min(first, last)
        return cls(by, first, max(1, last - first + 1))

    def spans(self, earliest: Ints, latest: Ints) -> tuple[Rows, Rows]:
        """Number of the first and of the last period that the bounds reach into; some may lie outside."""
        return numbers(earliest, self.by) - self.start, numbers(latest, self.by) - self.start

    def days(self) -> tuple[Rows, Rows]:
        """First and last day of each period."""
        starts = np.arange(self.start, self.start + self.count + 1).astype(
            "datetime64[M]" if self.by is By.MONTH else "datetime64[Y]"
        )
        days = starts.astype("datetime64[D]").astype(np.int64) + _EPOCH
        return days[:-1], days[1:] - 1

    def names(self) -> list[str]:
        """The periods as EDTF has them: 2031-05, 2031."""
        return [
            d.isoformat()[: 7 if self.by is By.MONTH else 4] for d in map(date.fromordinal, self.days()[0].tolist())
        ]


def _first(day: date, by: By) -> date:
    return day.replace(day=1) if by is By.MONTH else day.replace(month=1, day=1)


def _last(day: date, by: By) -> date:
    if by is By.YEAR:
        return day.replace(month=12, day=31)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
