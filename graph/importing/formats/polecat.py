"""POLECAT: weekly and yearly tables of events in PLOVER's types, ngecEvents*.txt, read by the names in their header."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, cast

from graph.exceptions import FormatError
from graph.importing import headed
from graph.importing.compounds import compound
from graph.importing.days import Order, found_order, iso_day
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import LONGEST, Row, SourceFile, rows
from graph.importing.plover_codes import MODES, NO_COUNTRY, codes
from graph.times import edtf_bounds
from ontology import Kind

_OF_ACTOR = (
    "{0} Name", "{0} Country", "{0} COW", "Primary {0} Sector", "{0} Sectors", "{0} Title", "{0} Name Raw",
    "Wikipedia {0} ID",
)  # fmt: skip
_OF_EVENT = ("Event ID", "Event Date", "Event Type", "Event Mode")
_ACTOR, _RECIPIENT = ([name.format(who) for name in _OF_ACTOR] for who in ("Actor", "Recipient"))
NEEDED = ("Event Date", "Event Type", "Actor Name", "Actor Country", "Recipient Name", "Recipient Country")
READ = (*_OF_EVENT, *_ACTOR, *_RECIPIENT)
"""Columns that events are made of, the needed ones and others. All further ones are kept with the record as well."""

COLUMNS = (
    *_OF_EVENT, "Intensity", "Quad Code", "Contexts", *_ACTOR, *_RECIPIENT,
    "Placename", "City", "District", "Province", "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename",
    "Feature Type", "Source", "Publication Date", "Story People", "Story Organizations", "Story Locations", "Language",
    "Version",
)  # fmt: skip
"""The columns as published, in their order. Some releases call the fifth "Event Intensity"."""

# Some released headers name these columns, and no row of the file has such fields.
_NAMED_ONLY = frozenset({"Headline", "Event Text", "Feed", "Story ID"})
_MISSING = frozenset({"", "None", "NA", "NaN", "nan"})
_ABSENT = dict.fromkeys(READ, "")
_MONTH = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")
_COUNTRY = re.compile(r"[A-Z]{3}")
_FIRST, _LAST = "1990", "2099"
"""POLECAT begins after the first, and nothing of it can be of the century after the last."""
_CODE = re.compile(r"[^\s:]{1,180}")


class Polecat:
    """One row is one event. Several actors in a cell, with semicolons between, stay together."""

    name = "polecat"
    title = "POLECAT event tables"
    dataset = "polecat"
    coder = "polecat"
    kind = "event table"
    one_numbering = True
    licence = "as stated where it is published, doi 10.7910/DVN/AJGVIT"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The rows, in order. Raises FormatError naming the columns that the header lacks."""
        order = found_order(options, lambda: (f["Event Date"] for _, f in _rows(file.again()) if f))
        for row, fields in _rows(file):
            yield _record(row, fields, order)

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        first = head.partition(b"\n")[0]
        text = first.decode("utf-8", "replace").replace("\r", " ")
        return _names(next(csv.reader([text], delimiter=_delimiter(first)), []))

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a row by the names of its columns."""
        text = SourceFile(None, "").decoded(raw).rstrip("\r\n")
        table = _Table(header)
        split = [_split(text), *(next(csv.reader([text], delimiter=d)) for d in ",;")]
        return next((f for s in split if (f := table.named(s)) is not None), {})

    def recognises(self, head: bytes) -> bool:
        """Whether its first line names the columns."""
        return set(NEEDED) <= set(headed.canonical(self.header(head), COLUMNS))


class _Table:
    """The columns of a file. `narrow` are those that rows have where the header names more."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = list(header)
        known = headed.canonical(header, (*_NAMED_ONLY,))
        self.narrow = [name for name, meant in zip(header, known, strict=True) if meant not in _NAMED_ONLY]

    def named(self, fields: Sequence[str]) -> dict[str, str] | None:
        """The fields by name, empty ones beyond the header left out; None where they do not fit it."""
        names = self.narrow if len(fields) == len(self.narrow) else self.header
        if len(fields) < len(names) or any(f.strip() for f in fields[len(names) :]):
            return None
        return dict(zip(names, fields, strict=False))


