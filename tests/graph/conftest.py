"""Fixtures for what has been said. Choose:

- `norland`: the small cast of data/norland, loaded, shared by the whole run: for asking, never for writing.
- `talks`: the same for the curated article.
- `kg`: a store of one's own with the small cast loaded: for writing.
- `empty`: a store of one's own that holds nothing: for loading.
- `folder`: a small data set as files, to be broken and loaded: `folder.replace("old", "new")`.
- `shared_data`: real event data beside the project; the test skips where there are none.
- `cast_store`: a store's folder with entities of every kind and three sources, and no statements: to be copied.

Build your own only where a test is about opening, creating or damaging a store.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph import InputError, InputErrors, KnowledgeGraph
from tests.graph.strategies import ENTITIES, SOURCES

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the shipped data sets."""
    return DATA


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real event data, which are no part of the project: most have no licence to copy them."""
    folder = DATA.parents[1] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real event data are not there: they are looked for in ../shared/data")
    return folder


@pytest.fixture(scope="session")
def norland_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's folder with the small cast loaded: to be copied."""
    path = tmp_path_factory.mktemp("norland") / "store"
    with KnowledgeGraph(path) as kg:
        kg.load(DATA / "norland")
    return path


@pytest.fixture(scope="session")
def norland(norland_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """The small cast, for asking."""
    with KnowledgeGraph(shutil.copytree(norland_store, tmp_path_factory.mktemp("asked") / "store")) as kg:
        yield kg


@pytest.fixture(scope="session")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """The curated article, for asking."""
    with KnowledgeGraph(tmp_path_factory.mktemp("talks") / "store") as kg:
        kg.load(DATA / "armenia-azerbaijan-talks")
        yield kg


@pytest.fixture
def kg(norland_store: Path, tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """The small cast in a store of one's own, for writing."""
    with KnowledgeGraph(shutil.copytree(norland_store, tmp_path / "store")) as kg:
        yield kg


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """A store that holds nothing."""
    with KnowledgeGraph(tmp_path / "empty") as kg:
        yield kg


@dataclass
class Folder:
    """A data set's folder whose files can be rewritten."""

    path: Path

    def write(self, name: str, content: str | bytes) -> None:
        """Replaces a file."""
        (self.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def replace(self, old: str, new: str) -> None:
        """Replaces words that stand in exactly one of the files, once."""
        holding = [p for p in sorted(self.path.rglob("*.yml")) if old in p.read_text("utf-8")]
        assert len(holding) == 1, f"{old!r} stands in {holding}"
        text = holding[0].read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands in {holding[0]} more than once"
        holding[0].write_text(text.replace(old, new), "utf-8")

    def add(self, statement: str) -> None:
        """Appends a statement, written as YAML without indentation, and mends the number expected."""
        path = self.path / "statements" / "note.yml"
        lines = statement.strip().splitlines()
        block = "\n".join(("  - " if i == 0 else "    ") + line for i, line in enumerate(lines))
        path.write_text(path.read_text("utf-8") + block + "\n", "utf-8")
        meta = self.path / "dataset.yml"
        count = path.read_text("utf-8").count("- key:")
        meta.write_text(_META.format(count), "utf-8")

    def faults(self, kg: KnowledgeGraph) -> list[InputError]:
        """What is wrong with it, after an attempt to load it, which must have changed nothing."""
        before = kg.snapshot.revision, kg.snapshot.meta
        with pytest.raises((InputErrors, InputError)) as caught:
            kg.load(self.path)
        assert (kg.snapshot.revision, kg.snapshot.meta) == before
        error: object = caught.value
        if isinstance(error, InputErrors):
            return error.errors
        assert isinstance(error, InputError)
        return [error]

    def fault(self, kg: KnowledgeGraph) -> tuple[str, int | None, str, str]:
        """The one fault that it has: file name, line, message, way out."""
        (error,) = self.faults(kg)
        return Path(error.file).name, error.line, error.message, error.way_out


_META = """\
name: note
title: A note
description: One note about Norland and Sudland.
publisher: nobody
licence: CC0-1.0
made: for a test
expect:
  statements: {}
  entities: 4
  sources: 1
"""
_ENTITIES = """\
entities:
  - id: norland
    kind: state
    label: Norland
  - id: sudland
    kind: state
    label: Sudland
  - id: ada-norn
    kind: person
    label: Ada Norn
  - id: northgate
    kind: place
    label: Northgate
"""
_SOURCES = """\
sources:
  - id: note-1
    title: A note
    kind: note
    published: "2031-05"
    file: note-1.txt
    sha256: 5b5fdd1cb5b3d3c6d5c9f8ae6b2b6b4d8c1c6c4f7c2a0a4a4c0b0e7b1d0f3a11
    length: 60
"""
_STATEMENTS = """\
source: note-1
statements:
  - key: invitation
    subject: norland
    relation: invites
    object: ada-norn
    start: 0
    end: 20
    modality: asserted
    when: "2031-04"
  - key: accusation
    subject: norland
    relation: accuses
    object: sudland
    about: opposition
    start: 21
    end: 40
    modality: asserted
  - key: opposition
    subject: sudland
    relation: opposes
    object: northgate
    start: 30
    end: 40
    attributed_to: [norland]
    modality: claimed
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A data set of three statements in files of its own, without its text."""
    found = Folder(tmp_path / "note")
    (found.path / "statements").mkdir(parents=True)
    found.write("dataset.yml", _META.format(3))
    found.write("entities.yml", _ENTITIES)
    found.write("sources.yml", _SOURCES)
    found.write("statements/note.yml", _STATEMENTS)
    return found


@pytest.fixture(scope="session")
def cast_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's folder with the cast and the sources of `strategies`, and no statements: to be copied."""
    path = tmp_path_factory.mktemp("cast") / "store"
    with KnowledgeGraph(path) as kg:
        kg.add(entities=ENTITIES.values(), sources=SOURCES.values(), dataset="cast")
    return path
