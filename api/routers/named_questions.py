"""The named questions: graph/queries/*.rq, each at an address of its own, its variables as parameters."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, create_model
from starlette.concurrency import run_in_threadpool

from api import schemas
from api.dependencies import ReplyDep, TurnDep
from api.media_types import accepted, negotiate
from api.parameters import NoParameters, Parameters, Word
from api.protocol import json_body
from api.workers import TRUTH_TYPE, MediaTypes
from graph.exceptions import NotFoundError
from graph.named_queries import NamedQuery, named_queries
from graph.results import TRIPLES, term_of
from graph.values import Value, bound

router = APIRouter(tags=["named questions"])

TABLES = (
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
)  # fmt: skip
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole answer, never a part.", "content": {m: {} for m in TABLES}},
    406: {"description": "No offered type is accepted."},
    429: {"description": "Too many queries of yours wait already."},
    503: {"description": "The question took too long, or too many wait."},
}


@router.get("/questions", response_model=schemas.QuestionList, summary="The named questions and their variables")
def list_questions(parameters: Annotated[NoParameters, Query()], reply: ReplyDep) -> Response:
    """Each is answered at its own address, as SPARQL answers are; `query` is its SPARQL, to start one's own from."""
    reply.check()
    items = [
        {
            "name": q.name,
            "title": q.title,
            "variables": [{"name": n, "meaning": m, "example": q.examples.get(n)} for n, m in q.variables.items()],
            "href": f"/questions/{q.name}",
            "query": q.text,
        }
        for q in named_queries().values()
    ]
    return reply.json({"items": items, "total": len(items)})


@router.post(
    "/questions",
    response_class=Response,
    responses=_RESPONSES,
    summary="A query of one's own with bound values",
    dependencies=[Depends(json_body)],
)
async def ask_own(question: schemas.OwnQuestion, request: Request, reply: ReplyDep, turn: TurnDep) -> Response:
    """As at /sparql, over the union of all graphs. Values are bound by the engine: they never become part of the query.

    Triples are answered as N-Triples.
    """
    snapshot = await reply.open()
    values = {n: _value(v) for n, v in question.values.items()}
    bindings = await run_in_threadpool(bound, values, snapshot.iris, snapshot.names.resolve)
    wanted = MediaTypes(_media_type(request), TRUTH_TYPE, TRIPLES)
    found = await turn.run(snapshot, question.query, wanted, union=True, bindings=bindings)
    return reply.whole(found.body, found.media_type)


def _value(value: schemas.ValueTerm | Value) -> Value:
    if isinstance(value, schemas.ValueTerm):
        return term_of(value.model_dump(by_alias=True, exclude_none=True))
    return value


def _media_type(request: Request) -> str:
    chosen = negotiate(accepted(request.headers), (*TABLES, "application/json"))
    return TABLES[0] if chosen == "application/json" else chosen


def _endpoint(question: NamedQuery) -> Callable[..., Awaitable[Response]]:
    """Answers one question, whose variables are its parameters."""
    fields: dict[str, Any] = {
        name: (Word | None, Field(None, description=meaning, examples=[question.examples.get(name, "russia")]))
        for name, meaning in question.variables.items()
    }
    model = create_model(f"{question.name}-parameters", __base__=Parameters, **fields)

    async def answer(
        parameters: Annotated[model, Query()],
        request: Request,
        reply: ReplyDep,
        turn: TurnDep,
    ) -> Response:
        media_type = _media_type(request)
        snapshot = await reply.open()
        reply.check(media_type)
        values = parameters.model_dump(exclude_none=True)
        bindings = await run_in_threadpool(question.bound, values, snapshot.names, snapshot.iris)
        wanted = MediaTypes(media_type, TRUTH_TYPE, TRIPLES)
        found = await turn.run(snapshot, question.text, wanted, union=True, bindings=bindings)
        return reply.whole(found.body, found.media_type)

    return answer


for _question in named_queries().values():
    router.add_api_route(
        f"/questions/{_question.name}", _endpoint(_question), methods=["GET"], summary=_question.title.rstrip("."),
        description="Values are ids, labels or aliases of entities, a place meaning its government, or CURIEs or IRIs; "
        "what is left out may be anything." if _question.variables else "Takes no parameters.",
        response_class=Response, responses=_RESPONSES, operation_id=f"question_{_question.name}",
    )  # fmt: skip


@router.get("/questions/{name}", include_in_schema=False)
def no_such_question(name: Annotated[str, Path(max_length=500)]) -> Response:
    """Lists those that there are."""
    raise NotFoundError("named query", name, known=named_queries())
