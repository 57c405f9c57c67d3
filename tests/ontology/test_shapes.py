"""The shapes find what is wrong with stored data, say what to do, and leave alone what is right."""

from dataclasses import dataclass
from functools import cache

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store
from pyshacl import validate
from rdflib import RDF, RDFS, SH, BNode, Graph

from ontology import PREFIXES, store_prefixes, vocabulary
from ontology.vocabulary import FOLDER

PREFIXED = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in store_prefixes().items()) + (
    f"@prefix shape: <{PREFIXES['t'].replace('ontology#', 'id/shape/')}> .\n"
)

# The cast: an invented state, its minister, another person, a post, a place, a group, a source.
CAST = """
e:norland a t:State ; t:kind "state" ; skos:prefLabel "Norland"@en .
e:suland a t:State ; t:kind "state" ; skos:prefLabel "Suland"@en ; skos:altLabel "South Land"@en ; t:code "iso3166-1:SU" .
e:ada a t:Person ; t:kind "person" ; skos:prefLabel "Ada Orn"@en ; t:country e:norland .
e:bo a t:Person ; t:kind "person" ; skos:prefLabel "Bo Lind"@en ; t:unnamedIn s:paper .
e:minister a t:Post ; t:kind "post" ; skos:prefLabel "foreign minister of Norland"@en ; t:of e:norland .
e:harbour a t:Place ; t:kind "place" ; skos:prefLabel "Harbour"@en ; t:standsFor e:norland ; t:dataset "cast" .
e:pair a t:Group ; t:kind "group" ; skos:prefLabel "the two"@en ; t:closed true ; t:member e:norland, e:suland .
s:paper a t:Source ; dcterms:title "Paper" ; t:sourceKind "article" ; dcterms:language "en" ; t:textLength 900 ;
    t:sha256 "0000000000000000000000000000000000000000000000000000000000000000" ; t:fileName "paper.txt" ; t:modality t:asserted .
"""
INVITES = "st:a rdf:subject e:norland ; rdf:predicate r:invites ; rdf:object e:ada ; t:start 3 ; t:end 9 "


@dataclass(frozen=True)
class Finding:
    """One line of a report: the shape, the node it is about, the severity, the message."""

    shape: str
    node: str
    severity: str
    message: str


@cache
def shapes() -> Graph:
    return Graph().parse(FOLDER / "shapes.ttl")


@cache
def ontology() -> str:
    return vocabulary().graph.serialize(format="turtle")


def report(turtle: str) -> Graph:
    """What the shapes find in a store with the vocabulary, the cast and this, each in a graph of its own."""
    store = Store()
    iri = store_prefixes()
    for graph, text in (
        (iri["g"] + "ontology", ontology()),
        (iri["g"] + "entities", PREFIXED + CAST),
        (iri["s"] + "paper", PREFIXED + turtle),
    ):
        store.load(text.encode(), RdfFormat.TURTLE, to_graph=NamedNode(graph))
    result = validate(store, shacl_graph=shapes())[1]  # type: ignore[arg-type]  # its types forget that it takes a store
    assert isinstance(result, Graph)
    return result


def short(node: object) -> str:
    return str(node).rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def findings(turtle: str) -> list[Finding]:
    """The results of the report, in order; results that only explain another are left out."""
    graph = report(turtle)
    found = [
        Finding(
            shape=short(graph.value(result, SH.sourceConstraint) or graph.value(result, SH.sourceShape)),
            node=short(graph.value(result, SH.focusNode)),
            severity=short(graph.value(result, SH.resultSeverity)),
            message=str(graph.value(result, SH.resultMessage)),
        )
        for result in graph.objects(None, SH.result)
    ]
    return sorted(found, key=lambda f: (f.shape, f.node, f.message))


def found(turtle: str) -> set[tuple[str, str, str]]:
    return {(f.shape, f.node, f.severity) for f in findings(turtle)}


