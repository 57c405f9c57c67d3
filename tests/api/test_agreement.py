"""Two coders compared and adjudicated over HTTP: the same as in Python, and never without a token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph, Statement
from graph.asking import Asking
from graph.exceptions import InputError, NotFoundError, ParameterError, ServiceError, UndefinedMeasureError
from graph.remote import RemoteGraph
from ontology import Status
from tests.api.services import BEARER, NORLAND, SECRET, Start, client_of


def read_twice(path: Path) -> None:
    """A store with the small cast, in which a second reader has read one passage otherwise and another one alike."""
    with KnowledgeGraph(path) as kg:
        kg.load(NORLAND)
        first, second = kg.statements(source="gazette-1")[:2]
        again = {"coder": "reader", "event": None, "key": None}
        kg.add(
            Statement.model_validate(s.model_dump(exclude={"id"}) | again | changes)
            for s, changes in ((first, {"place": "northgate"}), (second, {}))
        )


@pytest.fixture
def kg(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    read_twice(tmp_path / "kg")
    with KnowledgeGraph(tmp_path / "kg") as found:
        yield found


@pytest.fixture
def client(kg: KnowledgeGraph) -> Iterator[TestClient]:
    with client_of("none", graph=kg, tokens=f"ada:{SECRET}") as found:
        yield found


def test_coders_are_compared_as_in_python(kg: KnowledgeGraph, client: TestClient) -> None:
    found = kg.agreement()
    body = client.get("/agreement", params={"limit": 1000}).json()
    assert body["coders"] == ["curated", "reader"]
    assert body["matched"] == found.matched == 2
    assert body["alone"] == {"curated": found.alone[0], "reader": 0}
    assert [tuple(f.values()) for f in body["fields"]] == [
        (f.field, f.compared, f.agreed, f.alpha) for f in found.fields
    ]
    (place,) = [f for f in body["fields"] if f["field"] == "place"]
    assert (place["compared"], place["agreed"]) == (2, 1)
    assert [[side and side["id"] for side in (i["one"], i["other"])] for i in body["items"]] == [
        [s and s.id for s in (p.one, p.other)] for p in found.pairs
    ]
    assert [i["differ"] for i in body["items"] if i["one"] and i["other"]] == [["place"], []]


def test_places_are_listed_page_by_page_and_those_that_differ_alone(client: TestClient) -> None:
    whole = client.get("/agreement", params={"differing": True}).json()
    assert whole["total"] == client.get("/agreement").json()["total"] - 1
    first = client.get("/agreement", params={"differing": True, "limit": 1}).json()
    second = client.get("/agreement", params={"differing": True, "limit": 1, "cursor": first["next"]}).json()
    assert [*first["items"], *second["items"]] == whole["items"][:2]
    assert first["fields"] == second["fields"] == whole["fields"]


def test_an_answer_that_the_client_has_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/agreement").headers["etag"]
    assert client.get("/agreement", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/agreement", params={"differing": True}).headers["etag"] != tag


def test_where_nobody_read_twice_the_reason_is_told(talks: TestClient, client: TestClient) -> None:
    for body in (talks.get("/agreement").json(), client.get("/agreement", params={"source": "gazette-2"}).json()):
        assert body["reason"] == "no source of the selection was coded by two"
        assert (body["coders"], body["fields"], body["items"], body["total"]) == ([], [], [], 0)


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"coder": "nobody"}, 422, "'nobody' shares no source of the selection; there are curated, reader"),
        ({"coder": ["reader", "reader"]}, 422, "two are compared, name two of curated, reader"),
        ({"source": "nowhere"}, 404, "no source has the id 'nowhere'"),
        ({"subject": "Nordland"}, 404, "Nordland"),
        ({"codr": "reader"}, 422, "unknown parameter 'codr'"),
        ({"relation": "invite"}, 404, "invite"),
    ],
)
def test_what_cannot_be_compared_is_told(
    client: TestClient, parameters: dict[str, Any], status: int, words: str
) -> None:
    answer = client.get("/agreement", params=parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_comparing_ends_at_its_deadline(kg: KnowledgeGraph) -> None:
    with client_of("none", graph=kg, measure_timeout=1e-6) as client:
        answer = client.get("/agreement")
    assert answer.status_code == 503
    assert "took longer than" in answer.json()["detail"]


# Deciding


def decision(kg: KnowledgeGraph, **more: Any) -> dict[str, Any]:
    (pair,) = [p for p in kg.agreement().pairs if p.differ]
    assert pair.one
    assert pair.other
    told = {"statements": [pair.other.id], "by": "C. Judge", "why": "nobody says where"}
    return told | ({} if "reopen" in more else {"instead": pair.one.id}) | more


def test_what_is_decided_is_recorded_and_undone(kg: KnowledgeGraph, client: TestClient) -> None:
    told = decision(kg)
    done = client.post("/adjudications", json=told, headers=BEARER)
    assert (done.status_code, done.json()["changed"]) == (200, 1)
    found = client.get(f"/statements/{told['statements'][0]}").json()
    assert (found["status"], found["corrected_by"]["id"]) == ("retracted", told["instead"])
    assert "Adjudicated by C. Judge, was active: nobody says where" in found["note"]
    again = client.post("/adjudications", json=told, headers=BEARER)
    assert (again.status_code, again.headers["content-type"]) == (422, "application/problem+json")
    assert "was decided against by C. Judge" in again.json()["detail"]
    # Adjudication makes no coder better.
    assert client.get("/agreement").json()["matched"] == 2
    undone = decision(kg, reopen=True)
    assert client.post("/adjudications", json=undone, headers=BEARER).status_code == 200
    assert client.get(f"/statements/{told['statements'][0]}").json()["status"] == "active"


def test_nothing_instead_has_to_be_said(kg: KnowledgeGraph, client: TestClient) -> None:
    told = decision(kg, instead=None)
    left_out = {k: v for k, v in told.items() if k != "instead"}
    answer = client.post("/adjudications", json=left_out, headers=BEARER)
    assert answer.status_code == 422
    assert "give either instead, which may be null, or reopen" in answer.json()["detail"]
    assert client.post("/adjudications", json=told, headers=BEARER).status_code == 200
    assert kg.statement(told["statements"][0]).corrected_by is None


def test_one_that_is_not_there_leaves_all_as_it_was(kg: KnowledgeGraph, client: TestClient) -> None:
    revision, told = kg.snapshot.revision, decision(kg)
    told["statements"] += ["nothing"]
    answer = client.post("/adjudications", json=told, headers=BEARER)
    assert (answer.status_code, kg.snapshot.revision) == (404, revision)
    assert kg.statement(told["statements"][0]).status is Status.ACTIVE


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"Authorization": "Bearer wrong"}, 401)], ids=str)
def test_nobody_decides_without_a_token(
    kg: KnowledgeGraph, client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/adjudications", json=decision(kg), headers=headers).status_code == status


def test_nobody_decides_where_writing_is_off(kg: KnowledgeGraph) -> None:
    with client_of("none", graph=kg) as client:
        assert client.post("/adjudications", json=decision(kg), headers=BEARER).status_code == 403


@pytest.mark.parametrize("change", [{"statements": []}, {"why": ""}, {"by": None}, {"other": 1}], ids=str)
def test_a_malformed_decision_is_told(kg: KnowledgeGraph, client: TestClient, change: dict[str, Any]) -> None:
    answer = client.post("/adjudications", json=decision(kg, **change), headers=BEARER)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.slow
def test_a_connected_graph_compares_and_decides_alike(tmp_path: Path, service: Start) -> None:
    read_twice(tmp_path / "here")
    read_twice(tmp_path / "there")
    running = service("none", store=tmp_path / "there", tokens=f"ada:{SECRET}")
    url = f"http://127.0.0.1:{running.port}"
    there = KnowledgeGraph.connect(url, token=SECRET)
    with KnowledgeGraph(tmp_path / "here") as here:
        assert there.agreement() == here.agreement()
        assert there.agreement(["reader", "curated"]) == here.agreement(["reader", "curated"])
        told = decision(here)
        for kg in (here, there):
            _refuse_alike(kg)
            kg.adjudicate(told["statements"], told["instead"], by="C. Judge", why="nobody says where")
            with pytest.raises(InputError, match=r"was decided against by C\. Judge: .* \(reopen it first\)"):
                kg.adjudicate(told["statements"], None, by="C. Judge", why="again")
        assert there.agreement() == here.agreement()
        assert there.statement(told["statements"][0]) == here.statement(told["statements"][0])
        for kg in (here, there):
            kg.reopen(told["statements"], by="C. Judge", why="read again")
        assert there.agreement() == here.agreement()
    with pytest.raises(ServiceError, match="/adjudications with 401"):
        RemoteGraph(url).reopen(told["statements"], by="a", why="b")


def _refuse_alike(kg: Asking) -> None:
    with pytest.raises(ParameterError, match="'nobody' shares no source of the selection; there are curated, reader"):
        kg.agreement(["nobody"])
    with pytest.raises(UndefinedMeasureError, match="no source of the selection was coded by two") as caught:
        kg.agreement(source="gazette-2")
    assert caught.value.reason == "no source of the selection was coded by two"
    with pytest.raises(NotFoundError, match="no statement has the id 'x'"):
        kg.reopen(["x"], by="a", why="b")
