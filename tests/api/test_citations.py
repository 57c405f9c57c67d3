"""Citations over HTTP: frozen, read in each form, had again while the revision is kept, and compared afterwards."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import rdflib
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api import schemas
from api.citation_documents import BIBTEX, HTML, JSON_LD, citation_in, latex
from api.cli import app
from graph import Entity, InputError, KnowledgeGraph, Source, Statement
from graph.checksums import lines_of_answers, lines_of_results
from tests.api.services import NORLAND, ROOT, Start, client_of
from tests.effort import first

QUERY = "# Who invites whom?\nSELECT ?who ?whom { ?who r:invites ?whom }"
EVERY_STATEMENT = "SELECT ?s ?o { GRAPH ?g { ?s rdf:predicate ?o } }"


@pytest.fixture
def kg(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(tmp_path / "store", keep_cited=1) as kg:
        kg.load(NORLAND)
        yield kg


@pytest.fixture
def client(kg: KnowledgeGraph) -> Iterator[TestClient]:
    """A service over a graph that the test writes to."""
    with client_of("none", graph=kg) as client:
        yield client


def freeze(client: TestClient, **body: Any) -> str:
    answer = client.post("/citations", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def write(kg: KnowledgeGraph, *names: str) -> None:
    for name in names:
        kg.add(sources=[Source(id=name, title=name, kind="note")])


def let_go(kg: KnowledgeGraph, client: TestClient, cited: int) -> None:
    """Writes until the store lets the revision go, for one that was cited later."""
    write(kg, "a")
    freeze(client, query="ASK {}")
    write(kg, "b", "c", "d")
    kg.close()
    write(kg, "e")
    assert cited not in kg.revisions


# The citation


def test_a_citation_says_what_was_asked_of_what_and_when(norland: TestClient) -> None:
    answered = norland.get("/who/invites", params={"object": "Ada Norn"})
    frozen = norland.post("/citations", json={"target": "/who/invites?object=Ada+Norn&limit=3"})
    document = frozen.json()
    assert frozen.headers["content-type"] == "application/ld+json"
    assert document["asked"]["door"] == "/who/invites"
    assert document["asked"]["parameters"] == [{"type": "schema:PropertyValue", "name": "object", "value": "Ada Norn"}]
    assert document["revision"] == int(answered.headers["Tertius-Revision"])
    lines = lines_of_answers(answered.json()["answers"])
    assert (document["rows"], document["checksum"]["digest"]) == (len(lines.lines), lines.checksum)
    assert frozen.headers["location"] == f"/citations/{document['identifier']}"
    assert document["id"] == document["url"] == f"https://tertius.example{frozen.headers['location']}"
    again = norland.post("/citations", json={"target": "/who/invites?limit=7&object=Ada+Norn"})
    assert (again.status_code, again.json()) == (200, document)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own parser uses it
def test_json_ld_needs_no_fetching_and_holds_the_facts(norland: TestClient) -> None:
    place = freeze(norland, query=QUERY)
    text = norland.get(place, headers={"Accept": JSON_LD}).text
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    document = json.loads(text)
    schema, prov = rdflib.Namespace("https://schema.org/"), rdflib.PROV
    spdx = rdflib.Namespace("http://spdx.org/rdf/terms#")
    me = rdflib.URIRef(document["id"])
    assert (me, rdflib.RDF.type, schema.Dataset) in graph
    assert (me, schema.version, rdflib.Literal(document["revision"])) in graph
    assert (me, schema.url, me) in graph
    asked = graph.value(me, prov.wasGeneratedBy)
    assert graph.value(asked, prov.value) == rdflib.Literal(QUERY)
    checksum = graph.value(me, spdx.checksum)
    assert graph.value(checksum, spdx.algorithm) == spdx.checksumAlgorithm_sha256
    assert str(graph.value(checksum, spdx.checksumValue)) == document["checksum"]["digest"]
    sources = set(graph.objects(me, prov.hadPrimarySource))
    assert sources == {rdflib.URIRef(s["id"]) for s in document["sources"]} != set()
    for source in document["sources"]:
        assert graph.value(rdflib.URIRef(source["id"]), schema.license) == (
            rdflib.Literal(source["licence"]) if "licence" in source else None
        )
    created = graph.value(me, schema.dateCreated)
    assert isinstance(created, rdflib.Literal)
    assert created.datatype == rdflib.XSD.dateTime
    known = str(text)
    for term in re.findall(r'"([a-z_]+)":', known.partition('"id":"http')[2]):
        assert term in document["@context"], term  # a word without a meaning would be lost in silence


@pytest.mark.slow
def test_bibtex_is_one_entry_with_balanced_braces(client: TestClient, kg: KnowledgeGraph) -> None:
    odd = '# 100% of {Norland} & Südland_1 \\ ~ $#^ \u202e\x07 <x> "said"\nASK {}'
    place = freeze(client, query=odd)
    for answer in (client.get(f"{place}.bib"), client.get(place, headers={"Accept": "text/x-bibtex"})):
        assert answer.headers["content-type"].partition(";")[0] in (BIBTEX, "text/x-bibtex")
        assert answer.text == client.get(f"{place}.bib").text
    entry = client.get(f"{place}.bib").text
    assert entry.startswith(f"@misc{{tertius-{place.rpartition('/')[2]},\n")
    depths = list(accumulate({"{": 1, "}": -1}.get(c, 0) for c in entry.rstrip("\n")))
    assert depths.index(1) == len("@misc")
    assert (min(depths[len("@misc") : -1]), depths[-1]) == (1, 0)
    fields = dict(re.findall(r"^  (\w+) = (.*),$", entry, re.M))
    assert fields["url"] == f"{{https://tertius.example{place}}}"
    assert fields["month"] in "jan feb mar apr may jun jul aug sep oct nov dec"
    assert "author" not in fields
    assert r"100\% of \textbraceleft{}Norland\textbraceright{} \& Südland\_1 \textbackslash{}" in fields["title"]
    assert latex("a\nb\x00c") == "a b c"


def test_the_page_shows_markup_as_text(client: TestClient) -> None:
    place = freeze(client, query="# </title></script><script>alert(1)</script>\nASK { FILTER('<b>' != \"</script>\") }")
    page = client.get(place, headers={"Accept": "text/html,*/*;q=0.1"})
    assert page.headers["content-type"] == f"{HTML}; charset=utf-8"
    assert "<script>alert" not in page.text
    assert page.text.count("</script>") == 1
    assert "&lt;b&gt;" in page.text
    for link in re.findall(r'href="([^"]+)"', page.text):
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "either target or query"),
        ({"query": "ASK {}", "target": "/conflicts"}, 422, "either target or query"),
        ({"query": "ASK {}", "more": 1}, 422, "more: Extra inputs are not permitted, got '1'"),
        ({"query": "ASK {}", "revision": 0}, 422, "got '0'"),
        ({"target": ""}, 422, "answers at '' are not frozen"),
        ({"query": "SELECT"}, 400, "error at 1:7"),
        ({"query": "SELECT (NOW() AS ?now) {}"}, 403, "NOW() has another value each time"),
        ({"query": "SELECT * { SERVICE <http://x.example/> {} }"}, 403, "SERVICE"),
        ({"query": "ASK {}", "revision": 99}, 404, "no revision has the id '99'; there are"),
        ({"target": "/entities"}, 422, "those at /sparql, /questions/…, /who/…"),
        ({"target": "http://x.example/who/invites"}, 422, "write the path and the parameters only"),
        ({"target": "/who/invites?nobody=x"}, 422, "nobody: unknown parameter; it takes"),
        ({"target": "/who/invites?object=Ada&object=Bo"}, 422, "object: is given twice"),
        ({"target": "/who/invites?object=Nobody+At+All"}, 404, "no entity is known as 'Nobody At All'"),
        ({"target": "/who/greets"}, 404, "greets"),
        ({"target": "/sparql?query=ASK{}&query=ASK{}"}, 422, "needs one query and has 2"),
        ({"target": "/sparql?query=ASK{}&format=x"}, 422, "format"),
        ({"target": "/who/%FF"}, 404, "unknown relation"),
        ({"target": "/questions/nothing"}, 404, "no named query has the id 'nothing'; there are"),
        ({"target": "/questions/said-by?nobody=x"}, 422, "said-by takes speaker"),
        ({"target": "/conflicts?%FF=1"}, 422, "cannot be read"),
    ],
)
def test_what_cannot_be_frozen_is_told(norland: TestClient, body: dict[str, Any], status: int, words: str) -> None:
    answer = norland.post("/citations", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(("path", "known"), [("/citations", "target"), ("/questions", "query")])
def test_only_plain_json_is_read(norland: TestClient, path: str, known: str) -> None:
    def status(text: str, **headers: str) -> int:
        return norland.post(path, content=text, headers={"Content-Type": "application/json"} | headers).status_code

    query = '{"query": "ASK {}"}'
    assert status(query) < 300
    assert status(query, **{"Content-Encoding": "gzip"}) == 415
    assert status(query, **{"Content-Type": "text/plain"}) == 415
    assert status(f'{{"{known}": "\\ud800"}}') == 400
    assert status("") == 422


@pytest.mark.parametrize("id", ["2-" + "a" * 26, "x", "2-" + "a" * 26 + ".exe", "..%2F..%2FCURRENT"])
def test_unknown_citations_are_not_found(norland: TestClient, id: str) -> None:
    for path in (f"/citations/{id}", f"/citations/{id}/answer", f"/citations/{id}/changes"):
        assert norland.get(path).status_code == 404


@pytest.mark.slow
def test_room_is_bounded_and_what_is_frozen_stays(kg: KnowledgeGraph) -> None:
    with client_of("none", graph=kg, citation_room=0, tokens=("ada:open-sesame",)) as client:
        answer = client.post("/citations", json={"query": QUERY})
        assert (answer.status_code, "0 that they may take" in answer.json()["detail"]) == (507, True)
        token = {"Authorization": "Bearer open-sesame"}
        assert client.post("/citations", json={"query": QUERY}, headers=token).status_code == 201
        assert client.post("/citations", json={"query": QUERY}).status_code == 200
    with client_of("none", graph=kg, citation_bytes=1024) as client:
        answer = client.post("/citations", json={"target": "/statements"})
        assert (answer.status_code, "at most 1024: narrow" in answer.json()["detail"]) == (422, True)


def test_the_documented_recipe_gives_the_checksum(norland: TestClient) -> None:
    (recipe,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "citing.md").read_text(), re.S)
    names: dict[str, Any] = {}
    exec(recipe, names)  # noqa: S102 - our own documentation
    place = freeze(norland, query=EVERY_STATEMENT)
    answer = norland.get("/sparql", params={"query": EVERY_STATEMENT}).json()
    assert names["checksum"](answer) == norland.get(place).json()["checksum"]["digest"]


# The answer


@pytest.mark.parametrize(
    "target",
    first(3, ["/who/invites", "/sparql?" + urlencode({"query": QUERY}),
     "/questions/said-by?speaker=Norland", "/statements?relation=invites", "/timeline?by=year", "/conflicts",
     "/sparql?" + urlencode({"query": "ASK { ?s r:invites ?o }"}),
     "/sparql?" + urlencode({"query": "CONSTRUCT { ?s r:invites ?o } WHERE { ?s r:invites ?o }"}),
     "/sparql?" + urlencode({"query": "SELECT * { ?s r:invites ?o }",
                             "default-graph-uri": "https://tertius.example/graph/edges"})]),
)  # fmt: skip
def test_the_answer_is_the_same_after_writes(client: TestClient, kg: KnowledgeGraph, target: str) -> None:
    place = freeze(client, target=target)
    before = client.get(f"{place}/answer")
    invitation = kg.statements(relation="invites")[0]
    kg.add([invitation.model_copy(update={"object": "sudland", "about": None})])
    write(kg, "a", "b", "c", "d")
    after = client.get(f"{place}/answer")
    assert (after.status_code, after.content) == (200, before.content)
    assert after.headers["etag"] == before.headers["etag"]
    assert "immutable" in after.headers["cache-control"]
    assert f'<https://tertius.example{place}>; rel="cite-as"' in after.headers["link"]
    assert client.get(f"{place}/answer", headers={"If-None-Match": after.headers["etag"]}).status_code == 304


def test_a_frozen_query_answers_in_every_format_of_its_form(norland: TestClient) -> None:
    place = freeze(norland, query=QUERY + "# formats")
    plain = norland.get("/sparql", params={"query": QUERY}, headers={"Accept": "text/csv"})
    frozen = norland.get(f"{place}/answer", headers={"Accept": "text/csv"})
    assert (frozen.headers["content-type"], frozen.text) == (plain.headers["content-type"], plain.text)
    assert frozen.headers["tertius-revision"] == plain.headers["tertius-revision"]
    solutions = norland.get(f"{place}/answer").json()
    assert lines_of_results(solutions).checksum == norland.get(place).json()["checksum"]["digest"]
    assert norland.get(f"{place}/answer", headers={"Accept": "application/json"}).json() == solutions
    assert norland.get(f"{place}/answer", headers={"Accept": "text/turtle"}).status_code == 406


def test_a_query_without_declared_prefixes_is_frozen_and_had_again_without_them(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"store": tmp_path / "raw", "raw_rdf": True}
    query = "PREFIX r: <a:> SELECT * { ?s r:p ?o }"
    with client_of(NORLAND, **settings) as client:
        for undeclared in (QUERY, EVERY_STATEMENT):
            assert client.get("/sparql", params={"query": undeclared}).status_code == 400
            assert client.post("/citations", json={"query": undeclared}).status_code == 400
        place = freeze(client, query=query)
        assert client.get(f"{place}/answer").json()["results"]["bindings"] == []
        document = client.get(place, headers={"Accept": JSON_LD}).json()
        assert {"type": "schema:PropertyValue", "name": "declared-prefixes", "value": "false"} in (
            document["asked"]["parameters"]
        )
        assert citation_in(document).id == document["identifier"]
    with client_of("none", store=settings["store"]) as client:
        assert client.get(f"{place}/changes").json()["same"] is True
        assert freeze(client, query=query) != place
    with KnowledgeGraph(settings["store"]) as kg:
        assert tertius(0, "rerun", document["identifier"], "--store", kg.path).startswith("the same ")


def test_an_older_answer_is_frozen_by_its_revision(client: TestClient, kg: KnowledgeGraph) -> None:
    revision = int(client.get("/sparql", params={"query": EVERY_STATEMENT}).headers["Tertius-Revision"])
    write(kg, "a")
    place = freeze(client, query=EVERY_STATEMENT, revision=revision)
    assert client.get(place).json()["revision"] == revision != kg.snapshot.revision


# What has changed


def test_changes_name_rows_and_statements(client: TestClient, kg: KnowledgeGraph) -> None:
    question, query = freeze(client, target="/statements?relation=invites"), freeze(client, query=EVERY_STATEMENT)
    assert client.get(f"{query}/changes").json()["same"] is True
    old = kg.statements(relation="invites")[0]
    retracted = Statement.model_validate(old.model_dump(exclude={"id"}) | {"status": "retracted", "note": "an error"})
    new = Statement.model_validate(
        {"subject": "norland", "relation": "invites", "object": "sudland", "source": "late", "record": "1",
         "modality": "asserted"}
    )  # fmt: skip
    kg.add([retracted, new], sources=[Source(id="late", title="late", kind="note")])
    told = client.get(f"{question}/changes").json()
    schemas.ComparisonBody.model_validate(told)
    assert (told["same"], told["added_total"], told["removed_total"]) == (False, 1, 1)
    assert (told["added"][0]["id"], told["removed"][0]["id"]) == (new.id, old.id)
    fates = {s["id"]: (s["status"], s["note"]) for s in told["statements"]}
    assert fates == {old.id: ("retracted", "an error"), new.id: ("active", None)}
    told = client.get(f"{query}/changes").json()
    assert [row["s"]["value"] for row in told["added"]] == [kg.iris.statement(new.id)]
    assert (told["removed"], told["rows"]["now"]) == ([], told["rows"]["then"] + 1)
    assert {s["id"] for s in told["statements"]} == {new.id}
    kg.remove_source("late")
    assert client.get(f"{query}/changes").json()["same"] is True


def test_once_the_revision_is_gone_the_same_rows_answer_or_410_tells_what_changed(
    client: TestClient, kg: KnowledgeGraph
) -> None:
    stable, query = freeze(client, query=QUERY), freeze(client, query=EVERY_STATEMENT)
    cited = kg.snapshot.revision
    new = Statement.model_validate(
        {"subject": "norland", "relation": "criticises", "object": "sudland", "source": "late", "record": "1",
         "modality": "claimed", "attributed_to": ["norland"]}
    )  # fmt: skip
    kg.add([new], sources=[Source(id="late", title="late", kind="note")])
    let_go(kg, client, cited)
    same = client.get(f"{stable}/answer")
    assert (same.status_code, same.headers["cache-control"]) == (200, "no-cache")
    assert lines_of_results(same.json()).checksum == client.get(stable).json()["checksum"]["digest"]
    gone = client.get(f"{query}/answer")
    assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
    assert gone.json()["revision"] == {"then": cited, "now": kg.snapshot.revision}
    assert [row["s"]["value"] for row in gone.json()["added"]] == [kg.iris.statement(new.id)]
    assert "no longer keeps this revision" in client.get(f"{query}.html").text


def test_a_question_that_can_no_longer_be_asked_says_so(client: TestClient, kg: KnowledgeGraph) -> None:
    kg.add(
        [Statement.model_validate({"subject": "someone", "relation": "invites", "object": "norland", "source": "late",
                                   "record": "1", "modality": "asserted"})],
        entities=[Entity.model_validate({"id": "someone", "kind": "person", "label": "Someone", "unnamed_in": "late"})],
        sources=[Source(id="late", title="late", kind="note")],
    )  # fmt: skip
    place = freeze(client, target="/who/invites?subject=someone")
    kg.remove_source("late")
    told = client.get(f"{place}/changes").json()
    assert (told["same"], told["rows"]) == (False, {"then": 1, "now": None})
    assert "can no longer be asked: no entity is known as 'someone'" in " ".join(told["remarks"])
    assert [s["status"] for s in told["statements"]] == ["gone"]


@pytest.mark.slow
def test_what_was_too_long_to_keep_is_told_by_number(client: TestClient, kg: KnowledgeGraph) -> None:
    query = "SELECT * { ?a a ?b . GRAPH g:edges { ?c ?r ?d } }"
    place = freeze(client, query=query)
    cited = kg.snapshot.revision
    assert kg.citations.read(place.rpartition("/")[2]).lines is None
    drawn = [s for s in kg.statements() if s.object and not s.attributed_to and s.modality == "asserted"]
    update = {"status": "retracted", "note": "x"}
    kg.add([Statement.model_validate(s.model_dump(exclude={"id"}) | update) for s in drawn])
    kept = client.get(f"{place}/changes").json()
    assert kept["removed_total"] > len(kept["removed"]) == 1000  # the revision is still there to be asked
    let_go(kg, client, cited)
    gone = client.get(f"{place}/changes").json()
    assert (gone["same"], gone["removed"], gone["removed_total"] > 0) == (False, [], True)
    assert "which rows are gone cannot be told" in " ".join(gone["remarks"])


# Differences


def test_differences_between_revisions_are_paged(client: TestClient, kg: KnowledgeGraph) -> None:
    first, last = kg.revisions[0], kg.snapshot.revision
    whole = client.get("/differences", params={"from": first, "to": last, "limit": 1000}).json()
    schemas.DifferencesBody.model_validate(whole)
    assert whole["counts"] == {"added": len(kg.snapshot.columns), "removed": 0, "changed": 0}
    items, cursor = [], "*"
    while cursor:
        page = client.get("/differences", params={"from": first, "to": last, "limit": 5, "cursor": cursor}).json()
        items += page["items"]
        cursor = page["next"]
    assert items == whole["items"]
    statement = kg.statements()[0]
    kg.add([statement.model_copy(update={"note": "seen"})])
    (item,) = client.get("/differences").json()["items"]
    assert (item["change"], item["id"]) == ("changed", statement.id)
    assert item["fields"] == {"note": {"before": statement.note, "after": "seen"}}
    quads = client.get("/differences", params={"of": "quads"}).json()
    assert f"<{kg.iris.statement(statement.id)}" in {q["text"].partition("> ")[0] for q in quads["items"]}
    assert client.get("/differences", params={"from": 77}).status_code == 404
    assert client.get("/differences", params={"from": "x"}).status_code == 422


# The command line


@pytest.fixture
def store(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the graph, for commands."""
    for name in [n for n in os.environ if n.startswith("TERTIUS_")]:
        monkeypatch.delenv(name)
    return kg.path


