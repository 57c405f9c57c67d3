"""Frozen answers and the revisions that are kept for them: whole or not there, whoever is killed or comes between."""

import contextlib
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph import KnowledgeGraph, Source, Statement
from graph.checksums import Form, Lines
from graph.citations import Citation, Kind, Request, Scope, cite
from graph.exceptions import CitationRoomError, NotFoundError, StoreFormatError, StoreWriteError

ROOT = Path(__file__).parents[2]
NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)


def citation_of(
    kg: KnowledgeGraph, query: str = "ASK {}", lines: tuple[str, ...] = ("true",)
) -> tuple[Citation, Lines]:
    found = Lines(Form.TRUTH, lines)
    asked = Request(kind=Kind.SPARQL, path="/sparql", query=query)
    return cite(kg.snapshot, asked, found, None, store_id=kg.store_id, software="a test", created=NOW), found


def freeze(kg: KnowledgeGraph, query: str = "ASK {}", lines: tuple[str, ...] = ("true",)) -> Citation:
    return kg.citations.freeze(*citation_of(kg, query, lines))[0]


def write(kg: KnowledgeGraph, number: int) -> None:
    kg.add(sources=[Source(id=f"source-{number}", title="one more", kind="note")])


def test_a_frozen_answer_is_read_as_it_was_written(kg: KnowledgeGraph) -> None:
    citation, lines = citation_of(kg, lines=("é\u2028", "b" * 30))
    assert kg.citations.freeze(citation, lines) == (citation, True)
    with KnowledgeGraph(kg.path) as again:
        frozen = again.citations.read(citation.id)
    assert (frozen.citation, frozen.lines) == (citation, lines.lines)
    assert citation.id.startswith(f"{kg.snapshot.revision}-")


def test_a_citation_keeps_its_id_in_every_version() -> None:
    facts: dict[str, Any] = {
        "store_id": "s", "base": "https://a.example/", "revision": 7, "form": Form.TRUTH, "rows": 1,
        "checksum": "0" * 64, "sources": (), "sources_total": 0, "scope": Scope.EXACT,
        "software": "a test", "created": NOW,
    }  # fmt: skip
    asked = Request(kind=Kind.SPARQL, path="/sparql", query="ASK {}")
    plain = Citation(request=asked, **facts)
    assert plain.id == "7-jmuchhvo7u7i3kbdstlhrrn274"
    assert Citation(request=asked.model_copy(update={"prefixed": False}), **facts).id != plain.id


def test_the_same_is_frozen_once_and_keeps_its_date(kg: KnowledgeGraph) -> None:
    citation, lines = citation_of(kg)
    kg.citations.freeze(citation, lines)
    later = citation.model_copy(update={"created": NOW.replace(year=2040)})
    assert kg.citations.freeze(later, lines) == (citation, False)


@pytest.mark.parametrize("id", ["", "2", "2-", "../2-" + "a" * 26, "2-" + "a" * 25, "0-" + "a" * 26, "2-" + "a" * 26])
def test_what_was_never_frozen_is_not_found(kg: KnowledgeGraph, id: str) -> None:
    with pytest.raises(NotFoundError):
        kg.citations.read(id)


@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_damaged_citation_is_told(kg: KnowledgeGraph, damage: str) -> None:
    citation = freeze(kg)
    (path,) = kg.path.glob("citations/*/*.json.gz")
    raw = path.read_bytes()
    data = json.loads(gzip.decompress(raw))
    data["citation"]["checksum"] = "0" * 64
    path.write_bytes({"cut": raw[:40], "empty": b"", "other": gzip.compress(json.dumps(data).encode())}[damage])
    with pytest.raises(StoreFormatError, match="is damaged"):
        kg.citations.read(citation.id)


def test_large_answers_keep_digests_of_their_rows(kg: KnowledgeGraph) -> None:
    rows = tuple(f"{n:0100}" for n in range(4000))
    frozen = kg.citations.read(freeze(kg, lines=rows).id)
    assert frozen.lines is None
    assert len(set(frozen.digests or ())) == 4000


