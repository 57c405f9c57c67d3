"""Changes are applied in a process that can be killed: whatever they do, the service goes on and nothing is changed."""

import threading
import time
from collections.abc import Iterator

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.api.services import NORLAND, client_of

TOKEN = "open-sesame"  # noqa: S105 - of this test
PRODUCT = " ".join(f"GRAPH ?g{i} {{ ?a{i} ?b{i} ?c{i} }}" for i in range(6))
ENDLESS = f"INSERT {{ <a:a> <a:b> ?n }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }} }}"


@pytest.fixture(scope="module")
def writable() -> Iterator[TestClient]:
    with client_of(
        NORLAND, tokens=f"ada:{TOKEN}", raw_rdf=True, update_timeout=1, query_memory=512, query_timeout=5
    ) as client:
        yield client


def update(client: TestClient, text: str) -> httpx2.Response:
    headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {TOKEN}"}
    return client.post("/update", content=text.encode(), headers=headers)


def test_an_update_without_end_is_ended_and_changes_nothing(writable: TestClient) -> None:
    before = writable.get("/health").json()
    assert update(writable, "ASK {}").status_code == 400  # the process is warm now
    began = time.monotonic()
    answer = update(writable, ENDLESS)
    took = time.monotonic() - began
    assert (answer.status_code, answer.json()["detail"]) == (503, "the update took longer than 1 seconds and was ended")
    assert 1 <= took < 2
    assert writable.get("/health").json() == before


@pytest.mark.slow
def test_others_are_answered_while_an_update_runs(writable: TestClient) -> None:
    answers: list[httpx2.Response] = []
    running = threading.Thread(target=lambda: answers.append(update(writable, ENDLESS)))
    running.start()
    time.sleep(0.3)
    assert writable.get("/sparql", params={"query": "ASK {}"}).status_code == 200
    assert writable.get("/who/invites").status_code == 200
    running.join()
    assert answers[0].status_code == 503


@pytest.mark.slow
def test_an_update_that_needs_too_much_memory_is_ended_alone(writable: TestClient) -> None:
    double = "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(40))
    answer = update(writable, f"INSERT {{ <a:a> <a:b> ?x40 }} WHERE {{ BIND('xxxxxxxx' AS ?x0) {double} }}")
    assert answer.status_code in (422, 503), answer.text
    assert update(writable, "INSERT DATA { <a:a> <a:b> <a:c> }").status_code == 200
    assert writable.get("/sparql", params={"query": "ASK { GRAPH ?g { ?s ?p ?o } }"}).json()["boolean"] is True


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("INSERT DATA { <a:a> <a:b> }", 400),
        ("LOAD <http://127.0.0.1:9/>", 403),
        ("LOAD <file:///etc/passwd>", 403),
        ("INSERT { <a:a> <a:b> ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
    ],
)
def test_what_is_wrong_with_an_update_is_told_as_without_the_process(
    writable: TestClient, text: str, status: int
) -> None:
    answer = update(writable, text)
    assert answer.status_code == status, answer.text


@pytest.mark.slow
def test_an_update_nested_too_deep_for_the_usual_stack_does_not_end_the_service(writable: TestClient) -> None:
    answer = update(writable, "INSERT DATA { <a:a> <a:b> " + "(" * 5000 + "1" + ")" * 5000 + " }")
    assert answer.status_code in (200, 400, 403, 422, 503), answer.text
    assert update(writable, "INSERT DATA { <a:a> <a:b> <a:d> }").status_code == 200


def test_terms_nested_in_terms_do_not_end_the_service(writable: TestClient) -> None:
    """Whoever read such a term again would need a stack as large as that of the process that took it in."""
    term = "<<( <a:a> <a:b> " * 20_000 + "1" + " )>>" * 20_000
    for answer in (
        update(writable, f"INSERT DATA {{ <a:a> <a:b> {term} }}"),
        update(writable, f"INSERT {{ <a:a> <a:b> ?o }} WHERE {{ BIND({term} AS ?o) }}"),
        writable.put(
            "/store?graph=a:g", content=f"<a:a> <a:b> {term} .",
            headers={"Content-Type": "text/turtle", "Authorization": f"Bearer {TOKEN}"},
        ),
    ):  # fmt: skip
        assert answer.status_code in (400, 403, 422, 500, 503), answer.text
    assert update(writable, "INSERT DATA { <a:a> <a:b> <a:e> }").status_code == 200