GOOD = {
    "the cast alone": "",
    "an invitation": INVITES + ".",
    "a coded row": """st:a rdf:subject e:norland ; rdf:predicate r:accuses ; rdf:object e:suland ; t:record "77-1" ; t:row 12 ;
        t:modality t:coded ; t:code "cameo-1.1b3:112" ; t:coder "icews 1" ; t:confidence 0.5 .""",
    "a claim about a claim with two speakers": INVITES
    + """. st:b rdf:subject e:suland ; rdf:predicate r:denies ; t:about st:a ; t:start 20 ; t:end 40 ; t:modality t:claimed ;
        t:attributedTo e:ada, e:suland ; t:voice e:ada ; t:key "b" ;
        prov:qualifiedAttribution <https://tertius.example/id/statement/b/speaker/1>, <https://tertius.example/id/statement/b/speaker/2> .
        <https://tertius.example/id/statement/b/speaker/1> prov:agent e:ada ; t:position 1 .
        <https://tertius.example/id/statement/b/speaker/2> prov:agent e:suland ; t:position 2 .""",
    "one speaker, without a chain": INVITES + "; t:attributedTo e:ada ; t:modality t:claimed .",
    "a record that leaves open towards whom": INVITES.replace("e:ada", "t:unspecified").replace(
        "t:start 3 ; t:end 9", 't:record "7"'
    )
    + ".",
    "an agent left open, roles, time, event": """st:a rdf:subject t:unspecified ; rdf:predicate r:convenes ; t:party e:norland, e:suland ;
        t:venue e:harbour ; t:host e:norland ; t:place e:harbour ; t:topic e:pair ; t:start 3 ; t:end 9 ; t:when "2031-03" ;
        t:earliest "2031-03-01"^^xsd:date ; t:latest "2031-03-31"^^xsd:date ; t:repeated true ;
        t:event "talks" ; t:eventCoder "curated" ; t:eventConfidence 0.9 ; t:subjectAs "someone" .""",
    "a statement as subject": INVITES
    + ". st:b rdf:subject st:a ; rdf:predicate r:worsens ; rdf:object e:suland ; t:start 3 ; t:end 9 .",
    "a retracted statement with its successor": INVITES
    + "; t:status t:retracted ; t:correctedBy st:b . st:b rdf:subject e:suland ; rdf:predicate r:invites ; rdf:object e:ada ; t:start 3 ; t:end 9 .",
    "holders one after the other": """
        st:a rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 ; t:latest "2031-03-01"^^xsd:date .
        st:b rdf:subject e:bo ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 ; t:earliest "2031-03-02"^^xsd:date .""",
    "holders who hand over within a day": """
        st:a rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 ;
            t:earliest "2029-03-01"^^xsd:date ; t:latest "2031-03-01"^^xsd:date .
        st:b rdf:subject e:bo ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 ; t:earliest "2031-03-01"^^xsd:date .""",
    "one holder in two statements": """
        st:a rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 .
        st:b rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 4 ; t:end 5 .""",
    "a denied holder": """
        st:a rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 .
        st:b rdf:subject e:bo ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 4 ; t:end 5 ; t:modality t:negated .""",
    "a retracted holder": """
        st:a rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 .
        st:b rdf:subject e:bo ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 4 ; t:end 5 ; t:status t:retracted ; t:note "misread" .""",
}


@pytest.mark.parametrize("turtle", GOOD.values(), ids=GOOD)
def test_right_data_passes_without_a_word(turtle: str) -> None:
    assert findings(turtle) == []


