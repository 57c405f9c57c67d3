"""Statements are gathered into answers that keep apart who says so, how, when and how often."""

import shutil
import tempfile
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph, Level, Selection, Source, Statement
from graph.contradictions import contradictions, contradictions_of
from graph.coverage import count_by_relation, coverage
from graph.evidence import Evidence
from graph.questions import Voice, ask
from graph.timelines import Counts, Step, timeline
from ontology import Modality, Status
from tests.effort import tries
from tests.graph.strategies import SOURCES, several_fitting

ALL = tuple(Status)


def statement(**fields: object) -> Statement:
    values = {"source": "gazette-1", "start": 0, "end": 9, "modality": "asserted"}
    return Statement.model_validate(values | fields)


def key(kg: KnowledgeGraph, id: str) -> str | None:
    return kg.snapshot.statement(id).key


# Grouping


def test_one_answer_is_one_subject_relation_object_about_and_parties(norland: KnowledgeGraph) -> None:
    (found,) = norland.ask("invites", subject="Norland").found
    assert (found.subject, found.relation, found.object, found.about, found.parties) == (
        "norland", "invites", "bo-sund", None, (),
    )  # fmt: skip
    assert found.modalities == {Modality.ASSERTED: 1, Modality.PRESUPPOSED: 1}
    assert found.voices == (Voice((), "gazette-1", 1), Voice((), "gazette-2", 1))
    assert [key(norland, i) for i in found.statements] == ["norland-invites-bo-sund", "invitation-to-bo-sund-retold"]
    assert (found.events, found.events_exact, found.disputed, found.sides) == (1, True, 0, None)
    assert (found.earliest, found.latest) == (date(2031, 3, 1), date(2031, 3, 31))


def test_a_denied_act_is_no_event(norland: KnowledgeGraph) -> None:
    (found,) = norland.ask("mediates", between=("Norland", "Sudland")).found
    assert found.modalities == {Modality.ASSERTED: 1, Modality.NEGATED: 1}
    assert (found.events, found.sides) == (1, "both")
    assert {v.attributed_to for v in found.voices} == {(), ("eva-strand",)}


def test_statements_are_counted_by_whom_they_are_about(norland: KnowledgeGraph) -> None:
    stated = {s.id: s for s in norland.statements()}
    about = [(s.subject, stated[s.about].subject, s.relation) for s in stated.values() if s.about]
    assert sorted(norland.count("subject", "about_subject")) == sorted(((a, b), 1) for a, b, _ in about)
    assert norland.count("about_subject", question="accuses", about_relation="breaches") == [(("sudland",), 1)]
    assert not norland.count("about_subject", question="invites")


def test_an_act_repeated_an_unknown_number_of_times_is_counted_from_below(norland: KnowledgeGraph) -> None:
    (found,) = norland.ask("rejects-mediation").found
    assert (found.subject, found.object, found.events, found.events_exact) == ("sudland", "league-of-rivers", 1, False)


def test_one_side_of_a_pair_is_told_as_one(norland: KnowledgeGraph) -> None:
    (found,) = norland.ask("mediates", between=("Norland", "Westmark"), modality="asserted").found
    assert found.sides == "one"


def test_a_disputed_statement_answers_and_is_counted(norland: KnowledgeGraph) -> None:
    found = {f.subject: f for f in norland.ask("hosts").found}
    assert {s: f.disputed for s, f in found.items()} == {"sudland": 1, "westmark": 0}


def test_nothing_known_is_no_answer(norland: KnowledgeGraph) -> None:
    answers = norland.ask("sanctions")
    assert (list(answers.found), answers.statements, answers.undated) == ([], 0, 0)


def group_by_loops(said: list[Statement]) -> dict[tuple[object, ...], Counter[str]]:
    groups: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for s in said:
        subject = s.subject if isinstance(s.subject, str | None) else s.subject.statement
        groups[subject, s.relation, s.object, s.about, s.parties][s.modality] += 1
    return groups


def events_by_loops(said: list[Statement]) -> tuple[int, bool]:
    """Linked statements are one event; others one each, for each source of the coder who tells of most."""
    happened = [s for s in said if s.modality in ("asserted", "coded", "claimed", "presupposed", "interpreted")]
    number = len({s.event.id for s in happened if s.event})
    for source in {s.source for s in happened}:
        alone = [s.coder for s in happened if s.source == source and not s.event]
        number += max((alone.count(coder) for coder in alone), default=0)
    sure = not any(s.repeated for s in happened)
    sure &= all(len({s.coder for s in happened if s.source == source}) == 1 for source in {s.source for s in happened})
    sure &= number < 2 or all(s.event or s.modality == "coded" for s in happened)
    return number, sure


