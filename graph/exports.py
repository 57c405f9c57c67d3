"""Exports of a whole revision: RDF from the engine, tables and lines of statements, networks."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import IO, Any

import numpy as np
from pydantic import ValidationError

from graph.exceptions import InputError, ParameterError
from graph.networks import NetworkFormat, network, written
from graph.snapshot import Snapshot
from graph.statements import Statement, StatementRef


class ExportFormat(StrEnum):
    """Formats of exports."""

    TRIG = "trig"
    N_QUADS = "n-quads"
    TURTLE = "turtle"
    JSON_LD = "json-ld"
    CSV = "csv"
    JSONL = "jsonl"
    GRAPHML = "graphml"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return _FORMATS[self][0]

    @property
    def suffix(self) -> str:
        """How names of its files end."""
        return _FORMATS[self][1]

    @classmethod
    def named(cls, word: str) -> "ExportFormat":
        """The format of a name, media type or file suffix. Raises ParameterError, which lists them."""
        wanted = word.strip().lower()
        for format in cls:
            if wanted in (
                format.value,
                format.value.replace("-", ""),
                format.media_type,
                format.suffix,
                format.suffix[1:],
            ):
                return format
        raise ParameterError("format", f"{word!r} is none of {', '.join(cls)}")


_FORMATS = {
    ExportFormat.TRIG: ("application/trig", ".trig"),
    ExportFormat.N_QUADS: ("application/n-quads", ".nq"),
    ExportFormat.TURTLE: ("text/turtle", ".ttl"),
    ExportFormat.JSON_LD: ("application/ld+json", ".jsonld"),
    ExportFormat.CSV: ("text/csv", ".csv"),
    ExportFormat.JSONL: ("application/jsonl", ".jsonl"),
    ExportFormat.GRAPHML: ("application/graphml+xml", ".graphml"),
}

Advance = Callable[[int], None]

CSV_COLUMNS = (
    "id", "subject", "subject_label", "relation", "object", "object_label", "about", "parties", "roles", "topic",
    "place", "subject_as", "object_as", "source", "start", "end", "record", "row", "attributed_to", "modality", "when",
    "when_text", "earliest", "latest", "repeated", "event", "status", "note", "corrected_by", "codes", "coder",
    "confidence", "key",
)  # fmt: skip

_IN_MEMORY = 20_000
_BATCH = 1_000


def export(snapshot: Snapshot, format: ExportFormat, output: IO[bytes], advance: Advance = lambda _: None) -> None:
    """Writes the revision to a binary file, piece by piece; `advance` is told of each batch of statements written.

    RDF holds everything: statements, entities, plain edges, vocabulary; Turtle, which knows no graphs, without
    theirs. CSV and JSONL hold all statements, retracted ones too. GraphML is the network of those that stand.
    """
    match format:
        case ExportFormat.CSV:
            _write_csv(snapshot, output, advance)
        case ExportFormat.JSONL:
            for batch in _batches(snapshot):
                output.write(b"".join(jsonl_line(s) for s in batch))
                advance(len(batch))
        case ExportFormat.GRAPHML:
            _write_graphml(snapshot, output)
        case _:
            snapshot.store.dump(output, format.media_type)


def _batches(snapshot: Snapshot) -> Iterator[list[Statement]]:
    """All statements by source: those of a text in its order, those of a large table by id."""
    c = snapshot.columns
    for id in sorted(snapshot.sources):
        rows = np.flatnonzero(c.source == c.source_number.get(id, -2))
        if len(rows) <= _IN_MEMORY:
            found = snapshot.statements(rows.tolist())
            found.sort(key=lambda s: (s.start or 0, s.end or 0, s.record or "", s.id))
            yield from (found[i : i + _BATCH] for i in range(0, len(found), _BATCH))
            continue
        keys = c.ids[rows].view("S16").ravel()  # an order that does not depend on how the store came about
        rows = rows[np.argsort(keys, kind="stable")]
        for i in range(0, len(rows), _BATCH):
            yield snapshot.statements(rows[i : i + _BATCH].tolist())


# Lines of JSON


def jsonl_line(statement: Statement) -> bytes:
    """A statement as one line of JSON; `read_jsonl` gives it back."""
    return statement.model_dump_json(exclude_none=True).encode() + b"\n"


def read_jsonl(lines: Iterable[bytes | str], name: str = "") -> Iterator[Statement]:
    """The statements of such lines. Raises InputError with file and line for a broken one, or another id."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            id = data.pop("id", None) if isinstance(data, dict) else None
            statement = Statement.model_validate(data)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            where = ".".join(str(p) for p in fault["loc"]) or "statement"
            raise InputError(f"{where}: {str(fault['msg']).removeprefix('Value error, ')}", name, number) from None
        except ValueError as error:
            raise InputError(f"not a statement as JSON: {error}", name, number) from None
        if id not in (None, statement.id):
            raise InputError(
                f"the id {id!r} does not fit the content, whose id is {statement.id!r}",
                name,
                number,
                "leave the id out",
            )
        yield statement


# Tables


def csv_row(snapshot: Snapshot, s: Statement) -> tuple[Any, ...]:
    """A statement as the values of CSV_COLUMNS: entities as ids, lists with semicolons between."""
    earliest, latest = s.bounds(snapshot.sources[s.source].published)
    subject = s.subject.statement if isinstance(s.subject, StatementRef) else s.subject
    return (
        s.id, subject, None if s.subject is None or isinstance(s.subject, StatementRef) else snapshot.label(s.subject),
        s.relation, s.object, None if s.object is None else snapshot.label(s.object), s.about,
        "; ".join(s.parties), "; ".join(f"{r.role}:{r.entity}" for r in s.roles), s.topic, s.place,
        s.subject_as, s.object_as, s.source, s.start, s.end, s.record, s.row, "; ".join(s.attributed_to),
        s.modality, s.when, s.when_text, earliest, latest, "true" if s.repeated else "false",
        None if s.event is None else s.event.id, s.status, s.note, s.corrected_by, "; ".join(s.codes), s.coder,
        s.confidence, s.key,
    )  # fmt: skip


def _write_csv(snapshot: Snapshot, output: IO[bytes], advance: Advance) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for batch in _batches(snapshot):
        writer.writerows(csv_row(snapshot, s) for s in batch)
        output.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        advance(len(batch))
    output.write(text.getvalue().encode())


# Networks


def _write_graphml(snapshot: Snapshot, output: IO[bytes]) -> None:
    """The network of all statements: see `graph.networks`."""
    output.write(written(network(snapshot), NetworkFormat.GRAPHML))
