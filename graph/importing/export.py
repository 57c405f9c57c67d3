"""Exporting back: statements as records of PLOVER or rows of a table, which the importers read as the same events."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Literal

import numpy as np
import yaml

from graph.columns import Rows
from graph.entities import Entity
from graph.exceptions import ParameterError
from graph.importing.events import Event, Mention
from graph.importing.mapped_rows import Untold, flat, row
from graph.importing.mapping import Mapping as Said
from graph.importing.plover_records import plover_record
from graph.snapshot import Snapshot
from graph.statements import Statement, StatementRef
from ontology import UNSPECIFIED, Kind, Modality, Status

Advance = Callable[[int], None]
_BATCH = 1_000
_ISO = "iso3166-1-alpha3:"


@dataclass
class Exported:
    """How many statements were written, and how many were left out, by reason."""

    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def write_plover(snapshot: Snapshot, rows: Rows, output: IO[bytes], advance: Advance = lambda _: None) -> Exported:
    """Writes the statements of these rows as records of PLOVER, one a line."""
    told = Exported()
    for event in _events(snapshot, rows, told, advance):
        record = plover_record(event)
        if record is None:
            told.left_out["PLOVER has no type for the relation"] += 1
            continue
        output.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        told.written += 1
    return told


def write_csv(
    snapshot: Snapshot, rows: Rows, m: Said, output: IO[bytes], advance: Advance = lambda _: None
) -> Exported:
    """Writes the statements of these rows as a table in the columns, and in the form, that a mapping names."""
    told = Exported()
    columns = _columns(m)
    line = _Line(m)
    if m.header:
        output.write(line.bytes(columns))
    for cells in _cells(snapshot, rows, m, told, advance):
        try:
            output.write(line.bytes([cells.get(c, "") for c in columns]))
        except UnicodeEncodeError:
            told.left_out[f"a name has no form in {m.encoding}"] += 1
        except csv.Error:
            told.left_out["a name holds what only quotes could protect"] += 1
        else:
            told.written += 1
    return told


def write_parquet(
    snapshot: Snapshot, rows: Rows, m: Said, output: IO[bytes], advance: Advance = lambda _: None
) -> Exported:
    """Writes the same table as Parquet, all columns texts. Raises ParameterError where pyarrow is not installed."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise ParameterError("format", "Parquet needs pyarrow: pip install 'tertius[tables]'") from None
    told = Exported()
    columns = _columns(m)
    schema = arrow.schema([(c, arrow.string()) for c in columns])
    with parquet.ParquetWriter(output, schema) as writer:
        batch: list[dict[str, str]] = []

        def flush() -> None:
            writer.write_table(arrow.table({c: [cells.get(c) for cells in batch] for c in columns}, schema=schema))
            told.written += len(batch)
            batch.clear()

        for cells in _cells(snapshot, rows, m, told, advance):
            batch.append(cells)
            if len(batch) == _BATCH:
                flush()
        flush()
    return told


def flat_mapping(snapshot: Snapshot, rows: Rows) -> tuple[Said, str]:
    """The mapping of a table with all that these statements say, and its text: to be kept beside the table."""
    c = snapshot.stated
    sources = [snapshot.sources[c.sources[n]] for n in np.unique(c.source[rows]).tolist()]
    roles = {role for n in np.unique(c.roles[rows]).tolist() for role, _ in c.role_sets[n]}
    datasets = sorted({s.dataset for s in sources if s.dataset}) or ["export"]
    entities = snapshot.entities.values()
    listed = [t for e in entities for t in (e.label.text, *e.codes)]
    said = {
        "dataset": "-and-".join(datasets)[:100],
        "title": "; ".join(sorted({s.title for s in sources}))[:1000] or "Nothing",
        "licence": "; ".join(sorted({s.licence for s in sources if s.licence}))[:1000] or "none stated",
        **({"coder": coders[0]} if len(coders := sorted({s.coder for s in sources if s.coder})) == 1 else {}),
        **flat(listed, roles),
    }
    return Said.model_validate(said), yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)


def event_of(s: Statement, entities: Mapping[str, Entity]) -> Event | str:
    """The event that a statement tells of, or why it tells of none that a record could hold."""
    if s.status is not Status.ACTIVE:
        return f"the statement is {s.status}"
    if s.modality not in (Modality.CODED, Modality.ASSERTED) or s.attributed_to:
        return "it is what somebody says, means or denies, and no event that a source vouches for"
    if s.about is not None or isinstance(s.subject, StatementRef):
        return "it speaks of another statement"
    if s.when_text or s.repeated:
        return "its time is told in words"

    def mention(id: str | None) -> Mention | None:
        return None if id is None or id == UNSPECIFIED else _mention(entities[id], entities)

    parties = (mention(p) for p in s.parties)
    roles = ((r.role, mention(r.entity)) for r in s.roles)
    return Event(
        codes=s.codes,
        relation=s.relation,
        record=s.record,
        when=s.when,
        subject=mention(s.subject),
        object=mention(s.object),
        parties=tuple(p for p in parties if p is not None),
        roles=tuple((role, who) for role, who in roles if who is not None),
        topic=mention(s.topic),
        place=mention(s.place),
        note=s.note,
        confidence=s.confidence,
    )


def _mention(entity: Entity, entities: Mapping[str, Entity]) -> Mention:
    country = entities.get(entity.country) if entity.country else None
    code = next((c for c in country.codes if c.startswith(_ISO)), country.label.text) if country else None
    return Mention(entity.label.text, None if entity.kind is Kind.ACTOR else entity.kind, code, entity.codes)


def _events(snapshot: Snapshot, rows: Rows, told: Exported, advance: Advance) -> Iterator[Event]:
    for i in range(0, len(rows), _BATCH):
        batch = rows[i : i + _BATCH]
        for statement in snapshot.statements(batch.tolist()):
            event = event_of(statement, snapshot.entities)
            if isinstance(event, str):
                told.left_out[event] += 1
            else:
                yield event
        advance(len(batch))


def _cells(snapshot: Snapshot, rows: Rows, m: Said, told: Exported, advance: Advance) -> Iterator[dict[str, str]]:
    for event in _events(snapshot, rows, told, advance):
        try:
            yield row(event, m)
        except Untold as error:
            told.left_out[str(error)] += 1


def _columns(m: Said) -> Sequence[str]:
    """The columns of a table: as the mapping lists them, else in the order in which it names them."""
    return m.names or m.columns()


class _Line:
    """Lines of a delimited table."""

    def __init__(self, m: Said) -> None:
        self._m, self._text = m, io.StringIO(newline="")
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if m.quoted else csv.QUOTE_NONE
        self._writer = csv.writer(
            self._text, delimiter=m.delimiter, quoting=quoting, lineterminator="\n",
            quotechar='"' if m.quoted else None,
        )  # fmt: skip

    def bytes(self, cells: Iterable[str]) -> bytes:
        """One line. Raises UnicodeEncodeError, and csv.Error for what would need quotes where there are none."""
        self._text.seek(0)
        self._text.truncate()
        self._writer.writerow(cells)
        return self._text.getvalue().encode(self._m.encoding)
