"""Tables as CSV, Parquet and Stata."""

import csv
import importlib
import io
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.exceptions import MissingExtraError, ParameterError
from graph.tables.codebook import codebook_json, meanings
from graph.tables.tables import Table

if TYPE_CHECKING:
    import pandas as pd


class TableFormat(StrEnum):
    """Formats of tables."""

    CSV = "csv"
    PARQUET = "parquet"
    STATA = "dta"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return _MEDIA_TYPES[self]

    @classmethod
    def named(cls, word: str) -> "TableFormat":
        """The format of a name, media type or file suffix. Raises ParameterError, which lists them."""
        wanted = word.strip().lower().removeprefix(".")
        for format in cls:
            if wanted in (format.value, format.media_type, format.name.lower()):
                return format
        raise ParameterError("format", f"{word!r} is none of {', '.join(cls)}")

    def check(self) -> None:
        """Raises MissingExtraError where a library that the format needs is not installed."""
        for library in {TableFormat.CSV: (), TableFormat.PARQUET: ("pyarrow",), TableFormat.STATA: ("pandas",)}[self]:
            _library(library, f"a table as {self.name.title()}")


_MEDIA_TYPES = {
    TableFormat.CSV: "text/csv",
    TableFormat.PARQUET: "application/vnd.apache.parquet",
    TableFormat.STATA: "application/x-stata-dta",
}
_PIECE = 10_000
_LABELS = 65_536
"""Most labels that Stata takes of one column."""
_MADE = datetime(1960, 1, 1)  # noqa: DTZ001 - Stata's own first day, and no zone: the same table gives the same bytes


def written(table: Table, format: TableFormat) -> bytes:
    """The table in a format; missing numbers are empty, null or Stata's missing. Raises MissingExtraError.

    The same table gives the same bytes with the same libraries. Parquet holds the codebook in its metadata, Stata the
    meanings of the columns as labels.
    """
    match format:
        case TableFormat.CSV:
            return _csv(table)
        case TableFormat.PARQUET:
            return _parquet(table)
        case TableFormat.STATA:
            return _stata(table)


def frame(table: Table) -> "pd.DataFrame":
    """The table as a pandas DataFrame of strings and whole numbers, NA where missing. Raises MissingExtraError."""
    pandas = _library("pandas", "a DataFrame")
    columns = {
        name: pandas.array(values, "string") if values.dtype == object else _whole(pandas, values)
        for name, values in table.columns.items()
    }
    found: pd.DataFrame = pandas.DataFrame(columns)
    return found


def _whole(pandas: Any, values: Any) -> Any:
    return pandas.arrays.IntegerArray(np.ma.getdata(values).astype(np.int64), np.ma.getmaskarray(values).copy())


def _csv(table: Table) -> bytes:
    output = io.BytesIO()
    text = io.TextIOWrapper(output, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    rows = table.rows()
    # Nothing else runs while the library writes rows: a service would not answer until the last of a million.
    while piece := list(islice(rows, _PIECE)):
        writer.writerows(piece)
    text.flush()
    return output.getvalue()


def _parquet(table: Table) -> bytes:
    arrow, parquet = (_library(name, "a table as Parquet") for name in ("pyarrow", "pyarrow.parquet"))
    arrays = {}
    for name, values in table.columns.items():
        if values.dtype == object:
            arrays[name] = arrow.array(values.tolist(), arrow.string()).dictionary_encode()
        else:
            arrays[name] = arrow.array(np.ma.getdata(values), arrow.int64(), mask=np.ma.getmaskarray(values))
    made = arrow.table(arrays).replace_schema_metadata({"tertius": codebook_json(table)})
    output = io.BytesIO()
    parquet.write_table(made, output)
    return output.getvalue()


def _stata(table: Table) -> bytes:
    pandas = _library("pandas", "a table as Stata")
    labels = {part for part in table.unit.parts if 0 < len(set(table.columns[part].tolist())) <= _LABELS}
    texts = {name for name, values in table.columns.items() if values.dtype == object} - labels
    frame = pandas.DataFrame({
        name: _labelled(pandas, values) if name in labels else _series(pandas, values)
        for name, values in table.columns.items()
    })  # fmt: skip
    output = io.BytesIO()
    frame.to_stata(
        output, write_index=False, version=118, time_stamp=_MADE,
        data_label=f"Tertius, {table.unit} by {table.by}, revision {table.revision}"[:80],
        variable_labels={name: meaning[:80] for name, meaning in meanings(table).items()},
        # Strings of Stata have at most 2,045 bytes; labels may have more.
        convert_strl=[name for name in table.columns if name in texts and _longest(table.columns[name]) > 2045],
    )  # fmt: skip
    return output.getvalue()


def _labelled(pandas: Any, values: Any) -> Any:
    """Numbers with the text as their labels: text stands in every row of a file as wide as the longest."""
    return pandas.Categorical.from_codes(*pandas.factorize(values, sort=True))


def _series(pandas: Any, values: Any) -> Any:
    if values.dtype == object:
        return pandas.Series(values, dtype=object)
    if np.ma.getmaskarray(values).any():
        return pandas.Series(values.astype(np.float64).filled(np.nan))
    return pandas.Series(np.ma.getdata(values).astype(np.int32))


def _longest(values: Any) -> int:
    return max((len(text.encode()) for text in set(values.tolist())), default=0)


def _library(name: str, what: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError(what, name.partition(".")[0], "tables") from None
