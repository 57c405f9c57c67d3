"""Importing released event data, beside the bare engine's load of the same quads; what it takes to open and to ask it.

Each import runs in a process of its own, whose processor time and greatest memory are told. The curve over sizes goes
to an SVG file. Files of a folder `../shared/data` are measured as well, where they are.
"""

import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from graph import KnowledgeGraph, Source, Statement
from graph.columns import Columns
from graph.importing import Options
from graph.stores import EmbeddedStore
from graph.timelines import Counts, Step, Timeline, timeline
from ontology import Modality, store_prefixes, vocabulary
from tests.benchmarks.measure import Figure, Group, at_least, at_most, seconds, short
from tests.benchmarks.releases import write_release

_GIB = 2**30
_MOST_MEMORY = 2 * _GIB
_MOST_CLAIMS = 10_000
_IMPORT = "from tests.benchmarks.importing import import_alone; import_alone()"
_BARE = "from tests.benchmarks.importing import load_alone; load_alone()"
_SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Real files, where they lie beside the project."""


@dataclass(frozen=True)
class Release:
    """A released file, the name of its format, and the name tables that it is read with."""

    format: str
    path: Path
    names: tuple[Path, ...] = ()


_GDELT = _SHARED / "gdelt" / "tkg-2018"
REAL = (
    Release("icews-tkg", _SHARED / "icews-tkg" / "icews_2005-2015_valid.txt"),
    Release("gdelt-tkg", _GDELT / "events.part1.txt", (_GDELT / "entity2id.txt", _GDELT / "relation2id.txt")),
)


def import_alone() -> None:
    """The process that imports: prints its seconds, how many it worked, and its greatest memory as JSON."""
    store, format, release, *names = sys.argv[1:]
    with KnowledgeGraph(store) as graph:
        graph.snapshot  # noqa: B018 - the vocabulary is there before the clock runs
        began, worked = time.perf_counter(), time.process_time()
        [report] = graph.import_files(format, [release], options=Options(tuple(map(Path, names))))
        taken = {"seconds": time.perf_counter() - began, "worked": time.process_time() - worked}
    assert report.read == report.stored + report.repeated + report.rejected
    print(json.dumps(taken | {"memory": _most_memory(), "statements": report.statements}))


def load_alone() -> None:
    """The process that loads ready quads into the bare engine."""
    folder, quads = sys.argv[1:3]
    began, worked = time.perf_counter(), time.process_time()
    store = ox.Store(folder)
    store.bulk_load(path=quads, format=ox.RdfFormat.N_QUADS)
    store.flush()
    taken = {"seconds": time.perf_counter() - began, "worked": time.process_time() - worked}
    print(json.dumps(taken | {"memory": _most_memory()}))


def measure_importing(size: int, seed: int, repeats: int) -> list[Figure]:
    """Speed, memory, size and the first questions of an imported release of this many rows."""
    with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        release = Release("icews", folder / "events.tab")
        write_release(release.path, size, seed)
        figures = _importing("Import of event data", release, folder, 3 if size < 1_000_000 else 1, repeats)
        figures += _opening(folder / "store-0", size, repeats)
        return figures + _asking("Event data: questions", folder / "store-0", size, repeats)


def measure_real(repeats: int) -> list[Figure]:
    """The same of real files, those that are there."""
    found = []
    for release in REAL:
        if not release.path.exists():
            print(f"{release.path} is not there: skipped", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            print(f"{release.format}: importing {release.path.name} …", file=sys.stderr, flush=True)
            figures = _importing("Import of real files", release, folder, 3, repeats)
            figures += _asking("Questions to real files", folder / "store-0", figures[0].size, repeats)
            found += [replace(f, what=f"{release.format}: {f.what}") for f in figures]
    return found


def _importing(title: str, release: Release, folder: Path, most: int, repeats: int) -> list[Figure]:
    """Imports the release into store-0 of the folder and further ones, and its quads into the bare engine, by turns."""
    quads = folder / "quads.nq"
    ours = [_import(release, folder / "store-0")]
    size = int(ours[0]["statements"])
    with KnowledgeGraph(folder / "store-0") as graph:
        [source] = graph.snapshot.sources
        described = 2 + sum(v is not None for v in graph.snapshot.source(source).model_dump().values())
        per_statement = (graph.snapshot.store.size(graph.iris.source(source)) - described) / size
        with quads.open("wb") as file:
            graph.snapshot.store.dump(file, "application/n-quads")
    bare = [_alone(_BARE, folder / "bare-0", quads)]
    for n in range(1, max(1, min(repeats, most))):
        ours.append(_import(release, folder / f"store-{n}"))
        bare.append(_alone(_BARE, folder / f"bare-{n}", quads))
    mine, theirs = (statistics.median(r["seconds"] for r in runs) for runs in (ours, bare))
    worked, bare_worked = (statistics.median(r["worked"] for r in runs) for runs in (ours, bare))
    memory, bare_memory = (max(r["memory"] for r in runs) / _GIB for runs in (ours, bare))
    group = Group(title, ("Tertius", "bare engine", ""))
    own, bare_engine = (f"{short(t)}, {size / t:,.0f}/s" for t in (mine, theirs))
    shown = f"{memory:.2f} GiB", f"{bare_memory:.2f} GiB"
    return [
        Figure(group, "validated import, speed", size, own, bare_engine, **at_least(0.8, theirs / mine)),
        Figure(
            group, "… processor time", size, short(worked), short(bare_worked), ratio=round(bare_worked / worked, 3)
        ),
        Figure(group, "greatest memory", size, *shown, **at_most(2.0, memory)),
        Figure(group, "quads a statement", size, f"{per_statement:.2f}", **at_most(9, per_statement)),
    ]


def _import(release: Release, store: Path) -> dict[str, float]:
    return _alone(_IMPORT, store, release.format, release.path, *release.names)


def _alone(program: str, *arguments: Path | str) -> dict[str, float]:
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


_Asked = dict[str, tuple[Callable[[], object], str, bool]]
"""By what is asked: the question to the columns, the same in SPARQL, and whether it is an aggregate."""


def _asking(title: str, store: Path, size: int, repeats: int) -> list[Figure]:
    """Aggregates and a selective question; then, when some text opposes mediations, who opposes whose."""
    group = Group(title, ("Tertius", "bare engine", ""))
    with KnowledgeGraph(store) as graph:
        [((country,), _)] = graph.count("subject", relation="mediates", limit=1)
        of_events: _Asked = {
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
                lambda: [len(graph.snapshot.selector.select(
                    graph.select(relation="mediates", subject=country, exact=True)).rows)],
                f"""SELECT (COUNT(?s) AS ?n) {{ {_relations("mediates")}
                ?s rdf:subject <{graph.iris.entity(country)}> ; rdf:predicate ?r }}""", False,
            ),
        }  # fmt: skip
        figures = _compared(graph, group, of_events, size, repeats)
        _oppose(graph, min(_MOST_CLAIMS, size // 100))
        of_claims: _Asked = {
            "who opposes whose mediation": (
                partial(_most, graph, "opposes", "subject", "about_subject", about_relation="mediates"),
                f"""SELECT ?who ?whose (COUNT(?s) AS ?n)
                {{ {_relations("opposes")} {_relations("mediates", "?q")}
                ?s t:about ?about ; rdf:predicate ?r ; rdf:subject ?who .
                ?about rdf:predicate ?q ; rdf:subject ?whose }}
                GROUP BY ?who ?whose ORDER BY DESC(?n) ?who ?whose LIMIT 10""", True,
            ),
        }  # fmt: skip
        return figures + _compared(graph, group, of_claims, size, repeats)


def _oppose(graph: KnowledgeGraph, number: int) -> None:
    """Adds an invented text whose speakers oppose mediations that the store tells of."""
    actors = [subject for (subject,), _ in graph.count("subject", limit=200)]
    rows = graph.snapshot.selector.select(graph.select(relation="mediates")).rows
    told = itertools.cycle(graph.snapshot.columns.ids_of(rows[:number]))
    text = Source(id="text", title="A text", kind="article", length=20 * number + 20)
    claims = (
        Statement(
            subject=actors[n * n % len(actors)], relation="opposes", about=next(told), source=text.id, start=20 * n,
            end=20 * n + 10, modality=Modality.CLAIMED, attributed_to=(actors[n % 7],),
        )
        for n in range(number)
    )  # fmt: skip
    graph.add(claims, sources=[text])


def _compared(graph: KnowledgeGraph, group: Group, asked: _Asked, size: int, repeats: int) -> list[Figure]:
    """Each question asked of the columns and of the engine, which must count the same."""
    engine, prefixes = graph.snapshot.store.engine, store_prefixes(graph.iris.base)
    figures = []
    for what, (mine, sparql, aggregate) in asked.items():
        theirs = partial(_counts, engine, sparql, prefixes)
        if (found := mine()) != (rows := theirs()):
            raise AssertionError(f"{what}: the columns find {found}, the engine {rows}")
        own, bare = seconds(mine, theirs, repeats=1 if size >= 1_000_000 else min(repeats, 3))
        # The aim is for a million: of few statements the engine soon counts each.
        aim = at_least(100, bare / own) if aggregate and size >= 1_000_000 else {"ratio": round(bare / own, 3)}
        figures.append(Figure(group, what, size, short(own), short(bare), **aim))
    return figures


def _total(found: Timeline) -> Counts:
    assert found.total is not None, "one data set is of one kind"
    return found.total


def _relations(word: str, variable: str = "?r") -> str:
    """The relation and those that are narrower, as a question includes them."""
    return f"VALUES {variable} {{ {' '.join(f'r:{r}' for r in sorted(vocabulary().narrower(word)))} }}"


def _counts(engine: ox.Store, sparql: str, prefixes: dict[str, str]) -> list[int]:
    found = engine.query(sparql, prefixes=prefixes, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [int(row["n"].value) for row in found]


def _most(graph: KnowledgeGraph, relation: str, *by: str, **filters: str) -> list[int]:
    return [n for _, n in graph.count(*by, relation=relation, limit=10, **filters)]
