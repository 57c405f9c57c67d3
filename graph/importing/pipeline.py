"""From the records of a released file to statements: validated one by one, counted, and never held all at once."""

import base64
import hashlib
import itertools
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError

from graph.columns import NONE, STATUSES, Columns, Rows, id_bytes
from graph.entities import Model
from graph.exceptions import FormatError, InputError
from graph.frames import frame_faults
from graph.importing.actors import Resolver
from graph.importing.codes import Codes
from graph.importing.events import Event, Format, Options, Record
from graph.importing.files import SourceFile
from graph.importing.linking import linked_records
from graph.importing.originals import Originals, OriginalsWriter
from graph.importing.seen import Seen
from graph.snapshot import Snapshot
from graph.sources import Source
from graph.statements import RoleOf, Statement
from ontology import UNSPECIFIED, Frame, Modality, Status, vocabulary

IMPORTER = "1"
"""Changes where the same file would make other statements: it is then imported anew."""
_BATCH = 2000
_GONE = "No longer in the data set."


class ImportReport(Model):
    """What became of the records of one file: `read` is the sum of `stored`, `repeated` and `rejected`.

    `unmapped` of those stored have a code for which only a wider relation stands; `unmapped_codes` counts them.
    `statements` were made; `added` of them are new and `retracted` ones were in the file's last version only.
    """

    format: str
    dataset: str
    file: str
    source: str
    importer: str = IMPORTER
    sha256: str = ""
    beside: str = ""
    """Hash of the name tables, mapping and values that it was read with; empty where there were none."""
    read: int = 0
    stored: int = 0
    repeated: int = 0
    rejected: int = 0
    unmapped: int = 0
    statements: int = 0
    added: int = 0
    retracted: int = 0
    linked: int = 0
    other_encoding: int = 0
    otherwise: str = "cp1252"
    """What those of another encoding were taken as."""
    first: str | None = None
    last: str | None = None
    reasons: dict[str, int] = Field(default_factory=dict)
    unmapped_codes: dict[str, int] = Field(default_factory=dict)
    unchanged: bool = False
    """Whether nothing was done, since this very file had been imported."""


