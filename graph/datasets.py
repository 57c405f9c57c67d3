"""Data sets: folders of YAML to validated entities, sources and statements.

DATASET/dataset.yml         what it is, who made it, under which licence, how much to expect
DATASET/entities.yml        entities: [...]
DATASET/sources.yml         sources: [...]
DATASET/statements/*.yml    source: ID, statements: [...], statements referring to others by key
DATASET/texts/              the sources' texts, where they may be shipped
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from graph.entities import CoderName, Entity, Language, Model, Text
from graph.exceptions import InputError, InputErrors
from graph.frames import entity_faults, frame_faults, source_faults
from graph.sources import Edtf, Source
from graph.statements import ID_PATTERN, Statement
from graph.yaml_files import Path_, YamlFile, read_yaml
from graph.yaml_models import explained
from ontology import Kind

Place = tuple[YamlFile, Path_]
M = TypeVar("M", bound=BaseModel)


class Expected(Model):
    """How much a data set holds: a file lost in transit is then noticed."""

    statements: int
    entities: int
    sources: int


class DatasetInfo(Model):
    """What dataset.yml says."""

    name: CoderName
    title: Text
    description: Text
    publisher: Text
    licence: Text
    language: Language = "en"
    retrieved: Edtf | None = None
    made: Text
    coder: CoderName = "curated"
    invented: bool = False
    expect: Expected


@dataclass
class Dataset:
    """A data set as read: models, and where in the files each stands. Frames are checked by `faults`."""

    info: DatasetInfo
    folder: Path
    entities: dict[str, Entity] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    @property
    def texts(self) -> Path | None:
        """The folder of the texts that are shipped with the data set, where there is one."""
        folder = self.folder / "texts"
        return folder if folder.is_dir() else None

    def error(self, id: str, message: str, fields: Path_ = (), way_out: str = "") -> InputError:
        """An error at the place of an entity (`entity:ID`), source (`source:ID`) or statement (its id)."""
        file, path = self.places[id]
        return file.error(message, path + fields, way_out)

    def faults(self, known: Callable[[str], Kind | None]) -> Iterator[InputError]:
        """What is wrong between the parts; `known` gives the kind of entities that other data sets define."""

        def kind_of(id: str) -> Kind | None:
            entity = self.entities.get(id)
            return entity.kind if entity else known(id)

        for e in self.entities.values():
            place = f"entity:{e.id}"
            for name, message in entity_faults(e, kind_of):
                yield self.error(place, message, (name,))
            if e.unnamed_in and e.unnamed_in not in self.sources:
                yield self.error(place, f"no source has the id {e.unnamed_in!r}", ("unnamed_in",))
        for s in self.statements.values():
            for name, message in frame_faults(s, kind_of):
                yield self.error(s.id, f"statement {s.key!r}: {message}", (name,))
            for name, message in source_faults(s, self.sources[s.source]):
                yield self.error(s.id, f"statement {s.key!r}: {message}", (name,))
        for word, found in (("statements", self.statements), ("entities", self.entities), ("sources", self.sources)):
            expected = getattr(self.info.expect, word)
            if expected != len(found):
                yield self.error(
                    "dataset",
                    f"expected {expected} {word}, found {len(found)}",
                    ("expect", word),
                    "mend the files or the number",
                )


def read_dataset(folder: Path) -> Dataset:
    """Reads a data set's folder. Raises InputErrors with all that is wrong in it, each with file, line and way out."""
    reader = _Reader(folder)
    dataset = reader.read()
    if reader.errors:
        raise InputErrors(reader.errors)
    assert dataset is not None, "without errors there is a data set"
    return dataset


def dataset_folders(folder: Path) -> list[Path]:
    """The folder itself where it is a data set, else the data sets in it that are not invented, by name.

    Raises InputErrors where there is none.
    """
    if (folder / "dataset.yml").is_file():
        return [folder]
    found = sorted(p.parent for p in folder.glob("*/dataset.yml"))
    if not found:
        raise InputErrors([InputError("no data set is here", str(folder), None, "name a folder with a dataset.yml")])
    # Invented data is for tests and examples: it is loaded only where it is named itself, never beside real claims.
    return [p for p in found if not _is_invented(p)]


