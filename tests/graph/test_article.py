"""The curated article: its offsets fit the text, its facts can be asked, and nothing else is claimed."""

import hashlib
from pathlib import Path

import pytest

from graph import KnowledgeGraph, Statement
from graph.contradictions import contradictions

SEED = Path(__file__).parents[3] / "shared" / "seed"
MEDIATORS = {"russia", "the-west", "united-states", "european-union"}


@pytest.fixture(scope="module")
def text() -> str:
    """The article itself, which lies beside the repository and not in it."""
    path = SEED / "article.txt"
    if not path.is_file():
        pytest.skip(f"{path} is not here: the text belongs to its publisher")
    return path.read_bytes().decode("utf-8")


def said(kg: KnowledgeGraph, **filters: object) -> list[Statement]:
    return kg.statements(source="article", **filters)


def keys(kg: KnowledgeGraph, **filters: object) -> set[str | None]:
    return {s.key for s in kg.statements(**filters)}


def who(kg: KnowledgeGraph, question: str) -> set[tuple[str | None, str | None]]:
    return {(f.subject, f.object) for f in kg.ask(question).found}


def plain_edges(kg: KnowledgeGraph) -> set[tuple[str, str, str]]:
    rows = kg.sparql("SELECT ?s ?r ?o WHERE { GRAPH g:edges { ?s ?r ?o } }")
    return {(kg.iris.id(row.s), kg.iris.id(row.r), kg.iris.id(row.o)) for row in rows}


# Places in the text


@pytest.mark.shared
def test_the_text_is_the_one_that_was_coded(talks: KnowledgeGraph, text: str) -> None:
    source = talks.snapshot.source("article")
    assert hashlib.sha256(text.encode()).hexdigest() == source.sha256
    assert len(text) == source.length


@pytest.mark.shared
def test_every_passage_is_whole_words(talks: KnowledgeGraph, text: str) -> None:
    for s in said(talks):
        assert s.start is not None
        assert s.end is not None
        passage = text[s.start : s.end]
        assert passage, s.key
        assert passage == passage.strip(), s.key
        around = text[s.start - 1 : s.start] or " ", text[s.end : s.end + 1] or " "
        assert not (around[0].isalnum() and passage[0].isalnum()), (s.key, passage)
        assert not (around[1].isalnum() and passage[-1].isalnum()), (s.key, passage)
        assert "\n" not in passage, s.key


@pytest.mark.shared
def test_words_used_for_subject_and_object_stand_in_the_passage_or_its_sentence(
    talks: KnowledgeGraph, text: str
) -> None:
    for s in said(talks):
        assert s.start is not None
        assert s.end is not None
        begin = max(text.rfind(mark, 0, s.start) for mark in (". ", "\n", "")) + 1 if s.start else 0
        paragraph = text[text.rfind("\n", 0, begin + 1) + 1 : max(text.find("\n", s.end), s.end)]
        for words in (s.subject_as, s.object_as):
            assert words is None or words in paragraph, (s.key, words)


@pytest.mark.shared
def test_the_texts_are_checked_by_hash_when_loading(text: str, empty: KnowledgeGraph, data: Path) -> None:
    assert empty.load(data / "armenia-azerbaijan-talks", texts=SEED).added == empty.snapshot.meta["statements"]


@pytest.mark.shared
def test_no_sentence_of_the_text_stands_in_the_repository(text: str) -> None:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    runs = {" ".join(words[i : i + 9]) for i in range(len(words) - 8)}
    root = Path(__file__).parents[2]
    for folder in ("ontology", "graph", "api", "data", "docs", "tests", "notebooks"):
        for path in (root / folder).rglob("*"):
            if path.suffix in (".py", ".ttl", ".yml", ".md", ".rq", ".ipynb", ".txt", ".html"):
                found = path.read_text("utf-8").lower()
                there = "".join(c if c.isalnum() else " " for c in found).split()
                shared = runs & {" ".join(there[i : i + 9]) for i in range(len(there) - 8)}
                assert not shared, path


# What it says


