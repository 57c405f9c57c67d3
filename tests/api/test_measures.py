"""Measures over HTTP: the same as in Python, and what bad networks and slow measures get."""

import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph
from graph.measures import (
    MEASURES,
    balance,
    balance_beside_chance,
    betweenness,
    brokerage,
    candidates,
    centralities,
    frustration,
    rivalry,
)
from graph.networks import ties
from tests.api.services import NORLAND, Start, client_of


@pytest.fixture(scope="module")
def here() -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph() as kg:
        kg.load(NORLAND)
        yield kg


@pytest.fixture(scope="module")
def client(here: KnowledgeGraph) -> Iterator[TestClient]:
    with client_of("none", graph=here) as found:
        yield found


def asked(client: TestClient, path: str, **parameters: Any) -> Any:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("projection", ["dyads", "signed", "mediation"])
def test_measures_are_those_of_python(client: TestClient, here: KnowledgeGraph, projection: str) -> None:
    network = here.network(projection=projection)
    found = centralities(ties(network) if projection == "mediation" else network, weight="weight")
    body = asked(client, "/network/measures", projection=projection, limit=1000)
    assert body["total"] == len(found.actors)
    assert {i["actor"]["id"]: i["values"] for i in body["items"]} == {
        a: pytest.approx({m: v.get(a) for m, v in found.values.items()}) for a in found.actors
    }
    assert {m: told["reason"] for m, told in body["measures"].items()} == {m: found.reasons.get(m) for m in MEASURES}
    assert body["network"]["projection"] == projection


def test_the_highest_come_first_in_pages(client: TestClient) -> None:
    whole = asked(client, "/network/measures", measures="degree", limit=1000)["items"]
    degrees = [i["values"]["degree"] for i in whole]
    assert degrees == sorted(degrees, reverse=True)
    page = asked(client, "/network/measures", measures="degree", limit=2)
    assert page["items"] == whole[:2]
    assert asked(client, "/network/measures", measures="degree", limit=2, cursor=page["next"])["items"] == whole[2:4]


def test_what_was_measured_is_kept(client: TestClient) -> None:
    first = asked(client, "/network/measures", measures="closeness", relation="invites")
    again = asked(client, "/network/measures", measures="closeness", relation="invites", limit=3)
    assert (first["cached"], again["cached"]) == (False, True)
    assert first["took_ms"] == again["took_ms"] > 0
    assert not asked(client, "/network/measures", measures="closeness", relation="accuses")["cached"]


def test_brokerage_is_that_of_python(client: TestClient, here: KnowledgeGraph) -> None:
    found = brokerage(here.network(projection="dyads"), "state")
    body = asked(client, "/network/brokerage", limit=1000)
    assert body["totals"] == found.totals()
    assert set(body["left_out"]) == set(found.left_out)
    for item in body["items"]:
        scores = found.of(item["actor"]["id"])
        assert item["roles"] == {r: pytest.approx({f: getattr(s, f) for f in s.__slots__}) for r, s in scores.items()}


def test_groups_of_ones_own(client: TestClient) -> None:
    body = asked(client, "/network/brokerage", group=["north:norland", "south:Sudland"], ungrouped="alone")
    assert body["groups"] == "own"
    assert {i["group"] for i in body["items"]} == {"north", "south", None}
    assert len(body["alone"]) == body["total"] - 2
    assert refused(client, "/network/brokerage", group="north")["detail"].startswith("group: 'north' names no group")
    twice = refused(client, "/network/brokerage", group=["a:norland", "b:Norland"])
    assert "is in a and in b" in twice["detail"]


def test_balance_is_that_of_python(client: TestClient, here: KnowledgeGraph) -> None:
    network = here.network(projection="signed")
    census, camps = balance(network), frustration(network)
    body = asked(client, "/network/balance", by="year")
    assert {name: body["census"][name] for name in ("positive", "negative", "mixed", "triads", "degree")} == {
        name: getattr(census, name) for name in ("positive", "negative", "mixed", "triads", "degree")
    }
    assert (body["frustration"]["lower"], body["frustration"]["exact"]) == (camps.lower, camps.exact)
    years = [name for name, _ in here.network(projection="signed", by="year")]
    assert [p["period"] for p in body["periods"]] == years


def test_balance_stands_beside_chance_where_that_is_asked(client: TestClient, here: KnowledgeGraph) -> None:
    assert asked(client, "/network/balance")["chance"] is None
    beside = balance_beside_chance(here.network(projection="signed"), draws=3)
    body = asked(client, "/network/balance", draws=3)
    assert body["chance"] == {name: getattr(beside, name) for name in beside.__slots__}
    assert "say nothing about chance" in refused(client, "/network/balance", draws=1)["detail"]


def test_mediators_are_those_of_python(client: TestClient, here: KnowledgeGraph) -> None:
    one, other = "norland", "sudland"
    body = asked(client, "/network/mediators", between=["Norland", "Sudland"])
    there = rivalry(here.network(projection="mediation"), one, other)
    might = candidates(here.network(projection="signed"), one, other)
    assert [r["actor"]["id"] for r in body["mediators"]] == [r.actor for r in there.mediators]
    assert [c["actor"]["id"] for c in body["candidates"]] == [c.actor for c in might.candidates]
    assert (body["mediators_reason"], body["candidates_reason"]) == (there.reason, might.reason)