def test_no_more_is_frozen_than_there_is_room_for(kg: KnowledgeGraph) -> None:
    kg.citations.freeze(*citation_of(kg, "ASK { 1 }"), room=8192)
    kg.citations.freeze(*citation_of(kg, "ASK { 2 }"), room=8192)
    with pytest.raises(CitationRoomError, match="8192 bytes of 8192"):
        kg.citations.freeze(*citation_of(kg, "ASK { 3 }"), room=8192)
    assert not kg.citations.freeze(*citation_of(kg, "ASK { 1 }"), room=8192)[1]
    assert kg.citations.freeze(*citation_of(kg, "ASK { 3 }"), room=None)[1]


def test_a_folder_that_cannot_be_written_is_told(kg: KnowledgeGraph) -> None:
    (kg.path / "citations").write_text("")
    with pytest.raises(StoreWriteError):
        freeze(kg)


# Sources


def test_sources_are_those_of_the_statements_else_those_named_else_all(kg: KnowledgeGraph) -> None:
    snapshot = kg.snapshot
    statement = kg.statements()[0]
    asked = Request(kind=Kind.SPARQL, path="/sparql", query="SELECT …")
    row = json.dumps({"s": {"type": "uri", "value": kg.iris.statement(statement.id)}})

    def sources(line: str, statements: list[str] | None = None) -> tuple[set[str], Scope]:
        found = cite(
            snapshot, asked, Lines(Form.SOLUTIONS, (line,)), statements,
            store_id="x", software="y", created=NOW,
        )  # fmt: skip
        return {s.id for s in found.sources}, found.scope

    assert sources("{}", [statement.id]) == ({statement.source}, Scope.EXACT)
    assert sources("{}", []) == (set(), Scope.EXACT)
    assert sources(row) == ({statement.source}, Scope.NAMED)
    assert sources(f"<{kg.iris.source(statement.source)}> <p> <o> .") == ({statement.source}, Scope.NAMED)
    assert sources(f'{{"s":{{"value":"{kg.iris.source("nobody")}"}}}}') == (set(snapshot.sources), Scope.REVISION)
    assert sources("{}") == (set(snapshot.sources), Scope.REVISION)


# Revisions that are kept


def test_a_cited_revision_is_kept_and_can_be_asked(kg: KnowledgeGraph) -> None:
    cited, statements = kg.snapshot.revision, len(kg.snapshot.columns)
    freeze(kg)
    for number in range(6):
        write(kg, number)
    kg.close()
    with KnowledgeGraph(kg.path) as again:
        current = again.snapshot.revision
        assert again.revisions == [cited, current - 2, current - 1, current]
        old = again.at(cited)
        assert (old.revision, len(old.columns)) == (cited, statements)
        assert "source-0" not in old.sources
        with pytest.raises(NotFoundError, match=rf"there are {cited}, {current - 2}"):
            again.at(cited + 1)
        with pytest.raises(NotFoundError):
            again.at(current + 1)


