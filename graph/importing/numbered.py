"""Events by number, as sets for learning have them: subject, relation, object and step, with tables of names beside."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

from graph.exceptions import FormatError
from graph.importing.files import SourceFile, rows

COLUMNS = ("subject", "relation", "object", "step")
_ROW = re.compile(rb"\s*\d{1,18}(?:\s+\d{1,18}){3}(?:\s+-?\d{1,18})?\s*")


class Numbered(NamedTuple):
    """One row: its number from 1, its bytes, the names of its ids, its step, or why it has none."""

    number: int
    raw: bytes
    subject: str = ""
    relation: str = ""
    object: str = ""
    step: int = 0
    reason: str | None = None


def steps(head: bytes) -> list[int]:
    """The steps of those lines at the beginning of a file that are rows of numbers; a last line may be cut off."""
    lines = head.splitlines()
    whole = lines if head.endswith(b"\n") else lines[:-1] or lines
    return [int(line.split()[3]) for line in whole if _ROW.fullmatch(line)]


def numbered(file: SourceFile, stream: IO[bytes], names: Sequence[Path]) -> Iterator[Numbered]:
    """The rows of a stream, in order. Raises FormatError where tables of names are missing, or are none."""
    if len(names) != 2:
        raise FormatError(
            f"there are numbers for names, and {len(names)} tables of names instead of two",
            str(file.path or file.name),
            way_out="give that of entities and then that of relations: --names entity2id.txt --names relation2id.txt",
        )
    entities, relations = map(name_table, names)
    tables = ((entities, names[0]), (relations, names[1]), (entities, names[0]))
    for row in rows(file, stream, "\t", quoted=False):
        reason = row.reason
        ids = " ".join(row.fields).split()
        if reason is None and not _ROW.fullmatch(" ".join(ids).encode()):
            reason = f"{' '.join(ids)[:100]!r} is not subject, relation, object and step, all numbers"
        if reason is None:
            told = [table.get(id) for id, (table, _) in zip(ids, tables, strict=False)]
            if None not in told:
                subject, relation, object = cast(list[str], told)
                yield Numbered(row.number, row.raw, subject, relation, object, int(ids[3]))
                continue
            at = told.index(None)
            reason = f"{COLUMNS[at]} {ids[at]!r} is not in {tables[at][1].name}"
        yield Numbered(row.number, row.raw, reason=reason)


def name_table(path: Path) -> dict[str, str]:
    """Names by id, from lines of a name, a tab and an id. Raises FormatError naming the line that is none."""
    if not path.is_file():
        raise FormatError(f"{path} is no file", way_out="name the table of names")
    table: dict[str, str] = {}
    file = SourceFile.of(path)
    with file.open() as stream:
        for row in rows(file, stream, "\t", quoted=False):
            if row.number == 1 and len(row.fields) == 1 and row.fields[0].strip().isdecimal():
                continue  # how many there are, as some tables begin
            name, id = (row.fields[0].strip(), row.fields[1].strip()) if len(row.fields) >= 2 else ("", "")
            if not name or not id.isdecimal() or id in table:
                why = f"has the id {id} a second time" if id in table else "is not a name, a tab and a number"
                raise FormatError(f"{path}: line {row.number} {why}", str(path), row.number, "name the table of names")
            table[id] = name
    return table


def fields(raw: bytes) -> dict[str, str]:
    """The numbers of a row by column."""
    return dict(zip((*COLUMNS, "more"), SourceFile(None, "").decoded(raw).split(), strict=False))
