"""A store as a folder of revisions: a write is a new folder, and one pointer file says which is current.

    STORE/format.json       format number, store id and base IRI, fixed when the store is created
    STORE/CURRENT           number of the current revision
    STORE/write.lock        held by the process that writes
    STORE/revisions/N/      db/ (the engine), columns.npz, tables.json, meta.json, read.lock
    STORE/imports/NAME/     records of an imported file as they were, kept for as long as a revision's notes name it
    STORE/citations/N/      the frozen answers of revision N, which is kept for them: see graph.citations
    STORE/keep_cited        how many revisions are kept for that alone

A write copies the current revision by hard links, changes the copy, syncs it and then renames the pointer.
A crash at any moment leaves the old revision current; what it left behind is cleared by the next write.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from graph.exceptions import NotFoundError, StoreFormatError, StoreLockedError, StoreWriteError
from ontology import BASE

FORMAT = 1
CITATIONS = "citations"
IMPORTS = "imports"
"""Where the records of imported files are kept as they were, beside the revisions. Their notes name those they need."""
KEEP_CITED = 20
BASE_PATTERN = (
    r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*/"
)
"""What the base of a store's IRIs looks like: without query and fragment, which the IRIs below it may need."""
_NUMBER = re.compile(r"[1-9][0-9]{0,17}\s*")
_NEW = {"write.lock", "format.json", "format.json.new"}
"""What a folder holds while it is being made into a store."""


@dataclass(frozen=True)
class Format:
    """What is fixed when a store is created."""

    store_id: str
    base: str


