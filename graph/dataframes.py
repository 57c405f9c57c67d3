"""Answers as pandas DataFrames, for those who have pandas."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from graph.exceptions import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd


def frame(rows: Iterable[Mapping[str, Any]], columns: Iterable[str] = ()) -> "pd.DataFrame":
    """The rows as a DataFrame, which has these columns even where there are no rows. Raises MissingExtraError."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("a DataFrame", "pandas", "notebook") from error
    listed = list(rows)
    return pd.DataFrame(listed) if listed else pd.DataFrame(columns=list(columns))
