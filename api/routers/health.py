"""Whether the service answers."""

from fastapi import APIRouter, Response
from pydantic_core import to_json

from api import schemas
from api.dependencies import JSON, VERSION, StateDep

router = APIRouter(tags=["service"])


@router.get("/health", response_model=schemas.Health, summary="Whether the service answers, and from what")
def health(state: StateDep) -> Response:
    """Counts and revision of the graph as it is now."""
    snapshot = state.graph.snapshot
    body = {
        "status": "ok",
        "version": VERSION,
        "store": state.graph.store_id,
        "base": snapshot.iris.base,
        "revision": snapshot.revision,
        "statements": len(snapshot.columns),
        "entities": len(snapshot.entities),
        "sources": len(snapshot.sources),
    }
    return Response(to_json(body), media_type=JSON, headers={"Cache-Control": "no-store"})
