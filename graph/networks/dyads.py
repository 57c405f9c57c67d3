"""Dyads: who acts towards whom, how often and with which sign, counted from the columns at once."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from graph.columns import MODALITIES, NONE, OPEN_END, OPEN_START, REPEATED, Ints, Rows, day
from graph.evidence import KINDS, Evidence
from graph.networks.asked import Asked, Chosen, about, choose, note
from graph.networks.shown import DiNetwork, Network
from graph.questions import Level, are_agreements, raiser
from graph.snapshot import Snapshot
from graph.tables.units import acts
from ontology import Kind, Modality, vocabulary

Mask = npt.NDArray[np.bool_]
NO_SIGN = -2
"""Stands in `Dyads.sign` where no act has a sign."""
EVENTS = {Evidence.CLAIM: "claims", Evidence.EVENT: "coded", Evidence.AGREEMENT: "agreements"}
"""Names of the numbers of events by kind of evidence."""
_CLAIM, _AGREEMENT = KINDS.index(Evidence.CLAIM), KINDS.index(Evidence.AGREEMENT)
_CODED = MODALITIES.index(Modality.CODED)


@dataclass(frozen=True)
class Dyads:
    """Dyads as arrays, one value a dyad, by the numbers of the two entities in `columns.entities`.

    `weight` counts the events that took place, each once, however many statements tell of it: as `Found.events`
    does. Kinds of evidence are counted apart in `events` (one column each, see KINDS) and never added: `weight` is
    what the kind tells of that tells of most. It is `exact` where that is sure. `positive` and `negative` are
    counted in the same way, `sign` and `mixed` follow from them: see `signs`. `families` and `modalities` have a
    bit for each that occurs, `earliest` and `latest` are those of all statements that have a date. The statements of
    dyad n are `rows[starts[n]:starts[n + 1]]`, in order.
    """

    snapshot: Snapshot
    asked: Asked
    chosen: Chosen
    directed: bool
    one: Rows
    other: Rows
    weight: Rows
    events: Rows
    exact: Mask
    positive: Rows
    negative: Rows
    sign: npt.NDArray[np.int8]
    mixed: Mask
    families: Rows
    modalities: Rows
    earliest: Ints
    latest: Ints
    rows: Rows
    starts: Rows

    def __len__(self) -> int:
        return len(self.one)

    def statements(self, number: int) -> list[str]:
        """Ids of the statements that a dyad rests on."""
        return self.snapshot.columns.ids_of(self.rows[self.starts[number] : self.starts[number + 1]])

    def where(self, kept: Mask) -> "Dyads":
        """Some of the dyads; what they say of themselves is still that of all."""
        lengths = np.diff(self.starts)
        some = {name: getattr(self, name)[kept] for name in _EACH}
        rows, starts = self.rows[np.repeat(kept, lengths)], np.append(0, np.cumsum(lengths[kept]))
        found = replace(self, rows=rows, starts=starts, **some)
        vars(found)["about"] = self.about
        return found

    def with_any(self, ids: Iterable[str]) -> Mask:
        """Which of the dyads have one of these entities in them."""
        there = np.zeros(len(self.snapshot.columns.entities), bool)
        numbers = self.snapshot.columns.entity_number
        there[[numbers[id] for id in ids if id in numbers]] = True
        return there[self.one] | there[self.other]

    @cached_property
    def nodes(self) -> Rows:
        """Numbers of all entities that are in a dyad."""
        there = np.zeros(len(self.snapshot.columns.entities), bool)
        there[self.one] = there[self.other] = True
        return np.flatnonzero(there)

    @cached_property
    def about(self) -> dict[str, Hashable]:
        """What they say of themselves, as networks do: what was asked for, and what was left out."""
        return about(
            self.snapshot, self.asked, self.chosen, majority=self.asked.majority,
            without_pair=len(self.chosen.rows) - int(np.count_nonzero(np.bincount(self.rows))),
            note=note(self.asked, self.chosen, nodes=len(self.nodes), edges=len(self)),
        )  # fmt: skip

    def graph(self) -> "nx.Graph[str]":
        """A frozen DiGraph of entity ids, a Graph where the dyads have no direction: see `docs/networks.md`."""
        graph: nx.Graph[str] = DiNetwork() if self.directed else Network()
        c, columns = self.snapshot.columns, self._attributes()
        add_actors(graph, self.snapshot, self.nodes.tolist())
        ids = c.entities
        names = list(columns)
        graph.add_edges_from(
            (ids[one], ids[other], dict(zip(names, values, strict=True)))
            for one, other, *values in zip(self.one.tolist(), self.other.tolist(), *columns.values(), strict=True)
        )
        graph.graph |= self.about
        return nx.freeze(graph)  # type: ignore[no-any-return]

    def _attributes(self) -> dict[str, Sequence[Any]]:
        """The attributes of the edges, each a list as long as there are dyads."""
        ids = self.snapshot.columns.ids_of(self.rows) if len(self.rows) else []
        starts = self.starts.tolist()
        return {
            "weight": self.weight.tolist(),
            "exact": self.exact.tolist(),
            **{EVENTS[kind]: self.events[:, n].tolist() for n, kind in enumerate(KINDS)},
            "statements": [tuple(ids[a:b]) for a, b in pairwise(starts)],
            "families": _words(self.families, sorted(vocabulary().families)),
            "modalities": _words(self.modalities, [m.value for m in MODALITIES]),
            "sign": [None if s == NO_SIGN else s for s in self.sign.tolist()],
            "mixed": self.mixed.tolist(),
            "positive": self.positive.tolist(),
            "negative": self.negative.tolist(),
            "earliest": _dates(self.earliest),
            "latest": _dates(self.latest),
            "spells": self.spells(),
        }

    def spells(self) -> list[tuple[str, ...]]:
        """The times in which the dated statements of each dyad lie, as intervals in EDTF, those that touch as one.

        An open end stands as "..": what was before 2031 lies in "../2030-12-31".
        """
        c = self.snapshot.columns
        dyad = np.repeat(np.arange(len(self)), np.diff(self.starts))
        low, high = c.earliest[self.rows].astype(np.int64), c.latest[self.rows].astype(np.int64)
        dated = np.flatnonzero((low != OPEN_START) | (high != OPEN_END))
        order = dated[np.lexsort((low[dated], dyad[dated]))]
        dyad, low, high = dyad[order], low[order], high[order]
        # The latest end so far in each dyad: its number weighs more than any day.
        span = OPEN_END + 2
        ends = np.maximum.accumulate(dyad * span + high) if len(dyad) else high
        begins = np.flatnonzero(np.append(True, dyad[1:] * span + low[1:] > ends[:-1] + 1)[: len(dyad)])
        last = np.append(begins[1:], len(dyad))[: len(begins)] - 1
        words = [
            f"{first or '..'}/{final or '..'}"
            for first, final in zip(_dates(low[begins]), _dates(ends[last] - dyad[last] * span), strict=True)
        ]
        places = np.searchsorted(dyad[begins], np.arange(len(self) + 1)).tolist()
        return [tuple(words[a:b]) for a, b in pairwise(places)]


_EACH = (
    "one", "other", "weight", "events", "exact", "positive", "negative", "sign", "mixed", "families", "modalities",
    "earliest", "latest",
)  # fmt: skip


def add_actors(graph: "nx.Graph[str]", snapshot: Snapshot, numbers: Iterable[int]) -> None:
    """Adds entities as nodes: see `actors`."""
    graph.add_nodes_from(actors(snapshot, numbers))


def actors(snapshot: Snapshot, numbers: Iterable[int]) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Ids of entities with label, kind, and the id of the state that they are or act for, None if not one."""
    c, raised = snapshot.columns, raiser(snapshot, Level.STATE)
    for number in numbers:
        id = c.entities[number]
        entity, state = snapshot.entities[id], c.entities[raised(number, OPEN_START, OPEN_END)]
        is_state = snapshot.entities[state].kind is Kind.STATE
        yield id, {"label": entity.label.text, "kind": str(entity.kind), "state": state if is_state else None}


