"""Measures on networks: centralities, brokerage, balance, mediators and those who might be."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import networkx as nx
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api import answers, measure_schemas
from api.dependencies import ReplyDep, State, StateDep, TurnDep
from api.measure_parameters import BalanceParameters, BrokerageParameters, MeasuresParameters, MediatorsParameters
from api.measuring import Measured
from api.parameters import Page, cursor_query, read_cursor, write_cursor
from graph.exceptions import UndefinedMeasureError
from graph.measures import (
    MEASURES,
    Balance,
    Candidate,
    Frustration,
    Ties,
    balance,
    balance_over,
    brokerage,
    candidates,
    centralities,
    frustration,
    rivalry,
    signed,
)
from graph.networks import Projection, kept, ties, windows
from graph.networks.asked import actor
from graph.snapshot import Snapshot
from ontology import Kind

router = APIRouter(tags=["networks"])
T = TypeVar("T")
Json = dict[str, Any]
_RESPONSES: dict[int | str, Json] = {503: {"description": "It took too long, or too many wait: narrow the network."}}


@router.get(
    "/network/measures", response_model=measure_schemas.MeasuresBody, responses=_RESPONSES,
    summary="Degree, betweenness, PageRank and other measures of each actor",
)  # fmt: skip
async def read_measures(
    parameters: Annotated[MeasuresParameters, Query()], reply: ReplyDep, state: StateDep, turn: TurnDep
) -> Response:
    """All measures where none is named. What is undefined is null, or says why in `measures`."""

    def prepared() -> tuple[Snapshot, tuple[str, ...], Json, Ties]:
        reply.check()
        network = _network(reply.snapshot, parameters, state)
        return reply.snapshot, parameters.wanted(), network.graph, Ties.of(network, "weight" if weighted else None)

    weighted = parameters.weighted
    snapshot, wanted, about, network = await _at_work(prepared, state)
    key = "measures", *_key(about, parameters.projection), wanted, weighted
    measured = await state.measures.of(
        turn, key, lambda: (network, wanted), centralities, state.settings.measure_timeout
    )

    def told() -> Response:
        found = measured.found
        order = sorted(
            found.actors, key=lambda a: (-max((found.values[m].get(a, -1.0) for m in wanted[:1] if m in found.values),
            default=0), str(a)),
        )  # fmt: skip
        some, paging = _page("/network/measures", parameters, snapshot, order)
        return reply.json(
            paging
            | _measured(measured, about, snapshot)
            | {
                "measures": {m: {"unit": MEASURES[m].unit, "reason": found.reasons.get(m)} for m in wanted},
                "weighted": weighted,
                "directed": network.directed,
                "items": [
                    {
                        "actor": answers.entity_ref(snapshot, str(a)),
                        "values": {m: values.get(a) for m, values in found.values.items()},
                    }
                    for a in some
                ],
            }
        )

    return await run_in_threadpool(told)


@router.get(
    "/network/brokerage", response_model=measure_schemas.BrokerageBody, responses=_RESPONSES,
    summary="Who stands between groups: Gould and Fernandez's roles",
)  # fmt: skip
async def read_brokerage(
    parameters: Annotated[BrokerageParameters, Query()], reply: ReplyDep, state: StateDep, turn: TurnDep
) -> Response:
    """Observed, expected by chance, and z. Who has no group is left out and named, unless it is to be one alone."""

    def prepared() -> tuple[Snapshot, Json, Ties, dict[str, str | None], tuple[Any, ...]]:
        reply.check()
        snapshot = reply.snapshot
        own = parameters.own_groups(snapshot)
        network = _network(snapshot, parameters, state)
        groups: dict[str, str | None] = {a: _group(snapshot, network, a, parameters.groups) for a in network}
        if own:
            groups = dict.fromkeys(groups) | own
        key = "brokerage", *_key(network.graph, parameters.projection), parameters.groups, tuple(sorted(own.items()))
        return snapshot, network.graph, Ties.of(network), groups, (*key, parameters.ungrouped)

    snapshot, about, network, groups, key = await _at_work(prepared, state)
    told_groups = "own" if parameters.group else parameters.groups
    try:
        measured = await state.measures.of(
            turn, key, lambda: (network, groups), brokerage, state.settings.measure_timeout,
            ungrouped=parameters.ungrouped,
        )  # fmt: skip
    except UndefinedMeasureError as error:
        nothing = Measured(None, 0.0, cached=False)
        return reply.json(
            _measured(nothing, about, snapshot)
            | {
                "groups": told_groups, "density": None, "directed": network.directed, "totals": {}, "left_out": [],
                "alone": [], "items": [], "total": 0, "next": None, "reason": error.reason,
            }
        )  # fmt: skip

    def told() -> Response:
        found = measured.found
        totals = found.observed[:, -1].tolist()
        order = sorted(range(len(found.actors)), key=lambda n: (-totals[n], str(found.actors[n])))
        some, paging = _page("/network/brokerage", parameters, snapshot, order)
        return reply.json(
            paging
            | _measured(measured, about, snapshot)
            | {
                "groups": told_groups,
                "reason": None,
                "density": found.density,
                "directed": found.directed,
                "totals": found.totals(),
                "left_out": sorted(map(str, found.left_out)),
                "alone": sorted(map(str, found.alone)),
                "items": [
                    {
                        "actor": answers.entity_ref(snapshot, str(found.actors[n])),
                        "group": found.groups[n],
                        "roles": {role: asdict(score) for role, score in found.of(found.actors[n]).items()},
                    }
                    for n in some
                ],
            }
        )

    return await run_in_threadpool(told)


@router.get(
    "/network/balance", response_model=measure_schemas.BalanceBody, responses=_RESPONSES,
    summary="Structural balance: triads, camps, and how they move over time",
)  # fmt: skip
async def read_balance(
    parameters: Annotated[BalanceParameters, Query()], reply: ReplyDep, state: StateDep, turn: TurnDep
) -> Response:
    """Of pairs with a clear sign. Frustration is exact where that can be found out, else between two bounds."""

    def prepared() -> tuple[Snapshot, Json, tuple[Any, ...], list[tuple[str, Json, Any]]]:
        reply.check()
        snapshot = reply.snapshot
        asked = parameters.asked(snapshot, Projection.SIGNED)
        network = kept(snapshot, asked, state.settings.network_edges)
        over = [] if parameters.by is None else list(windows(snapshot, asked, parameters.by))
        return (
            snapshot, network.graph, ("balance", *_key(network.graph, "signed")),
            [("", network.graph, signed(network)), *((name, n.graph, signed(n)) for name, n in over)],
        )  # fmt: skip

    snapshot, about, key, networks = await _at_work(prepared, state)
    seconds = state.settings.measure_timeout
    (_, _, whole), *parts = networks
    census = await state.measures.of(turn, key, lambda: (whole,), balance, seconds)
    camps = await state.measures.of(turn, ("frustration", *key), lambda: (whole,), frustration, seconds)
    over: list[tuple[Any, Balance]] = []
    took = census.seconds + camps.seconds
    if parts:
        later = await state.measures.of(
            turn, (*key, parameters.by), lambda: ([(name, s) for name, _, s in parts],), balance_over, seconds
        )
        over, took = later.found, took + later.seconds
    return reply.json(
        _measured(census, about, snapshot)
        | {
            "took_ms": round(1000 * took, 3),
            "census": _census(census.found),
            "frustration": _frustration(snapshot, camps.found),
            "periods": None
            if parameters.by is None
            else [
                _census(found) | {"period": name, "undated": graph["undated"], "spread": graph["spread"]}
                for (name, found), (_, graph, _) in zip(over, parts, strict=True)
            ],
        }
    )


@router.get(
    "/network/mediators", response_model=measure_schemas.MediatorsBody,
    summary="Who mediates between two, and who is on good terms with both",
)  # fmt: skip
async def read_mediators(
    parameters: Annotated[MediatorsParameters, Query()], reply: ReplyDep, state: StateDep
) -> Response:
    """Candidates have good ties to both sides and no bad or mixed one; they are not ranked. Each has its statements."""

    def made() -> Response:
        reply.check()
        snapshot, most = reply.snapshot, state.settings.network_edges
        signs = kept(snapshot, parameters.asked(snapshot, Projection.SIGNED), most)
        mediations = kept(snapshot, parameters.asked(snapshot, Projection.MEDIATION), most)
        one, other = (actor(snapshot, name, parameters.level) for name in parameters.sides())
        there = rivalry(mediations, one, other)
        might = candidates(signs, one, other, least=parameters.least)
        return reply.json(
            {
                "between": [answers.entity_ref(snapshot, id) for id in (one, other)],
                "mediators": [asdict(r) | {"actor": answers.entity_ref(snapshot, r.actor)} for r in there.mediators],
                "concentration": there.concentration,
                "mediators_reason": there.reason,
                "candidates": [_candidate(snapshot, c) for c in might.candidates],
                "refused": [_candidate(snapshot, c) for c in might.refused],
                "candidates_reason": might.reason,
                "network": signs.graph,
                "mediations": mediations.graph,
                "revision": snapshot.revision,
            }
        )

    return await _at_work(made, state)


async def _at_work(work: Callable[[], T], state: State) -> T:
    async with state.tabulating:
        return await run_in_threadpool(work)


def _network(snapshot: Snapshot, parameters: MeasuresParameters | BrokerageParameters, state: State) -> "nx.Graph[str]":
    projection = Projection(parameters.projection)
    found = kept(snapshot, parameters.asked(snapshot, projection), state.settings.network_edges)
    return ties(found) if projection is Projection.MEDIATION else found


def _key(about: Json, projection: str) -> tuple[Any, ...]:
    """What a network's measures depend on: all that it says of itself, its revision included."""
    return projection, tuple(sorted((name, str(value)) for name, value in about.items()))


