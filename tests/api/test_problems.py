"""Errors tell what was wrong, the value and the way out, as RFC 9457 problem details. Nothing breaks anything."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.services import NORLAND


def problem(client: TestClient, address: str, **parameters: Any) -> dict[str, Any]:
    """The problem that comes back, its general members checked."""
    answer = client.get(address, params=parameters) if parameters else client.get(address)
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == "about:blank"
    assert {"title", "detail"} <= body.keys()
    return body


def test_an_unknown_name_lists_candidates(norland: TestClient) -> None:
    assert problem(norland, "/entities/Nordland") == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "no entity is known as 'Nordland'; candidates: norland (state), sudland (state)",
        "error": "UnknownNameError",
        "value": "Nordland",
        "candidates": [
            {"id": "norland", "label": "Norland", "kind": "state"},
            {"id": "sudland", "label": "Sudland", "kind": "state"},
        ],
    }


@pytest.mark.parametrize(
    "name", ["subject", "object", "party", "involving", "about_subject", "topic", "attributed_to", "according_to"]
)
def test_unknown_and_ambiguous_names_in_filters_list_candidates(norland: TestClient, name: str) -> None:
    unknown = problem(norland, "/statements", **{name: "Nordland"})
    assert (unknown["status"], unknown["value"], unknown["candidates"][0]["id"]) == (404, "Nordland", "norland")
    ambiguous = problem(norland, "/statements", **{name: "the Republic"})
    assert (ambiguous["status"], [c["id"] for c in ambiguous["candidates"]]) == (422, ["sudland", "westmark"])
    assert (
        ambiguous["detail"] == "'the Republic' is ambiguous: give an id; candidates: sudland (state), westmark (state)"
    )


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("/who/invite", "invite"),
        ("/relations/invite", "invite"),
        ("/statements?relation=invite", "invite"),
        ("/statements?about_relation=invite", "invite"),
        ("/timeline?family=invitations", "invitations"),
        ("/relations?family=invitations", "invitations"),
        ("/statements?role=destinatoin", "destinatoin"),
    ],
)
def test_an_unknown_word_of_the_vocabulary_lists_candidates(norland: TestClient, address: str, value: str) -> None:
    body = problem(norland, address)
    assert (body["status"], body["value"]) == (404, value)
    assert body["candidates"]
    assert repr(value) in body["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "/statements/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/statements/x",
        "/sources/nowhere",
        "/statements?source=nowhere",
        "/statements?dataset=nowhere",
        "/statements?event=nowhere",
        "/nowhere",
        "/entities/a%2Fb/c",
    ],
)
def test_what_is_not_there_is_not_found(norland: TestClient, address: str) -> None:
    assert problem(norland, address)["status"] == 404


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/health?x=1", "unknown parameter 'x'; it takes none"),
        ("/entities/norland?q=1", "unknown parameter 'q'; it takes none"),
        ("/entities?name=nor", "unknown parameter 'name'; it takes limit, cursor, q, kind"),
        ("/statements?Subject=norland", "unknown parameter 'Subject'; it takes"),
        ("/statements?limit=1&limit=2", "parameter 'limit' is given 2 times and may be given once"),
        ("/who/invites?subject=norland&subject=sudland", "parameter 'subject' is given 2 times and may be given once"),
    ],
)
def test_unknown_and_repeated_parameters_are_errors(norland: TestClient, address: str, detail: str) -> None:
    body = problem(norland, address)
    assert body["status"] == 422
    assert body["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "1001"),
        ("limit", "9" * 5000),
        ("limit", "1e2"),
        ("limit", "１０"),
        ("limit", "1_0"),
        ("limit", "0x10"),
        ("limit", ""),
        ("exact", "maybe"),
        ("depth", "deep"),
        ("modality", "sure"),
        ("status", "new"),
        ("subject", ""),
        ("subject", "a" * 501),
        ("since", "yesterday"),
        ("since", "2031-02-30"),
        ("since", "2031-13"),
        ("since", "２０３１"),
        ("since", ".."),
        ("since", "99999"),
        ("since", "-0044"),
        ("until", "2031-03-05T10:00:00Z"),
        ("between", "norland"),
    ],
)
def test_impossible_values_are_refused_by_name(norland: TestClient, name: str, value: str) -> None:
    body = problem(norland, "/statements", **{name: value})
    assert body["status"] == 422
    assert name in body["detail"]
    assert len(body["detail"]) < 1500


def test_impossible_windows_are_refused(norland: TestClient) -> None:
    body = problem(norland, "/statements", since="2031", until="2030")
    assert (body["status"], body["parameter"]) == (422, "since")
    assert body["detail"] == "since: 2031-01-01 is after until, 2030-12-31: no day lies between"


def test_between_takes_two_different_actors(norland: TestClient) -> None:
    for pair in (["norland"], ["norland", "Northgate"], ["norland", "sudland", "westmark"]):
        body = problem(norland, "/who/mediates", between=pair)
        assert (body["status"], body["parameter"]) == (422, "between")


ODD = [
    "\x00", "a\x00b", "%00", "%", "%zz", "\ufeff", "\u202e", "𝔸", "🕊", "é", "e\u0301", "ﬀ", "İ", "ß",
    "１２", "\r\nX: y",
    "' OR 1=1", '"', "<script>", "{}", "../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "\\", "*",
    "a" * 500, " ", "\t", ":", "destination:", ":norland", "destination:\x00", "NaN", "inf", "null", "[]", "2031/2030",
    "/", "~", "1?", "2031-03~", "(2031)", "Y-1", "2031-21", "[2031..]",
]  # fmt: skip


def odd_requests() -> Iterator[tuple[str, str]]:
    """Each parameter once: paths that share their parameters read them by the same code."""
    paths = create_app(Settings(data="none")).openapi()["paths"]
    seen: set[str] = set()
    for path in ("/statements", "/who/{question}", "/timeline", "/entities"):
        for parameter in paths[path]["get"]["parameters"]:
            if parameter["in"] == "query" and parameter["name"] not in seen:
                seen.add(parameter["name"])
                yield path.format(question="mediates"), parameter["name"]


@pytest.mark.parametrize(("path", "name"), list(odd_requests()))
def test_odd_values_are_answered_or_refused_and_never_break(norland: TestClient, path: str, name: str) -> None:
    for value in ODD:
        answer = norland.get(path, params={name: value})
        assert answer.status_code in (200, 404, 422), (value, answer.text)
        if answer.status_code != 200:
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("template", ["/entities/{}", "/relations/{}", "/sources/{}", "/statements/{}", "/who/{}"])
def test_odd_ids_are_not_found(norland: TestClient, template: str) -> None:
    for value in ODD:
        if value in ("/", "../../etc/passwd", "http://127.0.0.1/", "file:///etc/passwd", "{}"):
            continue
        body = problem(norland, template.format(quote(value, safe="")))
        assert body["status"] in (404, 422), value


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("q=%FF", 400),
        ("q=%C3", 400),
        ("q=%ED%A0%80", 400),  # a lone surrogate
        ("%FF=1", 400),
        ("q=%C0%AF", 400),
        ("q=%00", 200),
        ("q=%F0%9F%95%8A", 200),
        ("q=a+b%20c", 200),
        ("q=%2541", 200),  # decoded once: the four characters %41
        ("q", 422),
        ("&&&", 200),
        ("=", 422),
        ("q=a;b", 200),
    ],
)
def test_encodings_of_the_query_string(norland: TestClient, raw: str, status: int) -> None:
    answer = norland.get(f"/entities?{raw}")
    assert answer.status_code == status, answer.text


def test_values_are_decoded_once(norland: TestClient) -> None:
    assert problem(norland, "/statements?subject=%2541da")["value"] == "%41da"


@pytest.mark.parametrize("path", ["/statements", "/health", "/who/invites", "/conflicts"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(norland: TestClient, path: str, method: str) -> None:
    answer = norland.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in answer.headers["allow"]
    assert answer.json()["detail"] == f"{method} is not allowed at {path}; GET is"


def test_an_address_too_long_is_refused(norland: TestClient) -> None:
    body = problem(norland, f"/entities?q={'a' * 62_000}")
    assert body["status"] == 414
    assert body["detail"] == "the address has 62011 bytes, at most 61440 are read"


def test_an_unexpected_error_is_a_plain_500() -> None:
    app = create_app(Settings(data=str(NORLAND)))
    # Nothing is raised to the server, which would hang up on the client.
    with TestClient(app, raise_server_exceptions=True) as client:
        app.state.tertius.texts = None
        body = problem(client, "/statements")
    assert body["detail"] == "an unexpected error happened; it has been logged"
