"""Any change reaches store and mirror or neither: loading, loading again, replacing, adding, removing."""

from datetime import date
from pathlib import Path

import pytest

from graph import InputError, InputErrors, KnowledgeGraph, Statement
from graph.contradictions import contradictions
from graph.exceptions import NotFoundError, StoreFormatError, StoreLockedError
from ontology import Status
from tests.graph.conftest import Folder

ALL = tuple(Status)


def said(kg: KnowledgeGraph, **filters: object) -> dict[str | None, Statement]:
    return {s.key: s for s in kg.statements(status=ALL, **filters)}


def note(**fields: object) -> Statement:
    """A statement on the first page of the gazette, which holds no such."""
    values = {
        "subject": "norland", "relation": "criticises", "object": "sudland", "source": "gazette-1", "start": 1,
        "end": 9,
        "modality": "asserted", "coder": "somebody",
    }  # fmt: skip
    return Statement.model_validate(values | fields)


# Loading


def test_loading_reports_what_it_added(empty: KnowledgeGraph, data: Path) -> None:
    report = empty.load(data / "norland")
    assert (report.added, report.changed, report.retracted, report.removed) == (18, 0, 0, 0)
    assert (report.entities, report.sources, report.datasets) == (14, 2, ["norland"])
    assert report.revision == empty.snapshot.revision
    assert {k: empty.snapshot.meta[k] for k in ("statements", "entities", "sources")} == {
        "statements": 18, "entities": 14, "sources": 2,
    }  # fmt: skip


def test_loading_twice_changes_nothing(kg: KnowledgeGraph, data: Path) -> None:
    before = kg.snapshot
    report = kg.load(data / "norland")
    assert report.nothing
    assert (report.revision, kg.snapshot.revision) == (before.revision, before.revision)
    assert kg.snapshot is before


def test_invented_data_is_loaded_only_where_it_is_named(empty: KnowledgeGraph, data: Path) -> None:
    assert "norland" not in empty.load(data).datasets
    assert "norland" not in empty.snapshot.entities


def test_a_store_loaded_in_two_steps_equals_one_loaded_at_once(
    folder: Folder, empty: KnowledgeGraph, tmp_path: Path
) -> None:
    folder.replace("2031-04", "2031-03")
    empty.load(folder.path)
    folder.replace("2031-03", "2031-04")
    empty.load(folder.path)
    with KnowledgeGraph(tmp_path / "other") as other:
        other.load(folder.path)
        active = {s.id: s for s in empty.statements()}
        assert active == {s.id: s for s in other.statements()}


def test_a_changed_statement_retracts_the_old_one_and_leads_to_its_successor(
    folder: Folder, empty: KnowledgeGraph
) -> None:
    empty.load(folder.path)
    (old,) = empty.statements(relation="invites")
    folder.replace('when: "2031-04"', 'when: "2031-04-05"')
    report = empty.load(folder.path)
    assert (report.added, report.changed, report.retracted) == (1, 0, 1)
    (new,) = empty.statements(relation="invites")
    assert (new.when, new.status) == ("2031-04-05", "active")
    assert empty.snapshot.statement(old.id) == old.model_copy(
        update={"status": Status.RETRACTED, "corrected_by": new.id, "note": "Replaced by a later version."}
    )
    assert empty.load(folder.path).nothing


def test_a_statement_that_is_left_out_is_retracted_and_comes_back(folder: Folder, empty: KnowledgeGraph) -> None:
    empty.load(folder.path)
    whole = (folder.path / "statements" / "note.yml").read_text()
    invitation = whole[whole.index("  - key: invitation") : whole.index("  - key: accusation")]
    folder.replace(invitation, "")
    folder.replace("statements: 3", "statements: 2")
    assert empty.load(folder.path).retracted == 1
    (gone,) = empty.statements(status="retracted")
    assert (gone.key, gone.note, gone.corrected_by) == ("invitation", "No longer in the data set.", None)
    assert empty.ask("invites").found == ()
    folder.write("statements/note.yml", whole)
    folder.replace("statements: 2", "statements: 3")
    assert empty.load(folder.path).changed == 1
    assert empty.snapshot.statement(gone.id).status == "active"


def test_what_is_annotated_later_keeps_the_id(folder: Folder, empty: KnowledgeGraph) -> None:
    empty.load(folder.path)
    (before,) = empty.statements(relation="invites")
    folder.replace(
        '    when: "2031-04"\n',
        '    when: "2031-04"\n    event: the-invitation\n    codes: ["cameo-1.1b3:026"]\n    confidence: 0.5\n',
    )
    report = empty.load(folder.path)
    assert (report.added, report.changed, report.retracted) == (0, 1, 0)
    (after,) = empty.statements(relation="invites")
    assert (after.id, after.confidence, after.codes) == (before.id, 0.5, ("cameo-1.1b3:026",))


