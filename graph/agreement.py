"""Two coders of the same texts, compared: which statements are of one place, and how far they agree by field."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import networkx as nx
import numpy as np

from graph.adjudication import adjudication
from graph.columns import Rows
from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.rdf import Iris
from graph.selection import STANDING, Selection
from graph.snapshot import Snapshot, read_statement
from graph.sources import Source
from graph.statements import Statement, StatementRef, in_order
from graph.stores import EmbeddedStore
from ontology import Status

FIELDS = (
    "subject", "relation", "object", "about", "parties", "roles", "topic", "place", "attributed_to", "modality", "when",
    "when_text", "repeated",
)  # fmt: skip
"""What is compared of two statements: all that makes up their content, but their places."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the two coders made of one place in a text, None where one of them made nothing of it.

    `differ` are the fields on which they disagree.
    """

    one: Statement | None
    other: Statement | None
    differ: tuple[str, ...] = ()

    @property
    def first(self) -> Statement:
        """The statement of the one, where that made none the other's."""
        found = self.one or self.other
        assert found is not None, "a pair has one of the two"
        return found

    @property
    def differs(self) -> bool:
        """Whether they disagree on it, if only in that one of them made nothing of it."""
        return bool(self.differ) or None in (self.one, self.other)


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """How far the coders agree on one field: places compared, those on which they agree, Krippendorff's alpha.

    `alpha` is None where it is not defined: nothing was compared, or all values are the same.
    """

    field: str
    compared: int
    agreed: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two coders compared over the sources that both of them coded. Pairs stand in the order of the texts."""

    coders: tuple[str, ...]
    sources: tuple[str, ...]
    pairs: tuple[Pair, ...]
    fields: tuple[FieldAgreement, ...]

    @property
    def matched(self) -> int:
        """Places of which both made a statement."""
        return sum(p.one is not None and p.other is not None for p in self.pairs)

    @property
    def alone(self) -> tuple[int, int]:
        """Statements that the one made alone, and the other."""
        return sum(p.other is None for p in self.pairs), sum(p.one is None for p in self.pairs)


def agreement(snapshot: Snapshot, selection: Selection, coders: Sequence[str] = ()) -> Agreement:
    """Compares the selected statements of two coders, of those sources that both have coded.

    Statements of one record, or whose passages overlap, are of one place. Where there are several, those are paired
    that overlap most, and of these those that agree in most fields. What was adjudicated counts as it was coded.
    Without `coders` there must be two. Raises what `readings` raises.
    """
    return readings(snapshot, selection, coders).compared(snapshot.store)


@dataclass(frozen=True, slots=True)
class Readings:
    """What two coders made of the same texts: the ids of their statements by source, and the store that has these.

    To be had in a moment; comparing them takes longer, and may be done in another process. `merged` are entities that
    are read as others.
    """

    coders: tuple[str, str]
    texts: tuple[tuple[Source, tuple[str, ...]], ...]
    merged: Mapping[str, str]
    db: Path
    iris: Iris

    def compared(self, store: EmbeddedStore | None = None) -> Agreement:
        """How far they agree. The statements are read from the store, which is opened where none is given."""
        store = store or EmbeddedStore(self.db, self.iris.base)
        pairs: list[Pair] = []
        sources = []
        for source, ids in self.texts:
            coded = sorted((read_statement(store, self.iris, id, source) for id in ids), key=in_order)
            counted = [s for s in coded if s.status is not Status.RETRACTED or adjudication(s)]
            sources += [source.id] if counted else []
            pairs += matched(*([s for s in counted if s.coder == coder] for coder in self.coders))
        pairs, fields = _compared(pairs, self.merged)
        return Agreement(self.coders, tuple(sources), tuple(pairs), tuple(fields))


def readings(snapshot: Snapshot, selection: Selection, coders: Sequence[str] = ()) -> Readings:
    """What is to be compared of the selected statements: see `agreement`.

    Raises what `Selector.select` raises, UndefinedMeasureError where no source was coded by two, ParameterError where
    `coders` are not two of those that share a source.
    """
    rows = _coded(snapshot, selection)
    chosen = _coders(snapshot, rows, coders)
    c = snapshot.columns
    numbers = {c.coders.index(k) for k in chosen if k in c.coders}
    of_both = _shared(snapshot, rows[np.isin(c.coder[rows], list(numbers))])
    by_source = {n: of_both[c.source[of_both] == n] for n in np.unique(c.source[of_both]).tolist()}
    texts = sorted(
        ((snapshot.sources[c.sources[n]], tuple(c.ids_of(those))) for n, those in by_source.items()),
        key=lambda text: text[0].id,
    )
    return Readings(chosen, tuple(texts), snapshot.identities.merged, snapshot.path / "db", snapshot.iris)


def _coded(snapshot: Snapshot, selection: Selection) -> Rows:
    """Rows of the sources that several coders have coded; what is retracted is looked at once it is read."""
    if selection.status == STANDING:
        selection = replace(selection, status=tuple(Status))
    return _shared(snapshot, snapshot.selector.select(selection).rows)


def _shared(snapshot: Snapshot, rows: Rows) -> Rows:
    """Those of the rows whose source several coders have coded."""
    c = snapshot.columns
    of_coder = c.source[rows].astype(np.int64) * len(c.coders) + c.coder[rows]
    coders = np.bincount(np.flatnonzero(np.bincount(of_coder)) // max(1, len(c.coders)), minlength=len(c.sources))
    return rows[coders[c.source[rows]] > 1]


def _coders(snapshot: Snapshot, rows: Rows, named: Sequence[str]) -> tuple[str, str]:
    there = sorted(snapshot.columns.coders[n] for n in np.unique(snapshot.columns.coder[rows]).tolist())
    if not there:
        raise UndefinedMeasureError("agreement", "no source of the selection was coded by two")
    chosen = list(named) or there
    if unknown := [k for k in chosen if k not in there]:
        raise ParameterError("coder", f"{unknown[0]!r} shares no source of the selection; there are {', '.join(there)}")
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise ParameterError("coder", f"two are compared, name two of {', '.join(there)}")
    return chosen[0], chosen[1]


# Which statements are of one place

_Number = tuple[int, int]
"""Of a statement: of which of the two coders, and the place among theirs."""


def matched(one: Sequence[Statement], other: Sequence[Statement]) -> list[Pair]:
    """The statements of two coders of one source, each paired with the one of the same place, if there is one."""
    graph: nx.Graph[_Number] = nx.Graph()
    share = len(FIELDS) * (len(one) + len(other)) + 1  # more than all fields together: overlap goes first
    places = _Places(other)
    for i, a in enumerate(one):
        for j in places.touched_by(a):
            b = other[j]
            same = sum(getattr(a, f) == getattr(b, f) for f in FIELDS)
            graph.add_edge((0, i), (1, j), weight=round(_overlap(a, b) * 1000) * share + same)
    found = list(_outweighing(graph))
    for component in nx.connected_components(graph):
        found += nx.max_weight_matching(graph.subgraph(component))
    partner = dict(found) | {b: a for a, b in found}
    pairs = [Pair(s, other[partner[0, i][1]] if (0, i) in partner else None) for i, s in enumerate(one)]
    pairs += [Pair(None, s) for j, s in enumerate(other) if (1, j) not in partner]
    return sorted(pairs, key=lambda p: in_order(p.first))


def _outweighing(graph: "nx.Graph[_Number]") -> Iterator[tuple[_Number, _Number]]:
    """Pairs of a best matching, which are taken out of the graph: few are left where passages overlap in long chains.

    A pair that weighs as much as the best others of its two together can stand in their place.
    """

    def best_other(one: _Number, other: _Number) -> int:
        return max((edge["weight"] for n, edge in graph[one].items() if n != other), default=0)

    found = True
    while found:
        found = False
        for a, b in list(graph.edges):
            if a in graph and b in graph and graph.edges[a, b]["weight"] >= best_other(a, b) + best_other(b, a):
                graph.remove_nodes_from((a, b))
                found = True
                yield a, b


class _Places:
    """Where statements stand in their text, to be looked up."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._records: dict[str, list[int]] = {}
        for n, s in enumerate(statements):
            if s.record is not None:
                self._records.setdefault(s.record, []).append(n)
        spans = [(s.start or 0, s.end or 0) if s.record is None else (0, 0) for s in statements]
        self._starts, self._ends = np.array(spans, np.int64).reshape(-1, 2).T

    def touched_by(self, statement: Statement) -> list[int]:
        """The numbers of those of the same record, or whose passages overlap."""
        if statement.record is not None:
            return self._records.get(statement.record, [])
        start, end = statement.start or 0, statement.end or 0
        return np.flatnonzero((self._starts < end) & (self._ends > start)).tolist()