def refused(client: TestClient, path: str, status: int = 422, **parameters: Any) -> Any:
    answer = client.get(path, params=parameters)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_filter_that_leaves_nothing_says_so(client: TestClient) -> None:
    nothing: dict[str, Any] = {"relation": "supports", "since": "1901", "until": "1902"}
    body = asked(client, "/network/measures", **nothing)
    assert (body["items"], bool(body["network"]["note"])) == ([], True)
    assert body["measures"]["pagerank"]["reason"] == "there are no actors"
    nobody = asked(client, "/network/brokerage", **nothing)
    assert "three actors" in nobody["reason"]
    assert nobody["items"] == []
    census = asked(client, "/network/balance", **nothing)
    assert census["census"]["reason"]
    assert census["frustration"]["reason"] == "no tie has a clear sign"
    nobody = asked(client, "/network/mediators", between=["Norland", "Sudland"], **nothing)
    assert nobody["mediators_reason"]
    assert nobody["candidates_reason"]


def test_nobody_else_and_nothing_dated_have_reasons(client: TestClient) -> None:
    alone = asked(client, "/network/measures", focus="norland", depth=0)
    assert [i["actor"]["id"] for i in alone["items"]] in ([], ["norland"])
    assert alone["measures"]["betweenness"]["reason"].startswith("nobody can stand between others among")
    assert alone["network"]["note"]
    for path in ("measures", "brokerage", "balance", "mediators"):
        sides = {"between": ["Norland", "Sudland"]} if path == "mediators" else {}
        body = asked(client, f"/network/{path}", relation="accuses", since="1901", until="1902", **sides)
        assert "no dated statement" in body["network"]["note"], path
        assert "NaN" not in client.get(f"/network/{path}", params={"relation": "accuses", **sides}).text
    never = asked(client, "/network/mediators", between=["League of Rivers", "Ada Norn"])
    assert never["mediators_reason"].startswith("no mediation in this network names both")
    assert never["candidates_reason"]


def test_bad_parameters_say_what_there_is(client: TestClient) -> None:
    assert "betweenness" in refused(client, "/network/measures", measures="fame")["detail"]
    assert "takes two actors, got 1" in refused(client, "/network/mediators", between="Norland")["detail"]
    assert "twice" in refused(client, "/network/mediators", between=["Norland", "norland"])["detail"]
    assert refused(client, "/network/mediators", 404, between=["Norland", "Atlantis"])["value"] == "Atlantis"
    assert refused(client, "/network/balance", by="week")["errors"][0]["parameter"] == "by"
    undated = refused(client, "/network/balance", by="year", relation="supports", since="1901", until="1902")
    assert undated["parameter"] == "by"


@pytest.mark.slow
def test_a_measure_past_its_deadline_is_ended_and_keeps_nobody_waiting(service: Start) -> None:
    running = service(data=NORLAND, measure_timeout=0.000001)
    with httpx.Client(base_url=f"http://127.0.0.1:{running.port}", timeout=30) as client:
        answer = client.get("/network/measures")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "was ended" in answer.json()["detail"]
        slowest = 0.0
        threads = [threading.Thread(target=client.get, args=("/network/measures",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(t.is_alive() for t in threads):
            began = time.monotonic()
            assert client.get("/health").status_code == 200
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 5


@pytest.mark.slow
def test_those_who_ask_the_same_at_once_wait_for_one_measurement(service: Start) -> None:
    running = service(data=NORLAND)
    found: list[dict[str, Any]] = []

    def ask() -> None:
        answer = httpx.get(f"http://127.0.0.1:{running.port}/network/measures", timeout=60)
        found.append(answer.json())

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(body["cached"] for body in found) == [False, *[True] * 5]
    assert len({body["took_ms"] for body in found}) == 1
    assert all(body["items"] == found[0]["items"] for body in found)


def test_betweenness_of_a_sample_says_so(client: TestClient, here: KnowledgeGraph) -> None:
    network = here.network(projection="dyads")
    body = asked(client, "/network/measures", measures="betweenness", sample=2, limit=1000)
    assert body["sample"] == 2
    wanted = betweenness(network, sample=2)
    assert {i["actor"]["id"]: i["values"]["betweenness"] for i in body["items"]} == pytest.approx(wanted)
    assert asked(client, "/network/measures", measures="betweenness")["sample"] is None
    assert refused(client, "/network/measures", sample=0)["errors"][0]["parameter"] == "sample"


def test_at_most_a_page_of_those_without_group_is_named(client: TestClient) -> None:
    groups = ["a:norland", "b:sudland", "c:westmark"]
    whole = asked(client, "/network/brokerage", group=groups, limit=1000)
    assert len(whole["left_out"]) == whole["left_out_total"] > 1
    page = asked(client, "/network/brokerage", group=groups, limit=1)
    assert (page["left_out"], page["left_out_total"]) == (whole["left_out"][:1], whole["left_out_total"])


def test_few_of_many_candidates_are_told(client: TestClient, here: KnowledgeGraph) -> None:
    pairs = here.network(projection="signed")
    found = {pair: candidates(pairs, *pair) for pair in itertools.combinations(pairs, 2)}
    sides = max(found, key=lambda pair: len(found[pair].candidates) + len(found[pair].refused))
    whole = asked(client, "/network/mediators", between=sides)
    page = asked(client, "/network/mediators", between=sides, limit=1)
    for name in ("candidates", "refused"):
        assert whole[f"{name}_total"] == page[f"{name}_total"] == len(whole[name])
        assert page[name] == whole[name][:1]
    assert len(whole["candidates"]) + len(whole["refused"]) > 0