def _group(snapshot: Snapshot, network: "nx.Graph[str]", id: str, by: str) -> str | None:
    node = network.nodes[id]
    if by != "country":
        told: str | None = node.get(by)
        return told
    entity = snapshot.entities.get(id)
    if entity is None or entity.kind in (Kind.STATE, Kind.DE_FACTO_AUTHORITY):
        return id
    return entity.country or node.get("state")


def _page(path: str, parameters: Page, snapshot: Snapshot, order: list[T]) -> tuple[list[T], Json]:
    """The part of a list that is asked for, and what tells of the rest."""
    page = cursor_query(path, parameters)
    offset = read_cursor(parameters.cursor, snapshot.revision, page)
    end = offset + parameters.limit
    following = write_cursor(snapshot.revision, end, page) if end < len(order) else None
    return order[offset:end], {"total": len(order), "next": following}


def _measured(measured: Measured[Any], about: Json, snapshot: Snapshot) -> Json:
    return {
        "network": about, "took_ms": round(1000 * measured.seconds, 3), "cached": measured.cached,
        "revision": snapshot.revision,
    }  # fmt: skip


def _census(found: Balance) -> Json:
    more = ("triads", "degree", "weak_degree", "reason")
    return asdict(found) | {name: getattr(found, name) for name in more}


def _frustration(snapshot: Snapshot, found: Frustration) -> Json:
    def refs(ids: Any) -> list[Json | None]:
        return [answers.entity_ref(snapshot, str(id)) for id in ids]

    return {
        "lower": found.lower, "upper": found.upper, "exact": found.exact, "index": found.index,
        "reason": found.reason, "ties": found.ties, "camps": [refs(sorted(map(str, camp))) for camp in found.camps],
        "contradicted": [refs(pair) for pair in found.contradicted],
    }  # fmt: skip


def _candidate(snapshot: Snapshot, found: Candidate) -> Json:
    return asdict(found) | {"actor": answers.entity_ref(snapshot, found.actor)}
