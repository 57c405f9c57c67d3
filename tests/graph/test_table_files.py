"""A table is the same in CSV, Parquet and Stata, and its codebook tells every column of it."""

import csv
import hashlib
import io
import json
import sys
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from graph import KnowledgeGraph, Selection
from graph.exceptions import MissingExtraError
from graph.tables import By, Split, Table, TableFormat, Unit, codebook_json, codebook_markdown, frame, table, written

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module", params=Unit)
def made(norland: KnowledgeGraph, request: pytest.FixtureRequest) -> Table:
    return table(norland.snapshot, Selection(), request.param, By.MONTH, split=Split.RELATION)


def read(content: bytes, format: TableFormat) -> tuple[list[str], Rows]:
    """Names and rows of a file, read by those libraries that users read it with."""
    if format is TableFormat.CSV:
        names, *cells = csv.reader(io.StringIO(content.decode(), newline=""))
        numbers = {n for n in names if n in ("year", "month") or n.endswith(("_low", "_high", "_undated"))}
        return names, [
            tuple((int(v) if n in numbers else v) if v else None for n, v in zip(names, row, strict=True))
            for row in cells
        ]
    if format is TableFormat.PARQUET:
        found = pq.read_table(io.BytesIO(content))
        return found.column_names, [tuple(row.values()) for row in found.to_pylist()]
    frame = pd.read_stata(io.BytesIO(content))
    rows: Rows = list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))
    return list(frame.columns), [tuple(int(v) if isinstance(v, float) else v for v in row) for row in rows]


@pytest.mark.parametrize("format", TableFormat)
def test_every_format_holds_the_same(made: Table, format: TableFormat) -> None:
    names, rows = read(written(made, format), format)
    assert names == list(made.columns)
    assert rows == list(made.rows())
    assert written(made, format) == written(made, format)


def test_a_frame_holds_the_same(made: Table) -> None:
    found = frame(made)
    assert {str(t) for t in found.dtypes} == {"string", "Int64"}
    rows = found.astype(object).where(found.notna(), None).itertuples(index=False, name=None)
    assert list(rows) == list(made.rows())


def test_tables_are_asked_for_by_name(norland: KnowledgeGraph) -> None:
    found = norland.table("mediator-dyad", "year", between=("Norland", "Sudland"), level="state")
    assert set(found.columns["mediator_id"].tolist()) >= {"westmark"}
    assert set(found.columns["side1_id"].tolist()) == {"norland"}


def test_the_codebook_tells_every_column_and_where_it_comes_from(made: Table) -> None:
    content = written(made, TableFormat.CSV)
    book = json.loads(codebook_json(made, content))
    assert [c["name"] for c in book["columns"]] == list(made.columns)
    assert all(c["meaning"] and c["computed"] and c["unit"] for c in book["columns"])
    assert (book["rows"], book["revision"]) == (len(made), made.revision)
    assert book["sha256"] == hashlib.sha256(content).hexdigest()
    assert all(d["licences"] == ["CC0-1.0"] and d["sources"] for d in book["data_sets"])
    page = codebook_markdown(made, content)
    assert all(f"| {name} |" in page for name in made.columns)
    inside = pq.read_schema(io.BytesIO(written(made, TableFormat.PARQUET))).metadata[b"tertius"]
    assert json.loads(inside)["columns"] == book["columns"]


def test_names_and_labels_fit_stata(made: Table) -> None:
    assert all(len(name) <= 32 for name in made.columns)
    with pd.read_stata(io.BytesIO(written(made, TableFormat.STATA)), iterator=True) as reader:
        assert list(reader.variable_labels()) == list(made.columns)
        assert all(reader.variable_labels().values())


@pytest.mark.parametrize(("format", "library"), [(TableFormat.PARQUET, "pyarrow"), (TableFormat.STATA, "pandas")])
def test_a_format_whose_library_is_missing_names_the_extra(
    norland: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, format: TableFormat, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"needs {library}, .* pip install 'tertius\[tables\]'"):
        format.check()
    found = table(norland.snapshot, Selection(), Unit.DYAD, By.YEAR)
    with pytest.raises(MissingExtraError):
        written(found, format)