class FileImport:
    """One file on its way into a draft. `statements` is to be read once; then `report` is whole."""

    def __init__(
        self, format: Format, file: SourceFile, options: Options, source: Source, *,
        base: Snapshot, resolver: Resolver, beside: str = "", folder: Path | None = None,
        put_entity: Callable[..., object] = lambda *_: None, progress: Callable[[int], object] = lambda _: None,
    ) -> None:  # fmt: skip
        self.source = source
        self._format, self._file, self._options, self._base = format, file, options, base
        self._resolver, self._put_entity, self._progress = resolver, put_entity, progress
        self._folder, self._beside = folder, beside
        self._originals: OriginalsWriter | None = None
        self._codes = Codes()
        self._fits: dict[tuple[object, ...], bool] = {}
        self._counts, self._reasons, self._unmapped = Counter[str](), Counter[str](), Counter[str]()
        self._seen, self._contents, self._occurrences = Seen(), Seen(), Counter[int]()
        self._code_numbers: dict[tuple[str, ...], int] = {}
        self._code_of = array("i")
        self._tellings: dict[int, str] = {}
        self._days: list[date] = []
        self._when: str | None = None
        self._frames: dict[str, Frame] = {}
        self._listed: set[str] = set()
        self._first_reason = ""
        self._judged = self._judgements()

    @property
    def report(self) -> ImportReport:
        """What became of the file so far."""
        return ImportReport(
            format=self._format.name, dataset=self._format.dataset, file=self._file.name, source=self.source.id,
            sha256=self._file.sha256, beside=self._beside,
            other_encoding=self._file.other_encoding, otherwise=self._file.otherwise,
            first=self._days[0].isoformat() if self._days else None,
            last=self._days[1].isoformat() if self._days else None,
            reasons=dict(self._reasons.most_common(100)), unmapped_codes=dict(sorted(self._unmapped.items())),
            **self._counts,
        )  # fmt: skip

    def statements(self) -> Iterator[Statement]:
        """The statements to be stored, in the file's order. Raises FormatError."""
        if self._folder is None:
            yield from self._all()
            return
        with OriginalsWriter(self._folder, self._file.head(), self._options.mapping) as self._originals:
            yield from self._all()
            self._originals.finish()

    def _all(self) -> Iterator[Statement]:
        records = self._format.read(self._file, self._options)
        while batch := list(itertools.islice(records, _BATCH)):
            yield from self._stored(batch)
            self._progress(self._counts["read"])
        self._check_any()
        yield from self._vanished()
        if self._file.sha256 != self.source.sha256:
            raise InputError(f"{self._file.name} has changed while it was read", way_out="import it again")
        for entity in self._resolver.new.values():
            # Who is only listed is named by no statement: the data set's word keeps it.
            self._put_entity(entity, *[self._format.dataset][: entity.id in self._listed])

    def _check_any(self) -> None:
        """Raises FormatError where no record is left: it is another kind of file, or the tables beside it are wrong."""
        if self._counts["stored"]:
            return
        read = self._counts["read"]
        raise FormatError(
            f"{self._file.name}: none of its {read} records can be a statement; {self._first_reason}"
            if read
            else f"{self._file.name} has no record, only a header",
            way_out="is it the right file, with the right tables beside it?" if read else "fetch the file again",
        )

    def finish(self, columns: Columns) -> dict[int, str]:
        """When all are there: the events that several of them tell of, by row. Keeps the report."""
        rows = np.flatnonzero(columns.source == columns.source_number.get(self.source.id, NONE))[: len(self._code_of)]
        codes = np.frombuffer(self._code_of, np.int32)
        found = linked_records(columns, rows, codes, self._tellings, self._format.dataset)
        self._counts["linked"] = len(found)
        if self._folder:
            Originals(self._folder).tell(self.report.model_dump_json())
        return found

    # Records

    def _stored(self, batch: Sequence[Record]) -> Iterator[Statement]:
        made = [(record, *self._made(record)) for record in self._with_keys(batch)]
        ids = [id_bytes(s.id) for _, statements, _ in made for s in statements]
        repeats = iter(self._seen.add(np.frombuffer(b"".join(i[:8] for i in ids), ">u8").astype(np.uint64)).tolist())
        for record, statements, reason in made:
            self._counts["read"] += 1
            if reason is not None:
                self._counts["rejected"] += 1
                self._first_reason = self._first_reason or f"record {record.number}: {reason}"
                self._reasons[_in_general(reason)] += 1
                if self._originals:
                    self._originals.reject(record.number, record.raw, reason, self._file.name)
                continue
            if self._originals:
                self._originals.add(record.number, record.raw)
            fresh = [
                (s, e) for s, e, known in zip(statements, record.events, _taken(repeats, len(statements)), strict=True)
                if not known
            ]  # fmt: skip
            self._counts["stored" if fresh or not statements else "repeated"] += 1
            if fresh:
                self._count_unmapped(record)
            for statement, event in fresh:
                yield self._noted(statement, event)

    def _with_keys(self, batch: Sequence[Record]) -> list[Record]:
        """The records with a key each: the data set's id, else their content and how often it came before."""
        bare = [r for r in batch if r.reason is None and any(e.record is None for e in r.events)]
        if not bare:
            return list(batch)
        digests = [hashlib.sha256(r.raw.rstrip(b"\r\n")).digest()[:10] for r in bare]
        numbers = np.frombuffer(b"".join(d[:8] for d in digests), ">u8").astype(np.uint64)
        keys = {}
        for record, digest, number, known in zip(
            bare, digests, numbers.tolist(), self._contents.add(numbers).tolist(), strict=True
        ):
            text = base64.b32encode(digest).decode().lower()
            if known:
                self._occurrences[number] += 1
                text += f"-{self._occurrences[number] + 1}"
            keys[record.number] = text
        for record in bare:
            for event in record.events:
                event.record = event.record or keys[record.number]
        return list(batch)

    def _made(self, record: Record) -> tuple[list[Statement], str | None]:
        """The record's statements, or why it can have none."""
        if record.reason is not None:
            return [], record.reason
        if not record.events and not record.mentions:
            return [], "it says nothing that could be a statement"
        try:
            self._listed.update(self._resolver.entity(mention, None) for mention in record.mentions)
            return [self._statement(event, record.number) for event in record.events], None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            message = first["msg"].removeprefix("Value error, ")
            return [], f"{where}: {message}" if where else message
        except InputError as error:
            return [], error.message

    def _statement(self, event: Event, number: int) -> Statement:
        day = _year(event.when[:4]) if event.when else None
        resolve = self._resolver.entity
        relation = self._relation(event)
        frame = self._frames.get(relation) or self._frames.setdefault(relation, vocabulary().relation(relation).frame)
        subject = resolve(event.subject, day) if event.subject else None
        object = resolve(event.object, day) if event.object else None
        parties = [resolve(p, day) for p in event.parties]
        if object and "parties" in frame.permits and self._resolver.kind(object) not in {None, *frame.object_kinds}:
            parties, object = [*parties, object], None  # those between whom one mediates are sides, not objects
        required = frame.requires - frame.parties_for if parties else frame.requires
        if subject is None and not (parties and "subject" not in required):
            subject = UNSPECIFIED
        if object is None:
            if "object" in required:
                object = UNSPECIFIED
            elif frame.requires_any and not (parties or event.topic):
                if "parties" in frame.requires_any:
                    parties = [UNSPECIFIED]
                else:
                    object = UNSPECIFIED
        # What is not given is not validated.
        fields: dict[str, Any] = {
            "subject": subject, "object": object, "parties": tuple(parties), "topic": event.topic, "place": event.place,
            "roles": event.roles, "when": event.when, "codes": event.codes, "note": event.note,
            "confidence": event.confidence, "record": event.record,
        }  # fmt: skip
        given = {name: value for name, value in fields.items() if value not in (None, ())}
        for name in ("topic", "place"):
            if name in given:
                given[name] = resolve(given[name], day)
        if event.roles:
            given["roles"] = tuple(RoleOf(role=role, entity=resolve(m, day)) for role, m in event.roles)
        statement = Statement(
            relation=relation, source=self.source.id, row=number, modality=Modality.CODED, coder=self._format.coder,
            **given,
        )  # fmt: skip
        self._check(statement)
        return statement

    def _relation(self, event: Event) -> str:
        if event.relation is not None:
            return event.relation
        if not event.codes:
            raise InputError("it has no code of what happened")
        mapped = self._codes.relation(event.codes[0])
        if mapped is None:
            raise InputError(f"no relation stands for the code {event.codes[0]!r}, nor for a wider one")
        return mapped.relation

    def _count_unmapped(self, record: Record) -> None:
        found = {
            e.codes[0] for e in record.events
            if e.relation is None and (mapped := self._codes.relation(e.codes[0])) and not mapped.exact
        }  # fmt: skip
        self._counts["unmapped"] += bool(found)
        self._unmapped.update(found)

    def _check(self, s: Statement) -> None:
        """Raises InputError where the statement does not fit its relation: asked once of each combination of kinds."""
        assert s.subject is None or isinstance(s.subject, str)
        kind, subject, object = self._resolver.kind, s.subject, s.object
        shape = (
            s.relation, subject and (kind(subject) or subject), object and (kind(object) or object),
            s.parties and (len(s.parties), frozenset(map(kind, s.parties))),
            s.roles and frozenset((r.role, kind(r.entity)) for r in s.roles),
            s.topic and kind(s.topic), s.place and kind(s.place),
        )  # fmt: skip
        if shape not in self._fits:
            self._fits[shape] = not any(frame_faults(s, self._resolver.kind))
        if not self._fits[shape]:
            raise InputError(
                "; ".join(f"{field}: {message}" for field, message in frame_faults(s, self._resolver.kind))
            )

    def _noted(self, statement: Statement, event: Event) -> Statement:
        """Notes what is asked when all statements are there; what was judged of the statement earlier stays so."""
        if event.telling and vocabulary().relation(statement.relation).family == "mediation":
            self._tellings[len(self._code_of)] = event.telling
        self._code_of.append(self._code_numbers.setdefault(event.codes, len(self._code_numbers)))
        if event.when != self._when:  # mostly the rows of a day follow each other
            self._when = event.when
            low, high = statement.bounds(None)
            if low and high:
                first, last = self._days or (low, high)
                self._days = [min(first, low), max(last, high)]
        self._counts["statements"] += 1
        judged = self._judged.pop(statement.id, None) if self._judged else None
        if judged is None or judged.note == _GONE:
            return statement
        update = {"status": judged.status, "note": judged.note, "corrected_by": judged.corrected_by}
        return statement.model_copy(update=update)

    # The file's last version

    def _old_rows(self) -> Rows:
        columns = self._base.columns
        return np.flatnonzero(columns.source == columns.source_number.get(self.source.id, NONE))

    def _judgements(self) -> dict[str, Statement]:
        """Statements of the last version of which somebody has judged something."""
        rows, columns = self._old_rows(), self._base.columns
        judged = columns.status[rows] != STATUSES.index(Status.ACTIVE)
        return {s.id: s for s in self._base.statements(rows[judged])}

    def _vanished(self) -> Iterator[Statement]:
        """The statements that only the last version has: they stay, retracted."""
        rows, columns = self._old_rows(), self._base.columns
        keys = columns.order_of_ids[rows]
        there = self._seen.contains(keys)
        self._counts["added"] = self._counts["statements"] - int(there.sum())
        for statement in self._base.statements(rows[~there]):
            if statement.status is not Status.RETRACTED:
                self._counts["retracted"] += 1
                statement = statement.model_copy(update={"status": Status.RETRACTED, "note": statement.note or _GONE})
            yield statement


@lru_cache
def _year(digits: str) -> date | None:
    """A day of a year: names change with the years."""
    return date(int(digits), 7, 1) if digits.isdecimal() and digits.isascii() and int(digits) else None


def _taken(values: Iterator[bool], number: int) -> list[bool]:
    return list(itertools.islice(values, number))


_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\b\d[\d./-]*")


def _in_general(reason: str) -> str:
    """The reason without its values, so that alike ones are counted together."""
    return _VALUE.sub("…", reason)[:200]
