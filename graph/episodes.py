"""Episodes of mediation: offer or request, response, sessions and what ends them, linked by their statements.

The rule by which statements make an episode is in docs/decisions/0021-what-makes-an-episode.md.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from graph.columns import MODALITIES, NONE, OPEN_END, OPEN_START, SUBJECT_IS_STATEMENT, Rows, day
from graph.dataframes import frame
from graph.evidence import KINDS, Evidence
from graph.exceptions import ParameterError
from graph.questions import TOLD, Level, raiser
from graph.selection import Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED, Modality, vocabulary

if TYPE_CHECKING:
    import pandas as pd

GAP = 90
"""Days without a statement after which coded acts of one mediator between the same sides are another episode."""
_MOST_GAP = 36_500
_ATTRIBUTE = re.compile(r"mediation-([a-z]+)(?:[-.][a-z0-9._-]*)?:")


class Stage(StrEnum):
    """What a phase of an episode is."""

    REQUEST = "request"
    OFFER = "offer"
    RESPONSE = "response"
    GOOD_OFFICES = "good offices"
    SESSION = "session"
    INTERRUPTION = "interruption"
    OTHER = "other"


_STAGES = {
    "requests-mediation": Stage.REQUEST,
    "offers-mediation": Stage.OFFER,
    "accepts-mediation": Stage.RESPONSE,
    "rejects-mediation": Stage.RESPONSE,
    "prefers-mediation": Stage.RESPONSE,
    "offers-to-host": Stage.OFFER,
    "convenes": Stage.GOOD_OFFICES,
    "facilitates": Stage.GOOD_OFFICES,
    "hosts": Stage.GOOD_OFFICES,
    "guarantees": Stage.OTHER,
    "witnesses": Stage.OTHER,
    "observes": Stage.OTHER,
    "is-third-party-to": Stage.OTHER,
    "mediates": Stage.SESSION,
    "halts-mediation": Stage.INTERRUPTION,
    "resumes-mediation": Stage.INTERRUPTION,
    "threatens-to-end-mediation": Stage.INTERRUPTION,
}
_BETWEEN = (Stage.OFFER, Stage.GOOD_OFFICES, Stage.SESSION, Stage.OTHER)
"""Stages whose subject stands between the sides; of requests and responses the object does, else either may."""
_HELP = (
    "offers-to-host", "convenes", "facilitates", "hosts", "guarantees", "witnesses", "observes", "is-third-party-to",
)  # fmt: skip
"""Relations of third parties of whom it does not follow that they mediate."""


class Standing(StrEnum):
    """Whether a phase is told as having taken place, denied, or only meant, possible or asked about."""

    TOLD = "told"
    DENIED = "denied"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Phase:
    """What statements of one relation tell of one subject in an episode, all with the same standing.

    `voices` are who says so: ids of outermost speakers, "" for the source itself. `coded` has what coders tell of the
    attempt, such as strategy, rank or outcome: codes of schemes that begin with `mediation-`, by what follows.
    """

    stage: Stage
    relation: str
    subject: str | None
    standing: Standing
    modalities: tuple[str, ...]
    voices: tuple[str, ...]
    earliest: str | None
    latest: str | None
    coded: dict[str, tuple[str, ...]]
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Episode:
    """One attempt of some third parties between some sides, by one kind of evidence.

    `mediators` mediate, offer it or are asked for it; `third_parties` are told only to host, convene, facilitate,
    witness and the like, of which it does not follow that they mediate.
    `inferred` tells whether some of its statements are in it only because mediator, sides and time agree, and no
    event or reference says so. `earliest` and `latest` bound all its dated statements; `undated` have none.
    """

    id: str
    evidence: Evidence
    datasets: tuple[str, ...]
    mediators: tuple[str, ...]
    third_parties: tuple[str, ...]
    sides: tuple[str, ...]
    phases: tuple[Phase, ...]
    inferred: bool
    earliest: str | None
    latest: str | None
    undated: int

    @property
    def statements(self) -> tuple[str, ...]:
        """Ids of all its statements, each once."""
        return tuple(s for phase in self.phases for s in phase.statements)

    @property
    def coded(self) -> dict[str, tuple[str, ...]]:
        """What coders tell of it, by attribute: whole codes, so that two coders' words are not taken for one scale."""
        return _by_attribute(code for phase in self.phases for codes in phase.coded.values() for code in codes)

    @property
    def answer(self) -> str | None:
        """accepted, rejected, or disputed where both are told; None where no answer is: that is no refusal."""
        told = {p.relation for p in self.phases if p.standing is Standing.TOLD and p.stage is Stage.RESPONSE}
        v = vocabulary()
        accepted = any(r in v.narrower("accepts-mediation") for r in told)
        rejected = any(r in v.narrower("rejects-mediation") for r in told)
        if accepted and rejected:
            return "disputed"
        return "accepted" if accepted else "rejected" if rejected else None

    @property
    def initiated_by(self) -> tuple[str, ...]:
        """Ids of those who request or offer it in the first phase that is told with a subject, if it is of that."""
        first = next((p for p in self.phases if p.standing is Standing.TOLD and p.subject), None)
        if first is None or first.stage not in (Stage.REQUEST, Stage.OFFER):
            return ()
        begun = {p.subject for p in self.phases if p.stage is first.stage and p.earliest == first.earliest}
        return tuple(sorted(s for s in begun if s))


