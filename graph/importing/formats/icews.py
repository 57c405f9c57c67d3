"""ICEWS events as released in tables of twenty columns, tab-separated, without quotes."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import IO, NamedTuple

from graph.exceptions import FormatError
from graph.importing import headed
from graph.importing.codes import CAMEO, fault, icews_codes
from graph.importing.days import Order, found_order, iso_day
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import Row, SourceFile, first_bytes, rows
from graph.importing.formats.icews_names import icews_mention

COLUMNS = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code",
    "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher",
    "City", "District", "Province", "Country", "Latitude", "Longitude",
)  # fmt: skip
_NEEDED = ("Event Date", "Source Name", "CAMEO Code", "Target Name")
_READ = [c for c in COLUMNS if c not in ("Intensity", "Publisher", *COLUMNS[14:])]
_MISSING = ("", "NA", "NULL")
_FIRST, _LAST = "1991-01-01", "2099-12-31"
"""ICEWS begins after the first, and nothing of it can be of the century after the last."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d+")
"""What a spreadsheet makes of a long number: others have become the same."""


class Icews:
    """Raw tables of ICEWS, as on Dataverse: `events.2018.tab` and the like."""

    name = "icews"
    title = "ICEWS coded event data, tables of twenty columns"
    dataset = "icews"
    coder = "icews"
    kind = "event table"
    one_numbering = True
    licence = "As the publisher of the file says: ICEWS Coded Event Data, Harvard Dataverse, doi 10.7910/DVN/28075"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """One event a row. Raises FormatError where the first line is not the header."""
        by_label = options.values.get("codes") == "text"
        order = found_order(options, lambda: _dates(file.again()))
        with file.open() as stream:
            names, found = _table(file, stream)
            read = itemgetter(*(names.index(name) if name in names else -1 for name in _READ))
            lacking = not set(_READ) <= set(names)
            for row in found:
                number = row.number - 1
                if row.reason is None and len(row.fields) != len(names):
                    reason = f"{len(row.fields)} fields where the header has {len(names)}"
                    yield Record(number, row.raw, reason=reason)
                elif row.reason is not None:
                    yield Record(number, row.raw, reason=row.reason)
                else:
                    fields = read([*row.fields, ""] if lacking else row.fields)
                    yield _record(number, row.raw, _Row._make(map(str.strip, fields)), by_label, order)

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        return headed.columns(head)

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by name, as the file has them."""
        text = SourceFile(None, self.name).decoded(raw).rstrip("\r\n")
        if len(found := text.split("\t")) == len(header):
            return dict(zip(header, found, strict=True))
        return headed.fields(text, header)

    def recognises(self, head: bytes) -> bool:
        """Whether the first line is the header."""
        return set(_NEEDED) <= set(_names(head))


def _names(head: bytes) -> list[str]:
    return headed.canonical(headed.columns(head), COLUMNS)


def _table(file: SourceFile, stream: IO[bytes]) -> tuple[list[str], Iterator[Row]]:
    """The names of the columns, and the rows below them. Raises FormatError where the first line names none.

    Released tables have tabs and no quotes; with other marks between the fields, or names in quotes, they have passed
    through a program that writes quotes.
    """
    head = first_bytes(stream)
    names, between = _names(head), headed.delimiter(head)
    missing = [c for c in _NEEDED if c not in names]
    if missing:
        surplus = [n[:80] for n in names if n not in COLUMNS][:8]
        raise FormatError(
            f"{file.name} is no table of ICEWS: its first line lacks {', '.join(missing)}"
            + (f" and has {', '.join(repr(n) for n in surplus)}" if surplus else ""),
            way_out="name the right format (tertius import --list), or write a mapping for csv",
        )
    first = head.split(b"\n", 2)
    quoted = between != "\t" or b'"' in first[0] or _is_quoted(first[1:2], names.index("Source Name"))
    found = rows(file, stream, between, quoted=quoted, width=len(names) if quoted else None)
    next(found)
    return names, found


def _is_quoted(row: Sequence[bytes], at: int) -> bool:
    """Whether a row has its words in quotes, as archives write tables that they have taken in."""
    cells = row[0].split(b"\t") if row else []
    return len(cells) > at and len(cells[at]) > 1 and cells[at].startswith(b'"') and cells[at].endswith(b'"')


def _dates(file: SourceFile) -> Iterator[str]:
    with file.open() as stream:
        names, found = _table(file, stream)
        at = names.index("Event Date")
        yield from (row.fields[at] for row in found if len(row.fields) == len(names))


def _record(number: int, raw: bytes, row: "_Row", by_label: bool, order: Order | None) -> Record:
    code = row.code
    try:
        day = _day(row.day, order)
    except ValueError as error:
        return Record(number, raw, reason=f"Event Date {error}")
    if by_label:
        labelled = icews_codes().get(row.text.lower())
        if labelled is None:
            return Record(number, raw, reason=f"Event Text {row.text!r} is no label of ICEWS")
        code = labelled
    elif wrong := _fault(code):
        labelled = icews_codes().get(row.text.lower())
        if labelled and (labelled.lstrip("0") == code or not code.isdecimal()):
            wrong += f"; Event Text says {labelled}: --set codes=text takes the codes from there"
        return Record(number, raw, reason=wrong)
    if _ROUNDED.fullmatch(row.id):
        return Record(number, raw, reason=f"Event ID {row.id!r} was rounded by a spreadsheet: export ids as text")
    source = _mention(row.source, row.source_sectors, row.source_country)
    target = _mention(row.target, row.target_sectors, row.target_country)
    if source is None and target is None:
        return Record(number, raw, reason="neither Source Name nor Target Name is given")
    event = Event(
        codes=(f"{CAMEO}:{code}",), record=_given(row.id), when=day, subject=source, object=target,
        telling=_telling(row),
    )  # fmt: skip
    return Record(number, raw, [event])


class _Row(NamedTuple):
    """The fields that make a statement."""

    id: str
    day: str
    source: str
    source_sectors: str
    source_country: str
    text: str
    code: str
    target: str
    target_sectors: str
    target_country: str
    story: str
    sentence: str


@lru_cache(maxsize=1 << 14)
def _day(cell: str, order: Order | None) -> str:
    """The day of a cell. Raises ValueError that says why it has none."""
    day = iso_day(cell, order)
    if not _FIRST <= day <= _LAST:
        raise ValueError(f"{cell!r} is not between {_FIRST} and {_LAST}")
    return day


@cache
def _fault(code: str) -> str | None:
    return fault(code, "CAMEO Code")


def _given(value: str) -> str | None:
    return None if value in _MISSING else value


@lru_cache(maxsize=1 << 18)
def _mention(name: str, sectors: str, country: str) -> Mention | None:
    if name in _MISSING:
        return None
    return icews_mention(name, [s.strip() for s in sectors.split(",")], _given(country))


def _telling(row: _Row) -> str | None:
    story, sentence = _given(row.story), _given(row.sentence)
    return f"{story}-{sentence}" if story and sentence and not _ROUNDED.fullmatch(story) else None
