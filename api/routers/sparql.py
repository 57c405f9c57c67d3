"""SPARQL 1.1 queries: SELECT, ASK, CONSTRUCT and DESCRIBE, in a process that can be killed."""

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.dependencies import Reply, ReplyDep, StateDep, TurnDep
from api.direct import DirectRoute
from api.errors import Problem
from api.media_types import accepted, negotiate
from api.protocol import FORM, QUERY, UPDATE, Operation, allow, operation, read_operation, read_pairs, request_iri
from api.routers.descriptions import without_query
from api.routers.update import run_update
from api.workers import MediaTypes, Turn
from api.writes import Write
from graph.stores import QueryDataset

router = APIRouter(tags=["sparql"], route_class=DirectRoute)

SOLUTIONS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TRUTH = SOLUTIONS[:2]
TRIPLES = (
    "text/turtle",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
    "application/ld+json",
    "application/rdf+xml",
)
OFFERS = (*SOLUTIONS, *TRIPLES)
XML_OR_JSON = {"application/json": SOLUTIONS[0], "application/xml": SOLUTIONS[1], "text/xml": SOLUTIONS[1]}
RDF_ALIASES = {
    "text/plain": TRIPLES[1],
    "application/json": TRIPLES[4],
    "application/xml": TRIPLES[5],
    "text/xml": TRIPLES[5],
}
_FORMS = ((SOLUTIONS, XML_OR_JSON), (TRUTH, XML_OR_JSON), (TRIPLES, RDF_ALIASES))

_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "The whole answer, never a part.", "content": {m: {} for m in OFFERS}},
    400: {"description": "The query is missing, given twice or not SPARQL; the message tells line and column."},
    403: {"description": "The query asks for what is not allowed: SERVICE, or too great a depth or length."},
    406: {"description": "No offered type is accepted."},
    422: {"description": "The answer would have more rows, bytes or memory than allowed."},
    429: {"description": "Too many queries of yours wait already."},
    503: {"description": "The query took too long, or too many wait."},
}


@lru_cache(256)
def _media_types(accept: str | None) -> MediaTypes:
    """The type for each form of query, empty where the client takes none; the engine, which knows the form, chooses."""
    chosen = []
    for offers, aliases in _FORMS:
        try:
            found = negotiate(accept, (*offers, *aliases))
            chosen.append(aliases.get(found, found))
        except Problem:
            chosen.append("")
    if not any(chosen):
        negotiate(accept, OFFERS)
    return MediaTypes(*chosen)


async def _answer(reply: Reply, state: StateDep, turn: Turn, asked: Operation, media_types: MediaTypes) -> Response:
    settings = state.settings
    answer = await turn.run(
        await reply.open(), asked.text, media_types, union=settings.union_default_graph,
        dataset=QueryDataset(asked.default, asked.named) if asked.default or asked.named else None,
        base=asked.base, prefixed=not settings.raw_rdf,
    )  # fmt: skip
    if answer.media_type not in media_types:
        raise Problem(
            406, f"this query's answer is not to be had as that; it would be {answer.media_type}",
            headers={"Vary": "Accept"}, offers=list(OFFERS),
        )  # fmt: skip
    return reply.whole(answer.body, answer.media_type)


@router.get("/sparql", response_class=Response, responses=_RESPONSES, summary="A SPARQL query")
@router.get("/sparql/", include_in_schema=False)
async def sparql_get(
    request: Request,
    reply: ReplyDep,
    state: StateDep,
    turn: TurnDep,
    query: Annotated[
        str | None,
        Query(description="The query; the usual prefixes are declared.", examples=["SELECT * { ?s r:invites ?o }"]),
    ] = None,
    default: Annotated[
        list[str] | None,
        Query(
            alias="default-graph-uri",
            description="IRI of a graph to take for the default graph, whatever FROM says; may be repeated.",
            examples=[["https://tertius.example/graph/edges"]],
        ),
    ] = None,
    named: Annotated[
        list[str] | None,
        Query(
            alias="named-graph-uri",
            description="IRI of a graph that GRAPH may find, whatever FROM NAMED says; may be repeated.",
            examples=[["https://tertius.example/graph/entities"]],
        ),
    ] = None,
) -> Response:
    """SELECT, ASK, CONSTRUCT or DESCRIBE. Relative IRIs are those of this address.

    Without FROM and without graphs in the parameters the default graph is the union of all graphs, unless the service
    is set to the strict dataset. A graph that is not there is empty. Without anything asked, the service describes
    itself: as RDF, or as a page to query from.
    """
    if not request.scope["query_string"]:
        return await run_in_threadpool(without_query, request, reply, state)
    asked = operation(read_pairs(request.scope["query_string"], "the query string"), ["query"], request_iri(request))
    media_types = _media_types(accepted(request.headers))
    await reply.open()
    reply.check(",".join(media_types))
    return await _answer(reply, state, turn, asked, media_types)


@router.post(
    "/sparql", response_class=Response, responses=_RESPONSES, summary="A SPARQL query in the body",
    openapi_extra={"requestBody": {"required": True, "content": {
        QUERY: {"schema": {"type": "string"}, "example": "ASK { ?s r:mediates ?o }"},
        FORM: {"schema": {
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "default-graph-uri": {"type": "array", "items": {"type": "string"}},
                "named-graph-uri": {"type": "array", "items": {"type": "string"}},
                "update": {"type": "string"},
            },
        }},
        UPDATE: {"schema": {"type": "string"}},
    }}},
)  # fmt: skip
@router.post("/sparql/", include_in_schema=False)
async def sparql_post(request: Request, reply: ReplyDep, state: StateDep, turn: TurnDep) -> Response:
    """The query as the body, or in a form. An update, in either way, is answered as at /update, for the same token."""
    with Write(request, state, "update") as write:
        asked = await read_operation(request, ["query", "update"], write.authorize)
        if asked.kind == "update":
            return await run_update(write, state, asked)
        media_types = _media_types(accepted(request.headers))
        return await _answer(reply, state, turn, asked, media_types)


for path in ("/sparql", "/sparql/"):
    allow(router, path, ["GET", "HEAD", "POST"])
