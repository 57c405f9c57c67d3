"""Released files as they are: plain, gz, zip or standard input, and their records with the bytes that they had."""

import contextlib
import csv
import gzip
import hashlib
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple, cast

from graph.exceptions import FormatError, InputError
from graph.importing import parquet_tables

LONGEST = 8 << 20
"""Bytes of the longest record that is read."""
ENDLESS = 64 << 20
"""Bytes of a line after which it is no line of a table."""
_MANY_LINES = 5000
"""A quoted field with more lines than this has lost its closing quote."""
_PIECE = 1 << 20
_PACKING = re.compile(r"\.(?:gz|zip)$", re.IGNORECASE)


class Row(NamedTuple):
    """One record of a delimited file: its number from 1, its bytes, its fields, or why it has none."""

    number: int
    raw: bytes
    fields: list[str]
    reason: str | None = None


@dataclass
class SourceFile:
    """A file that is imported. `name` is that of the released file, without .gz or .zip.

    `size` is that of what lies on the disk, None for standard input, and `position` how much of it has been read.
    """

    path: Path | None
    name: str
    size: int | None = None
    position: int = 0
    encoding: str = "utf-8"
    otherwise: str = "cp1252"
    """The encoding of what is not in the first."""
    other_encoding: int = 0
    """How many records that were read were not in the first encoding, and taken as the other."""
    member: str | None = None
    """Which file of a zip it is, None where it is in none."""
    delimiter: str | None = None
    """What stands between its fields, None where the format or a mapping must say so."""
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False)

    @classmethod
    def of(cls, path: Path | str, *, name: str | None = None) -> "SourceFile":
        """The file of a path; "-" is standard input, which needs a name.

        Raises InputError where there is none, FormatError where it is a zip with several.
        """
        if str(path) == "-":
            if not name:
                raise InputError("standard input has no name", way_out="say which file it is: --name FILE")
            return cls(None, name)
        found = cls.all_of(path, name=name)
        if len(found) > 1:
            names = ", ".join(str(f.member) for f in found[:5])
            raise FormatError(f"{path} holds {len(found)} files: {names}", way_out="unpack it, and name one of them")
        return found[0]

    @classmethod
    def all_of(cls, path: Path | str, *, name: str | None = None) -> "list[SourceFile]":
        """The files of a path: the members of a zip, where it has several each called by the zip's name and its own.

        Raises InputError where there is none, FormatError where it is a zip without a file or damaged.
        """
        path = Path(path)
        try:
            size, members = path.stat().st_size, _members(path)
        except IsADirectoryError:
            raise InputError(f"{path} is a folder", way_out="name the files in it") from None
        except FileNotFoundError:
            raise InputError(f"{path} is no file", way_out="name a file, or - for standard input") from None
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}", way_out="name a file that can be") from None
        plain = name or _PACKING.sub("", path.name)
        if members is None:
            return [cls(path, plain, size)]
        if len(members) == 1:
            return [cls(path, plain, members[0].file_size, member=members[0].filename)]
        return [cls(path, f"{plain} {m.filename.replace('/', ' ')}", m.file_size, member=m.filename) for m in members]

    @property
    def sha256(self) -> str:
        """The hash of the content, unpacked, as far as it was read."""
        return self._hash.hexdigest()

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The content, unpacked and buffered. Raises FormatError where the packing is broken or cut off."""
        self._hash, self.other_encoding, self.position = hashlib.sha256(), 0, 0
        with contextlib.ExitStack() as stack:
            if self.member is not None:
                inner = stack.enter_context(self._member(self.member))
            else:
                outer = sys.stdin.buffer if self.path is None else stack.enter_context(self.path.open("rb"))
                inner = counted = io.BufferedReader(_Told(outer, self._count), _PIECE)
                magic = counted.peek(4)[:4]
                if magic[:2] == b"\x1f\x8b":
                    inner = cast(IO[bytes], gzip.GzipFile(fileobj=counted))
                elif magic == parquet_tables.MAGIC and self.path is not None:
                    inner, self.delimiter = parquet_tables.as_text(self.path), parquet_tables.DELIMITER
            try:
                yield io.BufferedReader(_Told(inner, self._hash.update), _PIECE)
            except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
                raise FormatError(
                    f"{self.path or self.name} is cut off or damaged: {error}", way_out="fetch the file again"
                ) from None

    def _count(self, piece: bytes) -> None:
        self.position += len(piece)

    @contextlib.contextmanager
    def _member(self, member: str) -> Iterator[IO[bytes]]:
        assert self.path is not None, "a zip is no standard input"
        with zipfile.ZipFile(self.path) as packed:
            try:
                stream = packed.open(member)
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:  # a password, or packed otherwise
                raise FormatError(f"{self.path} cannot be unpacked: {error}", way_out="unpack it first") from None
            with stream:
                yield io.BufferedReader(_Told(stream, self._count), _PIECE)

    def decoded(self, raw: bytes) -> str:
        """The text of a record: in its encoding, else in the other, which is then counted."""
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError:
            self.other_encoding += 1
            try:
                return raw.decode(self.otherwise)
            except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
                return raw.decode("latin-1")

    def again(self) -> "SourceFile":
        """The same file, to be read beside this one without counting or hashing it."""
        return SourceFile(
            self.path, self.name, self.size, encoding=self.encoding, otherwise=self.otherwise, member=self.member
        )

    def head(self, size: int = 65_536) -> bytes:
        """How the content begins, without counting or hashing it. Of standard input nothing is told."""
        if self.path is None:
            return b""
        with self.again().open() as stream:
            return stream.read(size)


def unreadable(head: bytes) -> tuple[str, str] | None:
    """What no format can read in a file that begins so, and the way out; None where nothing is wrong."""
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            return f"is packed with {name}", "unpack it first: gz and zip alone are read as they are"
    for magic, name in _BINARY.items():
        if head.startswith(magic):
            return f"is a file of {name}", "save it as CSV, its columns of codes and ids as text"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:200].count(0) * 3 > len(head[:200]):
        return "is in UTF-16, or no text", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE"
    if b"\r" in head and b"\n" not in head and head.lstrip()[:1] not in (b"[", b"{"):
        return "has lines that end with CR alone", "give them ends that are read: tr '\\r' '\\n' < FILE"
    return None


def _members(path: Path) -> list[zipfile.ZipInfo] | None:
    """The files in a zip, None where it is none."""
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            return None
    try:
        with zipfile.ZipFile(path) as packed:
            found = packed.infolist()
    except zipfile.BadZipFile as error:
        raise FormatError(f"{path} is cut off or damaged: {error}", way_out="fetch the file again") from None
    # Archives that were made on a Mac hold a second file of metadata for each.
    files = [i for i in found if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
    if any(i.filename in _OFFICE for i in files):
        raise FormatError(
            f"{path} is a workbook", way_out="save the sheet as CSV, its columns of codes and ids as text"
        )
    if not files:
        raise FormatError(f"{path} holds no file", way_out="fetch the file again")
    return files


_OFFICE = ("[Content_Types].xml", "mimetype")
"""What archives of office programs hold."""
_BINARY = {
    b"<stata_dta>": "Stata",
    b"RDX": "R",
    b"SQLite format 3": "SQLite",
    b"\xd0\xcf\x11\xe0": "old Excel",
}
_PACKED = {
    b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"\x28\xb5\x2f\xfd": "Zstandard", b"Rar!": "RAR",
    b"\x1f\x8b\x08": "gzip twice", b"PK\x03\x04": "zip twice", b"PK\x05\x06": "zip without a file in it",
}  # fmt: skip


def pieces(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """All of a stream, a piece at a time. Raises FormatError where a line does not end; JSON may be one line."""
    line, length, json = 1, 0, None
    while piece := stream.read(_PIECE):
        json = piece.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{") if json is None else json
        end = piece.rfind(b"\n")
        length = length + len(piece) if end < 0 else len(piece) - end
        if length > ENDLESS and not json:
            raise FormatError(
                f"line {line} has more than {ENDLESS >> 20} megabytes and no end", name, line, "is it a table of text?"
            )
        line += piece.count(b"\n")
        yield piece


def first_bytes(stream: IO[bytes]) -> bytes:
    """How a stream that SourceFile opened goes on, up to a megabyte of it, without reading it."""
    return cast(io.BufferedReader, stream).peek()


def lines(stream: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Lines with their ends, and their length; of one longer than LONGEST only its beginning."""
    while line := stream.readline(LONGEST + 1):
        length = len(line)
        if length > LONGEST:
            end = line
            while not end.endswith(b"\n") and (end := stream.readline(LONGEST)):
                length += len(end)
            yield line[:1000], length
        else:
            yield line, length


