"""The record of a released file from which a coded statement was made, as the file has it."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from graph.exceptions import NoRecordError
from graph.importing.events import Options
from graph.importing.originals import Originals
from graph.importing.pipeline import ImportReport
from graph.importing.registry import format_named
from graph.importing.releases import originals_folder
from graph.snapshot import Snapshot
from graph.sources import Source
from graph.statements import Statement
from ontology import Status


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """One record of an imported file: its number there from 1, its bytes, and its fields by name."""

    statement: str
    source: Source
    format: str
    number: int
    raw: bytes
    fields: dict[str, str]


def kept_record(snapshot: Snapshot, store: Path, id: str) -> KeptRecord:
    """The record of a statement. Raises NotFoundError, as NoRecordError where there is none of the statement."""
    statement = snapshot.statement(id)
    source = snapshot.source(statement.source)
    kept = Originals(originals_folder(store, source))
    if (told := kept.report) is None:
        raise NoRecordError(id, f"it is of the source {source.id}, which is no imported file")
    if statement.row is None:
        raise NoRecordError(id, f"{source.file} no longer has it, and another file of the data set does")
    raw = kept.record(statement.row)
    if raw is None or (statement.status is Status.RETRACTED and not _is_of(statement, raw)):
        raise NoRecordError(id, f"it is of an earlier version of {source.file}, which a corrected file has replaced")
    report, options = ImportReport.model_validate_json(told), Options(mapping=kept.mapping)
    format = format_named(report.format, options)
    fields = format.fields(raw, format.header(kept.head), options)
    return KeptRecord(id, source, report.format, statement.row, raw, fields)


def _is_of(statement: Statement, raw: bytes) -> bool:
    """Whether the record has the statement's key, which is the data set's id, else a hash of the content."""
    key = statement.record or ""
    digest = base64.b32encode(hashlib.sha256(raw.rstrip(b"\r\n")).digest()[:10]).decode().lower()
    return key.partition("-")[0] == digest or key.encode() in raw
