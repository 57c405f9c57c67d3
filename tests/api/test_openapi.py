"""The description is true: every parameter is explained, every example works, and no page asks elsewhere."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.named_queries import named_queries

Operation = tuple[str, str, dict[str, Any]]


def operations() -> list[Operation]:
    """Path, method and description of everything."""
    paths = create_app(Settings(data="none")).openapi()["paths"]
    return [(path, method, operation) for path, methods in paths.items() for method, operation in methods.items()]


OPERATIONS = operations()
GETS = [o for o in OPERATIONS if o[1] == "get"]


def named(operation: Operation) -> str:
    return f"{operation[1]} {operation[0]}"


def test_every_path_of_the_service_is_described() -> None:
    assert {path for path, _, _ in OPERATIONS} == {
        "/", "/health", "/entities", "/entities/{id}", "/relations", "/relations/{id}", "/sources", "/sources/{id}",
        "/statements", "/statements.csv", "/statements.jsonl", "/statements/{id}", "/statements/{id}/record",
        "/datasets", "/datasets/{id}", "/datasets/{id}/rejects", "/who/{question}", "/conflicts",
        "/tables/{unit}", "/tables/{unit}.{format}", "/tables/{unit}/codebook",
        "/timeline", "/sparql", "/update", "/store", "/ontology", "/ontology.{format}",
        "/id/{kind}/{id}", "/doc/{kind}/{id}", "/graph/{id}", "/void", "/void.{format}", "/.well-known/void",
        "/examples", "/examples.{format}", "/query",
        "/network.svg", "/network.png", "/timeline.svg", "/timeline.png",
        "/names/{name}", "/entities.jsonl", "/network", "/network.{format}", "/network/paths", "/network/compare",
        "/network/measures", "/network/brokerage", "/network/balance", "/network/mediators", "/mediations",
        "/agreement", "/adjudications",
        "/citations", "/citations/{id}", "/citations/{id}/answer", "/citations/{id}/changes", "/differences",
        "/questions", *(f"/questions/{name}" for name in named_queries()),
    }  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_every_operation_and_parameter_is_explained(operation: Operation) -> None:
    path, _, described = operation
    assert described["summary"]
    assert described["description"]
    for parameter in described.get("parameters", []):
        assert parameter.get("description"), (path, parameter["name"])
        assert parameter["schema"].get("examples"), (path, parameter["name"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_errors_are_described_as_problems(operation: Operation) -> None:
    for status, response in operation[2]["responses"].items():
        if status.startswith(("4", "5")):
            assert list(response["content"]) == ["application/problem+json"]


def requests(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """An address and parameters for each example, the others left out."""
    path, _, described = operation
    parameters = described.get("parameters", [])
    places = {p["name"]: p["schema"]["examples"] for p in parameters if p["in"] == "path"}
    plain = path.format(**{name: examples[0] for name, examples in places.items()})
    for name, examples in places.items():
        for example in examples:
            yield path.format(**({n: e[0] for n, e in places.items()} | {name: example})), {}
    # What is required has to be there.
    always = {p["name"]: p["schema"]["examples"][0] for p in parameters if p["in"] == "query" and p.get("required")}
    if path == "/sparql":  # without a query it has nothing to answer
        always = {"query": "ASK {}"}
    yield plain, always
    if path.endswith((".png", "/network.{format}")):
        return  # the picture that .svg gives, or the network of /network, of the same parameters
    for parameter in parameters:
        if parameter["in"] == "query":
            for example in parameter["schema"]["examples"]:
                yield plain, always | {parameter["name"]: example}


DRAWN = {"/network.svg", "/timeline.svg"}
"""Their examples are a picture each, which takes a while."""


@pytest.mark.parametrize(
    "operation",
    [pytest.param(o, marks=[pytest.mark.slow] * (o[0] in DRAWN)) for o in GETS],
    ids=[named(o) for o in GETS],
)
def test_every_example_works(talks: TestClient, operation: Operation) -> None:
    # The id of a citation is that of one store: one is made for it.
    cited = talks.post("/citations", json={"target": "/who/invites"}).headers["location"]
    for example, parameters in requests(operation):
        path = re.sub(r"^/citations/[^/]+", cited, example)
        answer = talks.get(path, params=parameters)
        # The article's statements are curated: no record of a file is behind them.
        expected = 404 if path.endswith("/record") else 200
        assert answer.status_code == expected, (path, parameters, answer.text)


# What took place between actors, what is of mediation and what two have coded is less than what filters find.
FEWER = {"/network/measures", "/network/brokerage", "/mediations", "/agreement"}


@pytest.mark.parametrize(
    "operation", [o for o in GETS if not re.search(r"\{|\.(svg|png)$", o[0]) and o[0] not in FEWER], ids=named
)
def test_examples_of_filters_find_something(talks: TestClient, operation: Operation) -> None:
    for path, parameters in requests(operation):
        answer = talks.get(path, params=parameters)
        if answer.headers["content-type"] == "application/json" and "total" in answer.json():
            # No statement of the article bears an anchored date; the window is for the reader to see. What there is
            # said of other statements joins no two actors.
            nothing = {"until"} | ({"about_relation", "about_subject"} if path == "/network/compare" else set())
            assert answer.json()["total"] or nothing & parameters.keys(), (path, parameters)


def test_posted_examples_work(talks: TestClient) -> None:
    body = create_app(Settings(data="none")).openapi()["paths"]["/sparql"]["post"]["requestBody"]["content"]
    query = body["application/sparql-query"]["example"]
    answer = talks.post("/sparql", content=query, headers={"Content-Type": "application/sparql-query"})
    assert answer.json()["boolean"] is True


def test_written_examples_work() -> None:
    settings = Settings(data="none", raw_rdf=True, tokens=("ada:open-sesame",))
    paths = create_app(settings).openapi()["paths"]
    done = []
    with TestClient(create_app(settings), headers={"Authorization": "Bearer open-sesame"}) as client:
        for path, method in (("/update", "post"), ("/store", "put"), ("/store", "post"), ("/store", "delete")):
            described = paths[path][method]
            examples = [p["schema"]["examples"][0] for p in described.get("parameters", []) if p["name"] == "graph"]
            for media_type, body in described.get("requestBody", {"content": {"": {"example": ""}}})["content"].items():
                if "example" in body:
                    answer = client.request(
                        method, path, params={"graph": examples[0]} if examples else {}, content=body["example"],
                        headers={"Content-Type": media_type},
                    )  # fmt: skip
                    done.append((method, path, answer.status_code))
    assert done == [
        ("post", "/update", 200),
        ("put", "/store", 201),
        ("post", "/store", 200),
        ("delete", "/store", 200),
    ]


def test_pages_ask_nothing_of_other_hosts(talks: TestClient) -> None:
    for path in ("/", "/docs", "/ontology"):
        page = talks.get(path, headers={"Accept": "text/html"}).text
        loaded = re.findall(r"""(?:src|<link[^>]*href)\s*=\s*["']([^"']+)""", page)
        assert [a for a in loaded if re.match(r"(?:[a-z]+:)?//", a)] == []
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", page)
        for address in loaded:
            assert talks.get(address).status_code == 200
    # Swagger's own default asks a validator on the web.
    assert '"validatorUrl": null' in talks.get("/docs").text


@pytest.mark.parametrize("data", ["norland", "talks"])
def test_every_link_of_the_start_page_answers(data: str, request: pytest.FixtureRequest) -> None:
    client: TestClient = request.getfixturevalue(data)
    page = client.get("/", headers={"Accept": "text/html"}).text
    links = [html.unescape(a) for a in re.findall(r'href="([^"]+)"', page)]
    described = {path.partition("?")[0] for path in links}
    for path in ("/docs", "/openapi.json", "/sparql", "/ontology", "/relations", "/sources", "/statements", "/health"):
        assert path in described
    assert {path for path, _, _ in GETS if path.startswith("/network") and not path.endswith((".png", "}"))} < described
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, (link, answer.text[:500])
    listed = client.get("/", headers={"Accept": "application/json"}).json()["links"]
    assert {link["href"] for link in listed} <= set(links)


@pytest.mark.parametrize("data", ["norland", "talks"])
def test_the_questions_of_the_start_page_have_answers(data: str, request: pytest.FixtureRequest) -> None:
    client: TestClient = request.getfixturevalue(data)
    links = client.get("/", headers={"Accept": "application/json"}).json()["links"]
    asked = [link["href"] for link in links if link["href"].startswith(("/who/", "/statements?"))]
    assert any("between=" in address for address in asked)
    for address in asked:
        assert client.get(address).json()["total"] > 0, address


def test_the_vocabulary_is_a_page_or_turtle(talks: TestClient) -> None:
    page = talks.get("/ontology")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "is invited by" in page.text
    turtle = talks.get("/ontology", headers={"Accept": "text/turtle"})
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    assert 'rdfs:label "invites"@en' in turtle.text
    assert talks.get("/ontology", headers={"Accept": "image/png"}).status_code == 406
