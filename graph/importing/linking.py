"""Which records of one file tell of the same event: the same act between the same actors on the same day."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, Columns, Ints, Rows
from ontology import UNSPECIFIED, vocabulary

_MIRRORED = {"receives": "visits"}
"""Relations that tell another one from the other side."""
_AT_ONCE = 1 << 18
"""Rows whose numbers are made together: they take ten times the room of what comes of them."""


def linked_records(
    c: Columns, rows: Rows, codes: npt.NDArray[np.integer], tellings: Mapping[int, str], dataset: str
) -> Iterator[tuple[list[int], str]]:
    """The rows that tell of one event, where several do, with the event; `codes` and `rows` go together.

    Rows are alike that have code, actors and one day in common; of what is symmetric, and of visits and receptions,
    either order of the actors. Rows of `tellings` that share a telling and their subject are one act towards several,
    such as a mediation between two sides. Only dates of one day count, since who met twice in a year has met twice, and
    only actors who are told: two unspecified ones may be anybody.
    """
    keys, swapped = _keys(c, rows, codes)
    nobody = c.entity_number.get(UNSPECIFIED, NONE - 1)
    dated = (c.earliest[rows] == c.latest[rows]) & (c.subject[rows] != nobody) & (c.object[rows] != nobody)
    labels = np.where(dated, _first_alike(keys), np.arange(len(rows), dtype=np.int32))
    del keys, dated
    together: dict[tuple[str, int], list[int]] = {}
    for offset, telling in tellings.items():
        together.setdefault((telling, int(c.subject[rows[offset]])), []).append(int(labels[offset]))
    _join(labels, together.values())
    order = np.argsort(labels, kind="stable").astype(np.int32)
    starts, ends = _runs(labels[order])
    for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
        those = order[first:end].tolist()
        yield rows[those].tolist(), _event_id(c, rows, those, swapped, dataset)


def _first_alike(keys: npt.NDArray[np.uint64]) -> Ints:
    """For each place the first one with the same key."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    ordered = keys[order]
    starts = np.arange(len(keys), dtype=np.int32)
    starts[1:][ordered[1:] == ordered[:-1]] = 0
    found = np.empty_like(order)
    found[order] = order[np.maximum.accumulate(starts)]
    return found


def _join(labels: Ints, sets: Iterable[list[int]]) -> None:
    """Gives all that bear a label of one of these sets the least of its labels."""
    parent: dict[int, int] = {}

    def root(label: int) -> int:
        while (up := parent.get(label, label)) != label:
            label = up
        return label

    for members in sets:
        joined = {root(m) for m in members}
        least = min(joined)
        parent.update((label, least) for label in joined)
    known = np.array(sorted(parent), np.int32)
    if not len(known):
        return
    roots = np.array([root(label) for label in known.tolist()], np.int32)
    at = np.minimum(np.searchsorted(known, labels), len(known) - 1)
    named = known[at] == labels
    labels[named] = roots[at[named]]


def _runs(ordered: Ints) -> tuple[Rows, Rows]:
    """Where equal values begin and end that follow each other, of those that are several."""
    edges = np.flatnonzero(np.diff(ordered, prepend=-1, append=-1))
    several = np.diff(edges) > 1
    return edges[:-1][several], edges[1:][several]


def _keys(
    c: Columns, rows: Rows, codes: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """A number for each row, the same for rows that are alike, and where subject and object change places."""
    key, swapped = np.empty(len(rows), np.uint64), np.empty(len(rows), bool)
    for first in range(0, len(rows), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        key[some], swapped[some] = _keys_of(c, rows[some], codes[some])
    return key, swapped


def _keys_of(
    c: Columns, rows: Rows, codes: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    v = vocabulary()
    numbers = {name: n for n, name in enumerate(c.relations)}
    canonical = np.array([numbers.get(_MIRRORED.get(name, name), n) for n, name in enumerate(c.relations)] or [0])
    both_ways = np.array([v.relations[name].symmetric for name in c.relations] or [False])
    mirrored = np.array([name in _MIRRORED and _MIRRORED[name] in numbers for name in c.relations] or [False])
    two_sided = np.array([name in _MIRRORED or name in _MIRRORED.values() for name in c.relations] or [False])
    subject, object, relation = c.subject[rows], c.object[rows], c.relation[rows]
    swapped = mirrored[relation] | (both_ways[relation] & (subject > object) & (object != NONE))
    # The two codes of a visit differ: the relation stands for them.
    told = np.where(two_sided[relation], -1, codes)
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
