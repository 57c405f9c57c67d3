"""The W3C's suite for the Graph Store HTTP Protocol: one story in 22 requests, which it tells in prose."""

from rdflib import Graph
from rdflib.compare import isomorphic

from tests.api.services import BEARER, ORDINARY, client_of

PREFIXES = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> .\n"
CARD = PREFIXES + "<http://testserver/person/1> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn '{}' ] ."
ALICE = PREFIXES + "[] a foaf:Person ; foaf:businessCard [ a v:VCard ; v:given-name 'Alice' ] ."
NAME, FAMILY, GIVEN = (
    f"{PREFIXES}<http://testserver/person/1> foaf:{p} '{n}' ."
    for p, n in (("name", "Jane Doe"), ("familyName", "Doe"), ("givenName", "Jane"))
)
ONE, TWO = "/store/person/1.ttl", "/store/person/2.ttl"


def test_the_story_goes_as_the_suite_tells_it() -> None:
    with client_of("none", **ORDINARY) as client:

        def send(method: str, path: str, body: str = "", media_type: str = "text/turtle") -> int:
            headers = BEARER | {"Content-Type": media_type}
            return client.request(method, path, content=body, headers=headers).status_code

        def holds(path: str, *turtle: str) -> bool:
            answer = client.get(path, headers={"Accept": "text/turtle; charset=utf-8"})
            assert answer.headers["content-type"].startswith("text/turtle")
            wanted = Graph()
            for text in turtle:
                wanted.parse(data=text, format="turtle")
            return isomorphic(Graph().parse(data=answer.text, format="turtle"), wanted)

        assert send("PUT", ONE, CARD.format("John Doe")) == 201
        assert holds(ONE, CARD.format("John Doe"))
        assert send("PUT", ONE, CARD.format("Jane Doe")) in (200, 204)
        assert holds(ONE, CARD.format("Jane Doe"))
        assert send("PUT", "/store?default", ALICE) == 201
        assert holds("/store?default", ALICE)
        assert send("PUT", ONE, CARD.format("Jane Doe"), "application/rdf+xml") == 400
        assert send("PUT", TWO) == 201
        assert holds(TWO)
        assert send("DELETE", TWO) == 200
        assert client.get(TWO).status_code == 404
        assert send("DELETE", TWO) == 404
        assert send("POST", ONE, NAME) == 200
        assert holds(ONE, CARD.format("Jane Doe"), NAME)
        files = {n: (n, text.encode(), "text/turtle") for n, text in (("family.ttl", FAMILY), ("given.ttl", GIVEN))}
        assert client.post(ONE, files=files, headers=BEARER).status_code == 200
        assert holds(ONE, CARD.format("Jane Doe"), NAME, FAMILY, GIVEN)
        made = client.post("/store", content=ALICE, headers=BEARER | {"Content-Type": "text/turtle"})
        assert made.status_code == 201
        assert holds(made.headers["location"], ALICE)
        assert send("POST", made.headers["location"]) == 204
        assert holds(made.headers["location"], ALICE)
        assert client.head(ONE).status_code == 200
        assert client.head(ONE).headers["content-type"].startswith("text/turtle")
        assert client.head(TWO).status_code == 404
