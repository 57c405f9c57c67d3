"""SPARQL in processes of their own that can be killed: a deadline, a memory limit, whole answers only."""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rdflib import Literal, URIRef
from starlette.requests import ClientDisconnect

from api.jobs import TRUTH_TYPE, Call, Limits, MediaTypes, Query, returned
from api.pool import Pool
from api.queueing import FairQueue
from graph.changes import Change, Touched, apply_change
from graph.exceptions import (
    GraphError,
    ParameterError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
)
from graph.snapshot import Snapshot
from graph.stores import Answer, QueryDataset

__all__ = ["TRUTH_TYPE", "Limits", "MediaTypes", "Turn", "Workers"]
log = logging.getLogger("tertius")

_ERRORS: dict[str, Callable[..., GraphError]] = {
    c.__name__: c for c in (ParameterError, QueryError, QuerySyntaxError, QueryRefusedError, QueryTooLargeError)
}
_STOPPING = "the service is being stopped: come back in a few seconds"
_INSTEAD = {
    "measure": ": narrow the filters or the window, roll up to states, name a focus, or ask for less, "
    "as betweenness of a sample"
}
_PATIENCE = 0.1
"""Seconds after which a query is worth watching whether its client is still there."""


class Workers:
    """Several warm processes for queries, shared fairly among clients, and one for changes.

    The processes for queries read the current revision's folder, which nothing writes any more, so that killing them
    harms nothing. To be made and used within one event loop; only `apply` and `drain` are for other threads too.
    """

    def __init__(self, limits: Limits, queue: FairQueue, *, update_seconds: float) -> None:
        self.limits, self.queue, self.update_seconds = limits, queue, update_seconds
        self.readers, self._writers = Pool(queue.places, limits.memory), Pool(1, limits.memory)
        self.readers.warm()
        self._loop = asyncio.get_running_loop()
        self._closed = False

    def turn(self, client: str, gone: Callable[[], Awaitable[object]] | None = None) -> "Turn":
        """A client's turn to ask. `gone` returns when the client has gone: its query is then ended."""
        return Turn(self, client, gone)

    def apply(self, db: Path, base: str, change: Change, *, prefixes: bool = True) -> Touched:
        """`apply_change` in a process that can be killed, for other threads to call.

        Raises QueryTimeoutError past the deadline of updates, QueryTooLargeError for want of memory, QueryError where
        the engine breaks: the process is dead by then. Otherwise as `apply_change`.
        """
        job = Call(apply_change, (db, base, change), {"prefixes": prefixes})
        touched: Touched = asyncio.run_coroutine_threadsafe(self.call(job), self._loop).result()
        return touched

    async def call(self, job: Call) -> Any:
        """What a job returns, in the process for changes. Raises what it raises, and what `apply` says."""
        process = await self._writers.take()
        try:
            header, body = await process.ask(job, self.update_seconds)
        except (TimeoutError, EOFError) as error:
            status = await process.end(grace=1 if isinstance(error, EOFError) else 0)
            self._writers.replace(process)
            raise self.explained(error, status, "update", self.update_seconds) from None
        if body and not header["spent"]:
            self._writers.give(process)
        else:
            await process.end()
            self._writers.replace(process)
        if not body:
            raise self.refused(header, "update")
        return returned(body)

    def explained(self, error: Exception, status: int, what: str, seconds: float) -> QueryError:
        """What the end of its process says of a query or update. The engine aborts where it gets no memory."""
        if isinstance(error, TimeoutError):
            return QueryTimeoutError(
                f"the {what} took longer than {seconds:g} seconds and was ended{_INSTEAD.get(what, '')}"
            )
        if self._closed:
            return QueryTimeoutError(_STOPPING)
        if -status in (signal.SIGABRT, signal.SIGKILL):
            return QueryTooLargeError(f"the {what} ended its process: it needs more memory than allowed")
        how = signal.strsignal(-status) if status < 0 else f"status {status}"
        log.warning("the engine broke", extra={"over": what, "ended": how})
        return QueryError(f"the {what} broke the engine; it has been logged")

    def refused(self, header: Mapping[str, Any], what: str) -> GraphError:
        """The error that a process answers with."""
        if "memory" in header:
            return QueryTooLargeError(f"the {what} needs more than {self.limits.memory} MiB of memory")
        return _ERRORS.get(header["error"], QueryError)(*header["told"])

    def drain(self) -> None:
        """Begins no more queries; those that run may end."""
        self._loop.call_soon_threadsafe(self.queue.stop, QueryTimeoutError(_STOPPING))

    async def close(self) -> None:
        """Ends the processes; queries that run or wait fail at once."""
        self._closed = True
        self.queue.stop(QueryTimeoutError(_STOPPING))
        await self.readers.close()
        await self._writers.close()


