"""From the records of a released file to statements: validated one by one, counted, and never held all at once."""

import base64
import hashlib
import itertools
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from graph.alike import Alike, Batch, Pattern
from graph.columns import NONE, STATUSES, Columns, Rows
from graph.entities import Model, Text
from graph.exceptions import FormatError, InputError
from graph.frames import frame_faults
from graph.ids import id_text
from graph.importing.across import CODED, ELSEWHERE, SAID, Across, key_of
from graph.importing.actors import Resolver
from graph.importing.codes import Codes
from graph.importing.events import Event, Format, Options, Record
from graph.importing.files import SourceFile
from graph.importing.linking import linked_records
from graph.importing.originals import Originals, OriginalsWriter
from graph.importing.seen import Seen
from graph.snapshot import Snapshot
from graph.sources import Edtf, Source
from graph.statements import RoleOf, Statement
from graph.times import edtf_bounds
from ontology import UNSPECIFIED, Frame, Modality, Status, vocabulary

IMPORTER = "3"
"""Changes where the same file would make other statements: it is then imported anew."""
_BATCH = 2000
_PATTERNS = 1 << 14
"""Patterns that are kept: some 40 MB. Nearly all statements have one of a few hundred."""
_SURELY_SHORT = 100
_GONE = "No longer in the data set."
_Made = tuple[Record, list[Alike], str | None]
"""A record, its statements, and why it has none."""


