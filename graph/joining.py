"""Mediations whose sides several rows of a data set name, one each or in rows of their own: which belong together."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from graph.columns import MODALITIES, NONE, STATUSES, SUBJECT_IS_STATEMENT, Ints, Rows
from graph.evidence import KINDS, Evidence
from graph.selection import STANDING, Selected, Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Modality

Mask = npt.NDArray[np.bool_]


def joinings(
    snapshot: Snapshot, selection: Selection, rows: Rows, sides: Sequence[Mask], subject: Ints, object: Ints
) -> Rows | None:
    """For each row the number of the mediation that it is taken to tell of with others, NONE where it is not joined.

    Rows of one mediator, relation and data set are joined that share an event, which stands for story and sentence, or
    else one exact day, where together they name the two `sides` asked for and none of them names both. Only coded
    events are, never curated claims; nobody mediates for himself, and who is not specified may be two. `subject` and
    `object` are those of the rows at the level asked for. None where no row is joined.
    """
    c, selector = snapshot.columns, snapshot.selector
    one, other = sides
    at = np.flatnonzero(
        selector.are_mediations(rows)
        & (one ^ other)
        & (selector.origins.evidence[c.source[rows]] == KINDS.index(Evidence.EVENT))
        & (c.modality[rows] == MODALITIES.index(Modality.CODED))
        & (c.flags[rows] & SUBJECT_IS_STATEMENT == 0)
        & (subject != NONE)
        & (subject != c.entity_number.get(UNSPECIFIED, NONE))
    )
    at = at[~selector.is_one_of(rows[at], selection.between, selection.exact)]
    these = rows[at]
    acts = [subject[at], c.relation[these], object[at], c.about[these], selector.origins.dataset[c.source[these]]]
    exact_day = np.where(c.earliest[these] == c.latest[these], c.earliest[these], NONE)
    found, number = np.full(len(at), NONE, np.int64), 0
    for shared in (c.event[these], exact_day):
        left = np.flatnonzero((found == NONE) & (shared != NONE))
        for group in _groups(np.column_stack([*(a[left] for a in acts), shared[left]]), one[at[left]]):
            found[left[group]] = number
            number += 1
    if not number:
        return None
    whole = np.full(len(rows), NONE, np.int64)
    whole[at] = found
    return whole


def _groups(keys: npt.NDArray[np.integer], one: Mask) -> Iterator[Rows]:
    """The places of equal keys, where some are of one side and some are not."""
    if not len(keys):
        return
    order = np.lexsort(keys.T)
    starts = np.concatenate([[0], np.flatnonzero((np.diff(keys[order], axis=0) != 0).any(axis=1)) + 1])
    ends = np.append(starts[1:], len(order))
    of_one = np.add.reduceat(one[order].astype(np.int64), starts)
    mixed = (of_one > 0) & (of_one < ends - starts)
    for start, end in zip(starts[mixed].tolist(), ends[mixed].tolist(), strict=True):
        yield order[start:end]


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows of third parties to agreements, and where the sides of these stand.

    `agreement` has for each of the rows a number, which leads to the rows in `partakings` that name a party each.
    """

    selected: Selected
    agreement: Rows
    partakings: Sequence[Rows]


def beside_agreements(snapshot: Snapshot, selection: Selection) -> Beside | None:
    """Third parties to agreements to which the pair asked for is party by other rows of the same data set.

    Who is one of the pair is no third. None where there are none.
    """
    c, selector = snapshot.columns, snapshot.selector
    if not len(selector.without_sides):
        return None
    third = selector.among(selector.without_sides, replace(selection, between=()))
    if not len(third.rows) and not len(third.without_date):
        return None

    def paper(rows: Rows) -> Rows:
        return selector.origins.dataset[c.source[rows]].astype(np.int64) * len(c.entities) + c.object[rows]

    parties = selector.partakings[np.isin(c.status[selector.partakings], [STATUSES.index(s) for s in STANDING])]
    one, other = (paper(parties[selector.is_one_of(parties, [a], selection.exact)]) for a in selection.between)
    of_both = np.intersect1d(one, other)

    def kept(rows: Rows) -> Rows:
        return rows[np.isin(paper(rows), of_both) & ~selector.is_one_of(rows, selection.between, selection.exact)]

    rows, undated = kept(third.rows), kept(third.without_date)
    if not len(rows) and not len(undated):
        return None
    present, agreement = np.unique(paper(rows), return_inverse=True)
    papers = paper(parties)
    return Beside(Selected(rows, undated), agreement, [parties[papers == p] for p in present.tolist()])


def united(parties: Ints, sets: Sequence[Collection[int]], groups: Rows) -> tuple[Ints, Sequence[Collection[int]]]:
    """Numbers of sets of parties, and the sets, where rows of one group have all the parties of the group."""
    found, more = parties.copy(), list(sets)
    numbers: dict[tuple[int, ...], int] = {}
    at = np.flatnonzero(groups != NONE)
    at = at[np.argsort(groups[at], kind="stable")]
    for group in np.split(at, np.flatnonzero(np.diff(groups[at])) + 1):
        union = tuple(sorted({e for n in parties[group].tolist() for e in sets[n]}))
        if union not in numbers:
            numbers[union] = len(more)
            more.append(union)
        found[group] = numbers[union]
    return found, more
