"""What happens to every request before the paths see it: bounds on its size, a line in the log, safe headers."""

import asyncio
import logging
import time
import uuid
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.tokens import Tokens

log = logging.getLogger("tertius")
access = logging.getLogger("tertius.access")


_MIB = 1024 * 1024


class Bounds:
    """Refuses addresses that are too long, and bodies that are too long or too slow, as soon as anything reads them.

    The bound on a body's length also holds where none was announced: what comes after it is not read. Whoever holds a
    token may send more. Each MiB has `body_timeout` seconds to come.
    """

    def __init__(
        self, app: ASGIApp, *, url_length: int, body_length: int, body_timeout: float, write_length: int, tokens: Tokens
    ) -> None:
        self._app, self._url, self._body, self._write, self._tokens = app, url_length, body_length, write_length, tokens
        self._seconds = body_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > self._url:
            await problem(414, f"the address has {length} bytes, at most {self._url} are read")(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self._write if self._tokens.holder(headers.get("authorization")) else self._body
        announced = headers.get("content-length", "0")
        too_long = not announced.isdigit() or int(announced) > most
        seen, whole, began = 0, False, asyncio.get_running_loop().time()

        async def bounded() -> Message:
            nonlocal seen, whole
            if too_long:
                raise BodyTooLong
            if whole:  # what comes now is that the client has gone, which may take its time
                return await receive()
            try:
                async with asyncio.timeout_at(began + self._seconds * (1 + seen // _MIB)):
                    message = await receive()
            except TimeoutError:
                raise BodyTooSlow from None
            seen += len(message.get("body", b""))
            if seen > most:
                raise BodyTooLong
            whole = not message.get("more_body", False)
            return message

        try:
            await self._app(scope, bounded, send)
        except BodyTooLong:
            await problem(413, f"the body is too long, at most {most} bytes are read")(scope, receive, send)
        except BodyTooSlow:
            words = f"the body took longer than {self._seconds:g} seconds to come"
            await problem(408, words, {"Connection": "close"})(scope, receive, send)


class BodyTooLong(Exception):
    """More came than may."""


class BodyTooSlow(Exception):
    """It came slower than it may."""


class Unexpected:
    """Logs an error that nobody foresaw and answers with a plain 500.

    Further out it would reach the server, which hangs up on the client after one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if begun or scope["type"] != "http" or isinstance(error, BodyTooLong | BodyTooSlow):
                raise
            log.exception("unexpected error", extra={"path": scope["path"][:500]})
            await problem(500, "an unexpected error happened; it has been logged")(scope, receive, send)


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
            if access.isEnabledFor(logging.INFO):
                access.info(
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
