"""Filters over the columns: which statements a question is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from graph.acting import Acting
from graph.columns import (
    MODALITIES,
    NONE,
    OPEN_END,
    OPEN_START,
    STATUSES,
    SUBJECT_IS_STATEMENT,
    Columns,
    Index,
    Rows,
    inverted,
)
from graph.evidence import KINDS, Evidence, Origins
from graph.exceptions import NotFoundError, ParameterError
from graph.sources import Source
from ontology import Modality, Status, UnknownTermError, vocabulary

Mask = npt.NDArray[np.bool_]
SOURCE_VOICE = "source"
MEDIATION = "mediation"
STANDING = (Status.ACTIVE, Status.DISPUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to select. Entities and sources are ids; `question` is a relation, with its narrower ones, or a family.

    An entity also matches whoever acts for it at the statement's date, unless `exact`. Windows (`since`,
    `until`) match by overlap and leave out what has no date at all. `according_to` is an entity, for what it
    or who speaks for it is the outermost speaker of (`depth="any"`: a speaker of at any depth), or "source".
    """

    question: str | None = None
    relation: str | None = None
    family: str | None = None
    subject: str | None = None
    object: str | None = None
    about_relation: str | None = None
    about_subject: str | None = None
    party: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    topic: str | None = None
    source: tuple[str, ...] = ()
    dataset: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    attributed_to: str | None = None
    according_to: str | None = None
    depth: Literal["outermost", "any"] = "outermost"
    modality: tuple[Modality, ...] = ()
    status: tuple[Status, ...] = STANDING
    since: date | None = None
    until: date | None = None
    event: str | None = None
    involving: tuple[str, ...] = ()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """Rows that match, and those that match but for the window, having no date at all."""

    rows: Rows
    without_date: Rows

    @property
    def undated(self) -> int:
        """How many have no date at all."""
        return len(self.without_date)


