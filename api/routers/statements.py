"""Statements: lists in JSON, CSV and JSON lines, and one whole."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic_core import to_json

from api import answers, schemas
from api.dependencies import Reply, ReplyDep, StateDep
from api.direct import DirectRoute
from api.parameters import NoParameters, StatementParameters, cursor_query, paging, read_cursor, write_cursor
from graph.importing.records import kept_record

router = APIRouter(tags=["statements"], route_class=DirectRoute)

Parameters = Annotated[StatementParameters, Query()]


def _page(parameters: StatementParameters, reply: Reply) -> dict[str, Any]:
    snapshot = reply.snapshot
    page = cursor_query("/statements", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
    found = snapshot.selector.select(selection)
    rows = sorted(found.rows.tolist())
    end = offset + parameters.limit
    return {
        "items": [answers.statement_answer(snapshot, s, reply.texts) for s in snapshot.statements(rows[offset:end])],
        "total": len(rows),
        "next": write_cursor(snapshot.revision, end, page) if end < len(rows) else None,
        "undated": found.undated,
        "revision": snapshot.revision,
    }


@router.get("/statements", response_model=schemas.StatementList, summary="Statements by any of their parts")
def list_statements(parameters: Parameters, reply: ReplyDep) -> Response:
    """In the order in which they were loaded; retracted ones only where `status` asks for them."""
    reply.check()
    return reply.json(_page(parameters, reply))


@router.get(
    "/statements.csv", response_class=Response, summary="The same as CSV",
    responses={200: {"content": {"text/csv": {}}, "description": "One row a statement, with a header."}},
)  # fmt: skip
def list_statements_csv(parameters: Parameters, reply: ReplyDep, request: Request) -> Response:
    """Lists within a cell are separated by `; `. `Link` leads to the next page, `X-Total-Count` tells the total."""
    reply.check("text/csv")
    page = _page(parameters, reply)
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(CSV_COLUMNS)
    writer.writerows(_csv_row(item) for item in page["items"])
    return reply.whole(output.getvalue(), "text/csv", **paging(request, page["total"], page["next"]))


@router.get(
    "/statements.jsonl", response_class=Response, summary="The same as JSON lines",
    responses={200: {"content": {"application/jsonl": {}}, "description": "One statement a line."}},
)  # fmt: skip
def list_statements_jsonl(parameters: Parameters, reply: ReplyDep, request: Request) -> Response:
    """The `Link` header leads to the next page, `X-Total-Count` tells the total."""
    reply.check("application/jsonl")
    page = _page(parameters, reply)
    body = b"".join(to_json(item) + b"\n" for item in page["items"])
    return reply.whole(body, "application/jsonl", **paging(request, page["total"], page["next"]))


@router.get("/statements/{id}", response_model=schemas.StatementBody, summary="One statement, whole")
def read_statement(
    id: Annotated[str, Path(max_length=500, description="Id of a statement.", examples=["y7wrm2a2knz5bzc356ieoptahu"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """Every field under its own name, in the same shape as in a list."""
    reply.check()
    return reply.json(answers.statement_answer(reply.snapshot, reply.snapshot.statement(id), reply.texts))


@router.get(
    "/statements/{id}/record", response_model=schemas.RecordBody, summary="The record that a coded statement is made of"
)
def read_record(
    id: Annotated[str, Path(max_length=500, description="Id of a statement.", examples=["y7wrm2a2knz5bzc356ieoptahu"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
    state: StateDep,
) -> Response:
    """Every field of the imported file's record by name, as the file has it, and the record as it stands there.

    404 tells why of a statement that was made of no imported record.
    """
    reply.check()
    return reply.json(answers.record_answer(kept_record(reply.snapshot, state.graph.path, id)))


CSV_COLUMNS = tuple(schemas.StatementBody.model_fields)


def _csv_row(item: dict[str, Any]) -> list[object]:
    return [_cell(item[name]) for name in CSV_COLUMNS]


def _cell(value: Any) -> object:
    if isinstance(value, dict):
        if "role" in value:
            return f"{value['role']}:{value['entity']['id']}"
        return value["id"]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(str(_cell(v)) for v in value)
    if isinstance(value, bool):
        return str(value).lower()
    return value