class ImportReport(Model):
    """What became of the records of one file: `read` is the sum of `stored`, `repeated` and `rejected`.

    `elsewhere` of the repeated are in another file of the data set; `recoded` of the stored are there with other codes
    or actors, and tell of one event with those. `unmapped` of those stored have a code for which only a wider relation
    stands; `unmapped_codes` counts them. `statements` were made; `added` of them are new and `retracted` ones were in
    the file's last version only.
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
    elsewhere: int = 0
    recoded: int = 0
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
        base: Snapshot, resolver: Resolver, across: Across, beside: str = "", folder: Path | None = None,
        put_entity: Callable[..., object] = lambda *_: None, progress: Callable[[int], object] = lambda _: None,
    ) -> None:  # fmt: skip
        self.source = source
        self._format, self._file, self._options, self._base = format, file, options, base
        self._resolver, self._put_entity, self._progress = resolver, put_entity, progress
        self._across = across
        self._folder, self._beside = folder, beside
        self._originals: OriginalsWriter | None = None
        self._codes = Codes()
        self._counts, self._reasons, self._unmapped = Counter[str](), Counter[str](), Counter[str]()
        self._seen, self._contents, self._occurrences = Seen(), Seen(), Counter[int]()
        self._code_numbers: dict[tuple[str, ...], int] = {}
        self._code_of = array("i")
        self._recoded: dict[int, int] = {}
        self._tellings: dict[int, str] = {}
        self._days: list[date] = []
        self._when: str | None = None
        self._patterns: dict[tuple[Any, ...], Pattern] = {}
        self._relations, self._exact = cache(self._relation), cache(self._is_exact)
        self._listed: set[str] = set()
        self._first_reason = ""
        self._judged = self._judgements()
        self._last = Seen()
        if len(old := self._old_rows()):
            self._last.add(base.columns.order_of_ids[old])

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

    def statements(self) -> Iterator[Batch]:
        """The statements to be stored, in the file's order, some thousands at a time. Raises FormatError."""
        if self._folder is None:
            yield from self._all()
            return
        with OriginalsWriter(self._folder, self._file.head(), self._options.mapping) as self._originals:
            yield from self._all()
            self._originals.finish()
        self._across.add(self._folder)

    def _all(self) -> Iterator[Batch]:
        records = self._format.read(self._file, self._options)
        while batch := list(itertools.islice(records, _BATCH)):
            yield self._stored(batch)
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
        if self._counts["stored"] or self._counts["elsewhere"]:
            return
        read = self._counts["read"]
        raise FormatError(
            f"{self._file.name}: none of its {read} records can be a statement; {self._first_reason}"
            if read
            else f"{self._file.name} has no record, only a header",
            way_out="is it the right file, with the right tables beside it?" if read else "fetch the file again",
        )

    def finish(self, columns: Columns) -> Iterator[tuple[list[int], str]]:
        """When all are there: rows that tell of one event, with the event. Then keeps the report."""
        rows = np.flatnonzero(columns.source == columns.source_number.get(self.source.id, NONE))[: len(self._code_of)]
        codes = np.frombuffer(self._code_of, np.int32)
        own = {int(rows[offset]): key for offset, key in self._recoded.items()}
        self._recoded.clear()
        linked = linked_records(columns, rows, codes, self._tellings, self._format.dataset)
        for those, event in self._across.joined(columns, own, linked, self._format.dataset) if own else linked:
            self._counts["linked"] += len(those)
            yield those, event
        if self._folder:
            Originals(self._folder).tell(self.report.model_dump_json())

    # Records

    def _stored(self, batch: Sequence[Record]) -> Batch:
        bare = {r.number for r in batch if None in [e.record for e in r.events]}
        made = [(record, *self._made(record)) for record in self._with_keys(batch)]
        fates = iter(self._fates(made, bare))
        stored = Batch()
        counts, originals = self._counts, self._originals
        counts["read"] += len(made)
        for record, said, reason in made:
            if reason is not None:
                counts["rejected"] += 1
                self._first_reason = self._first_reason or f"record {record.number}: {reason}"
                self._reasons[_in_general(reason)] += 1
                if originals:
                    originals.reject(record.number, record.raw, reason, self._file.name)
                continue
            if originals:
                originals.add(record.number, record.raw)
            before, others = len(stored), False
            for one, event in zip(said, record.events, strict=True):
                fresh, elsewhere, key = next(fates)
                others |= elsewhere
                if fresh:
                    if key:
                        self._recoded[len(self._code_of)] = key
                        counts["recoded"] += 1
                    stored.append(self._noted(one, event))
            if len(stored) > before or not said:
                counts["stored"] += 1
                self._count_unmapped(record)
            else:
                counts["repeated"] += 1
                counts["elsewhere"] += others
        counts["statements"] += len(stored)
        return stored

    def _fates(self, made: Sequence[_Made], bare: Set[int]) -> Iterator[tuple[bool, bool, int]]:
        """Of each statement whether it is stored, or is in another file; its key where that file codes it otherwise."""
        every = Batch(one for _, said, _ in made for one in said)
        ids = every.digests.view(">u8")[:, 0].astype(np.uint64)
        says = np.frombuffer(b"".join([one.said for one in every]), np.uint64)
        numbers: list[int] = []
        numbered = self._format.one_numbering
        for record, said, _ in made:
            keyed = numbered and len(said) == 1 and record.number not in bare and record.events[0].codes
            numbers += [key_of(one.record or "", one.when) if keyed else 0 for one in said]
        keys = np.array(numbers, np.uint64)
        fresh = ~self._seen.add(ids)
        elsewhere = recoded = np.zeros(len(every), bool)
        if self._across:
            elsewhere = fresh & self._across.has(says) & ~self._last.contains(ids)
            fresh &= ~elsewhere
            recoded = fresh & (keys > 0) & self._across.knows(keys)
        if self._originals:
            coded = fresh & (keys > 0)
            self._originals.write(SAID, says[fresh].tobytes())
            self._originals.write(ELSEWHERE, says[elsewhere].tobytes())
            self._originals.write(CODED, np.column_stack([keys[coded], ids[coded]]).tobytes())
        else:
            self._across.said(says[fresh])
        return zip(fresh.tolist(), elsewhere.tolist(), np.where(recoded, keys, 0).tolist(), strict=True)

    def _with_keys(self, batch: Sequence[Record]) -> list[Record]:
        """The records with a key each: the data set's id, else their content and how often it came before."""
        bare = [r for r in batch if r.reason is None and None in [e.record for e in r.events]]
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

    def _made(self, record: Record) -> tuple[list[Alike], str | None]:
        """The record's statements, or why it can have none."""
        if record.reason is not None:
            return [], record.reason
        if not record.events and not record.mentions:
            return [], "it says nothing that could be a statement"
        try:
            for mention in record.mentions:
                self._listed.add(self._resolver.entity(mention, None))
            return [self._statement(event, record.number) for event in record.events], None
        except ValidationError as error:
            return [], _first_of(error)
        except InputError as error:
            return [], error.message

    def _statement(self, event: Event, number: int) -> Alike:
        assert event.record is not None, "a record without a key was given one"
        record, when = _valid_record(event.record), _valid_date(event.when)
        day = _year(when[:4]) if when else None
        resolve, kind = self._resolver.entity, self._resolver.kind
        relation = self._relations(event.codes, event.relation)
        frame = _frame(relation)
        subject = resolve(event.subject, day) if event.subject else None
        object = resolve(event.object, day) if event.object else None
        topic = resolve(event.topic, day) if event.topic else None
        place = resolve(event.place, day) if event.place else None
        parties = tuple([resolve(p, day) for p in event.parties]) if event.parties else ()
        roles = tuple([(role, resolve(m, day)) for role, m in event.roles]) if event.roles else ()
        if object and "parties" in frame.permits and kind(object) not in (None, *frame.object_kinds):
            parties, object = (*parties, object), None  # those between whom one mediates are sides, not objects
        required = frame.requires - frame.parties_for if parties else frame.requires
        if subject is None and not (parties and "subject" not in required):
            subject = UNSPECIFIED
        if object is None:
            if "object" in required:
                object = UNSPECIFIED
            elif frame.requires_any and not parties and not (topic and "topic" in frame.requires_any):
                if "parties" in frame.requires_any:
                    parties = (UNSPECIFIED,)
                else:
                    object = UNSPECIFIED
        shape = (
            relation, event.codes, subject and (kind(subject) or subject), object and (kind(object) or object), parties,
            roles, topic, place, event.note, event.confidence, self._resolver.kinds_changed,
        )  # fmt: skip
        pattern = self._patterns.get(shape)
        if pattern is None:
            if len(self._patterns) == _PATTERNS:
                self._patterns.clear()
            # What is not given is not validated; record and date of each statement have been.
            fields: dict[str, Any] = {
                "subject": subject, "object": object, "parties": parties, "topic": topic, "place": place,
                "codes": event.codes, "note": event.note, "confidence": event.confidence,
                "roles": tuple(RoleOf(role=r, entity=e) for r, e in roles),
            }  # fmt: skip
            statement = Statement(
                relation=relation, source=self.source.id, record=record, modality=Modality.CODED,
                coder=self._format.coder, **{name: value for name, value in fields.items() if value not in (None, ())},
            )  # fmt: skip
            if faults := "; ".join(f"{field}: {message}" for field, message in frame_faults(statement, kind)):
                raise InputError(faults)
            pattern = self._patterns[shape] = Pattern(statement)
        return Alike(pattern, subject, object, record, number, when, *pattern.digests(subject, object, record, when))

    def _relation(self, codes: Sequence[str], given: str | None) -> str:
        if given is not None:
            return given
        if not codes:
            raise InputError("it has no code of what happened")
        mapped = self._codes.relation(codes[0])
        if mapped is None:
            raise InputError(f"no relation stands for the code {codes[0]!r}, nor for a wider one")
        return mapped.relation

    def _count_unmapped(self, record: Record) -> None:
        exact = self._exact
        if found := [e.codes[0] for e in record.events if e.relation is None and not exact(e.codes[0])]:
            self._counts["unmapped"] += 1
            self._unmapped.update(set(found))

    def _is_exact(self, code: str) -> bool:
        mapped = self._codes.relation(code)
        return mapped is None or mapped.exact

    def _noted(self, said: Alike, event: Event) -> Alike:
        """Notes what is asked when all statements are there; what was judged of the statement earlier stays so."""
        if event.telling and _is_mediation(said.pattern.statement.relation):
            self._tellings[len(self._code_of)] = event.telling
        self._code_of.append(self._code_numbers.setdefault(event.codes, len(self._code_numbers)))
        if said.when != self._when and said.when:  # mostly the rows of a day follow each other
            self._when = said.when
            low, high = edtf_bounds(said.when)
            if low and high:
                first, last = self._days or (low, high)
                self._days = [min(first, low), max(last, high)]
        judged = self._judged.pop(id_text(said.digest), None) if self._judged else None
        if judged is None or judged.note == _GONE:
            return said
        update = {"status": judged.status, "note": judged.note, "corrected_by": judged.corrected_by}
        return said._replace(pattern=Pattern(said.statement().model_copy(update=update)))

    # The file's last version

    def _old_rows(self) -> Rows:
        columns = self._base.columns
        return np.flatnonzero(columns.source == columns.source_number.get(self.source.id, NONE))

    def _judgements(self) -> dict[str, Statement]:
        """Statements of the last version of which somebody has judged something."""
        rows, columns = self._old_rows(), self._base.columns
        judged = columns.status[rows] != STATUSES.index(Status.ACTIVE)
        return {s.id: s for s in self._base.statements(rows[judged])}

    def _vanished(self) -> Iterator[Batch]:
        """The statements that only the last version has: they stay, retracted."""
        rows, columns = self._old_rows(), self._base.columns
        there = self._seen.contains(columns.order_of_ids[rows])
        self._counts["added"] = self._counts["statements"] - int(there.sum())
        gone = rows[~there]
        for first in range(0, len(gone), _BATCH):
            statements = self._base.statements(gone[first : first + _BATCH])
            says = np.frombuffer(b"".join([Alike.of(s).said for s in statements]), np.uint64)
            kept = self._across.keeps(says) if self._across else np.zeros(len(says), bool)
            if self._originals:
                self._originals.write(SAID, says[kept].tobytes())
            # What another file of the data set still has stays; its row is none of this file's.
            yield Batch(
                Alike.of(s.model_copy(update={"row": None}) if k else self._retracted(s))
                for s, k in zip(statements, kept.tolist(), strict=True)
            )

    def _retracted(self, statement: Statement) -> Statement:
        if statement.status is Status.RETRACTED:
            return statement
        self._counts["retracted"] += 1
        return statement.model_copy(update={"status": Status.RETRACTED, "note": statement.note or _GONE})


