"""Citations: answers frozen, repeated and compared; and what differs between two revisions."""

import hashlib
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from api import answers, citing, schemas
from api.citation_documents import BIBTEX, HTML, JSON_LD, bibtex, json_ld, page
from api.dependencies import JSON, ReplyDep, State, StateDep, TurnDep
from api.errors import NotModified, Problem
from api.media_types import accepted, negotiate
from api.parameters import DifferenceParameters, NoParameters, cursor_query, read_cursor, write_cursor
from api.protocol import json_body
from api.routers.sparql import OFFERS, RDF_ALIASES, SOLUTIONS, TRIPLES, TRUTH, XML_OR_JSON
from api.workers import MediaTypes, Turn
from graph.checksums import Form
from graph.citations import Citation, Frozen, Kind
from graph.differences import Subject
from graph.exceptions import NotFoundError, QueryTooLargeError
from graph.snapshot import Snapshot

router = APIRouter(tags=["citations"])

NTRIPLES = citing.NTRIPLES
MOST_QUADS = 100_000
"""Most quads that are compared for a reader: both revisions are read whole for them."""
_BIBTEX_ALIAS = "text/x-bibtex"
_DOCUMENTS = (JSON_LD, HTML, BIBTEX, _BIBTEX_ALIAS, JSON)
_FOREVER = "public, max-age=31536000, immutable"
Id = Annotated[
    str,
    Path(
        max_length=60,
        description="Id of a citation, as freezing gives it: the revision and a hash.",
        examples=["2-y7wrm2a2knz5bzc356ieoptahu"],
    ),
]


@router.post(
    "/citations", status_code=201, response_class=Response, summary="Freeze an answer",
    dependencies=[Depends(json_body)],
    responses={
        200: {"description": "The same answer was frozen before.", "content": {JSON_LD: {}}},
        201: {"description": "The citation; `Location` is its address.", "content": {JSON_LD: {}}},
        415: {"description": "The body is not plain JSON."},
        403: {"description": "The query is not allowed, or its answer would be another one each time."},
        507: {"description": "Frozen answers take all the room that they may."},
    },
)  # fmt: skip
async def freeze(
    body: Annotated[schemas.FreezeBody, Body()], request: Request, state: StateDep, turn: TurnDep
) -> Response:
    """Asks again, and keeps what was asked, the checksum of the rows, the sources with their licences and the date.

    Name the revision that the answer was given from (`Tertius-Revision` in its headers), else the current one is
    asked. The same answer is frozen once.
    """
    settings = state.settings
    # Whoever may write could fill the disk anyway.
    bound = state.tokens.holder(request.headers.get("authorization")) is None
    target = body.target if body.target is not None else f"/sparql?{urlencode({'query': body.query})}"
    asked = citing.request_for(target, union=settings.union_default_graph, prefixed=not settings.raw_rdf)
    citation, new = await citing.freeze(
        state.graph, asked, turn.run, revision=body.revision, most_bytes=settings.citation_bytes,
        room=settings.citation_room * 1024 * 1024 if bound else None,
    )  # fmt: skip
    headers = {"Location": f"/citations/{citation.id}", "Cache-Control": "no-store"}
    return Response(to_json(json_ld(citation)), 201 if new else 200, headers | _links(citation), JSON_LD)


@router.get(
    "/citations/{id}", response_class=Response, summary="A frozen answer: what was asked of which revision",
    responses={200: {"description": "The citation.", "content": {m: {} for m in _DOCUMENTS}}},
)  # fmt: skip
def read_citation(
    id: Id, parameters: Annotated[NoParameters, Query()], request: Request, state: StateDep, reply: ReplyDep
) -> Response:
    """As JSON-LD, BibTeX or a page; with `.bib`, `.jsonld` or `.html` at the end of the address without negotiation."""
    name, _, suffix = id.partition(".")
    by_suffix = {"bib": BIBTEX, "jsonld": JSON_LD, "html": HTML}
    if suffix and suffix not in by_suffix:
        raise NotFoundError("citation", id)
    media_type = by_suffix.get(suffix) or negotiate(accepted(request.headers), _DOCUMENTS)
    reply.check(media_type)
    citation = state.graph.citations.read(name).citation
    if media_type == HTML:
        body: str | bytes = page(citation, kept=citation.revision in state.graph.revisions)
    else:
        body = bibtex(citation) if media_type in (BIBTEX, _BIBTEX_ALIAS) else to_json(json_ld(citation))
    return reply.whole(body, media_type, **_links(citation))


