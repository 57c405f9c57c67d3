"""Invented tables in the forms of real ones: the actors are of no world, the columns and quirks are."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from graph.importing.formats.icews import COLUMNS

ROW = {
    "Event ID": "1", "Event Date": "2031-03-05", "Source Name": "Ada Norn", "Source Sectors": "Executive,Government",
    "Source Country": "Norland", "Event Text": "Consult", "CAMEO Code": "040", "Intensity": "1",
    "Target Name": "Foreign Affairs (Sudland)", "Target Sectors": "Foreign Ministry,Government",
    "Target Country": "Sudland", "Story ID": "70", "Sentence Number": "2", "Publisher": "The Gazette",
    "City": "Northgate", "District": "NA", "Province": "NA", "Country": "Norland",
    "Latitude": "1.5", "Longitude": "2.5",
}  # fmt: skip
"""One row of ICEWS; tests change what they are about."""


def icews(rows: Iterable[Mapping[str, Any]], columns: Iterable[str] = COLUMNS) -> bytes:
    """A raw table of ICEWS with these rows, each given as what differs from ROW."""
    names = list(columns)
    lines = ["\t".join(names), *("\t".join(str((ROW | dict(r)).get(n, "")) for n in names) for r in rows)]
    return ("\n".join(lines) + "\n").encode()


def delimited(rows: Iterable[Iterable[Any]], delimiter: str = ",") -> bytes:
    """Rows as a delimited file with quotes where they are needed."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
