"""Models refuse what makes no sense, and an id changes with the content alone."""

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from graph import Entity, Source, Statement
from graph.frames import frame_faults
from ontology import Kind, vocabulary
from tests.effort import tries
from tests.graph.strategies import ENTITIES, several_fitting, statements

SAID = {
    "subject": "norland", "relation": "invites", "object": "ada", "source": "gazette", "start": 0, "end": 9,
    "modality": "asserted",
}  # fmt: skip


def statement(**fields: object) -> Statement:
    return Statement.model_validate(SAID | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "other"}, {"start": 1}, {"end": 8}, {"subject": "sudland"}, {"subject": {"statement": "a" * 26}},
        {"relation": "accuses"}, {"object": "bo"}, {"object": None}, {"about": "a" * 26}, {"parties": ["bo"]},
        {"roles": {"venue": "bo"}}, {"topic": "bo"}, {"place": "bo"}, {"when": "2031"}, {"when_text": "then"},
        {"repeated": True}, {"attributed_to": ["bo"]}, {"modality": "claimed"}, {"coder": "machine"},
        {"start": None, "end": None, "record": "7"},
    ],
)  # fmt: skip
def test_what_is_said_changes_the_id(fields: dict[str, object]) -> None:
    assert statement(**fields).id != statement().id


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "one"}, {"status": "disputed", "note": "because"}, {"note": "hm"}, {"corrected_by": "a" * 26},
        {"codes": ["cameo-1.1b3:112"]}, {"confidence": 0.5}, {"key": "one"}, {"row": 4}, {"subject_as": "the North"},
        {"object_as": "her"},
    ],
)  # fmt: skip
def test_what_is_annotated_later_does_not_change_the_id(fields: dict[str, object]) -> None:
    assert statement(**fields).id == statement().id
    assert statement(**fields) != statement()


def test_the_order_of_parties_and_roles_says_nothing_and_that_of_speakers_does() -> None:
    assert statement(parties=["b", "a", " b "]).parties == ("a", "b")
    assert (
        statement(roles={"venue": ["b", "a"]}).id == statement(roles=[{"role": "venue", "entity": e} for e in "ab"]).id
    )
    assert statement(attributed_to=["a", "b"]).id != statement(attributed_to=["b", "a"]).id


def test_an_id_is_stable() -> None:
    assert statement().id == "4twek6lsntfpv43yqg4mqfwxfm"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colour": "red"}, "Extra inputs are not permitted"),
        ({"id": "a" * 26}, "Extra inputs are not permitted"),
        ({"relation": "invite"}, "unknown relation 'invite'; did you mean invites"),
        ({"modality": None}, "Input should be 'asserted', 'coded'"),
        ({"confidence": 1.1}, "less than or equal to 1"),
        ({"confidence": float("nan")}, "finite number"),
        ({"codes": ["112"]}, "should match pattern"),
        ({"start": 9}, "start 9 is not before end 9"),
        ({"record": "7"}, "either start and end"),
        ({"subject": "Norland"}, "should match pattern"),
        ({"subject": "a\nb"}, "should match pattern"),
        ({"subject": "x" * 201}, "at most 200 characters"),
        ({"note": "x" * 10_001}, "at most 10000 characters"),
        ({"note": "  "}, "at least 1 character"),
        ({"note": "\ud800"}, "valid string"),
        ({"about": "A" * 26}, "should match pattern"),
        ({"status": "retracted"}, "a retracted statement says why"),
    ],
)
def test_a_senseless_statement_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        statement(**fields)


def test_statements_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        statement().note = "changed"  # type: ignore[misc]  # that is the point


@given(statements())
@settings(deadline=None, max_examples=tries(50))
def test_json_holds_the_whole_statement(said: Statement) -> None:
    assert Statement.model_validate_json(said.model_dump_json(exclude={"id"})) == said
    assert said.model_dump(mode="json")["id"] == said.id
    assert set(said.model_dump()) == set(Statement.model_json_schema(mode="serialization")["properties"])


@given(several_fitting(40))
@settings(deadline=None, max_examples=tries(30))
def test_a_statement_made_to_fit_its_frame_has_no_fault(said: list[Statement]) -> None:
    for s in said:
        assert list(frame_faults(s, lambda i: ENTITIES[i].kind if i in ENTITIES else None)) == []


@pytest.mark.parametrize("relation", vocabulary().relations)
def test_every_relation_tells_what_its_frame_lacks_and_forbids(relation: str) -> None:
    frame = vocabulary().relations[relation].frame
    bare = Statement.model_validate({"relation": relation, "source": "x", "record": "1", "modality": "asserted"})
    lacking = {field for field, _ in frame_faults(bare, lambda _: Kind.STATE)}
    assert lacking == frame.requires | ({"relation"} if frame.requires_any else set())
    full = bare.model_copy(
        update={"subject": "a", "object": "b", "parties": ("c", "d"), "topic": "e", "place": "f", "about": "a" * 26}
    )
    forbidden = {f for f, m in frame_faults(full, lambda _: None) if "takes no" in m}
    assert forbidden == {"subject", "object", "parties", "topic", "place", "about"} - frame.permits


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "person", "of": "norland"}, "'of' belongs to posts and government bodies"),
        ({"kind": "person", "stands_for": "norland"}, "'stands_for' belongs to places"),
        ({"kind": "state", "members": ["norland"]}, "'closed' and 'members' belong to groups"),
        ({"kind": "group", "members": ["norland"]}, "an open group lists no members"),
        ({"kind": "place", "stands_for": "x"}, "'x' refers to itself"),
        ({"kind": "place", "country": "x"}, "'x' refers to itself"),
        ({"kind": "person", "label": {"text": "X", "lang": "en-GB"}}, "should match pattern"),
        ({"kind": "person", "label": {"text": "X", "lang": "en-a"}}, "should match pattern"),
        ({"kind": "person", "codes": ["wikidata:"]}, "should match pattern"),
    ],
)
def test_a_senseless_entity_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Entity.model_validate({"id": "x", "label": "X"} | fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"file": "../secret"}, "should match pattern"),
        ({"file": "a\\b"}, "should match pattern"),
        ({"sha256": "A" * 64}, "should match pattern"),
        ({"published": "last week"}, "'last week' is not a date in EDTF"),
        ({"length": -1}, "greater than or equal to 0"),
        ({"id": "a/b"}, "should match pattern"),
    ],
)
def test_a_senseless_source_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Source.model_validate({"id": "x", "title": "X", "kind": "note"} | fields)
