"""Whole graphs over HTTP: how they are named, what each method answers, and that a refusal changes nothing."""

import itertools
from collections.abc import Iterator

import httpx2
import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from starlette.testclient import TestClient

from tests.api.services import BEARER, NORLAND, ORDINARY, SECRET, client_of

TURTLE = "text/turtle"
NUMBERS = itertools.count()
S, P = URIRef("a:s"), URIRef("a:p")
FORMATS = {
    "text/turtle": '<s> <a:p> "x"@en .',
    "application/n-triples": '<http://a.example/s> <a:p> "x"@en .',
    "application/n-quads": '<http://a.example/s> <a:p> "x"@en .',
    "application/trig": '<s> <a:p> "x"@en .',
    "application/ld+json": '{"@id": "s", "a:p": {"@value": "x", "@language": "en"}}',
    "application/rdf+xml": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="s">'
        '<p xmlns="a:" xml:lang="en">x</p></rdf:Description></rdf:RDF>'
    ),
}


@pytest.fixture
def graph() -> str:
    """The IRI of a graph that nobody has written to yet."""
    return f"http://a.example/graph-{next(NUMBERS)}"


@pytest.fixture
def here(ordinary: TestClient) -> str:
    """The path of a graph that nobody has written to yet, named by its own address."""
    return f"/store/there/{next(NUMBERS)}.ttl"


def send(
    client: TestClient, method: str, path: str, body: str | bytes = "", content_type: str | None = TURTLE
) -> httpx2.Response:
    headers = BEARER | ({"Content-Type": content_type} if content_type else {})
    return client.request(method, path, content=body, headers=headers)


def at(graph: str) -> str:
    return f"/store?graph={graph}"


