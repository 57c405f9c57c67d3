"""The SPARQL 1.1 Graph Store HTTP Protocol: whole graphs, read by anybody and written by whoever holds a token.

A graph is named by `?graph=IRI`, is the default one by `?default`, or is named by the address itself below /store/.
"""

import asyncio
import tempfile
import uuid
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import PurePosixPath
from typing import IO, cast

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.dependencies import ReplyDep, StateDep
from api.errors import Problem, shortened
from api.media_types import accepted, negotiate, read_media_type
from api.protocol import absolute_iri, allow, body_type, check_names, read_body, read_pairs, request_iri, the_one
from api.routers.sparql import RDF_ALIASES, TRIPLES
from api.routers.update import WRITE_RESPONSES
from api.writes import BEARER, Write
from graph.changes import GraphDrop, GraphLoad
from graph.exceptions import NotFoundError

router = APIRouter(tags=["sparql"])

MULTIPART = "multipart/form-data"
EMPTY = ((b"", "application/n-triples"),)
SUFFIXES = {
    ".ttl": "text/turtle", ".nt": "application/n-triples", ".nq": "application/n-quads", ".trig": "application/trig",
    ".jsonld": "application/ld+json", ".rdf": "application/rdf+xml", ".owl": "application/rdf+xml",
    ".xml": "application/rdf+xml",
}  # fmt: skip
WHOLE_DATASET = ("application/n-quads", "application/trig", "application/ld+json")
_IN_MEMORY = 1 << 20
_PIECE = 1 << 18

_NAMED = {
    "graph": {
        "name": "graph", "in": "query", "required": False,
        "description": "IRI of the graph.",
        "schema": {"type": "string", "examples": ["https://tertius.example/graph/edges"]},
    },
    "default": {
        "name": "default", "in": "query", "required": False,
        "description": "The default graph of the strict dataset: what stands in no named graph.",
        "schema": {"type": "string", "examples": [""]},
    },
}  # fmt: skip


def _graph(request: Request) -> tuple[str | None, str] | None:
    """The graph that the request is about, None being the default one, and the base of its relative IRIs.

    None in place of both where it names no graph. Raises Problem 400.
    """
    pairs = read_pairs(request.scope["query_string"], "the query string")
    here = request_iri(request)
    if request.path_params.get("path"):
        if pairs:
            raise Problem(400, "the address itself names the graph here: leave out what stands after the question mark")
        return here, here
    check_names(pairs, ("graph", "default"))
    graph, default = the_one(pairs, "graph"), the_one(pairs, "default")
    if graph is not None and default is not None:
        raise Problem(400, "graph and default are both given: a request is about one graph", parameter="graph")
    if graph is not None:
        return (absolute_iri(graph, "graph"),) * 2
    if default is None:
        return None
    if default:
        raise Problem(400, f"default: it takes no value, got {shortened(default)!r}", parameter="default")
    return None, here


def _one_graph(request: Request) -> tuple[str | None, str]:
    found = _graph(request)
    if found is None:
        raise Problem(400, "no graph is named: say ?graph=IRI or ?default, or use an address below /store/")
    return found


@router.get(
    "/store", response_class=Response, summary="A graph",
    openapi_extra={"parameters": list(_NAMED.values())},
    responses={
        200: {"description": "The whole graph, never a part.", "content": {m: {} for m in TRIPLES}},
        400: {"description": "More than one graph is named, or by something that is no absolute IRI."},
        404: {"description": "There is no such graph."},
        406: {"description": "No offered type is accepted."},
        503: {"description": "Too many graphs are being written out."},
    },
)  # fmt: skip
@router.get("/store/{path:path}", include_in_schema=False)
async def graph_get(request: Request, reply: ReplyDep, state: StateDep) -> Response:
    """One graph, or the whole dataset as N-Quads, TriG or JSON-LD where none is named.

    The address of a graph that was posted to /store answers too: below /store/ an address names its graph.
    """
    found = _graph(request)
    offers = WHOLE_DATASET if found is None else TRIPLES
    aliases = {a: t for a, t in RDF_ALIASES.items() if t in offers}
    media_type = negotiate(accepted(request.headers), (*offers, *aliases))
    media_type = aliases.get(media_type, media_type)
    snapshot = await reply.open()
    if found is not None and found[0] is not None and not snapshot.store.has_graph(found[0]):
        raise NotFoundError("graph", found[0])
    reply.check(media_type)
    prefixed = not state.settings.raw_rdf

    def write_out() -> IO[bytes]:
        file = cast(IO[bytes], tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed by `_pieces`
        if found is None:
            snapshot.store.dump(file, media_type)
        else:
            snapshot.store.dump_graph(file, media_type, found[0], prefixed=prefixed)
        return file

    try:
        async with asyncio.timeout(state.settings.write_wait):
            await state.dumping.acquire()
    except TimeoutError:
        raise Problem(503, "other graphs are being written out: come back", headers={"Retry-After": "5"}) from None
    try:
        file = await run_in_threadpool(write_out)
    finally:
        state.dumping.release()
    headers = reply.headers() | {"Content-Length": str(file.tell())}
    return StreamingResponse(_pieces(file), headers=headers, media_type=media_type)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


_BODY = {
    "requestBody": {"required": True, "content": {
        "text/turtle": {"schema": {"type": "string"}, "example": "<a:s> <a:p> <a:o> ."},
        **{m: {"schema": {"type": "string"}} for m in TRIPLES[1:]},
        MULTIPART: {"schema": {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}}},
    }},
    "parameters": list(_NAMED.values()),
}  # fmt: skip
_WRITTEN: dict[int | str, dict[str, object]] = {
    201: {"description": "A new graph.", "content": {"application/json": {}}},
}


