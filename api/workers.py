"""SPARQL in a process of its own that can be killed: a deadline, a memory limit, whole answers only."""

import contextlib
import json
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import Literal, URIRef

from api.seclusion import end_with_parent, give_up_network, limit_memory
from graph.exceptions import (
    GraphError,
    ParameterError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
)
from graph.policy import check_query
from graph.snapshot import Snapshot
from graph.stores import Answer, EmbeddedStore, QueryDataset

log = logging.getLogger("tertius")

_ERRORS: dict[str, type[GraphError]] = {
    c.__name__: c for c in (QueryError, QuerySyntaxError, QueryRefusedError, QueryTooLargeError)
}
TRUTH_TYPE = "application/sparql-results+json"
_STOPPING = "the service is being stopped: come back in a few seconds"
STACK = 1 << 30
"""Bytes of stack for the engine, whose parser and optimiser recurse: a query of 64 KiB fits whatever its nesting.

Only what is used becomes memory. On the usual 8 MiB the worst queries end the process at a depth of 600 to 1,000.
"""


@dataclass(frozen=True)
class Limits:
    """What one query may take."""

    seconds: float
    memory: int
    rows: int
    bytes: int
    length: int
    depth: int
    queue: int


class MediaTypes(NamedTuple):
    """What an answer may be serialised as, by the form of its query, which only the engine knows."""

    solutions: str
    truth: str
    triples: str


@dataclass(frozen=True)
class _Job:
    path: Path
    base: str
    query: str
    media_types: MediaTypes
    union: bool
    limits: Limits
    dataset: QueryDataset | None
    request_base: str | None
    prefixed: bool
    bindings: Mapping[str, URIRef | Literal] | None


class QueryWorker:
    """One warm process and a spare behind it. Queries run one after the other; those that wait are bounded.

    The process reads the current revision's folder, which nothing writes any more, so that killing it harms nothing.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._turn = threading.Lock()
        self._waiting = threading.BoundedSemaphore(limits.queue + 1)
        self._ending = self._closed = False
        self._spare: _Process | None = _Process(limits.memory)
        self._current: _Process | None = None

    def run(
        self, snapshot: Snapshot, query: str, media_types: MediaTypes, *, union: bool,
        dataset: QueryDataset | None = None, base: str | None = None, prefixed: bool = True,
        bindings: Mapping[str, URIRef | Literal] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer, serialised whole, as the media type for the query's form; the rest is as for `Store.answer`.

        Raises ParameterError for a variable that cannot be bound, and the errors of QueryError; QueryTimeoutError also
        where too many queries wait.
        """
        if not self._waiting.acquire(blocking=False):
            raise QueryTimeoutError(f"{self.limits.queue} queries are waiting already: come back in a few seconds")
        try:
            if not self._turn.acquire(timeout=self.limits.seconds * 2):
                raise QueryTimeoutError("the queries before this one took too long: come back in a few seconds")
            try:
                if self._ending:
                    raise QueryTimeoutError(_STOPPING)
                job = _Job(
                    snapshot.path / "db", snapshot.iris.base, query, media_types, union, self.limits,
                    dataset, base, prefixed, bindings,
                )  # fmt: skip
                return self._run(job)
            finally:
                self._turn.release()
        finally:
            self._waiting.release()

    def _run(self, job: _Job) -> Answer:
        process = self._current
        if process is None or not process.is_alive():  # whoever ended it between two queries
            process = self._take()
        try:
            message = process.ask(job)
        except (EOFError, OSError):
            how = process.end()
            self._replace()
            if self._closed:
                raise QueryTimeoutError(_STOPPING) from None
            raise _end_error(how) from None
        except BaseException:
            self._replace()
            raise
        match message:
            case "answer", body, media_type:
                return Answer(body, media_type)
            case "memory", *_:
                self._replace()
                raise QueryTooLargeError(f"the query needs more than {self.limits.memory} MiB of memory")
            case "parameter", name, text:
                raise ParameterError(name, text)
            case name, text:
                raise _ERRORS.get(name, QueryError)(text)
        raise QueryError(f"the query process answered {message!r}")

    def _take(self) -> "_Process":
        if self._current:
            self._current.kill()
        spare = self._spare if self._spare and self._spare.is_alive() else None
        self._current = spare or _Process(self.limits.memory)
        self._spare = None if self._closed else _Process(self.limits.memory)
        return self._current

    def _replace(self) -> None:
        if not self._closed:
            self._take()

    def drain(self) -> None:
        """Begins no more queries; the one that runs may end."""
        self._ending = True

    def close(self) -> None:
        """Ends the processes; queries that run or wait fail at once."""
        self._ending = self._closed = True
        for process in (self._current, self._spare):
            if process:
                process.kill()


