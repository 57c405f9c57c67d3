"""Backups: one file that holds a revision of a store with checksums, made and restored while others read and write.

A plain tar, compressed where its name ends in .gz: a manifest, which names every file with size and SHA-256, then those
files as they lie in the store: revisions/N/…, citations/…, imports/…. Unpacked by hand they are readable too.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, Any

from pydantic import Field, ValidationError

from graph.columns import Columns
from graph.entities import Model
from graph.exceptions import BackupError, NotFoundError, StoreFormatError, StoreWriteError
from graph.revisions import CITATIONS, FORMAT, IMPORTS, Revision, RevisionFolder, sync_folder
from graph.stores import EmbeddedStore

MANIFEST = "manifest.json"
KIND = "tertius-backup"
_NAME = re.compile(
    r"(?:revisions/(?P<revision>[1-9][0-9]{0,17})|citations|imports)(?:/(?!\.+(?:/|$))[A-Za-z0-9._-]{1,120}){1,6}"
)
_PIECE = 1 << 20
_ATTEMPTS = 8
_MOST_MANIFEST = 64 << 20
_NOT_KEPT = re.compile(r"LOCK|lock|LOG(\.old.*)?|.*\.(lock|new|part)")
"""Files that belong to the processes that use a revision, not to it: they change, and tell of this machine."""

Progress = Callable[[int], None]
Sink = Callable[[str], contextlib.AbstractContextManager[IO[bytes] | None]]


def _silent(_: int) -> None:
    pass


class File(Model):
    """A file of the store."""

    name: str
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(Model):
    """What a backup holds. `revision` is the number that its current revision had in the store that it is of."""

    kind: str
    format: int
    store_id: str
    base: str
    revision: Annotated[int, Field(ge=1)]
    statements: int
    entities: int
    sources: int
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def revisions(self) -> set[int]:
        """Numbers of the revisions that it holds."""
        return {int(m["revision"]) for f in self.files if (m := _NAME.fullmatch(f.name)) and m["revision"]}


# Making


def backup(store: Path, to: Path, *, cited: bool = False, progress: Progress = _silent) -> Manifest:
    """Writes the current revision, as it is now, and all frozen answers to one file, which appears when it is whole.

    With `cited` the revisions that frozen answers were given of are kept too. The store may be read and written
    meanwhile; `progress` is told of bytes as they are written. Raises StoreFormatError where there is no store,
    StoreWriteError where the disk is full or the file cannot be written.
    """
    if not (store / "format.json").is_file():
        raise StoreFormatError(f"{store} is not a store: name the folder of one")
    folder = RevisionFolder(store)
    if to.resolve().is_relative_to(store.resolve()):
        raise StoreWriteError(f"{to} lies in the store itself: write the backup elsewhere, best on another disk")
    with contextlib.ExitStack() as stack:
        current = folder.current()
        if current is None:
            raise StoreFormatError(f"{store} holds no revision: nothing to back up")
        stack.callback(current.release)
        held = [current, *(_cited(folder, current.number, stack) if cited else ())]
        for attempt in range(_ATTEMPTS):
            time.sleep(attempt)
            with contextlib.suppress(_ChangedError):
                manifest = _described(folder, current, held)
                with _appearing(to, 0 if _is_compressed(to) else manifest.size) as output:
                    _write(manifest, store, output, progress)
                return manifest
    raise StoreWriteError(
        f"{store} keeps changing while it is read: try again; if it still does, the disk may be failing"
    )


class _ChangedError(Exception):
    """Never leaves this module: the engine may still merge the files of a revision that has just become current."""


def _described(folder: RevisionFolder, current: Revision, held: Iterable[Revision]) -> Manifest:
    """The manifest of the files as they are at one moment. Raises _ChangedError, StoreFormatError."""
    held = list(held)
    try:
        meta = current.read_meta()
        counts = {name: meta[name] for name in ("statements", "entities", "sources")}
        imports = {name for revision in held for name in revision.imports()}
    except (OSError, ValueError, KeyError) as error:
        raise StoreFormatError(f"{current.path} is damaged, which the next write mends: {error}") from error
    kept = [folder.path / IMPORTS / name for name in sorted(imports)]
    places = [*(revision.path for revision in held), folder.path / CITATIONS, *kept]
    before = _listed(places)
    files = []
    for path in before:
        with _changes(), path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            files.append(File(name=path.relative_to(folder.path).as_posix(), size=file.tell(), sha256=digest))
    if _listed(places) != before:
        raise _ChangedError
    return Manifest(
        kind=KIND, format=FORMAT, store_id=folder.format.store_id, base=folder.format.base, revision=current.number,
        files=tuple(files), **counts,
    )  # fmt: skip


@contextlib.contextmanager
def _changes() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise _ChangedError from None


def _cited(folder: RevisionFolder, current: int, stack: contextlib.ExitStack) -> Iterator[Revision]:
    """The older revisions that frozen answers were given of, as far as they are still there."""
    for number in folder.kept():
        if number != current and any((folder.path / CITATIONS / str(number)).glob("*.json.gz")):
            with contextlib.suppress(NotFoundError):
                revision = folder.at(number)
                stack.callback(revision.release)
                yield revision


def _listed(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """The files that belong to a backup, with what changes when they do."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
    with _changes():
        return {
            path: (path.stat().st_size, path.stat().st_mtime_ns)
            for path in paths
            if path.is_file() and not _NOT_KEPT.fullmatch(path.name)
        }