@dataclass(frozen=True)
class Episodes:
    """Episodes in the order of their beginnings, undated ones last.

    With two sides asked for, `one_sided` counts the episodes that name but one of them and are left out. `undated`
    counts the statements that are left out of the window for having no date.
    """

    found: tuple[Episode, ...]
    gap: int
    level: Level
    one_sided: int
    undated: int
    revision: int

    def __iter__(self) -> Iterator[Episode]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def note(self) -> str:
        """Why there is no episode; nothing where there is one."""
        if self.found:
            return ""
        if self.one_sided:
            return f"no episode names both sides: {self.one_sided} name one of them"
        if self.undated:
            return f"no dated statement: {self.undated} match but have no date, and no window holds them"
        return "no statement of mediation matches these filters and actors"

    @cached_property
    def acceptance(self) -> dict[Evidence, dict[str, int]]:
        """By kind of evidence: offers or requests that are told, and how many were accepted, rejected or disputed."""
        counts: dict[Evidence, dict[str, int]] = {}
        for e in self.found:
            if any(p.stage in (Stage.OFFER, Stage.REQUEST) and p.standing is Standing.TOLD for p in e.phases):
                of = counts.setdefault(e.evidence, dict.fromkeys(("asked", "accepted", "rejected", "disputed"), 0))
                of["asked"] += 1
                if e.answer:
                    of[e.answer] += 1
        return counts

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a phase."""
        for e in self.found:
            for n, p in enumerate(e.phases, 1):
                yield {
                    "episode": e.id, "evidence": e.evidence.value, "mediators": "; ".join(e.mediators),
                    "third_parties": "; ".join(e.third_parties), "sides": "; ".join(e.sides),
                    "inferred": e.inferred, "phase": n, "stage": p.stage.value,
                    "relation": p.relation, "subject": p.subject, "standing": p.standing.value,
                    "modalities": "; ".join(p.modalities), "earliest": p.earliest, "latest": p.latest,
                    "coded": "; ".join(code for codes in p.coded.values() for code in codes),
                    "statements": "; ".join(p.statements),
                }  # fmt: skip

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame. Raises MissingExtraError."""
        return frame(self.rows(), COLUMNS)