def dyads(snapshot: Snapshot, asked: Asked) -> Dyads:
    """The dyads of the statements asked for: directed ones, unless a signed network is asked for.

    Who acts towards whom is what the tables of directed dyads have, and mediators towards each side; see `acts`. Only
    modalities that are admitted count: see `Asked.modalities`. Raises what `Selector.select` raises.
    """
    return dyads_of(snapshot, asked, choose(snapshot, asked))


def dyads_of(snapshot: Snapshot, asked: Asked, chosen: Chosen) -> Dyads:
    """The dyads of rows that are chosen already."""
    at, one, other = acts(snapshot, chosen.rows, asked.level, directed=asked.projection.directed)
    return dyads_among(snapshot, asked, chosen, chosen.rows[at], one, other)


def dyads_among(snapshot: Snapshot, asked: Asked, chosen: Chosen, row: Rows, one: Rows, other: Rows) -> Dyads:
    """The dyads of rows of which it is known who acts towards whom in each: see `acts`."""
    c, origins = snapshot.columns, snapshot.selector.origins
    if asked.focus:
        kept = _around(snapshot, asked, one, other)
        row, one, other = row[kept], one[kept], other[kept]
    size = len(c.entities) + 1
    pair = one * size + other
    order = _order(pair)
    pair, row = pair[order], row[order]
    begins = _firsts(pair)
    number = len(begins)
    edge = np.repeat(np.arange(number), _lengths(begins, len(pair)))
    source = c.source[row].astype(np.int64)
    kind = origins.evidence[source].astype(np.int64)
    cell, event = kind * number + edge, _linked(snapshot, row, kind)
    teller = np.where(kind == _CLAIM, 0, origins.dataset[source] + 1)
    told = _Told(cell, teller, event, source, c.coder[row].astype(np.int64))
    cells = number * len(KINDS)
    events, several = told.events(cells)
    signs_of = np.array([vocabulary().relations[r].sign if vocabulary().relations[r].sign is not None else NO_SIGN
                         for r in c.relations] or [NO_SIGN], np.int8)[c.relation[row]]  # fmt: skip
    positive, negative = (told.events(cells, signs_of == s)[0].reshape(len(KINDS), -1).T for s in (1, -1))
    neutral = np.bincount(edge[signs_of == 0], minlength=number) > 0
    sign, mixed = signs(positive, negative, neutral, asked.majority)
    by_kind = events.reshape(len(KINDS), -1).T
    loose = (event == NONE) & (c.modality[row] != _CODED)
    unsure = several | told.read_twice(cells) | ((events > 1) & (np.bincount(cell[loose], minlength=cells) > 0))
    unsure |= np.bincount(cell[c.flags[row] & REPEATED != 0], minlength=cells) > 0
    low, high = _bounds(c.earliest[row], c.latest[row], begins)
    families = sorted(vocabulary().families)
    family = np.array([1 << families.index(vocabulary().relations[r].family) for r in c.relations] or [0], np.int64)
    return Dyads(
        snapshot, asked, chosen, asked.projection.directed, pair[begins] // size, pair[begins] % size,
        weight=by_kind.max(axis=1, initial=0),
        events=by_kind,
        exact=~unsure.reshape(len(KINDS), -1).any(axis=0) & ((by_kind > 0).sum(axis=1) < 2),
        positive=positive.max(axis=1, initial=0),
        negative=negative.max(axis=1, initial=0),
        sign=sign,
        mixed=mixed,
        families=_all_of(family[c.relation[row]], begins),
        modalities=_all_of(np.left_shift(1, c.modality[row].astype(np.int64)), begins),
        earliest=low,
        latest=high,
        rows=row,
        starts=np.append(begins, len(row)),
    )  # fmt: skip


