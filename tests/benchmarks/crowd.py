"""A crowd over HTTP: readers and a writer, first alone, then with one hostile client besides.

Every answer must be right, or say properly that it cannot be given now: 429 or 503 with Retry-After. When all is over
whatever write was acknowledged must be found. Readers ask at a steady pace, so that all of it is bounded.
"""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from graph import KnowledgeGraph
from tests.benchmarks.client import Connection, Received, request, with_query
from tests.benchmarks.day import day
from tests.benchmarks.measure import Figure, Group, at_most, short
from tests.benchmarks.servers import Server, tertius

READERS, PAUSE, BETWEEN_WRITES = 8, 0.04, 0.5
DEADLINE = 3
"""Seconds a query may run here, so that a short run sees many of them ended."""
NAME, SECRET = "crowd", "a-secret-for-this-run-only"
WRITTEN = "place-200"
"""The entity that gets new names; nobody asks for it meanwhile."""
LATER = (429, 503)


Expected = dict[tuple[str, str], Any]
"""By kind and target, the answer without what a write changes."""


@dataclass
class Tally:
    """What came of the requests of one kind."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def __str__(self) -> str:
        times = sorted(self.seconds) or [0.0]
        return f"{short(statistics.median(times))}, {short(self.p99)}"

    @property
    def p99(self) -> float:
        """In seconds."""
        times = sorted(self.seconds) or [0.0]
        return times[int(len(times) * 0.99)]


@dataclass
class Outcome:
    """What came of a crowd: tallies by kind, what was wrong, which names were acknowledged, memory over time in MiB."""

    seconds: float
    kinds: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    hostile: Counter[str] = field(default_factory=Counter)


def measure_crowd(graph: KnowledgeGraph, seconds: float = 10) -> list[Figure]:
    """Rates, times, answers and memory, without and with a hostile client. Raises AssertionError for a wrong answer."""
    size = len(graph.snapshot.columns)
    with tertius(graph, TOKENS=f"{NAME}:{SECRET}", QUERY_TIMEOUT=str(DEADLINE), LOG_LEVEL="error") as server:
        expected = _expected(server, _targets(graph))
        run(server, graph, expected, 2)  # processes start, files are read
        calm = run(server, graph, expected, seconds)
        with_hostile = run(server, graph, expected, seconds * 1.5, hostile=True)
        time.sleep(DEADLINE)
        after = run(server, graph, expected, 2)
        outcomes = (calm, with_hostile, after)
        wrong = [w for o in outcomes for w in o.wrong]
        lost = [w for o in outcomes for w in o.written if not _is_known(server, graph, w)]
    if wrong or lost:
        raise AssertionError(f"{len(wrong)} wrong answers, {len(lost)} writes lost: {[*wrong, *lost][:5]}")
    group = Group("A crowd: median and p99, answers", ("with a hostile client", "without", ""))
    figures = []
    for kind, tally in calm.kinds.items():
        attacked = with_hostile.kinds[kind]
        shown = str(attacked), str(tally)
        figures.append(Figure(group, kind, size, *shown, **at_most(3, attacked.p99 / tally.p99)))
    told = [
        ("rate", [f"{sum(len(t.seconds) for t in o.kinds.values()) / o.seconds:,.0f}/s" for o in (with_hostile, calm)]),
        ("answers", [_statuses(o) for o in (with_hostile, calm)]),
        ("hostile client was answered", [_counts(with_hostile.hostile), ""]),
        ("writes acknowledged, all found", [f"{len(o.written):,}" for o in (with_hostile, calm)]),
        ("memory, most", [f"{max(o.memory):,.0f} MiB" for o in (with_hostile, calm)]),
        ("memory, at the end", [f"{o.memory[-1]:,.0f} MiB" for o in (after, calm)]),
    ]
    return figures + [Figure(group, what, size, attacked, calmly) for what, (attacked, calmly) in told]


def run(server: Server, graph: KnowledgeGraph, expected: Expected, seconds: float, *, hostile: bool = False) -> Outcome:
    """What comes of so many seconds."""
    outcome, end = Outcome(seconds), time.monotonic() + seconds
    kinds = sorted({kind for kind, _ in expected})
    outcome.kinds = {kind: Tally() for kind in [*kinds, "write"]}
    work = [threading.Thread(target=_read, args=(server, expected, n, end, outcome)) for n in range(READERS)]
    work.append(threading.Thread(target=_write, args=(server, graph, end, outcome)))
    work.append(threading.Thread(target=_watch, args=(server, end, outcome)))
    with _attacked(server, seconds, outcome) if hostile else _left_alone():
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
    return outcome


def _targets(graph: KnowledgeGraph) -> list[tuple[str, str]]:
    questions = {q.name: q for q in day(graph)}
    small = [questions["one statement, whole"].sparql, "ASK { ?s r:mediates ?o }"]
    columns = graph.snapshot.columns
    states = [f"state-{n}" for n in range(1, 21)]
    return [
        *(("who", with_query("/who/invites", object=s)) for s in states),
        *(("who", with_query("/who/mediates", party=s, limit="5")) for s in states[:5]),
        *(("statements", with_query("/statements", subject=s, relation="accuses", limit="10")) for s in states),
        *(("entity", f"/entities/{s}") for s in states),
        *(("sparql", with_query("/sparql", query=text)) for text in small),
        *(("statement", f"/statements/{columns.id(n * len(columns) // 20)}") for n in range(20)),
    ]


def _expected(server: Server, targets: list[tuple[str, str]]) -> Expected:
    found: Expected = {}
    with Connection(server.port) as connection:
        for kind, target in targets:
            got = connection.get(target)
            if got.status != 200:
                raise AssertionError(f"{target}: {got.status} {got.body[:300]!r}")
            found[kind, target] = _lasting(got.body)
    return found


def _lasting(body: bytes) -> Any:
    answer = json.loads(body)
    for changes in ("revision", "next"):
        answer.pop(changes, None)
    return answer


def _read(server: Server, expected: Expected, number: int, end: float, outcome: Outcome) -> None:
    targets = list(expected)
    turn = cycle(targets[number * 7 % len(targets) :] + targets[: number * 7 % len(targets)])
    with Connection(server.port, 30) as connection:
        while time.monotonic() < end:
            kind, target = next(turn)
            try:
                got = connection.get(target)
            except OSError as error:
                outcome.wrong.append(f"{target}: {error!r}")
                continue
            outcome.kinds[kind].statuses[got.status] += 1
            if got.status == 200:
                outcome.kinds[kind].seconds.append(got.seconds)
                if _lasting(got.body) != expected[kind, target]:
                    outcome.wrong.append(f"{target}: another answer than before")
            elif not _is_proper(got):
                outcome.wrong.append(f"{target}: {got.status} {got.body[:200]!r}")
            time.sleep(PAUSE)


def _is_proper(got: Received) -> bool:
    return got.status in LATER and b"\r\nretry-after:" in got.head


def _write(server: Server, graph: KnowledgeGraph, end: float, outcome: Outcome) -> None:
    headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {SECRET}"}
    tally = outcome.kinds["write"]
    with Connection(server.port, 30) as connection:
        while time.monotonic() < end:
            name = f"Written at {time.time_ns()}"
            text = f'INSERT DATA {{ GRAPH g:entities {{ <{graph.iris.entity(WRITTEN)}> skos:altLabel "{name}"@en }} }}'
            try:
                got = connection.send(request("POST", "/update", headers, text.encode()))
            except OSError as error:
                outcome.wrong.append(f"/update: {error!r}")
                continue
            tally.statuses[got.status] += 1
            if got.status in (200, 204):
                tally.seconds.append(got.seconds)
                outcome.written.append(name)
            elif not _is_proper(got):
                outcome.wrong.append(f"/update: {got.status} {got.body[:300]!r}")
            time.sleep(BETWEEN_WRITES)


def _is_known(server: Server, graph: KnowledgeGraph, name: str) -> bool:
    text = f'ASK {{ <{graph.iris.entity(WRITTEN)}> skos:altLabel "{name}"@en }}'
    with Connection(server.port) as connection:
        return bool(json.loads(connection.get(with_query("/sparql", query=text)).body)["boolean"])


def _watch(server: Server, end: float, outcome: Outcome) -> None:
    while time.monotonic() < end:
        outcome.memory.append(memory(server.pid))
        time.sleep(0.25)


def memory(pid: int) -> float:
    """MiB that a process and its children hold in memory; 0 where the system does not tell."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:  # no such system, or no such process any more
        return 0
    return pages * 4096 / 2**20 + sum(memory(int(child)) for child in children)


@contextmanager
def _attacked(server: Server, seconds: float, outcome: Outcome) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.hostile", str(server.port), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as attacker:
        try:
            yield
            outcome.hostile.update(json.loads(attacker.communicate(timeout=60)[0]))
        finally:
            attacker.kill()


@contextmanager
def _left_alone() -> Iterator[None]:
    yield


def _statuses(outcome: Outcome) -> str:
    total: Counter[str] = Counter()
    for tally in outcome.kinds.values():
        total.update({str(status): count for status, count in tally.statuses.items()})
    return _counts(total)


def _counts(answers: Counter[str]) -> str:
    return ", ".join(f"{count:,} × {answer}" for answer, count in sorted(answers.items()))