def _rows(file: SourceFile) -> Iterator[tuple[Row, dict[str, str] | None]]:
    """The rows below the header, with their fields by name, None where they do not fit it."""
    with file.open() as stream:
        first = _first_line(stream)
        delimiter = _delimiter(first)
        table: _Table | None = None
        for row in rows(file, stream, delimiter, quoted=delimiter != "\t" or b'"' in first):
            if table is None:
                table = _Table(_header(file, row))
                continue
            row = row if delimiter != "\t" or b'"' not in row.raw else _tabbed(row)
            fields = None if row.reason else table.named(row.fields)
            unfit = f"{len(row.fields)} fields instead of {len(table.header)}" if fields is None else None
            yield row._replace(reason=row.reason or unfit), fields
    if table is None:
        raise FormatError(f"{file.name} is empty", way_out="fetch the file again")


def _record(row: Row, fields: dict[str, str] | None, order: Order | None) -> Record:
    """A row, its number without the header."""
    found = row.reason if fields is None else _event(_ABSENT | fields, order)
    if isinstance(found, Event):
        return Record(row.number - 1, row.raw, [found])
    return Record(row.number - 1, row.raw, reason=found)


def _event(fields: Mapping[str, str], order: Order | None) -> Event | str:
    """The event of a row, or why it has none."""
    type, day = fields["Event Type"].strip(), fields["Event Date"].strip()
    if type not in MODES:
        return f"Event Type: {type!r} is no type of PLOVER; those are {', '.join(MODES)}"
    try:
        when = None if day in _MISSING else day if _MONTH.fullmatch(day) else iso_day(day, order)
        if when:
            edtf_bounds(when)
    except ValueError as error:
        return f"Event Date: {error}"
    if when and not _FIRST <= when[:4] <= _LAST:
        return f"Event Date: {day!r} is not of a year between {_FIRST} and {_LAST}"
    acting, towards = (_mentions(fields, columns) for columns in (_ACTOR, _RECIPIENT))
    if not acting and not towards:
        return "Actor Name: is missing, and so is Recipient Name"
    id = fields["Event ID"].strip()
    event = Event(
        codes=codes(type, (m for m in _listed(fields["Event Mode"]) if m)),
        record=None if id in _MISSING else id,
        when=when,
    )
    return compound(event, acting, towards)


def _listed(cell: str) -> list[str]:
    """The items of a cell, "" for those that are missing."""
    return ["" if (item := part.strip()) in _MISSING else item for part in cell.split(";")]


def _mentions(fields: Mapping[str, str], columns: Sequence[str]) -> list[Mention]:
    """The actors of a row, as many as the column of names has. Other columns tell of each where they have as many."""
    name, country, _, sector, _, _, raw, wikipedia = (_listed(fields[column]) for column in columns)
    if not any(name):
        name = raw if any(raw) else [""] * max(len(country), len(sector))

    def at(items: Sequence[str], i: int) -> str:
        return items[i] if len(items) == len(name) else ""

    found = []
    for i, text in enumerate(name):
        place = at(country, i)
        label = text or at(raw, i) or " ".join(filter(None, (place, at(sector, i))))
        if not label:
            continue
        page = at(wikipedia, i).replace(" ", "_")
        found.append(
            Mention(
                label,
                Kind.INTERGOVERNMENTAL_ORGANISATION if place == "IGO" else None,
                f"iso3166-1-alpha3:{place}" if _COUNTRY.fullmatch(place) and place not in NO_COUNTRY else None,
                (f"wikipedia:{page}",) if _CODE.fullmatch(page) else (),
            )
        )
    return list(dict.fromkeys(found))


def _split(text: str) -> list[str]:
    return [_unquoted(field) for field in text.split("\t")]


def _tabbed(row: Row) -> Row:
    return row._replace(fields=[_unquoted(field) for field in row.fields])


def _unquoted(field: str) -> str:
    """A field without quotes around it: scripts that write tables put them where a field holds others."""
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field


def _names(fields: Sequence[str]) -> list[str]:
    names = [name.removeprefix("\ufeff").strip() for name in fields]
    while names and not names[-1]:
        del names[-1]  # some lines of published tables end in tabs
    return names


def _header(file: SourceFile, row: Row) -> list[str]:
    names = headed.canonical(_names(row.fields), COLUMNS)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise FormatError(
            f"{file.name} is no POLECAT table: its header lacks {', '.join(missing)}",
            file.name,
            1,
            "name the format that it is of, or mend the header: the columns are " + ", ".join(COLUMNS),
        )
    return names


def _first_line(stream: IO[bytes]) -> bytes:
    return cast(io.BufferedReader, stream).peek(1)[:LONGEST].split(b"\n", 1)[0]


def _delimiter(first: bytes) -> str:
    """Whichever of tab, comma and semicolon the header has most of: no name of a column holds any."""
    return max("\t,;", key=lambda d: first.count(d.encode()))


FORMAT = Polecat()