BAD = {
    "an undeclared relation": (INVITES.replace("r:invites", "r:beguiles") + ".", "predicate", "a"),
    "two relations": (INVITES + "; rdf:predicate r:meets .", "predicate", "a"),
    "an unknown subject": (INVITES.replace("e:norland", "e:nobody") + ".", "subject-exists", "a"),
    "two subjects": (INVITES + "; rdf:subject e:suland .", "subject", "a"),
    "an unknown object": (INVITES.replace("e:ada", "e:nobody") + ".", "object", "a"),
    "an open agent as object": (INVITES.replace("e:ada", "t:unspecified") + ".", "left-open", "a"),
    "about an entity": (INVITES + "; t:about e:suland .", "about", "a"),
    "an unknown party": (INVITES + "; t:party e:nobody .", "party", "a"),
    "two topics": (INVITES + "; t:topic e:norland, e:suland .", "topic", "a"),
    "a state as place": (INVITES + "; t:place e:norland .", "place", "a"),
    "a state as destination": (INVITES + "; t:destination e:norland .", "participants", "a"),
    "an unknown venue": (INVITES + "; t:venue e:nowhere .", "participants", "a"),
    "an end before the start": (INVITES.replace("t:end 9", "t:end 2") + ".", "start", "a"),
    "a start below zero": (INVITES.replace("t:start 3", "t:start -3") + ".", "start", "a"),
    "a start without end": (INVITES.replace("; t:end 9", "") + ".", "place-in-source", "a"),
    "no place in the source": (INVITES.replace("; t:start 3 ; t:end 9", "") + ".", "place-in-source", "a"),
    "offsets and a record": (INVITES + '; t:record "7" .', "place-in-source", "a"),
    "a start with a record": (INVITES.replace("; t:end 9", '; t:record "7"') + ".", "place-in-source", "a"),
    "a row before the first": (INVITES + "; t:row 0 .", "row", "a"),
    "an unknown speaker": (INVITES + "; t:attributedTo e:nobody .", "attributed-to", "a"),
    "two speakers without order": (INVITES + "; t:attributedTo e:ada, e:bo .", "chain-is-needed", "a"),
    "a modality of one's own": (INVITES + "; t:modality t:mediation .", "modality", "a"),
    "two modalities": (INVITES + "; t:modality t:claimed, t:negated .", "modality", "a"),
    "an earliest day after the latest": (
        INVITES + '; t:earliest "2031-03-02"^^xsd:date ; t:latest "2031-03-01"^^xsd:date .',
        "earliest",
        "a",
    ),
    "a day that is a text": (INVITES + '; t:latest "2031-03-01" .', "latest", "a"),
    "repeated as a text": (INVITES + '; t:repeated "yes" .', "repeated", "a"),
    "a confidence above one": (INVITES + "; t:confidence 1.5 .", "confidence", "a"),
    "a confidence that is a double": (INVITES + "; t:confidence 5e-1 .", "confidence", "a"),
    "an event's coder without event": (INVITES + '; t:eventCoder "curated" .', "with-event", "a"),
    "a status written out as active": (INVITES + '; t:status t:active ; t:note "why" .', "status", "a"),
    "a status without reason": (INVITES + "; t:status t:disputed .", "with-reason", "a"),
    "corrected by an entity": (INVITES + "; t:correctedBy e:ada .", "corrected-by", "a"),
    "a code without scheme": (INVITES + '; t:code "112" .', "statement-code", "a"),
    "a code that is a number": (INVITES + "; t:code 10 .", "statement-code", "a"),
    "a property of entities": (INVITES + "; t:standsFor e:norland .", "known-properties", "a"),
    "a property that does not exist": (INVITES + '; t:colour "red" .', "known-properties", "a"),
    "an entity of two classes": ("e:ada a t:Post .", "type", "ada"),
    "an entity of no kind": ('e:x a t:State ; skos:prefLabel "X"@en .', "with-kind", "x"),
    "a kind beside its class": ('e:x a t:State ; t:kind "person" ; skos:prefLabel "X"@en .', "kind-is-class", "x"),
    "a kind that does not exist": (
        'e:x a t:Occasion ; t:kind "occasion" ; skos:prefLabel "X"@en .',
        "kind-is-class",
        "x",
    ),
    "an entity without label": ('e:x a t:State ; t:kind "state" .', "pref-label", "x"),
    "an entity with two labels": ('e:ada skos:prefLabel "Ada"@en .', "pref-label", "ada"),
    "a label without language": ('e:x a t:State ; t:kind "state" ; skos:prefLabel "X" .', "pref-label", "x"),
    "a place that stands for a place": ("e:harbour t:standsFor e:harbour .", "stands-for", "harbour"),
    "a state that stands for another": ("e:norland t:standsFor e:suland .", "property-fits-kind", "norland"),
    "an entity with a property of statements": ("e:norland t:start 3 .", "property-fits-kind", "norland"),
    "a country that is a person": ("e:minister t:country e:ada .", "country", "minister"),
    "a country that does not exist": ("e:ada t:country e:lost .", "country", "ada"),
    "two countries": ("e:ada t:country e:norland, e:suland .", "country", "ada"),
    "a post of a place": ("e:minister t:of e:harbour .", "of", "minister"),
    "a closed group without members": (
        'e:x a t:Group ; t:kind "group" ; skos:prefLabel "X"@en ; t:closed true .',
        "group-is-closed",
        "x",
    ),
    "an open group with members": (
        'e:x a t:Group ; t:kind "group" ; skos:prefLabel "X"@en ; t:closed false ; t:member e:norland .',
        "group-is-closed",
        "x",
    ),
    "somebody unnamed in no source": ("e:ada t:unnamedIn s:lost .", "unnamed-in", "ada"),
    "a source without title": ('s:x a t:Source ; t:sourceKind "article" .', "title", "x"),
    "a source without kind": ('s:x a t:Source ; dcterms:title "X" .', "source-kind", "x"),
    "a hash that is none": (
        's:x a t:Source ; dcterms:title "X" ; t:sourceKind "article" ; t:sha256 "AB" .',
        "sha256",
        "x",
    ),
    "a file name with a folder": (
        's:x a t:Source ; dcterms:title "X" ; t:sourceKind "article" ; t:fileName "../x.txt" .',
        "file-name",
        "x",
    ),
}


