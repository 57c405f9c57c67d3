"""Comma-separated tables whose first line names their columns."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph.exceptions import FormatError
from graph.importing.files import SourceFile, rows


class Entry(NamedTuple):
    """One record below the header: its number from 1, its bytes, its fields by column, or why it has none."""

    number: int
    raw: bytes
    fields: dict[str, str]
    reason: str | None = None


def columns(head: bytes) -> list[str]:
    """The columns that the first record names, none where it names none."""
    text = head.decode("utf-8-sig", "replace")
    try:
        return [c.strip() for c in next(csv.reader(io.StringIO(text, newline="")), [])]
    except csv.Error:
        return []


class Layout(NamedTuple):
    """The columns of a table: those that are read, and those that it has besides."""

    needed: tuple[str, ...]
    besides: tuple[str, ...] = ()

    def fits(self, found: Sequence[str]) -> bool:
        """Whether all that is read is there."""
        return set(self.needed) <= set(found)


def entries(file: SourceFile, name: str, *layouts: Layout) -> Iterator[Entry]:
    """The records below a header of one of the layouts, in order. Columns that are not known are read as well.

    Raises FormatError where the file is empty or no layout fits; it names the columns by which the likest one differs.
    """
    with file.open() as stream:
        records = rows(file, stream, ",", quoted=True)
        first = next(records, None)
        if first is None:
            raise FormatError(f"{file.path or file.name} is empty", way_out="fetch the file again")
        found = columns(first.raw)
        if not any(layout.fits(found) for layout in layouts):
            raise _unlike(file, found, name, layouts)
        for row in records:
            reason = row.reason
            if reason is None and len(row.fields) != len(found):
                reason = f"{len(row.fields)} fields instead of {len(found)}"
            fields = {} if reason else dict(zip(found, row.fields, strict=True))
            yield Entry(row.number - 1, row.raw, fields, reason)


def _unlike(file: SourceFile, found: Sequence[str], name: str, layouts: Sequence[Layout]) -> FormatError:
    likest = max(layouts, key=lambda layout: len(set(layout.needed) & set(found)) / len(layout.needed))
    missing = [c for c in likest.needed if c not in found]
    surplus = [c or "(no name)" for c in found if c not in (*likest.needed, *likest.besides)]
    return FormatError(
        f"the header is not that of {name}: missing {', '.join(missing)}; "
        f"not known there: {', '.join(surplus[:20]) if surplus else 'none'}",
        file=str(file.path or file.name),
        line=1,
        way_out="name the right format, or write a mapping for csv",
    )


def fields(text: str, header: Sequence[str]) -> dict[str, str]:
    """The fields of one record by column."""
    return dict(zip(header, next(csv.reader(io.StringIO(text, newline="")), []), strict=False))


def text(raw: bytes, otherwise: str = "cp1252") -> str:
    """The text of a record: UTF-8, else the other encoding, else Latin-1, which has a sign for every byte."""
    for encoding in ("utf-8", otherwise):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
