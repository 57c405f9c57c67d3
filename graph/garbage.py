"""Python's search for cycles of garbage, which costs more than it finds while millions of objects are made."""

import contextlib
import gc
import threading
from collections.abc import Iterator

_THRESHOLDS = 1_000_000, 50, 1000
"""They halve the time of an import, and of opening a store with many entities."""

_lock = threading.Lock()
_within = 0
_before = gc.get_threshold()


@contextlib.contextmanager
def fewer_collections() -> Iterator[None]:
    """Python looks for cycles less often within: for work that makes very many objects and hardly a cycle."""
    global _within, _before
    with _lock:
        if not _within:
            _before = gc.get_threshold()
            gc.set_threshold(*_THRESHOLDS)
        _within += 1
    try:
        yield
    finally:
        with _lock:
            _within -= 1
            if not _within:
                gc.set_threshold(*_before)
