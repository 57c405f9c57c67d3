"""A backup is whole or not there, restoring is all or nothing, and what is damaged or hostile is refused by name."""

import gzip
import hashlib
import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tarfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph import KnowledgeGraph, Statement
from graph.backups import Manifest, backup, check_backup, restore
from graph.edges import plain_edges
from graph.exceptions import BackupError, StoreFormatError, StoreLockedError, StoreWriteError
from graph.snapshot import rebuilt_columns
from ontology import Status

ROOT = Path(__file__).parents[2]
ALL = tuple(Status)


@pytest.fixture
def store(norland_store: Path, tmp_path: Path) -> Path:
    """A store of one's own with the small cast."""
    return Path(shutil.copytree(norland_store, tmp_path / "store"))


@pytest.fixture(scope="module")
def made(norland_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the small cast: to be copied and damaged."""
    path = tmp_path_factory.mktemp("backups") / "kg.tar"
    backup(norland_store, path)
    return path


def state(store: Path) -> tuple[Any, ...]:
    """Everything that a store holds, after a check that its store and mirror agree."""
    with KnowledgeGraph(store) as kg:
        snapshot = kg.snapshot
        rebuilt = rebuilt_columns(snapshot.store, snapshot.iris, snapshot.sources.values(), snapshot.entities)
        assert plain_edges(rebuilt) == plain_edges(snapshot.columns)
        return kg.statements(status=ALL), kg.entities(), kg.sources(), len(snapshot.store)


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def note(n: int) -> Statement:
    return Statement(
        subject="norland", relation="criticises", object="sudland", source="gazette-1", start=n, end=n + 1,
        modality="asserted",
    )  # fmt: skip


# There and back


@pytest.mark.parametrize("name", ["kg.tar", "kg.tar.gz", "kg.backup"])
def test_a_new_store_is_what_was_backed_up(store: Path, tmp_path: Path, name: str) -> None:
    manifest = backup(store, tmp_path / name)
    assert (manifest.revision, manifest.statements) == (2, 18)
    assert check_backup(tmp_path / name) == manifest
    revision = restore(tmp_path / name, tmp_path / "new" / "kg")
    assert (revision.number, state(tmp_path / "new" / "kg")) == (2, state(store))
    with KnowledgeGraph(store) as old, KnowledgeGraph(tmp_path / "new" / "kg") as new:
        assert new.store_id != old.store_id  # the two may go different ways
        assert new.add([note(1)]).revision == 3
    assert (left(tmp_path), left(tmp_path / "new")) == (sorted({name, "new", store.name}), ["kg"])
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new" / "kg").stat().st_mode == (tmp_path / "new").stat().st_mode
    with tarfile.open(tmp_path / name) as archive:
        assert archive.getnames()[0] == "manifest.json"
        assert not any("LOG" in member or "lock" in member for member in archive.getnames())


def test_two_backups_of_one_revision_are_the_same_bytes(store: Path, tmp_path: Path) -> None:
    for name in ("one.tar.gz", "other.tar.gz"):
        backup(store, tmp_path / name)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "other.tar.gz").read_bytes()


def test_a_backup_over_a_store_is_its_next_revision_and_disturbs_no_reader(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "kg.tar")
    with KnowledgeGraph(store) as kg:
        kg.add([note(1)])
        before = kg.snapshot
        assert restore(tmp_path / "kg.tar", store, over=True).number == 4
        assert len(before.store.select("SELECT ?s { ?s r:criticises ?o }")) == 1
        assert (kg.snapshot.revision, kg.snapshot.meta["revision"], len(kg.statements(status=ALL))) == (4, 4, 18)
        assert kg.add([note(2)]).revision == 5


def test_an_empty_store_is_backed_up_too(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "kg", base="https://graph.example/"):
        backup(tmp_path / "kg", tmp_path / "kg.tar")
    restore(tmp_path / "kg.tar", tmp_path / "new")
    with KnowledgeGraph(tmp_path / "new") as kg:
        assert (kg.statements(), kg.iris.base, kg.snapshot.revision) == ([], "https://graph.example/", 1)


def test_frozen_answers_and_on_request_their_revisions_are_kept(store: Path, tmp_path: Path) -> None:
    (store / "citations" / "2").mkdir(parents=True)
    (store / "citations" / "2" / "abc.json.gz").write_bytes(b"frozen")
    with KnowledgeGraph(store) as kg:
        kg.add([note(1)])
        assert backup(store, tmp_path / "kg.tar").revisions == {3}
        assert backup(store, tmp_path / "cited.tar", cited=True).revisions == {2, 3}
    restore(tmp_path / "cited.tar", tmp_path / "new")
    assert (tmp_path / "new" / "citations" / "2" / "abc.json.gz").read_bytes() == b"frozen"
    assert left(tmp_path / "new" / "revisions") == ["2", "3"]
    assert (tmp_path / "new" / "revisions" / "2" / "read.lock").exists()
    assert state(tmp_path / "new") == state(store)
    restore(tmp_path / "cited.tar", store, over=True)
    assert len(state(store)[0]) == 19


def test_a_backup_is_whole_wherever_its_end_falls(store: Path, tmp_path: Path) -> None:
    """An archive is made of records of twenty blocks: its end may lie across two of them."""
    frozen = store / "citations" / "2" / "abc.json.gz"
    frozen.parent.mkdir(parents=True)
    for blocks in range(1, 21):
        frozen.write_bytes(b"f" * 512 * blocks)
        manifest = backup(store, tmp_path / "kg.tar")
        assert check_backup(tmp_path / "kg.tar") == manifest


@pytest.mark.slow
def test_a_backup_made_while_others_write_is_of_one_revision(store: Path, tmp_path: Path) -> None:
    counts: dict[int, int] = {}
    done = threading.Event()

    def write() -> None:
        with KnowledgeGraph(store) as kg:
            for n in range(1, 9):
                report = kg.add([note(n)])
                counts[report.revision] = 18 + n
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    made: list[Manifest] = []
    while not done.is_set():
        made.append(backup(store, tmp_path / f"{len(made)}.tar"))
    thread.join()
    assert len({manifest.revision for manifest in made}) > 1
    for n, manifest in list(enumerate(made))[:: max(1, len(made) // 2)]:
        restore(tmp_path / f"{n}.tar", tmp_path / f"restored-{n}")
        statements = state(tmp_path / f"restored-{n}")[0]
        assert len(statements) == manifest.statements == counts.get(manifest.revision, 18)


def test_files_that_the_engine_still_merges_are_waited_for(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merging = store / "revisions" / "2" / "db" / "000099.sst"
    merging.write_bytes(b"half")
    threading.Timer(0.2, merging.unlink).start()
    real, before = hashlib.file_digest, tmp_path / "kg.tar"

    def slow(*args: Any) -> Any:
        while merging.exists():
            pass
        return real(*args)

    monkeypatch.setattr(hashlib, "file_digest", slow)
    manifest = backup(store, before)
    assert not [f for f in manifest.files if "99" in f.name]
    restore(before, tmp_path / "new")
    assert state(tmp_path / "new") == state(store)


# Targets


def test_what_is_no_place_for_a_store_is_refused_and_left_alone(made: Path, store: Path, tmp_path: Path) -> None:
    before = state(store)
    with pytest.raises(StoreFormatError, match=r"is a store already: .*restore over it \(--over\), as its next"):
        restore(made, store)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("Dear Bo")
    for place in (tmp_path / "letters", tmp_path / "letters" / "a.txt"):
        for over in (True, False):
            with pytest.raises(StoreFormatError, match="is not empty and not a store: name another folder"):
                restore(made, place, over=over)
    with KnowledgeGraph(tmp_path / "other", base="https://graph.example/"):
        pass
    with pytest.raises(StoreFormatError, match=r"has https://graph\.example/: restore it into a new store"):
        restore(made, tmp_path / "other", over=True)
    assert (left(tmp_path / "letters"), state(store)) == (["a.txt"], before)
    (tmp_path / "empty").mkdir()
    assert restore(made, tmp_path / "empty", over=True).number == 2


def test_a_store_that_is_being_written_is_waited_for(made: Path, store: Path) -> None:
    with KnowledgeGraph(store) as kg, kg._folder.locked(), pytest.raises(StoreLockedError):
        restore(made, store, over=True, wait=0.05)


def test_what_cannot_be_backed_up_is_told(store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreFormatError, match="is not a store: name the folder of one"):
        backup(tmp_path / "nowhere", tmp_path / "kg.tar")
    with pytest.raises(StoreWriteError, match="lies in the store itself: write the backup elsewhere"):
        backup(store, store / "kg.tar")
    with pytest.raises(StoreWriteError, match="is no file: name one for the backup"):
        backup(store, tmp_path)
    with pytest.raises(StoreWriteError, match=r"cannot be written, no backup was made: No such file"):
        backup(store, tmp_path / "nowhere" / "kg.tar")
    assert left(tmp_path) == ["store"]


# Formats


@pytest.mark.parametrize(("number", "way_out"), [(2, "use a newer version of Tertius"), (0, "with the older version")])
def test_a_backup_of_another_format_is_refused_with_the_way_out(
    made: Path, tmp_path: Path, number: int, way_out: str
) -> None:
    path = resealed(made, tmp_path / "kg.tar", lambda m: m | {"format": number, "unheard_of": []})
    with pytest.raises(StoreFormatError, match=f"holds a store of format {number}; this version reads 1: .*{way_out}"):
        restore(path, tmp_path / "new")
    assert left(tmp_path) == ["kg.tar"]


# Damage


Members = dict[str, bytes]


def members_of(path: Path) -> Members:
    with tarfile.open(path) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive}  # type: ignore[union-attr]


def packed(path: Path, members: Members, *more: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in members.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
        for header, content in more:
            archive.addfile(header, io.BytesIO(content))
    return path


def resealed(made: Path, path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """A backup with another manifest, as somebody makes who knows how."""
    members = members_of(made)
    manifest = change(json.loads(members["manifest.json"])["manifest"])
    try:
        content = Manifest.model_validate(manifest).model_dump_json().encode()
    except ValueError:
        content = b""
    sealed = {"sha256": hashlib.sha256(content).hexdigest(), "manifest": manifest}
    return packed(path, members | {"manifest.json": json.dumps(sealed).encode()})


def refused(path: Path, target: Path) -> str:
    """Why a backup is refused, which must leave nothing."""
    with pytest.raises(BackupError) as caught:
        restore(path, target / "new")
    assert not (target / "new").exists()
    assert not [p for p in target.iterdir() if p.name.startswith(".")]
    return str(caught.value)


@pytest.mark.parametrize("name", ["kg.tar", "kg.tar.gz"])
def test_a_truncated_backup_is_refused(norland_store: Path, tmp_path: Path, name: str) -> None:
    backup(norland_store, tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    with tarfile.open(tmp_path / name) as archive:
        last = max(m.offset_data + m.size for m in archive) if name == "kg.tar" else len(whole) - 9
    sizes = random.Random(1).sample(range(last), 12)  # noqa: S311
    for size in [0, 1, 2, 511, 512, 513, *sizes, last - 1]:
        (tmp_path / "cut").write_bytes(whole[:size])
        with pytest.raises(BackupError):
            check_backup(tmp_path / "cut")
    assert "is missing" in refused(
        packed(tmp_path / "less", dict(list(members_of(tmp_path / name).items())[:-1])), tmp_path
    )


def test_a_flipped_bit_is_found(made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    with tarfile.open(made) as archive:
        matters = [(m.offset_data, m.size) for m in archive if m.size]
    random_ = random.Random(2)  # noqa: S311
    for start, size in matters:
        at = start + random_.randrange(size)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << random_.randrange(8)
        (tmp_path / "flipped").write_bytes(damaged)
        with pytest.raises((BackupError, StoreFormatError)):
            check_backup(tmp_path / "flipped")


@pytest.mark.parametrize("content", [b"", b"Dear Bo", b"\x1f\x8b", b"\x00" * 2048, gzip.compress(b"Dear Bo", mtime=0)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "letter").write_bytes(content)
    with pytest.raises(BackupError, match=r"letter is (truncated, damaged or )?no backup"):
        check_backup(tmp_path / "letter")
    with pytest.raises(BackupError, match="nowhere cannot be read: No such file"):
        check_backup(tmp_path / "nowhere")


def header(name: str, type: bytes = tarfile.REGTYPE, **more: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type = type
    for key, value in more.items():
        setattr(found, key, value)
    return found


HOSTILE = [
    header("revisions/2/db/../../../../evil"),
    header("/tmp/evil"),  # noqa: S108 - never written
    header("evil"),
    header("manifest.json"),
    header("revisions/2/meta.json"),
    header("link", tarfile.SYMTYPE, linkname="/etc/passwd"),
    header("hard", tarfile.LNKTYPE, linkname="revisions/2/meta.json"),
    header("device", tarfile.CHRTYPE, devmajor=1, devminor=3),
    header("disk", tarfile.BLKTYPE, devmajor=8, devminor=0),
    header("pipe", tarfile.FIFOTYPE),
    header("folder", tarfile.DIRTYPE),
    header("sparse", tarfile.GNUTYPE_SPARSE),
    header("n" * 200),
    header("pax", tarfile.XHDTYPE),
    header("global", tarfile.XGLTYPE),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda h: h.name[:30])
def test_what_no_backup_holds_is_refused_by_name(made: Path, tmp_path: Path, hostile: tarfile.TarInfo) -> None:
    path = packed(tmp_path / "kg.tar", members_of(made), (hostile, b""))
    why = refused(path, tmp_path)
    assert repr(hostile.name) in why or "././@LongLink" in why
    assert left(tmp_path) == ["kg.tar"]


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "revisions/2/../../evil", "revisions/2/db/..", "revisions/x/y", "format.json",  # noqa: S108
             "CURRENT", "revisions/2", "citations/a b", "citations/é", "revisions/2/" + "d/" * 20 + "x", ""],
)  # fmt: skip
def test_a_manifest_that_names_what_no_store_has_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    more = {"name": name, "size": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    path = resealed(made, tmp_path / "kg.tar", lambda m: m | {"files": [*m["files"], more]})
    assert f"names the file {name!r}, which no store has" in refused(path, tmp_path)


def test_a_manifest_that_was_changed_is_refused(made: Path, tmp_path: Path) -> None:
    members = members_of(made)
    changed = members["manifest.json"].replace(b"tertius.example", b"tertius.examplf")
    assert "its manifest is not the one that was written" in refused(
        packed(tmp_path / "kg.tar", members | {"manifest.json": changed}), tmp_path
    )
    path = resealed(made, tmp_path / "kg.tar", lambda m: m | {"statements": 19})
    assert "is not what its manifest says" in refused(path, tmp_path)
    path = resealed(made, tmp_path / "kg.tar", lambda m: m | {"revision": 7})
    assert "or no revision 7" in refused(path, tmp_path)
    path = resealed(made, tmp_path / "kg.tar", lambda m: m | {"kind": "letter"})
    assert "is damaged" in refused(path, tmp_path)


def test_what_the_engine_does_not_open_is_refused(made: Path, tmp_path: Path) -> None:
    members = members_of(made)
    current = "revisions/2/db/CURRENT"

    def change(manifest: dict[str, Any]) -> dict[str, Any]:
        files = [
            f if f["name"] != current else f | {"size": 4, "sha256": hashlib.sha256(b"oops").hexdigest()}
            for f in manifest["files"]
        ]
        return manifest | {"files": files}

    resealed(made, tmp_path / "kg.tar", change)
    members = members_of(tmp_path / "kg.tar") | {current: b"oops"}
    assert "what the backup holds cannot be opened" in refused(packed(tmp_path / "kg.tar", members), tmp_path)


def test_a_bomb_is_refused_before_it_unfolds(made: Path, tmp_path: Path) -> None:
    path = resealed(
        made, tmp_path / "kg.tar",
        lambda m: m | {"files": [m["files"][0] | {"size": 1 << 60}, *m["files"][1:]]},
    )  # fmt: skip
    assert "is not as it was" in refused(path, tmp_path)
    members = members_of(made)
    name = "revisions/2/meta.json"
    packed(tmp_path / "plain.tar", members | {name: b"\0" * (64 << 20)})
    bomb = tmp_path / "bomb.tar.gz"
    bomb.write_bytes(gzip.compress((tmp_path / "plain.tar").read_bytes(), 1))
    assert f"{name} is not as it was" in refused(bomb, tmp_path)


def test_damage_never_reaches_a_store_that_is_there(made: Path, store: Path, tmp_path: Path) -> None:
    before = state(store)
    damaged = bytearray(made.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "kg.tar").write_bytes(damaged)
    with pytest.raises(BackupError):
        restore(tmp_path / "kg.tar", store, over=True)
    assert (state(store), left(store / "revisions")) == (before, ["1", "2"])


# Interruptions and full disks


_KILLED = """
    import functools, importlib, os, signal, sys
    from pathlib import Path
    from graph.backups import backup, restore

    what, archive, store, step, calls = sys.argv[1:]
    module, _, path = step.partition(":")
    *owners, name = path.split(".")
    holder = functools.reduce(getattr, owners, importlib.import_module(module))
    real, left = getattr(holder, name), int(calls)

    def deadly(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(holder, name, deadly)
    if what == "backup":
        backup(Path(store), Path(archive))
    else:
        restore(Path(archive), Path(store), over=what == "over")
"""


def python(code: str, *arguments: object, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process of its own, with something done before."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd="/", env=environment, preexec_fn=before, check=False
    )


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        pytest.param("tarfile:TarFile.addfile", 0, marks=pytest.mark.slow),
        ("tarfile:TarFile.addfile", 9),
        pytest.param("os:fsync", 0, marks=pytest.mark.slow),
        ("pathlib:Path.replace", 0),
    ],
)
def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(
    norland_store: Path, made: Path, tmp_path: Path, step: str, calls: int
) -> None:
    shutil.copy(made, tmp_path / "kg.tar")
    for name in ("kg.tar", "new.tar"):
        assert python(_KILLED, "backup", tmp_path / name, norland_store, step, calls).returncode == -9
    assert [name for name in left(tmp_path) if not name.startswith(".")] == ["kg.tar"]
    assert (tmp_path / "kg.tar").read_bytes() == made.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "calls"),
    [
        pytest.param("graph.backups:_copy", 1, marks=pytest.mark.slow),
        ("os:fsync", 7),
        pytest.param("graph.backups:_check_opens", 0, marks=pytest.mark.slow),
        ("graph.revisions:_write_synced", 1),
    ],
)
def test_a_restore_that_is_killed_has_changed_nothing(
    made: Path, store: Path, tmp_path: Path, step: str, calls: int
) -> None:
    before = state(store)
    assert python(_KILLED, "restore", made, tmp_path / "new", step, calls).returncode == -9
    assert not (tmp_path / "new").exists()
    assert restore(made, tmp_path / "new").number == 2
    over = python(_KILLED, "over", made, store, step, calls - (step == "graph.revisions:_write_synced"))
    assert (over.returncode, state(store)) == (-9, before)
    assert restore(made, store, over=True).number == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that a backup does not fit on."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", place], capture_output=True)  # noqa: S607
    except OSError:
        pytest.skip("there is no mount")
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)  # noqa: S607


@pytest.mark.parametrize("name", ["kg.tar", "kg.tar.gz"])
def test_a_disk_that_is_too_small_is_told_and_left_empty(
    made: Path, norland_store: Path, small_disk: Path, name: str
) -> None:
    with pytest.raises(
        StoreWriteError, match=r"has room for \d+ bytes and|no backup was made: No space left on device"
    ):
        backup(norland_store, small_disk / name)
    with pytest.raises(StoreWriteError, match=r"has room for \d+ bytes and \d+ are needed: make room, or go elsewhere"):
        restore(made, small_disk / "kg")
    assert left(small_disk) == []


@pytest.mark.slow
def test_a_disk_that_fills_up_meanwhile_is_told(made: Path, store: Path, tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    run = "import sys, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nfrom pathlib import Path\n"
    run += "from graph.backups import backup, restore\n{}(Path(sys.argv[1]), Path(sys.argv[2]){})"
    for call, more, one, other in (
        ("backup", "", store, tmp_path / "new.tar"),
        ("restore", "", made, tmp_path / "new"),
        ("restore", ", over=True", made, store),
    ):
        done = python(run.format(call, more), one, other, before=small_files)
        assert "StoreWriteError" in done.stderr, done.stderr
        assert "File too large" in done.stderr
    assert left(tmp_path) == ["store"]
    assert len(state(store)[0]) == 18
