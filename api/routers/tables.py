"""Tables for statistics, as files with a codebook."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.dependencies import Reply, ReplyDep, State, StateDep
from api.media_types import accepted, negotiate
from api.parameters import TableParameters
from graph.exceptions import NotFoundError
from graph.tables import TableFormat, Unit, codebook_json, codebook_markdown, written

router = APIRouter(tags=["tables"])

JSON, MARKDOWN = "application/json", "text/markdown"
UnitPath = Annotated[
    str,
    Path(max_length=500, description="What one row is about, beside its period.", examples=list(Unit)),
]
FormatPath = Annotated[str, Path(max_length=500, description="How the file ends.", examples=list(TableFormat))]
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole table, never a part.", "content": {f.media_type: {} for f in TableFormat}},
    406: {"description": "No offered type is accepted."},
    501: {"description": "A library that the format needs is not installed here."},
}


@router.get(
    "/tables/{unit}.{format}", response_class=Response, responses=_RESPONSES, summary="A table as CSV, Parquet or Stata"
)
async def read_table_file(
    unit: UnitPath,
    format: FormatPath,
    parameters: Annotated[TableParameters, Query()],
    request: Request,
    reply: ReplyDep,
    state: StateDep,
) -> Response:
    """As `/tables/{unit}`, the format by the end of the address."""
    if format not in set(TableFormat):
        raise NotFoundError("format of tables", format, known=TableFormat)
    return await _answer(unit, TableFormat(format), parameters, request, reply, state)


@router.get(
    "/tables/{unit}", response_class=Response, responses=_RESPONSES,
    summary="Statements and events of pairs, mediators or conflicts by month or year",
)  # fmt: skip
async def read_table(
    unit: UnitPath,
    parameters: Annotated[TableParameters, Query()],
    request: Request,
    reply: ReplyDep,
    state: StateDep,
) -> Response:
    """Lower and upper bounds, of each kind of evidence apart: curated claims, coded events, agreements.

    Zero stands only where a data set covers actors and period; what nobody knows is missing. `Link` leads to the
    codebook, which tells what each column means.
    """
    chosen = negotiate(accepted(request.headers), [f.media_type for f in TableFormat])
    return await _answer(unit, TableFormat.named(chosen), parameters, request, reply, state)


@router.get(
    "/tables/{unit}/codebook", response_class=Response, summary="What the columns of that table mean",
    responses={200: {"description": "The codebook.", "content": {JSON: {}, MARKDOWN: {}}}, 406: _RESPONSES[406]},
)  # fmt: skip
async def read_codebook(
    unit: UnitPath,
    parameters: Annotated[TableParameters, Query()],
    request: Request,
    reply: ReplyDep,
    state: StateDep,
) -> Response:
    """Columns, selection, revision, data sets with their licences, and the SHA-256 of the table as CSV."""
    chosen = negotiate(accepted(request.headers), [JSON, MARKDOWN])

    def made() -> Response:
        reply.check(chosen)
        found = parameters.table(reply.snapshot, _unit(unit), state.settings.table_rows)
        content = written(found, TableFormat.CSV)
        if chosen == JSON:
            return reply.whole(codebook_json(found, content), JSON)
        return reply.whole(codebook_markdown(found, content), f"{MARKDOWN}; charset=utf-8")

    async with state.tabulating:
        return await run_in_threadpool(made)


async def _answer(
    unit: str, format: TableFormat, parameters: TableParameters, request: Request, reply: Reply, state: State
) -> Response:
    def made() -> Response:
        wanted = _unit(unit)
        format.check()
        reply.check(format.media_type)
        found = parameters.table(reply.snapshot, wanted, state.settings.table_rows)
        codebook = request.url.replace(path=f"/tables/{wanted}/codebook")
        headers = {
            "Content-Disposition": f'attachment; filename="{wanted}-{parameters.by}.{format}"',
            "Link": f'<{codebook}>; rel="describedby"',
        }
        return reply.whole(written(found, format), format.media_type, **headers)

    async with state.tabulating:
        return await run_in_threadpool(made)


def _unit(word: str) -> Unit:
    if word not in set(Unit):
        raise NotFoundError("table", word, known=Unit)
    return Unit(word)
