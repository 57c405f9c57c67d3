"""What differs between two revisions, beside a comparison of everything that both hold."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import Entity, KnowledgeGraph, Source, Statement
from graph.differences import Change, Differences, Subject
from graph.exceptions import NotFoundError
from graph.snapshot import Snapshot
from ontology import Status
from tests.effort import tries

ADDED, REMOVED, CHANGED = Change.ADDED, Change.REMOVED, Change.CHANGED


def everything(snapshot: Snapshot) -> dict[Subject, dict[str, dict[str, Any]]]:
    """All that a revision says, read from its store one by one."""
    statements = {}
    for s in snapshot.statements(range(len(snapshot.columns))):
        earliest, latest = s.bounds(snapshot.sources[s.source].published)
        statements[s.id] = s.model_dump(mode="json") | {"earliest": earliest, "latest": latest}
    return {
        Subject.STATEMENTS: statements,
        Subject.ENTITIES: {i: e.model_dump(mode="json") for i, e in snapshot.entities.items()},
        Subject.SOURCES: {i: s.model_dump(mode="json") for i, s in snapshot.sources.items()},
    }


def expected(old: Snapshot, new: Snapshot, of: Subject) -> list[tuple[Change, str, dict[str, Any]]]:
    before, after = everything(old)[of], everything(new)[of]
    found: list[tuple[Change, str, dict[str, Any]]] = []
    for id in sorted(before | after):
        if id not in before:
            found.append((ADDED, id, {}))
        elif id not in after:
            found.append((REMOVED, id, {}))
        elif before[id] != after[id]:
            fields = {k: (before[id][k], after[id][k]) for k in before[id] if before[id][k] != after[id][k]}
            found.append((CHANGED, id, fields))
    return found


def check(found: Differences, old: Snapshot, new: Snapshot) -> None:
    for of in (Subject.STATEMENTS, Subject.ENTITIES, Subject.SOURCES):
        listed = [(d.change, d.id, dict(d.fields)) for d in found.listed(of)]
        assert listed == expected(old, new, of)
        assert found.counts(of) == {c: [d[0] for d in listed].count(c) for c in Change}
    before, after = ({str(q) for q in s.store.engine} for s in (old, new))
    quads = {(d.change, d.text.removesuffix(" .")) for d in found.listed(Subject.QUADS)}
    assert quads == {(ADDED, q) for q in after - before} | {(REMOVED, q) for q in before - after}


ANNOTATIONS = st.fixed_dictionaries(
    {},
    optional={
        "note": st.sampled_from(["a note", "another\nnote", None]),
        "status": st.sampled_from([Status.DISPUTED, Status.RETRACTED]),
        "event": st.sampled_from(["flood", {"id": "flood", "coder": "me", "confidence": 0.5}, None]),
        "codes": st.sampled_from([(), ("cameo-1.1b3:010",), ("cameo-1.1b3:10", "plover-2021:ACCUSE")]),
        "confidence": st.sampled_from([None, 0.25, 1.0]),
        "subject_as": st.sampled_from([None, "the capital"]),
        "object_as": st.sampled_from([None, "the other"]),
        "key": st.sampled_from([None, "key-1"]),
        "row": st.sampled_from([None, 7]),
    },
)


def annotated(statement: Statement, update: dict[str, Any]) -> Statement:
    if update.get("status", statement.status) is not Status.ACTIVE and not update.get("note", statement.note):
        update = update | {"note": "why"}
    return Statement.model_validate(statement.model_dump(exclude={"id"}) | update)


@settings(max_examples=tries(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 17), ANNOTATIONS), min_size=1, max_size=4), st.integers(0, 3))
def test_differences_are_those_of_a_whole_comparison(
    kg: KnowledgeGraph, updates: list[tuple[int, dict[str, Any]]], more: int
) -> None:
    old = kg.snapshot
    statements = kg.statements(status=tuple(Status))
    kg.add(
        [annotated(statements[n], update) for n, update in dict(updates).items()],
        entities=[Entity.model_validate({"id": f"new-{more}", "kind": "state", "label": f"New {more}"})],
        sources=[Source(id=f"new-{more}", title="new", kind="note")],
    )
    new = kg.snapshot
    check(kg.differences(old.revision, new.revision), old, new)
    check(kg.differences(new.revision, old.revision), new, old)


def test_removed_sources_and_moved_bounds_show(kg: KnowledgeGraph) -> None:
    old = kg.snapshot
    source = next(s for s in old.sources.values() if any(x.when_text for x in kg.statements(source=s.id)))
    kg.add(sources=[source.model_copy(update={"published": "2031-01-01", "title": "renamed"})])
    middle = kg.snapshot
    assert middle.revision > old.revision
    kg.add(
        [Statement.model_validate({"subject": "norland", "relation": "invites", "object": "sudland",
                                   "source": "late", "record": "1", "modality": "asserted"})],
        sources=[Source(id="late", title="late", kind="note")],
    )  # fmt: skip
    new = kg.snapshot
    kg.remove_source("late")
    for since, until in ((old, middle), (middle, new), (new, kg.snapshot), (old, new)):
        check(Differences(since, until), since, until)
    assert kg.differences(new.revision).counts(Subject.STATEMENTS)[REMOVED] == 1


def test_a_revision_differs_from_the_empty_one_by_all_that_it_holds(kg: KnowledgeGraph) -> None:
    new = kg.snapshot
    first = kg.differences(1, new.revision)
    assert first.counts(Subject.STATEMENTS) == {ADDED: len(new.columns), REMOVED: 0, CHANGED: 0}
    assert kg.differences(new.revision).listed(Subject.STATEMENTS) == []
    assert kg.differences(new.revision).listed(Subject.QUADS) == []
    assert [d.id for d in first.listed(Subject.ENTITIES, 3, 5)] == sorted(new.entities)[3:5]


def test_differences_from_a_revision_that_is_gone_are_refused_by_name(kg: KnowledgeGraph) -> None:
    with pytest.raises(NotFoundError, match="no revision has the id '7'; there are 1, 2"):
        kg.differences(7)
