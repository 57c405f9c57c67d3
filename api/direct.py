"""A route that reads its query in one validation: FastAPI's own reading takes longer than a small answer."""

from collections.abc import Callable, Coroutine
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from api.dependencies import Reply, check_query_string, get_state


class DirectRoute(APIRoute):
    """Calls an endpoint of `parameters`, a model of the query, `reply`, and strings from the path.

    The signature is FastAPI's, which describes the path from it; other dependencies are not resolved. An `async`
    endpoint runs on the event loop, any other in a thread.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        endpoint = self.endpoint
        model: type[BaseModel] = get_type_hints(endpoint)["parameters"]

        async def handle(request: Request) -> Response:
            state = await get_state(request)
            await check_query_string(request, state)
            reply = Reply(request, state)
            call = partial(endpoint, parameters=_read(model, request), reply=reply, **request.path_params)
            response: Response = await (call() if iscoroutinefunction(endpoint) else run_in_threadpool(call))
            return response

        return handle


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
