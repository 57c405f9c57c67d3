"""How tense it is between two: acts of conflict beside acts of cooperation, period by period, between bounds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.columns import NONE, OPEN_END, OPEN_START
from graph.dataframes import frame
from graph.evidence import KINDS, Evidence
from graph.exceptions import ParameterError
from graph.networks.asked import actor
from graph.questions import TOLD, Level
from graph.tables.periods import By
from graph.tables.tables import PREFIXES, Split, Table
from graph.tables.units import Unit, members
from ontology import Modality, vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from graph.knowledge_graph import KnowledgeGraph

Bounds = tuple[int, int | None]
"""At the least and at the most; None where something happened an unknown number of times."""
_FIRM = (Modality.ASSERTED, Modality.CODED)
"""What a source vouches for itself. The least that took place is what these tell; claims of others widen it."""
_MORE: tuple[dict[str, Any], ...] = ({}, {"modality": _FIRM})
_SIGNS = ("conflict", "cooperation")


@dataclass(frozen=True, slots=True)
class Tense:
    """One period, by one kind of evidence: events of conflict and of cooperation, at least and at most.

    The least is what is asserted or coded and surely lies within the period; the most is all that is told, by whomever,
    and may lie there. `share` bounds the part of conflict in both; None, with a `reason`, where nothing is told or no
    data set covers the period.
    """

    period: str
    evidence: Evidence
    conflict: Bounds | None
    cooperation: Bounds | None
    share: tuple[float, float] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Tension:
    """The periods of two actors, in order; `undated` counts statements without a date, which are in none, by sign."""

    between: tuple[str, str]
    by: By
    periods: tuple[Tense, ...]
    undated: dict[Evidence, dict[str, int]]

    @property
    def reason(self) -> str | None:
        """Why there are no periods."""
        if self.periods:
            return None
        return "nothing of either sign is told of the two" + (" that has a date" if self.undated else "")

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row for each period and kind of evidence."""
        for p in self.periods:
            low, high = p.share or (None, None)
            pairs = [(name, getattr(p, name) or (None, None)) for name in _SIGNS]
            yield (
                {"period": p.period, "evidence": p.evidence.value}
                | {f"{name}_{end}": values[n] for name, values in pairs for n, end in enumerate(("low", "high"))}
                | {"share_low": low, "share_high": high, "reason": p.reason}
            )

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame. Raises MissingExtraError."""
        names = [f"{s}_{end}" for s in (*_SIGNS, "share") for end in ("low", "high")]
        return frame(self.rows(), ("period", "evidence", *names, "reason"))


def tension(
    kg: "KnowledgeGraph", one: str, other: str, by: By | str = By.MONTH, *, level: Level | str = Level.STATE,
    **filters: Any,
) -> Tension:  # fmt: skip
    """Acts of conflict and cooperation between two actors, by month or year: never one line without its bounds.

    The sign of an act is that of its relation; mediation and what is neutral have none. Kinds of evidence stay apart.
    `filters` are those of `KnowledgeGraph.table`. Raises ParameterError, and what `table` raises.
    """
    if "modality" in filters:
        raise ParameterError("modality", "is what the bounds are made of: leave it out")
    whom = Level(level)
    asked: dict[str, Any] = {"by": By(by), "level": whom, "split": Split.SIGN, "involving": (one, other)} | filters
    between = _pair(kg, one, other, whom)
    most, least = (_Cells(kg.table(Unit.DYAD, **asked, **more), between) for more in _MORE)
    periods: list[Tense] = []
    undated: dict[Evidence, dict[str, int]] = {}
    without = _undated(kg, between, whom, {n: v for n, v in asked.items() if n in filters or n == "involving"})
    for kind, prefix in PREFIXES.items():
        loose = {s: without[kind, s] for s in _SIGNS}
        told = [(p, [most.events(p, s, prefix) for s in _SIGNS]) for p in most.periods]
        if not any(loose.values()) and not any(high != 0 for _, those in told for _, high in filter(None, those)):
            continue
        undated[kind] = loose
        for period, those in told:
            if not any(those):
                periods.append(Tense(period, kind, None, None, None, "no data set covers it"))
                continue
            bounds = [_widened(found, least.events(period, s, prefix)) for s, found in zip(_SIGNS, those, strict=True)]
            periods.append(_tense(period, kind, *bounds))
    order = list(PREFIXES)
    periods.sort(key=lambda p: (p.period, order.index(p.evidence)))
    return Tension(between, By(by), tuple(periods), undated)


class _Cells:
    """The lines of a table of dyads that are of two."""

    def __init__(self, table: Table, between: tuple[str, str]) -> None:
        self.periods = table.periods
        names = list(table.columns)
        cells = [dict(zip(names, row, strict=True)) for row in table.rows()]
        wanted = set(between)
        self._of = {(c["period"], c["sign"]): c for c in cells if {c["side1_id"], c["side2_id"]} == wanted}

    def events(self, period: str, sign: str, prefix: str) -> Bounds | None:
        """Events at least and at most; None where no data set covers the period."""
        cell = self._of.get((period, sign))
        if cell is None or cell[f"{prefix}_events_low"] is None:
            return None
        return cell[f"{prefix}_events_low"], cell[f"{prefix}_events_high"]


def _undated(
    kg: "KnowledgeGraph", between: tuple[str, str], level: Level, filters: dict[str, Any]
) -> Counter[tuple[Evidence, str]]:
    """Statements of acts between the two that have no date at all, by kind of evidence and sign: tables have no line
    for whom nothing dated is told of."""
    snapshot = kg.snapshot
    c, origins = snapshot.columns, snapshot.selector.origins
    selection = kg.select(**{n: v for n, v in filters.items() if n not in ("joined", "complete")})
    rows = snapshot.selector.select(replace(selection, since=None, until=None)).rows
    loose = rows[
        (c.earliest[rows] == OPEN_START) & (c.latest[rows] == OPEN_END) & np.isin(c.modality[rows], sorted(TOLD))
    ]
    found = members(snapshot, loose, Unit.DYAD, level, selection, joined=False)
    numbers = [c.entity_number.get(id, NONE) for id in between]
    of_pair = found.where(np.isin(found.units[:, -2], numbers) & np.isin(found.units[:, -1], numbers))
    signs = {-1: "conflict", 1: "cooperation"}
    counts: Counter[tuple[Evidence, str]] = Counter()
    for row in set(loose[of_pair.at].tolist()):
        sign = signs.get(vocabulary().relations[c.relations[c.relation[row]]].sign or 0)
        if sign:
            counts[KINDS[origins.evidence[c.source[row]]], sign] += 1
    return counts


def _pair(kg: "KnowledgeGraph", one: str, other: str, level: Level) -> tuple[str, str]:
    first, second = (actor(kg.snapshot, name, level) for name in (one, other))
    if first == second:
        raise ParameterError("between", f"takes two different actors, got {first} twice")
    return first, second


def _widened(most: Bounds | None, firm: Bounds | None) -> Bounds:
    """From what is firmly told at the least to what is told at the most."""
    return (firm[0] if firm else 0), (most[1] if most else 0)


def _tense(period: str, kind: Evidence, conflict: Bounds, cooperation: Bounds) -> Tense:
    if conflict[1] == cooperation[1] == 0:
        return Tense(period, kind, conflict, cooperation, None, "nothing of either sign is told")
    low, high = _least(conflict[0], cooperation[1]), 1 - _least(cooperation[0], conflict[1])
    return Tense(period, kind, conflict, cooperation, (low, high), None)


def _least(part: int, rest: int | None) -> float:
    """The share of a part of which there is so much at the least, beside a rest of which there is so much at most."""
    if rest is None:
        return 0.0
    return part / (part + rest) if part + rest else 1.0
