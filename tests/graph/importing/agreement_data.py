"""How released tables of agreements and mediations are read in tests: by our formats, and by the csv module alone."""

import csv
import io
import random
from pathlib import Path

from graph.importing.events import Format, Options, Record
from graph.importing.files import SourceFile


def records(format: Format, path: Path) -> list[Record]:
    """The records that a format reads."""
    return list(format.read(SourceFile.of(path), Options()))


def rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """The rows of a file by column, read without any code of the project."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def twenty(found: list[Record], path: Path, encoding: str = "utf-8-sig") -> list[tuple[Record, dict[str, str]]]:
    """Twenty seeded records beside their rows."""
    pairs = list(zip(found, rows(path, encoding), strict=True))
    return random.Random(path.name).sample(pairs, min(20, len(pairs)))  # noqa: S311


def table(path: Path, *lines: list[str]) -> Path:
    """A written file with a header and rows, quoted where needed."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    path.write_bytes(text.getvalue().encode())
    return path
