"""The records of an imported file as they were, compressed in blocks: what no statement says can be asked of them."""

import json
import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

from graph.revisions import sync_folder

_HEADER = struct.Struct(">QQ")
"""What stands before each record: its number, and how long it is."""
_BLOCK = 256
"""Records in a block: what is unpacked to read one of them."""
_HEAD, _MAPPING = "head.bin", "mapping.yml"


class OriginalsWriter:
    """Writes records in order into a folder that has its name only once all is on the disk.

    Besides it keeps what their fields are read with: `head`, how the file begins, and the mapping where one was used.
    """

    def __init__(self, folder: Path, head: bytes = b"", mapping: Path | None = None) -> None:
        # One writer at a time: what another of this name has left, it left when it was killed.
        self._folder, self._part = folder, folder.with_name(f".{folder.name}.part")
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True)
        self._data = (self._part / "records.bin").open("wb")
        self._rejects = (self._part / "rejects.jsonl").open("w", encoding="utf-8")
        self._besides = {_HEAD: head} | ({_MAPPING: mapping.read_bytes()} if mapping else {})
        self._block: list[bytes] = []
        self._starts = [0]
        self._numbers: list[int] = []
        self._more: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for file in self._files():
                file.close()
        finally:  # on a full disk they cannot be closed
            shutil.rmtree(self._part, ignore_errors=True)

    def add(self, number: int, raw: bytes) -> None:
        """Adds a record, whose number is higher than those before."""
        if not self._block:
            self._numbers.append(number)
        self._block += (_HEADER.pack(number, len(raw)), raw)
        if len(self._block) == 2 * _BLOCK:
            self._end_block()

    def reject(self, number: int, raw: bytes, reason: str, file: str) -> None:
        """Keeps a record that became no statement, with the reason."""
        told = {"file": file, "record": number, "reason": reason, "bytes": raw.decode("latin-1")}
        self._rejects.write(json.dumps(told, ensure_ascii=True) + "\n")

    def write(self, name: str, content: bytes) -> None:
        """Adds to a further file of this name."""
        if name not in self._more:
            self._more[name] = (self._part / name).open("wb")
        self._more[name].write(content)

    def finish(self) -> None:
        """Gives the folder its name, when all is on the disk."""
        if self._block:
            self._end_block()
        with (self._part / "index.npz").open("wb") as index:
            np.savez(index, starts=np.array(self._starts, np.int64), numbers=np.array(self._numbers, np.int64))
            index.flush()
            os.fsync(index.fileno())
        for name, content in self._besides.items():
            with (self._part / name).open("wb") as beside:
                beside.write(content)
                beside.flush()
                os.fsync(beside.fileno())
        for file in self._files():
            file.flush()
            os.fsync(file.fileno())
        shutil.rmtree(self._folder, ignore_errors=True)
        self._part.rename(self._folder)

    def _files(self) -> Iterator[IO[Any]]:
        yield self._data
        yield self._rejects
        yield from self._more.values()

    def _end_block(self) -> None:
        self._data.write(zlib.compress(b"".join(self._block), 1))
        self._starts.append(self._data.tell())
        self._block.clear()


class Originals:
    """The kept records of one imported file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def report(self) -> str | None:
        """The report of the import, as JSON; None where none was finished."""
        path = self.folder / "report.json"
        return path.read_text("utf-8") if path.exists() else None

    @property
    def head(self) -> bytes:
        """How the file begins, with its header."""
        return (self.folder / _HEAD).read_bytes()

    @property
    def mapping(self) -> Path | None:
        """The mapping by which it was read, where there was one."""
        path = self.folder / _MAPPING
        return path if path.exists() else None

    def tell(self, report: str) -> None:
        """Keeps the report of the import, as JSON."""
        path = self.folder / "report.json"
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(report)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)

    def rejects(self) -> Iterator[dict[str, object]]:
        """The records that became no statement: file, record, reason and bytes, one character a byte."""
        with (self.folder / "rejects.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    def rejected_lines(self) -> Iterator[bytes]:
        """The same as lines of JSON."""
        with (self.folder / "rejects.jsonl").open("rb") as file:
            yield from file

    def record(self, number: int) -> bytes | None:
        """The bytes of a record, None where there is none of this number."""
        with np.load(self.folder / "index.npz") as index:
            starts, numbers = index["starts"], index["numbers"]
        block = int(np.searchsorted(numbers, number, side="right")) - 1
        if block < 0:
            return None
        with (self.folder / "records.bin").open("rb") as file:
            file.seek(int(starts[block]))
            data = zlib.decompress(file.read(int(starts[block + 1] - starts[block])))
        at = 0
        while at < len(data):
            found, length = _HEADER.unpack_from(data, at)
            if found == number:
                return data[at + 16 : at + 16 + length]
            at += 16 + length
        return None
