"""The mirror: all statements of one revision as integer-coded columns, for counting and filtering in milliseconds."""

import itertools
import json
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.alike import Batch
from graph.ids import id_bytes, id_text, id_texts
from graph.sources import Source
from graph.statements import Statement, StatementRef, told_by_bounds
from graph.times import date_bounds
from ontology import Modality, Status

Rows = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]

NONE = -1
OPEN_START, OPEN_END = 0, 2**31 - 1
"""Day numbers (date.toordinal) of a bound that is not known."""
REPEATED, SUBJECT_IS_STATEMENT = 1, 2

EXTRAS = (
    "subject_as", "object_as", "record", "start", "row", "when", "when_text", "note", "key", "corrected_by",
    "confidence", "event_coder", "event_confidence",
)  # fmt: skip
"""What a statement may have that no column holds: bit n of `extras` tells whether it has the nth, so that it counts."""

MODALITIES = tuple(Modality)
STATUSES = tuple(Status)

_TYPES: dict[str, Any] = {
    "subject": np.int32, "object": np.int32, "relation": np.int16, "about": np.int32,
    "parties": np.int32, "roles": np.int32, "topic": np.int32, "place": np.int32, "speakers": np.int32,
    "modality": np.int8, "status": np.int8, "flags": np.int8, "source": np.int32, "coder": np.int16,
    "event": np.int32, "codes": np.int16, "extras": np.int16, "earliest": np.int32, "latest": np.int32,
}  # fmt: skip
_PATTERNS = 1 << 15
"""Patterns whose numbers are kept while statements are added."""
_MODALITY_NUMBER = {m: n for n, m in enumerate(MODALITIES)}
_STATUS_NUMBER = {s: n for n, s in enumerate(STATUSES)}
_TABLES = ("entities", "relations", "sources", "coders", "events", "party_sets", "role_sets", "chains")


_TOGETHER = 10_000


def _code(table: dict[Any, int], value: Any) -> int:
    """The number of a value, a new one where it has none."""
    return table.setdefault(value, len(table))