def tertius(status: int, *arguments: object) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="tertius")
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.stdout


def test_the_commands_freeze_repeat_and_tell_what_differs(kg: KnowledgeGraph, store: Path, tmp_path: Path) -> None:
    question, query, document = "/statements?relation=invites", tmp_path / "question.rq", tmp_path / "answer.jsonld"
    query.write_text(EVERY_STATEMENT)
    tertius(0, "cite", query, "--store", store, "-o", document)
    frozen = json.loads(document.read_text())
    entry = tertius(0, "cite", frozen["identifier"], "--store", store, "--format", "bibtex")
    assert entry.startswith(f"@misc{{tertius-{frozen['identifier']},")
    asked = json.loads(tertius(0, "cite", question, "--store", store))
    for cited in (document, frozen["identifier"], asked["identifier"]):
        assert tertius(0, "rerun", cited, "--store", store).startswith("the same ")
    cited, old = kg.snapshot.revision, kg.statements(relation="invites")[0]
    kg.add([Statement.model_validate(old.model_dump(exclude={"id"}) | {"status": "retracted", "note": "an error"})])
    told = tertius(1, "rerun", asked["identifier"], "--store", store)
    assert re.search(rf"^- .*{old.id}", told, re.M)
    assert re.search(rf"^  {old.id}  retracted  .*an error$", told, re.M)
    assert tertius(0, "rerun", document, "--store", store, "--revision", cited).startswith("the same ")
    assert json.loads(tertius(1, "rerun", asked["identifier"], "--store", store, "--json"))["removed_total"] == 1
    changed = tertius(0, "diff", cited, "--store", store)
    assert changed.startswith(f"~ {old.id} ")
    assert "    note: None -> 'an error'\n" in changed
    listed = json.loads(tertius(0, "diff", cited, cited + 1, "--store", store, "--json", "--limit", "1"))
    schemas.DifferencesBody.model_validate(listed)
    assert [(i["change"], i["id"]) for i in listed["items"]] == [("changed", old.id)]
    assert f"+ <{kg.iris.statement(old.id)}>" in tertius(0, "diff", cited, "--of", "quads", "--store", store)


