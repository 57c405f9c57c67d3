"""Coded mediations that name one side each answer together, and never with what somebody claims."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import EventLink, Found, KnowledgeGraph, Level, Selection, Source, Statement
from graph.evidence import Evidence, evidence
from graph.questions import Sides, ask
from ontology import UNSPECIFIED, Modality, Status
from tests.effort import tries
from tests.graph.strategies import Chance
from tests.graph.test_tables import revision_of

SOURCES = {
    id: Source(id=id, title=id, kind=kind, dataset=dataset)
    for id, kind, dataset in (
        ("rows-2031", "event table", "rows"), ("rows-2032", "event table", "rows"), ("tab", "event table", "tab"),
        ("gazette", "article", "gazettes"), ("treaties", "agreement table", "treaties"),
        ("pacts", "agreement table", "pacts"),
    )
}  # fmt: skip
PAIR = ("norland", "sudland")
STATE_OF = {"ministry-of-sudland": "sudland"}
Key = tuple[Any, ...]


def row(number: int, *sides: str, source: str = "rows-2031", event: str | None = None, **fields: Any) -> Statement:
    values: dict[str, Any] = {"subject": "league-of-rivers", "relation": "mediates", "when": "2031-03-05"} | fields
    return Statement(
        parties=sides, source=source, record=str(number), modality=values.pop("modality", Modality.CODED),
        event=EventLink(id=event) if event else None, **values,
    )  # fmt: skip


def answers(kg: KnowledgeGraph, said: Iterable[Statement], pair: tuple[str, ...] = PAIR, **options: Any) -> list[Found]:
    asked = Selection(question="mediation", between=pair)
    return list(ask(revision_of(kg, said, SOURCES), asked, **options).found)


def told(found: Iterable[Found]) -> list[tuple[str, tuple[str, ...], int, int, bool]]:
    return [(str(f.sides), f.parties, len(f.statements), f.events, f.events_exact) for f in found]


@pytest.fixture
def cast(cast_store: Any) -> Any:
    with KnowledgeGraph(cast_store) as kg:
        yield kg


# The same by loops


def side_of(s: Statement, actor: str) -> bool:
    return any(p == actor or STATE_OF.get(p) == actor for p in s.parties)


def raised(id: Any, level: Level) -> Any:
    return STATE_OF.get(id, id) if level is Level.STATE else id


def in_event(s: Statement) -> str | None:
    return s.event.id if s.event else None


def on_day(s: Statement) -> str | None:
    return s.when if s.when and len(s.when) == len("2031-03-05") else None


def may_join(s: Statement) -> bool:
    coded = evidence(SOURCES[s.source]) is Evidence.EVENT and s.modality is Modality.CODED
    own = {s.subject, STATE_OF.get(str(s.subject))}
    return coded and s.subject != UNSPECIFIED and own.isdisjoint(PAIR)


def joined_by_loops(said: list[Statement], level: Level) -> dict[str, Key]:
    joined: dict[str, Key] = {}
    for shared in (in_event, on_day):
        groups: dict[Key, list[Statement]] = defaultdict(list)
        for s in said:
            if side_of(s, PAIR[0]) != side_of(s, PAIR[1]) and may_join(s) and s.id not in joined and shared(s):
                act = raised(s.subject, level), s.relation, s.object, s.about
                groups[*act, SOURCES[s.source].dataset, shared(s)].append(s)
        for key, group in groups.items():
            if all(any(side_of(s, actor) for s in group) for actor in PAIR):
                joined |= {s.id: key for s in group}
    return joined


def answers_by_loops(said: list[Statement], level: Level) -> dict[Key, tuple[set[str], int | None]]:
    joined = joined_by_loops(said, level)
    members: dict[Key, set[str]] = defaultdict(set)
    for s in said:
        if s.id in joined:
            members[joined[s.id]] |= {raised(p, level) for p in s.parties}
    found: dict[Key, tuple[set[str], set[Key]]] = {}
    for s in said:
        named = [side_of(s, actor) for actor in PAIR]
        if any(named):
            parties = members[joined[s.id]] if s.id in joined else {raised(p, level) for p in s.parties}
            sides = "joined" if s.id in joined else "both" if all(named) else "one"
            act = raised(s.subject, level), s.relation, s.object, s.about
            answer = (*act, tuple(sorted(parties)), evidence(SOURCES[s.source]), sides)
            ids, groups = found.setdefault(answer, (set(), set()))
            ids.add(s.id)
            groups |= {joined[s.id]} if s.id in joined else set()
    return {answer: (ids, most_of_one(groups) if groups else None) for answer, (ids, groups) in found.items()}


def most_of_one(groups: set[Key]) -> int:
    datasets = [key[4] for key in groups]
    return max(map(datasets.count, datasets))


def several(seed: int, number: int) -> list[Statement]:
    chance = Chance(seed)
    made = [
        row(
            n, *chance.sample(["norland", "sudland", "ministry-of-sudland", "upper-valley"], chance.randint(1, 2)),
            source=chance.one(SOURCES),
            subject=chance.choice(["league-of-rivers", "league-of-rivers", "river-guild", "ministry-of-sudland",
                                   "norland", UNSPECIFIED]),
            relation=chance.choice(["mediates", "mediates", "facilitates"]),
            object="river-talks" if chance.random() < 0.2 else None,
            event=chance.choice([None, None, "one", "two"]),
            when=chance.choice(["2031-03-05", "2031-03-06", "2031-03", None]),
            modality=Modality.CODED if chance.random() < 0.9 else Modality.CLAIMED,
        )
        for n in range(number)
    ]  # fmt: skip
    return [s for s in made if s.subject not in s.parties]


@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from([Level.ENTITY, Level.STATE]))
@settings(deadline=None, max_examples=tries(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_joined_answers_are_those_that_loops_join(cast: KnowledgeGraph, seed: int, number: int, level: Level) -> None:
    said = several(seed, number)
    found = answers(cast, said, level=level)
    got = {
        (f.subject, f.relation, f.object, f.about, f.parties, f.evidence, str(f.sides)): (
            set(f.statements), f.events if f.inferred else None,
        )
        for f in found
    }  # fmt: skip
    assert len(got) == len(found)
    assert got == answers_by_loops(said, level)
    order = list(Sides)
    assert [f.sides for f in found] == sorted((f.sides for f in found), key=lambda s: order.index(s or Sides.ONE))
    assert not any(f.events_exact for f in found if f.inferred)
    apart = answers(cast, said, level=level, joined=False)
    assert {i: f.sides is Sides.BOTH for f in apart for i in f.statements} == {
        i: f.sides is Sides.BOTH for f in found for i in f.statements
    }
    assert not any(f.inferred for f in apart)


# In words


def test_two_rows_of_one_mediator_and_day_are_one_inferred_mediation(cast: KnowledgeGraph) -> None:
    said = [row(1, "norland"), row(2, "sudland"), row(3, "norland", when="2031-03-06")]
    assert told(answers(cast, said)) == [
        ("joined", PAIR, 2, 1, False),
        ("one", ("norland",), 1, 1, True),
    ]
    assert told(answers(cast, said, joined=False)) == [
        ("one", ("norland",), 2, 2, True),
        ("one", ("sudland",), 1, 1, True),
    ]


def test_one_event_is_joined_over_a_day_that_others_share(cast: KnowledgeGraph) -> None:
    said = [
        row(1, "norland", event="a"), row(2, "sudland", event="a"), row(3, "sudland"), row(4, "norland", event="b"),
    ]  # fmt: skip
    assert told(answers(cast, said)) == [("joined", PAIR, 4, 2, False)]
    # What is left of the day has no other side there.
    assert told(answers(cast, said[:3])) == [("joined", PAIR, 2, 1, False), ("one", ("sudland",), 1, 1, True)]


@pytest.mark.parametrize(
    "other",
    [
        {"source": "tab"}, {"source": "gazette", "modality": Modality.CLAIMED}, {"source": "treaties"},
        {"subject": "river-guild"}, {"relation": "facilitates"}, {"object": "river-talks"}, {"when": "2031-03-06"},
        {"modality": Modality.UNCERTAIN},
    ],
    ids=str,
)  # fmt: skip
def test_what_differs_is_not_joined(cast: KnowledgeGraph, other: dict[str, Any]) -> None:
    found = answers(cast, [row(1, "norland"), row(2, "sudland", **other)])
    assert {f.sides for f in found} == {Sides.ONE}


@pytest.mark.parametrize("fields", [{"subject": UNSPECIFIED}, {"when": "2031-03"}, {"subject": "norland"}], ids=str)
def test_neither_somebody_nor_a_month_nor_one_of_the_sides_joins(cast: KnowledgeGraph, fields: dict[str, Any]) -> None:
    found = answers(cast, [row(1, "ministry-of-sudland", **fields), row(2, "norland", "upper-valley", **fields)])
    assert {f.sides for f in found} == {Sides.ONE}


def test_actors_are_rolled_up_before_rows_are_joined(cast: KnowledgeGraph) -> None:
    said = [
        row(1, "norland", subject="ministry-of-sudland", when="2031-03-05"),
        row(2, "upper-valley", subject="sudland", when="2031-03-05"),
    ]
    pair = ("norland", "upper-valley")
    assert {f.sides for f in answers(cast, said, pair)} == {Sides.ONE}
    (found,) = answers(cast, said, pair, level=Level.STATE)
    assert (found.subject, found.parties, found.sides) == ("sudland", pair, Sides.JOINED)


def test_kinds_of_evidence_are_answers_of_their_own(cast: KnowledgeGraph) -> None:
    said = [
        row(1, *PAIR), row(2, *PAIR, source="tab"), row(3, *PAIR, source="tab", when="2031-04-05"),
        row(4, *PAIR, source="gazette", modality=Modality.ASSERTED),
        row(5, *PAIR, source="treaties", object="river-treaty"),
        row(6, *PAIR, source="treaties", object="river-treaty", when="2032"),
    ]  # fmt: skip
    found = answers(cast, said)
    assert [(f.evidence, f.datasets, f.events, f.events_exact) for f in found] == [
        (Evidence.CLAIM, {"gazettes": 1}, 1, True),
        # Both data sets may tell of the same event: there were two at least.
        (Evidence.EVENT, {"tab": 2, "rows": 1}, 2, False),
        # What is told of one agreement is one event.
        (Evidence.AGREEMENT, {"treaties": 2}, 1, True),
    ]


# Agreements whose parties stand in records of their own


def third(number: int, who: str = "league-of-rivers", paper: str = "river-treaty", **fields: Any) -> Statement:
    return row(number, subject=who, object=paper, **{"source": "treaties", "relation": "is-third-party-to"} | fields)


def party(number: int, who: str, paper: str = "river-treaty", **fields: Any) -> Statement:
    values = {"source": "treaties", "relation": "is-party-to"} | fields
    return row(number, subject=who, object=paper, **values)


def test_a_third_party_stands_between_those_who_are_party_to_the_agreement(cast: KnowledgeGraph) -> None:
    parties = [party(2, "norland"), party(3, "sudland"), party(4, "upper-valley")]
    said = [third(1), *parties]
    (found,) = answers(cast, said)
    assert (found.sides, found.inferred, found.evidence) == (Sides.JOINED, True, Evidence.AGREEMENT)
    assert (found.relation, found.object, found.parties) == (
        "is-third-party-to", "river-treaty", ("norland", "sudland", "upper-valley"),
    )  # fmt: skip
    assert (found.statements, set(found.sides_in)) == ((said[0].id,), {s.id for s in parties})
    assert (found.events, found.datasets, found.modalities) == (1, {"treaties": 1}, {Modality.CODED: 1})
    assert answers(cast, said, joined=False) == []
    # To be third party is not to mediate.
    snapshot = revision_of(cast, said, SOURCES)
    assert not ask(snapshot, Selection(question="mediates", between=PAIR)).found
    assert not ask(snapshot, Selection(question="mediation", between=PAIR, evidence=(Evidence.EVENT,))).found


@pytest.mark.parametrize(
    "other",
    [
        {"paper": "other-treaty"}, {"source": "pacts"}, {"source": "rows-2031"}, {"relation": "supports"},
        {"status": Status.RETRACTED, "note": "withdrawn"}, {"modality": Modality.NEGATED},
        {"modality": Modality.CLAIMED},
    ],
    ids=str,
)  # fmt: skip
def test_a_party_is_one_by_a_record_of_that_agreement_in_that_data_set(
    cast: KnowledgeGraph, other: dict[str, Any]
) -> None:
    assert answers(cast, [third(1), party(2, "norland"), party(3, "sudland", **other)]) == []


def test_neither_side_is_third_party_to_its_own_agreement(cast: KnowledgeGraph) -> None:
    said = [party(2, "norland"), party(3, "sudland")]
    assert answers(cast, [third(1, "sudland"), *said]) == []
    # Nor is who acts for it.
    assert answers(cast, [third(1, "ministry-of-sudland"), *said]) == []


def test_who_acts_for_a_side_is_that_side_and_rolled_up_to_it(cast: KnowledgeGraph) -> None:
    said = [third(1), party(2, "norland"), party(3, "ministry-of-sudland")]
    assert [f.parties for f in answers(cast, said)] == [("ministry-of-sudland", "norland")]
    assert [f.parties for f in answers(cast, said, level=Level.STATE)] == [PAIR]


def test_windows_and_filters_are_of_the_third_party(cast: KnowledgeGraph) -> None:
    said = [
        third(1), third(2, "river-guild", when=None), third(3, "river-guild", when="1999"),
        party(4, "norland"), party(5, "sudland"),
    ]  # fmt: skip
    snapshot = revision_of(cast, said, SOURCES)
    window = ask(snapshot, Selection(question="mediation", between=PAIR, since=date(2031, 1, 1)))
    assert ([f.subject for f in window.found], window.undated) == (["league-of-rivers"], 1)
    guild = ask(snapshot, Selection(question="mediation", between=PAIR, subject="river-guild"))
    assert [(f.subject, len(f.statements), f.events) for f in guild.found] == [("river-guild", 2, 1)]
    nothing = ask(snapshot, Selection(question="mediation", between=("norland", "upper-valley")))
    assert (list(nothing.found), nothing.statements) == ([], 0)


ACTORS = ("norland", "sudland", "ministry-of-sudland", "upper-valley", "river-guild", "league-of-rivers")


@given(
    st.lists(
        st.tuples(st.sampled_from(ACTORS), st.booleans(), st.sampled_from(["river-treaty", "other-treaty"]),
        st.sampled_from(["treaties", "pacts"])), max_size=14, unique=True,
    )
)  # fmt: skip
@settings(deadline=None, max_examples=tries(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_third_parties_are_those_that_loops_find(
    cast: KnowledgeGraph, records: list[tuple[str, bool, str, str]]
) -> None:
    said = [
        (third if is_third else party)(n, who, paper, source=source)
        for n, (who, is_third, paper, source) in enumerate(records)
    ]
    expected: dict[Key, set[str]] = {}
    for (who, is_third, paper, source), statement in zip(records, said, strict=True):
        if is_third and STATE_OF.get(who, who) not in PAIR:
            parties = {w for w, third_too, p, s in records if not third_too and (p, s) == (paper, source)}
            if {STATE_OF.get(p, p) for p in parties} >= set(PAIR):
                key = who, paper, tuple(sorted(parties))
                expected.setdefault(key, set()).add(statement.id)
    found = answers(cast, said)
    assert {(f.subject, f.object, f.parties): set(f.statements) for f in found} == expected
    assert len(found) == len(expected)
    names = {s.id: s.subject for s in said if s.relation == "is-party-to"}
    assert all({str(names[i]) for i in f.sides_in} == set(f.parties) for f in found)
    assert answers(cast, said, joined=False) == []