@given(st.data())
@settings(deadline=None, max_examples=tries(15))
def test_answers_gather_what_loops_over_statements_gather(cast_store: Path, data: st.DataObject) -> None:
    said = data.draw(several_fitting(60, ("invites", "mediates", "meets", "criticises", "worsens")))
    with tempfile.TemporaryDirectory() as folder:
        kg = KnowledgeGraph(shutil.copytree(cast_store, Path(folder) / "store"))
        kg.add(said)
        found = ask(kg.snapshot, Selection(status=ALL)).found
        assert {
            (f.subject or f.subject_statement, f.relation, f.object, f.about, f.parties): Counter(f.modalities)
            for f in found
        } == group_by_loops(said)
        assert sorted(i for f in found for i in f.statements) == sorted(s.id for s in said)
        by_id = {s.id: s for s in said}
        for f in found:
            told = [by_id[i] for i in f.statements]
            assert f.disputed == sum(s.status == "disputed" for s in told)
            assert (f.events, f.events_exact) == events_by_loops(told)
            assert {v.attributed_to: v.source for v in f.voices}.keys() == {s.attributed_to for s in told}
            bounds = [s.bounds(SOURCES[s.source].published) for s in told]
            dated = [(low, high) for low, high in bounds if low or high]
            lows, highs = [low for low, _ in dated if low], [high for _, high in dated if high]
            assert f.earliest == (min(lows) if lows and len(lows) == len(dated) else None)
            assert f.latest == (max(highs) if highs and len(highs) == len(dated) else None)
        counted = count_by_relation(kg.snapshot, kg.snapshot.selector.select(Selection(status=ALL)).rows)
        assert counted == Counter(s.relation for s in said)
        kg.close()


# Levels


def test_actors_are_rolled_up_at_the_statements_date(kg: KnowledgeGraph) -> None:
    kg.add(
        [
            statement(subject="bo-sund", relation="criticises", object="ada-norn", when="2031-03-05", start=1),
            statement(subject="bo-sund", relation="criticises", object="ada-norn", when="2031-04-05", start=2),
        ]
    )
    found = {(f.subject, f.object): len(f.statements) for f in kg.ask("criticises", level="state").found}
    # After 20 March 2031 Bo Sund is nobody's minister any more.
    assert found == {("sudland", "norland"): 1, ("bo-sund", "norland"): 1}
    assert {(f.subject, f.object) for f in kg.ask("criticises").found} == {("bo-sund", "ada-norn")}


def test_two_parties_of_one_state_are_one_party_at_its_level(kg: KnowledgeGraph) -> None:
    kg.add([statement(relation="meets", parties=["ada-norn", "norland", "westmark"])])
    (found,) = kg.ask("meets", level=Level.STATE).found
    assert found.parties == ("norland", "westmark")


def test_who_acts_for_two_is_rolled_up_to_neither(kg: KnowledgeGraph) -> None:
    kg.add(
        [
            statement(subject="ada-norn", relation="speaks-for", object="league-of-rivers", start=1),
            statement(subject="ada-norn", relation="criticises", object="westmark", start=2),
        ]
    )
    assert [f.subject for f in kg.ask("criticises", level="body").found] == ["ada-norn"]
    assert [f.subject for f in kg.ask("criticises", level="state").found] == ["norland"]


def test_a_claimed_or_disputed_holding_of_a_post_rolls_nobody_up(kg: KnowledgeGraph) -> None:
    held = {"subject": "eva-strand", "relation": "holds-post", "object": "foreign-minister-of-norland"}
    kg.add(
        [
            statement(**held, start=1, modality="claimed", attributed_to=["sudland"]),
            statement(**held, start=2, status="disputed", note="a misprint"),
            statement(**held, start=3, modality="negated"),
            statement(subject="eva-strand", relation="criticises", object="westmark", when="2020", start=4),
        ]
    )
    assert [f.subject for f in kg.ask("criticises", level="state").found] == ["eva-strand"]
    assert kg.ask("criticises", subject="Norland").found == ()


# Coverage and time


def test_coverage_tells_what_is_known_of_an_actor(norland: KnowledgeGraph) -> None:
    (found,) = coverage(norland.snapshot, ["westmark", "westmark"])
    assert (found.entity, found.evidence, found.statements, found.as_subject) == ("westmark", "claim", 4, 4)
    assert found.by_relation == {"mediates": 2, "hosts": 1, "is-ready-for": 1}
    assert (found.earliest, found.latest) == (date(2030, 1, 1), date(2031, 3, 31))


def counts(kg: KnowledgeGraph, selection: Selection, step: Step) -> Counts:
    (series,) = timeline(kg.snapshot, selection, step).series
    assert (series.dataset, series.evidence) == ("norland", "claim")
    return series.counts


