"""/sparql as the protocol wants it: how a query may come, how its answer may go, which status means what."""

import csv
import gzip
import io
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from rdflib import Graph
from starlette.testclient import TestClient

from tests.api.services import NORLAND, client_of

INVITES = "SELECT ?who ?whom { ?who r:invites ?whom } ORDER BY ?whom"
CONSTRUCT = "CONSTRUCT { ?o r:invites ?s } WHERE { ?s r:invites ?o }"
ASK = "ASK { e:norland r:invites e:bo-sund }"
E = "https://tertius.example/id/entity"
ROWS = [(f"{E}/norland", f"{E}/bo-sund")]
PLAIN = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
AS_CSV = {"Accept": "text/csv"}


def get(client: TestClient, query: str, accept: str | None = None) -> httpx2.Response:
    headers = {"Accept": accept} if accept is not None else {}
    return client.get("/sparql", params={"query": query}, headers=headers)


def post(client: TestClient, content: str | bytes, content_type: str | None) -> httpx2.Response:
    headers = {"Content-Type": content_type} if content_type is not None else {}
    return client.post("/sparql", content=content, headers=headers)


def rows(answer: httpx2.Response) -> list[tuple[str, ...]]:
    """Solutions of a JSON answer, as its variables are ordered."""
    body = answer.json()
    return [
        tuple(b[v]["value"] for v in sorted(body["head"]["vars"], reverse=True)) for b in body["results"]["bindings"]
    ]


