"""What an IRI names: /id/… leads to a document about it, and documents are to be had in every format, on any host."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import JSON, Reply, ReplyDep
from api.formats import FORMATS, PAGE, SUFFIXES, alternates, link_header
from api.media_types import accepted, negotiate
from api.pages.html import el, join, page
from api.pages.things import thing_page
from api.parameters import NoParameters
from graph.descriptions import licence_iri, rdf
from graph.documents import document, licence_of, thing
from graph.exceptions import NotFoundError
from ontology import UnknownTermError

router = APIRouter(tags=["linked data"])

_API = {"entity": "entities", "statement": "statements", "source": "sources", "relation": "relations"}
Kind = Annotated[
    str,
    Path(
        description="entity, statement, source, judgement, relation, frame, scheme or graph.",
        examples=["entity", "entity"],
    ),
]
Id = Annotated[
    str, Path(max_length=500, description="The id at the end of the IRI.", examples=["russia", "russia.ttl"])
]
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {m: {} for m in FORMATS.values()}, "description": "A page for people, or triples."}
}


def _split(reply: Reply, kind: str, id: str) -> tuple[str, str]:
    """The id and the format that an address asks for by its suffix, which is empty where there is none."""
    stem, _, suffix = id.rpartition(".")
    if suffix not in FORMATS or not _is_there(reply, kind, stem):
        return id, ""
    return stem, suffix


def _is_there(reply: Reply, kind: str, id: str) -> bool:
    try:
        thing(reply.snapshot, kind, id)
    except (NotFoundError, UnknownTermError):
        return False
    return True


def _json(kind: str, id: str) -> str | None:
    return f"/{_API[kind]}/{quote(id)}" if kind in _API else None


@router.get("/id/{kind}/{id:path}", status_code=303, response_class=Response, summary="Where an IRI is told of")
def follow(
    kind: Kind, id: Id, parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep
) -> Response:
    """Leads by 303 to the document in the format that is preferred: the thing named is not the page about it.

    A suffix (.html, .ttl, .jsonld, .nt, .rdf) asks for a format; JSON leads to the paths of the JSON API.
    """
    if kind == "statement":
        id = id.partition("/speaker/")[0]  # a link of a chain of speakers is told with its statement
    suffix = ""
    if not _is_there(reply, kind, id):
        id, suffix = _split(reply, kind, id)
        thing(reply.snapshot, kind, id)
    api = _json(kind, id)
    address = f"/doc/{kind}/{quote(id)}"
    if not suffix:
        offers = [*FORMATS.values(), *([JSON] if api else [])]
        media_type = negotiate(accepted(request.headers), offers)
        suffix = SUFFIXES.get(media_type, "")
    links = [(a, "describedby", m) for a, m, _ in alternates(address, json=api)]
    headers = {"Location": f"{address}.{suffix}" if suffix else str(api), "Link": link_header(links), "Vary": "Accept"}
    return Response(status_code=303, headers=headers)


@router.get(
    "/graph/{id:path}", status_code=303, response_class=Response, summary="Where a named graph of the store is told of"
)
def follow_graph(
    id: Annotated[str, Path(max_length=500, description="Name of the graph.", examples=["entities"])],
    parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep,
) -> Response:  # fmt: skip
    """As for any other thing."""
    return follow("graph", id, parameters, request, reply)


@router.get("/doc/{kind}/{id:path}", response_class=Response, responses=_CONTENT, summary="A document about a thing")
def read_document(
    kind: Kind, id: Id, parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep
) -> Response:
    """All triples that have the thing as subject, and what a reader needs beside; or a page that tells the same.

    The suffix names the format; without one it is the format that is preferred.
    """
    id, suffix = _split(reply, kind, id)
    snapshot = reply.snapshot
    iri = thing(snapshot, kind, id)
    media_type = FORMATS[suffix] if suffix else negotiate(accepted(request.headers), list(FORMATS.values()))
    reply.check(media_type)
    address, api = f"/doc/{kind}/{quote(id)}", _json(kind, id)
    others = alternates(address, leave_out=media_type, json=api)
    links: list[tuple[str, str, str | None]] = [(a, "alternate", m) for a, m, _ in others]
    links += [(address, "canonical", None), (iri, "describes", None)]
    if licence := licence_iri(licence_of(snapshot, kind, id)):
        links.append((licence, "license", None))
    headers = {"Link": link_header(links)}
    if media_type != PAGE:
        return reply.whole(rdf(document(snapshot, kind, id), media_type, snapshot.iris), media_type, **headers)
    title, body = thing_page(snapshot, kind, id, reply.texts)
    foot = join(el("p", "IRI: ", el("code", iri)), el("p", f"Revision {snapshot.revision}"))
    return reply.whole(page(title, body, alternates=others, foot=foot), media_type, **headers)