class Revision:
    """One revision's folder, kept from being cleared away while it is held."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = int(path.name)
        self._lock: IO[str] | None = None

    @property
    def db(self) -> Path:
        """The engine's folder."""
        return self.path / "db"

    def hold(self) -> Self:
        """Takes a shared lock, so that no writer clears the folder away."""
        self._lock = (self.path / "read.lock").open()
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        if not (self.path / "read.lock").exists():  # cleared away while the lock was waited for
            self.release()
            raise FileNotFoundError(self.path)
        return self

    def release(self) -> None:
        """Lets go of the folder."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def read_meta(self) -> dict[str, Any]:
        """What the writer noted of the revision."""
        data: dict[str, Any] = json.loads((self.path / "meta.json").read_text("utf-8"))
        return data

    def imports(self) -> list[str]:
        """Names of the folders of kept records that belong to its sources. Raises OSError, ValueError."""
        return list(self.read_meta().get("imports", ()))

    def write_meta(self, meta: dict[str, Any]) -> None:
        """Notes what holds of the whole revision."""
        (self.path / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, sort_keys=True), "utf-8")


class RevisionFolder:
    """The folder of a store.

    Raises StoreFormatError where the folder holds something else or a store of another format, StoreWriteError
    where it cannot be written.
    """

    def __init__(self, path: Path, base: str | None = None, *, keep: int = 3) -> None:
        self.path, self._keep = path, keep
        self._pointer = path / "CURRENT"
        if not self._pointer.exists() and not (path / "format.json").exists():
            self._create(base or BASE)
        self.format = self._read_format()
        if base and base != self.format.base:
            raise StoreFormatError(
                f"{path} was created with the base IRI {self.format.base}, not {base}: "
                "use that one, or export and load into a new store"
            )

    def _create(self, base: str) -> None:
        if not re.fullmatch(BASE_PATTERN, base):
            raise StoreFormatError(f"{base!r} is no base for IRIs: write one like {BASE}, with a slash at its end")
        if self.path.exists() and not self.path.is_dir():
            raise StoreFormatError(f"{self.path} is a file: name a folder")
        with _write_errors(self.path):
            names = {p.name for p in self.path.iterdir()} if self.path.exists() else set()
            if names - _NEW and "format.json" not in names:
                raise StoreFormatError(f"{self.path} is not empty and not a store: name another folder")
            self.path.mkdir(parents=True, exist_ok=True)
            with self.locked(wait=10):
                if not (self.path / "format.json").exists():  # another process may have been first
                    data = {"format": FORMAT, "store_id": uuid.uuid4().hex, "base": base}
                    _write_synced(self.path / "format.json.new", json.dumps(data))
                    (self.path / "format.json.new").replace(self.path / "format.json")

    def _read_format(self) -> Format:
        try:
            data = json.loads((self.path / "format.json").read_text())
            number = data["format"]
            if number != FORMAT:
                raise StoreFormatError(
                    f"{self.path} has store format {number}; this version reads {FORMAT}: "
                    + ("use a newer version of Tertius" if number > FORMAT else "export it with the older version")
                )
            return Format(data["store_id"], data["base"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreFormatError(f"{self.path} is not a readable store: {error}") from error

    def current_number(self) -> int:
        """Number of the current revision, 0 where nothing was ever written."""
        try:
            text = self._pointer.read_text()
        except FileNotFoundError:
            # The first revision is empty, so only later ones can be lost: they are never what a killed writer left.
            if newest := max((int(p.name) for p in self._folders() if p.name != "1"), default=0):
                raise StoreFormatError(
                    f"{self._pointer} is missing: write into it the number of the newest whole revision, as {newest}"
                ) from None
            return 0
        except (OSError, ValueError) as error:
            raise StoreFormatError(f"{self._pointer} cannot be read: {error}") from error
        if not _NUMBER.fullmatch(text):
            raise StoreFormatError(
                f"{self._pointer} holds {text[:40]!r} and no number: write that of the newest whole revision"
            )
        return int(text)

    def current(self) -> Revision | None:
        """The current revision, held; None where nothing was ever written."""
        while number := self.current_number():
            with contextlib.suppress(FileNotFoundError):
                # A writer may clear it between the two steps, but then the pointer has moved on.
                return Revision(self.path / "revisions" / str(number)).hold()
            if number == self.current_number():
                raise StoreFormatError(f"{self.path} points to revision {number}, which is not there")
        return None

    def at(self, number: int) -> Revision:
        """A revision that is still kept, held. Raises NotFoundError, which names those that are."""
        if number <= self.current_number():  # a draft is nothing to read
            with contextlib.suppress(FileNotFoundError):
                return Revision(self.path / "revisions" / str(number)).hold()
        raise NotFoundError("revision", str(number), map(str, self.kept()))

    def kept(self) -> list[int]:
        """Numbers of the revisions that can be read, in ascending order."""
        whole = (p for p in self._folders() if (p / "read.lock").exists())
        return sorted(n for n in map(_number, whole) if n <= self.current_number())

    @property
    def keep_cited(self) -> int:
        """How many revisions older than the recent ones are kept because frozen answers need them."""
        try:
            return int((self.path / "keep_cited").read_text())
        except (OSError, ValueError):
            return KEEP_CITED

    @keep_cited.setter
    def keep_cited(self, number: int) -> None:
        # It stands in the store, so that every process that writes keeps to it.
        if number != self.keep_cited:
            with self.locked(wait=10), _write_errors(self.path):
                _write_synced(self.path / "keep_cited.new", str(number))
                (self.path / "keep_cited.new").replace(self.path / "keep_cited")
                sync_folder(self.path)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Revision]:
        """A folder for the next revision; it becomes current when the block ends without an error.

        The block fills it: this module only makes the folder, syncs and switches. To be used within `locked`.
        Raises StoreWriteError.
        """
        with _write_errors(self.path):
            number = self.current_number()
            self._clear_after(number)
            self._clear_imports()
            draft = Revision(self.path / "revisions" / str(number + 1))
            draft.path.mkdir(parents=True)
            (draft.path / "read.lock").touch()
            try:
                yield draft
                _sync_tree(draft.path)
                temporary = self.path / "CURRENT.new"
                _write_synced(temporary, str(draft.number))
                temporary.replace(self._pointer)
                sync_folder(self.path)
            except BaseException:
                if self.current_number() == number:
                    shutil.rmtree(draft.path, ignore_errors=True)
                self._clear_imports()
                raise
            self._clear_before(draft.number - self._keep + 1)
            self._clear_imports()

    @contextlib.contextmanager
    def locked(self, wait: float = 0) -> Iterator[None]:
        """The right to write, waited for `wait` seconds. Raises StoreLockedError, StoreWriteError."""
        deadline = time.monotonic() + wait
        with contextlib.ExitStack() as stack:
            with _write_errors(self.path):
                lock = stack.enter_context((self.path / "write.lock").open("a"))
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise StoreLockedError(
                            f"{self.path} is being written by another process: try again when it has finished"
                        ) from None
                    time.sleep(0.02)
            yield

    def _clear_after(self, number: int) -> None:
        """What a killed writer left."""
        for path in self._folders():
            if int(path.name) > number:
                shutil.rmtree(path)

    def _clear_before(self, number: int) -> None:
        """Revisions that are neither recent nor held by a reader nor needed by a frozen answer."""
        old = sorted((n for n in map(_number, self._folders()) if n < number), reverse=True)
        room = self.keep_cited
        for each in old:
            path = self.path / "revisions" / str(each)
            try:
                with (path / "read.lock").open() as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    # Whoever freezes an answer holds its revision meanwhile: looked for earlier, it could be missed.
                    if room > 0 and self._is_cited(each):
                        room -= 1
                        continue
                    (path / "read.lock").unlink()  # from here on nobody takes what is left for a revision
            except FileNotFoundError:
                pass  # a killed writer was clearing it away
            except OSError:  # held by a reader, or not ours to clear
                continue
            shutil.rmtree(path, ignore_errors=True)

    def _clear_imports(self) -> None:
        """Kept records that no revision needs: of files that were replaced or removed, or of an import that failed."""
        folder = self.path / IMPORTS
        if not folder.exists():
            return
        kept = self.kept()
        with contextlib.suppress(OSError, ValueError):  # notes that cannot be read may name any of them
            needed = {name for n in kept for name in Revision(self.path / "revisions" / str(n)).imports()}
            for path in folder.iterdir():
                if path.name not in needed:
                    shutil.rmtree(path, ignore_errors=True)

    def _is_cited(self, number: int) -> bool:
        return any((self.path / CITATIONS / str(number)).glob("*.json.gz"))

    def _folders(self) -> list[Path]:
        folder = self.path / "revisions"
        return [p for p in folder.iterdir() if p.name.isdigit()] if folder.exists() else []


def _number(path: Path) -> int:
    return int(path.name)


@contextlib.contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise StoreWriteError(f"{path} cannot be written: {error.strerror}: choose another folder") from error
    except OSError as error:
        raise StoreWriteError(f"writing to {path} failed, the store is as it was: {error}") from error


def _write_synced(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_tree(path: Path) -> None:
    """Syncs all files of a revision, as they are when nothing changes them any more. Raises FileNotFoundError."""
    # An engine that was just closed has been seen once to merge files for a moment longer.
    for attempt in range(_ATTEMPTS):
        time.sleep(attempt * 0.05)
        with contextlib.suppress(FileNotFoundError):
            files = _sizes(path)
            for file in files:
                _sync(file)
            for folder in {path, path.parent, *(file.parent for file in files)}:
                sync_folder(folder)
            if _sizes(path) == files:
                return
    raise FileNotFoundError(f"the files in {path} keep changing")


_ATTEMPTS = 6


def _sizes(path: Path) -> dict[Path, int]:
    return {file: file.stat().st_size for file in sorted(path.rglob("*")) if file.is_file()}


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Makes names in the folder survive a loss of power."""
    _sync(path)
