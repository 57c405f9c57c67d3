"""Every IRI leads somewhere, in every format, on any host; pages say what the data say."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import rdflib
from rdflib import RDF, URIRef
from starlette.testclient import TestClient

from api.formats import FORMATS
from graph import Entity, KnowledgeGraph, Source, Statement
from ontology import PREFIXES, expand, vocabulary
from tests.api.services import client_of

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own parser of JSON-LD

BASE = "https://tertius.example/"
SD = rdflib.Namespace(PREFIXES["sd"])
VOID = rdflib.Namespace(PREFIXES["void"])
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}  # what browsers send


def graph(answer: object, format: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=answer.content, format=format)  # type: ignore[attr-defined]


def statement(client: TestClient, key: str) -> str:
    items = client.get("/statements", params={"limit": 1000, "status": ["active", "disputed"]}).json()["items"]
    return next(str(s["id"]) for s in items if s["key"] == key)


THINGS = ["entity/norland", "source/gazette-1", "relation/invites", "frame/mediation", "scheme/cameo-1.1b3",
          "scheme/cameo-1.1b3/112"]  # fmt: skip


@pytest.mark.parametrize("thing", THINGS)
def test_an_iri_answers_in_every_format(norland: TestClient, thing: str) -> None:
    kind, _, id = thing.partition("/")
    for suffix, media_type in FORMATS.items():
        led = norland.get(f"/id/{thing}", headers={"Accept": media_type}, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (303, f"/doc/{thing}.{suffix}")
        assert "Accept" in led.headers["vary"]
        answer = norland.get(led.headers["location"])
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert norland.get(f"/id/{thing}.{suffix}").content[:1] == answer.content[:1]
        links = answer.headers["link"]
        assert f'<{BASE}id/{thing}>; rel="describes"' in links
        for other, other_type in FORMATS.items():
            assert (f'</doc/{thing}.{other}>; rel="alternate"; type="{other_type}"' in links) == (other != suffix)
    triples = [
        set(graph(norland.get(f"/doc/{thing}.{s}"), f)) for s, f in (("ttl", "turtle"), ("jsonld", "json-ld"),
                                                                     ("nt", "nt"), ("rdf", "xml"))
    ]  # fmt: skip
    assert triples[0] == triples[1] == triples[2] == triples[3]
    assert any(URIRef(f"{BASE}id/{kind}/{id}") in (s, o) for s, _, o in triples[0])


def test_a_document_holds_all_that_is_stored_of_a_thing(norland: TestClient) -> None:
    for thing in ("entity/norland", "source/gazette-1", f"statement/{statement(norland, 'westmark-ready-to-sign')}"):
        query = f"SELECT ?p ?o {{ <{BASE}id/{thing}> ?p ?o }}"
        stored = norland.get("/sparql", params={"query": query}).json()["results"]["bindings"]
        document = graph(norland.get(f"/doc/{thing}.ttl"), "turtle")
        there = {(str(p), str(o)) for p, o in document.predicate_objects(URIRef(f"{BASE}id/{thing}"))}
        assert {(b["p"]["value"], b["o"]["value"]) for b in stored} <= there


def test_a_statement_is_told_whole(norland: TestClient) -> None:
    id = statement(norland, "westmark-ready-to-sign")
    document = graph(norland.get(f"/doc/statement/{id}.ttl"), "turtle")
    node, source = URIRef(f"{BASE}id/statement/{id}"), URIRef(f"{BASE}id/source/gazette-1")
    t = rdflib.Namespace(PREFIXES["t"])
    assert (node, RDF.type, t.Statement) in document
    assert (node, t.modality, t.claimed) in document
    assert (node, URIRef(expand("prov:hadPrimarySource")), source) in document
    assert (source, URIRef(expand("dcterms:title")), None) in document
    chain = {
        int(str(document.value(link, t.position))): str(document.value(link, URIRef(expand("prov:agent"))))
        for link in document.objects(node, URIRef(expand("prov:qualifiedAttribution")))
    }
    assert chain == {1: f"{BASE}id/entity/ada-norn", 2: f"{BASE}id/entity/sudland"}
    labels = {str(o) for o in document.objects(None, URIRef(expand("skos:prefLabel")))}
    assert {"Ada Norn", "Westmark", "Sudland", "River Treaty"} <= labels
    assert (
        '<https://spdx.org/licenses/CC0-1.0>; rel="license"' in norland.get(f"/doc/statement/{id}.ttl").headers["link"]
    )
    link = norland.get(f"/id/statement/{id}/speaker/1", headers={"Accept": "text/turtle"})
    assert str(link.url).endswith(f"/doc/statement/{id}.ttl")


def test_the_rest_of_many_statements_is_named(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "store") as kg:
        kg.add(
            (
                Statement(subject="x", relation="invites", object="y", source="s", record=str(n), modality="coded")
                for n in range(130)
            ),
            entities=[Entity(id=i, kind="state", label=i) for i in "xy"],
            sources=[Source(id="s", title="s", kind="table")],
        )  # fmt: skip
        with client_of("none", graph=kg) as client:
            document = graph(client.get("/doc/entity/x.ttl"), "turtle")
            page = client.get("/doc/entity/x.html").text
    assert len(set(document.subjects(RDF.predicate))) == 100
    comments = [str(o) for o in document.objects(None, rdflib.RDFS.comment)]
    assert comments == ["100 of 130 statements are told here."]
    assert "100 of 130" in page


def test_what_is_not_there_is_a_problem(norland: TestClient) -> None:
    for path in ("/id/entity/nobody", "/id/entity/nobody.ttl", "/doc/entity/nobody.ttl", "/id/thing/norland",
                 "/id/statement/" + "a" * 26, "/id/source/x", "/id/relation/befriends", "/id/scheme/x",
                 "/graph/nothing", "/void.xlsx", "/examples.csv", "/ontology.doc"):  # fmt: skip
        answer = norland.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
    assert norland.get("/id/entity/norland", headers={"Accept": "image/png"}).status_code == 406
    assert norland.get("/id/entity/norland?x=1").status_code == 422


@pytest.mark.parametrize(
    "id", ["a b", "a>b", '"', "<script>", "%00", "%", "é", "../x", "a/b", "a\nb", ".ttl", "", "x" * 600]
)
def test_whatever_an_address_says_is_found_or_not(norland: TestClient, id: str) -> None:
    for kind in ("entity", "statement", "source", "relation", "frame", "scheme", "graph", "thing"):
        for place in ("id", "doc"):
            assert norland.get(f"/{place}/{kind}/{quote(id)}").status_code in (404, 422)


def test_every_word_of_the_vocabulary_has_its_place_on_the_page(norland: TestClient) -> None:
    anchors = re.findall(r'id="([^"]+)"', norland.get("/ontology", headers=PAGE).text)
    assert len(anchors) == len(set(anchors))
    words = {str(s) for s in vocabulary().graph.subjects() if str(s).startswith(PREFIXES["t"])}
    assert {w.removeprefix(PREFIXES["t"]) for w in words} <= set(anchors)


def test_documents_are_cached_and_answer_head(norland: TestClient) -> None:
    for path in ("/doc/entity/norland.ttl", "/doc/entity/norland.html", "/void", "/examples", "/ontology.jsonld"):
        answer = norland.get(path)
        tag = answer.headers["etag"]
        assert norland.get(path, headers={"If-None-Match": tag}).status_code == 304
        head = norland.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert norland.head("/id/entity/norland", follow_redirects=False).status_code == 303


def test_an_id_that_ends_like_a_format_is_still_an_id(tmp_path: Path) -> None:
    entities = [Entity(id=i, kind="state", label=f"label of {i}") for i in ("a", "a.ttl")]
    with KnowledgeGraph(tmp_path / "store") as kg:
        kg.add(entities=entities)
        with client_of("none", graph=kg) as client:
            for entity in entities:
                page = client.get(f"/id/entity/{entity.id}", headers=PAGE).text
                assert f">label of {entity.id}<" in page


# Pages


def links_of(page: str) -> set[str]:
    return {html.unescape(a) for a in re.findall(r'href="([^"]+)"', page)}


def test_every_link_of_every_page_answers_on_this_host(talks: TestClient) -> None:
    todo = ["/query", "/examples", "/void", "/id/entity/russia", "/id/source/article"]
    seen: set[str] = set()
    fetched = 0
    while todo and fetched < 150:
        path = todo.pop(0)
        answer = talks.get(path, headers=PAGE)
        assert answer.status_code == 200, (path, answer.text[:300])
        fetched += 1
        if "text/html" not in answer.headers["content-type"] or path == "/":
            continue
        for link in links_of(answer.text) - seen:
            seen.add(link)
            assert not link.startswith(BASE), (path, link)
            kinds = urlsplit(link).path.split("/")[1:3]
            if link.startswith("/") and (len(seen) < 120 or kinds[0] not in ("id", "doc", "sparql", "query")):
                todo.append(link.partition("#")[0])
    assert fetched > 60


def test_a_person_reads_who_says_what(norland: TestClient) -> None:
    page = norland.get(f"/id/statement/{statement(norland, 'westmark-ready-to-sign')}", headers=PAGE).text
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "Ada Norn says that Sudland says so, as told by The River Gazette, 10 March 2031." in text
    assert "The source does not vouch for it." in text


def test_a_disputed_statement_says_so_loudly(norland: TestClient) -> None:
    page = norland.get(f"/id/statement/{statement(norland, 'sudland-hosts-winter-round')}", headers=PAGE).text
    assert 'role="alert">DISPUTED.' in page
    correction = statement(norland, "westmark-hosts-winter-round")
    assert f"/id/statement/{correction}" in page
    assert "Corrects" in norland.get(f"/id/statement/{correction}", headers=PAGE).text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A store whose every text is markup."""
    evil = "<script>alert('x')</script>\"'&"
    statements = [
        Statement(
            subject="x", relation="invites", object="y", source="s", record=evil, modality="claimed", subject_as=evil,
            object_as=evil, attributed_to=("y",), note=evil, status="retracted", key=evil, when_text=evil, coder=evil,
            codes=("a:<script>",),
        )
    ]  # fmt: skip
    with KnowledgeGraph(tmp_path_factory.mktemp("hostile") / "store") as kg:
        kg.add(
            statements,
            entities=[
                Entity(id="x", kind="state", label=evil, aliases=(evil,), description=evil, codes=("a:<script>",)),
                Entity(id="y", kind="state", label=evil),
            ],
            sources=[Source(id="s", title=evil, kind=evil, publisher=evil, licence=evil, note=evil)],
        )  # fmt: skip
        with client_of("none", graph=kg) as client:
            yield client


