"""tertius serve: the service, from settings to a clean end."""

import contextlib
import errno
import math
import os
import signal
import socket
import sys
from collections import Counter
from functools import partial
from types import FrameType

import typer
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import SettingsError

from api.app import create_app, open_graph
from api.commands.console import application, note, progress
from api.commands.options import with_options, wrong_usage
from api.connections import BoundedConnection
from api.logs import set_up_logging
from api.proxies import Proxied
from api.settings import Settings


@with_options(Settings)
def serve(**given: str) -> None:
    """Answer over HTTP until interrupted.

    Every setting may also stand in the environment, as TERTIUS_ and its name: TERTIUS_PORT, TERTIUS_STORE. An
    option given here goes first. Without --store the shipped data is served from a temporary store.
    """
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # the model reads text, as from the environment
    except ValidationError as error:
        raise wrong_usage(error, Settings, "TERTIUS_") from None
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    listener = _listen(settings.host, settings.port)
    with listener:
        with progress("loading") as tell:
            graph = open_graph(settings, tell)
        with graph:
            set_up_logging(settings.log_level)
            host, port = listener.getsockname()[:2]
            note(f"Tertius answers on http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
            service = create_app(settings, graph)
            config = uvicorn.Config(
                Proxied(service, list(settings.trusted_proxies)),
                proxy_headers=False,
                log_config=None,
                access_log=False,
                http=partial(  # type: ignore[arg-type]  # called as the class would be
                    BoundedConnection,
                    seconds=settings.body_timeout,
                    # A longer address is refused by our own bounds, with a problem that says so.
                    head=settings.url_length + 65_536,
                    most=settings.connections,
                    most_each=settings.connections_each,
                    proxies=frozenset(settings.trusted_proxies),
                    open=Counter(),
                ),
                server_header=False,
                # A query that runs may end; those that wait are told to come back.
                timeout_graceful_shutdown=math.ceil(settings.query_timeout) + 1,
            )
            signal.signal(signal.SIGTERM, _end)
            # Ctrl-C is the usual way to end it: raised again when it has ended cleanly.
            with contextlib.suppress(KeyboardInterrupt):
                _Server(config, service).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Once told to end, it begins no more queries, so that it ends when the one that runs does."""

    def __init__(self, config: uvicorn.Config, service: FastAPI) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        with contextlib.suppress(AttributeError):  # not yet started
            self._service.state.tertius.workers.drain()
        super().handle_exit(sig, frame)


def _end(_signal: int, _frame: FrameType | None) -> None:
    # The server has its own handler while it runs, then raises the signal again: having ended cleanly is no failure.
    sys.exit(0)


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the address. Taken before the data is loaded, so that a port in use is told at once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise OSError(errno.EADDRNOTAVAIL, f"no address to listen on: {error.strerror}", host) from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        option = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
        raise OSError(error.errno, f"{error.strerror}: choose another with {option}", f"{host}:{port}") from None
    return listener


app = application(
    serve,
    """
Examples:
  tertius serve                               the shipped data, on http://127.0.0.1:8000
  tertius serve --store kg --data mine        a store of your own, with the data sets in the folder mine
  tertius serve --texts texts --port 8001     answers carry quotes from the texts in that folder
  TERTIUS_TOKENS=ada:SECRET tertius serve     a secret is better off in the environment than on the command line

Ends with status 0 when interrupted, after answering what it had begun to answer.
""",
)
