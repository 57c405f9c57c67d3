"""What happens to every request before the paths see it: bounds on its size, a line in the log, safe headers."""

import logging
import time
import uuid
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

log = logging.getLogger("tertius.access")


class Bounds:
    """Refuses addresses and bodies that are too long, before anything reads them.

    The body's bound also holds where no length was announced: what comes after it is not read.
    """

    def __init__(self, app: ASGIApp, *, url_length: int, body_length: int) -> None:
        self._app, self._url, self._body = app, url_length, body_length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > self._url:
            await problem(414, f"the address has {length} bytes, at most {self._url} are read")(scope, receive, send)
            return
        announced = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > self._body:
            await problem(413, f"the body is too long, at most {self._body} bytes are read")(scope, receive, send)
            return
        seen = 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._body:
                raise BodyTooLong
            return message

        try:
            await self._app(scope, bounded, send)
        except BodyTooLong:
            await problem(413, f"the body is too long, at most {self._body} bytes are read")(scope, receive, send)


class BodyTooLong(Exception):
    """More came than may."""


class HeadAsGet:
    """Answers HEAD wherever GET is answered: the same headers, no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


class AccessLog:
    """One line a request: method, path, status, duration, size; no query strings, which may be long or private."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status, size = HTTPStatus.INTERNAL_SERVER_ERROR.value, 0
        request_id = uuid.uuid4().hex[:16]

        async def noted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            if log.isEnabledFor(logging.INFO):
                log.info(
                    "request",
                    extra={
                        "method": scope["method"],
                        "path": scope["path"][:500],
                        "status": status,
                        "milliseconds": round((time.perf_counter() - began) * 1000, 2),
                        "bytes": size,
                        "request": request_id,
                    },
                )
