"""Importing released event data, beside the bare engine's load of the same quads; what it takes to open and to ask it.

Each import runs in a process of its own, whose greatest memory is told. The curve over sizes goes to an SVG file.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from graph import KnowledgeGraph
from graph.columns import Columns
from graph.stores import EmbeddedStore
from graph.timelines import Counts, Step, Timeline, timeline
from ontology import store_prefixes, vocabulary
from tests.benchmarks.measure import Figure, Group, at_least, at_most, seconds, short
from tests.benchmarks.releases import write_release

_GIB = 2**30
_MOST_MEMORY = 2 * _GIB
_IMPORT = "from tests.benchmarks.importing import import_alone; import_alone()"
_BARE = "from tests.benchmarks.importing import load_alone; load_alone()"


def import_alone() -> None:
    """The process that imports: prints its seconds and its greatest memory as JSON."""
    store, release = sys.argv[1:3]
    with KnowledgeGraph(store) as graph:
        graph.snapshot  # noqa: B018 - the vocabulary is there before the clock runs
        began = time.perf_counter()
        [report] = graph.import_files("icews", [release])
        taken = time.perf_counter() - began
    assert report.read == report.stored == report.statements
    print(json.dumps({"seconds": taken, "memory": _most_memory()}))


def load_alone() -> None:
    """The process that loads ready quads into the bare engine."""
    folder, quads = sys.argv[1:3]
    began = time.perf_counter()
    store = ox.Store(folder)
    store.bulk_load(path=quads, format=ox.RdfFormat.N_QUADS)
    store.flush()
    print(json.dumps({"seconds": time.perf_counter() - began, "memory": _most_memory()}))


def measure_importing(size: int, seed: int, repeats: int) -> list[Figure]:
    """Speed, memory, size and the first questions of an imported release of this many rows."""
    with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        release, quads = folder / "events.tab", folder / "quads.nq"
        write_release(release, size, seed)
        ours = [_alone(_IMPORT, folder / "store-0", release)]
        with KnowledgeGraph(folder / "store-0") as graph:
            [source] = graph.snapshot.sources
            described = 2 + sum(v is not None for v in graph.snapshot.source(source).model_dump().values())
            per_statement = (graph.snapshot.store.size(graph.iris.source(source)) - described) / size
            with quads.open("wb") as file:
                graph.snapshot.store.dump(file, "application/n-quads")
        bare = [_alone(_BARE, folder / "bare-0", quads)]
        for n in range(1, max(1, min(repeats, 3 if size < 1_000_000 else 1))):
            ours.append(_alone(_IMPORT, folder / f"store-{n}", release))
            bare.append(_alone(_BARE, folder / f"bare-{n}", quads))
        mine, theirs = (statistics.median(r["seconds"] for r in runs) for runs in (ours, bare))
        memory = max(r["memory"] for r in ours)
        group = Group("Import of event data", ("Tertius", "bare engine", ""))
        own, bare_engine = (f"{short(t)}, {size / t:,.0f}/s" for t in (mine, theirs))
        figures = [
            Figure(group, "validated import, speed", size, own, bare_engine, **at_least(0.8, theirs / mine)),
            Figure(
                group, "greatest memory", size, f"{memory / _GIB:.2f} GiB", **at_most(2.0, memory / _MOST_MEMORY * 2)
            ),
            Figure(group, "quads a statement", size, f"{per_statement:.2f}", **at_most(9, per_statement)),
        ]
        figures += _opening(folder / "store-0", size, repeats)
        figures += _asking(folder / "store-0", size, repeats)
        return figures


def _alone(program: str, *arguments: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], check=True, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _opening(store: Path, size: int, repeats: int) -> list[Figure]:
    """Opening the store and the first question, beside opening the bare engine; the mirror from its columns."""
    with KnowledgeGraph(store) as graph:
        revision, base = graph.snapshot.path, graph.iris.base

    def first_question() -> None:
        with KnowledgeGraph(store) as graph:
            assert graph.ask("mediates", subject="Country 1").statements

    opened, bare, mirror = seconds(
        first_question,
        lambda: EmbeddedStore(revision / "db", base).close(),
        lambda: Columns.read(revision),
        repeats=repeats,
        once=True,
    )
    group = Group("Opening", ("Tertius", "bare engine", ""))
    more = opened - bare
    return [
        Figure(group, "open, and the first question", size, short(opened), short(bare), **at_most(1.0, more)),
        Figure(group, "mirror from its columns", size, short(mirror), **at_most(0.5, mirror)),
    ]


def _asking(store: Path, size: int, repeats: int) -> list[Figure]:
    """Aggregates and a selective question, of the columns and of the engine; both must count the same."""
    group = Group("Event data: questions", ("Tertius", "bare engine", ""))
    figures = []
    with KnowledgeGraph(store) as graph:
        engine, prefixes = graph.snapshot.store.engine, store_prefixes(graph.iris.base)
        country = graph.resolve("Country 1")
        asked: dict[str, tuple[Callable[[], object], str, bool]] = {
            "top mediators": (
                partial(_most, graph, "mediates", "subject"),
                f"""SELECT ?who (COUNT(?s) AS ?n) {{ {_relations("mediates")} ?s rdf:predicate ?r ; rdf:subject ?who }}
                GROUP BY ?who ORDER BY DESC(?n) ?who LIMIT 10""", True,
            ),
            "statements a month": (
                lambda: sorted(_total(timeline(graph.snapshot, graph.select(), Step.MONTH)).periods.values()),
                """SELECT (COUNT(?s) AS ?n) { ?s t:earliest ?day BIND(SUBSTR(STR(?day), 1, 7) AS ?m) }
                GROUP BY ?m ORDER BY ?n""", True,
            ),
            "who accuses whom most": (
                partial(_most, graph, "accuses", "subject", "object"),
                f"""SELECT ?who ?whom (COUNT(?s) AS ?n)
                {{ {_relations("accuses")} ?s rdf:predicate ?r ; rdf:subject ?who ; rdf:object ?whom }}
                GROUP BY ?who ?whom ORDER BY DESC(?n) ?who ?whom LIMIT 10""", True,
            ),
            "one mediator's statements": (
                lambda: len(graph.snapshot.selector.select(
                    graph.select(relation="mediates", subject=country, exact=True)).rows),
                f"""SELECT (COUNT(?s) AS ?n) {{ {_relations("mediates")}
                ?s rdf:subject <{graph.iris.entity(country)}> ; rdf:predicate ?r }}""", False,
            ),
        }  # fmt: skip
        for what, (mine, sparql, aggregate) in asked.items():
            theirs = partial(_counts, engine, sparql, prefixes)
            found = mine()
            if (found if isinstance(found, list) else [found]) != theirs():
                raise AssertionError(f"{what}: the columns find {found}, the engine {theirs()}")
            own, bare = seconds(mine, theirs, repeats=1 if size >= 1_000_000 else min(repeats, 3))
            aim = at_least(100, bare / own) if aggregate else {"ratio": round(bare / own, 3)}
            figures.append(Figure(group, what, size, short(own), short(bare), **aim))
    return figures


def _total(found: Timeline) -> Counts:
    assert found.total is not None, "one data set is of one kind"
    return found.total


def _relations(word: str) -> str:
    """The relation and those that are narrower, as a question includes them."""
    return f"VALUES ?r {{ {' '.join(f'r:{r}' for r in sorted(vocabulary().narrower(word)))} }}"


def _counts(engine: ox.Store, sparql: str, prefixes: dict[str, str]) -> list[int]:
    found = engine.query(sparql, prefixes=prefixes, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [int(row["n"].value) for row in found]


def _most(graph: KnowledgeGraph, relation: str, *by: str) -> list[int]:
    return [n for _, n in graph.count(*by, relation=relation, limit=10)]