def values(client: TestClient, path: str) -> list[str]:
    """The values of the property `a:p` in a graph."""
    answer = client.get(path, headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200, answer.text
    return sorted(str(o) for o in Graph().parse(data=answer.content, format="nt").objects(None, P))


def quads(answer: httpx2.Response) -> set[str]:
    """The quads of an answer, as N-Quads without their ends."""
    format = ox.RdfFormat.from_media_type(answer.headers["content-type"])
    return {str(quad) for quad in ox.parse(answer.content, format=format)}


def detail(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


@pytest.mark.parametrize("direct", [True, False])
def test_a_graph_is_made_replaced_added_to_and_removed(
    ordinary: TestClient, graph: str, here: str, direct: bool
) -> None:
    path = here if direct else at(graph)
    assert detail(ordinary.get(path), 404)
    assert detail(send(ordinary, "DELETE", path), 404)
    assert send(ordinary, "PUT", path, "<a:s> <a:p> 1 .").status_code == 201
    assert values(ordinary, path) == ["1"]
    answer = send(ordinary, "PUT", path, "<a:s> <a:p> 2 .")
    assert (answer.status_code, answer.content) == (204, b"")
    assert values(ordinary, path) == ["2"]
    assert send(ordinary, "POST", path, "<a:s> <a:p> 3 .").status_code == 200
    assert values(ordinary, path) == ["2", "3"]
    assert send(ordinary, "DELETE", path).status_code == 200
    assert detail(ordinary.get(path), 404)
    assert send(ordinary, "POST", path, "<a:s> <a:p> 4 .").status_code == 201
    assert values(ordinary, path) == ["4"]


def test_a_graph_has_one_name_in_both_ways(ordinary: TestClient, here: str) -> None:
    send(ordinary, "PUT", here, "<> <a:p> 1 .")
    named = at(f"http://testserver{here}")
    assert ordinary.get(named).content == ordinary.get(here).content
    asked = ordinary.get("/sparql", params={"query": f"ASK {{ GRAPH <http://testserver{here}> {{ ?s ?p 1 }} }}"})
    assert asked.json()["boolean"] is True
    odd = "/store/a%20b/%C3%A9?"
    send(ordinary, "PUT", odd, "<a:s> <a:p> 1 .")
    assert values(ordinary, "/store?graph=http://testserver/store/a%2520b/%25C3%25A9") == ["1"]


def test_the_default_graph_is_always_there(ordinary: TestClient) -> None:
    send(ordinary, "DELETE", "/store?default")
    assert values(ordinary, "/store?default") == []
    assert send(ordinary, "PUT", "/store?default", "<a:s> <a:p> 1 .").status_code == 201
    assert send(ordinary, "PUT", "/store?default", "<a:s> <a:p> 1 .").status_code == 204
    assert send(ordinary, "POST", "/store?default=", "<a:s> <a:p> 2 .").status_code == 200
    assert values(ordinary, "/store?default") == ["1", "2"]
    assert send(ordinary, "DELETE", "/store?default").status_code == 200
    assert values(ordinary, "/store?default") == []


def test_an_empty_body_makes_an_empty_graph_that_is_there(ordinary: TestClient, graph: str) -> None:
    assert send(ordinary, "PUT", at(graph), "", None).status_code == 201
    assert values(ordinary, at(graph)) == []
    send(ordinary, "PUT", at(graph), "<a:s> <a:p> 1 .")
    assert send(ordinary, "POST", at(graph), "").status_code == 204
    assert values(ordinary, at(graph)) == ["1"]
    for content_type in FORMATS:
        assert send(ordinary, "PUT", at(graph), "", content_type).status_code == 204
        assert values(ordinary, at(graph)) == []


def test_head_is_get_without_its_body(ordinary: TestClient, here: str) -> None:
    send(ordinary, "PUT", here, "<a:s> <a:p> 1 .")
    for path in (here, "/store", "/store?default", "/store/nowhere", "/store?graph=x"):
        head, get = ordinary.head(path), ordinary.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        for name in ("content-type", "content-length", "etag"):
            assert head.headers.get(name) == get.headers.get(name)


def test_what_is_posted_to_the_store_is_a_new_graph_with_an_address(ordinary: TestClient) -> None:
    answers = [
        send(ordinary, "POST", path, f"<> <a:p> {n} .") for n, path in enumerate(("/store", "/store", "/store/"))
    ]
    places = [a.headers["location"] for a in answers]
    assert [a.status_code for a in answers] == [201] * 3
    assert len(set(places)) == 3
    for n, place in enumerate(places):
        assert place.startswith("http://testserver/store/")
        graph = Graph().parse(data=ordinary.get(place).text)
        assert list(graph) == [(URIRef(place), P, Literal(n))]


@pytest.mark.parametrize("content_type", FORMATS)
def test_every_format_is_read_and_written(ordinary: TestClient, content_type: str, graph: str) -> None:
    text = FORMATS[content_type]
    assert send(ordinary, "PUT", at(graph), text, f"{content_type.upper()};charset=UTF-8").status_code == 201
    answer = ordinary.get(at(graph), headers={"Accept": f"{content_type}; charset=utf-8"})
    assert answer.headers["content-type"].partition(";")[0] == content_type
    assert answer.headers["vary"].startswith("Accept")
    # Relative IRIs are those of the graph's own.
    assert quads(answer) == {'<http://a.example/s> <a:p> "x"@en'}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle"),
        ("*/*", "text/turtle"),
        ("text/*", "text/turtle"),
        ("application/json", "application/ld+json"),
        ("application/xml", "application/rdf+xml"),
        ("text/plain", "application/n-triples"),
        ("text/turtle;q=0.1, application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0, */*;q=0.1", "application/n-triples"),
        ("image/png", None),
        ("text/html", None),
    ],
)
def test_the_answer_has_the_type_that_the_client_prefers(
    ordinary: TestClient, accept: str | None, content_type: str | None
) -> None:
    answer = ordinary.get("/store?default", headers={"Accept": accept} if accept else {})
    if content_type is None:
        assert "text/turtle" in detail(answer, 406)
        assert answer.headers["vary"].startswith("Accept")
    else:
        assert answer.headers["content-type"].partition(";")[0] == content_type


def test_the_whole_store_is_a_dataset(ordinary: TestClient, graph: str) -> None:
    send(ordinary, "PUT", at(graph), "<a:s> <a:p> 1 .")
    for accept in (None, "application/trig", "application/ld+json"):
        answer = ordinary.get("/store", headers={"Accept": accept} if accept else {})
        assert f'<a:s> <a:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <{graph}>' in quads(answer)
    assert detail(ordinary.get("/store", headers={"Accept": TURTLE}), 406)


def test_a_tag_holds_until_something_is_written(ordinary: TestClient, graph: str) -> None:
    send(ordinary, "PUT", at(graph), "<a:s> <a:p> 1 .")
    tag = ordinary.get(at(graph)).headers["etag"]
    assert ordinary.get(at(graph), headers={"If-None-Match": tag}).status_code == 304
    assert ordinary.get(at(graph), headers={"If-None-Match": tag, "Accept": "application/trig"}).status_code == 200
    send(ordinary, "PUT", at(graph), "<a:s> <a:p> 2 .")
    assert ordinary.get(at(graph), headers={"If-None-Match": tag}).status_code == 200


