"""What there is to ask about: entities, relations, sources."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import answers, schemas
from api.dependencies import Reply, ReplyDep
from api.direct import DirectRoute
from api.parameters import (
    EntityParameters,
    NoParameters,
    Page,
    RelationParameters,
    ResolveParameters,
    cursor_query,
    paging,
    read_cursor,
    write_cursor,
)
from graph.snapshot import Snapshot
from ontology import Term, UnknownTermError, vocabulary

router = APIRouter(tags=["catalogue"], route_class=DirectRoute)

JSONL = "application/jsonl"


def _listed(reply: Reply, path: str, page: Page, ids: Sequence[str], shape: Callable[[str], Any]) -> Response:
    query = cursor_query(path, page)
    offset = read_cursor(page.cursor, reply.snapshot.revision, query)
    end = offset + page.limit
    return reply.json(
        {
            "items": [shape(i) for i in ids[offset:end]],
            "total": len(ids),
            "next": write_cursor(reply.snapshot.revision, end, query) if end < len(ids) else None,
        }
    )


def _entity_ids(parameters: EntityParameters, snapshot: Snapshot) -> list[str]:
    ids = snapshot.names.search(parameters.q) if parameters.q else snapshot.listed_entities
    return [i for i in ids if snapshot.entities[i].kind in parameters.kind] if parameters.kind else ids


@router.get("/entities", response_model=schemas.EntityList, summary="Entities by part of a name and by kind")
def list_entities(parameters: Annotated[EntityParameters, Query()], reply: ReplyDep) -> Response:
    """By id. Names are compared in any script and case."""
    reply.check()
    snapshot = reply.snapshot
    ids = _entity_ids(parameters, snapshot)
    return _listed(reply, "/entities", parameters, ids, lambda i: answers.entity_summary(snapshot, i))


@router.get(
    "/entities.jsonl", response_class=Response, summary="The same as JSON lines, whole",
    responses={200: {"content": {JSONL: {}}, "description": "One entity a line, as data sets describe it."}},
)  # fmt: skip
def list_entities_jsonl(
    parameters: Annotated[EntityParameters, Query()], reply: ReplyDep, request: Request
) -> Response:
    """Every field of an entity that is not empty. `Link` leads to the next page, `X-Total-Count` tells the total."""
    reply.check(JSONL)
    snapshot = reply.snapshot
    ids = _entity_ids(parameters, snapshot)
    query = cursor_query("/entities.jsonl", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, query)
    end = offset + parameters.limit
    following = write_cursor(snapshot.revision, end, query) if end < len(ids) else None
    lines = (snapshot.entities[i].model_dump_json(exclude_defaults=True) + "\n" for i in ids[offset:end])
    return reply.whole("".join(lines), JSONL, **paging(request, len(ids), following))


@router.get("/names/{name}", response_model=schemas.ResolvedBody, summary="Which entity a name means")
def resolve(
    name: Annotated[str, Path(max_length=500, description="An id, label or alias.", examples=["Mirzoyan"])],
    parameters: Annotated[ResolveParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """By id, label or alias, in any script and case; by post and day."""
    reply.check()
    snapshot = reply.snapshot
    id = snapshot.names.resolve(name, actor=parameters.actor)
    entity = snapshot.entity(snapshot.holder(id, parameters.on) if parameters.on else id)
    iri = snapshot.iris.entity(entity.id)
    return reply.json({"id": entity.id, "iri": iri, "label": entity.label.text, "kind": entity.kind})


@router.get("/entities/{id}", response_model=schemas.EntityBody, summary="One entity, whole")
def read_entity(
    id: Annotated[str, Path(max_length=500, description="Id, label or alias of an entity.", examples=["russia"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """With its posts, whom it acts for, who acts for it, and counts by relation.

    Of an entity that was merged into another by its id: what is counted are the statements of both, since they are
    one. `merged_into` tells what it is, who judged so and why; `merged` what is merged into it.
    """
    reply.check()
    return reply.json(answers.entity_answer(reply.snapshot, reply.snapshot.named(id)))


@router.get("/relations", response_model=schemas.RelationList, summary="The vocabulary with its frames")
def list_relations(parameters: Annotated[RelationParameters, Query()], reply: ReplyDep) -> Response:
    """Every relation that may be asked for, and the families, modalities, roles and kinds."""
    reply.check()
    v = vocabulary()
    if parameters.family is not None and parameters.family not in v.families:
        raise UnknownTermError("family", parameters.family, v.families)
    items = [answers.relation_answer(r) for r in v.relations.values() if parameters.family in (None, r.family)]
    terms = {"families": v.families, "modalities": v.modalities, "roles": v.roles, "kinds": v.kinds}
    return reply.json({"items": items, "total": len(items)} | {k: [_term(t) for t in terms[k].values()] for k in terms})


def _term(term: Term) -> dict[str, str]:
    return {"id": term.id, "iri": term.iri, "label": term.label, "definition": term.definition}


@router.get("/relations/{id}", response_model=schemas.RelationBody, summary="One relation")
def read_relation(
    id: Annotated[str, Path(max_length=500, description="Id of a relation.", examples=["invites"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """With its frame, its wider and narrower relations and its outside codes."""
    reply.check()
    return reply.json(answers.relation_answer(vocabulary().relation(id)))


@router.get("/sources", response_model=schemas.SourceList, summary="Sources with the number of their statements")
def list_sources(parameters: Annotated[Page, Query()], reply: ReplyDep) -> Response:
    """By id, with counts by modality."""
    reply.check()
    snapshot = reply.snapshot
    return _listed(
        reply, "/sources", parameters, sorted(snapshot.sources), lambda i: answers.source_answer(snapshot, i)
    )


@router.get("/sources/{id}", response_model=schemas.SourceBody, summary="One source")
def read_source(
    id: Annotated[str, Path(max_length=500, description="Id of a source.", examples=["article"])],
    parameters: Annotated[NoParameters, Query()],
    reply: ReplyDep,
) -> Response:
    """What the source is; its text belongs to its publisher."""
    reply.check()
    return reply.json(answers.source_answer(reply.snapshot, id))