def test_a_timeline_counts_what_lies_within_a_period_and_the_rest_apart(norland: KnowledgeGraph) -> None:
    assert counts(norland, Selection(), Step.MONTH) == Counts({"2031-03": 5}, spread=2, undated=11)
    assert counts(norland, Selection(), Step.YEAR) == Counts({"2030": 1, "2031": 5}, spread=1, undated=11)
    assert counts(norland, Selection(), Step.DAY).periods == {"2031-03-01": 1, "2031-03-15": 1}
    assert norland.timeline().total == counts(norland, Selection(), Step.MONTH)


def test_a_timeline_of_a_window_counts_the_undated_apart(norland: KnowledgeGraph) -> None:
    found = counts(norland, Selection(since=date(2031, 1, 1), until=date(2031, 12, 31)), Step.YEAR)
    before = norland.statements(until="2030-12-31", question="mediates")
    assert sum(found.periods.values()) + found.spread + found.undated == len(norland.statements()) - len(before) == 17


def test_a_timeline_keeps_data_sets_apart_and_adds_up_no_kinds(kg: KnowledgeGraph) -> None:
    said = {"subject": "norland", "relation": "meets", "object": "sudland", "when": "2031-03-01", "modality": "coded"}
    kg.add(
        [Statement.model_validate(said | {"source": f"rows-{n}", "record": "1"}) for n in range(2)],
        sources=[Source(id=f"rows-{n}", title="rows", kind="event table", dataset=f"rows-{n}") for n in range(2)],
    )
    found = kg.timeline("day", relation="meets", exact=True)
    events = Counts({"2031-03-01": 1}, 0, 0)
    assert [(s.dataset, s.evidence, s.counts) for s in found.series][-2:] == [
        ("rows-0", Evidence.EVENT, events), ("rows-1", Evidence.EVENT, events),
    ]  # fmt: skip
    assert kg.timeline("day", relation="meets", evidence="event").total == Counts({"2031-03-01": 2}, 0, 0)
    assert {s.evidence for s in kg.timeline().series} == {Evidence.CLAIM, Evidence.EVENT}
    assert kg.timeline().total is None
    undated = kg.timeline("day", since="2031-01-01").series
    assert [(s.dataset, s.counts.undated) for s in undated] == [("norland", 11), ("rows-0", 0), ("rows-1", 0)]


# Contradictions


def kinds(kg: KnowledgeGraph) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for c in contradictions(kg.snapshot):
        found[c.kind].append(c.settled)
    return dict(found)


def test_a_correction_is_a_settled_contradiction(norland: KnowledgeGraph) -> None:
    (found,) = contradictions(norland.snapshot)
    assert (found.kind, found.settled) == ("correction", True)
    assert [key(norland, i) for i in found.statements] == ["sudland-hosts-winter-round", "westmark-hosts-winter-round"]
    assert found.reason == "The next issue of the gazette names another host."


def test_a_claim_and_its_denial_contradict_where_their_times_may_meet(kg: KnowledgeGraph) -> None:
    claim = {
        "subject": "westmark",
        "relation": "brokers-agreement",
        "parties": ["norland", "sudland"],
        "modality": "claimed",
        "attributed_to": ["ada-norn"],
    }
    kg.add([statement(**claim, start=1, when="2030")])
    assert "claim-and-denial" not in kinds(kg)  # mediation in March 2031 is denied, and this is another time
    kg.add([statement(**claim, start=2, when="2031")])
    (found,) = [c for c in contradictions(kg.snapshot) if c.kind == "claim-and-denial"]
    assert found.reason == (
        "it is said, and denied: Westmark brokers between Norland and Sudland (claimed); "
        "Westmark not: mediates between Norland and Sudland (negated)"
    )
    assert found.settled is False


def test_an_aim_does_not_contradict_a_denial(kg: KnowledgeGraph) -> None:
    kg.add(
        [
            statement(
                subject="westmark",
                relation="mediates",
                parties=["norland", "sudland"],
                modality="intended",
                when="2031-03",
            )
        ]
    )
    assert "claim-and-denial" not in kinds(kg)


def test_an_act_and_an_actor_with_one_number_do_not_contradict(kg: KnowledgeGraph) -> None:
    columns = kg.snapshot.columns
    actors = [n for n, id in enumerate(columns.entities) if id in kg.snapshot.entities and id != "westmark"]
    worsens = {"relation": "worsens", "object": "westmark"}
    kg.add(statement(subject=columns.entities[n], **worsens) for n in actors)
    kg.add(statement(subject={"statement": columns.id(n)}, modality="negated", **worsens) for n in actors)
    assert "claim-and-denial" not in kinds(kg)
    kg.add([statement(subject={"statement": columns.id(0)}, **worsens)])
    (found,) = [c for c in contradictions(kg.snapshot) if c.kind == "claim-and-denial"]
    assert found.reason == (
        "it is said, and denied: [Norland invites Bo Sund (asserted)] worsens Westmark (asserted); "
        "[Norland invites Bo Sund (asserted)] not: worsens Westmark (negated)"
    )


