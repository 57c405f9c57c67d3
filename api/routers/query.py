"""A page to query from, for people: the same queries as /sparql, their answers as tables."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.dependencies import ReplyDep, State, StateDep, TurnDep
from api.errors import STATUS, Problem
from api.formats import PAGE
from api.pages.html import el, join
from api.pages.query import query_page, solutions
from api.workers import MediaTypes, Turn
from graph.exceptions import GraphError
from graph.snapshot import Snapshot

router = APIRouter(tags=["sparql"])

_RESULTS = "application/sparql-results+json"


@router.get("/query", response_class=Response, summary="A page to query from")
async def ask(
    reply: ReplyDep,
    state: StateDep,
    turn: TurnDep,
    query: Annotated[
        str,
        Query(description="A SPARQL query.", examples=["SELECT * { ?s r:invites ?o }"]),
    ] = "",
) -> Response:
    """A form, and below it the answer as a table: it works without scripts. Programs ask at /sparql."""
    snapshot = await reply.open()
    reply.check(PAGE)
    base, prefixed = snapshot.iris.base, not state.settings.raw_rdf
    if not query.strip():
        return reply.whole(query_page(base, "", prefixed=prefixed), PAGE)
    try:
        answer = await _answer(snapshot, turn, state, query)
        return reply.whole(query_page(base, query, answer, prefixed=prefixed), PAGE)
    except (GraphError, Problem) as error:
        status = (
            error.status if isinstance(error, Problem) else next(s for c, s in STATUS.items() if isinstance(error, c))
        )
        wrong = el("p", str(error), class_="warn", role="alert")
        return Response(query_page(base, query, wrong, prefixed=prefixed), status, media_type=PAGE)


async def _answer(snapshot: Snapshot, turn: Turn, state: State, query: str) -> object:
    media_types = MediaTypes(_RESULTS, _RESULTS, "text/turtle")
    settings = state.settings
    answer = await turn.run(
        snapshot, query, media_types, union=settings.union_default_graph, prefixed=not settings.raw_rdf
    )
    if answer.media_type != _RESULTS:
        return join(el("h2", "Answer"), el("pre", answer.body.decode()))
    found = json.loads(answer.body)
    if "boolean" in found:
        return join(el("h2", "Answer"), el("p", "Yes." if found["boolean"] else "No.", class_="lead"))
    return solutions(snapshot.iris.base, query, found["head"]["vars"], found["results"]["bindings"])