def _write(manifest: Manifest, store: Path, output: IO[bytes], progress: Progress) -> None:
    plain = manifest.model_dump_json().encode()
    sealed = json.dumps({"sha256": hashlib.sha256(plain).hexdigest(), "manifest": json.loads(plain)}).encode()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(_header(MANIFEST, len(sealed)), io.BytesIO(sealed))
        for file in manifest.files:
            with _changes(), (store / file.name).open("rb") as content:
                checked = _Hashed(content, progress)
                if os.fstat(content.fileno()).st_size != file.size:
                    raise _ChangedError
                archive.addfile(_header(file.name, file.size), checked)
            if checked.sha256 != file.sha256:
                raise _ChangedError


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o644
    return header


class _Hashed(io.RawIOBase):
    """Reads from a file and keeps the hash of what was read."""

    def __init__(self, file: IO[bytes], progress: Progress = _silent) -> None:
        self._file, self._hash, self._progress = file, hashlib.sha256(), progress

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        self._progress(len(piece))
        return piece

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextlib.contextmanager
def _appearing(path: Path, size: int) -> Iterator[IO[bytes]]:
    """A file that has its name only when the block has ended without an error and everything is on the disk."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise StoreWriteError(f"{path} is no file: name one for the backup")
    with _beside(path, size, "no backup was made") as temporary:
        temporary.touch(0o600)  # whoever may read the store decides who may read the backup
        with temporary.open("wb") as file:
            if _is_compressed(path):
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=3, mtime=0) as packed:
                    yield packed  # type: ignore[misc]  # a binary file like any other
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


@contextlib.contextmanager
def _beside(place: Path, size: int, nothing: str, *, parents: bool = False) -> Iterator[Path]:
    """Where something can be built that the block then moves to its place: in a folder beside it, gone afterwards.

    Raises StoreWriteError, which says that `nothing` was done, where the disk has no room or cannot be written.
    """
    try:
        if parents:
            place.parent.mkdir(parents=True, exist_ok=True)
        _check_room(place.parent, size)
        with tempfile.TemporaryDirectory(
            dir=place.parent, prefix=f".{place.name}.", suffix=".part", ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder) / place.name
            sync_folder(place.parent)
    except OSError as error:
        raise StoreWriteError(f"{place} cannot be written, {nothing}: {error.strerror or error}") from error


def _is_compressed(path: Path) -> bool:
    return path.suffix in (".gz", ".tgz")


def _check_room(folder: Path, size: int) -> None:
    """Raises StoreWriteError where a disk has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise StoreWriteError(f"{folder} has room for {free} bytes and {size} are needed: make room, or go elsewhere")


# Reading