def test_russia_invites_mirzoyan_in_five_statements_of_at_least_two_events(talks: KnowledgeGraph) -> None:
    (found,) = talks.ask("invites", object="Mirzoyan").found
    assert (found.subject, found.object, found.about, found.parties) == ("russia", "ararat-mirzoyan", None, ())
    assert found.modalities == {"asserted": 1, "claimed": 2, "presupposed": 2}
    assert {v.attributed_to for v in found.voices} == {(), ("maria-zakharova",)}
    assert (found.events, found.events_exact) == (2, False)
    assert (found.earliest, found.latest) == (None, None)


def test_one_invitation_told_three_times_is_one_event(talks: KnowledgeGraph) -> None:
    assert keys(talks, event="latest-invitation") == {
        "invitation-to-moscow",
        "most-recent-invitation",
        "invitation-retold",
    }


def test_moscow_is_where_he_is_invited_to_and_never_who_invites(talks: KnowledgeGraph) -> None:
    assert keys(talks, role="destination:Moscow") == {"invitation-to-moscow"}
    for s in talks.statements():
        assert {"moscow", "baku"}.isdisjoint({s.subject, s.object, *s.parties, *s.attributed_to}), s.key


def test_mediators_between_armenia_and_azerbaijan(talks: KnowledgeGraph) -> None:
    found = talks.ask("mediates", between=("Armenia", "Azerbaijan"), modality=["asserted", "presupposed"]).found
    assert {f.subject for f in found} == MEDIATORS
    assert {f.sides for f in found} == {"both"}
    assert {f.relation for f in found} == {"mediates"}


def test_efforts_to_broker_are_intended_and_not_deeds(talks: KnowledgeGraph) -> None:
    efforts = talks.statements(question="brokers-agreement")
    assert {(s.subject, s.modality) for s in efforts} == {("unspecified", "intended"), ("russia", "intended")}
    assert {s.modality for s in talks.statements(question="hosts")} == {"intended"}
    assert {s.modality for s in talks.statements(question="facilitates")} == {"intended"}


def test_azerbaijan_objects_to_the_mediation_of_the_united_states_and_the_european_union(talks: KnowledgeGraph) -> None:
    found = talks.ask("opposes", subject="Azerbaijan", about_relation="mediates").found
    whose = {talks.snapshot.statement(str(f.about)).subject for f in found}
    assert {f.relation for f in found} == {"objects-to"}
    assert whose == {"united-states", "european-union"}
    assert keys(talks, question="opposes", about_subject="U.S.") == {"azerbaijan-objects-to-us-mediation"}


def test_armenia_accuses_russia_of_a_breach_that_armenia_alone_claims(talks: KnowledgeGraph) -> None:
    (found,) = talks.ask("accuses", object="Moscow").found
    assert (found.subject, found.object) == ("armenia", "russia")
    breach = talks.snapshot.statement(str(found.about))
    assert (breach.subject, breach.relation, breach.object) == ("russia", "breaches", "security-commitments")
    assert (breach.attributed_to, breach.modality) == (("armenia",), "claimed")


def test_the_russian_foreign_ministry_criticises_the_armenian_leadership(talks: KnowledgeGraph) -> None:
    assert who(talks, "criticises") == {("russian-foreign-ministry", "armenian-leadership")}
    # The ministry acts for Russia, but a leadership is a group and no state.
    assert keys(talks, relation="criticises", subject="Russia") == {"ministry-criticises-leadership"}
    assert keys(talks, relation="criticises", object="Armenia") == set()


def test_through_the_lens_of_russia(talks: KnowledgeGraph) -> None:
    speakers = {s.attributed_to[0] for s in talks.statements(according_to="Russia")}
    assert speakers == {"maria-zakharova", "russian-foreign-ministry", "sergei-lavrov", "senior-russian-diplomat"}
    assert "azerbaijan-ready-to-sign" in keys(talks, according_to="Russia")


def test_through_the_lens_of_azerbaijan(talks: KnowledgeGraph) -> None:
    assert keys(talks, according_to="Azerbaijan") == set()
    assert keys(talks, according_to="Azerbaijan", depth="any") == {"azerbaijan-ready-to-sign"}


def test_what_the_source_itself_vouches_for_has_no_speaker(talks: KnowledgeGraph) -> None:
    assert {s.attributed_to for s in talks.statements(according_to="source")} == {()}