# Refusals


@pytest.fixture
def unchanged(ordinary: TestClient) -> Iterator[None]:
    """Fails the test if it has changed anything."""
    before = ordinary.get("/store").content
    yield
    assert ordinary.get("/store").content == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/store", "/store/", "/store?"])
def test_what_names_no_graph_wipes_nothing(ordinary: TestClient, unchanged: None, method: str, path: str) -> None:
    assert "?graph=IRI" in detail(send(ordinary, method, path, "<a:s> <a:p> 1 ."), 400)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize(
    "query",
    [
        "default&graph=http://a.example/one",
        "graph=http://a.example/one&graph=http://a.example/two",
        "default&default",
        "default=yes",
        "graph=",
        "graph=one",
        "graph=http://[",
        "graph=http://a.example/a%20b",
        "graph=http://a.example/%3Cb%3E",
        "graph=%FF",
        "graphs=http://a.example/one",
        "graph=http://a.example/one&base=http://a.example/",
    ],
)
def test_a_request_is_about_one_graph_with_an_absolute_name(
    ordinary: TestClient, unchanged: None, method: str, query: str
) -> None:
    assert detail(send(ordinary, method, f"/store?{query}", "<a:s> <a:p> 1 ."), 400)


def test_an_address_that_names_a_graph_takes_no_other(ordinary: TestClient, unchanged: None, here: str) -> None:
    assert detail(send(ordinary, "PUT", f"{here}?default", "<a:s> <a:p> 1 ."), 400)


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/json",
        "image/png",
        "nonsense",
        "application/sparql-update",
        "text/turtle; charset=utf-16",
    ],
)
def test_other_types_are_415(ordinary: TestClient, unchanged: None, method: str, content_type: str) -> None:
    assert "text/turtle" in detail(send(ordinary, method, "/store?default", "<a:s> <a:p> 1 .", content_type), 415) or (
        "charset" in content_type
    )


def test_a_body_without_a_type_is_415(ordinary: TestClient, unchanged: None) -> None:
    assert detail(send(ordinary, "PUT", "/store?default", "<a:s> <a:p> 1 .", None), 415)


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (TURTLE, "<a:s> <a:p> 1 . <a:s> <a:p>"),
        (TURTLE, b"<a:s> <a:p> '\xff' ."),
        (TURTLE, "nosuch:s a nosuch:o ."),
        ("application/n-triples", "<s> <a:p> 1 ."),
        ("application/n-quads", "<a:s> <a:p> <a:o> <a:other-graph> ."),
        ("application/trig", "<a:g> { <a:s> <a:p> 1 }"),
        ("application/ld+json", "{"),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/context", "@id": "a:s", "p": 1}'),
        ("application/rdf+xml", "<rdf:RDF>"),
        (
            "application/rdf+xml",
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
            '22-rdf-syntax-ns#"><rdf:Description rdf:about="a:s"><p xmlns="a:">&x;</p></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_what_does_not_parse_is_400_and_changes_nothing(
    ordinary: TestClient, unchanged: None, method: str, content_type: str, body: str | bytes
) -> None:
    assert detail(send(ordinary, method, "/store?default", body, content_type), 400)


def test_other_methods_are_405(ordinary: TestClient, here: str) -> None:
    for path in ("/store", here):
        answer = ordinary.patch(path, headers=BEARER)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, PUT, POST, DELETE, OPTIONS")
        assert ordinary.options(path).headers["allow"] == answer.headers["allow"]


# Files in a form


def test_a_form_may_hold_several_files(ordinary: TestClient, graph: str) -> None:
    send(ordinary, "PUT", at(graph), "<a:s> <a:p> 1 .")
    files = [
        ("a", ("one", b"<s> <a:p> 2 .\r\n\r\n# caf\xc3\xa9", "text/turtle; charset=utf-8")),
        ("b", ("two.TTL", b"<s> <a:p> 3 .", "application/octet-stream")),
        ("c", ("three.rdf", FORMATS["application/rdf+xml"].encode(), "text/xml")),
        ("d", ("four.nt", b'<a:s> <a:p> "\xc3\xa9\\r" .', "")),
    ]
    for method, found in (("POST", ["1", "2", "3", "x", "é\r"]), ("PUT", ["2", "3", "x", "é\r"])):
        answer = ordinary.request(method, at(graph), files=files, headers=BEARER)
        assert answer.status_code in (200, 204), answer.text
        assert values(ordinary, at(graph)) == found


