"""What one revision says that another does not: statements, entities and sources, and the quads of any graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from graph.columns import NONE, Columns
from graph.identities import told
from graph.snapshot import Snapshot
from graph.wording import in_words
from ontology import PREFIXES

_T = PREFIXES["t"]
_ANNOTATIONS = tuple(
    f"{_T}{name}"
    for name in (
        "note", "correctedBy", "code", "confidence", "key", "row", "subjectAs", "objectAs", "eventCoder",
        "eventConfidence",
    )
)  # fmt: skip
"""What may change about a statement while its id stays, and stands in no column."""


class Subject(StrEnum):
    """What differences are listed of."""

    STATEMENTS = "statements"
    ENTITIES = "entities"
    SOURCES = "sources"
    JUDGEMENTS = "judgements"
    QUADS = "quads"


class Change(StrEnum):
    """What became of something between two revisions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One difference. `text` is what it is in words, or the quad; `fields` has what changed, as (before, after)."""

    change: Change
    id: str
    text: str = ""
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


Pairs = list[tuple[Change, str]]


class Differences:
    """From one revision to another, either of which may be the older one. Found when first asked for, then kept."""

    def __init__(self, old: Snapshot, new: Snapshot) -> None:
        self._old, self._new = old, new
        self.since, self.until = old.revision, new.revision

    @cached_property
    def statements(self) -> Pairs:
        """Ids of statements, in order, with what became of them."""
        if self.since == self.until:
            return []
        old, new = self._old.columns, self._new.columns
        mine, theirs = _keys(old), _keys(new)
        added = new.ids_of(np.flatnonzero(~np.isin(theirs, mine)))
        removed = old.ids_of(np.flatnonzero(~np.isin(mine, theirs)))
        _, before, after = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
        changed = set(old.ids_of(before[_differing(old, new, before, after)])) | self._annotated()
        found = [(Change.ADDED, i) for i in added] + [(Change.REMOVED, i) for i in removed]
        return sorted(found + [(Change.CHANGED, i) for i in changed.difference(added, removed)], key=lambda p: p[1])

    def _annotated(self) -> set[str]:
        """Ids of statements whose properties outside the columns differ."""
        before, after = (s.store.lines_of(_ANNOTATIONS) for s in (self._old, self._new))
        prefix = f"<{self._old.iris.statement('')}".encode()
        subjects = {line.partition(b">")[0] for line in before ^ after}
        ids = {s.removeprefix(prefix).decode() for s in subjects if s.startswith(prefix)}
        return {i for i in ids if self._old.columns.row(i) is not None and self._new.columns.row(i) is not None}

    @cached_property
    def entities(self) -> Pairs:
        """Ids of entities, in order, with what became of them."""
        return _by_id(self._old.entities, self._new.entities)

    @cached_property
    def sources(self) -> Pairs:
        """Ids of sources, in order, with what became of them."""
        return _by_id(self._old.sources, self._new.sources)

    @cached_property
    def judgements(self) -> Pairs:
        """Numbers of judgements of who is whom, in order: with them answers change, though no statement does."""
        old, new = self._old.identities.judgements, self._new.identities.judgements
        found = [(Change.ADDED, str(j.number)) for j in new if j not in old]
        found += [(Change.REMOVED, str(j.number)) for j in old if j not in new]
        return sorted(found, key=lambda pair: int(pair[1]))

    @cached_property
    def quads(self) -> Pairs:
        """Quads as N-Quads, in order: of every graph, statements or not. Reads both revisions whole."""
        if self.since == self.until:
            return []
        before, after = self._old.store.quad_lines(), self._new.store.quad_lines()
        found = [(Change.ADDED, q.decode()) for q in after - before]
        return sorted(found + [(Change.REMOVED, q.decode()) for q in before - after], key=lambda p: (p[1], p[0]))

    @property
    def size(self) -> int:
        """Quads that are read where quads are listed."""
        return len(self._old.store) + len(self._new.store)

    def listed(self, of: Subject, start: int = 0, end: int | None = None) -> list[Difference]:
        """The differences of one sort from one place to another, with what changed field by field."""
        pairs: Pairs = getattr(self, of)
        match of:
            case Subject.QUADS:
                return [Difference(change, "", quad) for change, quad in pairs[start:end]]
            case Subject.JUDGEMENTS:
                known = {str(j.number): j for s in (self._old, self._new) for j in s.identities.judgements}
                return [Difference(change, id, told(known[id])) for change, id in pairs[start:end]]
            case Subject.STATEMENTS:
                return [self._statement(*pair) for pair in pairs[start:end]]
        before, after = getattr(self._old, of), getattr(self._new, of)
        return [_described(change, id, before.get(id), after.get(id)) for change, id in pairs[start:end]]

    def counts(self, of: Subject) -> dict[str, int]:
        """How many there are of each change."""
        changes = [change for change, _ in getattr(self, of)]
        return {change.value: changes.count(change) for change in Change}

    def _statement(self, change: Change, id: str) -> Difference:
        snapshot = self._old if change is Change.REMOVED else self._new
        row = snapshot.columns.row(id)
        text = in_words(snapshot, row) if row is not None else ""
        if change is not Change.CHANGED:
            return Difference(change, id, text)
        return Difference(change, id, text, _fields(_values(self._old, id), _values(self._new, id)))


def _values(snapshot: Snapshot, id: str) -> dict[str, Any]:
    statement = snapshot.statement(id)
    earliest, latest = statement.bounds(snapshot.sources[statement.source].published)
    return statement.model_dump(mode="json") | {"earliest": earliest, "latest": latest}


def _by_id(old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> Pairs:
    found = [(Change.ADDED, id) for id in new.keys() - old.keys()]
    found += [(Change.REMOVED, id) for id in old.keys() - new.keys()]
    found += [(Change.CHANGED, id) for id in old.keys() & new.keys() if old[id] != new[id]]
    return sorted(found, key=lambda p: p[1])


def _described(change: Change, id: str, old: Any, new: Any) -> Difference:
    model = new or old
    text = model.label.text if hasattr(model, "label") else model.title
    if change is not Change.CHANGED:
        return Difference(change, id, text)
    return Difference(change, id, text, _fields(old.model_dump(mode="json"), new.model_dump(mode="json")))


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def _keys(c: Columns) -> npt.NDArray[np.bytes_]:
    """The ids as one value each, which NumPy can sort and look up."""
    return np.ascontiguousarray(c.ids).view("S16").ravel()


def _differing(old: Columns, new: Columns, before: Any, after: Any) -> npt.NDArray[np.bool_]:
    """Which of these statements, which both hold, differ in status, event or bounds: the rest is in their ids."""
    differs = np.zeros(len(before), bool)
    for name in ("status", "earliest", "latest"):
        differs |= getattr(old, name)[before] != getattr(new, name)[after]
    numbers = {event: n for n, event in enumerate(old.events)}
    same = np.array([*(numbers.get(event, NONE - 1) for event in new.events), NONE], np.int64)  # NONE is the last one
    differs |= old.event[before] != same[new.event[after]]
    return differs
