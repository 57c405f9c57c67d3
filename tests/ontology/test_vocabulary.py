"""The vocabulary is complete, refuses what is not, and one edit in one Turtle file adds a relation."""

import subprocess
import sys
from pathlib import Path

import pytest

from ontology import UnknownTermError, Vocabulary, VocabularyError, vocabulary
from ontology.page import render_html, render_markdown
from ontology.vocabulary import FOLDER

OWN = [FOLDER / "tertius.ttl", FOLDER / "relations.ttl"]
PREFIXED = """
@prefix t: <https://tertius.example/ontology#> .
@prefix r: <https://tertius.example/id/relation/> .
@prefix f: <https://tertius.example/id/frame/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
LENDS = """r:lends-to a t:Relation ; rdfs:label "lends to"@en ; t:inverseLabel "borrows from"@en ;
    skos:definition "Gives money for a time."@en ; rdfs:subPropertyOf r:aids-economically ;
    t:family t:support ; t:sign 1 ; t:frame f:towards-actor ."""


def extended(tmp_path: Path, turtle: str) -> Vocabulary:
    """The vocabulary with this added to its relations."""
    added = tmp_path / "added.ttl"
    added.write_text(PREFIXED + turtle, encoding="utf-8")
    return Vocabulary.load([*OWN, added])


def test_mediation_is_complete() -> None:
    wanted = {
        "mediates",
        "requests-mediation",
        "offers-mediation",
        "accepts-mediation",
        "rejects-mediation",
        "suspends-mediation",
        "resumes-mediation",
        "withdraws-from-mediation",
        "facilitates",
        "convenes",
        "hosts",
        "guarantees",
        "witnesses",
        "observes",
        "is-third-party-to",
    }
    assert wanted - {r.id for r in vocabulary().relations.values() if r.family == "mediation"} == set()
    assert vocabulary().relation("signs").label == "signs as party"


def test_every_family_of_the_design_has_relations() -> None:
    assert {r.family for r in vocabulary().relations.values()} == set(vocabulary().families)
    assert set(vocabulary().families) == {
        "mediation",
        "opposition",
        "invitation",
        "accusation",
        "cooperation",
        "support",
        "appeal",
        "speech",
        "affiliation",
    }


def test_every_relation_reads_in_both_directions_and_is_defined() -> None:
    incomplete = [
        r.id
        for r in vocabulary().relations.values()
        if not (r.label and r.inverse_label and r.definition.endswith("."))
    ]
    assert incomplete == []


def test_a_symmetric_relation_reads_the_same_from_both_ends() -> None:
    uneven = [r.id for r in vocabulary().relations.values() if r.symmetric and r.label != r.inverse_label]
    assert uneven == []


def test_every_word_of_the_vocabulary_has_a_definition() -> None:
    v = vocabulary()
    words = {**v.kinds, **v.roles, **v.modalities, **v.statuses, **v.families}
    assert [w.id for w in words.values() if not w.definition] == []


def test_neither_an_offer_nor_a_third_party_answers_who_mediates() -> None:
    assert vocabulary().question("mediates") == {"mediates", "brokers-agreement"}


def test_a_wider_question_includes_narrower_relations_at_any_depth() -> None:
    assert vocabulary().narrower("assaults") == {"assaults", "fights", "uses-mass-violence-against"}
    assert "rejects-mediation" in vocabulary().question("opposes")
    assert vocabulary().wider("fights") == {"fights", "assaults", "opposes"}


def test_a_family_asks_for_all_of_its_relations() -> None:
    assert vocabulary().question("invitation") == {
        "invites",
        "accepts-invitation",
        "declines-invitation",
        "withdraws-invitation",
    }


def test_an_unknown_relation_is_rejected_by_name_with_the_nearest_ones() -> None:
    with pytest.raises(UnknownTermError, match="unknown relation 'invite'; did you mean invites") as caught:
        vocabulary().relation("invite")
    assert caught.value.candidates[0] == "invites"


def test_an_unknown_question_lists_relations_and_families() -> None:
    with pytest.raises(UnknownTermError) as caught:
        vocabulary().question("mediate")
    assert {"mediates", "mediation"} <= set(caught.value.candidates)


def test_the_frame_of_a_mediation_takes_a_mediator_and_its_sides() -> None:
    frame = vocabulary().relation("mediates").frame
    assert frame.requires == {"subject"}
    assert frame.requires_any == {"parties", "object"}
    assert "process" in frame.object_kinds
    assert "state" not in frame.object_kinds


def test_somebody_of_unknown_kind_may_stand_wherever_any_actor_may() -> None:
    for relation in vocabulary().relations.values():
        for kinds in (relation.frame.subject_kinds, relation.frame.object_kinds, relation.frame.party_kinds):
            assert ("actor" in kinds) == ({"state", "person", "armed-group", "population"} <= kinds)


def test_a_relation_added_in_one_file_is_accepted_asked_for_and_documented(tmp_path: Path) -> None:
    v = extended(tmp_path, LENDS)
    assert v.relation("lends-to").family == "support"
    assert "lends-to" in v.question("aids")
    assert "lends-to" in v.question("support")
    assert "#### `lends-to`" in render_markdown(v)
    assert 'id="relation-lends-to"' in render_html(v)


@pytest.mark.parametrize(
    ("without", "instead", "message"),
    [
        ('t:inverseLabel "borrows from"@en ;', "", "has no .*inverseLabel"),
        ("t:frame f:towards-actor", "t:symmetric false", "has no t:frame"),
        ("f:towards-actor", "f:nowhere", "not declared as one"),
        ("t:family t:support", "t:family t:asserted", "'asserted' is no family"),
        ("t:sign 1", "t:sign 2", "sign 2 does not go with family support"),
        ("t:family t:support", "t:family t:mediation", "sign 1 does not go with family mediation"),
        ("r:aids-economically", "r:aid", "wider relation aid is not declared"),
        ("r:aids-economically", "r:lends-to", "wider than itself"),
    ],
)
def test_an_incomplete_relation_is_refused_with_its_name(
    tmp_path: Path, without: str, instead: str, message: str
) -> None:
    with pytest.raises(VocabularyError, match=message):
        extended(tmp_path, LENDS.replace(without, instead))


def test_unreadable_turtle_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"added\.ttl: not readable as Turtle"):
        extended(tmp_path, "r:lends-to a")


def test_alignments_lead_to_the_standard_vocabularies() -> None:
    text = (FOLDER / "tertius.ttl").read_text(encoding="utf-8")
    used = {p for p in ("prov", "org", "foaf", "skos", "schema", "oa") if f" {p}:" in text.partition("#####")[2]}
    assert used == {"prov", "org", "foaf", "skos", "schema", "oa"}


def test_importing_the_packages_reads_no_vocabulary() -> None:
    program = (
        "import api.app, api.jobs, graph; from ontology import vocabulary; assert not vocabulary.cache_info().currsize"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