def test_the_date_of_publication_dates_the_anchored_words(folder: Folder, empty: KnowledgeGraph) -> None:
    folder.replace('    published: "2031-05"\n', "")
    folder.replace('when: "2031-04"', "when_text: just now; before publication")
    empty.load(folder.path)
    assert empty.ask("invites").found[0].latest is None
    folder.replace("kind: note\n", 'kind: note\n    published: "2031-05"\n')
    report = empty.load(folder.path)
    assert (report.sources, report.added, report.retracted) == (1, 0, 0)
    assert str(empty.ask("invites").found[0].latest) == "2031-05-31"
    (row,) = empty.sparql("SELECT ?d WHERE { ?s rdf:predicate r:invites ; t:latest ?d }")
    assert row.d.toPython() == date(2031, 5, 31)


def test_an_entity_that_the_data_set_drops_goes_when_nothing_names_it(folder: Folder, empty: KnowledgeGraph) -> None:
    spare = "  - id: bo-sund\n    kind: person\n    label: Bo Sund\n"
    folder.replace("entities:\n  - id: norland", f"entities:\n{spare}  - id: norland")
    folder.replace("entities: 4", "entities: 5")
    empty.load(folder.path)
    assert "bo-sund" in empty.snapshot.entities
    folder.replace(spare, "")
    folder.replace("entities: 5", "entities: 4")
    empty.load(folder.path)
    assert "bo-sund" not in empty.snapshot.entities
    assert empty.load(folder.path).nothing


def test_a_statement_of_another_coder_is_left_alone(kg: KnowledgeGraph, data: Path) -> None:
    theirs = note()
    kg.add([theirs])
    assert kg.load(data / "norland").nothing
    assert kg.snapshot.statement(theirs.id) == theirs


def test_two_coders_of_one_passage_are_two_statements(kg: KnowledgeGraph) -> None:
    assert note(coder="one").id != note(coder="two").id
    assert kg.add([note(coder="one"), note(coder="two")]).added == 2


# Adding


def test_adding_twice_changes_nothing(kg: KnowledgeGraph) -> None:
    assert kg.add([note(), note()]).added == 1
    before = kg.snapshot.revision
    assert kg.add([note()]).nothing
    assert kg.snapshot.revision == before


def test_adding_is_seen_by_every_door(kg: KnowledgeGraph) -> None:
    kg.add([note()])
    assert [f.subject for f in kg.ask("criticises").found] == ["norland"]
    assert ("norland", "sudland", note().id) in kg.network().edges(keys=True)
    assert [str(row.s) for row in kg.sparql("SELECT ?s WHERE { ?s r:criticises e:sudland }")] == [
        kg.iris.entity("norland")
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"source": "gazette-9"}, "no source has the id 'gazette-9'"),
        ({"object": "westland"}, "object: no entity has the id 'westland': add it, or mend the name"),
        ({"about": "a" * 26}, "refers to 'aaaaaaaaaaaaaaaaaaaaaaaaaa', which does not exist"),
        ({"corrected_by": "a" * 26}, "refers to 'aaaaaaaaaaaaaaaaaaaaaaaaaa', which does not exist"),
        ({"end": 608}, "end 608 is outside the text of 'gazette-1', which has 607 characters"),
        ({"relation": "accuses", "object": None}, "accuses requires object"),
        ({"when": "2032", "when_text": "then; before publication"}, "exclude each other"),
    ],
)
def test_a_faulty_statement_is_refused_with_all_that_come_with_it(
    kg: KnowledgeGraph, fields: dict[str, object], message: str
) -> None:
    before = kg.snapshot
    with pytest.raises(InputErrors) as caught:
        kg.add([note(), note(**fields)])
    assert message in str(caught.value)
    assert kg.snapshot is before


# Removing


def test_a_source_is_removed_with_its_statements_and_edges(kg: KnowledgeGraph) -> None:
    before = kg.snapshot.meta
    kg.add([note()])
    with pytest.raises(
        InputError, match=r"cannot be removed: statement '[a-z2-7]{26}' of another source refers to one"
    ):
        kg.remove_source("gazette-2")  # a statement of the first page is corrected by one of the second
    report = kg.remove_source("gazette-1")
    assert (report.removed, "gazette-1" in kg.snapshot.sources) == (11, False)
    assert {s.source for s in kg.statements(status=ALL)} == {"gazette-2"}
    assert kg.remove_source("gazette-2").removed == 8
    assert kg.statements(status=ALL) == []
    assert not kg.sparql("ASK { GRAPH g:edges { ?s ?p ?o } }")
    assert {kg.iris.id(row.g) for row in kg.sparql("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")} == {
        "entities", "ontology", "service",
    }  # fmt: skip
    assert before["statements"] == 18


def test_a_removed_source_can_be_loaded_again(kg: KnowledgeGraph, data: Path) -> None:
    before = {s.id: s for s in kg.statements(status=ALL)}
    kg.remove_source("gazette-1")
    assert kg.load(data / "norland").added == 10
    assert {s.id: s for s in kg.statements(status=ALL)} == before


def test_a_source_whose_statement_corrects_an_active_one_is_not_removed_either(kg: KnowledgeGraph) -> None:
    kg.add([note(corrected_by=kg.statements(source="gazette-2")[0].id)])
    with pytest.raises(InputError, match="'gazette-2' cannot be removed"):
        kg.remove_source("gazette-2")


