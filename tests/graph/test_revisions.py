"""Stores that are damaged, foreign, read-only or on a full disk say so, and lose nothing."""

import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.exceptions import StoreFormatError
from tests.effort import first

ROOT = Path(__file__).parents[2]


def state(path: Path) -> set[str]:
    with KnowledgeGraph(path) as kg:
        return {s.id for s in kg.statements(status=["active", "disputed", "retracted"])}


def python(code: str, *arguments: object, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process of its own, with the packages at hand and something done before."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd="/", env=environment, preexec_fn=before, check=False
    )


# Foreign and damaged folders


def test_a_store_of_a_newer_format_is_refused_and_left_alone(norland_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    path = store / "format.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))
    with pytest.raises(
        StoreFormatError, match=r"has store format 2; this version reads 1: use a newer version of Tertius"
    ):
        KnowledgeGraph(store)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))
    with pytest.raises(
        StoreFormatError, match="has store format 0; this version reads 1: export it with the older version"
    ):
        KnowledgeGraph(store)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": "one", "store_id": "x", "base": "y"}', "\ufeff\u0000"]
)
def test_a_format_file_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "format.json").write_text(text)
    with pytest.raises(StoreFormatError):
        KnowledgeGraph(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["format.json"]


def test_a_folder_that_holds_something_else_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("Dear Bo")
    with pytest.raises(StoreFormatError, match="is not empty and not a store: name another folder"):
        KnowledgeGraph(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Bo")
    with pytest.raises(StoreFormatError, match="is a file: name a folder"):
        KnowledgeGraph(tmp_path / "letter")


@pytest.mark.parametrize("text", ["", "abc", "0", "-1", "2.0", "٢", "1e3", "9" * 30, "\x00"])
def test_a_pointer_that_is_no_number_is_told_and_nothing_is_cleared(
    norland_store: Path, tmp_path: Path, text: str
) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    (store / "CURRENT").write_text(text)
    with pytest.raises(StoreFormatError, match=r"CURRENT holds .* and no number"):
        KnowledgeGraph(store)
    (store / "CURRENT").write_text("2\n")
    assert len(state(store)) == 18


def test_a_pointer_to_a_revision_that_is_not_there_is_told(norland_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    (store / "CURRENT").write_text("7")
    with KnowledgeGraph(store) as kg, pytest.raises(StoreFormatError, match="points to revision 7, which is not there"):
        kg.statements()


def test_a_lost_pointer_is_told_and_no_revision_is_cleared(norland_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    (store / "CURRENT").unlink()
    with pytest.raises(
        StoreFormatError, match=r"CURRENT is missing: write into it the number of the newest whole revision, .*2$"
    ):
        KnowledgeGraph(store)
    (store / "CURRENT").write_text("2")
    assert len(state(store)) == 18


@pytest.mark.parametrize("left", [(), ("write.lock",), ("write.lock", "format.json.new"), ("format.json",)])
def test_a_store_whose_creation_was_cut_short_is_created_anew(tmp_path: Path, left: tuple[str, ...]) -> None:
    with KnowledgeGraph(tmp_path / "whole") as kg:
        kg.snapshot  # noqa: B018 - opens it
    store = tmp_path / "store"
    store.mkdir()
    for name in left:
        if name == "format.json":
            shutil.copy(tmp_path / "whole" / name, store / name)
            (store / "revisions" / "1" / "db").mkdir(parents=True)
        else:
            (store / name).touch()
    assert state(store) == set()


@pytest.mark.parametrize("damage", ["remove", "cut", "empty", "scramble"])
@pytest.mark.parametrize(
    "name", ["columns.npz", "tables.json", "entities.json", "sources.json", "meta.json", "datasets.json"]
)
def test_what_lies_beside_the_store_is_had_from_it_again(
    norland_store: Path, tmp_path: Path, name: str, damage: str, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    with KnowledgeGraph(norland_store) as whole:
        expected = whole.snapshot
    path = store / "revisions" / "2" / name
    raw = path.read_bytes()
    path.unlink()
    if damage != "remove":
        path.write_bytes({"cut": raw[: len(raw) // 2], "empty": b"", "scramble": b"\x93NUMPY" + raw[6:]}[damage])
    with caplog.at_level(logging.WARNING), KnowledgeGraph(store) as kg:
        found = kg.snapshot
        assert found.columns.same_as(expected.columns)
        assert (found.entities, found.sources, found.datasets) == (
            expected.entities,
            expected.sources,
            expected.datasets,
        )
        assert found.meta == expected.meta | {"ontology": "", "described": False}
        assert "is damaged and read anew from its store" in caplog.text
        assert kg.load(data / "norland").nothing
        kg.refresh_ontology()
        caplog.clear()
        assert kg.snapshot.columns.same_as(expected.columns)
        assert kg.snapshot.meta == expected.meta | {"revision": 3}
        assert caplog.text == ""


def test_a_revision_without_its_engine_is_told(norland_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(norland_store, tmp_path / "store")
    shutil.rmtree(store / "revisions" / "2" / "db")
    with KnowledgeGraph(store) as kg, pytest.raises(StoreFormatError, match="db cannot be opened"):
        kg.statements()


# Folders that cannot be written

_LOAD = """
    import sys
    from graph import GraphError, KnowledgeGraph
    try:
        with KnowledgeGraph(sys.argv[1]) as kg:
            print(len(kg.statements()))
            for path in sys.argv[2:]:
                kg.load(path)
                print(len(kg.statements()))
    except GraphError as error:
        print(type(error).__name__, error)
        sys.exit(3)
"""


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that every user of the machine can reach."""
    for path in (tmp_path, *tmp_path.parents):
        if path == Path(tempfile.gettempdir()):
            break
        path.chmod(0o755)
    return tmp_path


# Root may write everywhere, so it turns into nobody; not before all is read that nobody may not be able to.
_LOAD_AS_NOBODY = f"""
    import os
    import sys
    from graph import KnowledgeGraph
    with KnowledgeGraph() as kg:
        for path in sys.argv[2:]:
            kg.load(path)
        kg.statements()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
{_LOAD}"""


def test_a_read_only_store_answers_and_refuses_to_be_written(
    norland_store: Path, open_folder: Path, folder: object, data: Path
) -> None:
    store = shutil.copytree(norland_store, open_folder / "store")
    for path in (store, *store.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = state(store)
    done = python(_LOAD_AS_NOBODY, store, open_folder / "note")
    for path in (store, *store.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    lines = done.stdout.splitlines()
    assert (done.returncode, *lines[:1]) == (3, "18"), done.stderr
    assert lines[1] == f"StoreWriteError {store} cannot be written: Permission denied: choose another folder"
    assert state(store) == before


def test_a_store_cannot_be_created_in_a_read_only_folder(open_folder: Path) -> None:
    place = open_folder / "place"
    place.mkdir()
    place.chmod(0o555)
    done = python(_LOAD_AS_NOBODY, place / "store")
    place.chmod(0o755)
    assert (done.returncode, done.stdout) == (
        3, f"StoreWriteError {place / 'store'} cannot be written: Permission denied: choose another folder\n",
    ), done.stderr  # fmt: skip
    assert list(place.iterdir()) == []


# A full disk


@pytest.mark.parametrize("limit", first(1, [60_000, 2_000, 0]))
def test_a_write_that_does_not_fit_leaves_the_store_as_it_was(kg: KnowledgeGraph, data: Path, limit: int) -> None:
    """The limit is one of a file's size, which any user may set: a write past it fails as on a full disk."""
    before, revision = state(kg.path), kg.snapshot.revision
    done = python(
        _LOAD, kg.path, data / "armenia-azerbaijan-talks",
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert done.stdout.splitlines()[0] == "18", done.stderr
    assert (done.returncode, done.stdout.splitlines()[1].split()[0]) == (3, "StoreWriteError"), done.stderr
    assert (state(kg.path), kg.snapshot.revision) == (before, revision)
    assert kg.load(data / "armenia-azerbaijan-talks").added > 40


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=24m", "tertius-test", str(place)]
    if os.geteuid() != 0 or not mount or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root where mounting is allowed")
    yield place
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_the_store_as_it_was(small_disk: Path, data: Path) -> None:
    store = small_disk / "store"
    with KnowledgeGraph(store) as kg:
        kg.load(data / "norland")
        free = shutil.disk_usage(small_disk).free
        (small_disk / "ballast").write_bytes(b"x" * (free - 8192))
        before, revision = state(store), kg.snapshot.revision
        done = python(_LOAD, store, data / "armenia-azerbaijan-talks")
        assert (done.returncode, "No space left" in done.stdout) == (3, True), (done.stdout, done.stderr)
        assert (state(store), kg.snapshot.revision) == (before, revision)
        (small_disk / "ballast").unlink()
        assert kg.load(data / "armenia-azerbaijan-talks").added > 40