@pytest.mark.parametrize(("turtle", "shape", "node"), BAD.values(), ids=BAD)
def test_wrong_data_is_found_where_it_is_wrong(turtle: str, shape: str, node: str) -> None:
    assert (shape, node, "Violation") in found(turtle)


def test_statements_about_each_other_are_found_however_long_the_circle() -> None:
    head = "rdf:predicate r:denies ; rdf:subject e:ada ; t:start 1 ; t:end 2 ; t:about"
    circle = f"st:a {head} st:b . st:b {head} st:c . st:c {head} st:a . st:d {head} st:a ."
    assert found(circle) == {("no-cycle-of-about", node, "Violation") for node in "abc"}


CHAIN = INVITES + "; t:modality t:claimed ; t:attributedTo e:ada, e:bo ; {} . {}"
LINK = "https://tertius.example/id/statement/a/speaker/"


@pytest.mark.parametrize(
    ("voice", "speakers", "expected"),
    [
        ("e:ada", {1: "e:ada", 2: "e:bo"}, set()),
        ("e:bo", {1: "e:ada", 2: "e:bo"}, {"chain-has-voice"}),
        ("e:ada", {1: "e:ada", 3: "e:bo"}, {"chain-is-counted"}),
        ("e:ada", {1: "e:ada"}, {"chain-is-counted", "chain-names-speakers"}),
        ("e:ada", {1: "e:ada", 2: "e:norland"}, {"chain-names-speakers"}),
        ("e:ada", {1: "e:ada", 2: "e:bo", 3: "e:ada"}, set()),
    ],
)
def test_a_chain_of_speakers_is_whole_and_begins_with_its_voice(
    voice: str, speakers: dict[int, str], expected: set[str]
) -> None:
    links = ", ".join(f"<{LINK}{i}>" for i in speakers)
    nodes = " ".join(f"<{LINK}{i}> prov:agent {who} ; t:position {i} ." for i, who in speakers.items())
    turtle = CHAIN.format(f"t:voice {voice} ; prov:qualifiedAttribution {links}", nodes)
    assert found(turtle) == {(shape, "a", "Violation") for shape in expected}


