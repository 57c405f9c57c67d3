"""What each path answers, whole, for the small cast."""

from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from api import schemas

NORLAND = {"id": "norland", "label": "Norland"}
SUDLAND = {"id": "sudland", "label": "Sudland"}
WESTMARK = {"id": "westmark", "label": "Westmark"}
BO_SUND = {"id": "bo-sund", "label": "Bo Sund"}
EVA_STRAND = {"id": "eva-strand", "label": "Eva Strand"}
IRI = "https://tertius.example/id"


def ids(client: TestClient) -> dict[str, str]:
    """Ids of the statements by their keys."""
    items = client.get("/statements", params={"limit": 1000}).json()["items"]
    return {item["key"]: item["id"] for item in items}


def test_health_counts_the_graph(norland: TestClient) -> None:
    body = norland.get("/health").json()
    assert (body["status"], body["statements"], body["entities"], body["sources"]) == ("ok", 18, 14, 2)
    assert body["revision"] == 2


def test_who_tells_subject_voices_modalities_and_sides(norland: TestClient) -> None:
    key = ids(norland)
    answer = norland.get("/who/mediates", params={"between": ["Norland", "Sudland"]}).json()
    coverage = answer.pop("coverage")
    assert answer == {
        "question": "mediates",
        "parameters": {"between": ["Norland", "Sudland"]},
        "revision": 2,
        "answers": [
            {
                "subject": WESTMARK,
                "relation": "mediates",
                "object": None,
                "about": None,
                "parties": [NORLAND, SUDLAND],
                "evidence": "claim",
                "inferred": False,
                "modalities": {"asserted": 1, "negated": 1},
                "disputed": 0,
                "voices": [
                    {"attributed_to": [], "source": "gazette-1", "statements": 1},
                    {"attributed_to": [EVA_STRAND], "source": "gazette-2", "statements": 1},
                ],
                "statements": [key["westmark-mediates"], key["westmark-did-not-mediate"]],
                "datasets": {"norland": 2},
                "events": 1,
                "events_exact": True,
                "earliest": "2030-01-01",
                "latest": "2031-03-31",
                "sides": "both",
            }
        ],
        "total": 1,
        "next": None,
    }
    assert (coverage["statements"], coverage["matched"], coverage["undated"]) == (18, 2, 0)
    assert [actor["entity"] for actor in coverage["actors"]] == [NORLAND, SUDLAND]


def test_one_side_only_is_said_to_be_one(norland: TestClient) -> None:
    found = norland.get("/who/mediates", params={"between": ["Norland", "Westmark"]}).json()["answers"]
    assert [answer["sides"] for answer in found] == ["one"]


def test_nothing_known_is_an_empty_list_with_coverage(norland: TestClient) -> None:
    answer = norland.get("/who/supports", params={"subject": "League of Rivers"}).json()
    assert (answer["answers"], answer["total"]) == ([], 0)
    assert answer["coverage"] == {
        "statements": 18,
        "matched": 0,
        "by_evidence": {},
        "undated": 0,
        "actors": [
            {
                "entity": {"id": "league-of-rivers", "label": "League of Rivers"},
                "evidence": "claim",
                "statements": 2,
                "as_subject": 1,
                "by_relation": {"offers-mediation": 1, "rejects-mediation": 1},
                "about_theirs": {},
                "earliest": "2031-03-15",
                "latest": "2031-03-15",
            }
        ],
    }


def test_a_statement_is_told_whole(norland: TestClient) -> None:
    id = ids(norland)["norland-invites-bo-sund"]
    assert norland.get(f"/statements/{id}").json() == {
        "id": id,
        "iri": f"{IRI}/statement/{id}",
        "text": "Norland invites Bo Sund (asserted)",
        "subject": NORLAND,
        "relation": "invites",
        "family": "invitation",
        "object": BO_SUND,
        "about": None,
        "parties": [],
        "roles": [{"role": "destination", "entity": {"id": "northgate", "label": "Northgate"}}],
        "topic": {"id": "river-talks", "label": "River Talks"},
        "place": None,
        "subject_as": None,
        "object_as": None,
        "source": "gazette-1",
        "start": 42,
        "end": 135,
        "record": None,
        "row": None,
        "quote": "On 1 March 2031 Norland invited Bo Sund to visit Northgate for a new round of the River Talks",
        "attributed_to": [],
        "modality": "asserted",
        "when": "2031-03-01",
        "when_text": None,
        "earliest": "2031-03-01",
        "latest": "2031-03-01",
        "repeated": False,
        "event": {"id": "invitation-to-bo-sund", "coder": None, "confidence": None},
        "status": "active",
        "note": None,
        "corrected_by": None,
        "codes": [],
        "coder": "curated",
        "confidence": None,
        "key": "norland-invites-bo-sund",
    }


def test_a_statement_looks_the_same_alone_and_in_a_list(norland: TestClient) -> None:
    for item in norland.get("/statements").json()["items"]:
        assert norland.get(f"/statements/{item['id']}").json() == item


