"""Pictures of networks and timelines, as SVG and PNG."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.dependencies import Reply, ReplyDep, State, StateDep
from api.network_parameters import PictureParameters
from api.parameters import TimelineParameters
from graph.pictures import Picture, PictureFormat
from graph.snapshot import Snapshot

router = APIRouter(tags=["pictures"])


def _responses(format: PictureFormat) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"description": "The picture.", "content": {format.media_type: {}}},
        501: {"description": "The library that draws is not installed here."},
    }


@router.get(
    "/network.svg", response_class=Response, responses=_responses(PictureFormat.SVG),
    summary="Who is joined to whom, as a picture in SVG",
)  # fmt: skip
async def draw_network_svg(
    parameters: Annotated[PictureParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """Lines tell mediation, cooperation and conflict apart, their ends how it is said.

    Title and description tell the same in words. Same statements, same bytes.
    """
    return await _drawn(PictureFormat.SVG, parameters.picture, reply, state)


@router.get(
    "/network.png", response_class=Response, responses=_responses(PictureFormat.PNG),
    summary="Who is joined to whom, as a picture in PNG",
)  # fmt: skip
async def draw_network_png(
    parameters: Annotated[PictureParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """As `/network.svg`, in pixels."""
    return await _drawn(PictureFormat.PNG, parameters.picture, reply, state)


@router.get(
    "/timeline.svg", response_class=Response, responses=_responses(PictureFormat.SVG),
    summary="Statements over time, as a picture in SVG",
)  # fmt: skip
async def draw_timeline_svg(
    parameters: Annotated[TimelineParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """A panel for each data set and kind of evidence; what has no date, or spans several periods, is told beside it."""
    return await _drawn(PictureFormat.SVG, parameters.picture, reply, state)


@router.get(
    "/timeline.png", response_class=Response, responses=_responses(PictureFormat.PNG),
    summary="Statements over time, as a picture in PNG",
)  # fmt: skip
async def draw_timeline_png(
    parameters: Annotated[TimelineParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """As `/timeline.svg`, in pixels."""
    return await _drawn(PictureFormat.PNG, parameters.picture, reply, state)


async def _drawn(format: PictureFormat, draw: Callable[[Snapshot], Picture], reply: Reply, state: State) -> Response:
    def made() -> Response:
        reply.check(format.media_type)
        return reply.whole(draw(reply.snapshot).written(format), format.media_type)

    async with state.drawing:
        return await run_in_threadpool(made)