def _is_invented(folder: Path) -> bool:
    data = read_yaml(folder / "dataset.yml").data
    return isinstance(data, dict) and data.get("invented") is True


_NOT_YET = "a" * 26
_MAX_ABOUT = 100


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[InputError] = []

    def read(self) -> Dataset | None:
        meta = self._file("dataset.yml")
        info = self._model(DatasetInfo, meta, (), meta.data) if meta else None
        if meta is None or info is None:
            return None
        dataset = Dataset(info, self.folder)
        dataset.places["dataset"] = (meta, ())
        self._list(dataset, "entities.yml", "entities", Entity, dataset.entities, "entity")
        self._list(dataset, "sources.yml", "sources", Source, dataset.sources, "source")
        entries: dict[str, tuple[dict[str, Any], Place]] = {}
        for path in sorted((self.folder / "statements").glob("*.yml")):
            self._entries(dataset, path, entries)
        self._statements(dataset, entries)
        return dataset

    def _file(self, name: str) -> YamlFile | None:
        path = self.folder / name
        try:
            return read_yaml(path, str(path))
        except InputError as error:
            self.errors.append(error)
            return None

    def _model(self, cls: type[M], file: YamlFile, path: Path_, data: Any, what: str = "") -> M | None:
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            self.errors += explained(error, cls, file, path, what)
            return None

    def _list(self, dataset: Dataset, name: str, key: str, cls: type[Any], into: dict[str, Any], what: str) -> None:
        file = self._file(name)
        if file is None:
            return
        items = self._items(file, key)
        for i, item in enumerate(items):
            path = (key, i)
            extra = {"dataset": dataset.info.name} if cls is Source and isinstance(item, dict) else {}
            title = f"{what} {item.get('id')!r}: " if isinstance(item, dict) else ""
            model = self._model(cls, file, path, item | extra if extra else item, title)
            if model is None:
                continue
            if model.id in into:
                self.errors.append(file.error(f"{what} {model.id!r} is defined twice", path, "keep one of them"))
            into[model.id] = model
            dataset.places[f"{what}:{model.id}"] = (file, path)

    def _items(self, file: YamlFile, key: str, *others: str) -> list[Any]:
        data = file.data
        if not isinstance(data, dict) or not isinstance(data.get(key), list):
            self.errors.append(file.error(f"the list {key!r} is missing", (), f"write '{key}:' and the items below it"))
            return []
        for other in data:
            if other not in (key, *others):
                self.errors.append(
                    file.error(f"unknown field {other!r}", (other,), f"fields here are {', '.join((key, *others))}")
                )
        items: list[Any] = data[key]
        return items

    def _entries(self, dataset: Dataset, path: Path, entries: dict[str, tuple[dict[str, Any], Place]]) -> None:
        file = self._file(f"statements/{path.name}")
        if file is None:
            return
        items = self._items(file, "statements", "source", "coder")
        source = file.data.get("source") if isinstance(file.data, dict) else None
        if not isinstance(source, str) or source not in dataset.sources:
            self.errors.append(file.error(f"no source has the id {source!r}", ("source",), "name one of sources.yml"))
            return
        for i, item in enumerate(items):
            place: Path_ = ("statements", i)
            if not isinstance(item, dict) or not isinstance(item.get("key"), str):
                self.errors.append(file.error("a statement without a key", place, "add 'key:', a short name for it"))
                continue
            for fixed in ("source", "coder", "id"):
                if fixed in item:
                    self.errors.append(
                        file.error(f"{fixed!r} does not belong to a statement here", (*place, fixed), "leave it out")
                    )
            if item["key"] in entries:
                other = entries[item["key"]][1]
                self.errors.append(
                    file.error(
                        f"key {item['key']!r} is used twice, first in {other[0].name}:{other[0].line(other[1])}",
                        place,
                        "rename one of them",
                    )
                )
                continue
            coder = file.data.get("coder", dataset.info.coder)
            entries[item["key"]] = (item | {"source": source, "coder": coder}, (file, place))

    def _statements(self, dataset: Dataset, entries: dict[str, tuple[dict[str, Any], Place]]) -> None:
        """Builds statements after those they speak about, then sets what corrects them, which may be any."""
        built: dict[str, Statement | None] = {}
        keys_of: dict[str, str] = {}
        for key in entries:
            self._build(key, entries, built, [])
        for key, (item, (file, path)) in entries.items():
            statement = built.get(key)
            if statement is None:
                continue
            if "corrected_by" in item:
                successor = self._id(item["corrected_by"], built, entries, file, (*path, "corrected_by"))
                if successor is None:
                    continue
                if successor == statement.id:
                    self.errors.append(
                        file.error(f"statement {key!r} corrects itself", (*path, "corrected_by"), "name the other")
                    )
                statement = statement.model_copy(update={"corrected_by": successor})
            if statement.id in keys_of:
                self.errors.append(
                    file.error(
                        f"statement {key!r} says the same as {keys_of[statement.id]!r}", path, "keep one of them"
                    )
                )
                continue
            keys_of[statement.id] = key
            dataset.statements[statement.id] = statement
            dataset.places[statement.id] = (file, path)

    def _build(
        self,
        key: str,
        entries: dict[str, tuple[dict[str, Any], Place]],
        built: dict[str, Statement | None],
        trail: list[str],
    ) -> None:
        if key in built:
            return
        item, (file, path) = entries[key]
        if len(trail) > _MAX_ABOUT:
            self.errors.append(
                file.error(f"more than {_MAX_ABOUT} statements about one another", path, "break the chain")
            )
            built[key] = None
            return
        if key in trail:
            cycle = " -> ".join([*trail[trail.index(key) :], key])
            self.errors.append(file.error(f"statements are about each other in a circle: {cycle}", path, "break it"))
            built[key] = None
            return
        item = dict(item)
        before = len(self.errors)
        for name, other in (("about", item.get("about")), ("subject", _statement_key(item.get("subject")))):
            if other is None:
                continue
            if isinstance(other, str) and other in entries:
                self._build(other, entries, built, [*trail, key])
            id = self._id(other, built, entries, file, (*path, name))
            item[name] = id if name == "about" or id is None else {"statement": id}
        if "corrected_by" in item:
            item["corrected_by"] = _NOT_YET  # outside the id, and set when all ids are known
        if key in built:
            return
        built[key] = None
        if len(self.errors) == before:
            built[key] = self._model(Statement, file, path, item, f"statement {key!r}: ")

    def _id(
        self, key: Any, built: Mapping[str, Statement | None], entries: Mapping[str, Any], file: YamlFile, path: Path_
    ) -> str | None:
        """The id of a statement named by its key, or by its id where it is in another data set."""
        if isinstance(key, str) and (statement := built.get(key)):
            return statement.id
        if isinstance(key, str) and re.fullmatch(ID_PATTERN, key) and key not in entries:
            return key
        if not isinstance(key, str) or key not in entries:
            self.errors.append(file.error(f"no statement has the key {key!r}", path, "mend the key"))
        elif key in built:
            self.errors.append(
                file.error(f"the statement {key!r} that this one names is itself wrong", path, "mend that first")
            )
        return None


def _statement_key(subject: Any) -> Any:
    return subject.get("statement") if isinstance(subject, dict) else None


def check_texts(sources: Mapping[str, Source], folder: Path) -> Iterator[InputError]:
    """Faults of the texts in a folder: a hash or length that differs. A text that is absent is no fault."""
    for source in sources.values():
        path = folder / source.file if source.file else None
        if path is None or not path.is_file():
            continue
        raw = path.read_bytes()
        if source.sha256 and hashlib.sha256(raw).hexdigest() != source.sha256:
            yield InputError(
                f"the text of source {source.id!r} is not the one that was coded: its SHA-256 differs", str(path), None,
                "find the text with the hash in sources.yml, or code this one as a new source",
            )  # fmt: skip
            continue
        try:
            length = len(raw.decode("utf-8"))
        except UnicodeDecodeError:
            yield InputError(f"the text of source {source.id!r} is not UTF-8", str(path))
            continue
        if source.length is not None and length != source.length:
            yield InputError(
                f"the text of source {source.id!r} has {length} characters, sources.yml says {source.length}", str(path)
            )