def test_what_a_statement_is_about_is_told_in_words_and_id(norland: TestClient) -> None:
    key = ids(norland)
    about = norland.get("/statements", params={"relation": "accuses"}).json()["items"][0]["about"]
    assert about == {"id": key["sudland-breaches-treaty"], "text": "Sudland breaches River Treaty (claimed)"}


def test_an_entity_is_told_with_posts_principals_and_counts(norland: TestClient) -> None:
    key = ids(norland)
    assert norland.get("/entities/Bo Sund").json() == {
        "id": "bo-sund",
        "iri": f"{IRI}/entity/bo-sund",
        "label": "Bo Sund",
        "lang": "en",
        "kind": "person",
        "aliases": [],
        "description": None,
        "of": None,
        "country": None,
        "stands_for": None,
        "closed": None,
        "members": [],
        "unnamed_in": None,
        "codes": [],
        "merged_into": None,
        "merged": [],
        "posts": [
            {
                "post": {"id": "foreign-minister-of-sudland", "label": "foreign minister of Sudland"},
                "statement": key["bo-sund-was-foreign-minister"],
                "status": "active",
                "when": "2029/2031-03-20",
                "earliest": "2029-01-01",
                "latest": "2031-03-20",
            }
        ],
        "holders": [],
        "acts_for": [{"id": "foreign-minister-of-sudland", "label": "foreign minister of Sudland"}, SUDLAND],
        "acted_for_by": [],
        "counts": {
            "as_subject": {"declines-to-confirm": 1, "holds-post": 1},
            "as_object": {"invites": 2},
            "involving": 4,
        },
    }


@pytest.mark.parametrize(
    "name", ["norland", "Norland", "NORLAND", "Kingdom of Norland", "норланд", "ΝΌΡΛΑΝΤ", "Ｎｏｒｌａｎｄ"]
)
def test_an_entity_is_found_by_id_label_and_alias_in_any_script_and_case(norland: TestClient, name: str) -> None:
    assert norland.get(f"/entities/{name}").json()["id"] == "norland"


def test_a_name_is_found_as_often_as_it_is_asked_for(norland: TestClient) -> None:
    for _ in range(3):
        assert norland.get("/entities/River Talks").status_code == 200
        assert norland.get("/statements", params={"topic": "River Talks"}).json()["total"] == 1
        assert norland.get("/statements", params={"role": "destination:Port Alba"}).json()["total"] == 1


def test_entities_are_listed_by_part_of_a_name_and_kind(norland: TestClient) -> None:
    found = norland.get("/entities", params={"q": "NOR", "kind": ["state", "place"]}).json()
    assert found == {
        "items": [
            {
                "id": "norland",
                "label": "Norland",
                "kind": "state",
                "aliases": ["Kingdom of Norland", "Νόρλαντ", "Норланд"],
            },
            {"id": "northgate", "label": "Northgate", "kind": "place", "aliases": []},
        ],
        "total": 2,
        "next": None,
    }


def test_sources_are_listed_with_counts(norland: TestClient) -> None:
    found = norland.get("/sources").json()
    assert [(s["id"], s["statements"]) for s in found["items"]] == [("gazette-1", 10), ("gazette-2", 8)]
    assert found["items"][0] == norland.get("/sources/gazette-1").json()
    assert found["items"][0]["modalities"] == {"asserted": 6, "claimed": 2, "presupposed": 1, "unconfirmed": 1}


def test_relations_are_listed_with_frames_families_modalities_and_roles(norland: TestClient) -> None:
    found = norland.get("/relations", params={"family": "invitation"}).json()
    assert "invites" in [relation["id"] for relation in found["items"]]
    assert {relation["family"] for relation in found["items"]} == {"invitation"}
    assert {"mediation", "opposition", "invitation"} <= {family["id"] for family in found["families"]}
    assert found["modalities"][0]["id"] == "asserted"
    one = norland.get("/relations/invites").json()
    assert one in found["items"]
    assert (one["label"], one["inverse_label"]) == ("invites", "is invited by")


def test_conflicts_tell_what_contradicts_what_and_why(norland: TestClient) -> None:
    key = ids(norland)
    assert norland.get("/conflicts").json() == {
        "items": [
            {
                "kind": "correction",
                "reason": "The next issue of the gazette names another host.",
                "settled": True,
                "statements": [
                    {
                        "id": key["sudland-hosts-winter-round"],
                        "text": "Sudland hosts winter round of the River Talks (asserted)",
                    },
                    {
                        "id": key["westmark-hosts-winter-round"],
                        "text": "Westmark hosts winter round of the River Talks (asserted)",
                    },
                ],
            }
        ],
        "total": 1,
        "next": None,
        "revision": 2,
    }