COLUMNS = (
    "episode", "evidence", "mediators", "third_parties", "sides", "inferred", "phase", "stage", "relation", "subject",
    "standing", "modalities", "earliest", "latest", "coded", "statements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Act:
    """One statement: who stands between whom, as far as it says so; `helps`: it does not follow that they mediate."""

    row: int
    stage: Stage
    helps: bool
    between: frozenset[int]
    sides: frozenset[int]
    earliest: int
    latest: int

    @property
    def is_dated(self) -> bool:
        return (self.earliest, self.latest) != (OPEN_START, OPEN_END)


def episodes(
    snapshot: Snapshot, selection: Selection, *, between: Sequence[str] = (), mediator: str | None = None,
    gap: int = GAP, level: Level = Level.ENTITY,
) -> Episodes:  # fmt: skip
    """The episodes that the selected statements of the family mediation tell of.

    `between` and `mediator` are ids at the level asked for: they choose among episodes, so that an offer to one side
    is there beside the answer of the other. Raises ParameterError, and what `Selector.select` raises.
    """
    if not 0 <= gap <= _MOST_GAP:
        raise ParameterError("gap", f"{gap} is no number of days from 0 to {_MOST_GAP}")
    if len(set(between)) not in (0, 2) or len(between) > 2:
        raise ParameterError("between", f"takes two different actors, got {', '.join(between)}")
    c = snapshot.columns
    found = snapshot.selector.select(selection)
    rows, undated = (r[snapshot.selector.are_mediations(r)] for r in (np.sort(found.rows), found.without_date))
    acts = _acts(snapshot, rows, level)
    groups = _groups(snapshot, acts, gap)
    wanted = {c.entity_number.get(id, NONE) for id in between}
    chosen = None if mediator is None else c.entity_number.get(mediator, NONE)
    made, one_sided = [], 0
    for members, inferred in groups:
        sides = frozenset[int]().union(*(acts[n].sides for n in members))
        if chosen is not None and not any(chosen in acts[n].between for n in members):
            continue
        if wanted and not wanted <= sides:
            one_sided += bool(wanted & sides)
            continue
        made.append(_episode(snapshot, [acts[n] for n in members], sides, inferred))
    made.sort(key=lambda e: (e.earliest is None and e.latest is None, e.earliest or e.latest or "", e.id))
    return Episodes(tuple(made), gap, level, one_sided, len(undated), snapshot.revision)


def _acts(snapshot: Snapshot, rows: Rows, level: Level) -> list[_Act]:
    c, v = snapshot.columns, vocabulary()
    stages = {n: stage for word, stage in _STAGES.items() for r in v.narrower(word)
              if (n := c.relation_number.get(r)) is not None}  # fmt: skip
    help = {c.relation_number.get(r) for word in _HELP for r in v.narrower(word)}
    raised = raiser(snapshot, level)
    nobody = {NONE, c.entity_number.get(UNSPECIFIED, NONE)}
    kinds = v.relations["mediates"].frame.party_kinds

    def is_actor(number: int) -> bool:
        entity = snapshot.entities.get(c.entities[number])
        return entity is not None and entity.kind in kinds

    found = []
    for row in rows.tolist():
        span = int(c.earliest[row]), int(c.latest[row])
        stage = stages.get(int(c.relation[row]), Stage.OTHER)

        def named(numbers: Iterable[int], span: tuple[int, int] = span) -> frozenset[int]:
            return frozenset(raised(n, *span) for n in numbers if n not in nobody and is_actor(n))

        subject = named([] if c.flags[row] & SUBJECT_IS_STATEMENT else [int(c.subject[row])])
        object, parties = named([int(c.object[row])]), named(c.party_sets[c.parties[row]])
        beside = named(e for role, e in c.role_sets[c.roles[row]] if role == "co-mediator")
        if stage in _BETWEEN:
            between, sides = subject | beside, object | parties
        elif stage in (Stage.REQUEST, Stage.RESPONSE):
            between, sides = object | beside, subject | parties
        else:  # who halts a mediation may be either
            between, sides = beside, parties
        found.append(_Act(row, stage, int(c.relation[row]) in help, between, sides - between, *span))
    return found


def _groups(snapshot: Snapshot, acts: Sequence[_Act], gap: int) -> list[tuple[list[int], bool]]:
    """The acts of each episode, and whether some are in it only by inference."""
    c, origins = snapshot.columns, snapshot.selector.origins
    told: nx.Graph[int] = nx.empty_graph(len(acts))
    place = {act.row: n for n, act in enumerate(acts)}
    events: dict[tuple[int, ...], int] = {}
    for n, act in enumerate(acts):
        source = int(c.source[act.row])
        kind = int(origins.evidence[source])
        if (event := int(c.event[act.row])) != NONE:
            # Of coded events an event is a story's sentence, which may tell of several mediators.
            own = tuple(sorted(act.between)) if KINDS[kind] is Evidence.EVENT else ()
            told.add_edge(n, events.setdefault((kind, event, *own), n))
        reference = int(c.subject[act.row]) if c.flags[act.row] & SUBJECT_IS_STATEMENT else NONE
        for other in (int(c.about[act.row]), reference):
            if (there := place.get(other)) is not None and origins.evidence[c.source[other]] == kind:
                told.add_edge(n, there)
    linked: nx.Graph[int] = told.copy()
    dated: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    undated: dict[tuple[Any, ...], int] = {}
    for n, act in enumerate(acts):
        source = int(c.source[act.row])
        kind = int(origins.evidence[source])
        is_claim = KINDS[kind] is Evidence.CLAIM
        if not (act.between and act.sides):
            continue
        if act.is_dated:
            whose = NONE if is_claim else int(origins.dataset[source])
            dated[kind, whose, act.between, act.sides].append(n)
        elif is_claim:
            linked.add_edge(n, undated.setdefault((source, act.between, act.sides), n))
    for members in dated.values():
        members.sort(key=lambda n: _within(acts[n]))
        last, until = members[0], _within(acts[members[0]])[1]
        for n in members[1:]:
            low, high = _within(acts[n])
            if low - until <= gap:
                linked.add_edge(last, n)
            if high >= until:
                last, until = n, high
    parts = {n: k for k, part in enumerate(nx.connected_components(told)) for n in part}
    return [(sorted(group), len({parts[n] for n in group}) > 1) for group in nx.connected_components(linked)]


def _within(act: _Act) -> tuple[int, int]:
    """First and last day, of an open bound the other one."""
    low = act.latest if act.earliest == OPEN_START else act.earliest
    return low, act.earliest if act.latest == OPEN_END else act.latest


def _episode(snapshot: Snapshot, acts: Sequence[_Act], sides: Iterable[int], inferred: bool) -> Episode:
    c, origins = snapshot.columns, snapshot.selector.origins
    phases: dict[tuple[Stage, int, int, Standing], list[_Act]] = defaultdict(list)
    for act in acts:
        subject = NONE if c.flags[act.row] & SUBJECT_IS_STATEMENT else int(c.subject[act.row])
        phases[act.stage, int(c.relation[act.row]), subject, _standing(int(c.modality[act.row]))].append(act)
    made = [_phase(snapshot, key, those) for key, those in phases.items()]
    order = list(Stage)
    made.sort(key=lambda p: (p.earliest or p.latest or "9999", order.index(p.stage), p.relation, p.subject or "",
                             p.standing, p.statements))  # fmt: skip
    dated = [a for a in acts if a.is_dated]
    mediators = frozenset[int]().union(*(a.between for a in acts if not a.helps))
    helpers = frozenset[int]().union(*(a.between for a in acts if a.helps)) - mediators
    source = int(c.source[acts[0].row])
    datasets = {snapshot.sources[c.sources[int(c.source[a.row])]].dataset for a in acts}
    return Episode(
        id=min(c.id(a.row) for a in acts),
        evidence=KINDS[int(origins.evidence[source])],
        datasets=tuple(sorted(d for d in datasets if d)),
        mediators=_ids(snapshot, mediators),
        third_parties=_ids(snapshot, helpers),
        sides=_ids(snapshot, sides),
        phases=tuple(made),
        inferred=inferred,
        earliest=_date(min((a.earliest for a in dated), default=OPEN_START)),
        latest=_date(max((a.latest for a in dated), default=OPEN_END)),
        undated=len(acts) - len(dated),
    )


def _phase(snapshot: Snapshot, key: tuple[Stage, int, int, Standing], acts: Sequence[_Act]) -> Phase:
    stage, relation, subject, standing = key
    c = snapshot.columns
    chains = {c.chains[c.speakers[a.row]] for a in acts}
    dated = [a for a in acts if a.is_dated]
    return Phase(
        stage=stage,
        relation=c.relations[relation],
        subject=None if subject == NONE or c.entities[subject] == UNSPECIFIED else c.entities[subject],
        standing=standing,
        modalities=tuple(sorted({MODALITIES[c.modality[a.row]].value for a in acts})),
        voices=tuple(sorted({c.entities[chain[0]] if chain else "" for chain in chains})),
        earliest=_date(min((a.earliest for a in dated), default=OPEN_START)),
        latest=_date(max((a.latest for a in dated), default=OPEN_END)),
        coded=_by_attribute(code for a in acts for code in snapshot.codes(a.row)),
        statements=tuple(sorted(c.id(a.row) for a in acts)),
    )


def _by_attribute(codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Codes of schemes `mediation-ATTRIBUTE`, with or without a version, by attribute."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        if told := _ATTRIBUTE.match(code):
            found[told[1]].add(code)
    return {attribute: tuple(sorted(found[attribute])) for attribute in sorted(found)}


def _standing(modality: int) -> Standing:
    if modality in TOLD:
        return Standing.TOLD
    return Standing.DENIED if MODALITIES[modality] is Modality.NEGATED else Standing.OPEN


def _ids(snapshot: Snapshot, numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted(snapshot.columns.entities[n] for n in numbers))


def _date(number: int) -> str | None:
    found = day(number)
    return found.isoformat() if found else None