def status_and_detail(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["detail"]


def test_select_ask_construct_and_describe_are_answered(norland: TestClient) -> None:
    assert [
        (b["who"]["value"], b["whom"]["value"]) for b in get(norland, INVITES).json()["results"]["bindings"]
    ] == ROWS
    assert get(norland, ASK).json() == {"head": {}, "boolean": True}
    graph = Graph().parse(data=get(norland, CONSTRUCT).text, format="turtle")
    assert [tuple(map(str, t)) for t in graph] == [
        (f"{E}/bo-sund", "https://tertius.example/id/relation/invites", f"{E}/norland")
    ]
    assert len(Graph().parse(data=get(norland, "DESCRIBE e:norland").text, format="turtle")) > 3


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (INVITES, None, "application/sparql-results+json"),
        (INVITES, "", "application/sparql-results+json"),
        (INVITES, "*/*", "application/sparql-results+json"),
        (INVITES, "application/*", "application/sparql-results+json"),
        (INVITES, "application/json", "application/sparql-results+json"),
        (INVITES, "text/*", "text/csv"),
        (INVITES, "text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values"),
        (INVITES, "text/csv;q=0.4, application/sparql-results+xml;q=0.5, */*;q=0.1", "application/sparql-results+xml"),
        (INVITES, "TEXT/CSV", "text/csv"),
        (INVITES, "text/csv; charset=utf-8", "text/csv"),
        (INVITES, "nonsense, text/csv", "text/csv"),
        (INVITES, "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        (INVITES, "text/turtle, text/csv;q=0.1", "text/csv"),
        (ASK, "text/csv, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
        (CONSTRUCT, None, "text/turtle"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "text/plain", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/json", "application/ld+json"),
        (CONSTRUCT, "application/xml", "application/rdf+xml"),
        (INVITES, "text/xml", "application/sparql-results+xml"),
        (INVITES, "text/csv, */*", "text/csv"),
        (INVITES, "*/*, text/csv;q=0.9", "application/sparql-results+json"),
        (INVITES, "*; q=.2, text/csv; q=.1", "application/sparql-results+json"),
        (INVITES, "text/csv;q=1.5, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
        (INVITES, 'text/csv;a="b,c;q=0", text/tab-separated-values;q=0.1', "text/csv"),
        (INVITES, 'text/csv;a="b', "text/csv"),
        (INVITES, "text/*;q=0.5, text/csv;q=0", "text/tab-separated-values"),
        (CONSTRUCT, "text/turtle; charset=utf-8", "text/turtle"),
        (CONSTRUCT, "text/turtle;charset=utf-8;q=0.1, application/n-triples;q=0.2", "application/n-triples"),
        (CONSTRUCT, "text/csv, application/trig;q=0.1", "application/trig"),
    ],
)
def test_the_answer_has_the_type_that_the_client_prefers(
    norland: TestClient, query: str, accept: str | None, media_type: str
) -> None:
    answer = norland.get("/sparql", params={"query": query}, headers={"Accept": accept} if accept is not None else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["vary"].startswith("Accept")


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (INVITES, "image/png"),
        (INVITES, "text/turtle"),
        (INVITES, "*/*;q=0"),
        (INVITES, "nonsense"),
        (INVITES, "application/ld+json"),
        (ASK, "text/csv"),
        (ASK, "text/turtle"),
        (CONSTRUCT, "application/sparql-results+json"),
        (CONSTRUCT, "text/html"),
        (INVITES, "text/csv;q=abc"),
        (INVITES, "*/csv"),
        (INVITES, ";,/;q=,"),
    ],
)
def test_where_nothing_fits_it_is_406(norland: TestClient, query: str, accept: str) -> None:
    status, _ = status_and_detail(get(norland, query, accept))
    assert status == 406
    assert "text/csv" in get(norland, query, accept).json()["offers"]


def test_csv_tsv_and_xml_hold_the_same_rows(norland: TestClient) -> None:
    assert list(csv.reader(io.StringIO(get(norland, INVITES, "text/csv").text)))[1:] == [list(r) for r in ROWS]
    lines = get(norland, INVITES, "text/tab-separated-values").text.splitlines()
    assert lines == ["?who\t?whom", "\t".join(f"<{v}>" for v in ROWS[0])]
    assert get(norland, INVITES, "application/sparql-results+xml").text.count("<result>") == 1


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (INVITES, PLAIN),
        (INVITES, f"{PLAIN}; charset=utf-8"),
        (INVITES, f"{PLAIN.upper()};charset=UTF-8"),
        (INVITES, f'{PLAIN}; charset="utf-8"'),
        (f"query={quote(INVITES)}", FORM),
        (f"query={quote(INVITES)}", f"{FORM}; charset=utf-8"),
        (f"query={INVITES.replace(' ', '+').replace('?', '%3F')}", FORM),
    ],
)
def test_a_query_may_be_posted_plain_or_in_a_form(norland: TestClient, content: str, content_type: str) -> None:
    answer = post(norland, content, content_type)
    assert [(b["who"]["value"], b["whom"]["value"]) for b in answer.json()["results"]["bindings"]] == ROWS


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/json", "application/sparql-results+json", "nonsense"]
)
def test_other_types_are_415(norland: TestClient, content_type: str | None) -> None:
    assert status_and_detail(post(norland, INVITES, content_type))[0] == 415


@pytest.mark.parametrize("charset", ["utf-16", "latin1", "iso-8859-1", "no-such"])
def test_other_charsets_are_415(norland: TestClient, charset: str) -> None:
    assert status_and_detail(post(norland, INVITES, f"{PLAIN}; charset={charset}"))[0] == 415


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"SELECT * { ?s ?p '\xff' }", PLAIN),
        (b"query=\xff", FORM),
        (b"query=%FF", FORM),
        (b"query=%ED%A0%80", FORM),
        (b"", PLAIN),
        (b"  \n", PLAIN),
        (b"", FORM),
        (b"query=", FORM),
        (b"query=ASK+%7B%7D&query=ASK+%7B%7D", FORM),
        (b"query=ASK+%7B%7D&default-graph-uri=", FORM),
        (b"query=ASK+%7B%7D&default-graph-uri=here", FORM),
        (b"query=ASK+%7B%7D&named-graph-uri=http://[", FORM),
        (b"query=ASK+%7B%7D&default-graph-uri=http://a.example/%20b", FORM),
        (b"query=ASK+%7B%7D&using-graph-uri=http://a.example/", FORM),
        (b"query=ASK+%7B%7D&default-graph=http://a.example/", FORM),
        (b"&".join([b"x=1"] * 100_000), FORM),
        (b"ASK {} \x00", PLAIN),
    ],
)
def test_what_is_no_single_query_in_utf_8_is_400(norland: TestClient, content: bytes, content_type: str) -> None:
    assert status_and_detail(post(norland, content, content_type))[0] == 400


