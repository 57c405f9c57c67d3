"""ICEWS as a temporal knowledge graph: by name with a day, or ICEWS18 by number in hours, with tables of names."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from graph.exceptions import FormatError, InputError
from graph.importing import numbered
from graph.importing.codes import icews_codes
from graph.importing.dyads import dyad
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import Row, SourceFile, first_bytes, rows
from graph.importing.formats.icews_names import icews_mention

COLUMNS = ("subject", "relation", "object", "date")
_YEARS = range(1991, 2024)
"""ICEWS was coded for these."""
_ICEWS18 = date(2018, 1, 1)
_LAST_OF_ICEWS18 = date(2018, 10, 31)
_BEGINS = {
    (12498, 260): date(2014, 1, 1), (7128, 230): date(2014, 1, 1), (10488, 251): date(2005, 1, 1),
}  # fmt: skip
"""The first day of other sets, by how many entities and relations their tables have."""
_DAY_IN_HOURS = 24
_DAY = re.compile(rb"\t\d{4}-\d\d-\d\d\s*$")


class IcewsTkg:
    """One row is one event."""

    name = "icews-tkg"
    title = "ICEWS as temporal knowledge graph, by name or by number"
    dataset = "icews-tkg"
    coder = "icews"
    kind = "event table"
    one_numbering = True
    licence = "none stated for this form; ICEWS itself is published with terms of its own, doi 10.7910/DVN/28075"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The rows, in order. Raises FormatError where the file is in neither form, or tables of names are missing."""
        with file.open() as stream:
            head = first_bytes(stream)
            if steps := numbered.steps(head):
                hours = _hours(options)
                if hours == _DAY_IN_HOURS and not _mostly_days(steps):
                    raise FormatError(
                        f"{_odd(steps)} of the first {len(steps)} steps are no whole days in hours, as ICEWS18 counts "
                        "(where they count days, --set step=days)",
                        str(file.path or file.name),
                        way_out="name the right format (tertius import --list)",
                    )
                begin = _begin(options)
                for numbers in numbered.numbered(file, stream, options.names):
                    yield _record(numbers, numbers.reason or _of_numbers(numbers, begin, hours))
            elif _days(head):
                for row in rows(file, stream, "\t", quoted=False):
                    yield _record(row, row.reason or _of_names(row.fields))
            else:
                raise FormatError(
                    "the first lines are neither subject, relation, object and a day such as 2018-06-01, with tabs "
                    "between, nor four or five numbers",
                    str(file.path or file.name),
                    1,
                    "name the right format (tertius import --list), or write a mapping for csv",
                )

    def header(self, head: bytes) -> list[str]:  # noqa: ARG002
        """None: the files have no header."""
        return []

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a row by column, numbers as they are."""
        if numbered.steps(raw):
            return numbered.fields(raw)
        return dict(zip(COLUMNS, SourceFile(None, "").decoded(raw).rstrip("\r\n").split("\t"), strict=False))

    def recognises(self, head: bytes) -> bool:
        """Whether it begins with rows by name, or with rows by number whose steps are whole days in hours."""
        found = numbered.steps(head)
        return _mostly_days(found) if found else _days(head)


def _odd(steps: Sequence[int]) -> int:
    return sum(step % 24 != 0 for step in steps)


def _mostly_days(steps: Sequence[int]) -> bool:
    """Whether most steps are whole days in hours: a wrong row or two do not make it another file."""
    return _odd(steps) * 2 < len(steps)


def _days(head: bytes) -> bool:
    """Whether one of the first lines is a row by name."""
    return any(line.count(b"\t") == 3 and _DAY.search(line) for line in head.splitlines()[:20])


def _record(row: Row | numbered.Numbered, found: Event | str) -> Record:
    if isinstance(found, str):
        return Record(row.number, row.raw, reason=found)
    return Record(row.number, row.raw, (found,))


def _of_names(fields: Sequence[str]) -> Event | str:
    """The event of a row by name, or why it has none."""
    if len(fields) != len(COLUMNS):
        return f"{len(fields)} fields instead of {len(COLUMNS)}"
    subject, relation, object, day = (field.strip() for field in fields)
    if not _is_day(day):
        return f"date {day!r} is no day such as 2018-06-01 between {_YEARS[0]} and {_YEARS[-1]}"
    return _event(subject, relation, object, day)


def _hours(options: Options) -> int:
    """How many steps are a day. Raises InputError where the user says something else than hours or days."""
    told = options.values.get("step", "hours")
    if told not in ("hours", "days"):
        raise InputError(f"{told!r} is no length of a step", way_out="set step=hours or step=days")
    return _DAY_IN_HOURS if told == "hours" else 1


def _begin(options: Options) -> date | None:
    """The day of step 0: as the user says, else that of the set whose tables are as long, None where none is.

    Raises InputError where the user names no day.
    """
    if (told := options.values.get("from")) is not None:
        try:
            return date.fromisoformat(told)
        except ValueError:
            raise InputError(f"{told!r} is no day", way_out="set from=2018-01-01, say") from None
    if len(options.names) != 2:
        return None
    entities, relations = (len(numbered.name_table(path)) for path in options.names)
    return _BEGINS.get((entities, relations))


def _of_numbers(row: numbered.Numbered, begin: date | None, hours: int) -> Event | str:
    """The event of a row by number, or why it has none. Raises FormatError where it must be of another set."""
    days, rest = divmod(row.step, hours)
    if rest:
        return f"step {row.step} is no whole day in hours from the beginning"
    try:
        day = (begin or _ICEWS18) + timedelta(days=days)
    except OverflowError:
        return f"step {row.step} is after all days of the calendar"
    if begin is None and day > _LAST_OF_ICEWS18:
        raise FormatError(
            f"step {row.step} is after October 2018, where ICEWS18 ends, if step 0 is the first of January 2018",
            line=row.number,
            way_out="say which day it is: --set from=2014-01-01",
        )
    if day.year not in _YEARS:
        return f"step {row.step} is {day}, and ICEWS was coded for {_YEARS[0]} to {_YEARS[-1]}"
    return _event(row.subject, row.relation, row.object, day.isoformat())


def _event(subject: str, relation: str, object: str, day: str) -> Event | str:
    code = icews_codes().get(relation.lower())
    if code is None:
        return f"relation {relation!r} is none of ICEWS's"
    if not subject or not object:
        return f"{'object' if subject else 'subject'} is missing"
    return dyad(code, _actor(subject), _actor(object), when=day)


@lru_cache(maxsize=65536)
def _actor(name: str) -> Mention:
    return icews_mention(name)


@lru_cache(maxsize=16384)
def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).year in _YEARS
    except ValueError:
        return False


FORMAT = IcewsTkg()