def test_markup_in_the_data_stays_text(hostile: TestClient) -> None:
    id = hostile.get("/statements?status=retracted").json()["items"][0]["id"]
    paths = ["/doc/entity/x.html", f"/doc/statement/{id}.html", "/doc/source/s.html", "/doc/relation/invites.html"]
    query = "SELECT ?l { ?s skos:prefLabel ?l } #<script>"
    for page in [*(hostile.get(p).text for p in paths), hostile.get("/query", params={"query": query}).text]:
        assert "<script" not in page
        assert "&lt;script&gt;alert(" in page
    for suffix, format in (("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"), ("nt", "nt")):
        labels = graph(hostile.get(f"/doc/entity/x.{suffix}"), format).objects(None, URIRef(expand("skos:prefLabel")))
        assert "<script>alert('x')</script>\"'&" in {str(label) for label in labels}
    assert "RETRACTED" in hostile.get(f"/doc/statement/{id}.html").text


def test_a_host_that_cannot_be_one_is_never_repeated(norland: TestClient) -> None:
    for host in ("a.example/><script>", "a b", 'a"b', "a.example/x y"):
        for path in ("/void", "/sparql", "/examples"):
            answer = norland.get(path, headers={"Host": host, "Accept": "text/turtle"})
            assert host not in answer.text
            assert answer.status_code == 400 or graph(answer, "turtle")


