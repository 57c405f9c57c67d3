"""Tables whose first line names their columns: with commas, semicolons or tabs, and names in whatever case."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph.exceptions import FormatError
from graph.importing.days import Order, found_order
from graph.importing.events import Options
from graph.importing.files import SourceFile, first_bytes, rows

_DELIMITERS = "\t,;"


class Entry(NamedTuple):
    """One record below the header: its number from 1, its bytes, its fields by column, or why it has none."""

    number: int
    raw: bytes
    fields: dict[str, str]
    reason: str | None = None


def plain(name: str) -> str:
    """The form in which names of columns are compared: "event_date", "Event.Date" and "Event Date" are one.

    >>> plain("Event_Date"), plain(" med_location - MULTISELECT")
    ('eventdate', 'medlocationmultiselect')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def delimiter(head: bytes) -> str:
    """Whichever of tab, comma and semicolon the first line has most of."""
    first = head.partition(b"\n")[0].decode("utf-8-sig", "replace")
    return max(_DELIMITERS, key=first.count)


def columns(head: bytes, between: str | None = None) -> list[str]:
    """The columns that the first record names, none where it names none."""
    text = head.decode("utf-8-sig", "replace")
    try:
        return [
            c.strip() for c in next(csv.reader(io.StringIO(text, newline=""), delimiter=between or delimiter(head)), [])
        ]
    except csv.Error:
        return []


def canonical(found: Sequence[str], known: Sequence[str]) -> list[str]:
    """The columns by the names by which they are known: as they are there, else however they are written.

    >>> canonical(["agtid", "Dat", "other"], ["AgtId", "Dat"])
    ['AgtId', 'Dat', 'other']
    """
    names = list(found)
    by_plain = {plain(name): name for name in known if name not in found}
    for i, name in enumerate(found):
        if name not in known and (meant := by_plain.pop(plain(name), None)):
            names[i] = meant
    return names


class Layout(NamedTuple):
    """The columns of a table: those that are read, and those that it has besides."""

    needed: tuple[str, ...]
    besides: tuple[str, ...] = ()

    def fits(self, found: Sequence[str]) -> bool:
        """Whether all that is read is there."""
        return set(self.needed) <= set(self.named(found))

    def named(self, found: Sequence[str]) -> list[str]:
        """The columns by the names that they have here."""
        return canonical(found, (*self.needed, *self.besides))


def entries(file: SourceFile, name: str, *layouts: Layout) -> Iterator[Entry]:
    """The records below a header of one of the layouts, in order. Columns that are not known are read as well.

    Raises FormatError where the file is empty or no layout fits; it names the columns by which the likest one differs.
    """
    with file.open() as stream:
        between = delimiter(first_bytes(stream))
        records = rows(file, stream, between, quoted=True)
        first = next(records, None)
        if first is None:
            raise FormatError(f"{file.path or file.name} is empty", way_out="fetch the file again")
        found = columns(first.raw, between)
        layout = next((one for one in layouts if one.fits(found)), None)
        if layout is None:
            raise _unlike(file, found, name, layouts)
        names, absent = layout.named(found), dict.fromkeys(layout.besides, "")
        for row in records:
            if row.number == 2 and len(row.fields) == len(names) + 1 and row.fields[0].isdecimal():
                names.insert(0, "")  # a row number, for which scripts in R write no name
            reason = row.reason
            if reason is None and len(row.fields) != len(names):
                reason = f"{len(row.fields)} fields instead of {len(names)}"
            fields = {} if reason else absent | dict(zip(names, row.fields, strict=True))
            yield Entry(row.number - 1, row.raw, fields, reason)


def order(file: SourceFile, options: Options, name: str, column: str, *layouts: Layout) -> Order | None:
    """The order of day and month in the dates of a column, as `found_order` tells it."""
    return found_order(options, lambda: (e.fields.get(column, "") for e in entries(file.again(), name, *layouts)))


def _unlike(file: SourceFile, found: Sequence[str], name: str, layouts: Sequence[Layout]) -> FormatError:
    likest = max(layouts, key=lambda layout: len(set(layout.needed) & set(layout.named(found))) / len(layout.needed))
    named = likest.named(found)
    missing = [c for c in likest.needed if c not in named]
    surplus = [c[:80] or "(no name)" for c in named if c not in (*likest.needed, *likest.besides)]
    return FormatError(
        f"the header is not that of {name}: missing {', '.join(missing)}; "
        f"not known there: {', '.join(surplus[:20]) if surplus else 'none'}",
        file=str(file.path or file.name),
        line=1,
        way_out="name the right format, or write a mapping for csv",
    )


def fields(text: str, header: Sequence[str]) -> dict[str, str]:
    """The fields of one record by column, a row number without a name left out."""
    split = [next(csv.reader(io.StringIO(text, newline=""), delimiter=d), []) for d in _DELIMITERS]
    fitting = next((f for f in split if len(f) - len(header) in (0, 1)), [])
    return dict(zip(header, fitting[len(fitting) - len(header) :], strict=False))


def text(raw: bytes, otherwise: str = "cp1252") -> str:
    """The text of a record: UTF-8, else the other encoding, else Latin-1, which has a sign for every byte."""
    for encoding in ("utf-8", otherwise):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
