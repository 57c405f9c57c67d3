"""Filters: perspective, roll-up, levels, windows, and every filter against the fields of the statements."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

Item = dict[str, Any]


def keys(client: TestClient, **parameters: Any) -> set[str]:
    """Keys of the selected statements."""
    return {item["key"] for item in client.get("/statements", params=parameters | {"limit": 1000}).json()["items"]}


def test_a_perspective_is_what_an_actor_or_who_speaks_for_it_says_outermost(norland: TestClient) -> None:
    assert keys(norland, according_to="Ada Norn") == {"westmark-ready-to-sign"}
    # As foreign minister she speaks for Norland, which also speaks by itself.
    assert keys(norland, according_to="Norland") == {"westmark-ready-to-sign", "sudland-breaches-treaty"}
    assert keys(norland, according_to="Norland", exact="true") == {"sudland-breaches-treaty"}


def test_depth_any_adds_what_others_report_the_actor_to_have_said(norland: TestClient) -> None:
    assert keys(norland, according_to="Sudland", exact="true") == set()
    assert keys(norland, according_to="Sudland", exact="true", depth="any") == {"westmark-ready-to-sign"}
    item = norland.get("/statements", params={"according_to": "Sudland", "exact": "true", "depth": "any"}).json()[
        "items"
    ][0]
    assert [speaker["id"] for speaker in item["attributed_to"]] == ["ada-norn", "sudland"]


def test_the_perspective_of_sources_is_what_they_vouch_for_themselves(norland: TestClient) -> None:
    everything = norland.get("/statements", params={"limit": 1000}).json()["items"]
    assert keys(norland, according_to="source") == {i["key"] for i in everything if not i["attributed_to"]}


def test_a_speaker_is_found_at_any_depth(talks: TestClient) -> None:
    assert "azerbaijan-ready-to-sign" in keys(talks, attributed_to="Azerbaijan")
    assert "azerbaijan-ready-to-sign" not in keys(talks, according_to="Azerbaijan")
    assert "azerbaijan-ready-to-sign" in keys(talks, according_to="Azerbaijan", depth="any")


def test_a_filter_matches_who_acts_for_the_entity_unless_exact(talks: TestClient) -> None:
    rolled_up = keys(talks, object="Armenia")
    assert "invitation-to-moscow" in rolled_up  # its foreign minister is invited
    assert "invitation-to-moscow" not in keys(talks, object="Armenia", exact="true")
    assert keys(talks, object="Armenia", exact="true") < rolled_up


def test_who_acts_for_an_entity_counts_on_the_statements_date_only(norland: TestClient) -> None:
    # Bo Sund left the post on 20 March; the first invitation is of 1 March.
    assert "norland-invites-bo-sund" in keys(norland, object="Sudland")
    assert "westmark-did-not-mediate" in keys(norland, according_to="Sudland")  # Eva Strand, minister since 21 March


def test_a_stand_in_means_its_government_as_actor_and_itself_as_place(norland: TestClient) -> None:
    assert keys(norland, subject="Northgate") == keys(norland, subject="Norland")
    assert keys(norland, role="destination:Northgate") == {"norland-invites-bo-sund"}


@pytest.mark.parametrize(
    ("level", "pair"),
    [
        ("entity", ("norland", "bo-sund")),
        ("body", ("norland", "sudland")),
        ("state", ("norland", "sudland")),
    ],
)
def test_levels_roll_answers_up(norland: TestClient, level: str, pair: tuple[str, str]) -> None:
    found = norland.get("/who/invites", params={"object": "Bo Sund", "level": level}).json()["answers"]
    told = {(a["subject"]["id"], a["object"]["id"]) for a in found}
    assert pair in told


def test_a_window_matches_by_overlap_and_counts_the_undated_apart(norland: TestClient) -> None:
    found = norland.get("/statements", params={"since": "2031-03-05", "until": "2031-03-10"}).json()
    told = {item["key"] for item in found["items"]}
    # The whole of March overlaps; 1 March, 15 March and 2030 do not.
    assert "norland-and-sudland-negotiate" in told
    assert not told & {"norland-invites-bo-sund", "league-offers-mediation", "westmark-mediates"}
    undated = [
        i
        for i in norland.get("/statements", params={"limit": 1000}).json()["items"]
        if not (i["earliest"] or i["latest"])
    ]
    assert found["undated"] == len(undated)


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ({"since": "2030", "until": "2030"}, {"westmark-mediates", "bo-sund-was-foreign-minister"}),
        ({"until": "2029-12"}, {"bo-sund-was-foreign-minister"}),
    ],
)
def test_a_window_may_be_given_in_years_and_months(norland: TestClient, window: dict[str, str], told: set[str]) -> None:
    found = keys(norland, **window)
    assert told <= found
    open_start = {"ada-norn-invited-to-port-alba"}  # before publication: it may have been as early
    assert found - told <= open_start


def entity(name: str) -> Callable[[Item], set[str]]:
    return lambda item: {item[name]["id"]} if item[name] else set()


def word(name: str) -> Callable[[Item], set[str]]:
    return lambda item: {item[name]}


def entities(name: str) -> Callable[[Item], set[str]]:
    return lambda item: {ref["id"] for ref in item[name]}


FIELDS: dict[str, Callable[[Item], set[str]]] = {
    "object": entity("object"),
    "topic": entity("topic"),
    "party": entities("parties"),
    "attributed_to": entities("attributed_to"),
    "source": word("source"),
    "modality": word("modality"),
    "status": word("status"),
    "family": word("family"),
    "event": lambda item: {item["event"]["id"]} if item["event"] else set(),
    "role": lambda item: (
        {f"{r['role']}:{r['entity']['id']}" for r in item["roles"]} | {r["role"] for r in item["roles"]}
    ),
}


@pytest.mark.parametrize("data", ["norland", "talks"])
@pytest.mark.parametrize("name", FIELDS)
def test_a_filter_selects_the_statements_whose_field_has_the_value(
    data: str, name: str, request: pytest.FixtureRequest
) -> None:
    client: TestClient = request.getfixturevalue(data)
    everything: list[Item] = client.get("/statements", params={"limit": 1000}).json()["items"]
    field = FIELDS[name]
    values = set().union(*map(field, everything))
    assert values
    symmetric = {r["id"] for r in client.get("/relations").json()["items"] if r["symmetric"]}
    for value in values:
        expected = {i["key"] for i in everything if value in field(i)}
        if name == "object":  # either side of a symmetric relation is its object
            expected |= {i["key"] for i in everything if i["relation"] in symmetric and value in FIELDS["party"](i)}
            expected |= {i["key"] for i in everything if i["relation"] in symmetric and value in entity("subject")(i)}
        if client.get(f"/entities/{value}").json().get("stands_for"):
            continue
        assert keys(client, **{name: value}, exact="true") == expected, value


def test_a_denial_answers_for_its_own_relation_and_narrower_ones_only(talks: TestClient) -> None:
    denied = {"baku-has-not-confirmed"}
    assert denied <= keys(talks, relation="confirms")
    relation = next(r for r in talks.get("/relations").json()["items"] if r["id"] == "confirms")
    for wider in relation["wider"]:
        assert not denied & keys(talks, relation=wider)
    for narrower in relation["narrower"]:
        assert denied <= keys(talks, relation=narrower)


def test_retracted_statements_are_told_only_where_they_are_asked_for(norland: TestClient) -> None:
    statuses = {i["status"] for i in norland.get("/statements", params={"limit": 1000}).json()["items"]}
    assert statuses == {"active", "disputed"}
    assert keys(norland, status="retracted") == set()