def rows(
    file: SourceFile, stream: IO[bytes], delimiter: str, *, quoted: bool, width: int | None = None
) -> Iterator[Row]:
    """The records of a delimited file, a header line among them, empty lines left out but counted.

    Quoted fields may hold line breaks. A record whose closing quote is missing is told by its first line, and reading
    goes on with the next. `width` is the number of fields where it is known, which tells a lost quote earlier.
    """
    number = 0
    source = _Pushed(lines(stream))
    for line, length in source:
        number += 1
        if length > LONGEST:
            yield Row(number, line, [], f"the record has {length} bytes, at most {LONGEST} are read")
            continue
        if not quoted or b'"' not in line:
            text = file.decoded(line).rstrip("\r\n")
            if number == 1:
                text = text.removeprefix("\ufeff")
            if text:
                yield Row(number, line, text.split(delimiter))
            else:
                number -= 1
            continue
        yield _quoted(file, source, number, line, delimiter, width)


def _quoted(file: SourceFile, source: "_Pushed", number: int, first: bytes, delimiter: str, width: int | None) -> Row:
    raws = [first]
    quotes, size = first.count(b'"'), len(first)
    while quotes % 2:
        following = next(source, None)
        if following is not None:
            raws.append(following[0])
            quotes, size = quotes + following[0].count(b'"'), size + following[1]
        if following is None or size > LONGEST or len(raws) > _MANY_LINES:
            source.push(raws[1:])
            return Row(number, first, [], "a quote is opened and not closed again")
    raw = b"".join(raws)
    try:
        found = next(csv.reader(io.StringIO(file.decoded(raw), newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        source.push(raws[1:])
        return Row(number, first, [], f"not to be read as quoted fields: {error}")
    if width is not None and len(found) != width and len(raws) > 1:
        source.push(raws[1:])
        return Row(number, first, [], f"{len(found)} fields instead of {width}, with lines joined by quotes")
    return Row(number, raw, found)


class _Pushed(Iterator[tuple[bytes, int]]):
    """Lines of which some can be given back."""

    def __init__(self, source: Iterator[tuple[bytes, int]]) -> None:
        self._source, self._pushed = source, list[bytes]()

    def __next__(self) -> tuple[bytes, int]:
        if self._pushed:
            line = self._pushed.pop()
            return line, len(line)
        return next(self._source)

    def push(self, given: list[bytes]) -> None:
        self._pushed += reversed(given)


class _Told(io.RawIOBase):
    """A stream of which each piece that is read is told to a function."""

    def __init__(self, stream: IO[bytes], tell: Callable[[bytes], object]) -> None:
        self._stream, self._tell = stream, tell

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._tell(piece)
        return len(piece)
