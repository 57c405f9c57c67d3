"""Frozen answers: what was asked of which revision, what came, from which sources, kept beside the store.

    STORE/citations/REVISION/HASH.json.gz      one frozen answer; its folder keeps the revision: see graph.revisions
    STORE/citations/lock                       held while one is written

A citation appears whole or not at all, and never changes. Freezing the same again finds the one that is there.
"""

import base64
import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, computed_field

from graph.checksums import Form, Lines, canonical
from graph.entities import Model
from graph.exceptions import CitationRoomError, NotFoundError, StoreFormatError, StoreWriteError
from graph.revisions import CITATIONS, sync_folder
from graph.snapshot import Snapshot

_ID = re.compile(r"([1-9][0-9]{0,17})-([a-z2-7]{26})")
_DIGEST = 16
"""Hexadecimal digits by which a row is known where the rows themselves would take too much room."""
ROOM_FOR_ROWS = 256 * 1024
"""Most characters of rows that are kept whole."""
MOST_SOURCES = 1000


class Kind(StrEnum):
    """Which door was asked."""

    SPARQL = "sparql"
    QUESTION = "question"


class Scope(StrEnum):
    """How the sources of an answer are known."""

    EXACT = "of the statements in the answer"
    NAMED = "of the statements, sources and graphs that the rows name; others may have contributed"
    REVISION = "all of the revision; the answer does not tell which of them contributed"


class Request(Model):
    """What was asked: a path with its parameters; for SPARQL the query and the graphs that it was about.

    `prefixed` tells whether the usual prefixes were declared.
    """

    model_config = Model.model_config | {"str_strip_whitespace": False}

    kind: Kind
    path: str
    query: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    union: bool = True
    prefixed: bool = True


class CitedSource(Model):
    """A source as it was described when the answer was frozen."""

    id: str
    iri: str
    title: str
    publisher: str | None = None
    published: str | None = None
    licence: str | None = None


class Citation(Model):
    """One frozen answer, without its rows. `id` is computed from what was asked of what, and what came."""

    store_id: str
    base: str
    revision: Annotated[int, Field(ge=1)]
    request: Request
    form: Form
    checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    rows: int
    sources: tuple[CitedSource, ...]
    sources_total: int
    scope: Scope
    remarks: tuple[str, ...] = ()
    software: str
    created: datetime

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @cached_property
    def id(self) -> str:
        """The number of the revision and a hash."""
        # What is as usual stays out of it: older citations keep their ids.
        request = self.request.model_dump(mode="json", exclude={"prefixed"} if self.request.prefixed else None)
        content = canonical([self.store_id, self.revision, request, self.checksum])
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
        return f"{self.revision}-{base64.b32encode(digest[:16]).decode().rstrip('=').lower()}"

    @property
    def iri(self) -> str:
        """Where the citation is to be found."""
        return f"{self.base}citations/{self.id}"


@dataclass(frozen=True)
class Frozen:
    """A citation with what is kept of its rows: the lines, else digests of them, else neither."""

    citation: Citation
    lines: tuple[str, ...] | None = None
    digests: tuple[str, ...] | None = None


def digest(line: str) -> str:
    """What a row is known by where it is not kept itself."""
    return hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def cite(
    snapshot: Snapshot, request: Request, lines: Lines, statements: Iterable[str] | None, *,
    store_id: str, software: str, created: datetime, remarks: Iterable[str] = (),
) -> Citation:  # fmt: skip
    """The citation of an answer that the snapshot gave. `statements` are those in it; None where that is not known."""
    if statements is not None:
        scope, sources = Scope.EXACT, _sources_of(snapshot, statements)
    else:
        sources = _sources_named(snapshot, lines.lines)
        scope = Scope.NAMED if sources else Scope.REVISION
        sources = sources or set(snapshot.sources)
    listed = sorted(sources)[:MOST_SOURCES]
    return Citation(
        store_id=store_id, base=snapshot.iris.base, revision=snapshot.revision, request=request, form=lines.form,
        checksum=lines.checksum, rows=len(lines.lines), sources=tuple(_cited(snapshot, id) for id in listed),
        sources_total=len(sources), scope=scope, remarks=tuple(remarks), software=software, created=created,
    )  # fmt: skip


