"""`tertius import` where it fails: what it leaves behind, and what it leaves alone."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from graph import KnowledgeGraph
from graph.revisions import RevisionFolder
from graph.tables import codebook_markdown
from tests.api.services import Start
from tests.graph.importing.tables import icews


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.tab"
    path.write_bytes(icews([{"Event ID": 1}, {"Event ID": 2, "CAMEO Code": "45"}]))
    return path


def test_rejects_that_cannot_be_written_are_told_before_anything_is_imported(file: Path, tmp_path: Path) -> None:
    store = tmp_path / "kg"
    done = run("import", "icews", file, "--store", store, "--rejects", tmp_path / "nowhere" / "rejects.jsonl")
    assert (done.exit_code, "no such folder" in done.stderr, store.exists()) == (1, True, False)
    done = run("import", "icews", file, "--store", store, "--rejects", tmp_path / "rejects.jsonl")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "rejects.jsonl").read_bytes().count(b"\n") == 1


def test_an_import_that_fails_leaves_a_store_alone_that_another_has_begun(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found no store when they began."""
    store, nothing = tmp_path / "kg", tmp_path / "nothing.tab"
    nothing.write_bytes(b"")
    make = KnowledgeGraph.import_files

    def late(graph: KnowledgeGraph, *args: object, **options: object) -> object:
        monkeypatch.setattr(KnowledgeGraph, "import_files", make)
        assert run("import", "icews", file, "--store", store).exit_code == 0
        return make(graph, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(KnowledgeGraph, "import_files", late)
    assert run("import", "icews", nothing, "--store", store).exit_code == 1
    with KnowledgeGraph(store) as kg:
        assert len(kg.statements()) == 1


@pytest.mark.slow
def test_an_import_that_fails_takes_its_new_store_away_but_not_while_another_writes(tmp_path: Path) -> None:
    store, nothing = tmp_path / "kg", tmp_path / "nothing.tab"
    nothing.write_bytes(b"")
    assert run("import", "icews", nothing, "--store", store).exit_code == 1
    assert not store.exists()
    store.mkdir()
    folder = RevisionFolder(store)
    with folder.locked():
        done = run("import", "icews", nothing, "--store", store, "--wait", "0")
    assert done.exit_code != 0
    assert (store / "format.json").exists()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_an_import_that_is_told_to_end_leaves_nothing(tmp_path: Path, ending: signal.Signals) -> None:
    store, pipe = tmp_path / "kg", tmp_path / "tmp"
    pipe.mkdir()
    command = [sys.executable, "-m", "api", "import", "icews", "-", "--name", "events.tab", "--store", str(store)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(pipe)}
    )
    assert process.stdin is not None
    process.stdin.write(icews([{"Event ID": 1}]))
    process.stdin.flush()
    deadline = time.monotonic() + 20
    while not list(pipe.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(ending)
    _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, b"interrupted\n")
    assert not store.exists()
    assert not list(pipe.iterdir())


@pytest.mark.slow
def test_ten_clients_are_answered_from_one_revision_each_while_a_file_is_imported(
    file: Path, tmp_path: Path, service: Start
) -> None:
    store, more = tmp_path / "kg", tmp_path / "more.tab"
    assert run("import", "icews", file, "--store", store).exit_code == 0
    more.write_bytes(icews([{"Event ID": n, "Story ID": n, "Event Date": "2031-05-04"} for n in range(10, 20_000)]))
    running = service("none", store=store)
    paths = ("/who/cooperation", "/timeline?by=year", "/statements?limit=20", "/datasets", "/tables/dyad.csv?by=year")
    told: dict[tuple[str, str], set[bytes]] = {}
    done = threading.Event()

    def ask(n: int) -> None:
        with running.client() as client:
            for path in itertools.islice(itertools.cycle(paths), n, None):
                ended = done.is_set()
                answer = client.get(path)
                assert answer.status_code == 200, answer.text
                revision = answer.headers["Tertius-Revision"]
                told.setdefault((path, revision), set()).add(answer.content)
                if answer.headers["content-type"] == "application/json":
                    assert str(answer.json().get("revision", revision)) == revision
                if ended:
                    return

    with ThreadPoolExecutor(10) as clients:
        asking = [clients.submit(ask, n) for n in range(10)]
        command = [sys.executable, "-m", "api", "import", "icews", str(more), "--store", str(store)]
        imported = subprocess.run(command, capture_output=True, text=True, check=False)
        done.set()
        for each in asking:
            each.result(timeout=60)
    assert imported.returncode == 0, imported.stderr
    assert len({revision for _, revision in told}) == 2
    assert {len(bodies) for bodies in told.values()} == {1}


def test_what_files_cover_is_declared_and_told(file: Path, tmp_path: Path) -> None:
    store = tmp_path / "kg"
    done = run("import", "icews", file, "--store", store, "--covers", "2018-13")
    assert (done.exit_code, store.exists()) == (1, False)
    assert "what the files cover is no period: " in done.stderr
    assert "write 2018, 2018-06 or 2018-01-01/2018-06-30" in done.stderr
    assert "is open" in run("import", "icews", file, "--store", store, "--covers", "2018/..").stderr
    assert run("import", "icews", file, "--store", store).exit_code == 0
    with KnowledgeGraph(store) as kg:
        assert [s.covers for s in kg.sources()] == [None]
        before = kg.statements()
    # What is declared afterwards replaces the source alone.
    assert run("import", "icews", file, "--store", store, "--covers", "2018").exit_code == 0
    with KnowledgeGraph(store) as kg:
        assert [s.covers for s in kg.sources()] == ["2018"]
        assert kg.statements() == before
        revision = kg.snapshot.revision
    assert run("import", "icews", file, "--store", store, "--covers", "2018").exit_code == 0
    with KnowledgeGraph(store) as kg:
        assert kg.snapshot.revision == revision
        assert "declared to cover 2018, SHA-256" in codebook_markdown(kg.table("dyad", by="year"))
