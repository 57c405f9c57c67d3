"""Measures on networks: centralities, brokerage, balance, mediators and those who might be."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, TypeVar

import networkx as nx
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api import answers, measure_schemas
from api.dependencies import Reply, ReplyDep, State, StateDep, TurnDep
from api.measure_parameters import BalanceParameters, BrokerageParameters, MeasuresParameters, MediatorsParameters
from api.measuring import Measured
from api.network_parameters import MOST_PERIODS, NetworkFilters
from api.parameters import Page, cursor_query, read_cursor, write_cursor
from graph.exceptions import UndefinedMeasureError
from graph.measures import (
    MEASURES,
    Balance,
    Candidate,
    Chance,
    Frustration,
    SignedTies,
    Ties,
    balance,
    balance_beside_chance,
    balance_over,
    brokerage,
    candidates,
    centralities,
    frustration,
    rivalry,
    signed,
)
from graph.networks import Asked, Dyads, Projection, dyads, dyads_over, kept, ties
from graph.networks.asked import actor
from graph.networks.dyads import actors
from graph.snapshot import Snapshot
from graph.tables.periods import By
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
    wanted, weighted = parameters.wanted(), parameters.weighted
    snapshot, asked = await _asked(reply, parameters, Projection(parameters.projection))

    def prepared() -> tuple[tuple[Ties, tuple[str, ...]], Json]:
        network, about = _drawn(snapshot, asked, state)
        return (Ties.of(network, "weight" if weighted else None), wanted), about

    measured = await state.measures.of(
        turn, ("measures", snapshot.revision, asked, wanted, weighted, parameters.sample), _at_work(prepared, state),
        centralities, state.settings.measure_timeout, sample=parameters.sample,
    )  # fmt: skip

    def told() -> Response:
        found = measured.found
        order = sorted(
            found.actors, key=lambda a: (-max((found.values[m].get(a, -1.0) for m in wanted[:1] if m in found.values),
            default=0), str(a)),
        )  # fmt: skip
        some, paging = _page("/network/measures", parameters, snapshot, order)
        return reply.json(
            paging
            | _measured(measured, measured.about, snapshot)
            | {
                "measures": {m: {"unit": MEASURES[m].unit, "reason": found.reasons.get(m)} for m in wanted},
                "weighted": weighted,
                "sample": parameters.sample,
                "directed": asked.projection is not Projection.SIGNED,
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
    snapshot, asked = await _asked(reply, parameters, Projection(parameters.projection))
    own = await run_in_threadpool(parameters.own_groups, snapshot)

    def prepared() -> tuple[tuple[Ties, dict[Any, str | None]], Json]:
        network, about = _drawn(snapshot, asked, state)
        found = Ties.of(network)
        groups = dict.fromkeys(found.actors) | own if own else _groups(snapshot, found, parameters.groups)
        return (found, groups), about

    key = "brokerage", snapshot.revision, asked, parameters.groups, tuple(sorted(own.items())), parameters.ungrouped
    prepare = _at_work(prepared, state)
    told_groups = "own" if parameters.group else parameters.groups
    try:
        measured = await state.measures.of(
            turn, key, prepare, brokerage, state.settings.measure_timeout, ungrouped=parameters.ungrouped
        )
    except UndefinedMeasureError as error:
        _, about = await prepare()
        return reply.json(
            _measured(Measured(None, about, 0.0, cached=False), about, snapshot)
            | {
                "groups": told_groups, "density": None, "directed": True, "totals": {}, "left_out": [],
                "left_out_total": 0, "alone": [], "alone_total": 0, "items": [], "total": 0, "next": None,
                "reason": error.reason,
            }
        )  # fmt: skip

    def told() -> Response:
        found = measured.found
        totals = found.observed[:, -1].tolist()
        order = sorted(range(len(found.actors)), key=lambda n: (-totals[n], str(found.actors[n])))
        some, paging = _page("/network/brokerage", parameters, snapshot, order)
        return reply.json(
            paging
            | _measured(measured, measured.about, snapshot)
            | {
                "groups": told_groups,
                "reason": None,
                "density": found.density,
                "directed": found.directed,
                "totals": found.totals(),
                "left_out": sorted(map(str, found.left_out))[: parameters.limit],
                "left_out_total": len(found.left_out),
                "alone": sorted(map(str, found.alone))[: parameters.limit],
                "alone_total": len(found.alone),
                "items": [
                    {
                        "actor": answers.entity_ref(snapshot, str(found.actors[n])),
                        "group": found.groups[n],
                        "roles": {role: asdict(score) for role, score in found.at(n).items()},
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
    snapshot, asked = await _asked(reply, parameters, Projection.SIGNED)
    by, key, seconds = parameters.by, ("balance", snapshot.revision, asked), state.settings.measure_timeout

    def prepared() -> tuple[tuple[SignedTies], Json]:
        found = dyads(snapshot, asked)
        return (signed(found),), found.about

    def periods(by: By) -> tuple[tuple[list[tuple[str, SignedTies]]], list[Json]]:
        found = [(name, signed(d), d.about) for name, d in dyads_over(snapshot, asked, by, MOST_PERIODS)]
        return ([(name, ties) for name, ties, _ in found],), [about for *_, about in found]

    over: list[tuple[Any, Balance]] = []
    parts: list[Json] = []
    took = 0.0
    if by is not None:  # first, since there may be no such periods
        later = await state.measures.of(turn, (*key, by), _at_work(partial(periods, by), state), balance_over, seconds)
        over, parts, took = later.found, later.about, later.seconds
    census = await state.measures.of(turn, key, _at_work(prepared, state), balance, seconds)
    camps = await state.measures.of(turn, ("frustration", *key), _at_work(prepared, state), frustration, seconds)
    took += census.seconds + camps.seconds
    chance: Chance | None = None
    if draws := parameters.draws:
        beside = await state.measures.of(
            turn, ("chance", *key, draws), _at_work(prepared, state), balance_beside_chance, seconds, draws=draws
        )
        chance, took = beside.found, took + beside.seconds
    return reply.json(
        _measured(census, census.about, snapshot)
        | {
            "took_ms": round(1000 * took, 3),
            "census": _census(census.found),
            "chance": asdict(chance) if chance else None,
            "frustration": _frustration(snapshot, camps.found),
            "periods": None
            if by is None
            else [
                _census(found) | {"period": name, "undated": graph["undated"], "spread": graph["spread"]}
                for (name, found), graph in zip(over, parts, strict=True)
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
        pairs = dyads(snapshot, parameters.asked(snapshot, Projection.SIGNED))
        mediations = kept(snapshot, parameters.asked(snapshot, Projection.MEDIATION), most)
        one, other = (actor(snapshot, name, parameters.level) for name in parameters.sides())
        signs = pairs.where(pairs.with_any((one, other))).graph()
        there = rivalry(mediations, one, other)
        might = candidates(signs, one, other, least=parameters.least)
        return reply.json(
            {
                "between": [answers.entity_ref(snapshot, id) for id in (one, other)],
                "mediators": [asdict(r) | {"actor": answers.entity_ref(snapshot, r.actor)} for r in there.mediators],
                "concentration": there.concentration,
                "mediators_reason": there.reason,
                "candidates": [_candidate(snapshot, c) for c in might.candidates[: parameters.limit]],
                "refused": [_candidate(snapshot, c) for c in might.refused[: parameters.limit]],
                "candidates_total": len(might.candidates),
                "refused_total": len(might.refused),
                "candidates_reason": might.reason,
                "network": signs.graph,
                "mediations": mediations.graph,
                "revision": snapshot.revision,
            }
        )

    return await _at_work(made, state)()


def _at_work(work: Callable[[], T], state: State) -> Callable[[], Awaitable[T]]:
    """The work in a thread, of which few are busy with networks at once."""

    async def done() -> T:
        async with state.tabulating:
            return await run_in_threadpool(work)

    return done


async def _asked(reply: Reply, parameters: NetworkFilters, projection: Projection) -> tuple[Snapshot, Asked]:
    """What is asked for, of which revision, unless the client has the answer."""

    def asked() -> tuple[Snapshot, Asked]:
        reply.check()
        return reply.snapshot, parameters.asked(reply.snapshot, projection)

    return await run_in_threadpool(asked)


def _drawn(snapshot: Snapshot, asked: Asked, state: State) -> "tuple[Dyads | nx.Graph[str], Json]":
    """The network to be measured, of mediations their ties, and what it says of itself."""
    if asked.projection is not Projection.MEDIATION:
        found = dyads(snapshot, asked)
        return found, found.about
    network = ties(kept(snapshot, asked, state.settings.network_edges))
    return network, network.graph


def _groups(snapshot: Snapshot, network: Ties, by: str) -> dict[Any, str | None]:
    """The group of each actor."""
    numbers = snapshot.columns.entity_number
    found = actors(snapshot, (numbers[str(a)] for a in network.actors))
    return {id: told[by] if by != "country" else _country(snapshot, id, told["state"]) for id, told in found}


def _country(snapshot: Snapshot, id: str, state: str | None) -> str | None:
    entity = snapshot.entities[id]
    return id if entity.kind in (Kind.STATE, Kind.DE_FACTO_AUTHORITY) else entity.country or state


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
