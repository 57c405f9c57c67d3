"""A table: its lines and periods, and what each kind of evidence tells of them, counted from the columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, OPEN_END, OPEN_START, Columns, Ints, Rows
from graph.dataframes import frame
from graph.evidence import Evidence, evidence
from graph.exceptions import ParameterError
from graph.questions import Level
from graph.selection import Selection
from graph.snapshot import Snapshot
from graph.sources import Source
from graph.tables.counting import Entries, Telling, counted, entries
from graph.tables.covering import Covering, coverings
from graph.tables.periods import By, Periods
from graph.tables.units import Members, Unit, members
from ontology import Kind, vocabulary

if TYPE_CHECKING:
    import pandas as pd

Values = npt.NDArray[Any]
PREFIXES = {Evidence.CLAIM: "claims", Evidence.EVENT: "coded", Evidence.AGREEMENT: "agreements"}
"""How the columns of each kind of evidence begin."""
BOUNDS = ("statements_low", "statements_high", "events_low", "events_high")


_SIGNS: dict[int | None, str] = {-1: "conflict", 1: "cooperation"}


class Split(StrEnum):
    """What lines are told apart by, beside the unit."""

    NONE = "none"
    FAMILY = "family"
    RELATION = "relation"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what it was made from. `columns` are arrays of one length: text, or masked where numbers are missing.

    `selected` statements were looked at; `no_unit` of them belong to no unit, `undated` of the others have no date at
    all, and `outside` may only lie outside of the window.
    """

    unit: Unit
    by: By
    split: Split
    level: Level
    joined: bool
    complete: bool
    selection: Selection
    revision: int
    columns: Mapping[str, Values]
    coverings: Sequence[Covering]
    periods: Sequence[str]
    sources: Sequence[Source]
    selected: int
    no_unit: int
    undated: int
    outside: int

    def __len__(self) -> int:
        return len(self.columns["period"])

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows in order; None is missing."""
        return zip(*(values.tolist() for values in self.columns.values()), strict=True)

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame, missing numbers as `pd.NA`. Raises MissingExtraError."""
        found = frame((dict(zip(self.columns, row, strict=True)) for row in self.rows()), self.columns)
        return found.astype({name: "Int64" for name, values in self.columns.items() if values.dtype.kind == "i"})