class Columns:
    """Columns of one length, one row a statement, with the tables that their numbers lead to.

    `subject` and `about` hold entity numbers and row numbers; where the flag SUBJECT_IS_STATEMENT is set,
    `subject` is a row number too. `parties`, `roles` and `speakers` lead to tables of distinct tuples.
    `extras` tells which of EXTRAS a statement has, `codes` how many codes. Immutable: `edited` makes new ones.
    About 76 bytes a statement.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], tables: Mapping[str, Sequence[Any]]) -> None:
        self.ids: npt.NDArray[np.uint8] = arrays["ids"]
        self.subject: Ints = arrays["subject"]
        self.relation: Ints = arrays["relation"]
        self.object: Ints = arrays["object"]
        self.about: Ints = arrays["about"]
        self.parties: Ints = arrays["parties"]
        self.roles: Ints = arrays["roles"]
        self.topic: Ints = arrays["topic"]
        self.place: Ints = arrays["place"]
        self.speakers: Ints = arrays["speakers"]
        self.modality: Ints = arrays["modality"]
        self.status: Ints = arrays["status"]
        self.flags: Ints = arrays["flags"]
        self.source: Ints = arrays["source"]
        self.coder: Ints = arrays["coder"]
        self.event: Ints = arrays["event"]
        self.earliest: Ints = arrays["earliest"]
        self.latest: Ints = arrays["latest"]
        self.extras: Ints = arrays["extras"]
        self.codes: Ints = arrays["codes"]
        self.entities: list[str] = list(tables["entities"])
        self.relations: list[str] = list(tables["relations"])
        self.sources: list[str] = list(tables["sources"])
        self.coders: list[str] = list(tables["coders"])
        self.events: list[str] = list(tables["events"])
        self.party_sets: list[tuple[int, ...]] = [tuple(p) for p in tables["party_sets"]]
        self.role_sets: list[tuple[tuple[str, int], ...]] = [tuple((r, e) for r, e in s) for s in tables["role_sets"]]
        self.chains: list[tuple[int, ...]] = [tuple(c) for c in tables["chains"]]

    @classmethod
    def empty(cls) -> "Columns":
        """Columns of no statements."""
        arrays: dict[str, npt.NDArray[Any]] = {name: np.empty(0, t) for name, t in _TYPES.items()}
        tables: dict[str, list[Any]] = {t: [] for t in _TABLES} | {
            "party_sets": [()],
            "role_sets": [()],
            "chains": [()],
        }
        return cls(arrays | {"ids": np.empty((0, 16), np.uint8)}, tables)

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def nbytes(self) -> int:
        """Bytes of the columns, without the tables of names."""
        return int(self.ids.nbytes + sum(getattr(self, name).nbytes for name in _TYPES))

    # Looking up

    _same_rows: "Columns | None" = None
    """Columns of the same ids, whose order need not be found twice."""

    @cached_property
    def _keys(self) -> npt.NDArray[np.uint64]:
        if self._same_rows is not None:
            return self._same_rows._keys
        return np.ascontiguousarray(self.ids).view(">u8")[:, 0].astype(np.uint64)

    @cached_property
    def _by_key(self) -> npt.NDArray[np.int32]:
        if self._same_rows is not None:
            return self._same_rows._by_key
        return np.argsort(self._keys, kind="stable").astype(np.int32)

    def first_ids(self, number: int) -> list[str]:
        """The statements that come first by id, whatever order they were written in."""
        return [self.id(r) for r in self._by_key[:number].tolist()]

    def row(self, id: str) -> int | None:
        """The row of a statement's id, None where there is none."""
        if not len(self):
            return None
        try:
            wanted = id_bytes(id)
        except (ValueError, OverflowError):
            return None
        if id_text(wanted) != id:  # base 32 leaves two bits over, and case: one statement, one spelling
            return None
        key = np.uint64(int.from_bytes(wanted[:8], "big"))
        # NumPy would make a wider copy of the order for each look-up.
        at = bisect_left(self._by_key, key, key=self._keys.__getitem__)
        while at < len(self):
            row = int(self._by_key[at])
            if self._keys[row] != key:
                return None
            if self.ids[row].tobytes() == wanted:
                return row
            at += 1
        return None

    def rows(self, ids: Iterable[str]) -> Rows:
        """The rows of those of these ids that are there."""
        return np.array([row for id in ids if (row := self.row(id)) is not None], np.int64)

    def rows_of_ids(self, ids: npt.NDArray[np.uint8]) -> Rows:
        """The row of each id, given as bytes, a row of 16 an id; NONE where it is not there."""
        wanted = np.ascontiguousarray(ids).view(">u8").astype(np.uint64).reshape(-1, 2)
        at = np.searchsorted(self._keys, wanted[:, 0], sorter=self._by_key)
        found = np.full(len(ids), NONE, np.int64)
        for offset in range(len(self)):  # one round, but for ids that begin alike
            near = np.flatnonzero((found == NONE) & (at + offset < len(self)))
            rows = self._by_key[at[near] + offset]
            alike = self._keys[rows] == wanted[near, 0]
            near, rows = near[alike], rows[alike]
            if not len(near):
                break
            same = (self.ids[rows] == ids[near]).all(axis=1)
            found[near[same]] = rows[same]
        return found

    def id(self, row: int) -> str:
        """The id of a row."""
        return id_text(self.ids[row].tobytes())

    def ids_of(self, rows: Rows) -> list[str]:
        """The ids of rows."""
        return id_texts(self.ids[rows])

    @property
    def order_of_ids(self) -> npt.NDArray[np.uint64]:
        """A number for each row, in the order of the ids' bytes: an order that no write changes."""
        return self._keys

    @cached_property
    def rank(self) -> dict[str, Ints]:
        """For entities and relations, the place of each number in the order of names; -1 for NONE, the last one."""
        found = {}
        for name, table in (("entities", self.entities), ("relations", self.relations)):
            rank = np.full(len(table) + 1, -1, np.int32)
            rank[sorted(range(len(table)), key=table.__getitem__)] = np.arange(len(table))
            found[name] = rank
        return found

    @cached_property
    def entity_number(self) -> dict[str, int]:
        """Numbers of entity ids."""
        return {e: n for n, e in enumerate(self.entities)}

    @cached_property
    def relation_number(self) -> dict[str, int]:
        """Numbers of relation ids."""
        return {r: n for n, r in enumerate(self.relations)}

    @cached_property
    def source_number(self) -> dict[str, int]:
        """Numbers of source ids."""
        return {s: n for n, s in enumerate(self.sources)}

    @cached_property
    def subject_index(self) -> "Index":
        """Rows by subject; statements as subjects are not in it."""
        return Index(np.where(self.flags & SUBJECT_IS_STATEMENT, NONE, self.subject).astype(np.int32))

    @cached_property
    def object_index(self) -> "Index":
        """Rows by object."""
        return Index(self.object)

    @cached_property
    def relation_index(self) -> "Index":
        """Rows by relation."""
        return Index(self.relation)

    @cached_property
    def party_index(self) -> "Index":
        """Rows by each of their parties."""
        return Index.of_members(self.parties, self.party_sets)

    @cached_property
    def role_index(self) -> "Index":
        """Rows by each participant in a role."""
        return Index.of_members(self.roles, [{e for _, e in members} for members in self.role_sets])

    @cached_property
    def speaker_index(self) -> "Index":
        """Rows by each of their speakers."""
        return Index.of_members(self.speakers, list(map(set, self.chains)))

    @cached_property
    def rows_about(self) -> Rows:
        """Rows that are about another statement."""
        return np.flatnonzero(self.about != NONE)

    @cached_property
    def party_sets_of(self) -> dict[int, list[int]]:
        """Numbers of the sets of parties that an entity stands in."""
        return inverted(self.party_sets)

    @cached_property
    def role_sets_of(self) -> dict[int, list[int]]:
        """Numbers of the sets of roles that an entity stands in."""
        return inverted({e for _, e in members} for members in self.role_sets)

    @cached_property
    def chains_with(self) -> dict[int, list[int]]:
        """Numbers of the chains of speakers that an entity stands in."""
        return inverted(map(set, self.chains))

    @cached_property
    def chains_from(self) -> dict[int, list[int]]:
        """Numbers of the chains of speakers of which an entity is the outermost."""
        return inverted(chain[:1] for chain in self.chains)

    # Changing

    def edited(
        self,
        remove: Iterable[str],
        add: Iterable[Statement],
        sources: Mapping[str, Source],
        entities: Iterable[str] = (),
    ) -> "Columns":
        """Columns without the statements of these ids and with these added; a statement that is there is replaced.

        Entities beside those that statements name get a number too: one may be asked for by those who act for it.
        """
        editor = Editor(self, sources, entities)
        for statement in add:
            editor.add(statement)
        return editor.finish(remove)

    def _point(
        self, old: "Columns", keep: npt.NDArray[np.bool_], kept: int,
        about: list[tuple[int, str]], subjects: list[tuple[int, str]],
    ) -> None:  # fmt: skip
        """Sets the row numbers that lead to other statements, whose rows have moved."""
        if len(old) and kept < len(old):
            for column, rows in (
                ("about", np.flatnonzero(old.about[keep] != NONE)),
                ("subject", np.flatnonzero(old.flags[keep] & SUBJECT_IS_STATEMENT)),
            ):
                target = getattr(self, column)
                for row in rows:
                    found = self.row(old.id(int(target[row])))
                    target[row] = NONE if found is None else found
        for target, pending in ((self.about, about), (self.subject, subjects)):
            for offset, id in pending:
                found = self.row(id)
                if found is None:
                    raise KeyError(id)
                target[kept + offset] = found

    def set_events(self, events: Iterable[tuple[Sequence[int], str]]) -> Iterator[tuple[str, str, str]]:
        """Sets the events of rows of columns that nobody reads yet; gives id, source and event of each as it goes."""
        numbers = {e: n for n, e in enumerate(self.events)}
        told = iter(events)
        while some := list(itertools.islice(told, _TOGETHER)):
            rows = np.array([row for those, _ in some for row in those], np.int64)
            names = [event for those, event in some for _ in those]
            self.event[rows] = [_code(numbers, event) for event in names]
            sources = [self.sources[n] for n in self.source[rows].tolist()]
            yield from zip(self.ids_of(rows), sources, names, strict=True)
        self.events = list(numbers)

    def reread(
        self, arrays: Mapping[str, npt.NDArray[Any]], tables: Mapping[str, Sequence[Any]], numbers: dict[str, int]
    ) -> "Columns":
        """The same statements with other entities in these columns and tables, and other numbers of entity ids."""
        result = Columns(
            {name: arrays.get(name, getattr(self, name)) for name in ("ids", *_TYPES)},
            {name: tables.get(name, getattr(self, name)) for name in _TABLES},
        )
        result.entity_number = numbers
        result._same_rows = self
        return result

    # Keeping

    def save(self, folder: Path) -> None:
        """Writes columns.npz and tables.json."""
        np.savez(folder / "columns.npz", ids=self.ids, **{name: getattr(self, name) for name in _TYPES})
        tables = {name: getattr(self, name) for name in _TABLES}
        (folder / "tables.json").write_text(json.dumps(tables, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Columns":
        """The columns that `save` wrote."""
        with (folder / "columns.npz").open("rb") as file, np.load(file) as arrays:
            return cls(dict(arrays), json.loads((folder / "tables.json").read_text("utf-8")))

    def same_as(self, other: "Columns") -> bool:
        """Whether both hold the same statements, whatever the order of rows and numbers."""
        return self._facts() == other._facts()

    def _facts(self) -> set[tuple[Any, ...]]:
        def name(table: Sequence[Any], number: int) -> Any:
            return None if number == NONE else table[number]

        facts = set()
        for i in range(len(self)):
            subject = (
                self.id(int(self.subject[i]))
                if self.flags[i] & SUBJECT_IS_STATEMENT
                else name(self.entities, int(self.subject[i]))
            )
            facts.add((
                self.id(i), subject, self.relations[self.relation[i]], name(self.entities, int(self.object[i])),
                None if self.about[i] == NONE else self.id(int(self.about[i])),
                frozenset(self.entities[e] for e in self.party_sets[self.parties[i]]),
                frozenset((r, self.entities[e]) for r, e in self.role_sets[self.roles[i]]),
                name(self.entities, int(self.topic[i])), name(self.entities, int(self.place[i])),
                tuple(self.entities[e] for e in self.chains[self.speakers[i]]),
                int(self.modality[i]), int(self.status[i]), int(self.flags[i]), self.sources[self.source[i]],
                self.coders[self.coder[i]], name(self.events, int(self.event[i])),
                int(self.earliest[i]), int(self.latest[i]), int(self.extras[i]), int(self.codes[i]),
            ))  # fmt: skip
        return facts


class Editor:
    """Collects statements to be added to columns, in no more room than the new columns take."""

    def __init__(self, old: Columns, sources: Mapping[str, Source], entities: Iterable[str] = ()) -> None:
        self._old, self._sources = old, sources
        self._tables: dict[str, dict[Any, int]] = {
            name: {v: n for n, v in enumerate(getattr(old, name))} for name in _TABLES
        }
        self._numbers = self._tables["entities"]
        self.name(entities)
        self._new = {name: array(np.dtype(dtype).char) for name, dtype in _TYPES.items()}
        self._append = [column.append for column in self._new.values()]
        self._common = lru_cache(_PATTERNS)(lambda pattern: self._numbers_of(pattern.statement))
        self._placed = lru_cache(_PATTERNS)(self._placed_of)
        self._ids = bytearray()
        self._about: list[tuple[int, str]] = []
        self._subjects: list[tuple[int, str]] = []

    def name(self, entities: Iterable[str]) -> None:
        """Gives entities a number that no statement may name: one may be asked for by those who act for it."""
        for id in entities:
            _code(self._numbers, id)

    def __len__(self) -> int:
        return len(self._ids) // 16

    def add(self, s: Statement) -> None:
        """Adds a statement; none may come twice."""
        self._note_references(s, len(self))
        *common, extras = self._numbers_of(s)
        more, low, high = self._placed_of(s.source, s.when, s.when_text, s.record is not None, s.row is not None)
        values = (self._end(s.subject), self._end(s.object), *common, extras | more, low, high)
        self._ids += id_bytes(s.id)
        for append, value in zip(self._append, values, strict=True):
            append(value)

    def adding(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches, added as they go by; no statement may come twice."""
        for batch in batches:
            self._add_batch(batch)
            yield batch

    def _add_batch(self, batch: Batch) -> None:
        if not batch:
            return
        ends, common, placed = [], [], []
        known = self._numbers.get
        for offset, (pattern, subject, object, record, row, when, *_) in enumerate(batch):
            s = pattern.statement
            if s.about or not isinstance(subject, str | None):
                self._note_references(s, len(self) + offset)
            one, other = known(subject), known(object)
            ends.append((self._end(subject) if one is None else one, self._end(object) if other is None else other))
            common.append(self._common(pattern))
            placed.append(self._placed(s.source, when, s.when_text, record is not None, row is not None))
        self._ids += batch.digests.tobytes()
        numbers = np.concatenate([np.array(part, np.int64).T for part in (ends, common, placed)])
        extras = -3  # those of the place are added to those of the pattern, which stand before them
        numbers[extras] |= numbers[extras - 1]
        for column, values in zip(self._new.values(), np.delete(numbers, extras - 1, axis=0), strict=True):
            column.frombytes(values.astype(column.typecode).tobytes())

    def _end(self, entity: str | StatementRef | None) -> int:
        return _code(self._numbers, entity) if isinstance(entity, str) else NONE

    def _numbers_of(self, s: Statement) -> tuple[int, ...]:
        """The values of all columns but subject, object and bounds, without the extras of record, row and date."""
        tables, numbers = self._tables, self._numbers
        flags = (REPEATED if s.repeated else 0) | (SUBJECT_IS_STATEMENT if isinstance(s.subject, StatementRef) else 0)
        return (
            _code(tables["relations"], s.relation), NONE,
            _code(tables["party_sets"], tuple(_code(numbers, p) for p in s.parties)) if s.parties else 0,
            _code(tables["role_sets"], tuple((r.role, _code(numbers, r.entity)) for r in s.roles)) if s.roles else 0,
            NONE if s.topic is None else _code(numbers, s.topic), NONE if s.place is None else _code(numbers, s.place),
            _code(tables["chains"], tuple(_code(numbers, a) for a in s.attributed_to)) if s.attributed_to else 0,
            _MODALITY_NUMBER[s.modality], _STATUS_NUMBER[s.status], flags, _code(tables["sources"], s.source),
            _code(tables["coders"], s.coder), NONE if s.event is None else _code(tables["events"], s.event.id),
            len(s.codes), _extras(s),
        )  # fmt: skip

    def _placed_of(
        self, source: str, when: str | None, when_text: str | None, record: bool, row: bool
    ) -> tuple[int, int, int]:
        """The extras of record, row and date, and the first and last day."""
        low, high = date_bounds(when, when_text, self._sources[source].published)
        dated = when is not None and not (record and told_by_bounds(when, when_text))
        extras = sum(1 << EXTRAS.index(n) for n, has in (("record", record), ("row", row), ("when", dated)) if has)
        return extras, OPEN_START if low is None else low.toordinal(), OPEN_END if high is None else high.toordinal()

    def _note_references(self, s: Statement, at: int) -> None:
        """Notes to which rows it leads, which are known when all are there."""
        if s.about:
            self._about.append((at, s.about))
        if isinstance(s.subject, StatementRef):
            self._subjects.append((at, s.subject.statement))

    def finish(self, remove: Iterable[str] = (), rows: Rows | None = None) -> Columns:
        """The columns without the statements of these ids and rows, and with those added; one that is there goes."""
        old, added = self._old, np.frombuffer(self._ids, np.uint8).reshape(-1, 16)
        gone = {r for id in remove if (r := old.row(id)) is not None}
        if len(old):
            gone |= set(old.rows_of_ids(added).tolist()) - {NONE}
        keep = np.ones(len(old), bool)
        keep[sorted(gone)] = False
        if rows is not None:
            keep[rows] = False
        kept = int(keep.sum())

        def joined(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return np.concatenate([before[keep], after]) if kept else after

        arrays = {"ids": joined(old.ids, added)}
        for name, dtype in _TYPES.items():
            arrays[name] = joined(getattr(old, name), np.frombuffer(self._new[name], dtype))
        result = Columns(arrays, {name: list(self._tables[name]) for name in _TABLES})
        result._point(old, keep, kept, self._about, self._subjects)
        return result


def _extras(s: Statement) -> int:
    """The extras of all but record, row and date."""
    event = s.event
    there = (
        s.subject_as, s.object_as, None, s.start, None, None, s.when_text, s.note, s.key, s.corrected_by, s.confidence,
        event and event.coder, event and event.confidence,
    )  # fmt: skip
    return sum(1 << n for n, value in enumerate(there) if value is not None)


class Index:
    """Rows by the value of one column, in ascending order: one sort, then two look-ups."""

    def __init__(self, values: npt.NDArray[Any], rows: Rows | None = None) -> None:
        order = _ascending(values)
        self._rows = (order if rows is None else rows[order]).astype(np.int32)
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(values + 1))])  # NONE, -1, comes first

    @classmethod
    def of_members(cls, column: Ints, sets: Sequence[Collection[int]]) -> "Index":
        """Rows by each member of the set that the column leads to; set 0 is empty."""
        rows = np.flatnonzero(column)
        sizes = np.array([len(s) for s in sets])
        members = np.array([m for s in sets for m in s], np.int64)
        first, count = (np.cumsum(sizes) - sizes)[column[rows]], sizes[column[rows]]
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return cls(members[np.repeat(first, count) + within], np.repeat(rows, count))

    def __getitem__(self, value: int) -> Rows:
        if not -1 <= value < len(self._starts) - 2:
            return np.empty(0, np.int64)
        return self._rows[self._starts[value + 1] : self._starts[value + 2]].astype(np.int64)


def _ascending(values: npt.NDArray[Any]) -> Rows:
    """The places of numbers from NONE on in ascending order, equal ones as they come.

    Sorted by their halves, which NumPy counts instead of comparing them: a fifth of the time.
    """
    shifted = (values - NONE).astype(np.uint32)
    order = np.argsort(shifted.astype(np.uint16), kind="stable")
    high = (shifted >> 16).astype(np.uint16)
    return order[np.argsort(high[order], kind="stable")] if high.any() else order


def inverted(sets: Iterable[Iterable[int]]) -> dict[int, list[int]]:
    """The numbers of the sets that each member is in."""
    found: dict[int, list[int]] = {}
    for number, members in enumerate(sets):
        for member in members:
            found.setdefault(member, []).append(number)
    return found


def day(number: int) -> date | None:
    """The date of a bound, None where it is open."""
    return None if number in (OPEN_START, OPEN_END) else date.fromordinal(number)
