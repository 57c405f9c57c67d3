"""The kept records of imported files: there for as long as a revision needs them, and carried by backups."""

import gc
import tarfile
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.backups import backup, check_backup, restore
from graph.exceptions import BackupError, FormatError
from tests.graph.importing.tables import icews


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "kg"


def imported(store: Path, folder: Path, *ids: int, name: str = "events.tab") -> str:
    file = folder / name
    file.write_bytes(icews([{"Event ID": n} for n in ids]))
    with KnowledgeGraph(store) as kg:
        return kg.import_files("icews", [file])[0].source


def kept(store: Path) -> int:
    return len(list((store / "imports").iterdir()))


def test_records_of_a_replaced_file_go_with_the_last_revision_that_needs_them(store: Path, tmp_path: Path) -> None:
    imported(store, tmp_path, 1)
    source = imported(store, tmp_path, 1, 2)
    assert kept(store) == 2
    with KnowledgeGraph(store) as kg:
        kg.remove_source(source)
        assert kept(store) == 2
    gc.collect()  # whoever reads an older revision keeps it
    for n in range(3):
        imported(store, tmp_path, n, name=f"other-{n}.tab")
    assert kept(store) == 3


def test_an_import_that_fails_leaves_no_records(store: Path, tmp_path: Path) -> None:
    imported(store, tmp_path, 1)
    bad = tmp_path / "bad.tab"
    bad.write_bytes(b"nothing of ICEWS\n")
    good = tmp_path / "good.tab"
    good.write_bytes(icews([{"Event ID": 7}]))
    with KnowledgeGraph(store) as kg:
        with pytest.raises(FormatError):
            kg.import_files("icews", [good, bad])
        assert (kept(store), kg.snapshot.revision) == (1, 2)


@pytest.mark.parametrize("name", ["kg.tar", "kg.tar.gz"])
def test_a_backup_brings_the_kept_records_back(store: Path, tmp_path: Path, name: str) -> None:
    source = imported(store, tmp_path, 1, 2, name="a name that is " + "very " * 30 + "long.tab")
    backup(store, tmp_path / name)
    restore(tmp_path / name, tmp_path / "new")
    with KnowledgeGraph(store) as old, KnowledgeGraph(tmp_path / "new") as new:
        for n in (1, 2, 3):
            assert new.originals(source).record(n) == old.originals(source).record(n)
        assert new.originals(source).report == old.originals(source).report
        file = next(tmp_path.glob("a name*"))
        assert new.import_files("icews", [file])[0].unchanged


def test_a_backup_over_a_store_brings_back_what_is_gone_there(store: Path, tmp_path: Path) -> None:
    source = imported(store, tmp_path, 1)
    backup(store, tmp_path / "kg.tar")
    with KnowledgeGraph(store) as kg:
        kg.remove_source(source)
        for n in range(3):
            imported(store, tmp_path, n, name=f"other-{n}.tab")
        restore(tmp_path / "kg.tar", store, over=True)
        assert kg.originals(source).record(1)
        restore(tmp_path / "kg.tar", store, over=True)
        assert kg.originals(source).record(1)


def test_damaged_records_in_a_backup_are_found(store: Path, tmp_path: Path) -> None:
    imported(store, tmp_path, 1)
    made = tmp_path / "kg.tar"
    backup(store, made)
    with tarfile.open(made) as archive:
        at = next(m.offset_data for m in archive if m.name.endswith("records.bin"))
    content = bytearray(made.read_bytes())
    content[at + 5] ^= 1
    made.write_bytes(content)
    with pytest.raises(BackupError, match=r"records\.bin is not as it was"):
        check_backup(made)
