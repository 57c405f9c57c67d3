"""Paging: all pages together are the whole, and a cursor fits only its own list. Tables say what JSON says."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph
from tests.api.services import NORLAND, TALKS, client_of


def walk(client: TestClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """All items, page by page."""
    items: list[dict[str, Any]] = []
    cursor = "*"
    while cursor:
        page = client.get(path, params=parameters | {"cursor": cursor}).json()
        items += page["items" if "items" in page else "answers"]
        assert len(items) <= page["total"]
        cursor = page["next"]
    return items


@pytest.mark.parametrize("limit", [1, 7, 45, 46, 1000])
@pytest.mark.parametrize("path", ["/statements", "/entities", "/sources", "/who/mediation"])
def test_pages_together_are_the_whole_without_repeats(talks: TestClient, path: str, limit: int) -> None:
    whole = talks.get(path, params={"limit": 1000}).json()
    items = walk(talks, path, limit=limit)
    assert items == whole["items" if "items" in whole else "answers"]
    assert len(items) == whole["total"]
    assert len({json.dumps(item) for item in items}) == len(items)


def test_the_page_may_change_its_length_on_the_way(talks: TestClient) -> None:
    first = talks.get("/statements", params={"limit": 3}).json()
    second = talks.get("/statements", params={"limit": 5, "cursor": first["next"]}).json()
    assert first["items"] + second["items"] == talks.get("/statements", params={"limit": 8}).json()["items"]


def test_a_cursor_of_another_question_is_refused(talks: TestClient) -> None:
    cursor = talks.get("/statements", params={"limit": 3}).json()["next"]
    for path, parameters in (
        ("/statements", {"relation": "invites"}),
        ("/who/mediates", {}),
        ("/entities", {}),
        ("/statements", {"exact": "true"}),
    ):
        answer = talks.get(path, params=parameters | {"cursor": cursor})
        assert (answer.status_code, answer.json()["detail"]) == (
            422,
            "cursor: it belongs to another question; start again without it",
        )


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "ＭＺ", "a" * 500, "MTo6", "MTotMTphYWFhYWFhYQ", "OTk5OTk", "\x00", "**"]
)
def test_a_cursor_that_is_not_ours_is_refused(talks: TestClient, cursor: str) -> None:
    answer = talks.get("/statements", params={"cursor": cursor})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_cursor_of_another_revision_is_refused(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "store") as kg:
        kg.load(NORLAND)
        with client_of("none", graph=kg) as client:
            cursor = client.get("/statements", params={"limit": 3}).json()["next"]
            kg.load(TALKS)
            answer = client.get("/statements", params={"limit": 3, "cursor": cursor})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "cursor: the graph has changed since; start again without it",
    )


def test_json_lines_are_the_items_of_json(talks: TestClient) -> None:
    answer = talks.get("/statements.jsonl", params={"family": "mediation"})
    assert answer.headers["content-type"] == "application/jsonl"
    page = talks.get("/statements", params={"family": "mediation"}).json()
    assert [json.loads(line) for line in answer.text.splitlines()] == page["items"]
    assert int(answer.headers["x-total-count"]) == page["total"]


def flat(value: Any) -> str:
    """A value of JSON as a cell of CSV tells it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "; ".join(flat(v) for v in value)
        case {"role": role, "entity": {"id": id}}:
            return f"{role}:{id}"
        case {"id": id}:
            return str(id)
        case _:
            return str(value)


@pytest.mark.parametrize("data", ["norland", "talks"])
def test_csv_says_what_json_says(data: str, request: pytest.FixtureRequest) -> None:
    client: TestClient = request.getfixturevalue(data)
    answer = client.get("/statements.csv", params={"limit": 1000})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    items = client.get("/statements", params={"limit": 1000}).json()["items"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert rows == [{name: flat(value) for name, value in item.items()} for item in items]


@pytest.mark.parametrize("path", ["/statements.csv", "/statements.jsonl"])
def test_links_lead_through_all_pages_of_tables(norland: TestClient, path: str) -> None:
    whole = norland.get(path, params={"limit": 1000}).text
    header = whole.splitlines(keepends=True)[0] if path.endswith("csv") else ""
    collected, address = "", f"{path}?limit=5"
    while address:
        answer = norland.get(address)
        collected += answer.text.removeprefix(header)
        link = answer.headers.get("link", "")
        address = link.removeprefix("<").partition(">")[0].removeprefix("http://testserver")
        assert not link or link.endswith('; rel="next"')
    assert header + collected == whole
