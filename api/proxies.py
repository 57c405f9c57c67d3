"""Proxies in front of the service: for whom, and for which address, they speak."""

from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_HOST = b"x-forwarded-host"


class Proxied(ProxyHeadersMiddleware):
    """Lets a request that comes through a trusted proxy have the client, scheme and host that the client used.

    Uvicorn itself believes X-Forwarded-For and X-Forwarded-Proto, but not X-Forwarded-Host: links would lead to a host
    that only the proxy can reach. It has to be done here, since what comes after no longer sees who the proxy was.
    """

    def __init__(self, app: ASGIApp, trusted: list[str]) -> None:
        super().__init__(cast(Any, app), trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # Starlette's types
        """Passes the request on."""
        peer = (scope.get("client") or ("",))[0]
        if scope["type"] == "http" and peer in self.trusted_hosts:
            told = [value for name, value in scope["headers"] if name == _HOST]
            # Proxies add to what the client sent: only the end of it is the trusted proxy's own word.
            if told and (host := told[-1].rpartition(b",")[2].strip()):
                kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
                scope = {**scope, "headers": [(b"host", host), *kept]}
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]  # Starlette's types are wider