def test_a_blank_node_is_no_statement_and_no_entity() -> None:
    blank = "[] rdf:subject e:norland ; rdf:predicate r:invites ; rdf:object e:ada ; t:start 3 ; t:end 9 ."
    assert {(f.shape, f.severity) for f in findings(blank)} == {("StatementNode", "Violation")}
    blank = '[] a t:State ; t:kind "state" ; skos:prefLabel "X"@en .'
    assert {(f.shape, f.severity) for f in findings(blank)} == {("EntityNode", "Violation")}


HOLDERS = """
st:a rdf:subject e:ada ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 1 ; t:end 2 {} .
st:b rdf:subject e:bo ; rdf:predicate r:holds-post ; rdf:object e:minister ; t:start 4 ; t:end 5 {} .
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ('; t:earliest "2031-03-01"^^xsd:date', ""),
        ('; t:latest "2031-03-02"^^xsd:date', '; t:earliest "2031-03-01"^^xsd:date'),
        ('; t:earliest "2031-03-01"^^xsd:date', '; t:earliest "2031-03-01"^^xsd:date'),
        (
            '; t:earliest "2031-03-01"^^xsd:date ; t:latest "2031-03-01"^^xsd:date',
            '; t:earliest "2031-03-01"^^xsd:date ; t:latest "2031-03-01"^^xsd:date',
        ),
    ],
    ids=["undated", "one dated", "a day in common", "from one day on", "on one day"],
)
def test_two_holders_of_a_post_at_one_time_are_a_violation_that_names_both(first: str, second: str) -> None:
    iri = store_prefixes()
    assert findings(HOLDERS.format(first, second)) == [
        Finding(
            shape="one-holder",
            node="minister",
            severity="Violation",
            message=f"Two may hold this post at one time: {iri['e']}ada by {iri['st']}a and {iri['e']}bo by {iri['st']}b. "
            "Give their dates, or mark the statement that errs as disputed, with the reason and the correction.",
        )
    ]


def test_a_disputed_holder_is_a_known_conflict_and_only_a_warning() -> None:
    disputed = HOLDERS.format('; t:status t:disputed ; t:note "the paper errs" ; t:correctedBy st:b', "")
    assert found(disputed) == {("one-undisputed-holder", "minister", "Warning")}


def test_the_shapes_need_no_particular_engine() -> None:
    data = Graph().parse(data=PREFIXED + CAST + HOLDERS.format("", ""), format="turtle") + vocabulary().graph
    conforms, result, _ = validate(data, shacl_graph=shapes())
    assert isinstance(result, Graph)
    assert not conforms
    assert [short(s) for s in result.objects(None, SH.sourceConstraint)] == ["one-holder"]


def test_every_shape_has_an_iri_and_every_check_a_message() -> None:
    graph = shapes()
    declared = {
        s for cls in (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint) for s in graph.subjects(RDF.type, cls)
    }
    used = {o for p in (SH.property, SH.node, SH.sparql) for o in graph.objects(None, p)}
    assert used <= declared
    assert {s for s in declared if isinstance(s, BNode)} == set()
    targeted = {s for p in (SH.targetSubjectsOf, SH.targetClass) for s in graph.subjects(p)}
    assert {s for s in targeted if (s, RDFS.label, None) not in graph} == set()
    checks = {o for s in targeted for p in (SH.property, SH.sparql) for o in graph.objects(s, p)}
    assert {c for c in checks if (c, SH.message, None) not in graph} == set()


def test_the_shapes_themselves_are_sound_shacl() -> None:
    assert validate(Graph(), shacl_graph=shapes(), meta_shacl=True)[0] is True
