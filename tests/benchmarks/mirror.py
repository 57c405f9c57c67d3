"""The mirror: columns made from statements, kept, read again and looked at as a network."""

import tempfile
from pathlib import Path

from graph import KnowledgeGraph
from graph.columns import Columns
from graph.networks import network
from tests.benchmarks.generator import Generated
from tests.benchmarks.measure import Figure, Group, at_most, seconds, short

MOST_BYTES = 100


def measure_mirror(graph: KnowledgeGraph, generated: Generated, repeats: int) -> list[Figure]:
    """Times of the mirror's steps, and the bytes that it takes."""
    columns, sources = graph.snapshot.columns, {s.id: s for s in generated.sources}
    size = len(columns)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, kept, read, viewed = seconds(
            lambda: Columns.empty().edited((), generated.statements, sources),
            lambda: columns.save(folder),
            lambda: Columns.read(folder),
            lambda: network(graph.snapshot),
            repeats=repeats,
        )
        assert len(Columns.read(folder)) == size
    group, per_statement = Group("Mirror"), columns.nbytes / size
    steps = {
        "columns from statements": made,
        "columns to disk": kept,
        "columns from disk": read,
        "networkx, all statements": viewed,
    }
    return [
        Figure(group, "bytes a statement", size, f"{per_statement:.0f} B", **at_most(MOST_BYTES, per_statement)),
        *(Figure(group, f"{what}, time", size, short(t)) for what, t in steps.items()),
    ]
