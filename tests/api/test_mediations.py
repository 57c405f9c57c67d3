"""Episodes over HTTP: the same as in Python, in pages."""

from typing import Any

from starlette.testclient import TestClient

from graph import KnowledgeGraph
from tests.api.services import TALKS


def test_episodes_are_those_of_python(talks: TestClient) -> None:
    asked: dict[str, Any] = {"between": ["Armenia", "Azerbaijan"], "level": "state"}
    body = talks.get("/mediations", params=asked | {"limit": 1000}).json()
    with KnowledgeGraph() as kg:
        kg.load(TALKS)
        found = kg.episodes(**asked)
    assert body["total"] == len(found) > 3
    for item, episode in zip(body["items"], found, strict=True):
        assert item["id"] == episode.id
        assert [r["id"] for r in item["third_parties"]] == list(episode.third_parties)
        assert [p["statements"] for p in item["phases"]] == [list(p.statements) for p in episode.phases]
        assert (item["answer"], item["inferred"]) == (episode.answer, episode.inferred)
    page = talks.get("/mediations", params=asked | {"limit": 2}).json()
    following = talks.get("/mediations", params=asked | {"limit": 2, "cursor": page["next"]}).json()
    assert page["items"] + following["items"] == body["items"][:4]


def test_a_mediator_and_a_window_choose(talks: TestClient) -> None:
    body = talks.get("/mediations", params={"mediator": "Russia", "level": "state"}).json()
    assert body["total"]
    for item in body["items"]:
        assert "russia" in {r["id"] for r in (*item["mediators"], *item["third_parties"])}
    early = talks.get("/mediations", params={"until": "1950"}).json()
    assert early["total"] == 0
    assert early["undated"] > 0
    assert early["note"] == f"no dated statement: {early['undated']} match but have no date, and no window holds them"
    assert body["note"] == ""


def test_no_episode_says_why(talks: TestClient) -> None:
    strangers = {"between": ["Armenia", "United States"], "level": "state"}
    nobody = talks.get("/mediations", params=strangers).json()
    assert nobody["note"] == f"no episode names both sides: {nobody['one_sided']} name one of them"
    nothing = talks.get("/mediations", params={"topic": "Armenia"}).json()
    assert nothing["note"] == "no statement of mediation matches these filters and actors"


def test_bad_parameters_say_what_there_is(talks: TestClient) -> None:
    one = talks.get("/mediations", params={"between": "Armenia"})
    assert (one.status_code, one.json()["parameter"]) == (422, "between")
    assert talks.get("/mediations", params={"gap": -1}).status_code == 422
    assert talks.get("/mediations", params={"mediator": "Atlantis"}).status_code == 404