class _Plain(tarfile.TarInfo):
    """A header of a plain file, as backups have them: anything else is refused before any of it is acted upon."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Plain":
        found = super().frombuf(buf, encoding, errors)
        if found.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise BackupError(f"the backup holds {found.name!r}, which is no plain file: no backup of ours does")
        return found


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Manifest, Iterator[tuple[str, IO[bytes]]]]]:
    """The manifest of a backup, and its other members one after the other. Raises BackupError, also while reading."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from error
    try:
        with raw, contextlib.ExitStack() as stack:
            magic = raw.read(2)
            raw.seek(0)
            source: Any = stack.enter_context(gzip.GzipFile(fileobj=raw)) if magic == b"\x1f\x8b" else raw
            archive = stack.enter_context(tarfile.open(fileobj=source, mode="r|", tarinfo=_Plain))
            first = archive.next()
            if first is None or first.name != MANIFEST or first.size > _MOST_MANIFEST:
                raise BackupError(f"{path} is no backup: it does not begin with a {MANIFEST}")
            yield _manifest(path, _content(archive, first).read()), _members(archive)
            # Zeros fill an archive up to a whole record, and may begin in the one before: at the end of what was read.
            rest = source.read(tarfile.RECORDSIZE + 1)  # at the end a compressed file checks itself too
            if len(rest) > tarfile.RECORDSIZE or rest.strip(b"\0"):
                raise BackupError(f"{path} goes on after its end: no backup of ours does")
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupError(f"{path} is truncated, damaged or no backup: {error}") from error


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    while (member := archive.next()) is not None:
        yield member.name, _content(archive, member)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None, "a plain file has content"
    return content


def _manifest(path: Path, content: bytes) -> Manifest:
    try:
        sealed = json.loads(content)
        kind, format = sealed["manifest"]["kind"], sealed["manifest"]["format"]
        if kind == KIND and format != FORMAT:
            raise StoreFormatError(
                f"{path} holds a store of format {format}; this version reads {FORMAT}: "
                + (
                    "use a newer version of Tertius"
                    if format > FORMAT
                    else "restore it with the older version, export it there and load that here"
                )
            )
        manifest = Manifest.model_validate(sealed["manifest"])
        digest = hashlib.sha256(manifest.model_dump_json().encode()).hexdigest()
        if kind != KIND or digest != sealed["sha256"]:
            raise BackupError(f"{path} is damaged: its manifest is not the one that was written")
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise BackupError(f"{path} is no backup: its manifest cannot be read: {error}") from None
    names = [file.name for file in manifest.files]
    for name in names:
        if not _NAME.fullmatch(name):
            raise BackupError(f"{path} names the file {name!r}, which no store has")
    if len(set(names)) != len(names) or manifest.revision not in manifest.revisions:
        raise BackupError(f"{path} is damaged: its manifest lists a file twice, or no revision {manifest.revision}")
    return manifest


def check_backup(path: Path, *, progress: Progress = _silent) -> Manifest:
    """Reads a backup through and checks everything in it; gives its manifest.

    Raises BackupError where it is damaged, truncated or holds what no backup does, StoreFormatError where it is of a
    store of another format.
    """
    with _opened(path) as (manifest, members):
        _copy(path, manifest, members, lambda _: contextlib.nullcontext(), progress)
    return manifest


def _copy(
    path: Path, manifest: Manifest, members: Iterable[tuple[str, IO[bytes]]], sink: Sink,
    progress: Progress,
) -> None:  # fmt: skip
    """Copies every member into what `sink` gives for its name. Raises BackupError where they are not those listed."""
    missing = {file.name: file for file in manifest.files}
    for name, content in members:
        file = missing.pop(name, None)
        if file is None:
            raise BackupError(f"{path} holds {name!r}, which its manifest does not list, or twice")
        checked = _Hashed(content, progress)
        size = 0
        with sink(name) as output:
            while piece := checked.read(_PIECE):
                size += len(piece)
                if size > file.size:
                    break
                if output is not None:
                    output.write(piece)
        if (size, checked.sha256) != (file.size, file.sha256):
            raise BackupError(f"{path} is damaged: {name} is not as it was when the backup was made")
    if missing:
        raise BackupError(f"{path} is truncated: {min(missing)} is missing, and {len(missing) - 1} more")