def table(
    snapshot: Snapshot,
    selection: Selection,
    unit: Unit,
    by: By,
    *,
    level: Level = Level.ENTITY,
    split: Split = Split.NONE,
    joined: bool = True,
    complete: bool = True,
    most_rows: int = 10_000_000,
) -> Table:
    """Counts the selected statements by unit and period: every unit that occurs in every period of the window.

    Where not `complete`, only periods in which some statement may lie. `joined` is that of `members`. Without another
    relation or family, mediator-dyads are those of `mediates`. Raises what `Selector.select` raises, and
    ParameterError where the window cuts a period or the table would have more than `most_rows` rows.
    """
    if unit is Unit.MEDIATOR_DYAD and not (selection.question or selection.relation or selection.family):
        selection = replace(selection, relation="mediates")
    if selection.since and selection.until and selection.since > selection.until:
        raise ParameterError("since", f"{selection.since} is after until, {selection.until}: no day lies between")
    c = snapshot.columns
    rows = np.sort(snapshot.selector.select(replace(selection, since=None, until=None)).rows)
    found = members(snapshot, rows, unit, level, selection, joined=joined)
    row = rows[found.at]
    earliest, latest = c.earliest[row], c.latest[row]
    dated = (earliest != OPEN_START) | (latest != OPEN_END)
    periods = Periods.between(selection.since, selection.until, earliest[dated], latest[dated], by)
    first, last = periods.spans(earliest, latest)
    within = dated & (last >= 0) & (first < periods.count)
    words, whats = _whats(snapshot, split)
    ordered = _by_name(snapshot, found, unit)
    lines, line = _numbered(snapshot, np.column_stack([ordered, whats[c.relation[row]]]), within)
    made = entries(row[within], line[within], found.sure[within], first[within], last[within], periods.count)
    cells = _cells(made, len(lines) * periods.count, complete=complete, most_rows=most_rows)
    base = replace(
        selection, subject=None, object=None, party=(), between=(), involving=(), since=None, until=None
    )  # whoever the table is about, a data set tells of such acts or does not
    telling = snapshot.selector.select(base).rows
    covering = coverings(snapshot, telling, whats[c.relation[telling]], level)
    columns = _keys(snapshot, lines, cells, periods, unit)
    if split is not Split.NONE:
        columns[split.value] = np.array(words, object)[lines[:, -1]][cells // max(1, periods.count)]
    columns |= _dates(cells, periods)
    loose = ~dated & (line >= 0)
    for kind, prefix in PREFIXES.items():
        of_kind = np.array([evidence(snapshot.sources[s]) is kind for s in c.sources], bool)[c.source]
        covered = _covered(lines, cells, periods, [x for x in covering if x.evidence is kind])
        bounds = _bounded(c, made.where(of_kind[made.row]), cells, _telling(snapshot, kind), covered)
        columns |= {f"{prefix}_{name}": values for name, values in zip(BOUNDS, bounds, strict=True)}
        without = np.bincount(line[loose & of_kind[row]], minlength=len(lines))
        columns[f"{prefix}_undated"] = without[cells // max(1, periods.count)]
    used = {c.sources[n] for n in np.flatnonzero(np.bincount(c.source[row[within]])).tolist()}
    placed, undated, in_window = (_number(len(rows), found.at[kept]) for kept in (slice(None), ~dated, within))
    return Table(
        unit, by, split, level, joined, complete, selection, snapshot.revision, columns, covering, periods.names(),
        [snapshot.sources[id] for id in sorted(used.union(*(x.sources for x in covering)))],
        len(rows), len(rows) - placed, undated, placed - undated - in_window,
    )  # fmt: skip


def _number(size: int, places: Rows) -> int:
    """How many distinct ones of `size` places there are."""
    taken = np.zeros(size, bool)
    taken[places] = True
    return int(taken.sum())


def _whats(snapshot: Snapshot, split: Split) -> tuple[list[str], Ints]:
    """What lines are told apart by, in order, and which of these each relation is."""
    of_relation = [
        {
            Split.NONE: "",
            Split.FAMILY: vocabulary().relations[r].family,
            Split.RELATION: r,
            Split.SIGN: _SIGNS.get(vocabulary().relations[r].sign, "neutral"),
        }[split]
        for r in snapshot.columns.relations
    ]
    words = sorted(set(of_relation))
    return words, np.array([words.index(w) for w in of_relation], np.int32)


def _by_name(snapshot: Snapshot, found: Members, unit: Unit) -> Rows:
    """The units, their two sides in the order of their ids, where neither does it to the other."""
    if unit not in (Unit.DYAD, Unit.MEDIATOR_DYAD):
        return found.units
    rank = snapshot.columns.rank["entities"]
    sides = found.units[:, -2:]
    swapped = np.where((rank[sides[:, 0]] > rank[sides[:, 1]])[:, None], sides[:, ::-1], sides)
    return np.column_stack([found.units[:, :-2], swapped])


def _numbered(snapshot: Snapshot, keys: Rows, kept: npt.NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """The distinct keys among those that are kept, by name, and the number of each key among them, -1 where it is none.

    A key is entities, and last a number.
    """
    code = np.zeros(len(keys), np.int64)
    for column in keys.T:
        code = np.unique(code, return_inverse=True)[1] * (int(column.max(initial=0)) + 1) + column
    present, first = np.unique(code[kept], return_index=True)
    place = np.searchsorted(present, code)
    there = place < len(present)
    there[there] = present[place[there]] == code[there]
    lines, rank = keys[kept][first], snapshot.columns.rank["entities"]
    order = np.lexsort((lines[:, -1], *rank[lines[:, :-1]].T[::-1]))
    number = np.append(np.argsort(order), -1)
    return lines[order], number[np.where(there, place, -1)]


def _cells(made: Entries, size: int, *, complete: bool, most_rows: int) -> Rows:
    cells = None if complete else np.unique(made.cell)
    rows = size if cells is None else len(cells)
    if rows > most_rows:
        way_out = "ask by year, narrow the selection or the window" + (
            ", or leave out empty periods" if complete else ""
        )
        raise ParameterError(
            "complete" if complete else "by", f"the table would have {rows} rows, more than {most_rows}: {way_out}"
        )
    return np.arange(size) if cells is None else cells


def _keys(snapshot: Snapshot, lines: Rows, cells: Rows, periods: Periods, unit: Unit) -> dict[str, Values]:
    line = cells // max(1, periods.count)
    columns: dict[str, Values] = {}
    for part, entities in zip(unit.parts, lines.T, strict=False):
        present, place = np.unique(entities, return_inverse=True)
        ids = [snapshot.columns.entities[e] for e in present.tolist()]
        of_cell = place[line]
        columns[f"{part}_id"] = np.array(ids, object)[of_cell]
        columns[part] = np.array([snapshot.label(id) for id in ids], object)[of_cell]
    return columns


def _dates(cells: Rows, periods: Periods) -> dict[str, Values]:
    period, names = cells % max(1, periods.count), periods.names()
    parts = [[int(n) for n in name.split("-")] for name in names]
    columns: dict[str, Values] = {"period": np.array(names, object)[period]}
    for place, name in enumerate(("year", "month") if periods.by is By.MONTH else ("year",)):
        columns[name] = np.array([p[place] for p in parts], np.int64)[period]
    return columns


def _covered(lines: Rows, cells: Rows, periods: Periods, covering: Sequence[Covering]) -> npt.NDArray[np.bool_]:
    line, period = np.divmod(cells, max(1, periods.count))
    covered = np.zeros(len(cells), bool)
    for data in covering:
        covered |= data.lines(lines[:, :-1], lines[:, -1])[line] & data.periods(*periods.days())[period]
    return covered


def _telling(snapshot: Snapshot, kind: Evidence) -> Telling:
    """What tells events of this kind apart. All that a table of agreements says of one agreement is one event."""
    c = snapshot.columns
    names = [snapshot.sources[s].dataset or s for s in c.sources]
    event = c.event.astype(np.int64)
    if kind is Evidence.AGREEMENT:
        paper = np.array([*(_kind(snapshot, e) is Kind.AGREEMENT for e in c.entities), False])[c.object]
        event = np.where((event == NONE) & paper, len(c.events) + c.object, event)
    return Telling(event, np.array([names.index(n) for n in names], np.int64), kind is not Evidence.CLAIM)


def _kind(snapshot: Snapshot, id: str) -> Kind | None:
    return found.kind if (found := snapshot.entities.get(id)) else None


def _bounded(
    columns: Columns, made: Entries, cells: Rows, telling: Telling, covered: npt.NDArray[np.bool_]
) -> Iterator[Values]:
    """The four bounds; missing where nothing is told and no data set covers it, or there is no upper bound."""
    found = counted(columns, made, cells, telling)
    silent = ~covered & (found.statements_high == 0)
    yield np.ma.array(found.statements_low, mask=silent)
    yield np.ma.array(found.statements_high, mask=silent)
    silent = ~covered & (found.events_high == 0)
    yield np.ma.array(found.events_low, mask=silent)
    yield np.ma.array(found.events_high, mask=silent | found.unbounded)
