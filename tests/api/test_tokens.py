"""Who may write: tokens are asked for first, kept as hashes, and every attempt leaves a line that holds no secret."""

import json
import logging
import re
import subprocess
import sys
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.tokens import Tokens, hashed
from tests.api.services import BEARER, NORLAND, ORDINARY, ROOT, SECRET, Service, Start, client_of

TURTLE = {"Content-Type": "text/turtle"}
UPDATE = {"Content-Type": "application/sparql-update"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
INSERT = "INSERT DATA { GRAPH <http://a.example/tokens> { <a:s> <a:p> <a:o> } }"
WRITES: list[tuple[str, str, dict[str, str], str]] = [
    ("POST", "/update", UPDATE, INSERT),
    ("POST", "/update", FORM, f"update={INSERT}"),
    ("POST", "/sparql", UPDATE, INSERT),
    ("POST", "/sparql", FORM, f"update={INSERT}"),
    ("POST", "/sparql", FORM, f"using-graph-uri=a:b&update={INSERT}"),
    ("POST", "/sparql", FORM, f"%75pdate={INSERT}"),
    ("PUT", "/store?graph=http://a.example/tokens", TURTLE, "<a:s> <a:p> <a:o> ."),
    ("POST", "/store?default", TURTLE, "<a:s> <a:p> <a:o> ."),
    ("POST", "/store", TURTLE, "<a:s> <a:p> <a:o> ."),
    ("PUT", "/store/here", TURTLE, "<a:s> <a:p> <a:o> ."),
    ("DELETE", "/store?default", {}, ""),
]


def send(client: TestClient, write: tuple[str, str, dict[str, str], str], **more: str) -> httpx2.Response:
    method, path, headers, body = write
    return client.request(method, path, headers=headers | more, content=body)


@pytest.mark.parametrize("write", WRITES, ids=lambda w: f"{w[0]} {w[1]} {w[3][:12]}")
def test_a_write_needs_a_token_of_ours(ordinary: TestClient, write: tuple[str, str, dict[str, str], str]) -> None:
    before = ordinary.get("/health").json()
    for given, challenge in (
        ({}, 'Bearer realm="tertius"'),
        ({"Authorization": "Bearer wrong-secret"}, 'Bearer realm="tertius", error="invalid_token"'),
        ({"Authorization": "Bearer"}, 'Bearer realm="tertius", error="invalid_token"'),
        ({"Authorization": f"Bearer {SECRET} {SECRET}"}, 'Bearer realm="tertius", error="invalid_token"'),
        ({"Authorization": f"Basic {SECRET}"}, 'Bearer realm="tertius", error="invalid_token"'),
        ({"Authorization": SECRET}, 'Bearer realm="tertius", error="invalid_token"'),
    ):
        answer = send(ordinary, write, **given)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == challenge
        assert SECRET not in answer.text
    assert ordinary.get("/health").json() == before


def test_two_tokens_at_once_are_none(ordinary: TestClient) -> None:
    headers = [("Authorization", f"Bearer {SECRET}"), ("Authorization", "Bearer other-secret"), *UPDATE.items()]
    assert ordinary.post("/update", content=INSERT, headers=headers).status_code == 401


def test_where_no_token_is_set_writing_is_off_and_the_answer_says_how_to_turn_it_on(norland: TestClient) -> None:
    for write in WRITES:
        for given in ({}, BEARER):
            answer = send(norland, write, **given)
            assert answer.status_code == 403
            assert "TERTIUS_TOKENS" in answer.json()["detail"]


def test_several_tokens_with_names_may_write(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tertius.audit")
    tokens = f"ada:open-sesame,{hashed('bo:other-secret')},ada:third-secret"
    with client_of("none", raw_rdf=True, tokens=tokens) as client:
        for secret in ("open-sesame", "other-secret", "third-secret"):
            assert send(client, WRITES[0], Authorization=f"bearer  {secret}").status_code == 200
    assert [record.who for record in caplog.records] == ["ada", "bo", "ada"]  # type: ignore[attr-defined]


def test_a_preflight_needs_no_token(ordinary: TestClient) -> None:
    for path in ("/update", "/store", "/store/here", "/sparql"):
        for method in ("POST", "PUT", "DELETE") if path.startswith("/store") else ("POST",):
            asked = {
                "Origin": "https://editor.example",
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization, content-type",
            }
            answer = ordinary.options(path, headers=asked)
            assert answer.status_code == 200
            assert method in answer.headers["access-control-allow-methods"]
    refused = ordinary.post("/update", content=INSERT, headers={"Origin": "https://editor.example"} | UPDATE)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]


def test_the_token_is_asked_for_before_the_body_is_read(service: Start) -> None:
    running = service("none", **ORDINARY)
    for path, content_type in (
        ("/update", "text/plain"),
        ("/store?default", "text/turtle"),
        ("/sparql", UPDATE["Content-Type"]),
    ):
        head = f"POST {path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nContent-Type: {content_type}\r\n"
        # The body that is announced never comes.
        assert running.raw(head.encode() + b"Content-Length: 50000000\r\n\r\n").startswith(b"HTTP/1.1 401")
    form = b"POST /sparql HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    for begun in (b"update=", b"using-graph-uri=a&update=CLE"):
        answer = running.raw(form + b"Connection: close\r\nContent-Length: 900000\r\n\r\n" + begun)
        assert answer.startswith(b"HTTP/1.1 401")
    text = running.log.read_text()
    assert SECRET not in text
    with running.client() as client:
        assert client.get("/health").status_code == 200


def test_whoever_holds_a_token_may_send_more() -> None:
    with client_of("none", **ORDINARY, body_length=2_000, write_length=20_000) as client:
        for size, token, status in (
            (1_000, BEARER, 200),
            (10_000, BEARER, 200),
            (30_000, BEARER, 413),
            (10_000, {}, 401),
        ):
            answer = client.post("/update", content=f"{INSERT} #{'x' * size}", headers=UPDATE | token)
            assert answer.status_code == status
        pieces = (b"#" * 1_000 for _ in range(40))
        assert client.post("/update", content=pieces, headers=UPDATE | BEARER).status_code == 413
        assert client.post("/sparql", data={"query": f"ASK {{}} #{'x' * 3_000}"}).status_code == 413


def test_each_attempt_leaves_one_line_without_secrets(ordinary: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tertius.audit")
    graph = "http://a.example/audit"
    send(ordinary, ("PUT", f"/store?graph={graph}", TURTLE, "<a:s> <a:p> 'hush' ."), **BEARER)
    send(ordinary, ("POST", f"/store?graph={graph}", TURTLE, "<a:s> <a:p> 'hush', 'more' ."), **BEARER)
    send(
        ordinary,
        ("POST", "/update", UPDATE, f"INSERT DATA {{ GRAPH <{graph}> {{ <a:s> <a:p> 'hush' }} GRAPH <a:b> {{}} }}"),
        **BEARER,
    )
    send(ordinary, ("DELETE", f"/store?graph={graph}", {}, ""), **BEARER)
    send(ordinary, ("DELETE", f"/store?graph={graph}", {}, ""), **BEARER)
    send(ordinary, ("POST", "/sparql", FORM, "update=nonsense 'hush'"), **BEARER)
    send(ordinary, ("POST", "/sparql", FORM, "query=ASK {}"), **BEARER)
    send(ordinary, WRITES[0])
    send(ordinary, WRITES[0], Authorization="Bearer hush-hush")

    def told(record: logging.LogRecord) -> tuple[Any, ...]:
        line = vars(record)
        return line["who"], line["kind"], line["status"], line["graphs"], line.get("quads")

    assert [told(r) for r in caplog.records] == [
        ("ada", "PUT", 201, [graph], 1),
        ("ada", "POST", 200, [graph], 1),
        ("ada", "update", 200, [graph], None),
        ("ada", "DELETE", 200, [graph], -2),
        ("ada", "DELETE", 404, [graph], None),
        ("ada", "update", 400, [], None),
        (None, "update", 401, [], None),
        (None, "update", 401, [], None),
    ]
    text = json.dumps([{k: str(v) for k, v in vars(r).items()} for r in caplog.records])
    assert "hush" not in text
    assert SECRET not in text
    revisions = [vars(r)["revision"] for r in caplog.records if "revision" in vars(r)]
    assert revisions == sorted(revisions)


def test_secrets_stand_in_no_log_and_no_error(service: Start) -> None:
    running: Service = service(NORLAND, tokens="ada:open-sesame,bo:other-secret")
    with running.client() as client:
        for given in ("Bearer open-sesame", "Bearer wrong-open-sesame", "Basic other-secret"):
            answer = client.post("/update", content="nonsense", headers=UPDATE | {"Authorization": given})
            assert "sesame" not in answer.text
            assert "other-secret" not in answer.text
    running.end()
    text = running.log.read_text()
    assert not re.search("sesame|other-secret|nonsense", text)
    lines = [json.loads(line) for line in text.splitlines() if '"tertius.audit"' in line]
    assert [line["status"] for line in lines] == [400, 401, 401]


def test_a_token_is_found_by_its_hash() -> None:
    tokens = Tokens([hashed("ada:open-sesame"), hashed("bo:other-secret")])
    assert [tokens.holder(f"Bearer {s}") for s in ("open-sesame", "other-secret", "open-sesam", "")] == [
        "ada", "bo", None, None,
    ]  # fmt: skip
    assert hashed(hashed("ada:open-sesame")) == hashed("ada:open-sesame")
    assert not Tokens([]).holder("Bearer ")


def test_the_command_line_makes_a_token() -> None:
    command = [sys.executable, "-m", "api", "token", "ada"]
    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True) for _ in range(2))
    found = re.fullmatch(r"secret   (\S{43})\nsetting  TERTIUS_TOKENS=(ada:sha256:[0-9a-f]{64})\n", first.stdout)
    assert found
    assert Tokens([found[2]]).holder(f"Bearer {found[1]}") == "ada"
    assert first.stdout != second.stdout
    refused = subprocess.run([*command[:-1], "a:b"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "NAME" in refused.stderr