@pytest.mark.parametrize(
    "address",
    [
        "/sparql",
        "/sparql?query=",
        "/sparql?query=%20",
        "/sparql?query=ASK%7B%7D&query=ASK%7B%7D",
        "/sparql?query=%FF",
        "/sparql?query=ASK%7B%7D&default-graph-uri=here",
        "/sparql?query=ASK%7B%7D&update=CLEAR%20ALL",
        "/sparql?default-graph-uri=http://a.example/",
        "/sparql?update=CLEAR%20ALL",
        "/sparql?query=ASK%7B%7D%00",
    ],
)
def test_a_missing_repeated_or_empty_query_is_400(norland: TestClient, address: str) -> None:
    answer = norland.get(address, headers={"Accept": "application/sparql-results+json"})
    assert status_and_detail(answer)[0] == 400


def test_a_query_is_not_taken_from_address_and_body_at_once(norland: TestClient) -> None:
    answer = norland.post(f"/sparql?query={quote(ASK)}", content=ASK, headers={"Content-Type": PLAIN})
    assert status_and_detail(answer)[0] == 400


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT * {", "1:11"),
        ("SELECT *\n{\n  ?s ?p }", "3:10"),
        ("FOO", "1:4"),
        ("ASK { ?s nosuch:p ?o }", "1:"),
        ("ASK{}}", "1:7"),
    ],
)
def test_a_syntax_error_is_400_with_line_and_column(norland: TestClient, query: str, place: str) -> None:
    for answer in (get(norland, query), post(norland, query, PLAIN), post(norland, f"query={quote(query)}", FORM)):
        status, detail = status_and_detail(answer)
        assert status == 400
        assert place in detail


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP GRAPH <a:a>",
        "LOAD <http://127.0.0.1/>",
        "LOAD <file:///etc/passwd>",
        "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
        "ASK {} ; CLEAR ALL",
        "PREFIX x: <a:> CREATE GRAPH x:g",
    ],
)
def test_an_update_is_no_query(norland: TestClient, update: str) -> None:
    before = norland.get("/health").json()
    assert status_and_detail(get(norland, update))[0] == 400
    assert status_and_detail(post(norland, update, PLAIN))[0] == 400
    assert norland.get("/health").json() == before


def test_values_are_decoded_once(norland: TestClient) -> None:
    answer = norland.get("/sparql?query=SELECT%20('%2541'%20AS%20?x)%20%7B%7D")
    assert answer.json()["results"]["bindings"][0]["x"]["value"] == "%41"
    posted = post(norland, "query=SELECT+('%2541'+AS+?x)+{}", FORM)
    assert posted.json() == answer.json()


def test_relative_iris_are_those_of_the_address(norland: TestClient) -> None:
    query = "SELECT (STR(<x>) AS ?a) (STR(<>) AS ?b) {}"
    for answer in (get(norland, query, "text/csv"), norland.post("/sparql", data={"query": query}, headers=AS_CSV)):
        assert answer.text.splitlines()[1] == "http://testserver/x,http://testserver/sparql"
    base = f"BASE <https://tertius.example/> {query}"
    assert get(norland, base, "text/csv").text.splitlines()[1] == "https://tertius.example/x,https://tertius.example/"


def counts(answer: httpx2.Response) -> tuple[int, int]:
    """Triples of the default graph and of the named graphs."""
    (row,) = answer.json()["results"]["bindings"]
    return int(row["d"]["value"]), int(row["n"]["value"])


