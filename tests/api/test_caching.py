"""ETags, HEAD and CORS."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph
from tests.api.services import NORLAND, TALKS, client_of

PATHS = [
    "/",
    "/ontology",
    "/entities",
    "/entities/norland",
    "/relations",
    "/relations/invites",
    "/sources",
    "/sources/gazette-1",
    "/statements",
    "/statements.csv",
    "/statements.jsonl",
    "/who/invites",
    "/conflicts",
    "/timeline",
    "/sparql?query=ASK%20%7B%7D",
    "/sparql?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_has_the_answer_is_told_so(norland: TestClient, path: str) -> None:
    answer = norland.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "Accept" in answer.headers["vary"]
    tag = answer.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = norland.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert norland.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_changes_with_parameters_and_media_type(norland: TestClient) -> None:
    tags = [
        norland.get(path, headers={"Accept": accept}).headers["etag"]
        for path, accept in (
            ("/statements", "*/*"),
            ("/statements?limit=2", "*/*"),
            ("/statements.csv", "*/*"),
            ("/", "text/html"),
            ("/", "application/json"),
            ("/ontology", "text/html"),
            ("/ontology", "text/turtle"),
            ("/sparql?query=ASK{}", "application/sparql-results+json"),
            ("/sparql?query=ASK{}", "application/sparql-results+xml"),
        )
    ]
    assert len(set(tags)) == len(tags)


@pytest.mark.slow
def test_the_tag_changes_with_the_revision_and_not_with_the_service(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "store") as kg:
        kg.load(NORLAND)
        tags = []
        for settings in ({}, {}, {"query_rows": 10}):
            with client_of("none", graph=kg, **settings) as client:
                tags.append(client.get("/statements").headers["etag"])
        assert tags[0] == tags[1] != tags[2]
        with client_of("none", graph=kg) as client:
            kg.load(TALKS)
            changed = client.get("/statements", headers={"If-None-Match": tags[0]})
    assert changed.status_code == 200
    assert changed.headers["etag"] not in tags


def test_another_store_has_other_tags(tmp_path: Path, norland: TestClient) -> None:
    with KnowledgeGraph(tmp_path / "store") as kg, client_of("none", graph=kg) as client:
        kg.load(NORLAND)
        assert client.get("/statements").headers["etag"] != norland.get("/statements").headers["etag"]


def test_what_is_posted_has_no_tag(norland: TestClient) -> None:
    answer = norland.post("/sparql", content="ASK {}", headers={"Content-Type": "application/sparql-query"})
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    "path", [*PATHS, "/health", "/docs", "/openapi.json", "/nowhere", "/entities/nobody", "/who/nothing"]
)
def test_head_has_the_headers_of_get(norland: TestClient, path: str) -> None:
    got, head = norland.get(path), norland.head(path)
    assert head.status_code == got.status_code
    for name in ("etag", "content-type", "content-length"):
        assert head.headers.get(name) == got.headers.get(name)
    assert head.content == b""


def test_any_origin_may_read_but_never_with_credentials(norland: TestClient) -> None:
    answer = norland.get("/who/invites", headers={"Origin": "https://dashboard.example", "Cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    for name in ("ETag", "Link", "X-Total-Count", "Retry-After"):
        assert name in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/statements", "/sparql"])
def test_preflight_is_answered(norland: TestClient, path: str) -> None:
    answer = norland.options(
        path,
        headers={
            "Origin": "https://dashboard.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, if-none-match",
        },
    )
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert "access-control-allow-credentials" not in answer.headers


def test_errors_may_be_read_by_any_origin_too(norland: TestClient) -> None:
    for path in ("/entities/nobody", "/nowhere", "/statements?x=1", f"/entities?q={'a' * 62_000}"):
        answer = norland.get(path, headers={"Origin": "https://dashboard.example"})
        assert answer.status_code >= 400
        assert answer.headers["access-control-allow-origin"] == "*"


def test_origins_can_be_limited() -> None:
    with client_of(NORLAND, cors_origins="https://one.example, https://two.example") as client:
        for origin, allowed in (("https://two.example", "https://two.example"), ("https://evil.example", None)):
            answer = client.get("/health", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
