"""What goes straight to its endpoint is answered as FastAPI would have it answered."""

from typing import Any
from urllib.parse import quote

from starlette.testclient import TestClient

from api.direct import Shortcut
from tests.api.services import NORLAND, client_of

ASK = quote("ASK { ?s r:invites ?o }")
REQUESTS: list[tuple[str, str]] = [
    *(("GET", path) for path in (
        "/who/mediates", "/who/invites?subject=norland", "/who/invites?between=norland", "/who/no-such-relation",
        f"/who/{'x' * 501}", "/who/mediates?limit=0", "/who/mediates?nothing=1", "/who/mediates?limit=1&limit=2",
        "/who/mediates?modality=asserted&modality=claimed", "/who/mediates?exact=perhaps", "/who/mediates?level=state",
        "/timeline?by=year", "/timeline?by=decade", "/conflicts", "/statements?limit=2", "/statements.csv?limit=2",
        "/statements.jsonl?limit=2", "/statements/none-of-ours", f"/statements/{'x' * 501}", "/statements/a/b",
        "/entities", "/entities?kind=state&kind=person", "/entities/norland", "/entities/norland?x=1", "/entities/",
        "/relations", "/sources", f"/sparql?query={ASK}", f"/sparql/?query={ASK}", "/sparql", "/sparql?query=SELECT",
        f"/sparql?query={ASK}&query={ASK}", f"/sparql?query={ASK}&default-graph-uri=relative", "/sparql?query=%ff",
        "/whose/mediates",
    )),
    ("HEAD", "/who/mediates"), ("HEAD", f"/sparql?query={ASK}"), ("POST", "/who/mediates"), ("OPTIONS", "/sparql"),
    ("DELETE", "/sparql"), ("PUT", "/statements"), ("POST", "/sparql"),
]  # fmt: skip


def test_a_shortcut_leads_to_the_same_answers() -> None:
    with client_of(NORLAND) as client:
        statement = client.get("/statements?limit=1").json()["items"][0]["id"]
        requests = [*REQUESTS, ("GET", f"/statements/{statement}")]
        straight = [_answer(client, *request) for request in requests]
        routes = client.app.router.routes  # type: ignore[attr-defined]  # it is a FastAPI application
        assert isinstance(routes.pop(0), Shortcut)
        for request, found in zip(requests, straight, strict=True):
            assert (request, found) == (request, _answer(client, *request))


def _answer(client: TestClient, method: str, path: str) -> tuple[int, dict[str, str], Any]:
    answer = client.request(method, path)
    headers = {k: v for k, v in answer.headers.items() if k not in ("date", "x-request-id")}
    return answer.status_code, headers, answer.content


def test_a_posted_query_goes_straight_too(norland: TestClient) -> None:
    answer = norland.post(
        "/sparql", content="ASK { ?s r:invites ?o }", headers={"Content-Type": "application/sparql-query"}
    )
    assert answer.json() == {"head": {}, "boolean": True}