def _end_error(how: int) -> QueryError:
    """What the end of its process says of a query; the engine aborts where it gets no more memory."""
    if -how in (signal.SIGABRT, signal.SIGKILL):
        return QueryTooLargeError("the query ended its process: it needs more memory than allowed")
    log.warning("a query broke the engine", extra={"ended": signal.strsignal(-how) if how < 0 else f"status {how}"})
    return QueryError("the query broke the engine; it has been logged")


class _Process:
    """A process that knows nothing of the program that started it, unlike those of multiprocessing, which run it again.

    Its standard input only tells it, by closing, that the parent is gone.
    """

    def __init__(self, memory: int) -> None:
        self.pipe, child = multiprocessing.Pipe()
        command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), str(child.fileno()), str(memory)]
        self._said, said = os.pipe()
        os.set_blocking(said, False)  # what nobody reads is lost, and never waited for
        os.set_blocking(self._said, False)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said, pass_fds=[child.fileno()])  # noqa: S603 - our own
        child.close()
        os.close(said)
        self._ready = False

    def ask(self, job: _Job) -> tuple[Any, ...]:
        """What the process answers. Raises QueryTimeoutError, and EOFError or OSError where it ends."""
        if not self._ready:  # its start is not the query's time
            self._ready = self._starts(30)
        self.pipe.send(job)
        if not self.pipe.poll(job.limits.seconds):
            raise QueryTimeoutError(f"the query took longer than {job.limits.seconds:g} seconds and was ended")
        answer: tuple[Any, ...] = self.pipe.recv()
        return answer

    def _starts(self, seconds: float) -> bool:
        with contextlib.suppress(EOFError, OSError):
            if self.pipe.poll(seconds) and self.pipe.recv() == "ready":
                return True
        raise QueryTimeoutError("the query process did not start: come back in a few seconds")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> int:
        """How the process, whose pipe has closed, ended: its status, below zero the signal."""
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(5)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(5)
        if self._said < 0:
            return
        with contextlib.suppress(BlockingIOError):
            if said := os.read(self._said, 65_536):
                log.debug("a query process said", extra={"text": said.decode(errors="replace")[-2000:]})
        os.close(self._said)
        self._said = -1
        self.pipe.close()
        if self._process.stdin:
            self._process.stdin.close()


_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from api.workers import serve_queries
serve_queries(int(sys.argv[2]), int(sys.argv[3]))
"""


def serve_queries(descriptor: int, memory: int) -> None:
    """The process: answers one job after the other until its pipe closes."""
    end_with_parent()
    limit_memory(memory * 1024 * 1024 + STACK)
    give_up_network()
    threading.stack_size(STACK)
    engine = threading.Thread(target=_answer_jobs, args=(Connection(descriptor),))
    engine.start()
    engine.join()


def _answer_jobs(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.send("ready")
        store: EmbeddedStore | None = None
        while True:
            job: _Job = pipe.recv()
            try:
                if store is None or store.path != job.path:
                    store = EmbeddedStore(job.path, job.base)
                answer = _answer(store, job)
                pipe.send(("answer", answer.body, answer.media_type))
            except MemoryError:
                pipe.send(("memory",))
            except ParameterError as error:
                pipe.send(("parameter", error.parameter, error.message))
            except GraphError as error:
                pipe.send((type(error).__name__, str(error)))
            except Exception as error:  # noqa: BLE001 - whatever the engine raises ends the query, not the process
                pipe.send(("QueryError", f"{type(error).__name__}: {error}"))


def _answer(store: EmbeddedStore, job: _Job) -> Answer:
    limits = job.limits
    check_query(job.query, max_length=limits.length, max_depth=limits.depth)
    solutions, truth, triples = job.media_types
    return store.answer(
        job.query, solutions, triples, truth_type=truth or TRUTH_TYPE, union=job.union,
        dataset=job.dataset, base=job.request_base, prefixed=job.prefixed, max_rows=limits.rows,
        max_bytes=limits.bytes, bindings=job.bindings,
    )  # fmt: skip