class Turn:
    """One client's turn: from waiting in line until its answer is sent, or not taken any more.

    An answer that is not sent yet counts for the client as one that runs, so that nobody makes the service keep many.
    """

    def __init__(self, workers: Workers, client: str, gone: Callable[[], Awaitable[object]] | None) -> None:
        self._workers, self._client, self._gone = workers, client, gone
        self._unsent = False

    async def __aenter__(self) -> "Turn":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._finish()

    async def run(
        self, snapshot: Snapshot, query: str, media_types: MediaTypes, *, union: bool,
        dataset: QueryDataset | None = None, base: str | None = None, prefixed: bool = True,
        bindings: Mapping[str, URIRef | Literal] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer, serialised whole, as the media type for the query's form; the rest is as for `Store.answer`.

        Raises ParameterError for a variable that cannot be bound, the errors of QueryError, Problem where too many
        queries wait, ClientDisconnect where the client has gone.
        """
        job = Query(
            snapshot.path / "db", snapshot.iris.base, query, media_types, union, self._workers.limits,
            dataset, base, prefixed, bindings,
        )  # fmt: skip
        header, body = await self._watched(job, "query", job.limits.seconds)
        if "media_type" not in header:
            raise self._workers.refused(header, "query")
        return Answer(body, header["media_type"])

    async def call(self, job: Call, what: str, seconds: float) -> tuple[bytes, float]:
        """The pickled result of a call of ours, see `returned`, and the seconds that it took. Raises as `run` does."""
        header, body = await self._watched(job, what, seconds)
        if not body:
            raise self._workers.refused(header, what)
        return body, header["seconds"]

    async def _watched(self, job: Query | Call, what: str, seconds: float) -> tuple[dict[str, Any], bytes]:
        """What the job's process answers, unless the client goes before that."""
        self._finish()
        work = asyncio.create_task(self._ask(job, what, seconds))
        try:
            await asyncio.wait([work], timeout=_PATIENCE if self._gone else None)
            if self._gone and not work.done():
                watch = asyncio.ensure_future(self._gone())
                await asyncio.wait([work, watch], return_when=asyncio.FIRST_COMPLETED)
                watch.cancel()
            if not work.done():
                raise ClientDisconnect
            return work.result()
        finally:
            work.cancel()

    async def _ask(self, job: Query | Call, what: str, seconds: float) -> tuple[dict[str, Any], bytes]:
        workers, queue = self._workers, self._workers.queue
        await queue.enter(self._client)
        try:
            process = await workers.readers.take()
        except BaseException:
            self._lost()
            raise
        began, status, survives = time.monotonic(), 0, False
        try:
            header, body = await process.ask(job, seconds)
            survives = "memory" not in header
        except (TimeoutError, EOFError) as error:
            if isinstance(error, EOFError):
                status = await process.end(grace=1)
            raise workers.explained(error, status, what, seconds) from None
        finally:
            if not survives:
                # The client's turn lasts until there is another process: whoever breaks many waits for many.
                workers.readers.replace(process, partial(self._lost, time.monotonic() - began))
        if survives:
            self._unsent = True
            if header["spent"]:
                workers.readers.replace(process, queue.leave)
            else:
                workers.readers.give(process)
                queue.leave(self._client, time.monotonic() - began)
        return header, body

    def _finish(self) -> None:
        if self._unsent:
            self._unsent = False
            self._workers.queue.finish(self._client)

    def _lost(self, seconds: float | None = None) -> None:
        self._workers.queue.leave(self._client, seconds)
        self._workers.queue.finish(self._client)