def _cited(snapshot: Snapshot, id: str) -> CitedSource:
    source = snapshot.sources[id]
    return CitedSource(
        id=id, iri=snapshot.iris.source(id), title=source.title, publisher=source.publisher,
        published=source.published, licence=source.licence,
    )  # fmt: skip


def _sources_of(snapshot: Snapshot, statements: Iterable[str]) -> set[str]:
    c = snapshot.columns
    rows = {row for id in statements if (row := c.row(id)) is not None}
    return {c.sources[n] for n in {int(c.source[row]) for row in rows}}


def _sources_named(snapshot: Snapshot, lines: Iterable[str]) -> set[str]:
    """Sources whose IRI, or that of a statement of theirs, stands in the lines; both are ASCII and never escaped."""
    base = re.escape(snapshot.iris.base)
    named = re.compile(rf"(?<=[<\"]){base}id/(statement|source)/([a-z0-9][a-z0-9._-]*)(?:/speaker/\d+)?(?=[>\"])")
    sources: set[str] = set()
    statements: set[str] = set()
    for line in lines:
        for kind, id in named.findall(line):
            (statements if kind == "statement" else sources).add(id)
    return _sources_of(snapshot, statements) | (sources & snapshot.sources.keys())


class Citations:
    """The frozen answers of a store. Several processes may freeze and read at once."""

    def __init__(self, store: Path) -> None:
        self._folder = store / CITATIONS

    def freeze(self, citation: Citation, lines: Lines, *, room: int | None = None) -> tuple[Citation, bool]:
        """Keeps a citation; gives it, or the same one where it was there already, and whether it is new.

        The caller holds the revision meanwhile. Raises CitationRoomError where all citations would take more than
        `room` bytes, StoreWriteError.
        """
        with contextlib.suppress(NotFoundError):
            return self.read(citation.id).citation, False
        body = _packed(citation, lines)
        try:
            with self._locked():
                with contextlib.suppress(NotFoundError):
                    return self.read(citation.id).citation, False
                if room is not None and (taken := self._clear_and_count()) + _blocks(len(body)) > room:
                    raise CitationRoomError(taken, room)
                self._write(self._path(citation.id), body)
        except OSError as error:
            raise StoreWriteError(f"{self._folder} cannot be written: {error.strerror or error}") from error
        return citation, True

    def read(self, id: str) -> Frozen:
        """A frozen answer. Raises NotFoundError, and StoreFormatError where its file is damaged."""
        path = self._path(id)
        try:
            data = json.loads(gzip.decompress(path.read_bytes()))
            citation = Citation.model_validate(data["citation"])
            lines = None if data["lines"] is None else tuple(data["lines"])
            digests = tuple(data["digests"]) if lines is None else tuple(map(digest, lines))
        except (FileNotFoundError, NotADirectoryError):
            raise NotFoundError("citation", id) from None
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, ValidationError) as error:
            raise StoreFormatError(f"{path} is damaged: {error}") from error
        if citation.id != id:
            raise StoreFormatError(f"{path} is damaged: its content is not what its name says")
        return Frozen(citation, lines, digests)

    def _path(self, id: str) -> Path:
        match = _ID.fullmatch(id)
        if not match:
            raise NotFoundError("citation", id)
        return self._folder / match[1] / f"{match[2]}.json.gz"

    def _write(self, path: Path, body: bytes) -> None:
        if not path.parent.exists():
            path.parent.mkdir()
            sync_folder(self._folder)
        temporary = path.with_name(f"{path.name}.new")
        with temporary.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)

    def _clear_and_count(self) -> int:
        """Bytes that all citations take on disk. Clears away what a killed process left."""
        taken = 0
        for folder in os.scandir(self._folder):
            if folder.is_dir():
                for file in os.scandir(folder):
                    if file.name.endswith(".new"):
                        Path(file.path).unlink()
                    else:
                        taken += _blocks(file.stat().st_size)
        return taken

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(exist_ok=True)
        with (self._folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _blocks(size: int) -> int:
    return -(-size // 4096) * 4096


def _packed(citation: Citation, lines: Lines) -> bytes:
    small = sum(map(len, lines.lines)) <= ROOM_FOR_ROWS
    data = {
        "citation": citation.model_dump(mode="json", exclude={"id"}),
        "lines": lines.lines if small else None,
        "digests": None if small else [digest(line) for line in lines.lines],
    }
    return gzip.compress(json.dumps(data, ensure_ascii=True).encode(), mtime=0)
