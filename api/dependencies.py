"""What endpoints need, by name: the graph, one snapshot of it, the texts, the rules for parameters and caching."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.errors import NotModified, Problem, shortened
from api.measuring import Measures
from api.queueing import client_name
from api.settings import Settings
from api.texts import Texts
from api.tokens import Tokens
from api.workers import Turn, Workers
from graph import KnowledgeGraph
from graph.snapshot import Snapshot

JSON = "application/json"
_DUMPS = _TABLES = 2
_BUFFER = 65_536
"""Bytes that the server sends without waiting."""
try:
    VERSION = version("tertius")
except PackageNotFoundError:  # run from a checkout that is not installed
    VERSION = "0"


@dataclass
class State:
    """What the lifespan opens and closes."""

    settings: Settings
    graph: KnowledgeGraph
    texts: Texts
    workers: Workers
    parameters: dict[tuple[str, str], dict[str, bool]]
    fingerprint: str
    tokens: Tokens
    measures: Measures
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the write that is at work."""
    dumping: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DUMPS))
    """Held by each graph that is being written out."""
    tabulating: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_TABLES))
    """Held by each table that is being made."""
    drawing: asyncio.Semaphore = field(default_factory=asyncio.Semaphore)
    """Held by the picture that is being drawn: the library draws one at a time."""


async def get_state(request: Request) -> State:
    """The state of the running application."""
    state: State = request.app.state.tertius
    return state


StateDep = Annotated[State, Depends(get_state)]


async def get_turn(request: Request, state: StateDep) -> AsyncIterator[Turn]:
    """The client's turn to ask in SPARQL, which ends when the answer is sent or the client has gone."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    given = request.headers.get("authorization")
    holder = state.tokens.holder(given) if given else None
    name = f"token {holder}" if holder else client_name(request.client.host if request.client else None)
    async with state.workers.turn(name, gone) as turn:
        yield turn


TurnDep = Annotated[Turn, Depends(get_turn)]


async def check_query_string(request: Request, state: StateDep) -> None:
    """Refuses what would be misread in silence: bytes that are not UTF-8, unknown parameters, repeated single ones."""
    raw: bytes = request.scope["query_string"]
    try:
        unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "the query string is not UTF-8 once its percent signs are resolved") from None
    known = state.parameters.get((request.method, request.scope["route"].path_format))
    if known is None:
        return
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise Problem(
                422, f"unknown parameter {shortened(name)!r}; {takes}", parameter=shortened(name), known=list(known)
            )
        if count > 1 and not known[name]:
            raise Problem(422, f"parameter {name!r} is given {count} times and may be given once", parameter=name)


def fingerprint(settings: Settings, store_id: str) -> str:
    """What answers depend on beside the revision: store, software and settings. Secrets go in hashed."""
    return hashlib.sha256(f"{store_id}|{VERSION}|{settings!r}".encode()).hexdigest()


def etag(request: Request, state: State, revision: int, variant: str) -> str:
    """The tag of what a revision answers at this address, in this media type."""
    parts = (state.fingerprint, revision, variant, request.scope["path"], request.scope["query_string"])
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


class Reply:
    """Answers one request from one snapshot, with an ETag, or not at all where the client has the answer."""

    def __init__(self, request: Request, state: State) -> None:
        self._request, self._state = request, state
        self._variant = JSON
        self.texts = state.texts

    @property
    def ready(self) -> Snapshot | None:
        """The current revision where a question was asked of it before, so that it is open and its indexes are made."""
        opened = self._state.graph.opened
        if opened is None or not opened.is_ready:
            return None
        self.snapshot = opened
        return opened

    def make_ready(self) -> None:
        """Notes that a question was asked of the snapshot."""
        self.snapshot.is_ready = True

    @cached_property
    def snapshot(self) -> Snapshot:
        """The revision that is current when it is first asked for; opening a new one takes a while."""
        return self._state.graph.snapshot

    async def open(self) -> Snapshot:
        """The snapshot, opened in a thread where it is not open yet: for endpoints on the event loop."""
        snapshot: Snapshot | None = vars(self).get("snapshot") or self._state.graph.opened
        if snapshot is None:
            return await run_in_threadpool(lambda: self.snapshot)
        self.snapshot = snapshot
        return snapshot

    def check(self, variant: str = JSON) -> None:
        """Raises NotModified where the client has this answer in this variant. To be called before any work."""
        self._variant = variant
        wanted = self._request.headers.get("if-none-match", "")
        if wanted.strip() == "*" or self._etag in (t.strip().removeprefix("W/") for t in wanted.split(",")):
            raise NotModified(self.headers())

    @cached_property
    def _etag(self) -> str:
        return etag(self._request, self._state, self.snapshot.revision, self._variant)

    def headers(self) -> dict[str, str]:
        """Headers of the answer, whatever it is: how it may be kept, and its tag."""
        headers = {"Cache-Control": "no-cache", "Vary": "Accept", "Tertius-Revision": str(self.snapshot.revision)}
        # What is posted depends on the body too, and nobody asks for it again by its tag.
        return headers if self._request.method == "POST" else headers | {"ETag": self._etag}

    def json(self, content: Any, **headers: str) -> Response:
        """A JSON answer."""
        return self.whole(to_json(content), JSON, **headers)

    def whole(self, body: bytes | str, media_type: str, **headers: str) -> Response:
        """An answer of any type."""
        return Taken(body, headers=self.headers() | headers, media_type=media_type)


class Taken(Response):
    """An answer that is finished when the client has taken it, not when it lies in the server's buffer.

    What follows the answer, as the end of the client's turn, waits for that.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        if len(self.body) <= _BUFFER:
            await super().__call__(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})  # waits for what went before


async def get_reply(request: Request, state: StateDep) -> Reply:
    """The answer to the request, not yet begun."""
    return Reply(request, state)


ReplyDep = Annotated[Reply, Depends(get_reply)]