def test_tensions_are_found_from_either_side(talks: KnowledgeGraph) -> None:
    for side in ("Russia", "Armenia"):
        assert "russia-armenia-tensions" in keys(talks, relation="has-tensions-with", subject=side)


def test_nothing_is_dated_finer_than_the_text(talks: KnowledgeGraph) -> None:
    assert {s.when for s in said(talks)} == {None, "2020/.."}
    assert talks.snapshot.source("article").published is None


# What nobody says


def test_an_aim_a_claim_or_an_offer_is_no_plain_edge(talks: KnowledgeGraph) -> None:
    edges = plain_edges(talks)
    drawn = {"asserted", "presupposed"}
    allowed = {
        (s.subject, s.relation, s.object)
        for s in talks.statements()
        if s.modality in drawn and not s.attributed_to and s.status == "active" and s.object
    }
    assert edges <= allowed
    assert not {
        e
        for e in edges
        if e[1] in ("hosts", "facilitates", "brokers-agreement", "sidelines", "breaches", "is-ready-for")
    }
    assert {e for e in edges if e[1] == "mediates"} == {("russia", "mediates", "russian-mediated-negotiations")}


def test_russia_mediates_only_as_presupposed(talks: KnowledgeGraph) -> None:
    found = {(s.relation, s.modality) for s in talks.statements(relation="mediates", subject="Russia")}
    assert found == {("mediates", "presupposed"), ("brokers-agreement", "intended")}


def test_lavrov_never_acts_for_armenia(talks: KnowledgeGraph) -> None:
    acting, number = talks.snapshot.acting, talks.snapshot.columns.entity_number
    names = talks.snapshot.columns.entities
    principals = {names[n] for n in acting.principals(number["sergei-lavrov"], 0, 2**31 - 1)}
    assert principals == {"sergei-lavrov", "foreign-minister-of-russia", "russia"}
    assert not {s.key for s in talks.statements(according_to="Armenia") if "sergei-lavrov" in s.attributed_to}
    assert ("sergei-lavrov", "holds-post", "foreign-minister-of-armenia") not in plain_edges(talks)


def test_the_misprint_is_kept_disputed_and_corrected_by_another_source(talks: KnowledgeGraph) -> None:
    (misprint,) = talks.statements(object="foreign-minister-of-armenia", subject="Lavrov", exact=True)
    assert misprint.status == "disputed"
    assert misprint.corrected_by is not None
    correction = talks.snapshot.statement(misprint.corrected_by)
    assert (correction.subject, correction.object) == ("sergei-lavrov", "foreign-minister-of-russia")
    assert correction.source != misprint.source
    holders = {c.kind: c for c in contradictions(talks.snapshot)}["two-holders-of-a-post"]
    assert (misprint.id in holders.statements, holders.settled) == (True, True)


def test_readiness_is_confirmed_by_nobody(talks: KnowledgeGraph) -> None:
    ready = talks.statements(relation="is-ready-for")
    assert {s.modality for s in ready} <= {"unconfirmed", "uncertain"}
    assert keys(talks, relation="confirms", modality="asserted") == set()
    assert {s.modality for s in talks.statements(relation="confirms")} == {"negated"}


def test_nobody_declines_refuses_or_accepts_an_invitation(talks: KnowledgeGraph) -> None:
    for relation in ("accepts-invitation", "declines-invitation", "withdraws-invitation", "rejects-mediation", "signs"):
        if relation in talks.snapshot.columns.relations:
            assert keys(talks, relation=relation) == set()


def test_those_without_a_name_are_never_found_by_label(talks: KnowledgeGraph) -> None:
    unnamed = [e for e in talks.snapshot.entities.values() if e.unnamed_in]
    assert {e.id for e in unnamed} >= {"senior-russian-diplomat", "leaders-of-the-three-countries", "all-parties"}
    for entity in unnamed:
        assert entity.label.text not in {e.label.text for e in talks.snapshot.entities.values() if not e.unnamed_in}
        assert entity.id not in talks.snapshot.names.search(entity.label.text) or entity.label.text in entity.id
