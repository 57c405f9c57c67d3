"""Episodes of mediation: what was asked, offered, answered and done, with the statements."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import answers
from api.dependencies import ReplyDep, StateDep
from api.parameters import Narrowing, Page, Word, cursor_query, read_cursor, write_cursor
from api.schemas import Body, Ref
from graph.episodes import GAP, Episode, Phase, Stage, Standing, episodes
from graph.evidence import Evidence
from graph.networks.asked import actor
from graph.questions import Level
from graph.selection import SOURCE_VOICE
from graph.snapshot import Snapshot
from ontology import Modality

router = APIRouter(tags=["questions"])


class MediationsParameters(Narrowing, Page):
    """Which episodes, and of which statements."""

    between: list[Word] = Field(
        [], description="Only episodes between these two; give it twice.", examples=[["Armenia", "Azerbaijan"]]
    )
    mediator: Word | None = Field(
        None, description="Only episodes in which this actor stands between.", examples=["Russia"]
    )
    gap: int = Field(
        GAP, ge=0, le=36_500,
        description="Days without a statement after which acts of the same between the same are another episode.",
        examples=[30],
    )  # fmt: skip
    level: Level = Field(
        Level.ENTITY, description="How far actors are rolled up: to bodies or states.", examples=["state"]
    )


class PhaseBody(Body):
    """What statements of one relation tell of one subject, all with the same standing."""

    stage: Stage
    relation: str
    subject: Ref | None
    standing: Standing
    modalities: list[Modality]
    voices: Annotated[list[Ref], Field(description="Who says so; `source` where sources themselves do.")]
    earliest: str | None
    latest: str | None
    coded: Annotated[
        dict[str, list[str]], Field(description="Codes of its statements in schemes `mediation-…`, by attribute.")
    ]
    statements: list[str]


class EpisodeBody(Body):
    """One attempt between some sides, by one kind of evidence."""

    id: str
    evidence: Evidence
    datasets: list[str]
    mediators: list[Ref]
    third_parties: Annotated[list[Ref], Field(description="Who is told only to host, convene, witness or the like.")]
    sides: list[Ref]
    initiated_by: Annotated[list[Ref], Field(description="Who asks for or offers it first, where that is told.")]
    answer: Annotated[str | None, Field(description="accepted, rejected, disputed; null: no answer is told.")]
    inferred: Annotated[bool, Field(description="Some statements are linked only by actors and time.")]
    earliest: str | None
    latest: str | None
    undated: Annotated[int, Field(description="Statements of it that have no date.")]
    coded: Annotated[
        dict[str, list[str]],
        Field(
            description="What coders tell of it: initiator, mandate, track, strategy, rank, outcome or more.",
            examples=[{"strategy": ["mediation-strategy:directive"], "outcome": ["mediation-outcome:ceasefire"]}],
        ),
    ]
    phases: list[PhaseBody]


class MediationsBody(Body):
    """Episodes in the order of their beginnings, undated ones last."""

    items: list[EpisodeBody]
    total: int
    acceptance: Annotated[
        dict[Evidence, dict[str, int]],
        Field(description="Of all: episodes with offers or requests, and how many were accepted or rejected."),
    ]
    gap: int
    level: Level
    one_sided: Annotated[int, Field(description="Episodes left out, since they name but one of the two.")]
    undated: Annotated[int, Field(description="Statements left out of the window, having no date.")]
    note: Annotated[str, Field(description="Why there is no episode; else empty.")]
    next: str | None
    revision: int


@router.get("/mediations", response_model=MediationsBody, summary="Episodes of mediation, phase by phase")
async def read_mediations(
    parameters: Annotated[MediationsParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """Requests, offers, responses, good offices, sessions and interruptions that belong together.

    Kinds of evidence are never one episode. Each phase has its statements, and what is denied or only meant is told
    apart from what took place. That no answer is told is no refusal.
    """

    def made() -> Response:
        reply.check()
        snapshot = reply.snapshot
        sides = [actor(snapshot, name, parameters.level, exact=parameters.exact) for name in parameters.between]
        who = None if parameters.mediator is None else actor(snapshot, parameters.mediator, parameters.level)
        selection = parameters.model_copy(update={"between": []}).selection(snapshot)
        found = episodes(snapshot, selection, between=sides, mediator=who, gap=parameters.gap, level=parameters.level)
        page = cursor_query("/mediations", parameters)
        offset = read_cursor(parameters.cursor, snapshot.revision, page)
        end = offset + parameters.limit
        return reply.json(
            {
                "items": [_episode(snapshot, e) for e in found.found[offset:end]],
                "total": len(found),
                "acceptance": found.acceptance,
                "gap": found.gap,
                "level": found.level,
                "one_sided": found.one_sided,
                "undated": found.undated,
                "note": found.note,
                "next": write_cursor(snapshot.revision, end, page) if end < len(found) else None,
                "revision": snapshot.revision,
            }
        )

    async with state.tabulating:
        return await run_in_threadpool(made)


def _episode(snapshot: Snapshot, found: Episode) -> dict[str, Any]:
    refs = {
        name: [answers.entity_ref(snapshot, id) for id in getattr(found, name)]
        for name in ("mediators", "third_parties", "sides", "initiated_by")
    }
    phases = [_phase(snapshot, p) for p in found.phases]
    return asdict(found) | refs | {"answer": found.answer, "coded": found.coded, "phases": phases}


def _phase(snapshot: Snapshot, found: Phase) -> dict[str, Any]:
    voices = [
        answers.entity_ref(snapshot, v) if v else {"id": SOURCE_VOICE, "label": "the sources themselves"}
        for v in found.voices
    ]
    subject = answers.entity_ref(snapshot, found.subject) if found.subject else None
    return asdict(found) | {"subject": subject, "voices": voices}
