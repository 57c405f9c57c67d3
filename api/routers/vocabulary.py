"""The vocabulary, to read and for programs."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import ReplyDep
from api.media_types import negotiate
from api.parameters import NoParameters
from ontology import vocabulary
from ontology.page import render_html

router = APIRouter(tags=["catalogue"])

PAGE, TURTLE = "text/html", "text/turtle"


@router.get(
    "/ontology", response_class=HTMLResponse, summary="The vocabulary, to read or as Turtle",
    responses={200: {"content": {TURTLE: {}}, "description": "A page, or the Turtle where that is preferred."}},
)  # fmt: skip
def ontology(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """Classes, properties, modalities, roles and relations with their definitions."""
    media_type = negotiate(request.headers.get("accept"), (PAGE, TURTLE))
    reply.check(media_type)
    return reply.whole(_page() if media_type == PAGE else _turtle(), media_type)


@cache
def _page() -> str:
    return render_html(vocabulary())


@cache
def _turtle() -> str:
    return vocabulary().graph.serialize(format="turtle")
