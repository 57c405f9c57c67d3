"""Tables for statistics: what is told of pairs of actors, of mediators and of conflicts, by month or year."""

from graph.tables.codebook import codebook_json, codebook_markdown
from graph.tables.periods import By
from graph.tables.tables import Split, Table, table
from graph.tables.units import Unit
from graph.tables.writing import TableFormat, frame, written

__all__ = [
    "By",
    "Split",
    "Table",
    "TableFormat",
    "Unit",
    "codebook_json",
    "codebook_markdown",
    "frame",
    "table",
    "written",
]
