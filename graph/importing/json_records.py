"""Objects of JSON one after the other: an array, one a line, or many lines each, with the bytes that they had."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from graph.importing.files import LONGEST, SourceFile

_PIECE = 1 << 18
# Strings end with their line, so that a quote too few spoils one object and not all that follow.
_TOKEN = re.compile(rb'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|[\[\]{}"]')
_BETWEEN = b" \t\r\n,[]"
_BOM = b"\xef\xbb\xbf"
_BRACE, _COMMA = b"{,"


class JsonRecord(NamedTuple):
    """One object of a file: its number from 1, its bytes, what it says, or why it says nothing."""

    number: int
    raw: bytes
    data: dict[str, Any]
    reason: str | None = None


def json_records(file: SourceFile, stream: IO[bytes]) -> Iterator[JsonRecord]:
    """The objects of the file, in order, read piece by piece.

    What is broken is told with its bytes and a reason, and reading goes on with the next object that can be found.
    """
    for number, (raw, reason) in enumerate(_pieces(stream), 1):
        if reason is None:
            data, reason = parsed(file.decoded(raw))
            yield JsonRecord(number, raw, data, reason)
        else:
            yield JsonRecord(number, raw[:1000] if len(raw) > LONGEST else raw, {}, reason)


def parsed(text: str) -> tuple[dict[str, Any], str | None]:
    """What an object says, or why it cannot be read."""
    try:
        found = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        return {}, f"not JSON: {error.msg} at character {error.pos + 1}"
    except RecursionError:
        return {}, "not read: JSON nested too deeply"
    except ValueError as error:
        return {}, f"not JSON: {error}"
    if "\\ud" in text.lower():
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return {}, "not JSON: half a character (a surrogate without its pair)"
    return found, None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"the key {next(k for k, n in Counter(k for k, _ in pairs).items() if n > 1)!r} stands twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _pieces(stream: IO[bytes]) -> Iterator[tuple[bytes, str | None]]:
    """Each object's bytes, and what stands between objects without being one, with the reason."""
    scan = _Scan()
    while piece := stream.read(_PIECE):
        yield from scan.feed(piece)
    yield from scan.end()


class _Scan:
    """Finds where objects begin and end. Between pieces only the object that has begun is kept."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._at = 0  # how far the held bytes are read
        self._start: int | None = None  # where the object began
        self._open = bytearray()  # brackets that are open within it
        self._first = True
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[tuple[bytes, str | None]]:
        """The objects that end in this piece."""
        if self._skipping:
            end = piece.find(b"\n")
            if end < 0:
                return
            piece, self._skipping = piece[end:], False
        self._held += piece
        if self._first and len(self._held) >= len(_BOM):
            self._first = False
            if self._held.startswith(_BOM):
                del self._held[: len(_BOM)]
        yield from self._objects(ended=False)
        done = self._at if self._start is None else self._start
        del self._held[:done]
        self._at -= done
        if self._start is not None:
            self._start = 0
        if len(self._held) > LONGEST:
            self._start, self._skipping = self._start or 0, True
            yield self._cut(len(self._held), f"longer than {LONGEST} bytes, which is the most that is read")
            self._held.clear()
            self._at = 0

    def end(self) -> Iterator[tuple[bytes, str | None]]:
        """The rest, when there is no more."""
        yield from self._objects(ended=True)
        if self._start is not None:
            yield self._cut(len(self._held), "the object is not closed: the file may be cut off")

    def _cut(self, end: int, reason: str | None = None) -> tuple[bytes, str | None]:
        raw = bytes(self._held[self._start : end])
        self._start, self._at = None, end
        self._open.clear()
        return raw, reason

    def _objects(self, ended: bool) -> Iterator[tuple[bytes, str | None]]:
        held = self._held
        while True:
            if self._start is None:
                begin = held.find(b"{", self._at)
                end = begin if begin >= 0 else len(held)
                between = bytes(held[self._at : end]).strip(_BETWEEN)
                if begin < 0 and between and not ended:
                    return  # words may go on in the next piece
                self._at = end
                if between:
                    yield between, "no JSON object"
                if begin < 0:
                    return
                self._start, self._at = begin, begin + 1
                self._open[:] = b"{"
            cut = self._token(ended)
            if cut is None:
                return
            yield cut

    def _token(self, ended: bool) -> tuple[bytes, str | None] | None:
        """Reads on to the end of the object; None where more bytes are needed."""
        held, open_ = self._held, self._open
        for match in _TOKEN.finditer(held, self._at):
            at, token = match.start(), match[0]
            if token == b"{":
                if not self._may_open(at):
                    raw, reason = self._cut(at, "the object is not closed before the next one begins")
                    return raw.rstrip(b" \t\r\n,"), reason
                open_ += token
            elif token == b"[":
                open_ += token
            elif token == b"}":
                while open_.pop() != _BRACE:
                    pass
                if not open_:
                    return self._cut(match.end())
            elif token == b"]":
                if open_[-1] != _BRACE:
                    open_.pop()
            elif token == b'"' and not ended and held.find(b"\n", at) < 0:
                return None  # a string that goes on in the next piece
            self._at = match.end()
        return None

    def _may_open(self, at: int) -> bool:
        """Whether an object may begin here, within another: as a value, or in a list."""
        at -= 1
        while self._held[at] in b" \t\r\n":
            at -= 1
        return self._held[at] in b":[" or (self._held[at] == _COMMA and self._open[-1] != _BRACE)