def test_the_request_may_name_the_graphs_whatever_from_says(norland: TestClient) -> None:
    s = "https://tertius.example/id/source"
    query = (
        "SELECT ?d ?n {} {{ {{ SELECT (COUNT(*) AS ?d) {{ ?s ?p ?o }} }} "
        "{{ SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} }} }} }}"
    )
    plain, with_from = query.format(""), query.format(f"FROM <{s}/gazette-2> FROM NAMED <{s}/gazette-2>")
    _, one = counts(get(norland, query.format(f"FROM NAMED <{s}/gazette-1>")))
    _, two = counts(get(norland, query.format(f"FROM NAMED <{s}/gazette-2>")))
    default, named = "default-graph-uri", "named-graph-uri"
    for given, expected in (
        ([(default, f"{s}/gazette-1")], (one, 0)),
        ([(default, f"{s}/gazette-1"), (default, f"{s}/gazette-2")], (one + two, 0)),
        ([(named, f"{s}/gazette-1")], (0, one)),
        ([(named, f"{s}/gazette-1"), (named, f"{s}/gazette-2")], (0, one + two)),
        ([(default, f"{s}/gazette-1"), (named, f"{s}/gazette-2")], (one, two)),
        ([(default, f"{s}/nowhere"), (named, f"{s}/nowhere")], (0, 0)),
    ):
        for text in (plain, with_from):
            address = "/sparql?" + urlencode(given)
            form = urlencode([("query", text), *given])
            assert counts(norland.get(f"{address}&query={quote(text)}")) == expected
            assert counts(norland.post(address, content=text, headers={"Content-Type": PLAIN})) == expected
            assert counts(post(norland, form, FORM)) == expected
            assert counts(norland.post(address, data={"query": text})) == expected


def test_what_clients_add_for_other_services_is_passed_over(norland: TestClient) -> None:
    answer = norland.get("/sparql", params={"query": ASK, "format": "csv", "output": "json", "results": "json"})
    assert answer.json()["boolean"] is True


def test_a_final_slash_is_the_same_address(norland: TestClient) -> None:
    assert norland.get("/sparql/", params={"query": ASK}).json()["boolean"] is True
    assert norland.post("/sparql/", data={"query": ASK}).json()["boolean"] is True


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_and_the_right_ones_named(norland: TestClient, method: str) -> None:
    answer = norland.request(method, "/sparql")
    assert status_and_detail(answer)[0] == 405
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert norland.options("/sparql").headers["allow"] == answer.headers["allow"]
    assert norland.options("/sparql").status_code == 204


def test_head_has_the_headers_and_no_body_even_where_it_is_an_error(norland: TestClient) -> None:
    for query, status in ((ASK, 200), ("ASK", 400), ("SELECT (1 AS ?x) {}", 406)):
        accept = {"Accept": "application/sparql-results+json" if status != 406 else "text/turtle"}
        head = norland.head("/sparql", params={"query": query}, headers=accept)
        get = norland.get("/sparql", params={"query": query}, headers=accept)
        assert (head.status_code, head.content) == (status, b"")
        for name in ("content-type", "content-length"):
            assert head.headers[name] == get.headers[name]


def test_a_compressed_body_is_415(norland: TestClient) -> None:
    headers = {"Content-Type": PLAIN, "Content-Encoding": "gzip"}
    assert status_and_detail(norland.post("/sparql", content=gzip.compress(ASK.encode()), headers=headers))[0] == 415


def test_raw_rdf_declares_no_prefixes(norland: TestClient) -> None:
    with client_of(NORLAND, raw_rdf=True) as client:
        assert status_and_detail(get(client, ASK))[0] == 400
        assert "@prefix" not in get(client, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "text/turtle").text


def test_the_default_graph_is_the_union_unless_it_is_switched_off(norland: TestClient) -> None:
    query = "ASK { ?statement rdf:predicate r:invites }"
    assert get(norland, query).json()["boolean"] is True
    with client_of(NORLAND, union_default_graph=False) as client:
        assert get(client, query).json()["boolean"] is False
        assert get(client, "ASK { GRAPH ?g { ?statement rdf:predicate r:invites } }").json()["boolean"] is True