@router.put(
    "/store", response_class=Response, status_code=204, responses=_WRITTEN | WRITE_RESPONSES,
    summary="A graph, in place of what it holds", dependencies=BEARER, openapi_extra=_BODY,
)  # fmt: skip
@router.put("/store/{path:path}", include_in_schema=False)
async def graph_put(request: Request, state: StateDep) -> Response:
    """The body becomes the graph, whole; an empty body makes an empty graph. Needs a bearer token.

    Relative IRIs are those of the graph's own address. A body that does not parse changes nothing.
    """
    with Write(request, state, "PUT") as write:
        write.authorize()
        graph, base = _one_graph(request)
        write.graphs = (graph or "default",)
        report = await write.run(GraphLoad(graph, await _parts(request), base, replace=True))
        return write.answer(report, 201 if report.created else 204)


@router.post(
    "/store", response_class=Response, responses=WRITE_RESPONSES | _WRITTEN | {
        200: {"description": "What was added.", "content": {"application/json": {}}},
        204: {"description": "Nothing, since the body is empty."},
    },
    summary="Triples to add to a graph", dependencies=BEARER, openapi_extra=_BODY,
)  # fmt: skip
@router.post("/store/{path:path}", include_in_schema=False)
async def graph_post(request: Request, state: StateDep) -> Response:
    """The body is added to the graph; where none is named, to a new one, whose address is in Location.

    Several files may come as multipart/form-data, each with its own type or a file name that tells it. Needs a token.
    """
    with Write(request, state, "POST") as write:
        write.authorize()
        found = _graph(request)
        fresh = f"{request_iri(request).rstrip('/')}/{uuid.uuid4()}"
        graph, base = found or (fresh, fresh)
        write.graphs = (graph or "default",)
        parts = await _parts(request)
        report = await write.run(GraphLoad(graph, parts, base))
        if found is None:
            return write.answer(report, 201, {"Location": base})
        return write.answer(report, 201 if report.created else 204 if parts == EMPTY else 200)


@router.delete(
    "/store", response_class=Response, responses=WRITE_RESPONSES | {
        200: {"description": "The graph is gone.", "content": {"application/json": {}}},
        404: {"description": "There is no such graph."},
    },
    summary="A graph, to be removed", dependencies=BEARER, openapi_extra={"parameters": list(_NAMED.values())},
)  # fmt: skip
@router.delete("/store/{path:path}", include_in_schema=False)
async def graph_delete(request: Request, state: StateDep) -> Response:
    """The graph is removed; the default one is emptied. Needs a bearer token."""
    with Write(request, state, "DELETE") as write:
        write.authorize()
        graph, _ = _one_graph(request)
        write.graphs = (graph or "default",)
        return write.answer(await write.run(GraphDrop(graph)))


async def _parts(request: Request) -> tuple[tuple[bytes, str], ...]:
    """The documents of the body with their media types. Raises Problem: 400, 415."""
    if "content-type" not in request.headers:
        # curl -X PUT sends neither type nor body.
        body = await read_body(request)
        if body:
            body_type(request, TRIPLES)
        return EMPTY
    media_type = body_type(request, [*TRIPLES, MULTIPART])
    body = await read_body(request)
    if media_type == MULTIPART:
        return await run_in_threadpool(_split, request.headers["content-type"], body)
    return ((body, media_type),) if body.strip() else EMPTY


def _split(content_type: str, body: bytes) -> tuple[tuple[bytes, str], ...]:
    """The parts of a form with files."""
    head = b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    if not message.is_multipart() or message.defects:
        raise Problem(400, "the body is no multipart/form-data with the boundary that its type names, or is cut short")
    parts = []
    for number, part in enumerate(message.iter_parts(), 1):
        name = part.get_filename() or ""
        said = read_media_type(part.get("Content-Type", ""))
        media_type = said.type if said and said.type in TRIPLES else SUFFIXES.get(PurePosixPath(name).suffix.lower())
        if media_type is None:
            what = f"{shortened(name)!r}" if name else f"number {number}"
            raise Problem(
                415, f"part {what}: neither its type nor its file's name tells the format", accepts=list(TRIPLES)
            )
        parts.append((cast(bytes, part.get_payload(decode=True)), media_type))
    if not parts:
        raise Problem(400, "the form has no part")
    return tuple(parts)


for path in ("/store", "/store/{path:path}"):
    allow(router, path, ["GET", "HEAD", "PUT", "POST", "DELETE"])