def test_a_file_is_repeated_on_another_store_by_its_checksum(kg: KnowledgeGraph, store: Path, tmp_path: Path) -> None:
    query, document = tmp_path / "question.rq", tmp_path / "answer.jsonld"
    query.write_text(QUERY)
    tertius(0, "cite", query, "--store", store, "-o", document)
    other = tmp_path / "other"
    with KnowledgeGraph(other) as graph:
        graph.load(NORLAND)
    assert tertius(0, "rerun", document, "--store", other).startswith("the same ")
    with KnowledgeGraph(other) as graph:
        for source in [s.id for s in graph.snapshot.sources.values()]:
            with suppress(InputError):
                graph.remove_source(source)
    assert " rows in revision 2, " in tertius(1, "rerun", document, "--store", other)
    changed = json.loads(document.read_text())
    changed["checksum"]["digest"] = "0" * 64
    document.write_text(json.dumps(changed))
    assert "another checksum than the citation" in tertius_error(1, "rerun", document, "--store", store)


def tertius_error(status: int, *arguments: object) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="tertius")
    assert (result.exit_code, "Traceback" in result.output) == (status, False), result.output
    return result.stderr


def test_wrong_use_of_the_commands_is_told(store: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonld"
    broken.write_text("{}")
    for status, words, arguments in (
        (1, "this is no citation", ("rerun", broken, "--store", store)),
        (1, "no citation has the id", ("rerun", "2-" + "a" * 26, "--store", store)),
        (2, "not both", ("rerun", broken, "--store", store, "--url", "http://127.0.0.1:1")),
        (2, "name the store", ("diff", 1)),
        (1, "cannot be asked for /health", ("rerun", "2-" + "a" * 26, "--url", "http://127.0.0.1:9")),
        (2, "none of json-ld, bibtex", ("cite", "/conflicts", "--store", store, "--format", "x")),
        (1, "are not frozen", ("cite", "/entities", "--store", store)),
        (1, "no revision has the id '99'", ("diff", 99, "--store", store)),
        (3, "is not a store", ("diff", 1, "--store", tmp_path / "nowhere")),
    ):
        assert words in tertius_error(status, *arguments), arguments


# The real service


@pytest.mark.slow
def test_the_service_asks_older_revisions_in_its_query_processes(service: Start, tmp_path: Path) -> None:
    store = tmp_path / "served"
    with KnowledgeGraph(store) as kg:
        kg.load(NORLAND)
    running = service("none", store=store, keep_cited=3)
    with running.client() as client, KnowledgeGraph(store) as kg:
        place = client.post("/citations", json={"query": EVERY_STATEMENT}).headers["location"]
        rerun = "rerun", place.rpartition("/")[2], "--url", str(client.base_url)
        assert tertius(0, *rerun).startswith("the same ")
        before = client.get(f"{place}/answer")
        for name in ("a", "b", "c", "d", "e"):
            write(kg, name)
            assert client.get("/health").json()["revision"] == kg.snapshot.revision
            assert client.get(f"{place}/answer").content == before.content
        assert client.head(f"{place}/answer").status_code == 200
        running.end()
    again = service("none", store=store)
    with again.client() as client:
        assert client.get(f"{place}/answer").content == before.content
