"""Questions: who does what to whom, over time, and what contradicts what."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from api import answers, schemas
from api.dependencies import Reply, ReplyDep
from api.direct import DirectRoute
from api.parameters import (
    Page,
    TimelineParameters,
    WhoParameters,
    cursor_query,
    read_cursor,
    write_cursor,
)
from graph.contradictions import contradictions
from graph.questions import ask
from graph.selection import Selection
from graph.timelines import timeline

router = APIRouter(tags=["questions"], route_class=DirectRoute)

Question = Annotated[
    str,
    Path(
        max_length=500,
        description="A relation, narrower ones included, or a family.",
        examples=["mediates", "opposes", "invites", "accuses", "supports", "mediation"],
    ),
]


@router.get(
    "/who/{question}", response_model=schemas.WhoBody, summary="Who mediates, opposes, invites whom, and who says so"
)
async def who(question: Question, parameters: Annotated[WhoParameters, Query()], reply: ReplyDep) -> Response:
    """Answers are grouped by subject, relation, object, about, parties and kind of evidence.

    Each names its statements, voices, modalities and data sets. `evidence` tells whether it rests on curated claims, on
    coded events or on agreements: kinds are never added up. With `between`, answers that name both sides come first,
    then those `joined` from records that name one side each, or the sides apart (`sides_in`), then those that name one.

    An empty list means that the graph knows nothing of it, never "no": `coverage` says what it does hold.
    """
    snapshot = reply.ready
    if snapshot and (selection := parameters.lookup(snapshot, question)):  # less than the way to a thread and back
        return _who(question, parameters, reply, selection)
    return await run_in_threadpool(_who, question, parameters, reply)


def _who(question: str, parameters: WhoParameters, reply: Reply, selection: Selection | None = None) -> Response:
    reply.check()
    snapshot = reply.snapshot
    page = cursor_query(f"/who/{question}", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    selection = selection or parameters.selection(snapshot, question=question)
    found = ask(snapshot, selection, parameters.level, joined=parameters.joined)
    reply.make_ready()
    given: dict[str, Any] = parameters.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
    body = answers.who_answer(snapshot, question, given, found, selection, parameters.limit, offset)
    end = offset + parameters.limit
    body["next"] = write_cursor(snapshot.revision, end, page) if end < len(found.found) else None
    return reply.json(body)


@router.get(
    "/conflicts", response_model=schemas.ContradictionList, summary="Statements that contradict each other, and why"
)
def conflicts(parameters: Annotated[Page, Query()], reply: ReplyDep) -> Response:
    """Two holders of one post, a claim and its denial, a statement and its correction."""
    reply.check()
    snapshot = reply.snapshot
    page = cursor_query("/conflicts", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    end = offset + parameters.limit
    found = contradictions(snapshot)
    items = [
        {
            "kind": c.kind,
            "reason": c.reason,
            "settled": c.settled,
            "statements": [answers.statement_ref(snapshot, s) for s in c.statements],
        }
        for c in found[offset:end]
    ]
    following = write_cursor(snapshot.revision, end, page) if end < len(found) else None
    return reply.json({"items": items, "total": len(found), "next": following, "revision": snapshot.revision})


@router.get("/timeline", response_model=schemas.TimelineBody, summary="Statements per day, month or year")
def read_timeline(parameters: Annotated[TimelineParameters, Query()], reply: ReplyDep) -> Response:
    """In `series` by data set. A statement counts in a period only where its dates lie within; the others apart.

    `periods`, `spread` and `undated` are those of all data sets together, and null where these are of several kinds of
    evidence: claims, coded events and agreements are never added up.
    """
    reply.check()
    snapshot = reply.snapshot
    selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
    found = timeline(snapshot, selection, parameters.by)
    total = answers.counts_answer(found.total) if found.total else dict.fromkeys(("periods", "spread", "undated"))
    series = [answers.series_answer(s) for s in found.series]
    return reply.json({"by": parameters.by, "series": series, **total, "revision": snapshot.revision})