@pytest.mark.parametrize(
    ("by", "periods"),
    [
        ("year", {"2030": 1, "2031": 5}),
        ("month", {"2031-03": 5}),
        ("day", {"2031-03-01": 1, "2031-03-15": 1}),
    ],
)
def test_the_timeline_counts_what_lies_within_a_period(norland: TestClient, by: str, periods: dict[str, int]) -> None:
    found = norland.get("/timeline", params={"by": by}).json()
    assert {p["period"]: p["statements"] for p in found["periods"]} == periods
    assert found["spread"] + found["undated"] + sum(periods.values()) == 18


def test_who_opposes_whose_mediation_is_answered(talks: TestClient) -> None:
    found = talks.get("/who/opposes", params={"about_relation": "mediates"}).json()["answers"]
    told = {(a["subject"]["label"], a["relation"], a["about"]["text"]) for a in found}
    assert told == {
        ("Azerbaijan", "objects-to", f"{who} mediates between Armenia and Azerbaijan (presupposed)")
        for who in ("United States", "European Union")
    }
    american = talks.get("/who/opposes", params={"about_relation": "mediates", "about_subject": "US"}).json()["answers"]
    assert [a["about"]["text"] for a in american] == [
        "United States mediates between Armenia and Azerbaijan (presupposed)"
    ]


def test_who_invites_mirzoyan_is_answered_with_its_voices(talks: TestClient) -> None:
    found = talks.get("/who/invites", params={"object": "Mirzoyan"}).json()["answers"]
    assert {answer["subject"]["id"] for answer in found} == {"russia"}
    for answer in found:
        assert sum(answer["modalities"].values()) == sum(voice["statements"] for voice in answer["voices"])
    speakers = {ref["id"] for a in found for voice in a["voices"] for ref in voice["attributed_to"]}
    assert speakers == {"maria-zakharova"}


def test_a_statement_as_subject_is_marked_as_one(talks: TestClient) -> None:
    item = talks.get("/statements", params={"relation": "worsens"}).json()["items"][0]
    assert item["subject"]["kind"] == "statement"
    assert talks.get(f"/statements/{item['subject']['id']}").json()["text"] == item["subject"]["label"]


MODELS: list[tuple[str, dict[str, Any], type[BaseModel]]] = [
    ("/health", {}, schemas.Health),
    ("/entities", {}, schemas.EntityList),
    ("/relations", {}, schemas.RelationList),
    ("/sources", {}, schemas.SourceList),
    ("/statements", {"limit": 1000}, schemas.StatementList),
    ("/statements", {"status": ["active", "disputed", "retracted"]}, schemas.StatementList),
    ("/conflicts", {}, schemas.ContradictionList),
    ("/timeline", {"by": "day"}, schemas.TimelineBody),
]


@pytest.mark.parametrize("data", ["norland", "talks"])
def test_every_answer_is_what_openapi_says(data: str, request: pytest.FixtureRequest) -> None:
    client: TestClient = request.getfixturevalue(data)
    for path, parameters, model in MODELS:
        model.model_validate_json(client.get(path, params=parameters).content, strict=False)
    for entity in client.get("/entities", params={"limit": 1000}).json()["items"]:
        schemas.EntityBody.model_validate_json(client.get(f"/entities/{entity['id']}").content)
    vocabulary = client.get("/relations").json()
    for relation in vocabulary["items"]:
        schemas.RelationBody.model_validate_json(client.get(f"/relations/{relation['id']}").content)
    for source in client.get("/sources").json()["items"]:
        schemas.SourceBody.model_validate_json(client.get(f"/sources/{source['id']}").content)
    for item in client.get("/statements", params={"limit": 1000}).json()["items"]:
        schemas.StatementBody.model_validate_json(client.get(f"/statements/{item['id']}").content)
    for question in [*vocabulary["items"], *vocabulary["families"]]:
        for level in ("entity", "body", "state"):
            answer = client.get(f"/who/{question['id']}", params={"level": level})
            schemas.WhoBody.model_validate_json(answer.content)


def test_an_iri_leads_to_where_the_service_tells_of_it(norland: TestClient) -> None:
    statement = norland.get("/statements?limit=1").json()["items"][0]
    for path, place in (
        (statement["iri"].removeprefix("https://tertius.example"), f"/statements/{statement['id']}"),
        ("/id/entity/norland", "/entities/norland"),
        ("/id/source/gazette-1", "/sources/gazette-1"),
        ("/id/relation/invites", "/relations/invites"),
    ):
        answer = norland.get(path, headers={"Accept": "application/json"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, place)
        assert norland.get(path).status_code == 200
    assert norland.get("/id/entity/nobody").status_code == 404
    assert norland.get("/id/frame/nothing").status_code == 404


def test_objections_to_an_actors_mediation_are_covered(talks: TestClient) -> None:
    body = talks.get("/who/opposes?object=European Union").json()
    assert body["answers"] == []
    assert body["coverage"]["actors"][0]["about_theirs"] == {"objects-to": 1}