def _overlap(a: Statement, b: Statement) -> float:
    """The part of the two passages together that both cover; 1 for one record."""
    if a.record is not None or b.record is not None:
        return float(a.record == b.record)
    starts, ends = (a.start or 0, b.start or 0), (a.end or 0, b.end or 0)
    return max(0, min(ends) - max(starts)) / (max(ends) - min(starts))


# How far they agree


def _compared(pairs: Sequence[Pair], merged: Mapping[str, str]) -> tuple[list[Pair], list[FieldAgreement]]:
    """The pairs with the fields in which they differ, and how far they agree in each."""
    places = {s.id: n for n, pair in enumerate(pairs) for s in (pair.one, pair.other) if s}
    values: dict[str, list[tuple[Hashable, Hashable]]] = {field: [] for field in FIELDS}
    found = []
    for pair in pairs:
        differ = []
        if pair.one and pair.other:
            for field in FIELDS:
                a, b = (_value(s, field, merged, places) for s in (pair.one, pair.other))
                values[field].append((a, b))
                differ += [field] if a != b else []
        found.append(replace(pair, differ=tuple(differ)))
    return found, [FieldAgreement(f, len(v), sum(a == b for a, b in v), alpha(v)) for f, v in values.items()]


def _value(statement: Statement, field: str, merged: Mapping[str, str], places: dict[str, int]) -> Hashable:
    """What a coder put into a field, if only nothing: entities as those that they are, statements by their place."""

    def entity(id: str | None) -> Hashable:
        return ("entity", merged.get(id, id)) if id else ("empty",)

    def about(id: str) -> Hashable:
        return ("statement", places.get(id, id))

    value = getattr(statement, field)
    match field:
        case "subject" if isinstance(value, StatementRef):
            return about(value.statement)
        case "subject" | "object" | "topic" | "place":
            return entity(value)
        case "about":
            return about(value) if value else ("empty",)
        case "parties":
            return frozenset(map(entity, value))
        case "attributed_to":
            return tuple(map(entity, value))
        case "roles":
            return frozenset((r.role, entity(r.entity)) for r in value)
    return ("value", value)


def alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Krippendorff's alpha of nominal values: of each unit what each coder said, None for one who said nothing.

    1 is agreement, 0 what chance would give, less than 0 disagreement beyond chance. None where it is not defined: no
    unit has two values, or all values are the same.

    >>> round(alpha(zip("aabbdcccedda", "babbbcccedd" "d")), 3)
    0.692
    """
    pairable = [values for unit in units if len(values := [v for v in unit if v is not None]) > 1]
    total = Counter(v for values in pairable for v in values)
    number = total.total()
    expected = number**2 - sum(n**2 for n in total.values())
    if not expected:
        return None
    observed = sum(sum(a != b for a, b in permutations(values, 2)) / (len(values) - 1) for values in pairable)
    return 1 - (number - 1) * observed / expected