def test_the_oldest_cited_revisions_are_let_go_first(norland_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    with KnowledgeGraph(store, keep_cited=2) as kg:
        for number in range(5):
            freeze(kg)
            write(kg, number)
        kg.close()
        current = kg.snapshot.revision
    with KnowledgeGraph(store) as kg:  # every process keeps to what stands in the store
        write(kg, 100)
        kg.close()
        current = kg.snapshot.revision
        assert kg.revisions == list(range(current - 4, current + 1))


def test_a_revision_is_not_cleared_while_it_is_read(kg: KnowledgeGraph) -> None:
    old = kg.snapshot
    with KnowledgeGraph(kg.path) as writer:
        for number in range(6):
            write(writer, number)
    assert old.revision in kg.revisions
    assert old.statements([0])
    freeze(kg)
    assert kg.snapshot.revision == old.revision + 6


def test_what_a_killed_writer_was_clearing_away_is_no_revision(kg: KnowledgeGraph) -> None:
    old = kg.snapshot.revision
    freeze(kg)
    write(kg, 0)
    kg.close()
    (kg.path / "revisions" / str(old) / "read.lock").unlink()
    assert old not in kg.revisions
    with pytest.raises(NotFoundError):
        kg.at(old)
    for number in range(1, 4):
        write(kg, number)
    assert not (kg.path / "revisions" / str(old)).exists()


STEPS = (
    "lock after", "folder before", "folder after", "sync before", "sync after", "switch before", "switch after",
    "folder-sync before", "folder-sync after",
)  # fmt: skip
# Forks once for each step, so that the packages are imported only once; the child kills itself there.
_FREEZE = """
    import os, signal, sys
    from pathlib import Path
    import graph.citations as module
    from graph import KnowledgeGraph
    sys.path.insert(0, sys.argv[1])
    from tests.graph.test_citations import citation_of

    def armed(owner, name, after):
        real = getattr(owner, name)
        def deadly(*args, **kwargs):
            if after:
                real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
        setattr(owner, name, deadly)

    places = {
        "lock": (module.fcntl, "flock"), "folder": (Path, "mkdir"), "sync": (module.os, "fsync"),
        "switch": (Path, "replace"), "folder-sync": (module, "sync_folder"),
    }
    for store, step in zip(sys.argv[2::2], sys.argv[3::2]):
        child = os.fork()
        if not child:
            kg = KnowledgeGraph(store)
            wanted = citation_of(kg)
            place, when = step.split()
            armed(*places[place], when == "after")
            kg.citations.freeze(*wanted)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_citation_or_none(norland_store: Path, tmp_path: Path) -> None:
    stores = {step: shutil.copytree(norland_store, tmp_path / step) for step in STEPS}
    arguments = [str(a) for step, store in stores.items() for a in (store, step)]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FREEZE), str(ROOT), *arguments], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(STEPS), done.stderr
    there = set()
    for step, store in stores.items():
        with KnowledgeGraph(store) as kg:
            citation, lines = citation_of(kg)
            with contextlib.suppress(NotFoundError):
                assert kg.citations.read(citation.id).lines == lines.lines
                there.add(step)
            kg.citations.freeze(citation, lines, room=1 << 20)
            assert kg.citations.read(citation.id).citation == citation
            kg.citations.freeze(*citation_of(kg, "ASK { }"), room=1 << 20)
            assert not list(kg.path.glob("citations/*/*.new"))
    assert there == {"switch after"}


def test_many_freeze_the_same_and_writers_come_between(kg: KnowledgeGraph) -> None:
    citation, lines = citation_of(kg)
    with ThreadPoolExecutor(4) as pool:
        graphs = [KnowledgeGraph(kg.path) for _ in range(4)]
        frozen = [pool.submit(g.citations.freeze, citation, lines) for g in graphs for _ in range(5)]
        write(graphs[0], 1)
        found = [f.result() for f in frozen]
        for graph in graphs:
            graph.close()
    assert {c for c, _ in found} == {citation}
    assert sum(new for _, new in found) == 1


@pytest.mark.slow
def test_freezing_races_with_clearing_and_what_is_frozen_is_kept(kg: KnowledgeGraph) -> None:
    """Each answer is frozen on a revision that a writer is about to clear away."""
    for number in range(4):
        held = kg.snapshot
        with KnowledgeGraph(kg.path) as writer, ThreadPoolExecutor(2) as pool:
            for step in range(3):
                write(writer, 10 * number + step)
            citation, lines = citation_of(kg, f"ASK {{ {number} }}")
            last = pool.submit(write, writer, 10 * number + 9)
            frozen = kg.citations.freeze(citation, lines)[0]
            last.result()
        assert frozen.revision in kg.revisions
        assert held.revision


def test_statements_of_an_old_revision_stay_as_they_were(kg: KnowledgeGraph) -> None:
    before: Statement = kg.statements()[0]
    cited = kg.snapshot.revision
    freeze(kg)
    for note in ("one", "two", "three", "four"):
        kg.add([before.model_copy(update={"note": note})])
    assert kg.at(cited).statement(before.id) == before
    assert kg.snapshot.statement(before.id).note == "four"
