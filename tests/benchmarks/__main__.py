"""Measures loading, questions, the mirror and the service; prints the figures beside the aims. `make bench` runs it.

Every figure is a ratio of two medians of one run, whose parts take turns: machines differ, ratios less so. Without
names of parts all are measured. With --strict an aim that is missed ends it with status 1.
"""

import argparse
import gc
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from graph import KnowledgeGraph
from tests.benchmarks.crowd import measure_crowd
from tests.benchmarks.curve import draw_growth, show_growth
from tests.benchmarks.generator import generate
from tests.benchmarks.importing import measure_importing, measure_real
from tests.benchmarks.loading import load, measure_loading, write_quads
from tests.benchmarks.measure import Figure, save, show
from tests.benchmarks.mirror import measure_mirror
from tests.benchmarks.networks import measure_networks, measure_real_networks
from tests.benchmarks.over_http import MOST_FOR_RDFLIB, dump, measure_over_http
from tests.benchmarks.questions import measure_questions
from tests.benchmarks.service import measure_service

PARTS = ("loading", "questions", "mirror", "service", "http", "crowd", "importing", "networks")
SMALL = 10_000
"""Up to here rdflib in memory is asked too: beyond, it takes minutes."""


def main() -> int:
    """Runs what was asked for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)}")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="numbers of statements")
    parser.add_argument("--repeats", type=int, default=5, help="how often each thing is measured")
    parser.add_argument("--seed", type=int, default=20310301, help="seed of the generator")
    parser.add_argument("--json", type=Path, default=Path("build/benchmarks.json"), help="file for the figures")
    parser.add_argument("--strict", action="store_true", help="fail where an aim is missed")
    given = parser.parse_args()
    if unknown := [p for p in given.parts if p not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    parts = given.parts or PARTS
    for size in given.sizes:
        if not {"importing", "networks"}.issuperset(parts):
            figures += measured(size, given.seed, given.repeats, parts)
        if "importing" in parts:
            print(f"{size:,} statements: importing …", file=sys.stderr, flush=True)
            figures += measure_importing(size, given.seed, given.repeats)
        if "networks" in parts:
            print(f"{size:,} statements: networks …", file=sys.stderr, flush=True)
            figures += measure_networks(size, given.seed, given.repeats)
    if "importing" in parts:
        figures += measure_real(given.repeats)
    if "networks" in parts:
        figures += measure_real_networks(given.repeats)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    show(figures, machine)
    show_growth(figures)
    save(figures, given.json, machine=machine, seed=given.seed, repeats=given.repeats)
    print(f"Written to {given.json}")
    for curve in draw_growth(figures, given.json):
        print(f"How times grow is drawn in {curve}")
    return int(given.strict and any(f.met is False for f in figures))


def measured(size: int, seed: int, repeats: int, parts: Sequence[str]) -> list[Figure]:
    """All figures of these parts at one size."""

    def tell(what: str) -> None:
        print(f"{size:,} statements: {what} …", file=sys.stderr, flush=True)

    tell("making them")
    generated = generate(size, seed)
    gc.collect()
    gc.freeze()  # what is measured should not pay for the collector's walks through what is loaded
    figures: list[Figure] = []
    try:
        with tempfile.TemporaryDirectory(prefix="tertius-bench-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            with KnowledgeGraph(folder / "store") as graph:
                load(graph, generated)
                quads = folder / "quads.nq"
                write_quads(graph, generated, quads)
                if "loading" in parts:
                    tell("loading")
                    figures += measure_loading(generated, quads, repeats)
                if "questions" in parts:
                    tell("asking" + (", rdflib too" if size <= SMALL else ""))
                    figures += measure_questions(graph, quads, repeats, in_memory=size <= SMALL)
                if "mirror" in parts:
                    tell("mirroring")
                    figures += measure_mirror(graph, generated, repeats)
                if "service" in parts:
                    tell("serving")
                    figures += measure_service(graph, repeats)
                if "http" in parts:
                    tell("asking over HTTP" + (", rdflib-endpoint too" if size <= MOST_FOR_RDFLIB else ""))
                    figures += measure_over_http(graph, dump(graph, folder / "dump.nq"), repeats)
                if "crowd" in parts:
                    tell("letting a crowd ask and write")
                    figures += measure_crowd(graph)
    finally:
        gc.unfreeze()
    return figures


if __name__ == "__main__":
    sys.exit(main())
