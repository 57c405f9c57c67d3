"""Which exception becomes which status, as RFC 9457 problem details."""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from graph.exceptions import (
    AmbiguousNameError,
    ChangeRefusedError,
    CitationRoomError,
    GraphConflictError,
    GraphError,
    MissingExtraError,
    NameResolutionError,
    NotFoundError,
    ParameterError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
    RdfSyntaxError,
    StoreError,
    StoreLockedError,
    StoreWriteError,
    UnknownNameError,
)
from ontology import OntologyError, UnknownTermError

CLIENT_GONE = 499
"""What the log says where nobody is left to read an answer; no status of the standard, and never sent."""
PROBLEM = "application/problem+json"
_MOST_FINDINGS = 100
log = logging.getLogger("tertius")


def shortened(value: str, length: int = 200) -> str:
    """A value as messages repeat it: what somebody sent may be very long."""
    return value if len(value) <= length else f"{value[:length]}…"


class Problem(Exception):
    """An answer that is an error, raised where it is noticed. `extra` are further members of the problem."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        self.status, self.detail, self.headers, self.extra = status, detail, dict(headers or {}), extra
        super().__init__(detail)


class NotModified(Exception):
    """The client's copy is current."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = dict(headers)
        super().__init__("not modified")


# The first class that fits decides: narrower ones stand first.
STATUS: dict[type[Exception], int] = {
    UnknownNameError: 404,
    AmbiguousNameError: 422,
    NameResolutionError: 422,
    NotFoundError: 404,
    ParameterError: 422,
    UnknownTermError: 404,
    QuerySyntaxError: 400,
    RdfSyntaxError: 400,
    QueryRefusedError: 403,
    QueryTimeoutError: 503,
    QueryTooLargeError: 422,
    GraphConflictError: 409,
    QueryError: 500,
    StoreLockedError: 503,
    MissingExtraError: 501,
    CitationRoomError: 507,
    StoreWriteError: 507,
    StoreError: 500,
    GraphError: 422,
    OntologyError: 422,
}


def status_of(error: BaseException) -> int:
    """The status that an error is answered with."""
    if isinstance(error, Problem):
        return error.status
    return next((status for cls, status in STATUS.items() if isinstance(error, cls)), 500)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **extra: Any) -> Response:
    """A problem-details answer."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail} | extra
    return Response(to_json(body), status, headers=dict(headers or {}), media_type=PROBLEM)


def add_handlers(app: FastAPI) -> None:
    """Gives the application its handlers. What they do not know is for `api.middleware.Unexpected`."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> Response:
        return problem(error.status, error.detail, error.headers, **error.extra)

    @app.exception_handler(NotModified)
    async def _not_modified(_: Request, error: NotModified) -> Response:
        return Response(status_code=304, headers=error.headers)

    @app.exception_handler(ClientDisconnect)
    async def _gone(_: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=CLIENT_GONE)

    @app.exception_handler(GraphError)
    @app.exception_handler(OntologyError)
    async def _graph(request: Request, error: Exception) -> Response:
        status = status_of(error)
        extra: dict[str, Any] = {"error": type(error).__name__}
        if isinstance(error, NameResolutionError):
            extra |= {"value": error.name, "candidates": [asdict(c) for c in error.candidates]}
        elif isinstance(error, UnknownTermError):
            extra |= {"what": error.what, "value": error.value, "candidates": error.candidates}
        elif isinstance(error, NotFoundError):
            extra |= {"what": error.what, "value": error.id} | ({"known": list(error.known)} if error.known else {})
        elif isinstance(error, ChangeRefusedError):
            extra |= {"findings": [asdict(f) for f in error.findings[:_MOST_FINDINGS]]}
        elif isinstance(error, GraphConflictError):
            extra |= {"graph": error.graph}
        elif isinstance(error, ParameterError):
            extra |= {"parameter": error.parameter}
        headers = {"Retry-After": "5"} if status == 503 else {}
        if status >= 500 and status != 503:
            log.error("failed", exc_info=error, extra={"path": request.url.path})
        return problem(status, str(error), headers, **extra)

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> Response:
        faults = []
        for fault in error.errors():
            name = str(fault["loc"][1]) if len(fault["loc"]) > 1 else ""
            given = fault.get("input")
            value = shortened(str(given)) if isinstance(given, str | int | float) else None
            message = str(fault["msg"]).removeprefix("Value error, ")
            faults.append({"parameter": name, "message": message, "value": value})
        words = "; ".join(
            (f"{f['parameter']}: " if f["parameter"] else "")
            + f"{f['message']}"
            + (f", got {f['value']!r}" if f["value"] is not None else "")
            for f in faults
        )
        return problem(422, words, errors=faults)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        detail = str(error.detail)
        if error.status_code == 404:
            detail = f"nothing answers at {request.url.path}; GET / lists what does"
        elif error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "")
            detail = f"{request.method} is not allowed at {request.url.path}; {allowed} is"
        return problem(error.status_code, detail, error.headers)
