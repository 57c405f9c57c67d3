"""Which records of one file tell of the same event: the same act between the same actors on the same day."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, Columns, Rows
from ontology import UNSPECIFIED, vocabulary

_MIRRORED = {"receives": "visits"}
"""Relations that tell another one from the other side."""


def linked_records(
    c: Columns, rows: Rows, codes: npt.NDArray[np.integer], tellings: Mapping[int, str], dataset: str
) -> dict[int, str]:
    """The event of each row that is not alone in telling of it; `codes` and `rows` go together.

    Rows are alike that have code, actors and one day in common; of what is symmetric, and of visits and receptions,
    either order of the actors. Rows of `tellings` that share a telling and their subject are one act towards several,
    such as a mediation between two sides. Only dates of one day count, since who met twice in a year has met twice, and
    only actors who are told: two unspecified ones may be anybody.
    """
    if not len(rows):
        return {}
    keys, swapped = _keys(c, rows, codes)
    nobody = c.entity_number.get(UNSPECIFIED, NONE - 1)
    dated = (c.earliest[rows] == c.latest[rows]) & (c.subject[rows] != nobody) & (c.object[rows] != nobody)
    order = np.argsort(keys, kind="stable")
    starts = [0, *(np.flatnonzero(np.diff(keys[order])) + 1).tolist()]
    groups = _Groups()
    for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
        members = order[first:last]
        if last - first > 1 and dated[members[0]]:
            groups.join(members.tolist())
    together: dict[tuple[str, int], list[int]] = {}
    for offset, telling in tellings.items():
        together.setdefault((telling, int(c.subject[rows[offset]])), []).append(offset)
    for offsets in together.values():
        groups.join(offsets)
    found: dict[int, str] = {}
    for those in groups:
        event = _event_id(c, rows, those, swapped, dataset)
        found.update((int(rows[offset]), event) for offset in those)
    return found


def _keys(
    c: Columns, rows: Rows, codes: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """A number for each row, the same for rows that are alike, and where subject and object change places."""
    v = vocabulary()
    numbers = {name: n for n, name in enumerate(c.relations)}
    canonical = np.array([numbers.get(_MIRRORED.get(name, name), n) for n, name in enumerate(c.relations)] or [0])
    both_ways = np.array([v.relations[name].symmetric for name in c.relations] or [False])
    mirrored = np.array([name in _MIRRORED and _MIRRORED[name] in numbers for name in c.relations] or [False])
    subject, object, relation = c.subject[rows], c.object[rows], c.relation[rows]
    swapped = mirrored[relation] | (both_ways[relation] & (subject > object) & (object != NONE))
    # The two codes of a visit differ: the relation stands for them.
    told = np.where(mirrored[relation] | np.isin(relation, canonical[mirrored]), -1, codes)
    parts = (
        canonical[relation], told, np.where(swapped, object, subject), np.where(swapped, subject, object),
        c.parties[rows], c.roles[rows], c.earliest[rows], c.latest[rows],
    )  # fmt: skip
    key = np.zeros(len(rows), np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            key = (key ^ part.astype(np.int64).view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
    return key, swapped


def _event_id(c: Columns, rows: Rows, those: Sequence[int], swapped: npt.NDArray[np.bool_], dataset: str) -> str:
    """An id that follows from what the rows say, and not from their numbers."""

    def name(number: int) -> str:
        return "" if number == NONE else c.entities[number]

    told = []
    for offset in those:
        row = rows[offset]
        ends = [name(int(c.subject[row])), name(int(c.object[row]))]
        if swapped[offset] or ends[1] < ends[0]:
            ends.reverse()
        parties = sorted(name(p) for p in c.party_sets[c.parties[row]])
        told.append("\t".join([c.relations[c.relation[row]], *ends, *parties, str(c.earliest[row])]))
    digest = hashlib.sha256("\n".join([dataset, min(told)]).encode()).digest()
    return f"{dataset}-{base64.b32encode(digest[:10]).decode().lower()}"


class _Groups:
    """Disjoint sets of numbers."""

    def __init__(self) -> None:
        self._of: dict[int, list[int]] = {}

    def join(self, members: Sequence[int]) -> None:
        """Makes these members of one set, with all that are in a set with one of them."""
        if len(members) < 2:
            return
        sets = {id(s): s for m in members if (s := self._of.get(m)) is not None}
        joined = list(dict.fromkeys([*members, *(m for s in sets.values() for m in s)]))
        for member in joined:
            self._of[member] = joined

    def __iter__(self) -> Iterator[list[int]]:
        return iter({id(s): s for s in self._of.values()}.values())
