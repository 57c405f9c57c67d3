"""Turtle, Python terms, shapes and documentation say the same."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, URIRef

from ontology import PREFIXES, UNSPECIFIED, Kind, Modality, Status, T, compact, expand, vocabulary
from ontology.page import main, pages
from ontology.vocabulary import FOLDER

ROOT = FOLDER.parent
DOCS = ROOT / "docs"
NAMESPACE = PREFIXES["t"]


def terms_of(*names: str) -> set[str]:
    """All t: terms that these Turtle files mention in triples or in SPARQL inside them."""
    found: set[str] = set()
    for name in names:
        text = (FOLDER / name).read_text(encoding="utf-8")
        iris = {str(n) for triple in Graph().parse(FOLDER / name) for n in triple if isinstance(n, URIRef)}
        found |= {iri.removeprefix(NAMESPACE) for iri in iris if iri.startswith(NAMESPACE)} - {""}
        for query in re.findall(r'"""(.*?)"""', text, re.DOTALL):
            found |= set(re.findall(r"(?<![\w-])t:(\w+)", query))
    return found


def declared() -> set[str]:
    """The t: terms that tertius.ttl types."""
    graph = Graph().parse(FOLDER / "tertius.ttl")
    return {str(s).removeprefix(NAMESPACE) for s in graph.subjects(RDF.type) if str(s).startswith(NAMESPACE)}


def test_python_lists_exactly_the_terms_that_the_turtle_declares() -> None:
    assert {str(t).removeprefix(NAMESPACE) for t in dir(T) if str(t).startswith(NAMESPACE)} == declared()


def test_a_misspelled_term_raises_at_once() -> None:
    with pytest.raises(AttributeError, match="modalitty"):
        T.modalitty  # noqa: B018  # asking is the test


def test_relations_use_only_declared_terms() -> None:
    assert terms_of("relations.ttl") - declared() == set()


def test_shapes_use_only_declared_terms() -> None:
    assert terms_of("shapes.ttl") - declared() == set()


def test_shapes_use_only_declared_relations() -> None:
    text = (FOLDER / "shapes.ttl").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])r:([a-z-]+)", text)) <= set(vocabulary().relations)


def test_every_property_of_statements_entities_and_sources_has_a_shape() -> None:
    shapes = Graph().parse(FOLDER / "shapes.ttl")
    paths = set(shapes.objects(None, SH.path))
    graph = vocabulary().graph
    domains = {T.Statement, T.Source, *(URIRef(k.iri) for k in vocabulary().kinds.values()), T.Entity}
    stored = {
        p
        for kind in (OWL.DatatypeProperty, OWL.ObjectProperty)
        for p in graph.subjects(RDF.type, kind)
        if graph.value(p, RDFS.domain) in domains
    }
    assert {compact(str(p)) for p in stored - paths} == set()


def test_kinds_are_the_same_in_python() -> None:
    assert {k.value for k in Kind} == set(vocabulary().kinds)


def test_modalities_are_the_same_in_python_and_in_the_same_order() -> None:
    assert [m.value for m in Modality] == list(vocabulary().modalities)
    positions = [
        int(str(vocabulary().graph.value(URIRef(m.iri), T.position))) for m in vocabulary().modalities.values()
    ]
    assert positions == list(range(1, len(Modality) + 1))


def test_statuses_are_the_same_in_python() -> None:
    assert {s.value for s in Status} == set(vocabulary().statuses)


def test_the_reserved_agent_is_the_same_in_python() -> None:
    assert str(T.unspecified) == NAMESPACE + UNSPECIFIED


def test_no_two_words_share_a_notation_within_their_list() -> None:
    graph = vocabulary().graph
    lists = (T.Role, T.Modality, T.Status, T.Family, T.Slot)
    for cls in lists:
        words = [str(graph.value(s, SKOS.notation)) for s in graph.subjects(RDF.type, cls)]
        assert sorted(set(words)) == sorted(words)


def test_prefixes_of_the_turtle_are_those_of_python() -> None:
    for name in ("tertius.ttl", "relations.ttl", "shapes.ttl"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        for prefix, iri in re.findall(r"^@prefix (\w+):\s+<(.+)> \.$", text, re.MULTILINE):
            assert PREFIXES.get(prefix, iri) == iri


def test_curies_lead_to_iris_and_back() -> None:
    for curie in ("t:asserted", "r:invites", "prov:agent", "cameo:112"):
        assert compact(expand(curie)) == curie


def test_the_pages_on_disk_are_those_of_the_turtle() -> None:
    assert main([str(DOCS), "--check"]) == 0


def test_a_stale_page_is_named_and_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
    (tmp_path / "vocabulary.md").write_text("old", encoding="utf-8")
    assert main([str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'vocabulary.md'} differs from the vocabulary: run `make docs`\n"


def test_the_pages_name_every_word() -> None:
    v = vocabulary()
    words = {*v.kinds, *v.slots, *v.roles, *v.modalities, *v.statuses, *v.families, *v.relations}
    for text in pages(v).values():
        assert {w for w in words if w not in text} == set()
        assert {r.id for r in v.relations.values() if r.inverse_label not in text} == set()


class _Page(HTMLParser):
    """What a page links to, fetches and names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "data", "action")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_the_html_page_fetches_nothing_and_all_of_its_links_lead_somewhere() -> None:
    text = pages(vocabulary())["vocabulary.html"]
    page = _Page(text)
    assert page.tags & {"script", "link", "img", "iframe", "object"} == set()
    assert "url(" not in text
    assert "@import" not in text
    assert sorted(set(page.ids)) == sorted(page.ids)
    assert {link for link in page.links if link.removeprefix("#") not in page.ids} == set()
