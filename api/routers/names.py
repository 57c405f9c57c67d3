"""What an IRI names: /id/KIND/ID leads to where the service tells of it, whatever the host."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import ReplyDep
from api.parameters import NoParameters
from graph.exceptions import NotFoundError
from ontology import vocabulary

router = APIRouter(tags=["catalogue"])

_PLACES = {"entity": "entities", "statement": "statements", "source": "sources", "relation": "relations"}


@router.get("/id/{kind}/{id}", status_code=303, response_class=Response, summary="Where the service tells of an IRI")
def follow(
    kind: Annotated[str, Path(description="entity, statement, source or relation.", examples=["entity"])],
    id: Annotated[str, Path(description="The id at the end of the IRI.", examples=["russia"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """Leads there by 303: the thing named is not the page about it."""
    snapshot = reply.snapshot
    if kind not in _PLACES:
        raise NotFoundError("kind of thing", kind)
    match kind:
        case "entity":
            snapshot.entity(id)
        case "source":
            snapshot.source(id)
        case "relation":
            vocabulary().relation(id)
        case _:
            if snapshot.columns.row(id) is None:
                raise NotFoundError("statement", id)
    return Response(status_code=303, headers={"Location": f"/{_PLACES[kind]}/{id}"})
