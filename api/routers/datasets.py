"""Data sets: what each is and tells of, and what became of its records."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import answers, schemas
from api.dependencies import JSON, ReplyDep, StateDep
from api.formats import PAGE
from api.media_types import accepted, negotiate
from api.pages.datasets import dataset_page, datasets_page, rejects_page
from api.pages.html import page
from api.parameters import NoParameters, Page, cursor_query, read_cursor, write_cursor
from graph.holdings import holding, holdings

router = APIRouter(tags=["catalogue"])

Id = Annotated[str, Path(max_length=500, description="Id of a data set.", examples=["armenia-azerbaijan-talks"])]
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {PAGE: {}}}}


@router.get("/datasets", response_model=schemas.DatasetList, responses=_PAGE, summary="Data sets, counted")
def list_datasets(parameters: Annotated[Page, Query()], request: Request, reply: ReplyDep, state: StateDep) -> Response:
    """By id: imported ones and curated ones. A source that is of no data set stands for itself. Also as a page."""
    media_type = negotiate(accepted(request.headers), [JSON, PAGE])
    reply.check(media_type)
    snapshot = reply.snapshot
    query = cursor_query("/datasets", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, query)
    found = list(holdings(snapshot, state.graph.path).values())
    end = offset + parameters.limit
    following = write_cursor(snapshot.revision, end, query) if end < len(found) else None
    shown = found[offset:end]
    if media_type == PAGE:
        return reply.whole(page("Data sets", datasets_page(shown, following)), PAGE)
    items = [answers.holding_summary(h) for h in shown]
    return reply.json({"items": items, "total": len(found), "next": following})


@router.get("/datasets/{id}", response_model=schemas.DatasetBody, responses=_PAGE, summary="One data set, whole")
def read_dataset(
    id: Id, parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep, state: StateDep
) -> Response:
    """Period, licence note, its files, what became of their records, codes without a relation. Also as a page."""
    media_type = negotiate(accepted(request.headers), [JSON, PAGE])
    reply.check(media_type)
    found = holding(reply.snapshot, state.graph.path, id)
    if media_type == PAGE:
        return reply.whole(page(found.id, dataset_page(found)), PAGE)
    return reply.json(answers.holding_answer(found))


@router.get(
    "/datasets/{id}/rejects", response_model=schemas.RejectList, responses=_PAGE,
    summary="The records of a data set that became no statement",
)  # fmt: skip
def list_rejects(
    id: Id, parameters: Annotated[Page, Query()], request: Request, reply: ReplyDep, state: StateDep
) -> Response:
    """By source and place in the file, with the reason and the bytes as they were. Also as a page."""
    media_type = negotiate(accepted(request.headers), [JSON, PAGE])
    reply.check(media_type)
    snapshot = reply.snapshot
    query = cursor_query(f"/datasets/{id}/rejects", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, query)
    found = holding(snapshot, state.graph.path, id)
    total, end = found.counts.get("rejected", 0), offset + parameters.limit
    following = write_cursor(snapshot.revision, end, query) if end < total else None
    items = [answers.reject_answer(r) for r in found.rejects(offset, end)]
    if media_type == PAGE:
        return reply.whole(page(f"Rejected records of {id}", rejects_page(found, items, total, following)), PAGE)
    return reply.json({"items": items, "total": total, "next": following})
