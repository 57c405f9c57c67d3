"""What data sets cover: only there is it a zero that they tell of nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, OPEN_END, OPEN_START, STATUSES, SUBJECT_IS_STATEMENT, Columns, Ints, Rows
from graph.evidence import Evidence, evidence
from graph.questions import Level, rolled_up
from graph.snapshot import Snapshot
from graph.sources import Source
from graph.times import edtf_bounds
from ontology import Status

Mask = npt.NDArray[np.bool_]
Span = tuple[int, int]
_STRAGGLERS = 0.1
_LONG = 3


@dataclass(frozen=True, slots=True)
class Covering:
    """A data set of events or agreements: on which days it tells of what happened, of whom, and of what.

    `spans` are first and last days, in order and apart, as declared or else as the files tell; `named` has a place for
    each entity and a last one for none. `whats` are those relations or families, as the table tells them apart, of
    which it tells at all.
    """

    dataset: str
    evidence: Evidence
    sources: tuple[str, ...]
    spans: tuple[Span, ...]
    named: Mask
    whats: Rows

    def periods(self, first: Rows, last: Rows) -> Mask:
        """Which of the periods, given by their first and last days, it covers from the first day to the last."""
        covered = np.zeros(len(first), bool)
        for low, high in self.spans:
            covered |= (first >= low) & (last <= high)
        return covered

    def lines(self, units: Rows, whats: Rows) -> Mask:
        """Which units it names, each with what the line tells of."""
        return np.asarray(self.named[units].all(axis=1) & np.isin(whats, self.whats))


def coverings(snapshot: Snapshot, rows: Rows, whats: Ints, level: Level) -> list[Covering]:
    """The data sets that a selection without actors and window draws on, in the order of their names.

    `rows` are what it selects and `whats` what each tells of. Curated texts cover nothing.
    """
    c = snapshot.columns
    groups: dict[tuple[str, Evidence], list[int]] = {}
    for number in _present(c.source[rows]):
        source = snapshot.sources[c.sources[number]]
        if (kind := evidence(source)) is not Evidence.CLAIM:
            groups.setdefault((source.dataset or source.id, kind), []).append(number)
    standing = c.status != STATUSES.index(Status.RETRACTED)
    found = []
    for (dataset, kind), numbers in sorted(groups.items()):
        of_it = np.zeros(len(c.sources), bool)
        of_it[numbers] = True
        spans = [
            span
            for n in numbers
            for span in _declared(snapshot.sources[c.sources[n]])
            or _spans(c, np.flatnonzero(standing & (c.source == n)), kind)
        ]
        found.append(
            Covering(
                dataset,
                kind,
                tuple(sorted(c.sources[n] for n in numbers)),
                _merged(spans),
                _named(snapshot, np.flatnonzero(standing & of_it[c.source]), level),
                np.array(_present(whats[of_it[c.source[rows]]])),
            )
        )
    return found


def _declared(source: Source) -> list[Span]:
    """First and last day of the period that the source is said to cover."""
    if source.covers is None:
        return []
    low, high = edtf_bounds(source.covers)
    assert low is not None, "a period has a first day"
    assert high is not None, "a period has a last day"
    return [(low.toordinal(), high.toordinal())]


def _spans(c: Columns, rows: Rows, kind: Evidence) -> Iterator[Span]:
    """First and last days of the runs of days that a released file tells of.

    Events that fell at random would leave a gap as long as ends a run in one of n squared files of n events; all that
    is told of one agreement is one. A file may name a few events of long before: days at the edge of a run that have
    less than a tenth of the mean number of a day are no part of it.
    """
    low, high = c.earliest[rows].astype(np.int64), c.latest[rows].astype(np.int64)
    dated = (low != OPEN_START) & (high != OPEN_END)
    if not dated.any():
        return
    number = len(np.unique(c.object[rows][dated])) if kind is Evidence.AGREEMENT else int(dated.sum())
    order = np.argsort(low[dated])
    low, reached = low[dated][order], np.maximum.accumulate(high[dated][order])
    longest = max(1, _LONG * np.log(number) * (reached[-1] - low[0]) / number)
    days, count = np.unique(low, return_counts=True)
    much = days[count >= count.mean() * _STRAGGLERS]
    starts = np.concatenate([[0], np.flatnonzero(low[1:] - reached[:-1] > longest) + 1])
    for start, end in zip(starts, [*starts[1:], len(low)], strict=True):
        within = much[(much >= low[start]) & (much <= low[end - 1])]
        if len(within):
            last = np.searchsorted(low[start:end], within[-1], "right") + start - 1
            yield int(within[0]), int(reached[last])


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return tuple(found)


def _named(snapshot: Snapshot, rows: Rows, level: Level) -> Mask:
    c = snapshot.columns
    named = np.zeros(len(c.entities) + 1, bool)
    subject, object, parties, sets = rolled_up(snapshot, rows, level)
    named[subject[c.flags[rows] & SUBJECT_IS_STATEMENT == 0]] = True
    for column in (object, c.topic[rows]):
        named[column] = True
    named[[e for n in _present(parties) for e in sets[n]]] = True
    named[[e for n in _present(c.roles[rows]) for _, e in c.role_sets[n]]] = True
    named[NONE] = False
    return named


def _present(numbers: npt.NDArray[np.integer]) -> list[int]:
    """The distinct numbers, none below 0, in order: faster than sorting."""
    return np.flatnonzero(np.bincount(numbers)).tolist()