# The service describes itself


def test_a_creator_is_named_only_where_the_operator_names_one(norland: TestClient) -> None:
    creator, name = URIRef(expand("dcterms:creator")), URIRef(expand("foaf:name"))
    with client_of("none", creator='The "Institute"') as client:
        for address, format in (("/void.ttl", "turtle"), ("/void.jsonld", "json-ld"), ("/sparql", "turtle")):
            found = graph(client.get(address, headers={"Accept": "text/turtle"}), format)
            (agent,) = found.objects(URIRef(f"{BASE}void#dataset"), creator)
            assert str(found.value(agent, name)) == 'The "Institute"'
    assert not set(graph(norland.get("/void.ttl"), "turtle").subject_objects(creator))


def test_the_endpoint_describes_itself(norland: TestClient) -> None:
    for accept, format in (("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("*/*", "turtle"),
                           ("application/rdf+xml", "xml"), ("application/n-triples", "nt")):  # fmt: skip
        answer = norland.get("/sparql", headers={"Accept": accept, "Host": "kg.example:8000"})
        found = graph(answer, format)
        (service,) = found.subjects(RDF.type, SD.Service)
        assert found.value(service, SD.endpoint) == URIRef("http://kg.example:8000/sparql")
        assert set(found.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
        assert (service, SD.feature, SD.UnionDefaultGraph) in found
        dataset = found.value(service, SD.defaultDataset)
        quads = norland.get("/sparql?query=SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").json()
        total = int(quads["results"]["bindings"][0]["n"]["value"])
        assert int(str(found.value(found.value(dataset, SD.defaultGraph), VOID.triples))) == total
        named = {str(found.value(g, SD.name)) for g in found.objects(dataset, SD.namedGraph)}
        assert f"{BASE}id/source/gazette-1" in named
        for described in found.objects(dataset, SD.namedGraph):
            assert found.value(found.value(described, SD.graph), VOID.triples) is not None
    page = norland.get("/sparql", headers=PAGE)
    assert "<form" in page.text


def test_a_strict_service_with_tokens_says_so(tmp_path: Path) -> None:
    with client_of("none", union_default_graph=False, tokens="ada:a-long-secret") as client:
        found = graph(client.get("/sparql", headers={"Accept": "text/turtle"}), "turtle")
        (service,) = found.subjects(RDF.type, SD.Service)
        assert SD.SPARQL11Update in set(found.objects(service, SD.supportedLanguage))
        assert (service, SD.feature, SD.UnionDefaultGraph) not in found
        default = found.value(found.value(service, SD.defaultDataset), SD.defaultGraph)
        assert str(found.value(default, VOID.triples)) == "0"


def test_void_is_at_its_well_known_place(norland: TestClient) -> None:
    found = graph(norland.get("/.well-known/void", headers={"Accept": "text/turtle"}), "turtle")
    dataset = URIRef(f"{BASE}void#dataset")
    assert (dataset, RDF.type, VOID.Dataset) in found
    assert (dataset, VOID.sparqlEndpoint, URIRef("http://testserver/sparql")) in found
    assert set(found) == set(graph(norland.get("/void.ttl"), "turtle"))
    for resource in found.objects(dataset, VOID.exampleResource):
        assert norland.get(urlsplit(str(resource)).path).status_code == 200


def test_examples_are_listed_and_run_from_their_page(talks: TestClient) -> None:
    found = graph(talks.get("/examples", headers={"Accept": "text/turtle"}), "turtle")
    sh = rdflib.Namespace(PREFIXES["sh"])
    executables = list(found.subjects(RDF.type, sh.SPARQLExecutable))
    assert len(executables) >= 15
    page = talks.get("/examples", headers=PAGE).text
    for example in executables:
        assert f'id="{str(example).partition("#")[2]}"' in page
        query = str(found.value(example, sh.select))
        rows = talks.get("/sparql", params={"query": query}).json()["results"]["bindings"]
        assert rows, example
    runs = [a for a in links_of(page) if a.startswith("/query?")]
    assert len(runs) == len(executables)
    for address in runs[:3]:
        answer = talks.get(address)
        assert answer.status_code == 200
        assert "<table>" in answer.text


def test_the_query_page_shows_every_kind_of_answer_and_what_is_wrong(norland: TestClient) -> None:
    def shown(query: str) -> tuple[int, str]:
        answer = norland.get("/query", params={"query": query})
        return answer.status_code, html.unescape(answer.text)

    assert ">Yes.<" in shown("ASK { ?s r:invites ?o }")[1]
    assert (
        "rdf:predicate" in shown("CONSTRUCT WHERE { ?s rdf:predicate ?o }")[1]
        or "predicate" in shown("CONSTRUCT WHERE { ?s rdf:predicate ?o }")[1]
    )
    status, page = shown("SELECT * {")
    assert status == 400
    assert 'class="warn"' in page
    assert shown("ASK { SERVICE <http://a.example/> { ?s ?p ?o } }")[0] == 403
    status, page = shown("SELECT ?s { ?s r:invites ?o }")
    assert 'href="/id/entity/norland">e:norland<' in page


def test_what_the_pages_offer_runs_where_no_prefixes_are_declared(ordinary: TestClient) -> None:
    offered = [a for a in links_of(ordinary.get("/").text) if a.startswith("/sparql")]
    assert len(offered) > 5
    for address in offered:
        assert ordinary.get(address).status_code == 200, address
    page = html.unescape(ordinary.get("/query").text)
    (first,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert "No prefixes are declared" in page
    assert ordinary.get("/query", params={"query": first}).status_code == 200


def test_json_ld_needs_no_context_from_elsewhere(norland: TestClient) -> None:
    for path in ("/doc/entity/norland.jsonld", "/void.jsonld", "/examples.jsonld", "/ontology.jsonld"):
        assert "@context" not in json.dumps(norland.get(path).json())
