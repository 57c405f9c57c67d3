"""Filters over columns select what plain loops over statements select."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph, Selection, Statement, StatementRef
from graph.acting import Acting
from graph.columns import Columns
from graph.evidence import Evidence, evidence
from graph.exceptions import AmbiguousNameError, NotFoundError, ParameterError, UnknownNameError
from graph.selection import Selector
from ontology import UNSPECIFIED, Modality, Status, UnknownTermError, vocabulary
from tests.effort import tries
from tests.graph.strategies import ENTITIES, SOURCES, Chance, edtf, several_fitting

# Few actors and many ties of acting, so that questions meet answers.
RELATIONS = (
    "holds-post", "serves", "speaks-for", "mediates", "brokers-agreement", "consults", "visits", "meets", "opposes",
    "rejects",
    "rejects-mediation", "objects-to", "criticises", "accuses", "invites", "negotiates-with", "is-ready-for",
)  # fmt: skip
FAR = date(1, 1, 1), date(9999, 12, 31)


def window(statement: Statement) -> tuple[date, date]:
    low, high = statement.bounds(SOURCES[statement.source].published)
    return low or FAR[0], high or FAR[1]


def overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


@dataclass
class Oracle:
    """The same questions, asked of the statements themselves."""

    said: list[Statement]

    def __post_init__(self) -> None:
        self.by_id = {s.id: s for s in self.said}
        self.links = [(e.id, e.of, FAR) for e in ENTITIES.values() if e.of]
        for s in self.said:
            if (
                s.relation in ("holds-post", "serves", "speaks-for")
                and s.status == "active"
                and s.modality in ("asserted", "presupposed", "coded")
                and not s.attributed_to
                and isinstance(s.subject, str)
                and s.object
            ):
                self.links.append((s.subject, s.object, window(s)))

    def acting(self, agent: str, span: tuple[date, date], seen: tuple[str, ...] = ()) -> Iterator[str]:
        """Everybody for whom the agent acts on some day of a span, itself included."""
        yield agent
        for one, other, (low, high) in self.links:
            if one == agent and other not in (*seen, agent) and overlap((low, high), span):
                common = max(low, span[0]), min(high, span[1])
                yield from self.acting(other, common, (*seen, agent))

    def is_for(self, agent: str | StatementRef | None, wanted: str, s: Statement, exact: bool) -> bool:
        if not isinstance(agent, str):
            return False
        return agent == wanted if exact else wanted in set(self.acting(agent, window(s)))

    def climbs(self, relation: str, word: str) -> bool:
        if relation == word:
            return True
        return any(self.climbs(w, word) for w in vocabulary().relations[relation].wider)

    def answers(self, s: Statement, word: str) -> bool:
        if word in vocabulary().families:
            return vocabulary().relations[s.relation].family == word
        if s.modality == "negated":
            return self.climbs(word, s.relation)
        return self.climbs(s.relation, word)

    def side(self, s: Statement, wanted: str, one: object, other: object, exact: bool) -> bool:
        if self.is_for(one, wanted, s, exact):  # type: ignore[arg-type]  # an id, a reference or none
            return True
        if not vocabulary().relations[s.relation].symmetric:
            return False
        return any(self.is_for(p, wanted, s, exact) for p in (other, *s.parties))  # type: ignore[arg-type]  # as above

    def sides(self, s: Statement, wanted: str, exact: bool) -> bool:
        if s.parties:
            return any(self.is_for(p, wanted, s, exact) for p in s.parties)
        if vocabulary().relations[s.relation].family == "mediation":
            return False
        return any(self.is_for(p, wanted, s, exact) for p in (s.subject, s.object))

    def spoken(self, s: Statement, wanted: str, depth: str, exact: bool) -> bool:
        chain = s.attributed_to[:1] if depth == "outermost" else s.attributed_to
        return any(self.is_for(p, wanted, s, exact) for p in chain)

    def matches(self, s: Statement, q: Selection) -> bool:
        x = q.exact
        target = self.by_id.get(s.about or "")
        taking_part = (s.subject, s.object, *s.parties, *(r.entity for r in s.roles))
        checks = [
            all(self.answers(s, word) for word in (q.question, q.relation, q.family) if word),
            not q.subject or self.side(s, q.subject, s.subject, s.object, x),
            not q.object or self.side(s, q.object, s.object, s.subject, x),
            all(any(self.is_for(p, wanted, s, x) for p in s.parties) for wanted in q.party),
            not q.between or any(self.sides(s, actor, x) for actor in q.between),
            not q.topic or s.topic == q.topic,
            not q.source or s.source in q.source,
            not q.dataset or (SOURCES[s.source].dataset or "") in q.dataset,
            not q.evidence or evidence(SOURCES[s.source]) in q.evidence,
            not q.attributed_to or self.spoken(s, q.attributed_to, "any", x),
            not q.modality or s.modality in q.modality,
            s.status in q.status,
            not q.event or (s.event is not None and s.event.id == q.event),
            all(any(self.is_for(p, wanted, s, x) for p in taking_part) for wanted in q.involving),
            not q.about_relation or (target is not None and self.answers(target, q.about_relation)),
            not q.about_subject or (target is not None and self.is_for(target.subject, q.about_subject, target, x)),
        ]
        for word in q.role:
            role, _, entity = word.partition(":")
            checks.append(any(r.role == role and (not entity or self.is_for(r.entity, entity, s, x)) for r in s.roles))
        if q.according_to == "source":
            checks.append(not s.attributed_to and s.modality != "coded")
        elif q.according_to:
            checks.append(self.spoken(s, q.according_to, q.depth, x))
        return all(checks)

    def select(self, q: Selection) -> tuple[set[str], int]:
        matching = [s for s in self.said if self.matches(s, q)]
        if not (q.since or q.until):
            return {s.id for s in matching}, 0
        dated = [s for s in matching if s.bounds(SOURCES[s.source].published) != (None, None)]
        asked = q.since or FAR[0], q.until or FAR[1]
        return {s.id for s in dated if overlap(window(s), asked)}, len(matching) - len(dated)


STATES = ("norland", "sudland", "ministry-of-sudland", "minister-of-sudland", "ada-norn")


def selection(chance: Chance) -> Selection:
    """Up to three filters and a window at a time: with all of them nothing would ever match."""
    words, roles = [*RELATIONS, *vocabulary().families], list(vocabulary().roles)
    possible: dict[str, Callable[[], Any]] = {
        "question": lambda: chance.one(words),
        "relation": lambda: chance.one(RELATIONS),
        "family": lambda: chance.one(vocabulary().families),
        "subject": lambda: chance.one([*ENTITIES, UNSPECIFIED]),
        "object": lambda: chance.one([*ENTITIES, UNSPECIFIED]),
        "about_relation": lambda: chance.one(words),
        "about_subject": lambda: chance.one(STATES),
        "party": lambda: tuple(chance.some(STATES, 2)),
        "between": lambda: tuple(chance.sample(STATES, 2)),
        "role": lambda: (
            (chance.one(roles),) if chance.random() < 0.5 else (f"{chance.one(roles)}:{chance.one(STATES)}",)
        ),
        "topic": lambda: chance.one(ENTITIES),
        "source": lambda: chance.choice([("gazette-1",), ("gazette-2", "leaflet")]),
        "dataset": lambda: ("gazettes",),
        "evidence": lambda: chance.choice([(Evidence.CLAIM, Evidence.EVENT), (Evidence.AGREEMENT,)]),
        "attributed_to": lambda: chance.one(STATES),
        "according_to": lambda: chance.one([*STATES, "source"]),
        "modality": lambda: tuple(Modality(m) for m in (*chance.some(Modality, 3), "negated")),
        "event": lambda: chance.choice(["one", "two", "three"]),
        "involving": lambda: tuple(chance.some(STATES, 2)),
    }
    values: dict[str, Any] = {name: possible[name]() for name in chance.some(possible, 3)}
    if chance.random() < 0.3:
        days = sorted(date(2030, 6, 1) + timedelta(chance.randrange(700)) for _ in range(2))
        values |= dict(zip(chance.choice([("since", "until"), ("since",), ("until",)]), days, strict=False))
    return Selection(
        **values,
        depth="any" if chance.random() < 0.5 else "outermost",
        status=chance.choice([(Status.ACTIVE, Status.DISPUTED), (Status.RETRACTED,), tuple(Status)]),
        exact=chance.random() < 0.3,
    )


def selector(said: list[Statement]) -> tuple[Columns, Selector]:
    columns = Columns.empty().edited((), said, SOURCES, ENTITIES)
    return columns, Selector(columns, Acting(columns, ENTITIES), SOURCES)


said_together = several_fitting(60, RELATIONS)


@given(said_together, st.integers(0, 2**32))
@settings(deadline=None, max_examples=tries(250))
def test_columns_select_what_loops_over_statements_select(said: list[Statement], seed: int) -> None:
    chance = Chance(seed)
    columns, chosen = selector(said)
    oracle = Oracle(said)
    for q in [selection(chance) for _ in range(20)]:
        if q.event and q.event not in {s.event.id for s in said if s.event}:
            with pytest.raises(NotFoundError, match="no event has the id"):
                chosen.select(q)
            continue
        found = chosen.select(q)
        assert ({columns.id(r) for r in found.rows.tolist()}, found.undated, q) == (*oracle.select(q), q)
        assert len(found.rows) == len(set(found.rows.tolist()))


@given(said_together, st.sampled_from(sorted(ENTITIES)), edtf())
@settings(deadline=None, max_examples=tries(100))
def test_whom_somebody_acts_for_is_found_by_walking_every_path(said: list[Statement], agent: str, when: str) -> None:
    columns, _ = selector(said)
    acting = Acting(columns, ENTITIES)
    asked = Statement(
        relation="consults", parties=(agent,), source="leaflet", record="x", modality=Modality.ASSERTED, when=when
    )
    low, high = window(asked)
    number = columns.entity_number[agent]
    found = [columns.entities[n] for n in acting.principals(number, low.toordinal(), high.toordinal())]
    assert set(found) == set(Oracle(said).acting(agent, (low, high)))
    assert found[0] == agent


def test_every_filter_is_compared_with_the_oracle() -> None:
    compared = {
        "question", "relation", "family", "subject", "object", "about_relation", "about_subject", "party", "between",
        "role", "topic", "source", "dataset", "evidence", "attributed_to", "according_to", "depth", "modality",
        "status", "since", "until", "event", "involving", "exact",
    }  # fmt: skip
    assert {f.name for f in fields(Selection)} == compared


# The same in words, on the small cast


def keys(kg: KnowledgeGraph, **filters: object) -> list[str | None]:
    return [s.key for s in kg.statements(**filters)]


def test_a_question_includes_narrower_relations(norland: KnowledgeGraph) -> None:
    assert keys(norland, question="opposes") == ["sudland-rejects-mediation"]


def test_a_state_is_also_asked_for_by_who_acts_for_it_on_the_day(norland: KnowledgeGraph) -> None:
    assert keys(norland, object="Norland", relation="invites") == ["ada-norn-invited-to-port-alba"]
    assert keys(norland, object="Norland", relation="invites", exact=True) == []
    # Bo Sund left the post on 20 March 2031; an invitation of 1 March was one to Sudland's minister.
    assert keys(norland, object="Sudland", relation="invites") == [
        "norland-invites-bo-sund",
        "invitation-to-bo-sund-retold",
    ]
    assert keys(norland, object="Sudland", relation="invites", since="2031-03-21") == ["invitation-to-bo-sund-retold"]


def test_a_person_does_not_answer_for_the_state(norland: KnowledgeGraph) -> None:
    assert keys(norland, subject="Ada Norn", relation="invites") == []


def test_undated_statements_are_counted_apart(norland: KnowledgeGraph) -> None:
    found = norland.ask("holds-post", since="2031-03-01", until="2031-03-10")
    assert [f.subject for f in found.found] == ["bo-sund"]
    assert (found.statements, found.undated) == (1, 1)


def test_a_denial_answers_for_its_own_relation_and_narrower_ones_only(norland: KnowledgeGraph) -> None:
    assert keys(norland, question="mediates", modality="negated") == ["westmark-did-not-mediate"]
    assert keys(norland, question="brokers-agreement") == ["westmark-did-not-mediate"]
    assert keys(norland, question="facilitates") == []


def test_the_lens_shows_what_an_actor_says_and_the_source_only_what_it_vouches_for(norland: KnowledgeGraph) -> None:
    assert keys(norland, according_to="Norland") == ["westmark-ready-to-sign", "sudland-breaches-treaty"]
    assert keys(norland, according_to="Sudland") == ["westmark-did-not-mediate"]
    assert keys(norland, according_to="Sudland", depth="any") == ["westmark-ready-to-sign", "westmark-did-not-mediate"]
    assert set(keys(norland, according_to="source")) == {s.key for s in norland.statements() if not s.attributed_to}


def test_roles_are_asked_for_with_or_without_who_fills_them(norland: KnowledgeGraph) -> None:
    assert keys(norland, role="destination") == ["norland-invites-bo-sund", "ada-norn-invited-to-port-alba"]
    assert keys(norland, role="destination:Port Alba") == ["ada-norn-invited-to-port-alba"]


def test_senseless_filters_are_refused(norland: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="2032-01-01 is after until, 2031-01-01"):
        norland.statements(since="2032-01-01", until="2031-01-01")
    with pytest.raises(ParameterError, match="between: takes two different actors"):
        norland.statements(between=("Norland", "norland"))
    with pytest.raises(ParameterError, match="between: takes two different actors"):
        norland.statements(between="Norland")
    with pytest.raises(UnknownTermError, match=r"unknown relation or family 'mediate'; did you mean mediates, "):
        norland.ask("mediate")
    with pytest.raises(UnknownTermError, match="unknown role 'hosting'; did you mean host"):
        norland.statements(role="hosting")
    with pytest.raises(NotFoundError, match="no source has the id 'gazette-3'"):
        norland.statements(source="gazette-3")
    with pytest.raises(UnknownNameError, match="no entity is known as 'Norway'; candidates: norland"):
        norland.statements(subject="Norway")
    with pytest.raises(AmbiguousNameError):
        norland.statements(subject="the Republic")
    with pytest.raises(ValueError, match="'certain' is not a valid Modality"):
        norland.statements(modality="certain")
