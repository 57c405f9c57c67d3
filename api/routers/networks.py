"""Networks: pages of nodes and edges, files for Gephi, Cytoscape and networkx, paths and comparisons."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import networkx as nx
import numpy as np
from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import answers, network_schemas
from api.dependencies import Reply, ReplyDep, State, StateDep
from api.errors import Problem
from api.media_types import accepted, negotiate
from api.network_parameters import MOST_PERIODS, CompareParameters, DrawnParameters, NetworkParameters, PathParameters
from api.parameters import Page, cursor_query, read_cursor, write_cursor
from graph.exceptions import NotFoundError
from graph.networks import (
    Asked,
    NetworkFormat,
    Projection,
    along_paths,
    compare,
    dyads,
    kept,
    network_of,
    shortest_paths,
    windows,
    written,
)
from graph.networks.asked import about, actor, choose, note
from graph.networks.comparison import Tie
from graph.pictures import PictureFormat
from graph.questions import Level
from graph.selection import SOURCE_VOICE
from graph.snapshot import Snapshot
from graph.tables.periods import By

router = APIRouter(tags=["networks"])

Json = dict[str, Any]
FILES = tuple(f for f in NetworkFormat if f is not NetworkFormat.JSON)
FormatPath = Annotated[str, Path(max_length=500, description="How the file ends.", examples=list(NetworkFormat))]
_BATCH = 1000
_EDGES = 5_000
"""Edges of a page of several periods."""
_CONTENT: dict[str, Any] = {f.media_type: {} for f in NetworkFormat}


@router.get(
    "/network", response_model=network_schemas.NetworkBody | network_schemas.NetworksBody,
    summary="Statements as nodes and edges",
    responses={200: {"content": _CONTENT}, 406: {"description": "No offered type is accepted."}},
)  # fmt: skip
async def read_network(
    parameters: Annotated[NetworkParameters, Query()], request: Request, reply: ReplyDep, state: StateDep
) -> Response:
    """In pages, to be read with `nx.node_link_graph(page, source="start", target="end", edges="edges")`.

    As statements are (`multi`) pages are of statements, each with the edges of its own; of other projections, and near
    a focus, they are of edges. Every edge names its statements. With `by` it is the networks of one period after the
    other. With an Accept of GraphML, GEXF, Cytoscape JSON or CSV
    it is the whole network as a file: see `/network.{format}`.
    """
    chosen = NetworkFormat.named(negotiate(accepted(request.headers), [f.media_type for f in NetworkFormat]))
    if chosen is not NetworkFormat.JSON:
        if given := [name for name in ("by", *Page.model_fields) if name in parameters.model_fields_set]:
            raise Problem(
                422, f"{given[0]}: a file is one whole network, without pages and periods", parameter=given[0]
            )
        return await _file(chosen, parameters, reply, state)

    def made() -> Response:
        reply.check()
        asked = parameters.asked(reply.snapshot, parameters.projection)
        if parameters.by is not None:
            return _page_of_periods(reply, parameters, asked, parameters.by)
        if asked.projection is Projection.MULTI and not asked.focus:
            return _page_of_statements(reply, parameters, asked)
        return _page_of_edges(reply, parameters, asked, state.settings.network_edges)

    return await _at_work(made, state)


@router.get(
    "/network.{format}", response_class=Response, summary="A whole network for Gephi, Cytoscape, igraph or networkx",
    responses={200: {"content": _CONTENT, "description": "The file."}},
)  # fmt: skip
async def read_network_file(
    format: FormatPath, parameters: Annotated[DrawnParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """GraphML, GEXF with time, Cytoscape JSON (cyjs), node-link JSON, or edges as CSV. Also /network.svg and .png.

    Formats without lists have several words in one, with `; ` between them; what is not known is left out. In GEXF an
    edge has a spell for each time in which its statements lie; what has no date is always there.
    """
    if format not in set(NetworkFormat):
        raise NotFoundError("format of networks", format, known=[*NetworkFormat, *PictureFormat])
    return await _file(NetworkFormat(format), parameters, reply, state)


@router.get("/network/paths", response_model=network_schemas.PathsBody, summary="The shortest paths between two actors")
async def read_paths(parameters: Annotated[PathParameters, Query()], reply: ReplyDep, state: StateDep) -> Response:
    """Over ties of what took place, unless `modality` names others: `modalities` tells which were admitted.

    All ties are equally long. Each step has its statements.
    """

    def made() -> Response:
        reply.check()
        snapshot = reply.snapshot
        asked = parameters.asked(snapshot, Projection.DYADS if parameters.directed else Projection.SIGNED)
        start, end = (actor(snapshot, name, asked.level) for name in (parameters.start, parameters.to))
        network = along_paths(dyads(snapshot, asked), start, end).graph()
        found = shortest_paths(network, start, end, parameters.limit)
        return reply.json(
            asdict(found)
            | _ends(snapshot, found.start, found.end)
            | {
                "directed": parameters.directed,
                "paths": [[asdict(s) | _ends(snapshot, s.start, s.end) for s in path] for path in found.paths],
                "network": network.graph,
                "revision": snapshot.revision,
            }
        )

    return await _at_work(made, state)


@router.get(
    "/network/compare", response_model=network_schemas.PerspectivesBody, summary="Two perspectives beside each other"
)
async def read_comparison(
    parameters: Annotated[CompareParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """What one perspective holds and the other denies, what only one speaks of, and what both hold.

    That a perspective says nothing of a tie is no denial. Statements that speak of no two entities are in no network.
    """

    def made() -> Response:
        reply.check()
        snapshot = reply.snapshot
        page = cursor_query("/network/compare", parameters)
        offset = read_cursor(parameters.cursor, snapshot.revision, page)
        asked = parameters.perspectives(snapshot)
        first, second = (kept(snapshot, one, state.settings.network_edges) for one in asked)
        found = compare(first, second).ties
        end = offset + parameters.limit
        return reply.json(
            {
                "first": _perspective(snapshot, first),
                "second": _perspective(snapshot, second),
                "counts": Counter(t.standing for t in found),
                "items": [_tie(snapshot, t) for t in found[offset:end]],
                "total": len(found),
                "next": write_cursor(snapshot.revision, end, page) if end < len(found) else None,
                "revision": snapshot.revision,
            }
        )

    return await _at_work(made, state)


async def _at_work(made: Callable[[], Response], state: State) -> Response:
    async with state.tabulating:
        return await run_in_threadpool(made)


async def _file(format: NetworkFormat, parameters: DrawnParameters, reply: Reply, state: State) -> Response:
    def made() -> Response:
        reply.check(format.media_type)
        snapshot = reply.snapshot
        found = kept(snapshot, parameters.asked(snapshot, parameters.projection), state.settings.network_edges)
        name = f"network-{parameters.projection}-{snapshot.revision}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return reply.whole(written(found, format), format.media_type, **headers)

    return await _at_work(made, state)


def _page_of_statements(reply: Reply, parameters: NetworkParameters, asked: Asked) -> Response:
    snapshot = reply.snapshot
    page = cursor_query("/network", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    chosen = choose(snapshot, asked)
    rows = chosen.rows.tolist()
    end = offset + parameters.limit
    found = network_of(snapshot, rows[offset:end], asked.level)
    joined = len(found.edges) or _joins(snapshot, rows, asked.level)
    whole = about(snapshot, asked, chosen, note=note(asked, chosen, nodes=0, edges=joined))
    return reply.json(
        _node_link(found, list(found.nodes), list(found.edges))
        | {
            "graph": whole,
            "total": len(rows),
            "unit": "statements",
            "next": write_cursor(snapshot.revision, end, page) if end < len(rows) else None,
            "revision": snapshot.revision,
        }
    )


def _joins(snapshot: Snapshot, rows: list[int], level: Level) -> bool:
    """Whether any of the statements joins two entities."""
    return any(network_of(snapshot, rows[n : n + _BATCH], level).edges for n in range(0, len(rows), _BATCH))


def _page_of_edges(reply: Reply, parameters: NetworkParameters, asked: Asked, most: int) -> Response:
    snapshot = reply.snapshot
    page = cursor_query("/network", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    end = offset + parameters.limit
    if asked.projection in (Projection.DYADS, Projection.SIGNED):
        found = dyads(snapshot, asked)
        total, places = len(found), np.arange(len(found))
        part = found.where((offset <= places) & (places < end)).graph()
        edges, nodes = list(part.edges), dict.fromkeys(part)
    else:
        part = kept(snapshot, asked, most)
        total, edges = len(part.edges), list(part.edges)[offset:end]
        nodes = dict.fromkeys(id for edge in edges for id in edge[:2])
        if not offset:
            nodes |= dict.fromkeys(nx.isolates(part))
    return reply.json(
        _node_link(part, list(nodes), edges)
        | {
            "graph": part.graph,
            "total": total,
            "unit": "edges",
            "next": write_cursor(snapshot.revision, end, page) if end < total else None,
            "revision": snapshot.revision,
        }
    )


def _page_of_periods(reply: Reply, parameters: NetworkParameters, asked: Asked, by: By) -> Response:
    snapshot = reply.snapshot
    page = cursor_query("/network", parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    items: list[Json] = []
    size, more = 0, False
    for period, network in windows(snapshot, asked, by, MOST_PERIODS, start=offset):
        if more := len(items) == parameters.limit or (size > 0 and size + len(network.edges) > _EDGES):
            break
        size += len(network.edges)
        told = _node_link(network, list(network.nodes), list(network.edges))
        items.append({"period": period, "graph": network.graph} | told)
    return reply.json(
        {
            "by": by,
            "items": items,
            "next": write_cursor(snapshot.revision, offset + len(items), page) if more else None,
            "revision": snapshot.revision,
        }
    )


def _node_link(network: "nx.Graph[str]", nodes: list[str], edges: list[Any]) -> Json:
    names = ("start", "end", "key")
    return {
        "directed": network.is_directed(),
        "multigraph": network.is_multigraph(),
        "nodes": [{"id": id} | network.nodes[id] for id in nodes],
        "edges": [dict(zip(names, edge, strict=False)) | network.edges[edge] for edge in edges],
    }


def _ends(snapshot: Snapshot, start: str, end: str) -> Json:
    return {"start": answers.entity_ref(snapshot, start), "end": answers.entity_ref(snapshot, end)}


def _perspective(snapshot: Snapshot, network: "nx.Graph[str]") -> Json:
    speaker = network.graph["according_to"]
    label = "the sources themselves" if speaker == SOURCE_VOICE else snapshot.label(speaker)
    return {"id": speaker, "label": label, "network": network.graph}


def _tie(snapshot: Snapshot, tie: Tie) -> Json:
    return asdict(tie) | _ends(snapshot, tie.start, tie.end)
