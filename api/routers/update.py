"""SPARQL 1.1 updates: whole or not at all, over the strict dataset, by whoever holds a token."""

from fastapi import APIRouter, Request, Response

from api.dependencies import State, StateDep
from api.protocol import FORM, UPDATE, Operation, allow, read_operation
from api.writes import BEARER, Write
from graph.changes import SparqlUpdate

router = APIRouter(tags=["sparql"])

EXAMPLE = "DELETE DATA { GRAPH <https://tertius.example/id/source/nowhere> { <a:s> <a:p> <a:o> } }"
WRITE_RESPONSES: dict[int | str, dict[str, object]] = {
    400: {"description": "Missing, repeated or contradicting parameters, or what does not parse; nothing is changed."},
    401: {"description": "The token is missing or unknown."},
    403: {"description": "Writing is off, or it asks for what is not allowed, as LOAD is."},
    412: {"description": "If-Match names another answer of the address than the current one; nothing is changed."},
    413: {"description": "The body is too long."},
    415: {"description": "The body's type is not read here."},
    422: {"description": "It would leave malformed statements, or an edge that no statement carries; findings tell."},
    503: {"description": "It took too long, or others are writing; nothing is changed."},
    507: {"description": "The disk is full; nothing is changed."},
}
BODY = {
    UPDATE: {"schema": {"type": "string"}, "example": EXAMPLE},
    FORM: {"schema": {
        "type": "object", "required": ["update"],
        "properties": {
            "update": {"type": "string"},
            "using-graph-uri": {"type": "array", "items": {"type": "string"}},
            "using-named-graph-uri": {"type": "array", "items": {"type": "string"}},
        },
    }},
}  # fmt: skip


@router.post(
    "/update", response_class=Response, responses=WRITE_RESPONSES | {
        200: {"description": "What was changed, visible from now on.", "content": {"application/json": {}}},
        409: {"description": "A graph that an operation needs is not there, or one that it makes is; see SILENT."},
    },
    summary="A SPARQL update", dependencies=BEARER, openapi_extra={"requestBody": {"required": True, "content": BODY}},
)  # fmt: skip
async def update(request: Request, state: StateDep) -> Response:
    """All operations of an update or none. Needs a bearer token.

    `using-graph-uri` and `using-named-graph-uri`, repeated at will, stand in the address or in the form, for USING and
    USING NAMED: then the update may have neither these nor WITH. Without them updates see the strict dataset: the
    default graph is what stands in no named graph. LOAD is not allowed.
    """
    with Write(request, state, "update") as write:
        write.authorize()
        return await run_update(write, state, await read_operation(request, ["update"], write.authorize))


async def run_update(write: Write, state: State, asked: Operation) -> Response:
    """Runs an update that came in by any address."""
    write.graphs = (*asked.default, *asked.named)
    return write.answer(await write.run(SparqlUpdate(asked.text, asked.base, asked.default, asked.named)))


allow(router, "/update", ["POST"])