def test_from_says_which_graphs_are_meant(norland: TestClient) -> None:
    def count(clause: str, where: str = "{ ?s ?p ?o }") -> int:
        answer = get(norland, f"SELECT (COUNT(*) AS ?n) {clause} {where}")
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    one, two, everything = (
        count("FROM s:gazette-1"),
        count("from <https://tertius.example/id/source/gazette-2>"),
        count(""),
    )
    assert 0 < one < everything
    assert one == count("", "{ GRAPH s:gazette-1 { ?s ?p ?o } }")
    assert count("FROM s:gazette-1 FROM s:gazette-2") == one + two
    assert count("FROM NAMED s:gazette-1") == 0  # the default graph is empty then
    assert count("FROM NAMED s:gazette-1", "{ GRAPH ?g { ?s ?p ?o } }") == one
    assert count("FROM s:nowhere") == 0


@pytest.mark.parametrize(
    "where",
    [
        "{ ?from ?p ?o }",
        "{ ?s ?p ?o FILTER(STR(?o) != 'FROM <a:b>') }",
        "{ ?s ?p ?o } # FROM <a:b>\n",
        "{ ?s ?p ?o FILTER(?o != <a:from> && ?o != 'x'@from) }",
        "{ ?s ?p ?o FILTER(?o != e:from) FILTER(?o != e:a-from) }",
    ],
)
def test_the_word_from_elsewhere_changes_nothing(norland: TestClient, where: str) -> None:
    def count(pattern: str) -> str:
        answer = get(norland, f"SELECT (COUNT(*) AS ?n) {pattern}")
        return str(answer.json()["results"]["bindings"][0]["n"]["value"])

    assert count(where) == count("{ ?s ?p ?o }")


def test_a_triple_stands_in_one_graph_so_that_counts_are_right(norland: TestClient) -> None:
    counts = [
        get(norland, q).json()["results"]["bindings"][0]["n"]["value"]
        for q in ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    ]
    assert counts[0] == counts[1]
    duplicates = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER(STR(?g) < STR(?h)) }"
    assert get(norland, duplicates).json()["results"]["bindings"] == []


def test_an_error_of_evaluation_leaves_a_value_out_as_the_standard_wants(norland: TestClient) -> None:
    assert get(norland, "SELECT (1/0 AS ?x) {}").json()["results"]["bindings"] == [{}]


def test_a_function_that_nobody_knows_gives_no_value(norland: TestClient) -> None:
    query = """
        SELECT ?who (<a:f>(?who) AS ?x) (COALESCE(<a:g>(1), "nothing") AS ?y) {
            ?who r:invites ?whom FILTER(<a:h>() || true)
        } ORDER BY <a:f>(?whom)
    """
    found = get(norland, query).json()["results"]["bindings"]
    assert [{v: term["value"] for v, term in row.items()} for row in found] == [{"who": ROWS[0][0], "y": "nothing"}]
    assert get(norland, "ASK { FILTER(<a:f>()) }").json()["boolean"] is False


def test_awkward_characters_come_back_whole(norland: TestClient) -> None:
    text = "\r\n\t\"'<>&\\ 🕊 \u2028 \ufeff"
    literal = json.dumps(text, ensure_ascii=False)
    for content_type, body in ((PLAIN, f"SELECT ({literal} AS ?x) {{}}"),):
        answer = post(norland, body.encode(), content_type)
        assert answer.json()["results"]["bindings"] == [{"x": {"type": "literal", "value": text}}]
    query = 'SELECT ("a\\r\\nb" AS ?x) {}'
    assert "a&#xD;\nb" in get(norland, query, "application/sparql-results+xml").text


def test_the_body_is_bounded(norland: TestClient) -> None:
    assert status_and_detail(post(norland, b"#" * 1_048_577, PLAIN))[0] == 413
    chunks = (b"#" * 65_536 for _ in range(20))  # no length is announced
    answer = norland.post("/sparql", content=chunks, headers={"Content-Type": PLAIN})
    assert status_and_detail(answer)[0] == 413
