"""Tables in Parquet, read as the text that they would be with commas between their fields."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from graph.exceptions import FormatError, InputError

MAGIC = b"PAR1"
DELIMITER = ","
_ROWS = 10_000


def as_text(path: Path) -> IO[bytes]:
    """The header and the rows, UTF-8, with quotes where they are needed; a cell without a value is empty.

    Raises InputError where pyarrow is not installed, FormatError where the file is damaged or a column holds no values
    but lists or the like.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InputError("Parquet needs pyarrow", str(path), way_out="pip install 'tertius[tables]'") from None
    try:
        return cast(IO[bytes], io.BufferedReader(_Lines(_lines(parquet.ParquetFile(path), path))))
    except (ArrowException, OSError) as error:
        raise FormatError(f"{path} is cut off or damaged: {error}", way_out="fetch the file again") from None


def _lines(table: Any, path: Path) -> Iterator[bytes]:
    import pyarrow as arrow
    from pyarrow import types

    for field in table.schema_arrow:
        if types.is_nested(field.type):
            raise FormatError(f"the column {field.name!r} holds {field.type}", str(path), way_out="save it as text")
    yield _line(table.schema_arrow.names)
    try:
        for batch in table.iter_batches(_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            for row in zip(*columns, strict=True):
                yield _line(["" if value is None else str(value) for value in row])
    except (arrow.ArrowException, OSError) as error:
        raise FormatError(f"{path} is cut off or damaged: {error}", way_out="fetch the file again") from None


def _line(fields: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=DELIMITER, lineterminator="\n").writerow(fields)
    return out.getvalue().encode()


class _Lines(io.RawIOBase):
    """Lines that are made while they are read, as a stream."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._left = lines, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if not self._left:
            self._left = next(self._lines, b"")
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)
