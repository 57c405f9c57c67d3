"""The other end of the pipe: the program of the processes that answer queries and apply changes, and can be killed."""

import contextlib
import json
import pickle
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rdflib import Literal, URIRef

from api.seclusion import (
    alarm,
    data_size,
    end_with_parent,
    give_up_network,
    has_stepped_back,
    limit_memory,
    step_back_after_alarm,
    wait_until_gone,
)
from graph.exceptions import GraphError, ParameterError
from graph.policy import check_query
from graph.stores import Answer, EmbeddedStore, QueryDataset

TRUTH_TYPE = "application/sparql-results+json"
STACK = 1 << 30
"""Bytes of stack for the engine, whose parser and optimiser recurse: a query of 64 KiB fits whatever its nesting.

Only what is used becomes memory. On the usual 8 MiB the worst queries end the process at a depth of 600 to 1,000.
"""
LENGTH = struct.Struct("!Q")
"""What stands before a job: how long it is."""
LENGTHS = struct.Struct("!QQ")
"""What stands before an answer: how long its header, which is JSON, and its body are."""
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one query may take."""

    seconds: float
    memory: int
    rows: int
    bytes: int
    length: int
    depth: int


class MediaTypes(NamedTuple):
    """What an answer may be serialised as, by the form of its query, which only the engine knows."""

    solutions: str
    truth: str
    triples: str


@dataclass(frozen=True)
class Query:
    """A query from a stranger, of the store in a folder."""

    path: Path
    base: str
    query: str
    media_types: MediaTypes
    union: bool
    limits: Limits
    dataset: QueryDataset | None = None
    request_base: str | None = None
    prefixed: bool = True
    bindings: Mapping[str, URIRef | Literal] | None = None


@dataclass(frozen=True)
class Call:
    """A call of a function of ours, whose result comes back pickled."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


def serve_jobs(descriptor: int, memory: int) -> None:
    """The process: answers one job after the other until its pipe closes."""
    pipe = socket.socket(fileno=descriptor)
    end_with_parent()
    limit_memory(memory * _MIB + STACK)
    server = _Server(pipe, memory, secluded=give_up_network())
    threading.stack_size(STACK)
    while not server.ended:
        engine = threading.Thread(target=server.answer_jobs)
        step_back_after_alarm(engine)
        engine.start()
        engine.join()
        wait_until_gone(engine)


class _Server:
    """Answers jobs in the thread that has the stack for it. One that had to step back is followed by another."""

    def __init__(self, pipe: socket.socket, memory: int, *, secluded: bool) -> None:
        self._pipe, self._incoming, self._secluded = pipe, pipe.makefile("rb"), secluded
        self._most = data_size() + STACK + memory * _MIB // 2
        self._store: EmbeddedStore | None = None
        self.ended = False

    def answer_jobs(self) -> None:
        """Until the pipe closes, or a job took so long that this thread comes after others now."""
        self.ended = True  # also where the engine ends its thread by what is no error of ours
        with contextlib.suppress(EOFError, OSError):
            while not has_stepped_back():
                job = _next(self._incoming)
                with alarm():
                    header, body = self._answered(job)
                _send(self._pipe, header, body)
                del body
            self.ended = False

    def _answered(self, job: Query | Call) -> tuple[dict[str, Any], bytes]:
        body, header, began = b"", dict[str, Any](), time.perf_counter()
        try:
            if isinstance(job, Call):
                body = _call(job)
            else:
                if self._store is None or self._store.path != job.path:
                    self._store = EmbeddedStore(job.path, job.base)
                answer = _answer(self._store, job, self._secluded)
                body, header["media_type"] = answer.body, answer.media_type
        except MemoryError:
            header["memory"] = True
        except ParameterError as error:
            header |= {"error": "ParameterError", "told": [error.parameter, error.message]}
        except GraphError as error:
            header |= {"error": type(error).__name__, "told": [str(error)]}
        except Exception as error:  # noqa: BLE001 - whatever the engine raises ends the query, not the process
            header |= {"error": "", "told": [f"{type(error).__name__}: {error}"]}
        # Memory that allocators keep is taken from the next job: a process that has grown is replaced.
        header["spent"] = data_size() > self._most
        header["seconds"] = time.perf_counter() - began
        return header, body


def _next(incoming: BinaryIO) -> Query | Call:
    head = incoming.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    job: Query | Call = pickle.loads(incoming.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our parent
    return job


def _send(pipe: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    head = json.dumps(header).encode()
    pipe.sendall(LENGTHS.pack(len(head), len(body)) + head)
    pipe.sendall(body)


def _call(job: Call) -> bytes:
    try:
        return pickle.dumps((job.function(*job.arguments, **job.options), None))
    except GraphError as error:
        return pickle.dumps((None, (type(error), error.args, vars(error))))


def _answer(store: EmbeddedStore, job: Query, secluded: bool) -> Answer:
    limits = job.limits
    check_query(
        job.query,
        max_length=limits.length,
        max_depth=limits.depth,
        check_syntax=store.check_syntax if secluded else None,
    )
    solutions, truth, triples = job.media_types
    return store.answer(
        job.query, solutions, triples, truth_type=truth or TRUTH_TYPE, union=job.union,
        dataset=job.dataset, base=job.request_base, prefixed=job.prefixed, max_rows=limits.rows,
        max_bytes=limits.bytes, bindings=job.bindings,
    )  # fmt: skip


def returned(body: bytes) -> Any:
    """What a call returned. Raises the GraphError that it raised, with its attributes."""
    result, raised = pickle.loads(body)  # noqa: S301 - from a process that runs our own functions
    if raised is None:
        return result
    kind, arguments, attributes = raised
    error: GraphError = kind.__new__(kind)
    error.args = arguments
    vars(error).update(attributes)
    raise error
