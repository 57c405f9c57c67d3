"""Objects of JSON are found however they are laid out, with their bytes, and broken ones do not take others along."""

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.importing.files import LONGEST, SourceFile
from graph.importing.json_records import JsonRecord, json_records
from tests.effort import tries

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    max_leaves=8,
)
objects = st.dictionaries(st.text(), values, max_size=4)


class Sparse(io.BytesIO):
    """Gives a few bytes at a time, whatever is asked for."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
        """The next few bytes."""
        return super().read(self._size)


def read(content: bytes, size: int = 1 << 20) -> list[JsonRecord]:
    return list(json_records(SourceFile(None, "x.json"), Sparse(content, size)))


def told(content: bytes) -> list[tuple[bytes, str | None]]:
    return [(r.raw, r.reason) for r in read(content)]


@settings(max_examples=tries(40), deadline=None)
@given(
    st.lists(objects, max_size=5),
    st.sampled_from(["array", "indented", "lines", "blocks"]),
    st.booleans(),
    st.integers(1, 40),
)
def test_every_layout_gives_each_object_with_its_bytes(said: list[object], layout: str, plain: bool, size: int) -> None:
    indent = 2 if layout in ("indented", "blocks") else None
    pieces = [json.dumps(o, ensure_ascii=plain, indent=indent) for o in said]
    text = "\r\n".join(pieces) if layout in ("lines", "blocks") else f"\ufeff[{' ,'.join(pieces)}\n]"
    found = read(text.encode(), size)
    assert [r.data for r in found] == said
    assert [r.raw.decode() for r in found] == pieces
    assert [r.number for r in found] == list(range(1, len(said) + 1))


@settings(max_examples=tries(40), deadline=None)
@given(st.lists(objects, min_size=2, max_size=6), st.data())
def test_one_broken_line_spoils_no_other(said: list[object], data: st.DataObject) -> None:
    lines = [json.dumps(o) for o in said]
    broken = data.draw(st.integers(0, len(lines) - 1))
    line = '{"a": {"b": [1, 2], "c": "d"}, "e": "f"}'
    cut = data.draw(st.integers(0, len(line) - 1))
    lines[broken] = line[:cut] + line[cut + 1 :]
    found = [r.data for r in read("\n".join(lines).encode()) if r.reason is None]
    whole = [o for i, o in enumerate(said) if i != broken]
    missing = [o for o in whole if o not in found]
    assert missing == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"[\n]\n", []),
        (b'{"a": 1\n{"b": 2}', [(b'{"a": 1', "not closed before the next"), (b'{"b": 2}', None)]),
        (b'[{"a": [1], {"b": 2}]', [(b'{"a": [1]', "not closed before the next"), (b'{"b": 2}', None)]),
        (b'{"a": "x}\n{"b": 2}', [(b'{"a": "x}', "not JSON: Unterminated string"), (b'{"b": 2}', None)]),
        (
            b'{"a": 1}\nand so on\n{"b": 2}',
            [(b'{"a": 1}', None), (b"and so on", "no JSON object"), (b'{"b": 2}', None)],
        ),
        (b'{"a": 1}{"b": {"c"', [(b'{"a": 1}', None), (b'{"b": {"c"', "cut off")]),
        (b'{"a": 1, "a": 2}', [(b'{"a": 1, "a": 2}', "the key 'a' stands twice")]),
        (b'{"a": NaN}', [(b'{"a": NaN}', "NaN is no number")]),
        (b'{"a": "\\ud800"}', [(b'{"a": "\\ud800"}', "half a character")]),
    ],
)
def test_what_is_broken_is_told_with_its_bytes(content: bytes, expected: list[tuple[bytes, str | None]]) -> None:
    found = told(content)
    assert [raw for raw, _ in found] == [raw for raw, _ in expected]
    for (_, reason), (_, words) in zip(found, expected, strict=True):
        assert reason is None if words is None else words in (reason or "")


def test_json_nested_too_deeply_is_told() -> None:
    (found,) = told(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert found[1] == "not read: JSON nested too deeply"


def test_an_endless_object_is_cut_with_its_line_and_the_next_line_is_read() -> None:
    class Endless(io.RawIOBase):
        """An object of 40 MiB on one line, then a good one; it is made while it is read."""

        def __init__(self) -> None:
            self._pieces = self._made()

        def _made(self) -> Iterator[bytes]:
            yield b'{"a": "'
            yield from (b"x" * (1 << 20) for _ in range(40))
            yield b'", "b": {"c": 1}}\n{"d": 2}'

        def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002
            """The next piece."""
            return next(self._pieces, b"")

    found = list(json_records(SourceFile(None, "x.json"), Endless()))  # type: ignore[arg-type]  # reads all that is asked
    assert [(r.number, r.reason is None) for r in found] == [(1, False), (2, True)]
    assert f"longer than {LONGEST} bytes" in str(found[0].reason)
    assert len(found[0].raw) == 1000
    assert found[1].data == {"d": 2}


def test_bytes_that_are_no_utf_8_are_windows_1252_and_counted() -> None:
    file = SourceFile(None, "x.json")
    (found,) = json_records(file, io.BytesIO('{"a": "Côte"}'.encode("cp1252")))
    assert found.data == {"a": "Côte"}
    assert file.other_encoding == 1