class Selector:
    """Evaluates selections over one revision's columns."""

    def __init__(self, columns: Columns, acting: Acting, sources: Mapping[str, Source]) -> None:
        self._c, self._acting, self._sources = columns, acting, sources

    def select(self, s: Selection) -> Selected:
        """The rows that match, in no meaningful order. Raises ParameterError, UnknownTermError and NotFoundError."""
        self._check(s)
        parts = self._candidates(s)
        return self.among(np.arange(len(self._c)) if parts is None else _union(parts), s)

    def among(self, rows: Rows, s: Selection) -> Selected:
        """Those of these rows that match."""
        for part in self._parts(s):
            if not len(rows):
                break
            rows = part(rows)
        undated = np.empty(0, np.int64)
        if s.since or s.until:
            low = s.since.toordinal() if s.since else OPEN_START
            high = s.until.toordinal() if s.until else OPEN_END
            earliest, latest = self._c.earliest[rows], self._c.latest[rows]
            no_date = (earliest == OPEN_START) & (latest == OPEN_END)
            undated = rows[no_date]
            rows = rows[~no_date & (earliest <= high) & (latest >= low)]
        return Selected(rows, undated)

    def _check(self, s: Selection) -> None:
        if s.since and s.until and s.since > s.until:
            raise ParameterError("since", f"{s.since} is after until, {s.until}: no day lies between")
        actors = {self._c.entity_number.get(i, i) for i in s.between}
        if len(s.between) not in (0, 2) or len(actors) != len(s.between):
            raise ParameterError("between", f"takes two different actors, got {list(s.between)}")
        for word in s.role:
            role = word.partition(":")[0]
            if role not in vocabulary().roles:
                raise UnknownTermError("role", role, vocabulary().roles)
        datasets = {x.collection for x in self._sources.values()} if s.dataset else set()
        for what, ids, known in (
            ("source", s.source, self._sources),
            ("data set", s.dataset, datasets),
            ("event", (s.event,) if s.event else (), self._c.events),
        ):
            for id in ids:
                if id not in known:
                    raise NotFoundError(what, id)

    def most(self, s: Selection) -> int:
        """A number that the selected statements do not exceed, had without selecting them. Raises UnknownTermError."""
        parts = self._candidates(s)
        found = len(self._c) if parts is None else sum(map(len, parts))
        return found + (len(self.without_sides) if s.between else 0)

    def _candidates(self, s: Selection) -> list[Rows] | None:
        """Rows among which are all that match, from the most selective of the indexes that the filters have, if any."""
        c, v = self._c, vocabulary()
        words = [w for w in (s.question, s.relation, s.family) if w]
        relations = frozenset.intersection(*map(v.question, words)) if words else None
        # Negated statements of wider relations answer too: the mask below decides.
        wider = {w for word in words if word in v.relations for w in v.wider(word)}
        near = relations | wider if relations is not None else frozenset(c.relation_number)
        # Symmetric relations match on either side.
        symmetric = any(v.relations[r].symmetric for r in near)
        mediation = all(v.relations[r].family == MEDIATION for r in near)
        ends = [c.subject_index, c.object_index]
        found: list[list[Rows]] = []
        if relations is not None:
            found.append([c.relation_index[c.relation_number[r]] for r in near if r in c.relation_number])
        if s.subject:
            found.append(self._near([s.subject], s.exact, [*ends, c.party_index] if symmetric else ends[:1]))
        if s.object:
            found.append(self._near([s.object], s.exact, [*ends, c.party_index] if symmetric else ends[1:]))
        if s.between:
            found.append(self._near(s.between, s.exact, [c.party_index] if mediation else [*ends, c.party_index]))
        found += (self._near([party], s.exact, [c.party_index]) for party in s.party)
        found += (self._near([other], s.exact, [*ends, c.party_index, c.role_index]) for other in s.involving)
        if s.about_relation or s.about_subject:
            found.append([c.rows_about])
        speakers = [x for x in (s.attributed_to, s.according_to) if x and x != SOURCE_VOICE]
        found += (self._near([speaker], s.exact, [c.speaker_index]) for speaker in speakers)
        return min(found, key=lambda parts: sum(map(len, parts)), default=None)

    def _near(self, entities: Iterable[str], exact: bool, indexes: Iterable[Index]) -> list[Rows]:
        """The rows that the indexes have for the entities and, unless exact, whoever acts for them at any time."""
        agents = dict.fromkeys(agent for entity in entities for agent in self._agents(entity, exact))
        return [index[agent] for index in indexes for agent in agents]

    def _relation_mask(self, word: str, rows: Rows) -> Mask:
        """Rows of the relation, narrower ones included; a negated one answers only for itself and what is narrower."""
        c, v = self._c, vocabulary()
        mask = _among(c.relation[rows], self._numbers(v.question(word)), c.relations)
        if word in v.relations:
            # "not mediates" says that no narrower relation holds either, but "not brokers" says nothing of mediates.
            negated = c.modality[rows] == MODALITIES.index(Modality.NEGATED)
            mask = np.where(negated, _among(c.relation[rows], self._numbers(v.wider(word)), c.relations), mask)
        return mask

    def _numbers(self, relations: Iterable[str]) -> list[int]:
        return [self._c.relation_number[r] for r in relations if r in self._c.relation_number]

    @cached_property
    def _symmetric(self) -> list[int]:
        return self._numbers(r.id for r in vocabulary().relations.values() if r.symmetric)

    @cached_property
    def _statuses(self) -> frozenset[int]:
        """The numbers of the statuses that some statement has."""
        return frozenset(np.flatnonzero(np.bincount(self._c.status)).tolist())

    @cached_property
    def origins(self) -> Origins:
        """The kind of evidence and the data set of each source."""
        return Origins(self._c.sources, self._sources)

    @cached_property
    def without_sides(self) -> Rows:
        """Rows of third parties to agreements that do not name the sides: other records of these tables do."""
        c = self._c
        mediations = [c.relation_index[n] for n in self._mediation]
        return self._of_agreements(_union(mediations), c.parties == 0)

    @cached_property
    def partakings(self) -> Rows:
        """Rows of tables of agreements that name one who is party to it."""
        c = self._c
        numbers = self._numbers(vocabulary().question("is-party-to"))
        return self._of_agreements(_union([c.relation_index[n] for n in numbers]), c.subject != NONE)

    def _of_agreements(self, rows: Rows, kept: Mask) -> Rows:
        c = self._c
        told = (c.modality[rows] == MODALITIES.index(Modality.CODED)) & (c.object[rows] != NONE)
        table = self.origins.evidence[c.source[rows]] == KINDS.index(Evidence.AGREEMENT)
        of_entity = c.flags[rows] & SUBJECT_IS_STATEMENT == 0
        return np.asarray(rows[kept[rows] & told & table & of_entity])

    @cached_property
    def _mediation(self) -> list[int]:
        return self._numbers(vocabulary().question(MEDIATION))

    def _parts(self, s: Selection):  # type: ignore[no-untyped-def]
        c = self._c
        for word in (s.question, s.relation, s.family):
            if word:
                yield lambda rows, w=word: rows[self._relation_mask(w, rows)]
        if s.subject:
            yield lambda rows: rows[self._side(rows, str(s.subject), c.subject, s.exact)]
        if s.object:
            yield lambda rows: rows[self._side(rows, str(s.object), c.object, s.exact)]
        if s.between:
            yield lambda rows: rows[self.sides(rows, s.between, s.exact) > 0]
        for party in s.party:
            yield lambda rows, p=party: rows[self._in_parties(rows, p, s.exact)]
        for other in s.involving:
            yield lambda rows, o=other: rows[self._involved(rows, o, s.exact)]
        for role in s.role:
            yield lambda rows, r=role: rows[self._in_role(rows, r, s.exact)]
        if s.topic:
            yield lambda rows: rows[c.topic[rows] == c.entity_number.get(str(s.topic), -2)]
        if s.about_relation or s.about_subject:
            yield lambda rows: rows[self._about(rows, s)]
        if s.source:
            named = [c.source_number[i] for i in s.source if i in c.source_number]
            yield lambda rows: rows[_among(c.source[rows], named, c.sources)]
        if s.dataset:
            within = [n for n, i in enumerate(c.sources) if (x := self._sources.get(i)) and x.collection in s.dataset]
            yield lambda rows: rows[_among(c.source[rows], within, c.sources)]
        if s.evidence:
            kinds = [KINDS.index(k) for k in s.evidence]
            yield lambda rows: rows[_among(self.origins.evidence[c.source[rows]], kinds, KINDS)]
        if s.event:
            event = c.events.index(s.event) if s.event in c.events else -2
            yield lambda rows: rows[c.event[rows] == event]
        if s.modality:
            modalities = [MODALITIES.index(m) for m in s.modality]
            yield lambda rows: rows[_among(c.modality[rows], modalities, MODALITIES)]
        statuses = [STATUSES.index(x) for x in s.status]
        if not self._statuses.issubset(statuses):  # mostly nothing is retracted: then none need be looked at
            yield lambda rows: rows[_among(c.status[rows], statuses, STATUSES)]
        if s.attributed_to:
            yield lambda rows: rows[self._spoken(rows, str(s.attributed_to), "any", exact=s.exact)]
        if s.according_to == SOURCE_VOICE:
            coded = MODALITIES.index(Modality.CODED)
            yield lambda rows: rows[(c.speakers[rows] == 0) & (c.modality[rows] != coded)]
        elif s.according_to:
            yield lambda rows: rows[self._spoken(rows, str(s.according_to), s.depth, exact=s.exact)]

    # Matching entities, each at the statement's date

    def _agents(self, entity: str, exact: bool) -> list[int]:
        number = self._c.entity_number.get(entity)
        if number is None:
            return []
        return [number] if exact else list(dict.fromkeys(a.other for a in self._acting.agents(number)))

    def _match(self, rows: Rows, entity: str, values: npt.NDArray[np.int32], exact: bool) -> Mask:
        c = self._c
        number = c.entity_number.get(entity)
        mask: Mask = np.zeros(len(rows), bool)
        if number is None:
            return mask
        if exact:
            return np.asarray(values == number)
        for agent in self._acting.agents(number):
            hit = values == agent.other
            if agent.earliest != OPEN_START or agent.latest != OPEN_END:
                hit &= (c.earliest[rows] <= agent.latest) & (c.latest[rows] >= agent.earliest)
            mask |= hit
        return mask

    def _match_sets(
        self, rows: Rows, entity: str, column: npt.NDArray[np.int32], sets: Mapping[int, list[int]], exact: bool
    ) -> Mask:
        c = self._c
        number = c.entity_number.get(entity)
        mask: Mask = np.zeros(len(rows), bool)
        if number is None:
            return mask
        agents = [(number, OPEN_START, OPEN_END)] if exact else [
            (a.other, a.earliest, a.latest) for a in self._acting.agents(number)
        ]  # fmt: skip
        for other, low, high in agents:
            if within := sets.get(other):
                hit = np.isin(column[rows], within)
                if (low, high) != (OPEN_START, OPEN_END):
                    hit &= (c.earliest[rows] <= high) & (c.latest[rows] >= low)
                mask |= hit
        return mask

    def _side(self, rows: Rows, entity: str, column: npt.NDArray[np.int32], exact: bool) -> Mask:
        """Rows whose subject (or object) is the entity; either, or a party, where the relation is symmetric."""
        c = self._c
        entities = self._entity_subjects(rows) if column is c.subject else column[rows]
        mask = self._match(rows, entity, entities, exact)
        either = _among(c.relation[rows], self._symmetric, c.relations)
        if either.any():
            other = c.object[rows] if column is c.subject else self._entity_subjects(rows)
            mask |= either & self._match(rows, entity, other, exact)
            mask |= either & self._in_parties(rows, entity, exact)
        return mask

    def _entity_subjects(self, rows: Rows) -> npt.NDArray[np.int32]:
        return np.where(self._c.flags[rows] & SUBJECT_IS_STATEMENT, NONE, self._c.subject[rows]).astype(np.int32)

    def _in_parties(self, rows: Rows, entity: str, exact: bool) -> Mask:
        return self._match_sets(rows, entity, self._c.parties, self._c.party_sets_of, exact)

    def _in_role(self, rows: Rows, word: str, exact: bool) -> Mask:
        role, _, entity = word.partition(":")
        c = self._c
        if not entity:
            with_role = [n for n, s in enumerate(c.role_sets) if any(r == role for r, _ in s)]
            return _among(c.roles[rows], with_role, c.role_sets)
        within = inverted([e for r, e in members if r == role] for members in c.role_sets)
        return self._match_sets(rows, entity, c.roles, within, exact)

    def _involved(self, rows: Rows, entity: str, exact: bool) -> Mask:
        c = self._c
        return (
            self._match(rows, entity, self._entity_subjects(rows), exact)
            | self._match(rows, entity, c.object[rows], exact)
            | self._in_parties(rows, entity, exact)
            | self._match_sets(rows, entity, c.roles, c.role_sets_of, exact)
        )

    def sides(self, rows: Rows, pair: tuple[str, ...], exact: bool = False) -> npt.NDArray[np.int8]:
        """How many of the two actors stand on the sides: see `on_sides`."""
        one, other = self.on_sides(rows, pair, exact)
        return one.astype(np.int8) + other

    def on_sides(self, rows: Rows, pair: Sequence[str], exact: bool = False) -> list[Mask]:
        """For each actor the rows of which it is a side: a party where there are any, else subject or object."""
        c = self._c
        found = []
        without = c.parties[rows] == 0
        # A mediator is not a side: in a mediation without named parties subject and object are no pair.
        ends = without & ~self.are_mediations(rows)
        for actor in pair:
            hit = self._in_parties(rows, actor, exact)
            hit |= ends & self._match(rows, actor, self._entity_subjects(rows), exact)
            hit |= ends & self._match(rows, actor, c.object[rows], exact)
            found.append(hit)
        return found

    def are_mediations(self, rows: Rows) -> Mask:
        """Rows whose relation is of the family mediation."""
        return _among(self._c.relation[rows], self._mediation, self._c.relations)

    def is_one_of(self, rows: Rows, actors: Iterable[str], exact: bool = False) -> Mask:
        """Rows whose subject is one of these actors."""
        subjects = self._entity_subjects(rows)
        found: Mask = np.zeros(len(rows), bool)
        for actor in actors:
            found |= self._match(rows, actor, subjects, exact)
        return found

    def _about(self, rows: Rows, s: Selection) -> Mask:
        c = self._c
        mask: Mask = c.about[rows] != NONE
        targets = np.where(mask, c.about[rows], 0)
        if s.about_relation:
            mask &= self._relation_mask(s.about_relation, targets)
        if s.about_subject:
            mask &= self._match(targets, s.about_subject, self._entity_subjects(targets), s.exact)
        return mask

    def _spoken(self, rows: Rows, speaker: str, depth: str, *, exact: bool) -> Mask:
        c = self._c
        return self._match_sets(
            rows, speaker, c.speakers, c.chains_from if depth == "outermost" else c.chains_with, exact
        )


def _among(values: npt.NDArray[Any], numbers: Iterable[int], table: Sequence[Any]) -> Mask:
    """Where the values, which are numbers of the table or NONE, are among these: many times faster than np.isin."""
    wanted = np.zeros(len(table) + 1, bool)  # the last place is that of NONE, -1
    wanted[list(numbers)] = True
    return np.asarray(wanted[values])


def _union(parts: Iterable[Rows]) -> Rows:
    found = [part for part in parts if len(part)]
    if len(found) == 1:
        return found[0]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