@cache
def _frame(relation: str) -> Frame:
    return vocabulary().relation(relation).frame


@cache
def _is_mediation(relation: str) -> bool:
    return vocabulary().relation(relation).family == "mediation"


@lru_cache(maxsize=1 << 14)
def _year(digits: str) -> date | None:
    """A day of a year: names change with the years."""
    return date(int(digits), 7, 1) if digits.isdecimal() and digits.isascii() and int(digits) else None


_STRIPPED = ConfigDict(str_strip_whitespace=True)
_RECORD, _WHEN = TypeAdapter(Text, config=_STRIPPED), TypeAdapter(Edtf, config=_STRIPPED)


def _valid_record(key: str) -> str:
    """The key as a statement has it. Raises InputError."""
    if key.isalnum() and len(key) < _SURELY_SHORT:
        return key  # as nearly all are, and it takes a tenth of the time
    try:
        return _RECORD.validate_python(key)
    except ValidationError as error:
        raise InputError(f"record: {_first_of(error)}") from None


@lru_cache(maxsize=1 << 16)
def _valid_date(when: str | None) -> str | None:
    """The date as a statement has it. Raises InputError."""
    if when is None:
        return None
    try:
        return _WHEN.validate_python(when)
    except ValidationError as error:
        raise InputError(f"when: {_first_of(error)}") from None


def _first_of(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\b\d[\d./-]*")


def _in_general(reason: str) -> str:
    """The reason without its values, so that alike ones are counted together."""
    return _VALUE.sub("…", reason)[:200]
