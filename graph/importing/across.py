"""What several files of one data set bring: the same record once, and one event where they code it otherwise.

A yearly file has the records of daily ones, and a file may be given another name. Whether a record is the same is told
by what is said of it, with its key and without the file: see docs/decisions/0022-one-record-in-several-files.md.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graph.columns import NONE, Columns
from graph.ids import id_text
from graph.importing.seen import Keys, Seen

Flags = npt.NDArray[np.bool_]
SAID, ELSEWHERE, CODED = "said.bin", "elsewhere.bin", "coded.bin"
"""Files beside the records of an import: of its statements what they say, of those that another file had brought
already, and of the coded ones the key of record and day with the beginning of the statement's id. All in numbers of 64
bits."""


class Coded(NamedTuple):
    """Records of a file by their key, and the statements that were made of them, in numbers that go together."""

    keys: Keys
    ids: Keys


class Across:
    """What the other files of a data set have brought, and those of the same import so far.

    `folders` are of the sources that stay as they are while the import runs.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._folders: list[Path] = []
        self._said, self._keys = Seen(), Seen()
        for folder in folders:
            self.add(folder)

    def __bool__(self) -> bool:
        return bool(self._folders or self._said)

    def add(self, folder: Path) -> None:
        """Takes in what an imported file has brought."""
        self._folders.append(folder)
        self.said(_numbers(folder / SAID))
        self._keys.add(_coded(folder).keys)

    def said(self, numbers: Keys) -> None:
        """Takes in statements of a file that is kept nowhere."""
        self._said.add(numbers)

    def has(self, numbers: Keys) -> Flags:
        """Of each statement whether another file says it."""
        return self._said.contains(numbers)

    def knows(self, keys: Keys) -> Flags:
        """Of each record whether another file has one with its key."""
        return self._keys.contains(keys)

    def keeps(self, numbers: Keys) -> Flags:
        """Of each statement whether another file has it, brought by it first or not."""
        seen = Seen()
        for folder in self._folders:
            seen.add(_numbers(folder / ELSEWHERE))
        return seen.contains(numbers) | self._said.contains(numbers)

    def joined(
        self, c: Columns, own: Mapping[int, int], linked: Iterable[tuple[list[int], str]], dataset: str
    ) -> Iterator[tuple[list[int], str]]:
        """The rows that tell of one event, `own` ones, by key of record and day, with those of other files.

        `linked` are those of this file that tell of one event among themselves; an event that another file's row has
        already goes on.
        """
        rows = self._rows(c, own)
        told = dict(rows.items())
        for those, event in linked:
            known = [(r, rows[r]) for r in those if told.pop(r, None)]
            others = [o for _, found in known for o in found]
            has = [c.events[n] for n in c.event[others].tolist() if n != NONE]
            yield [*those, *(o for o in others if c.event[o] == NONE)], min(has, default=event)
        for row, others in told.items():
            has = [c.events[n] for n in c.event[others].tolist() if n != NONE]
            event = f"{dataset}-{id_text(hashlib.sha256(f'{dataset} {own[row]}'.encode()).digest()[:10])[:16]}"
            yield [row, *(o for o in others if c.event[o] == NONE)], min(has, default=event)

    def _rows(self, c: Columns, own: Mapping[int, int]) -> dict[int, list[int]]:
        """The rows of other files with the same key, of each own one that has some."""
        wanted = np.array(sorted(own.values()), np.uint64)
        ids: dict[int, list[int]] = {}
        for folder in self._folders:
            coded = _coded(folder)
            for at in np.flatnonzero(np.isin(coded.keys, wanted)).tolist():
                ids.setdefault(int(coded.keys[at]), []).append(int(coded.ids[at]))
        looked = np.array([id for found in ids.values() for id in found], np.uint64)
        rows = np.flatnonzero(np.isin(c.order_of_ids, looked))
        by_id = dict(zip(c.order_of_ids[rows].tolist(), rows.tolist(), strict=True))
        found = {row: [by_id[id] for id in ids.get(key, ()) if id in by_id] for row, key in own.items()}
        return {row: others for row, others in found.items() if others}


def still_said(folder: Path, others: Iterable[Path]) -> bool:
    """Whether all that an import left to other files is still brought by these."""
    left = _numbers(folder / ELSEWHERE)
    return not len(left) or bool(Across(others).has(left).all())


def key_of(record: str, when: str | None) -> int:
    """A number for a record of a data set on a day: ids alone come again on other days."""
    if record.isdecimal() and record.isascii() and len(record) < 12:
        return int(record) << 24 ^ _number(when)
    return int.from_bytes(hashlib.blake2b(f"{record} {when}".encode(), digest_size=8).digest())


@lru_cache(maxsize=1 << 16)
def _number(when: str | None) -> int:
    return int.from_bytes(hashlib.blake2b(str(when).encode(), digest_size=3).digest())


def _numbers(path: Path) -> Keys:
    return np.fromfile(path, np.uint64) if path.exists() else np.empty(0, np.uint64)


def _coded(folder: Path) -> Coded:
    pairs = _numbers(folder / CODED).reshape(-1, 2)
    return Coded(pairs[:, 0], pairs[:, 1])
