"""Writing over HTTP: who may, one after the other, and a line for each."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fastapi import Request, Response, Security
from fastapi.security import HTTPBearer
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from api import audit
from api.dependencies import JSON, State, etag
from api.errors import Problem, status_of
from api.middleware import BodyTooLong
from graph.changes import Change, Touched
from graph.exceptions import ParameterError
from graph.stores.embedded import RDF_FORMATS
from graph.writing import Report

REALM = "tertius"
BEARER = [Security(HTTPBearer(auto_error=False, description="A token that the service is set to know."))]
"""Tells in the description that a path needs a token; `Write.authorize` is what asks for it."""
_OFF = (
    "writing is off here, since no token is set: whoever runs the service turns it on with --tokens or TERTIUS_TOKENS; "
    "`tertius token NAME` makes a token"
)
_COUNTS = ("quads", "added", "changed", "retracted", "removed", "entities", "sources")


class Write:
    """One write of a request, in a `with` block: when it ends, however it ends, the audit has its line.

    Nothing is noted where nobody tried to write, as where a form turns out to hold a query.
    """

    def __init__(self, request: Request, state: State, kind: str, *graphs: str) -> None:
        self._request, self._state = request, state
        self.kind, self.graphs = kind, graphs
        """What the audit tells; the graphs first as the request names them, then as they were found to be touched."""
        self._who: str | None = None
        self._tried = False
        self._status, self._counts = 200, dict[str, int]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if self._tried:
            status = self._status if error is None else 413 if isinstance(error, BodyTooLong) else status_of(error)
            audit.note(self._who, self.kind, status, self.graphs, self._counts)

    def authorize(self) -> None:
        """Raises Problem: 403 where writing is off, 401 without a token of ours."""
        self._tried = True
        tokens, given = self._state.tokens, self._request.headers.getlist("authorization")
        if not tokens:
            raise Problem(403, _OFF)
        self._who = tokens.holder(given[0]) if len(given) == 1 else None
        if self._who is None:
            challenge = f'Bearer realm="{REALM}"' + (', error="invalid_token"' if given else "")
            found = "this token is not known here" if given else "writing needs a token"
            raise Problem(
                401, f"{found}: send one that is set, as Authorization: Bearer SECRET",
                headers={"WWW-Authenticate": challenge},
            )  # fmt: skip

    async def run(self, change: Change) -> Report:
        """Makes the change in a process that can be killed. Raises the errors of KnowledgeGraph.change; see `done`."""
        return await self.done(lambda: self._change(change))

    async def done(self, work: Callable[[], Report]) -> Report:
        """Does the work, which writes, in a thread after the writes before it.

        Raises what the work raises; Problem 503 where those before it take too long, 412 where If-Match names another
        answer of this address than the current one.
        """
        state = self._state
        try:
            async with asyncio.timeout(state.settings.write_wait):
                await state.writing.acquire()
        except TimeoutError:
            raise Problem(
                503, "other writes are at work: come back in a few seconds", headers={"Retry-After": "5"}
            ) from None
        try:
            await run_in_threadpool(self._check_match)
            report = await run_in_threadpool(work)
        except ParameterError as error:
            raise Problem(400, str(error), parameter=error.parameter) from None
        finally:
            state.writing.release()
        self._counts = {"revision": report.revision} | {c: n for c in _COUNTS if (n := getattr(report, c))}
        return report

    def _check_match(self) -> None:
        wanted = self._request.headers.get("if-match")
        if wanted is None or wanted.strip() == "*":
            return
        revision = self._state.graph.snapshot.revision
        tags = {etag(self._request, self._state, revision, variant) for variant in RDF_FORMATS}
        if tags.isdisjoint(t.strip() for t in wanted.split(",")):
            raise Problem(
                412, f"If-Match names no answer of this address at revision {revision}: GET it again, and look what "
                "others have written meanwhile",
            )  # fmt: skip

    def answer(self, report: Report, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """What the write changed, and the revision in which that is visible."""
        self._status = status
        if status == 204:
            return Response(status_code=status)
        content: dict[str, Any] = {k: v for k, v in dataclasses.asdict(report).items() if k != "datasets"}
        return Response(to_json(content), status, headers=headers, media_type=JSON)

    def _change(self, change: Change) -> Report:
        settings = self._state.settings
        return self._state.graph.change(change, raw=settings.raw_rdf, apply=self._apply, wait=settings.write_wait)

    def _apply(self, db: Path, base: str, change: Change, *, prefixes: bool) -> Touched:
        touched = self._state.workers.apply(db, base, change, prefixes=prefixes)
        graphs = touched.graphs | {graph for graph, _ in touched.places}
        self.graphs = ("all",) if touched.everything else tuple(sorted(graph or "default" for graph in graphs))
        return touched
