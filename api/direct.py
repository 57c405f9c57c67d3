"""Routes whose endpoints are called directly: FastAPI's own routing and reading take longer than a small answer."""

from collections.abc import Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property, partial
from inspect import iscoroutinefunction
from typing import Any, NoReturn, get_type_hints

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from api.dependencies import Reply, State, check_query_string, get_state, get_turn
from api.workers import Turn

_LONGEST = 500
"""Characters of a name in a path; FastAPI tells of longer ones."""
_turn = asynccontextmanager(get_turn)


class DirectRoute(APIRoute):
    """Calls an endpoint with what its signature names: request, reply, state, the client's turn, a model of the query.

    Strings from the path are given too. The signature is FastAPI's, which describes the path from it; other
    dependencies are not resolved. An `async` endpoint runs on the event loop, any other in a thread.
    """

    @cached_property
    def _wanted(self) -> dict[str, type]:
        return {
            n: kind for n, kind in get_type_hints(self.endpoint).items() if isinstance(kind, type) and n != "return"
        }

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request that matches."""
        request = Request(scope, receive, send)
        state = await get_state(request)
        await check_query_string(request, state)
        async with AsyncExitStack() as until_sent:
            given: dict[str, Any] = dict(request.path_params)
            for name, kind in self._wanted.items():
                if kind is Request:
                    given[name] = request
                elif kind is Reply:
                    given[name] = Reply(request, state)
                elif kind is State:
                    given[name] = state
                elif kind is Turn:
                    given[name] = await until_sent.enter_async_context(_turn(request, state))
                elif issubclass(kind, BaseModel):
                    given[name] = _read(kind, request)
            call = partial(self.endpoint, **given)
            response: Response = await (call() if iscoroutinefunction(self.endpoint) else run_in_threadpool(call))
            await response(scope, receive, send)


class Shortcut(BaseRoute):
    """Stands before all other routes and takes what a direct route answers; the rest goes on to FastAPI."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self._routes: dict[str, list[DirectRoute]] = {}
        for route in (r for router in routers for r in router.routes if isinstance(r, DirectRoute)):
            self._routes.setdefault(_first(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Full, with the route in the scope, or none."""
        for route in self._routes.get(_first(scope.get("path", "")), ()):
            match, found = route.matches(scope)
            if match is Match.FULL and all(len(v) <= _LONGEST for v in found["path_params"].values()):
                return match, found
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the route answer."""
        route: DirectRoute = scope["route"]
        await route.answer(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> NoReturn:
        """Leaves that to the routes themselves."""
        raise NoMatchFound(name, path_params)


def _first(path: str) -> str:
    return path[1:].partition("/")[0]


def _read(model: type[BaseModel], request: Request) -> BaseModel:
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        field = model.model_fields.get(name)
        if field is not None and isinstance(field.default, list):
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise RequestValidationError([fault | {"loc": ("query", *fault["loc"])} for fault in faults]) from None