# Restoring


def restore(path: Path, store: Path, *, over: bool = False, wait: float = 10, progress: Progress = _silent) -> Revision:
    """Makes a store of a backup; with `over`, makes the backup the next revision of a store that is there.

    Everything is checked before anything is touched, and appears at once: a new store with an id of its own under the
    numbers that its revisions had, or a revision that running services answer from at their next request. Frozen
    answers come back in a new store only. Gives the revision that is current then. Raises BackupError, StoreFormatError
    where the target is no place for it, StoreLockedError and StoreWriteError; then nothing has changed.
    """
    there = (store / "format.json").is_file()
    if store.exists() and not there and (not store.is_dir() or any(store.iterdir())):
        raise StoreFormatError(f"{store} is not empty and not a store: name another folder")
    if there and not over:
        raise StoreFormatError(
            f"{store} is a store already: name another folder, or restore over it (--over), as its next revision"
        )
    manifest = check_backup(path)
    if not there:
        return _restore_anew(path, manifest, store, progress)
    folder = RevisionFolder(store)
    if folder.format.base != manifest.base:
        raise StoreFormatError(
            f"{path} is of a store with the base IRI {manifest.base}, {store} has {folder.format.base}: "
            "restore it into a new store"
        )
    _check_room(store, manifest.size)
    with folder.locked(wait), folder.writing() as draft:
        prefix = f"revisions/{manifest.revision}/"
        there_already = {path.name for path in (store / IMPORTS).glob("*")}

        def place(name: str) -> Path | None:
            if name.startswith(prefix):
                return draft.path / name.removeprefix(prefix)
            kind, _, rest = name.partition("/")
            # Kept records of one name are of one content.
            return store / name if kind == IMPORTS and rest.partition("/")[0] not in there_already else None

        _unpack(path, manifest, place, progress)
        _check_opens(draft, manifest)
    return draft


def _restore_anew(path: Path, manifest: Manifest, store: Path, progress: Progress) -> Revision:
    """Builds the store beside its place, under a name that nothing takes for a store, and moves it there."""
    store = store.resolve()
    with _beside(store, manifest.size, "nothing was restored", parents=True) as temporary:
        folder = RevisionFolder(temporary, manifest.base)
        if manifest.revision > 1:  # the next one has the number that it had
            (temporary / "CURRENT").write_text(str(manifest.revision - 1))
        prefix = f"revisions/{manifest.revision}/"
        with folder.locked(), folder.writing() as draft:
            _unpack(path, manifest, lambda name: temporary / name, progress)
            for number in manifest.revisions - {manifest.revision}:
                (temporary / "revisions" / str(number) / "read.lock").touch()
            _check_opens(draft, manifest)
        for place, _, _ in os.walk(temporary):
            sync_folder(Path(place))
        temporary.rename(store)
    return Revision(store / prefix)


def _unpack(path: Path, manifest: Manifest, place: Callable[[str], Path | None], progress: Progress) -> None:
    @contextlib.contextmanager
    def sink(name: str) -> Iterator[IO[bytes] | None]:
        target = place(name)
        if target is None:
            yield None
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    with _opened(path) as (now, members):
        if now != manifest:
            raise BackupError(f"{path} changed while it was read")
        _copy(path, manifest, members, sink, progress)


def _check_opens(draft: Revision, manifest: Manifest) -> None:
    """Raises BackupError where what was unpacked is no revision; notes its number."""
    try:
        EmbeddedStore(draft.db, manifest.base).close()
        meta = draft.read_meta()
        counts = len(Columns.read(draft.path)), meta["statements"], meta["entities"], meta["sources"]
    except (OSError, RuntimeError, ValueError, KeyError, StoreFormatError) as error:
        raise BackupError(f"what the backup holds cannot be opened: {error}") from error
    if counts != (manifest.statements, manifest.statements, manifest.entities, manifest.sources):
        raise BackupError("what the backup holds is not what its manifest says")
    draft.write_meta(meta | {"revision": draft.number})
