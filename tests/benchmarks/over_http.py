"""A researcher's day over HTTP: the same eight questions to Tertius, `oxigraph serve` and rdflib-endpoint.

All get the same text and must give the same rows before anything is timed. One client, one connection to each that
stays open; the servers take turns question by question, so that a busy machine slows all of them alike.
"""

import json
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from graph import KnowledgeGraph
from tests.benchmarks.client import Connection, with_query
from tests.benchmarks.day import Asked, day
from tests.benchmarks.measure import Figure, Group, at_least, at_most, short
from tests.benchmarks.servers import Server, oxigraph, rdflib_endpoint, tertius

JSON, SOLUTIONS = "application/json", "application/sparql-results+json"
MOST_FOR_RDFLIB = 100_000
"""Up to here rdflib-endpoint is asked too: it reads some 4,000 statements a second, and takes 2 GiB for as many."""
PATIENCE = 60
"""Seconds that any server is given for one question: the first one of a large store is read from a cold disk."""
GROUP = Group("Over HTTP: median and p99, rows", ("Tertius", "oxigraph serve", "rdflib-endpoint"))


def dump(graph: KnowledgeGraph, path: Path) -> Path:
    """All that the store holds, as a file of quads: what the other servers load."""
    graph.refresh_ontology()
    with path.open("wb") as output:
        graph.snapshot.store.dump(output, "application/n-quads")
    return path


def measure_over_http(graph: KnowledgeGraph, quads: Path, repeats: int, *, span: float = 1.0) -> list[Figure]:
    """Every question, `repeats` rounds of it, in each as often as fits in `span` seconds; quads: made by `dump`."""
    size, questions = len(graph.snapshot.columns), day(graph)
    with ExitStack() as stack:
        ours = stack.enter_context(Client(stack.enter_context(tertius(graph, QUERY_TIMEOUT=str(PATIENCE)))))
        engine = stack.enter_context(Client(stack.enter_context(oxigraph(quads))))
        for q in questions:
            _compare(q, _rows(ours.ask(q.sparql)), _rows(engine.ask(q.sparql)))
            if q.path:
                same_as_own(q, ours.own(q.path), ours.ask(q.sparql))
        times = [_timed(q, ours, engine, repeats, span) for q in questions]
        answers = [_rows(ours.ask(q.sparql)) for q in questions]
    slow: list[float | None] = [None] * len(questions)
    if size <= MOST_FOR_RDFLIB:
        slow = _rdflib(questions, quads, answers, span)
    figures = []
    for q, (mine, theirs, columns), count, rdflib in zip(questions, times, map(len, answers), slow, strict=True):
        us, them = statistics.median(mine), statistics.median(theirs)
        third = "" if rdflib is None else f"{'> ' if rdflib >= PATIENCE else ''}{short(rdflib)}, {rdflib / us:,.0f}×"
        shown = _with_p99(mine), _with_p99(theirs), third
        figures.append(Figure(GROUP, f"{q.name} ({count:,})", size, *shown, **at_most(1.2, us / them)))
        if columns:
            ratio = round(statistics.median(columns) / them, 3)
            figures.append(Figure(GROUP, f"… {_path(q)}", size, _with_p99(columns), ratio=ratio))
    medians = [(statistics.median(mine), statistics.median(theirs)) for mine, theirs, _ in times]
    mean = statistics.geometric_mean(us / them for us, them in medians)
    figures.append(Figure(GROUP, "all, geometric mean", size, "", **at_most(1.2, mean)))
    if size <= MOST_FOR_RDFLIB:
        ratios = [r / us for r, (us, _) in zip(slow, medians, strict=True) if r is not None]
        mean = statistics.geometric_mean(ratios)
        figures.append(Figure(GROUP, "rdflib-endpoint, geometric mean", size, "", **at_least(20, mean)))
    return figures


class Client:
    """One connection to one server, open from the first question on. `seconds` is what the last answer took."""

    def __init__(self, server: Server) -> None:
        self._path, self._connection = server.sparql, Connection(server.port, PATIENCE)
        self.seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, sparql: str) -> bytes:
        """The answer to a SELECT, as JSON."""
        return self._get(with_query(self._path, query=sparql), SOLUTIONS)

    def own(self, path: str) -> bytes:
        """The answer of a path of our own, as JSON."""
        return self._get(path, JSON)

    def _get(self, target: str, accept: str) -> bytes:
        got = self._connection.get(target, accept)
        if got.status != 200:
            raise AssertionError(f"{target}: {got.status} {got.body[:500]!r}")
        self.seconds = got.seconds
        return got.body


def _timed(q: Asked, ours: Client, engine: Client, repeats: int, span: float) -> tuple[list[float], ...]:
    mine: list[float] = []
    theirs: list[float] = []
    columns: list[float] = []
    for _ in range(repeats):
        began = time.perf_counter()
        while not mine or time.perf_counter() - began < span:
            ours.ask(q.sparql)
            mine.append(ours.seconds)
            engine.ask(q.sparql)
            theirs.append(engine.seconds)
            if q.path:
                ours.own(q.path)
                columns.append(ours.seconds)
    return mine, theirs, columns


def _rdflib(questions: list[Asked], quads: Path, answers: list[list[Any]], span: float) -> list[float | None]:
    """How long rdflib-endpoint takes for each, PATIENCE where it takes longer. Quick ones are asked several times."""
    found: list[float | None] = []
    todo = list(zip(questions, answers, strict=True))
    while todo:
        with rdflib_endpoint(quads) as server, Client(server) as client:
            while todo:
                q, expected = todo.pop(0)
                try:
                    _compare(q, _rows(client.ask(q.sparql)), expected)  # it keeps the parsed query for the next time
                    times: list[float] = []
                    while not times or (sum(times) < span and len(times) < 20):
                        client.ask(q.sparql)
                        times.append(client.seconds)
                    found.append(statistics.median(times))
                except TimeoutError:
                    found.append(float(PATIENCE))
                    break  # it still evaluates, and answers nobody meanwhile
    return found


def _rows(body: bytes) -> list[Any]:
    """The rows of an answer in SPARQL's JSON, sorted, each its values by variable."""
    bindings = json.loads(body)["results"]["bindings"]
    return sorted(sorted((name, *sorted(term.items())) for name, term in row.items()) for row in bindings)


def _compare(q: Asked, one: list[Any], other: list[Any]) -> None:
    if one != other or not one:
        raise AssertionError(f"{q.name}: the answers differ, {len(one)} and {len(other)} rows")


def same_as_own(q: Asked, body: bytes, sparql: bytes) -> None:
    """Raises AssertionError where our own answer and that to the SPARQL do not tell of the same."""
    own = q.read(json.loads(body))
    rows = json.loads(sparql)["results"]["bindings"]
    theirs = {tuple(row[name]["value"] for name in q.key) for row in rows}
    if own != theirs or not own:
        raise AssertionError(f"{q.name}: {_path(q)} tells of {len(own)}, SPARQL of {len(theirs)}")


def _path(q: Asked) -> str:
    path = (q.path or "").partition("?")[0]
    return path if not path.startswith("/statements/") else "/statements/…"


def _with_p99(times: list[float]) -> str:
    return f"{short(statistics.median(times))}, {short(sorted(times)[int(len(times) * 0.99)])}"
