"""Loading: from lines of JSON to store and columns, beside the bare engine's load of the same quads from a file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from graph import KnowledgeGraph, Statement
from graph.edges import plain_edges
from graph.rdf import edge_quad, entity_quads, source_quads, statement_quads
from tests.benchmarks.generator import DATASET, Generated
from tests.benchmarks.measure import Figure, Group, at_least, seconds, short


def load(graph: KnowledgeGraph, generated: Generated) -> None:
    """All of it through the one write path: every line is validated, every name and frame checked."""
    graph.add(
        map(Statement.model_validate_json, generated.lines),
        entities=generated.entities, sources=generated.sources, dataset=DATASET,
    )  # fmt: skip


def write_quads(graph: KnowledgeGraph, generated: Generated, path: Path) -> None:
    """The quads that `load` adds to an empty store, in the order in which it makes them."""
    path.write_text("".join(_quads(graph, generated)))


def _quads(graph: KnowledgeGraph, generated: Generated) -> Iterator[str]:
    iris, sources = graph.iris, {s.id: s for s in generated.sources}
    for entity in generated.entities:
        yield entity_quads(entity, (DATASET,), iris)
    for source in generated.sources:
        yield source_quads(source, iris)
    for statement in generated.statements:
        yield statement_quads(statement, sources[statement.source], iris)
    for edge in sorted(plain_edges(graph.snapshot.columns)):
        yield edge_quad(*edge, iris)


def measure_loading(generated: Generated, quads: Path, repeats: int) -> list[Figure]:
    """The validated load, beside `bulk_load` of the quads from their file; both into a new store."""
    size = len(generated.lines)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        graphs = [KnowledgeGraph(folder / f"graph-{n}") for n in range(repeats)]
        stores = [ox.Store(str(folder / f"store-{n}")) for n in range(repeats)]

        def ours() -> None:
            load(graphs.pop(), generated)

        def bare() -> None:
            store = stores.pop()
            store.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
            store.flush()

        mine, theirs = seconds(ours, bare, repeats=repeats, once=True)
    own, bare_engine = (f"{short(t)}, {size / t:,.0f}/s" for t in (mine, theirs))
    return [Figure(Group("Load"), "validated load, speed", size, own, bare_engine, **at_least(0.8, theirs / mine))]