@router.get(
    "/citations/{id}/answer", response_class=Response, summary="The rows that were frozen",
    responses={
        200: {"description": "The same rows as then.", "content": {m: {} for m in (JSON, *OFFERS)}},
        410: {"description": "The revision is no longer kept, and its question is answered otherwise now: see how."},
    },
)  # fmt: skip
async def read_answer(
    id: Id, parameters: Annotated[NoParameters, Query()], request: Request, state: StateDep, turn: TurnDep
) -> Response:
    """Asks the revision that was cited, for as long as it is kept, in any format of the question.

    Afterwards the current one is asked: while it gives the same rows, they are the answer; else 410 with the rows
    that were added and removed, as `/changes` lists them.
    """
    frozen = await run_in_threadpool(state.graph.citations.read, id)
    citation = frozen.citation
    offers, aliases = _OFFERS[citation.form]
    media_type = negotiate(accepted(request.headers), (*offers, *aliases))
    media_type = aliases.get(media_type, media_type)
    try:
        snapshot, kept = await citing.opened(state.graph, citation.revision), True
        _check_frozen(request, citation, media_type)
    except NotFoundError:
        snapshot, kept = await citing.opened(state.graph, None), False
    comparison = await _compared(state, snapshot, frozen, turn)
    if comparison.found is None or not comparison.same:
        raise Problem(410, "the answer that was frozen is no longer to be had; what has changed is told here",
                      headers=_links(citation), **comparison.as_json())  # fmt: skip
    headers = {"Cache-Control": _FOREVER if kept else "no-cache", "Vary": "Accept",
               "ETag": _etag(citation, media_type), "Tertius-Revision": str(snapshot.revision)}  # fmt: skip
    if citation.request.kind is Kind.QUESTION:
        rows = ",".join(comparison.found.lines.lines)
        head = to_json({"citation": citation.iri, "revision": citation.revision})[:-1].decode()
        body = f'{head},"answers":[{rows}]}}'.encode()
    elif media_type in citing.CANONICAL:
        body = comparison.found.body
    else:
        types = MediaTypes(media_type, media_type, media_type)
        body = (await citing.run_sparql(snapshot, citation.request, turn.run, types)).body
    return Response(body, headers=headers | _links(citation), media_type=media_type)


@router.get(
    "/citations/{id}/changes", response_model=schemas.ComparisonBody, summary="What has changed since it was frozen"
)
async def read_changes(
    id: Id, parameters: Annotated[NoParameters, Query()], state: StateDep, reply: ReplyDep, turn: TurnDep
) -> Response:
    """Asks the current revision the same: rows added and removed, and what became of the statements in them."""
    snapshot = await reply.open()
    reply.check()
    frozen = await run_in_threadpool(state.graph.citations.read, id)
    return reply.json((await _compared(state, snapshot, frozen, turn)).as_json())


@router.get(
    "/differences", response_model=schemas.DifferencesBody, summary="What differs between two revisions",
)  # fmt: skip
def differences(parameters: Annotated[DifferenceParameters, Query()], state: StateDep, reply: ReplyDep) -> Response:
    """Statements, entities, sources, judgements or quads that came, went or changed, what changed field by field."""
    reply.check()
    graph, of = state.graph, parameters.of
    until = reply.snapshot.revision if parameters.to is None else parameters.to
    since = parameters.since
    if since is None:
        since = max((n for n in graph.revisions if n < until), default=until)
    found = graph.differences(since, until)
    if of is Subject.QUADS and found.size > MOST_QUADS:
        raise QueryTooLargeError(
            f"the two revisions have {found.size} quads, at most {MOST_QUADS} are compared here: use tertius diff"
        )
    query = cursor_query("/differences", parameters) + f"|{since}"
    offset = read_cursor(parameters.cursor, until, query)
    end = offset + parameters.limit
    counts = found.counts(of)
    total = sum(counts.values())
    return reply.json({
        "from": since, "to": until, "of": of, "counts": counts,
        "items": [answers.difference_answer(d) for d in found.listed(of, offset, end)],
        "total": total,
        "next": write_cursor(until, end, query) if end < total else None,
    })  # fmt: skip


_OFFERS: dict[Form, tuple[Sequence[str], dict[str, str]]] = {
    Form.SOLUTIONS: (SOLUTIONS, XML_OR_JSON),
    Form.TRUTH: (TRUTH, XML_OR_JSON),
    Form.TRIPLES: ((NTRIPLES, *(t for t in TRIPLES if t != NTRIPLES)), RDF_ALIASES),
    Form.ANSWERS: ((JSON,), {}),
}


async def _compared(state: State, snapshot: Snapshot, frozen: Frozen, turn: Turn) -> citing.Comparison:
    # An answer may have grown since it was frozen.
    most = 4 * state.settings.citation_bytes
    return await citing.compare_with(state.graph, snapshot, frozen, turn.run, most_bytes=most)


def _links(citation: Citation) -> dict[str, str]:
    return {
        "Link": f'<{citation.iri}>; rel="cite-as", </citations/{citation.id}.bib>; rel="describedby"; type="{BIBTEX}"'
    }


def _etag(citation: Citation, media_type: str) -> str:
    return f'"{hashlib.sha256(f"{citation.id}|{media_type}|{citation.checksum}".encode()).hexdigest()[:32]}"'


def _check_frozen(request: Request, citation: Citation, media_type: str) -> None:
    """Raises NotModified where the client has the answer, which never becomes another one."""
    etag = _etag(citation, media_type)
    wanted = request.headers.get("if-none-match", "")
    if wanted.strip() == "*" or etag in (t.strip().removeprefix("W/") for t in wanted.split(",")):
        raise NotModified({"ETag": etag, "Cache-Control": _FOREVER, "Vary": "Accept"})
