"""Who is whom: judgements beside the statements, under which questions see one entity, and which can be withdrawn."""

import io
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import Entity, KnowledgeGraph, Selection, Source, Statement
from graph.acting import Acting
from graph.changes import SparqlUpdate
from graph.columns import Columns
from graph.differences import Differences, Subject
from graph.exceptions import AmbiguousNameError, ChangeRefusedError, InputError, NotFoundError, UnknownNameError
from graph.exports import ExportFormat, export
from graph.identities import Identities, Judgement, as_read
from graph.questions import ask
from graph.selection import Selector
from graph.shapes import shape_findings
from graph.snapshot import read_judgements
from ontology import Modality, Status
from tests.effort import tries
from tests.graph.conftest import Folder
from tests.graph.importing.tables import icews
from tests.graph.strategies import ENTITIES, SOURCES, Chance, several_fitting
from tests.graph.test_columns import assert_agreement
from tests.graph.test_descriptions import assert_true
from tests.graph.test_questions import group_by_loops
from tests.graph.test_selection import RELATIONS, Oracle, selection

WHO: dict[str, Any] = {"by": "a curator", "why": "the same passport"}
EVERY = tuple(Status)
together = several_fitting(40, RELATIONS)


@dataclass
class Ledger:
    """The same judgements kept in the plainest way: what is whom in a dict, and statements written anew."""

    into: dict[str, str] = field(default_factory=dict)
    within: dict[tuple[str, str], str] = field(default_factory=dict)

    def one(self, id: str) -> str:
        while id in self.into:
            id = self.into[id]
        return id

    def read(self, s: Statement) -> Statement:
        def one(id: Any) -> Any:
            return self.one(self.within.get((s.id, id), id)) if isinstance(id, str) else id

        roles = {(r.role, one(r.entity)): r.model_copy(update={"entity": one(r.entity)}) for r in s.roles}
        update = {
            "subject": one(s.subject), "object": one(s.object), "topic": one(s.topic), "place": one(s.place),
            "parties": tuple(sorted({one(p) for p in s.parties})), "roles": tuple(roles[k] for k in sorted(roles)),
            "attributed_to": tuple(one(a) for a in s.attributed_to), "id": s.id,
        }  # fmt: skip
        return s.model_copy(update=update)

    def asked(self, q: Selection) -> Selection:
        def one(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(one(v) for v in value)
            role, colon, entity = str(value).partition(":")
            return f"{role}:{self.one(entity)}" if colon else self.one(role)

        named = {f.name for f in fields(q)} & {
            "subject", "object", "about_subject", "party", "between", "role", "topic", "attributed_to", "according_to",
            "involving",
        }  # fmt: skip
        return replace(q, **{name: one(value) for name in named if (value := getattr(q, name))})


def judged(chance: Chance, said: list[Statement], number: int) -> tuple[list[Judgement], Ledger]:
    """Judgements in any order, merges in chains and withdrawals among them, and what they come to."""
    ledger, made = Ledger(), list[Judgement]()
    undo: dict[int, Any] = {}
    at = datetime(2031, 5, 1, tzinfo=UTC)
    while len(made) < number:
        what: dict[str, Any] = {}
        n = len(made) + 1
        a, b = chance.sample(sorted(ENTITIES), 2)
        some_named = chance.choice(said).entities() if said else ()
        match chance.choice(["merge", "merge", "read", "withdraw"]):
            case "merge" if a not in ledger.into and ledger.one(b) != a:
                ledger.into[a] = b
                undo[n] = ledger.into, [a]
                what = {"entity": a, "read_as": b}
            case "read" if named := [i for i in some_named if i in ENTITIES and i != b]:
                a = chance.choice(named)
                free = [s.id for s in said if a in s.entities() and (s.id, a) not in ledger.within]
                if some := chance.some(free, 3):
                    ledger.within |= {(s, a): b for s in some}
                    undo[n] = ledger.within, [(s, a) for s in some]
                    what = {"entity": a, "read_as": b, "statements": some}
            case "withdraw" if undo:
                gone = chance.choice(sorted(undo))
                where, keys = undo.pop(gone)
                for key in keys:
                    del where[key]
                what = {"withdraws": gone}
        if what:
            made.append(Judgement(number=n, at=at, **WHO, **what))
    return made, ledger


@given(together, st.integers(0, 2**32), st.integers(0, 12))
@settings(deadline=None, max_examples=tries(80))
def test_questions_see_what_statements_written_anew_would_say(said: list[Statement], seed: int, number: int) -> None:
    chance = Chance(seed)
    stated = Columns.empty().edited((), said, SOURCES, ENTITIES)
    judgements, ledger = judged(chance, said, number)
    columns = as_read(stated, Identities(judgements, ENTITIES))
    anew = [ledger.read(s) for s in said]
    assert columns.same_as(Columns.empty().edited((), anew, SOURCES, ENTITIES))
    for name, table in (("parties", "party_sets"), ("roles", "role_sets"), ("speakers", "chains")):
        used = [getattr(columns, table)[n] for n in set(getattr(columns, name).tolist())]
        assert len(set(used)) == len(used), "one set has two numbers"
    oracle = Oracle(anew)
    oracle.links = [(ledger.one(a), ledger.one(b), span) for a, b, span in oracle.links]
    chosen = Selector(columns, Acting(columns, ENTITIES), SOURCES)
    for q in [selection(chance) for _ in range(8)]:
        asked = ledger.asked(q)
        unknown = q.event and q.event not in {s.event.id for s in said if s.event}
        if unknown or len(set(asked.between)) != len(asked.between):
            continue
        found = chosen.select(q)
        assert ({columns.id(r) for r in found.rows.tolist()}, found.undated, q) == (*oracle.select(asked), q)


ACTORS = ("norland", "sudland", "ada-norn", "bo-sund", "river-guild", "league-of-rivers", "free-boatmen")


@given(together, st.integers(0, 2**32))
@settings(deadline=None, max_examples=tries(5))
def test_after_any_merges_and_splits_a_store_answers_for_one_entity_and_after_undoing_all_as_before(
    cast_store: Path, said: list[Statement], seed: int
) -> None:
    chance, ledger = Chance(seed), Ledger()
    with tempfile.TemporaryDirectory() as folder:
        kg = KnowledgeGraph(shutil.copytree(cast_store, Path(folder) / "store"))
        kg.add(said)
        before = told(kg)
        for _ in range(6):
            a, b = chance.sample(ACTORS, 2)
            if a in ledger.into and chance.random() < 0.5:
                kg.split_entity(a, **WHO)
                del ledger.into[a]
            else:
                try:
                    kg.merge_entities(a, b, **WHO)
                    ledger.into[a] = b
                except InputError:
                    continue
        anew = [ledger.read(s) for s in said]
        found = ask(kg.snapshot, Selection(status=EVERY)).found
        assert {
            (f.subject or f.subject_statement, f.relation, f.object, f.about, f.parties): Counter(f.modalities)
            for f in found
        } == group_by_loops(anew)
        assert {s.id: s for s in kg.statements(status=EVERY)} == {s.id: s for s in said}, "a statement was changed"
        assert_true(kg)
        with KnowledgeGraph(kg.path) as again:
            assert (again.judgements(), told(again)) == (kg.judgements(), told(kg))
        for j in kg.snapshot.identities.standing:
            kg.withdraw_judgement(j.number, by="another", why="it was not")
        assert told(kg) == before
        numbers = [j.number for j in kg.judgements()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert_true(kg)
        kg.close()


def told(kg: KnowledgeGraph) -> list[Any]:
    """What a store answers, by every way of asking."""
    network = kg.network(status=EVERY)
    return [
        list(ask(kg.snapshot, Selection(status=EVERY)).found),
        [[s.id for s in kg.statements(involving=actor)] for actor in ACTORS],
        sorted(network.nodes(data="label")),
        sorted((a, b, k) for a, b, k in network.edges(keys=True)),
        kg.conflicts(),
        [e.id for e in kg.entities()],
        kg.timeline(),
        kg.snapshot.columns._facts(),
    ]


# The cast: Bo Sund and Eva Strand are made one


def keys(kg: KnowledgeGraph, **filters: Any) -> set[str | None]:
    return {s.key for s in kg.statements(**filters)}


def test_names_and_ids_of_a_merged_entity_mean_the_other_one(kg: KnowledgeGraph) -> None:
    of_both = keys(kg, involving="Bo Sund", exact=True) | keys(kg, involving="Eva Strand", exact=True)
    kg.merge_entities("Bo Sund", "Eva Strand", **WHO)
    assert [kg.resolve(n) for n in ("Bo Sund", "bo-sund", "Eva Strand")] == ["eva-strand"] * 3
    for name in ("bo-sund", "Bo Sund", "eva-strand"):
        assert keys(kg, involving=name, exact=True) == of_both
    assert {e.id for e in kg.entities("sund")} == {"eva-strand"}
    assert "bo-sund" not in {e.id for e in kg.entities()}
    assert kg.entity("bo-sund").label.text == "Bo Sund"


def test_a_name_that_two_had_is_clear_when_they_are_one(kg: KnowledgeGraph) -> None:
    with pytest.raises(AmbiguousNameError):
        kg.resolve("the Republic")
    kg.merge_entities("westmark", "sudland", **WHO)
    assert kg.resolve("the Republic") == "sudland"
    assert ("sudland", "westmark") not in {(a, b) for a, b in kg.network().edges()}


def test_a_statement_keeps_its_id_and_the_entity_that_it_names(kg: KnowledgeGraph) -> None:
    before = {s.id: s for s in kg.statements()}
    edges = kg.snapshot.store.select("SELECT * { GRAPH g:edges { ?s ?p ?o } }")
    kg.merge_entities("westmark", "sudland", **WHO)
    assert {s.id: s for s in kg.statements()} == before
    assert kg.snapshot.store.select("SELECT * { GRAPH g:edges { ?s ?p ?o } }") == edges
    assert {f.subject for f in kg.ask("mediates").found} == {"sudland"}


def test_every_judgement_stays_with_who_made_it_and_why(kg: KnowledgeGraph) -> None:
    kg.merge_entities("bo-sund", "eva-strand", by="Ada", why="a typing error")
    kg.split_entity("bo-sund", by="Eva", why="they were seen together")
    kg.merge_entities("eva-strand", "bo-sund", by="Ada", why="seen again")
    assert [(j.number, j.entity, j.read_as, j.withdraws, j.by, j.why) for j in kg.judgements()] == [
        (1, "bo-sund", "eva-strand", None, "Ada", "a typing error"),
        (2, None, None, 1, "Eva", "they were seen together"),
        (3, "eva-strand", "bo-sund", None, "Ada", "seen again"),
    ]
    rows = kg.snapshot.store.select(
        "SELECT ?who ?why ?when { ?j t:judges e:eva-strand ; t:readAs e:bo-sund ; t:coder ?who ; "
        "dcterms:description ?why ; prov:generatedAtTime ?when }"
    )
    assert [(r["who"], r["why"]) for r in rows] == [("Ada", "seen again")]
    assert datetime.fromisoformat(rows[0]["when"]) == kg.judgements()[2].at


def test_researchers_follow_a_merge_in_sparql(kg: KnowledgeGraph) -> None:
    kg.merge_entities("ada-norn", "bo-sund", **WHO)
    kg.merge_entities("bo-sund", "eva-strand", **WHO)
    query = "SELECT ?e { ?e t:mergedInto e:eva-strand } ORDER BY ?e"
    prefix = kg.iris.entity("")
    assert [r["e"] for r in kg.snapshot.store.select(query)] == [f"{prefix}ada-norn", f"{prefix}bo-sund"]
    kg.split_entity("bo-sund", **WHO)
    assert kg.snapshot.store.select("SELECT * { ?e t:mergedInto ?o }") == [
        {"e": f"{prefix}ada-norn", "o": f"{prefix}bo-sund"}
    ]


def test_what_was_judged_between_two_revisions_is_told(kg: KnowledgeGraph) -> None:
    since = kg.snapshot.revision
    kg.merge_entities("bo-sund", "eva-strand", **WHO)
    kg.split_entity("bo-sund", **WHO)
    found = kg.differences(since).listed(Subject.JUDGEMENTS)
    assert [(d.change, d.id, d.text) for d in found] == [
        ("added", "1", "bo-sund is eva-strand"), ("added", "2", "judgement 1 is withdrawn"),
    ]  # fmt: skip
    back = Differences(kg.snapshot, kg.at(since))
    assert back.counts(Subject.JUDGEMENTS) == {"added": 0, "removed": 2, "changed": 0}


def test_a_path_leads_from_statements_to_the_one_entity(kg: KnowledgeGraph) -> None:
    kg.merge_entities("westmark", "sudland", **WHO)
    rows = kg.snapshot.store.select("SELECT ?s { ?s rdf:subject/t:mergedInto? e:sudland }")
    wanted = {s.id for s in kg.statements(status=EVERY) if s.subject in ("westmark", "sudland")}
    assert {kg.iris.id(row["s"]) for row in rows} == wanted


def test_two_names_of_one_holder_of_a_post_are_no_conflict(kg: KnowledgeGraph) -> None:
    leaflet = Source.model_validate({"id": "leaflet", "title": "A leaflet", "kind": "leaflet"})
    holdings = [
        Statement(subject=i, relation="holds-post", object="foreign-minister-of-sudland", source="leaflet", record=i,
                  when="1999", modality=Modality.ASSERTED) for i in ("ada-norn", "eva-strand")
    ]  # fmt: skip
    kg.add(holdings, sources=[leaflet])
    conflicts = len(kg.conflicts())
    assert any(f.shape == "one-holder" for f in shape_findings(kg.snapshot))
    kg.merge_entities("ada-norn", "eva-strand", **WHO)
    assert len(kg.conflicts()) < conflicts
    assert not any(f.shape == "one-holder" for f in shape_findings(kg.snapshot))


def test_one_entity_that_was_two_is_split_by_statements(kg: KnowledgeGraph) -> None:
    invitation = next(s for s in kg.statements() if s.key == "norland-invites-bo-sund")
    kg.split_entity("Bo Sund", read_as="Eva Strand", statements=[invitation.id], **WHO)
    assert "norland-invites-bo-sund" not in keys(kg, involving="Bo Sund")
    assert "norland-invites-bo-sund" in keys(kg, object="Eva Strand")
    assert kg.statement(invitation.id) == invitation
    kg.withdraw_judgement(1, by="another", why="it was Bo after all")
    assert "norland-invites-bo-sund" in keys(kg, object="Bo Sund")


def test_what_cannot_be_is_refused_and_says_why(kg: KnowledgeGraph) -> None:
    def refused(message: str, *names: str, **who: str) -> None:
        with pytest.raises(InputError, match=message):
            kg.merge_entities(*names, **(WHO | who))

    refused("'norland' is a state and 'ada-norn' a person: they cannot be one", "norland", "Ada Norn")
    refused("'northgate' is a place and 'norland' a state", "northgate", "norland")
    refused("'norland' is itself", "norland", "Kingdom of Norland")
    refused("who judges: .*at least 1", "bo-sund", "eva-strand", by=" ")
    refused("the reason: .*at least 1", "bo-sund", "eva-strand", why="")
    with pytest.raises(UnknownNameError):
        kg.merge_entities("nobody", "norland", **WHO)
    with pytest.raises(InputError, match="unspecified' is nobody"):
        kg.merge_entities("unspecified", "norland", **WHO)
    with pytest.raises(InputError, match="'norland' is merged into no other"):
        kg.split_entity("norland", **WHO)
    with pytest.raises(InputError, match="no judgement 1 stands"):
        kg.withdraw_judgement(1, **WHO)
    kg.merge_entities("ada-norn", "bo-sund", **WHO)
    kg.merge_entities("bo-sund", "eva-strand", **WHO)
    refused("'ada-norn' is merged into 'bo-sund' already, by judgement 1", "ada-norn", "eva-strand")
    refused("'ada-norn' is 'eva-strand' already", "eva-strand", "ada-norn")
    with pytest.raises(InputError, match="merged into no other") as caught:
        kg.split_entity("eva-strand", **WHO)
    assert caught.value.way_out == "split what is merged into it: ada-norn, bo-sund"
    assert len(kg.judgements()) == 2


def test_an_actor_of_unknown_kind_may_be_anyone_but_not_two_of_different_kinds(kg: KnowledgeGraph) -> None:
    actors = [Entity.model_validate({"id": i, "kind": "actor", "label": i}) for i in ("somebody", "someone")]
    kg.add(entities=actors)
    kg.merge_entities("ada-norn", "somebody", **WHO)
    with pytest.raises(InputError, match="'ada-norn' is a person and 'norland' a state"):
        kg.merge_entities("somebody", "norland", **WHO)
    kg.merge_entities("someone", "norland", **WHO)


def test_statements_that_cannot_mean_another_are_left_as_they_are(kg: KnowledgeGraph) -> None:
    invitation = next(s for s in kg.statements() if s.key == "norland-invites-bo-sund")
    for entity, other, message in (
        ("ada-norn", "eva-strand", "does not name 'ada-norn'"),
        ("bo-sund", "norland", "names both 'bo-sund' and 'norland'"),
        ("bo-sund", "river-treaty", "would be no statement: object: 'river-treaty' is a agreement"),
    ):
        with pytest.raises(InputError, match=message):
            kg.split_entity(entity, read_as=other, statements=[invitation.id], **WHO)
    with pytest.raises(NotFoundError):
        kg.split_entity("bo-sund", read_as="eva-strand", statements=["a" * 26], **WHO)
    with pytest.raises(InputError, match="name both, or neither"):
        kg.split_entity("bo-sund", read_as="eva-strand", **WHO)
    kg.split_entity("bo-sund", read_as="eva-strand", statements=[invitation.id], **WHO)
    with pytest.raises(InputError, match="is read with 'eva-strand' for 'bo-sund' already"):
        kg.split_entity("bo-sund", read_as="ada-norn", statements=[invitation.id], **WHO)


# What a judgement outlives


def test_loading_a_data_set_again_or_a_changed_one_undoes_no_judgement(empty: KnowledgeGraph, folder: Folder) -> None:
    empty.load(folder.path)
    empty.merge_entities("norland", "sudland", **WHO)
    assert empty.load(folder.path).nothing
    folder.replace("label: Norland", "label: Northland")
    empty.load(folder.path)
    assert (empty.resolve("Northland"), empty.snapshot.identities.merged) == ("sudland", {"norland": "sudland"})
    assert_true(empty)


def test_an_entity_that_nothing_else_names_stays_while_another_is_read_as_it(
    empty: KnowledgeGraph, folder: Folder
) -> None:
    empty.load(folder.path)
    empty.add(entities=[Entity.model_validate({"id": "ada-the-elder", "kind": "person", "label": "x"})], dataset="note")
    empty.merge_entities("ada-norn", "ada-the-elder", **WHO)
    assert empty.load(folder.path).entities == 1, "the data set no longer defines it"
    assert empty.resolve("Ada Norn") == "ada-the-elder"
    with pytest.raises(ChangeRefusedError, match="is merged with another entity"):
        empty.change(SparqlUpdate("DELETE WHERE { GRAPH g:entities { e:ada-the-elder ?p ?o } }"))
    empty.split_entity("ada-norn", **WHO)
    empty.change(SparqlUpdate("DELETE WHERE { GRAPH g:entities { e:ada-the-elder ?p ?o } }"))
    assert_true(empty)


def test_a_judgement_rests_while_its_statement_is_away(kg: KnowledgeGraph) -> None:
    leaflet = Source.model_validate({"id": "leaflet", "title": "A leaflet", "kind": "leaflet"})
    said = Statement(subject="norland", relation="invites", object="bo-sund", source="leaflet", record="1",
                     modality=Modality.ASSERTED)  # fmt: skip
    kg.add([said], sources=[leaflet])
    kg.split_entity("bo-sund", read_as="eva-strand", statements=[said.id], **WHO)
    kg.remove_source("leaflet")
    kg.add([said], sources=[leaflet])
    assert [s.id for s in kg.statements(source="leaflet", object="eva-strand")] == [said.id]


def test_judgements_are_written_by_nobody_else(kg: KnowledgeGraph) -> None:
    kg.merge_entities("bo-sund", "eva-strand", **WHO)
    for update in (
        "INSERT DATA { GRAPH g:identities { e:ada-norn t:mergedInto e:bo-sund } }",
        "DELETE WHERE { GRAPH g:identities { ?j ?p ?o } }",
        "CLEAR GRAPH g:identities",
    ):
        with pytest.raises(ChangeRefusedError, match="tertius entities merge"):
            kg.change(SparqlUpdate(update))
    assert len(kg.judgements()) == 1
    kg.change(SparqlUpdate(f"CLEAR GRAPH <{kg.iris.identities_graph}>"), raw=True)
    assert (kg.judgements(), kg.resolve("Bo Sund")) == ((), "bo-sund")


def test_other_changes_leave_the_mirror_what_the_statements_say(kg: KnowledgeGraph) -> None:
    said = kg.statements(status=EVERY)
    kg.merge_entities("westmark", "sudland", **WHO)
    one = next(s for s in said if s.key == "westmark-mediates")
    more = one.model_copy(update={"note": "looked at again"})
    kg.add([more])
    kg.change(SparqlUpdate("INSERT DATA { GRAPH g:entities { e:westmark skos:altLabel 'Vestmark'@en } }"))
    assert kg.resolve("Vestmark") == "sudland"
    assert kg.statement(one.id) == more
    kg.split_entity("westmark", **WHO)
    assert_agreement(kg, [more if s.id == one.id else s for s in said])


def test_an_export_holds_the_judgements_and_they_can_be_read_from_the_store(kg: KnowledgeGraph) -> None:
    kg.merge_entities("bo-sund", "eva-strand", **WHO)
    kg.split_entity("bo-sund", **WHO)
    output = io.BytesIO()
    export(kg.snapshot, ExportFormat.N_QUADS, output)
    assert output.getvalue().count(b"/graph/identities> .\n") == kg.snapshot.store.size(kg.iris.identities_graph) > 0
    assert read_judgements(kg.snapshot.store, kg.iris) == kg.judgements()


def test_a_corrected_file_of_events_undoes_no_judgement(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    rows: list[dict[str, Any]] = [{"Event ID": 1}, {"Event ID": 2, "Source Name": "Adda Norn"}]
    file.write_bytes(icews(rows))
    empty.import_files("icews", [file])
    said = {s.id for s in empty.statements()}
    empty.merge_entities("Adda Norn", "Ada Norn", **WHO)
    file.write_bytes(icews([{"Event ID": 3, "Source Name": "Adda Norn"}, *rows]))
    empty.import_files("icews", [file])
    assert said < {s.id for s in empty.statements()}
    assert len(empty.statements(subject="Ada Norn")) == len(empty.statements(subject="Adda Norn")) == 3
    empty.split_entity(str(empty.judgements()[0].entity), **WHO)
    assert [len(empty.statements(subject=n)) for n in ("Ada Norn", "Adda Norn")] == [1, 2]
    assert_true(empty)
