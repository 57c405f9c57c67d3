"""Names lead to one entity, in any script and case, or say what they may have meant."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import Entity, KnowledgeGraph, Statement
from graph.exceptions import AmbiguousNameError, UnknownNameError
from graph.names import Names, fold
from ontology import UNSPECIFIED, Kind


@pytest.mark.parametrize(
    "name",
    [
        "norland", "Norland", "NORLAND", "  nor\u200bland ".replace("\u200b", ""), "Kingdom  of\tNorland",
        "kingdom of norland",
        "Норланд", "НОРЛАНД", "Νόρλαντ", "ΝΌΡΛΑΝΤ", "Ｎｏｒｌａｎｄ", "Νο\u0301ρλαντ",
    ],
)  # fmt: skip
def test_a_name_is_found_in_any_script_and_case(norland: KnowledgeGraph, name: str) -> None:
    assert norland.resolve(name) == "norland"


def test_an_alias_and_an_abbreviation_are_names(norland: KnowledgeGraph) -> None:
    assert [norland.resolve(n) for n in ("LoR", "lor", "Ada", "ada norn")] == [
        "league-of-rivers", "league-of-rivers", "ada-norn", "ada-norn",
    ]  # fmt: skip


def test_a_place_stands_for_its_government_only_where_an_actor_is_meant(norland: KnowledgeGraph) -> None:
    assert norland.resolve("Northgate") == "northgate"
    assert norland.resolve("Northgate", actor=True) == "norland"
    assert norland.resolve("northgate", actor=True) == "norland"
    assert norland.resolve("Port Alba", actor=True) == "port-alba"


def test_an_ambiguous_name_lists_whom_it_may_mean(norland: KnowledgeGraph) -> None:
    with pytest.raises(AmbiguousNameError) as caught:
        norland.resolve("The Republic")
    assert str(caught.value) == "'The Republic' is ambiguous: give an id; candidates: sudland (state), westmark (state)"
    assert [c.id for c in caught.value.candidates] == ["sudland", "westmark"]
    assert norland.snapshot.names.ambiguous() == {"the republic": ["sudland", "westmark"]}


def test_an_unknown_name_lists_similar_ones(norland: KnowledgeGraph) -> None:
    with pytest.raises(UnknownNameError) as caught:
        norland.resolve("Norlund")
    assert caught.value.name == "Norlund"
    assert caught.value.candidates[0].id == "norland"
    with pytest.raises(UnknownNameError, match=r"^no entity is known as 'Xq'; nothing similar is known$"):
        norland.resolve("Xq")
    with pytest.raises(UnknownNameError):
        norland.resolve("")


def test_the_unspecified_agent_is_known_by_its_id_only(norland: KnowledgeGraph) -> None:
    assert norland.resolve(UNSPECIFIED) == UNSPECIFIED
    with pytest.raises(UnknownNameError):
        norland.resolve("Unspecified")


def test_a_kind_can_settle_what_a_name_means() -> None:
    entities = {
        "georgia": Entity.model_validate({"id": "georgia", "kind": "state", "label": "Georgia"}),
        "georgia-us": Entity.model_validate({"id": "georgia-us", "kind": "place", "label": "GEORGIA"}),
    }
    names = Names(entities)
    assert names.resolve("Georgia", kinds=[Kind.PLACE]) == "georgia-us"
    assert names.resolve("georgia") == "georgia", "an id wins over a label"
    with pytest.raises(AmbiguousNameError):
        names.resolve("Georgia")


def test_who_is_known_by_a_name_alone_gives_way_to_whom_is_known_otherwise() -> None:
    entities = {
        id: Entity.model_validate({"id": id, "kind": kind, "label": label})
        for id, kind, label in (
            ("norland", "state", "Norland"), ("norland.0a1b2c3d", "actor", "Norland"),
            ("guild.00000001", "organisation", "Guild"), ("guild.00000002", "actor", "Guild"),
        )
    }  # fmt: skip
    names = Names(entities)
    assert names.resolve("Norland") == "norland"
    assert names.resolve("norland.0a1b2c3d") == "norland.0a1b2c3d"
    assert names.resolve("Norland", kinds=[Kind.ACTOR]) == "norland.0a1b2c3d"
    with pytest.raises(AmbiguousNameError):
        names.resolve("Guild")
    assert "norland" in names.ambiguous()


def test_a_name_that_is_a_place_and_what_the_place_stands_for_is_not_ambiguous_for_an_actor() -> None:
    entities = {
        "singapore": Entity.model_validate({"id": "singapore", "kind": "state", "label": "Singapore"}),
        "singapore-city": Entity.model_validate(
            {"id": "singapore-city", "kind": "place", "label": "Singapore", "stands_for": "singapore"}
        ),
    }
    assert Names(entities).resolve("SINGAPORE", actor=True) == "singapore"
    with pytest.raises(AmbiguousNameError):
        Names(entities).resolve("SINGAPORE")


def test_somebody_without_a_name_is_found_by_id_and_never_by_label() -> None:
    entities = {
        "envoy-1": Entity.model_validate(
            {"id": "envoy-1", "kind": "person", "label": "an envoy", "unnamed_in": "gazette"}
        )
    }
    names = Names(entities)
    assert names.resolve("envoy-1") == "envoy-1"
    with pytest.raises(UnknownNameError):
        names.resolve("an envoy")
    assert names.search("an envoy") == []


def test_search_finds_parts_of_names_and_ids(norland: KnowledgeGraph) -> None:
    assert norland.snapshot.names.search("RIVER") == ["league-of-rivers", "river-talks", "river-treaty", "winter-round"]
    assert norland.snapshot.names.search("нор") == ["norland"]


@given(st.text(max_size=30))
def test_folding_ignores_case_width_and_spaces_and_is_stable(name: str) -> None:
    folded = fold(name)
    assert fold(folded) == folded
    assert fold(f"  {name}\t") == folded
    assert fold(name.lower()) == folded or name.lower().casefold() != name.casefold()


@given(st.text(max_size=20))
def test_any_name_is_resolved_or_told_to_be_unknown(norland: KnowledgeGraph, name: str) -> None:
    known = {*norland.snapshot.entities, UNSPECIFIED}
    with contextlib.suppress(UnknownNameError, AmbiguousNameError):
        assert norland.resolve(name) in known


# Posts over time


@pytest.mark.parametrize(
    ("day", "holder"),
    [("2029-01-01", "bo-sund"), ("2031-03-20", "bo-sund"), ("2031-03-21", "eva-strand"), ("2040-01-01", "eva-strand")],
)
def test_a_post_on_a_day_is_whoever_held_it(norland: KnowledgeGraph, day: str, holder: str) -> None:
    assert norland.resolve("foreign minister of Sudland", on=date.fromisoformat(day)) == holder


def test_a_post_without_a_day_is_the_post(norland: KnowledgeGraph) -> None:
    assert norland.resolve("foreign minister of Sudland") == "foreign-minister-of-sudland"
    assert norland.resolve("Sudland", on=date(2031, 3, 20)) == "sudland"


def test_a_post_that_nobody_is_known_to_have_held_is_told_with_those_who_held_it_otherwise(
    norland: KnowledgeGraph,
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        norland.resolve("foreign minister of Sudland", on=date(2020, 1, 1))
    assert str(caught.value) == (
        "no holder is known as 'foreign minister of Sudland on 2020-01-01'; "
        "candidates: bo-sund (person), eva-strand (person)"
    )


def test_a_post_that_two_are_said_to_hold_is_ambiguous(kg: KnowledgeGraph) -> None:
    kg.add(
        [
            Statement.model_validate(
                {
                    "subject": "ada-norn", "relation": "holds-post", "object": "foreign-minister-of-sudland",
                    "source": "gazette-1",
                    "start": 0, "end": 9, "modality": "asserted", "when": "2031-01",
                }
            )
        ]
    )  # fmt: skip
    with pytest.raises(AmbiguousNameError, match=r"ada-norn .*bo-sund"):
        kg.resolve("foreign minister of Sudland", on=date(2031, 1, 5))