def test_two_holders_of_a_post_contradict_unless_one_followed_the_other(kg: KnowledgeGraph) -> None:
    assert "two-holders-of-a-post" not in kinds(kg)
    held = {"relation": "holds-post", "object": "foreign-minister-of-sudland"}
    kg.add(
        [
            statement(**held, subject="unspecified", start=1),
            statement(**held, subject="ada-norn", start=2, modality="intended"),
        ]
    )
    assert "two-holders-of-a-post" not in kinds(kg)
    kg.add([statement(**held, subject="ada-norn", start=3, when="2031-02")])
    assert kinds(kg)["two-holders-of-a-post"] == [False]


def test_a_retracted_statement_contradicts_nothing(kg: KnowledgeGraph) -> None:
    held = {"relation": "holds-post", "object": "foreign-minister-of-sudland"}
    kg.add([statement(**held, subject="ada-norn", status="retracted", note="withdrawn")])
    assert "two-holders-of-a-post" not in kinds(kg)


@pytest.mark.parametrize("level", ["country", ""])
def test_an_unknown_level_is_refused(norland: KnowledgeGraph, level: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Level"):
        norland.ask("invites", level=level)


def test_what_two_coders_read_in_one_text_counts_once(kg: KnowledgeGraph) -> None:
    before = kg.ask("accuses").found[0]
    again = [s.model_copy(update={"coder": "reader-2"}) for s in kg.statements(relation="accuses", exact=True)]
    kg.add(Statement.model_validate(s.model_dump(exclude={"id"})) for s in again)
    after = kg.ask("accuses").found[0]
    assert (len(before.statements), before.events, before.events_exact) == (1, 1, True)
    assert (len(after.statements), after.events, after.events_exact) == (2, 1, False)


def test_a_symmetric_act_is_contradicted_from_either_side(kg: KnowledgeGraph) -> None:
    tellings: tuple[dict[str, object], ...] = (
        {"subject": "norland", "object": "sudland", "modality": "asserted"},
        {"parties": ["norland", "sudland"], "modality": "claimed"},
        {"subject": "sudland", "object": "norland", "modality": "negated"},
    )
    act: dict[str, object] = {"relation": "meets", "source": "gazette-1", "when": "2031"}
    kg.add(Statement.model_validate(act | more | {"start": n, "end": n + 1}) for n, more in enumerate(tellings))
    (found,) = [c for c in contradictions(kg.snapshot) if c.kind == "claim-and-denial"]
    assert len(found.statements) == 3


def test_holding_a_post_is_never_said_of_a_state(kg: KnowledgeGraph) -> None:
    stated = {(f.subject, f.relation, f.object) for f in kg.ask("affiliation").found}
    for level in ("body", "state"):
        assert {(f.subject, f.relation, f.object) for f in kg.ask("affiliation", level=level).found} == stated


@given(said=several_fitting(40, ("invites", "mediates", "holds-post", "worsens", "meets")))
@settings(max_examples=tries(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_those_of_one_statement_are_those_of_all(
    cast_store: Path, tmp_path_factory: pytest.TempPathFactory, said: list[Statement]
) -> None:
    path = tmp_path_factory.mktemp("contradicting") / "store"
    with KnowledgeGraph(shutil.copytree(cast_store, path)) as kg:
        kg.add(said)
        one_by_one = {s.id: contradictions_of(kg.snapshot, s.id) for s in said}
        for id, found in one_by_one.items():
            assert found == tuple(c for c in contradictions(kg.snapshot) if id in c.statements)


def test_those_of_a_disputed_statement_and_of_its_correction_are_found(norland: KnowledgeGraph) -> None:
    (whole,) = contradictions(norland.snapshot)
    for id in whole.statements:
        assert contradictions_of(norland.snapshot, id) == (whole,)
    assert contradictions_of(norland.snapshot, "a" * 26) == ()


def test_answers_are_a_table(talks: KnowledgeGraph) -> None:
    asked = talks.ask("invites")
    (row,) = asked.frame().to_dict("records")
    (found,) = asked.found
    assert (row["subject"], row["relation"], row["object"]) == ("russia", "invites", "ararat-mirzoyan")
    assert row["modalities"] == "asserted 1, claimed 2, presupposed 2"
    assert row["voices"] == "article; article > maria-zakharova"
    assert row["events"] == "at least 2"
    assert row["statements"].split(", ") == list(found.statements)
    nothing = talks.ask("invites", subject="Armenia").frame()
    assert len(nothing) == 0
    assert list(nothing.columns) == list(asked.frame().columns)
