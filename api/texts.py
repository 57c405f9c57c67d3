"""Quotes: passages cut from the user's own copies of the sources' texts, each checked by its hash."""

import hashlib
from pathlib import Path

from graph.sources import Source


class Texts:
    """The texts in a folder that are the ones that were coded.

    A text whose hash differs is not used: its offsets would lead elsewhere.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._known: dict[tuple[str, str | None], str | None] = {}

    def quote(self, source: Source, start: int | None, end: int | None) -> str | None:
        """The passage, None where the text is not there."""
        if start is None or not self._folders:
            return None
        key = source.id, source.sha256
        if key not in self._known:
            self._known[key] = self._read(source)
        text = self._known[key]
        return None if text is None else text[start:end]

    def _read(self, source: Source) -> str | None:
        for folder in self._folders:
            path = folder / source.file if source.file else None
            if path is None or source.sha256 is None or not path.is_file():
                continue
            raw = path.read_bytes()
            if hashlib.sha256(raw).hexdigest() == source.sha256:
                return raw.decode("utf-8")
        return None