def signs(positive: Rows, negative: Rows, neutral: Mask, majority: float) -> tuple[npt.NDArray[np.int8], Mask]:
    """The sign of each dyad, and whether it is mixed, from its positive and negative events by kind of evidence.

    For each kind of evidence: the sign that at least `majority` of the signed events have; *mixed* where neither has.
    Of several kinds that have one the dyad has the sign on which they agree, and is mixed where they do not. The sign
    is 0 where it is mixed, and where all acts are neutral; NO_SIGN where no act has any, as in mediation.
    """
    total = positive + negative
    of_kind = np.where(positive >= majority * total, 1, np.where(negative >= majority * total, -1, 0))
    has = total > 0
    low = np.where(has, of_kind, 1).min(axis=1, initial=1)
    high = np.where(has, of_kind, -1).max(axis=1, initial=-1)
    any_signed = has.any(axis=1)
    mixed = any_signed & ((low != high) | (low == 0))
    sign = np.where(any_signed, np.where(mixed, 0, low), np.where(neutral, 0, NO_SIGN))
    return sign.astype(np.int8), mixed


class _Told:
    """Statements in cells, each of one dyad and kind of evidence, with what tells the events apart.

    Each statement is one number, which a sort brings next to those that may tell of the same: its cell and teller (the
    data set of what is coded; claims all have the same), then its event, else its source and coder.
    """

    def __init__(self, cell: Rows, teller: Rows, event: Rows, source: Rows, coder: Rows) -> None:
        self._tellers, self._events, self._sources, self._coders = map(_numbers, (teller, event, source, coder))
        self._width = self._events + self._sources * self._coders
        of_nobody = self._events + source * self._coders + coder
        self._keys = (cell * self._tellers + teller) * self._width + np.where(event == NONE, of_nobody, event)
        self._cell, self._source, self._coder = cell, source, coder

    def events(self, cells: int, kept: Mask | None = None) -> tuple[Rows, Mask]:
        """Events of each cell, and where several tellers make the number unsure; of all statements or of some.

        Statements that share an event count once. Of the others, of one source, those count of the coder who has
        most; of several tellers, who may tell of the same, the one counts who tells of most.
        """
        keys = np.sort(self._keys if kept is None else self._keys[kept])
        found, several = np.zeros(cells, np.int64), np.zeros(cells, bool)
        if not len(keys):
            return found, several
        first = _firsts(keys)
        count, keys = _lengths(first, len(keys)), keys[first]
        place, told = np.divmod(keys, self._width)
        unlinked = told >= self._events
        of_source = _firsts(keys - np.where(unlinked, (told - self._events) % self._coders, 0))
        most = np.maximum.reduceat(np.where(unlinked, count, 1), of_source)
        place = place[of_source]
        of_teller = _firsts(place)
        cell = place[of_teller] // self._tellers
        of_cell = _firsts(cell)
        found[cell[of_cell]] = np.maximum.reduceat(np.add.reduceat(most, of_teller), of_cell)
        several[cell[of_cell]] = _lengths(of_cell, len(cell)) > 1
        return found, several

    def read_twice(self, cells: int) -> Mask:
        """Cells in which one source is read by several coders."""
        readings = _distinct(self._source * self._coders + self._coder)
        shared = np.bincount(readings // self._coders, minlength=self._sources)[self._source] > 1
        readings = (self._cell[shared] * self._sources + self._source[shared]) * self._coders + self._coder[shared]
        of_source = _distinct(readings) // self._coders
        found = np.zeros(cells, bool)
        found[of_source[1:][of_source[1:] == of_source[:-1]] // self._sources] = True
        return found


def _numbers(values: Rows) -> int:
    """How many numbers there may be, from 0 to the greatest."""
    return int(values.max(initial=0)) + 1


def _firsts(values: Rows) -> Rows:
    """The places at which sorted values change, the first one included."""
    return np.flatnonzero(np.concatenate([[len(values) > 0], values[1:] != values[:-1]]))


def _lengths(firsts: Rows, end: int) -> Rows:
    return np.diff(np.append(firsts, end))


def _distinct(values: Rows) -> Rows:
    """Sorted, each once: np.unique hashes integers, which takes fifty times as long as the sort."""
    ordered = np.sort(values)
    return ordered[_firsts(ordered)]


def _order(keys: Rows) -> Rows:
    """The order that sorts them and keeps the order of equal ones: with their places in one number, where these fit."""
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > 62:
        return np.argsort(keys, kind="stable")
    return np.sort((keys << bits) + np.arange(len(keys))) & ((1 << bits) - 1)


def _linked(snapshot: Snapshot, row: Rows, kind: Rows) -> Rows:
    """The event of each row, NONE where nobody linked it. What tables tell of one agreement is one event."""
    c = snapshot.columns
    event = c.event[row].astype(np.int64)
    papers = np.flatnonzero((kind == _AGREEMENT) & (event == NONE))
    if len(papers):
        papers = papers[are_agreements(snapshot, c.object[row[papers]])]
        event[papers] = len(c.events) + c.object[row[papers]]
    return event


def _around(snapshot: Snapshot, asked: Asked, one: Rows, other: Rows) -> Mask:
    """Where both ends are no more than so many steps from the focus."""
    near = np.zeros(len(snapshot.columns.entities), bool)
    numbers = snapshot.columns.entity_number
    near[[numbers[id] for id in asked.focus if id in numbers]] = True
    for _ in range(asked.steps):
        touched = near[one] | near[other]
        if near[one[touched]].all() and near[other[touched]].all():
            break
        near[one[touched]] = near[other[touched]] = True
    return np.asarray(near[one] & near[other])


def _bounds(low: Ints, high: Ints, begins: Rows) -> tuple[Ints, Ints]:
    """First and last day of each dyad's statements that have a date."""
    if not len(begins):
        return low, high
    undated = (low == OPEN_START) & (high == OPEN_END)
    first = np.minimum.reduceat(np.where(undated, OPEN_END, low), begins)
    last = np.maximum.reduceat(np.where(undated, OPEN_START, high), begins)
    return np.where(first == OPEN_END, OPEN_START, first), np.where(last == OPEN_START, OPEN_END, last)


def _all_of(bits: Rows, begins: Rows) -> Rows:
    return np.bitwise_or.reduceat(bits, begins) if len(begins) else bits


def _words(masks: Rows, words: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of each mask; there are few different ones."""
    present, where = np.unique(masks, return_inverse=True)
    found = [tuple(w for n, w in enumerate(words) if mask >> n & 1) for mask in present.tolist()]
    return [found[n] for n in where.tolist()]


def _dates(days: Ints | Rows) -> list[str | None]:
    present, where = np.unique(days, return_inverse=True)
    found = [d.isoformat() if (d := day(n)) else None for n in present.tolist()]
    return [found[n] for n in where.tolist()]
