"""ICEWS as a temporal knowledge graph: by name with a day, or ICEWS18 by number in hours, with tables of names."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from graph.exceptions import FormatError
from graph.importing import numbered
from graph.importing.codes import icews_codes
from graph.importing.dyads import dyad
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import Row, SourceFile, first_bytes, rows
from graph.importing.formats.icews_names import icews_mention

COLUMNS = ("subject", "relation", "object", "date")
_YEARS = range(1991, 2024)
"""ICEWS was coded for these."""
_FIRST_DAY = date(2018, 1, 1)
_DAYS = 365
_DAY = re.compile(rb"\t\d{4}-\d\d-\d\d\s*$")


class IcewsTkg:
    """One row is one event."""

    name = "icews-tkg"
    title = "ICEWS as temporal knowledge graph, by name or by number"
    dataset = "icews-tkg"
    coder = "icews"
    kind = "event table"
    licence = "none stated for this form; ICEWS itself is published with terms of its own, doi 10.7910/DVN/28075"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The rows, in order. Raises FormatError where the file is in neither form, or tables of names are missing."""
        with file.open() as stream:
            head = first_bytes(stream)
            if steps := numbered.steps(head):
                if not _mostly_days(steps):
                    raise FormatError(
                        f"{_odd(steps)} of the first {len(steps)} steps are no whole days in hours, as ICEWS18 counts",
                        str(file.path or file.name),
                        way_out="name the right format (tertius import --list)",
                    )
                for numbers in numbered.numbered(file, stream, options.names):
                    yield _record(numbers, numbers.reason or _of_numbers(numbers))
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


def _of_numbers(row: numbered.Numbered) -> Event | str:
    """The event of a row by number, or why it has none. Steps of other sets count days, or from another day."""
    days, hours = divmod(row.step, 24)
    if hours or days >= _DAYS:
        return f"step {row.step} is no whole day of 2018 in hours from its beginning, as ICEWS18 counts"
    return _event(row.subject, row.relation, row.object, (_FIRST_DAY + timedelta(days=days)).isoformat())


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
