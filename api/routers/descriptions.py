"""What the graph and the service tell of themselves: VoID, the service description, example queries."""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import Reply, ReplyDep, State
from api.errors import Problem
from api.formats import FORMATS, PAGE, RDF_TYPES, alternates, link_header
from api.media_types import accepted, negotiate
from api.pages.descriptions import examples_page, void_page
from api.pages.html import page
from api.pages.query import query_page
from api.parameters import NoParameters
from graph.descriptions import example_triples, rdf, service_description, void
from graph.rdf import Triples
from graph.snapshot import Snapshot

router = APIRouter(tags=["linked data"])

_HOME = re.compile(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?/", re.ASCII)
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {m: {} for m in FORMATS.values()}, "description": "A page for people, or triples."}
}
Format = Annotated[str, Path(description=f"One of {', '.join(FORMATS)}.", examples=["ttl"])]


def home(request: Request) -> str:
    """The address under which the client reached the service, with a slash at its end."""
    address = str(request.base_url)
    if not _HOME.fullmatch(address):
        raise Problem(400, f"the request names a host that cannot be one: {request.headers.get('host')!r}")
    return address


def _answer(
    request: Request, reply: Reply, address: str, format: str | None,
    triples: Callable[[Snapshot, str], Triples], body: Callable[[Snapshot], object], title: str,
) -> Response:  # fmt: skip
    if format is not None and format not in FORMATS:
        raise Problem(404, f"there is no format {format!r}; formats are {', '.join(FORMATS)}")
    media_type = FORMATS[format] if format else negotiate(accepted(request.headers), list(FORMATS.values()))
    here = home(request)
    reply.check(f"{media_type} {here}")
    others = alternates(address, leave_out=media_type)
    links: list[tuple[str, str, str | None]] = [(a, "alternate", m) for a, m, _ in others]
    headers = {"Link": link_header([*links, (address, "canonical", None)])}
    snapshot = reply.snapshot
    if media_type != PAGE:
        return reply.whole(rdf(triples(snapshot, here), media_type, snapshot.iris), media_type, **headers)
    return reply.whole(page(title, body(snapshot), alternates=others), media_type, **headers)


def _void(request: Request, reply: Reply, format: str | None = None) -> Response:
    state: State = request.app.state.tertius
    described = partial(void, creator=state.settings.creator)
    return _answer(request, reply, "/void", format, described, void_page, "What is in it")


def _examples(request: Request, reply: Reply, format: str | None = None) -> Response:
    return _answer(request, reply, "/examples", format, example_triples, examples_page, "Example queries")


@router.get("/void", response_class=Response, responses=_CONTENT, summary="What the graph holds, counted")
def read_void(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """The VoID description: triples by property and class, named graphs, licences, prefixes, where to ask."""
    return _void(request, reply)


@router.get("/.well-known/void", response_class=Response, responses=_CONTENT, summary="The same, where crawlers look")
def read_well_known_void(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """The VoID description."""
    return _void(request, reply)


@router.get("/void.{format}", response_class=Response, responses=_CONTENT, summary="The same in one format")
def read_void_as(
    format: Format, parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep
) -> Response:
    """The VoID description."""
    return _void(request, reply, format)


@router.get(
    "/examples", response_class=Response, responses=_CONTENT, summary="Example queries, with links that run them"
)
def read_examples(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """Questions in SPARQL that answer as they stand, as sh:SPARQLExecutable."""
    return _examples(request, reply)


@router.get("/examples.{format}", response_class=Response, responses=_CONTENT, summary="The same in one format")
def read_examples_as(
    format: Format, parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep
) -> Response:
    """Example queries."""
    return _examples(request, reply, format)


def without_query(request: Request, reply: Reply, state: State) -> Response:
    """What a SPARQL endpoint says when nothing is asked: its description, or to people a page to ask from.

    Raises Problem where neither is wanted, because then a query was.
    """
    try:
        media_type = negotiate(accepted(request.headers), [*RDF_TYPES, PAGE])
    except Problem:
        raise Problem(400, "the parameter 'query' is missing") from None
    here = home(request)
    reply.check(f"{media_type} {here}")
    headers = {"Link": link_header([("/void", "describedby", None), ("/examples", "help", None)])}
    snapshot, settings = reply.snapshot, state.settings
    if media_type == PAGE:
        return reply.whole(query_page(snapshot.iris.base, "", prefixed=not settings.raw_rdf), PAGE, **headers)
    found = service_description(
        snapshot, f"{here}sparql", union=settings.union_default_graph, updates=bool(settings.tokens),
        creator=settings.creator,
    )  # fmt: skip
    return reply.whole(rdf(found, media_type, snapshot.iris), media_type, **headers)