def test_blank_nodes_of_two_files_are_not_the_same(ordinary: TestClient, graph: str) -> None:
    files = [(n, (f"{n}.ttl", f"_:x <a:p> '{n}' .".encode(), TURTLE)) for n in "ab"]
    ordinary.post(at(graph), files=files, headers=BEARER)
    found = Graph().parse(data=ordinary.get(at(graph)).text)
    assert isomorphic(found, Graph().parse(data="[] <a:p> 'a' . [] <a:p> 'b' ."))


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 400),
        (b"nonsense", "multipart/form-data; boundary=x", 400),
        (b"--x\r\n\r\n<a:s> <a:p> 1 .\r\n--x--\r\n", "multipart/form-data", 400),
        (b"--x\r\nContent-Type: text/turtle\r\n\r\n<a:s> <a:p> 1 .", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nContent-Type: text/turtle\r\n\r\n<a:s> <a:p>\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nContent-Type: image/png\r\n\r\n<a:s> <a:p> 1 .\r\n--x--\r\n", "multipart/form-data; boundary=x", 415),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.ttl"\r\n\r\n<a:s> <a:p> 1 .\r\n'
            b'--x\r\nContent-Disposition: form-data; name="b"; filename="b.txt"\r\n\r\n<a:s> <a:p> 2 .\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            415,
        ),
    ],
)
def test_a_form_that_cannot_be_read_changes_nothing(
    ordinary: TestClient, unchanged: None, body: bytes, content_type: str, status: int
) -> None:
    assert detail(send(ordinary, "POST", "/store?default", body, content_type), status)


# A store of statements


def test_a_graph_of_statements_comes_back_as_it_was_sent() -> None:
    with client_of(NORLAND, tokens=f"ada:{SECRET}") as client:
        before = client.get("/health").json()
        path = at("https://tertius.example/id/source/gazette-1")
        turtle = client.get(path).content
        assert b"@prefix" in turtle
        assert send(client, "PUT", path, turtle).status_code == 204
        assert client.get("/health").json()["statements"] == before["statements"]
        answer = send(client, "PUT", path, "<a:s> <a:p> 1 .")
        assert answer.status_code == 422
        assert answer.json()["findings"]
        assert client.get(path).content.count(b"\n") == turtle.count(b"\n")
        assert send(client, "DELETE", at("https://tertius.example/graph/edges")).status_code == 422
        assert send(client, "POST", "/store", "<a:s> <a:p> 1 .").status_code == 422


def test_the_strict_dataset_is_seen_whatever_queries_see(norland: TestClient) -> None:
    assert norland.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"] is True
    assert norland.get("/store?default", headers={"Accept": "application/n-triples"}).content == b""


@pytest.mark.slow
def test_a_large_graph_is_sent_whole() -> None:
    with client_of("none", **ORDINARY) as client:
        body = "".join(f'<a:s> <a:p> "{n:0100}" .\n' for n in range(20_000))
        assert send(client, "PUT", "/store/large", body, "application/n-triples").status_code == 201
        answer = client.get("/store/large", headers={"Accept": "application/n-triples"})
        assert int(answer.headers["content-length"]) == len(answer.content) > 2_000_000
        assert sorted(answer.text.splitlines()) == sorted(body.splitlines())


def test_a_graph_that_others_have_written_meanwhile_is_not_overwritten(ordinary: TestClient) -> None:
    address, turtle = "/store?graph=http://x.example/matched", BEARER | {"Content-Type": "text/turtle"}
    assert ordinary.put(address, content="<a:a> <a:b> 1 .", headers=turtle).status_code == 201
    tag = ordinary.get(address, headers={"Accept": "text/turtle"}).headers["etag"]
    assert ordinary.put(address, content="<a:a> <a:b> 2 .", headers=turtle | {"If-Match": tag}).status_code == 204
    for late in (ordinary.put(address, content="<a:a> <a:b> 3 .", headers=turtle | {"If-Match": tag}),
                 ordinary.delete(address, headers=BEARER | {"If-Match": f'"x", {tag}'})):  # fmt: skip
        assert late.status_code == 412
        assert "GET it again" in late.json()["detail"]
    assert " 2 " in ordinary.get(address, headers={"Accept": "text/turtle"}).text
    assert ordinary.delete(address, headers=BEARER | {"If-Match": "*"}).status_code == 200
