"""What a store holds of each data set: its files, the period that they tell of, and what became of their records."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from graph.columns import OPEN_END, OPEN_START, STATUSES, Index, Rows, day
from graph.evidence import Evidence, evidence
from graph.exceptions import NotFoundError
from graph.importing.originals import Originals
from graph.importing.pipeline import ImportReport
from graph.importing.registry import formats
from graph.importing.releases import originals_folder
from graph.snapshot import Snapshot
from graph.sources import Source
from ontology import Status

COUNTS = ("read", "stored", "repeated", "rejected", "elsewhere", "recoded", "unmapped", "linked")
"""What is counted of records, by the names that reports have. Those read are stored, repeated or rejected."""


@dataclass(frozen=True)
class File:
    """One source of a data set: its statements, the first and last day of those that stand, and how it was imported.

    `report` is None where it was not imported.
    """

    source: Source
    statements: int
    earliest: date | None
    latest: date | None
    report: ImportReport | None


@dataclass(frozen=True)
class Reject:
    """A record of a file that became no statement: its number there, its bytes, and why."""

    source: str
    file: str
    number: int
    reason: str
    raw: bytes


class Holding:
    """One data set; a source that is of none stands for itself."""

    def __init__(self, id: str, files: tuple[File, ...], entities: int, store: Path) -> None:
        self.id, self.files, self.entities = id, files, entities
        self._store = store

    @property
    def sources(self) -> list[Source]:
        """Its sources, by id."""
        return [f.source for f in self.files]

    @property
    def statements(self) -> dict[Evidence, int]:
        """Its statements by kind of evidence."""
        found = Counter[Evidence]()
        for file in self.files:
            found[evidence(file.source)] += file.statements
        return dict(found)

    @cached_property
    def reports(self) -> list[ImportReport]:
        """What became of the files that were imported."""
        return [f.report for f in self.files if f.report]

    @property
    def formats(self) -> dict[str, str]:
        """The formats of its files, with their titles."""
        return {r.format: formats()[r.format].title for r in self.reports if r.format in formats()}

    @property
    def counts(self) -> dict[str, int]:
        """COUNTS of all files together; nothing where none was imported."""
        return {name: sum(getattr(r, name) for r in self.reports) for name in COUNTS} if self.reports else {}

    @property
    def unmapped_codes(self) -> dict[str, int]:
        """Codes for which a wider relation stands, with how many records have them, most first."""
        return _added(r.unmapped_codes for r in self.reports)

    @property
    def reasons(self) -> dict[str, int]:
        """Why records were rejected, with how many, most first."""
        return _added(r.reasons for r in self.reports)

    @property
    def earliest(self) -> date | None:
        """The first day that it tells of."""
        return min((f.earliest for f in self.files if f.earliest), default=None)

    @property
    def latest(self) -> date | None:
        """The last day that it tells of."""
        return max((f.latest for f in self.files if f.latest), default=None)

    def rejects(self, start: int = 0, end: int | None = None) -> Iterator[Reject]:
        """Its rejected records by source and number, of these places in the list."""
        return itertools.islice(self._rejects(), start, end)

    def _rejects(self) -> Iterator[Reject]:
        for source in (f.source for f in self.files if f.report and f.report.rejected):
            for told in Originals(originals_folder(self._store, source)).rejects():
                raw = str(told["bytes"]).encode("latin-1")
                yield Reject(source.id, str(told["file"]), int(str(told["record"])), str(told["reason"]), raw)


def _added(counts: Iterator[dict[str, int]]) -> dict[str, int]:
    found = Counter[str]()
    for each in counts:
        found.update(each)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


_HOLDINGS: WeakKeyDictionary[Snapshot, dict[str, Holding]] = WeakKeyDictionary()


def holdings(snapshot: Snapshot, store: Path) -> dict[str, Holding]:
    """The data sets of a revision of the store in this folder, by id."""
    if snapshot not in _HOLDINGS:
        _HOLDINGS[snapshot] = _holdings(snapshot, store)
    return _HOLDINGS[snapshot]


def holding(snapshot: Snapshot, store: Path, id: str) -> Holding:
    """One data set. Raises NotFoundError."""
    try:
        return holdings(snapshot, store)[id]
    except KeyError:
        raise NotFoundError("data set", id) from None


def _holdings(snapshot: Snapshot, store: Path) -> dict[str, Holding]:
    c = snapshot.columns
    rows_of = Index(c.source)
    files: dict[str, list[File]] = {name: [] for names in snapshot.datasets.values() for name in names}
    for id in sorted(snapshot.sources):
        source = snapshot.sources[id]
        number = c.source_number.get(id)
        rows = np.empty(0, np.int64) if number is None else rows_of[number]
        told = Originals(originals_folder(store, source)).report
        report = ImportReport.model_validate_json(told) if told else None
        files.setdefault(source.collection, []).append(File(source, len(rows), *_period(snapshot, rows), report))
    entities = Counter(name for names in snapshot.datasets.values() for name in names)
    return {id: Holding(id, tuple(those), entities[id], store) for id, those in sorted(files.items())}


def _period(snapshot: Snapshot, rows: Rows) -> tuple[date | None, date | None]:
    c = snapshot.columns
    rows = rows[c.status[rows] != STATUSES.index(Status.RETRACTED)]
    low, high = c.earliest[rows], c.latest[rows]
    low, high = low[low != OPEN_START], high[high != OPEN_END]
    return day(int(low.min())) if len(low) else None, day(int(high.max())) if len(high) else None
