"""SPARQL 1.1 queries: SELECT, ASK, CONSTRUCT and DESCRIBE, in a process that can be killed."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.dependencies import Reply, ReplyDep, StateDep
from api.errors import Problem
from api.media_types import negotiate
from api.workers import MediaTypes

router = APIRouter(tags=["sparql"])

SOLUTIONS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
TRUTH = SOLUTIONS[:2]
PLAIN, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
TRIPLES = (
    "text/turtle",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
    "application/ld+json",
    "application/rdf+xml",
)
OFFERS = (*SOLUTIONS, *TRIPLES)
_ALIASES = {"application/json": SOLUTIONS[0], "application/xml": SOLUTIONS[1], "text/plain": TRIPLES[1]}

_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "The whole answer, never a part.", "content": {m: {} for m in OFFERS}},
    400: {"description": "The query is missing, given twice or not SPARQL; the message tells line and column."},
    403: {"description": "The query asks for what is not allowed: SERVICE, or too great a depth or length."},
    406: {"description": "No offered type is accepted."},
    422: {"description": "The answer would have more rows, bytes or memory than allowed."},
    503: {"description": "The query took too long, or too many wait."},
}


def _accepted(accept: str | None) -> MediaTypes:
    """The type for each form of query, empty where the client takes none; the engine, which knows the form, chooses."""
    chosen = []
    for offers in (SOLUTIONS, TRUTH, TRIPLES):
        try:
            found = negotiate(accept, [*offers, *(a for a, t in _ALIASES.items() if t in offers)])
            chosen.append(_ALIASES.get(found, found))
        except Problem:
            chosen.append("")
    if not any(chosen):
        negotiate(accept, OFFERS)
    return MediaTypes(*chosen)


def _answer(reply: Reply, state: StateDep, query: str, accepted: MediaTypes) -> Response:
    answer = state.worker.run(reply.snapshot, query, accepted, union=state.settings.union_default_graph)
    if answer.media_type not in accepted:
        raise Problem(
            406, f"this query's answer is not to be had as that; it would be {answer.media_type}", offers=list(OFFERS)
        )
    return reply.whole(answer.body, answer.media_type)


@router.get("/sparql", response_class=Response, responses=_RESPONSES, summary="A SPARQL query")
def sparql_get(
    request: Request,
    reply: ReplyDep,
    state: StateDep,
    query: Annotated[
        str | None,
        Query(description="The query; the usual prefixes are declared.", examples=["SELECT * { ?s r:invites ?o }"]),
    ] = None,
) -> Response:
    """SELECT, ASK, CONSTRUCT or DESCRIBE. Without FROM the default graph is the union of all graphs."""
    if query is None:
        raise Problem(400, "the parameter 'query' is missing")
    accepted = _accepted(request.headers.get("accept"))
    reply.check(",".join(accepted))
    return _answer(reply, state, _not_empty(query), accepted)


@router.post(
    "/sparql", response_class=Response, responses=_RESPONSES, summary="A SPARQL query in the body",
    openapi_extra={"requestBody": {"required": True, "content": {
        PLAIN: {"schema": {"type": "string"}, "example": "ASK { ?s r:mediates ?o }"},
        FORM: {"schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}},
    }}},
)  # fmt: skip
async def sparql_post(request: Request, reply: ReplyDep, state: StateDep) -> Response:
    """The query as the body, or in a form."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = dict(p.strip().lower().partition("=")[::2] for p in parameters.split(";") if p).get("charset", "utf-8")
    if charset.strip('"') not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(415, f"the charset {charset!r} is not read here; send UTF-8")
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "the body is not UTF-8") from None
    match media_type.strip().lower():
        case "application/sparql-query":
            query = text
        case "application/x-www-form-urlencoded":
            query = _form_query(text)
        case other:
            raise Problem(415, f"the type {other!r} is not read here; send application/sparql-query or a form")
    accepted = _accepted(request.headers.get("accept"))
    return await run_in_threadpool(_answer, reply, state, _not_empty(query), accepted)


def _not_empty(query: str) -> str:
    if not query.strip():
        raise Problem(400, "the query is empty")
    return query


def _form_query(text: str) -> str:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise Problem(400, f"the form cannot be read: {error}") from None
    queries = [v for k, v in pairs if k == "query"]
    for name, _ in pairs:
        if name != "query":
            raise Problem(400, f"unknown field {name!r} in the form; it takes query")
    if len(queries) != 1:
        raise Problem(400, f"the form has {len(queries)} fields named query and needs one")
    return queries[0]
