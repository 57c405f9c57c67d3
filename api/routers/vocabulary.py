"""The vocabulary, to read and for programs: where the IRIs of its classes, properties and modalities lead."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import Reply, ReplyDep
from api.errors import Problem
from api.formats import FORMATS, PAGE, alternates, link_header
from api.media_types import accepted, negotiate
from api.parameters import NoParameters
from graph.stores import serialized
from ontology import PREFIXES, vocabulary
from ontology.page import render_html

router = APIRouter(tags=["catalogue"])

_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {m: {} for m in FORMATS.values()}, "description": "A page, or triples where they are preferred."}
}


@router.get("/ontology", response_class=HTMLResponse, responses=_CONTENT, summary="The vocabulary, to read or as RDF")
def ontology(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """Classes, properties, modalities, roles and relations with their definitions."""
    return _answer(reply, negotiate(accepted(request.headers), list(FORMATS.values())))


@router.get("/ontology.{format}", response_class=Response, responses=_CONTENT, summary="The same in one format")
def ontology_as(
    format: Annotated[str, Path(description=f"One of {', '.join(FORMATS)}.", examples=["ttl"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """The vocabulary."""
    if format not in FORMATS:
        raise Problem(404, f"there is no format {format!r}; formats are {', '.join(FORMATS)}")
    return _answer(reply, FORMATS[format])


def _answer(reply: Reply, media_type: str) -> Response:
    reply.check(media_type)
    links: list[tuple[str, str, str | None]] = [
        (a, "alternate", m) for a, m, _ in alternates("/ontology", leave_out=media_type)
    ]
    headers = {"Link": link_header([*links, ("/ontology", "canonical", None)])}
    return reply.whole(_page() if media_type == PAGE else _rdf(media_type), media_type, **headers)


@cache
def _page() -> str:
    return render_html(vocabulary())


@cache
def _rdf(media_type: str) -> bytes:
    triples = vocabulary().graph.serialize(format="nt")
    lines = "".join(sorted(triples.splitlines(keepends=True)))
    return serialized(lines, media_type, PREFIXES)