def test_a_source_that_others_are_derived_from_is_not_removed(kg: KnowledgeGraph) -> None:
    copy = kg.snapshot.source("gazette-1").model_copy(update={"id": "reprint", "derived_from": "gazette-1"})
    kg.add(sources=[copy])
    with pytest.raises(InputError, match="'gazette-1' cannot be removed: reprint are derived from it"):
        kg.remove_source("gazette-1")


def test_those_without_a_name_go_with_their_source(folder: Folder, empty: KnowledgeGraph) -> None:
    folder.replace("label: Ada Norn", "label: envoy of Sudland\n    unnamed_in: note-1")
    empty.load(folder.path)
    empty.remove_source("note-1")
    assert set(empty.snapshot.entities) == {"norland", "sudland", "northgate"}
    assert empty.load(folder.path).added == 3


def test_a_source_that_is_not_there_cannot_be_removed(kg: KnowledgeGraph) -> None:
    with pytest.raises(NotFoundError, match="no source has the id 'gazette-9'"):
        kg.remove_source("gazette-9")


# Several at once


def test_another_graph_over_the_same_folder_sees_a_write_at_once(kg: KnowledgeGraph) -> None:
    with KnowledgeGraph(kg.path) as other:
        revision = other.snapshot.revision
        kg.add([note()])
        assert other.snapshot.revision == revision + 1
        assert note().id in {s.id for s in other.statements()}


def test_an_open_snapshot_stays_as_it_was(kg: KnowledgeGraph) -> None:
    snapshot = kg.snapshot
    kg.add([note()])
    assert snapshot.columns.row(note().id) is None
    assert len(snapshot.statements(range(len(snapshot.columns)))) == 18


def test_a_second_writer_waits_and_then_says_that_the_store_is_locked(kg: KnowledgeGraph) -> None:
    with KnowledgeGraph(kg.path) as other, other._folder.locked():
        with pytest.raises(
            StoreLockedError, match="is being written by another process: try again when it has finished"
        ):
            kg.add([note()], wait=0.05)
        assert len(kg.statements(status=ALL)) == 18
    assert kg.add([note()]).added == 1


def test_old_revisions_are_cleared_away_and_held_ones_kept(kg: KnowledgeGraph) -> None:
    held = kg.snapshot
    for day in range(1, 7):
        kg.add([note(when=f"2031-01-0{day}")])
    there = sorted(int(p.name) for p in (kg.path / "revisions").iterdir())
    newest = kg.snapshot.revision
    assert there == [held.revision, newest - 2, newest - 1, newest]
    assert [s.key for s in held.statements([0])] == [held.statements([0])[0].key]
    del held
    kg.add([note(when="2031-01-08")])
    assert sorted(int(p.name) for p in (kg.path / "revisions").iterdir()) == [newest - 1, newest, newest + 1]


def test_a_store_made_with_another_vocabulary_gets_this_one(kg: KnowledgeGraph) -> None:
    path = kg.snapshot.path / "meta.json"
    meta = path.read_text()
    path.write_text(meta.replace('"ontology": "', '"ontology": "x'))
    with KnowledgeGraph(kg.path) as other:
        revision = other.snapshot.revision
        other.refresh_ontology()
        assert other.snapshot.revision == revision + 1
        other.refresh_ontology()
        assert other.snapshot.revision == revision + 1


# Creating and opening


def test_a_graph_without_a_folder_lives_in_a_temporary_one(data: Path) -> None:
    kg = KnowledgeGraph()
    kg.load(data / "norland")
    path = kg.path
    assert path.is_dir()
    kg.close()
    del kg
    assert not path.exists()


def test_the_base_of_iris_is_fixed_when_the_store_is_created(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "store", base="https://claims.example/") as kg:
        assert kg.iris.entity("norland") == "https://claims.example/id/entity/norland"
    with KnowledgeGraph(tmp_path / "store") as kg:
        assert kg.iris.base == "https://claims.example/"
    with pytest.raises(
        StoreFormatError, match=r"created with the base IRI https://claims.example/, not https://x.example/"
    ):
        KnowledgeGraph(tmp_path / "store", base="https://x.example/")


@pytest.mark.parametrize("base", ["claims", "https://claims.example", "https://a b/", "https://x/>/", "file:///x/"])
def test_a_base_that_makes_no_iris_is_refused_and_nothing_created(tmp_path: Path, base: str) -> None:
    with pytest.raises(StoreFormatError, match="is no base for IRIs: write one like https://"):
        KnowledgeGraph(tmp_path / "store", base=base)
    assert list(tmp_path.iterdir()) == []


def test_contradictions_are_found_after_every_write(kg: KnowledgeGraph) -> None:
    assert {c.kind for c in contradictions(kg.snapshot)} == {"correction"}
    kg.add([note(subject="ada-norn", relation="holds-post", object="foreign-minister-of-sudland")])
    assert {c.kind for c in contradictions(kg.snapshot)} == {"correction", "two-holders-of-a-post"}
