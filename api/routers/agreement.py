"""Two coders of the same texts: how far they agree, where they differ, and what is decided between them."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import answers, schemas
from api.dependencies import ReplyDep, StateDep, TurnDep
from api.parameters import AgreementParameters, Page, cursor_query, read_cursor, write_cursor
from api.protocol import json_body
from api.routers.update import WRITE_RESPONSES
from api.writes import BEARER, Write
from graph.agreement import Agreement, Readings, readings
from graph.exceptions import UndefinedMeasureError
from graph.writing import Report

router = APIRouter(tags=["agreement"])

_DECIDING: dict[int | str, dict[str, Any]] = {
    200: {"description": "What was changed, visible from now on.", "content": {"application/json": {}}},
    **{status: WRITE_RESPONSES[status] for status in (401, 403, 503, 507)},
    404: {"description": "A statement is not there; nothing is changed."},
    415: {"description": "The body is not plain JSON."},
    422: {"description": "It was decided before, or there is nothing to decide; nothing is changed."},
}


class ComparedParameters(AgreementParameters, Page):
    """Whose statements are compared, and which places are listed."""

    differing: bool = Field(
        False, description="True: only places on which the two differ, or of which one made nothing.", examples=[True]
    )


@router.get(
    "/agreement", response_model=schemas.AgreementBody, summary="Two coders of the same texts, compared",
    responses={503: {"description": "It took too long, or too many wait: narrow the selection."}},
)  # fmt: skip
async def read_agreement(
    parameters: Annotated[ComparedParameters, Query()], reply: ReplyDep, state: StateDep, turn: TurnDep
) -> Response:
    """Krippendorff's alpha by field, and each place in the texts with what either made of it.

    Statements of one record, or whose passages overlap, are of one place. Alpha is of nominal values: 1 is agreement, 0
    what chance would give, null is undefined. What one made of a place alone is counted apart and enters no alpha. What
    was adjudicated counts as it was coded. Where no text was coded by two, `reason` says so.
    """

    def prepared() -> tuple[tuple[Any, ...], Readings]:
        reply.check()
        snapshot = reply.snapshot
        selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
        return (snapshot.revision, selection), readings(snapshot, selection, parameters.coder)

    reason = None
    try:
        async with state.tabulating:
            asked, read = await run_in_threadpool(prepared)
    except UndefinedMeasureError as error:
        reason, found = error.reason, Agreement((), (), (), ())
    else:

        async def prepare() -> tuple[tuple[Readings], None]:
            return (read,), None

        key, seconds = ("agreement", *asked, read.coders), state.settings.measure_timeout
        found = (await state.measures.of(turn, key, prepare, Readings.compared, seconds)).found

    def told() -> Response:
        snapshot = reply.snapshot
        pairs = [p for p in found.pairs if p.differs or not parameters.differing]
        page = cursor_query("/agreement", parameters)
        offset = read_cursor(parameters.cursor, snapshot.revision, page)
        end = offset + parameters.limit
        items = [
            {
                "one": p.one and answers.statement_answer(snapshot, p.one, reply.texts),
                "other": p.other and answers.statement_answer(snapshot, p.other, reply.texts),
                "differ": list(p.differ),
            }
            for p in pairs[offset:end]
        ]
        return reply.json(
            {
                "coders": list(found.coders),
                "sources": list(found.sources),
                "matched": found.matched,
                "alone": dict(zip(found.coders, found.alone, strict=False)),
                "fields": [asdict(f) for f in found.fields],
                "reason": reason,
                "items": items,
                "total": len(pairs),
                "next": write_cursor(snapshot.revision, end, page) if end < len(pairs) else None,
                "revision": snapshot.revision,
            }
        )

    return await run_in_threadpool(told)


@router.post(
    "/adjudications", response_class=Response, summary="Decide between coders",
    dependencies=[Depends(json_body), *BEARER], responses=_DECIDING,
)  # fmt: skip
async def adjudicate(body: Annotated[schemas.AdjudicationBody, Body()], request: Request, state: StateDep) -> Response:
    """Records which statement stands where coders of one text differ, who decided so, and why.

    Those that do not stand are retracted, point to the one that does, and tell it in their notes; nothing is destroyed,
    and `reopen` brings them back. All of it is done or nothing. Needs a bearer token.
    """
    with Write(request, state, "adjudication") as write:
        write.authorize()

        def decided() -> Report:
            told: dict[str, Any] = {"by": body.by, "why": body.why, "wait": state.settings.write_wait}
            if body.reopen:
                return state.graph.reopen(body.statements, **told)
            return state.graph.adjudicate(body.statements, body.instead, **told)

        return write.answer(await write.done(decided))
