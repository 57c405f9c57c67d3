"""What a request says by the SPARQL 1.1 Protocol: one query or one update and its dataset, in address, form or body."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from api.errors import Problem, shortened
from api.media_types import read_media_type
from graph.stores import is_iri

QUERY, UPDATE, FORM = (
    "application/sparql-query",
    "application/sparql-update",
    "application/x-www-form-urlencoded",
)
_DATASETS = {"query": ("default-graph-uri", "named-graph-uri"), "update": ("using-graph-uri", "using-named-graph-uri")}
PASSED_OVER = frozenset({"format", "output", "results", "infer", "queryLn", "timeout", "_"})
"""What SPARQLWrapper, RDF4J and pages of jQuery add for other services: the Accept header and our settings decide."""
_UPDATE_FIELD = re.compile(rb"(?:^|&)update=")
_MOST_FIELDS = 1_000

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    """One query or update, the graphs of its default dataset and its named ones, and its base IRI."""

    kind: str
    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    base: str


def request_iri(request: Request) -> str:
    """The address that the request was sent to, as it was written, without its query. Raises Problem 400."""
    scope = request.scope
    raw = scope.get("raw_path") or scope["path"].encode()
    try:
        path = raw.partition(b"?")[0].decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "the path is not UTF-8") from None
    return absolute_iri(f"{request.url.scheme}://{request.url.netloc}{scope.get('root_path', '')}{path}", "the address")


def absolute_iri(text: str, name: str) -> str:
    """The IRI, unchanged. Raises Problem 400 where it is none, or a relative one."""
    if not is_iri(text):
        raise Problem(400, f"{name}: {shortened(text)!r} is no absolute IRI", parameter=name)
    return text


def read_pairs(text: bytes, what: str) -> Pairs:
    """Names and values of a query string or a form, decoded once. Raises Problem 400."""
    try:
        decoded = text.decode("utf-8")
        return parse_qsl(decoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise Problem(400, f"{what} is not UTF-8 once its percent signs are resolved") from None
    except ValueError as error:
        raise Problem(400, f"{what} cannot be read: {error}") from None


def the_one(pairs: Pairs, name: str) -> str | None:
    """The value of a parameter that may be given once, None where it is not given. Raises Problem 400."""
    values = [v for n, v in pairs if n == name]
    if len(values) > 1:
        raise Problem(400, f"the parameter {name!r} is given {len(values)} times and may be given once", parameter=name)
    return values[0] if values else None


def check_names(pairs: Pairs, known: Iterable[str]) -> None:
    """Raises Problem 400 where a parameter is unknown, which would else be misread in silence."""
    names = list(known)
    for name, _ in pairs:
        if name not in names and name not in PASSED_OVER:
            raise Problem(
                400, f"unknown parameter {shortened(name)!r}; it takes {', '.join(names)}", parameter=shortened(name),
                known=names,
            )  # fmt: skip


def body_type(request: Request, known: Sequence[str]) -> str:
    """The body's media type, of those that are known. Raises Problem 415."""
    given = ", ".join(request.headers.getlist("content-type"))
    found = read_media_type(given)
    if found is None or found.type not in known:
        what = f"the type {shortened(given)!r} is not read here" if given else "the header Content-Type is missing"
        raise Problem(415, f"{what}; send {', '.join(known)}", accepts=list(known))
    charset = found.parameters.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(415, f"the charset {shortened(charset)!r} is not read here; send UTF-8")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem(415, "a compressed body is not read here; send it as it is")
    return found.type


async def json_body(request: Request) -> None:
    """Raises Problem where the body is not said to be plain JSON (415), or has half a character in it (400).

    JSON can write such halves, as \\ud800; they are no text, and nothing behind takes them.
    """
    body_type(request, ["application/json"])
    if await request.body():
        try:
            json.dumps(await request.json(), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Problem(400, "the body holds half of a surrogate pair, which is no character") from None


async def read_body(request: Request, look: Callable[[bytearray, int], None] = lambda *_: None) -> bytes:
    """The body whole; `look` sees what has come by then, and how much of it is new. Raises Problem 400."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            look(body, len(piece))
    except ClientDisconnect:
        raise Problem(400, "the connection was cut before the body had come whole") from None
    return bytes(body)


async def read_operation(request: Request, kinds: Sequence[str], authorize: Callable[[], None]) -> Operation:
    """The query or update, of these kinds, that is posted. Raises Problem: 400, 415, and what `authorize` raises.

    `authorize` is called before the body of an update is read, and as soon as a form turns out to hold one.
    """
    direct = {QUERY: "query", UPDATE: "update"}
    types = [t for t, kind in direct.items() if kind in kinds]
    media_type = body_type(request, [*types, FORM])
    in_address = read_pairs(request.scope["query_string"], "the query string")
    if media_type == FORM:

        def look(body: bytearray, new: int) -> None:
            if _UPDATE_FIELD.search(body, max(0, len(body) - new - len("&update="))):
                authorize()

        pairs = [*in_address, *read_pairs(await read_body(request, look), "the form")]
        if any(name == "update" for name, _ in pairs):
            authorize()
        return operation(pairs, kinds, request_iri(request))
    kind = direct[media_type]
    if kind == "update":
        authorize()
    for name, _ in in_address:
        if name in ("query", "update"):
            raise Problem(400, f"the {kind} is the body, and {name!r} stands in the address too", parameter=name)
    body = await read_body(request)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(400, "the body is not UTF-8") from None
    return operation([*in_address, (kind, text)], kinds, request_iri(request))


def operation(pairs: Pairs, kinds: Sequence[str], base: str) -> Operation:
    """The query or update that these parameters are. Raises Problem 400."""
    given = {kind: the_one(pairs, kind) for kind in ("query", "update")}
    found = [(kind, text) for kind, text in given.items() if text is not None]
    if not found:
        raise Problem(400, f"the parameter {kinds[0]!r} is missing", parameter=kinds[0])
    if len(found) > 1:
        raise Problem(400, "there are a query and an update; send them one after the other")
    kind, text = found[0]
    if kind not in kinds:
        raise Problem(400, f"here it takes {' or '.join(kinds)}, not {kind}: post queries to /sparql", parameter=kind)
    if not text.strip():
        raise Problem(400, f"the {kind} is empty", parameter=kind)
    default, named = _DATASETS[kind]
    check_names(pairs, (kind, default, named))
    graphs = {n: tuple(absolute_iri(v, n) for name, v in pairs if name == n) for n in (default, named)}
    return Operation(kind, text, graphs[default], graphs[named], base)


def allow(router: APIRouter, path: str, methods: Sequence[str]) -> None:
    """Answers OPTIONS at the path, and every other method with 405, naming all that may be used."""
    headers = {"Allow": ", ".join([*methods, "OPTIONS"])}

    async def options() -> Response:
        return Response(status_code=204, headers=headers)

    async def others(request: Request) -> Response:
        raise Problem(405, f"{request.method} is not allowed here; {headers['Allow']} are", headers=headers)

    rest = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - set(methods)
    router.add_api_route(path, options, methods=["OPTIONS"], include_in_schema=False)
    router.add_api_route(path, others, methods=sorted(rest), include_in_schema=False)
