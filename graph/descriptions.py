"""What the graph tells of itself: VoID, named graphs, prefixes, example queries; and the SPARQL service.

The first four stand in a named graph of their own, so that editors can ask for them in SPARQL. They hold nothing that
depends on where or when: the address of the service and the revision are added where they are known.
"""

import re
from collections import Counter
from functools import cache

from graph.census import Census
from graph.examples import examples
from graph.rdf import Iris, Triples
from graph.snapshot import Snapshot
from graph.stores import serialized
from ontology import PREFIXES, compact, expand, store_prefixes

TITLE = "Tertius: who mediates, opposes, invites, accuses or supports whom, and who says so"
_RIGHTS = "Each source's description names its own licence; where it names none, none is known."
_FORMATS = "http://www.w3.org/ns/formats/"
_GRAPHS_LISTED = 100
"""Sources can be many: their graphs are listed up to this number, the largest ones first."""
_LICENCE = re.compile(r"(?:CC0|CC-BY(?:-NC)?(?:-ND|-SA)?|Apache|ODbL|ODC-By|PDDL)-\d\.\d|MIT|BSD-[23]-Clause")


def licence_iri(licence: str | None) -> str | None:
    """The address of a licence that is told by address or by its SPDX id; None for any other words."""
    if licence is None:
        return None
    if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", licence):
        return licence
    return f"https://spdx.org/licenses/{licence}" if _LICENCE.fullmatch(licence) else None


# What the store holds


def own_description(census: Census, licences: dict[str, str | None], iris: Iris) -> Triples:
    """The description, the prefixes and the examples, to be kept in the named graph `iris.service_graph`.

    All counts include the description itself. `licences` are those of the sources by the IRI of their named graph.
    """
    constant = _constant(iris)
    own = Counter[str](), Counter[str](), 0, 0
    while True:  # what is counted grows until each property of the description has its own partition
        found = Triples(constant.lines)
        _describe(found, _with_itself(census, own, iris), licences, iris)
        counted = _count(found)
        if counted == own:
            return found
        own = counted


def _count(found: Triples) -> tuple[Counter[str], Counter[str], int, int]:
    """Triples by property, instances by class, the number of distinct subjects that nothing else tells of."""
    split = [line.split(" ", 2) for line in found.lines]
    properties = Counter(p[1:-1] for _, p, _ in split)
    classes = Counter(o[1:-3] for _, p, o in split if p == f"<{expand('rdf:type')}>")
    return properties, classes, len({s for s, _, _ in split}), len(split)


def _with_itself(census: Census, own: tuple[Counter[str], Counter[str], int, int], iris: Iris) -> Census:
    properties, classes, subjects, triples = own
    return Census(
        census.properties + properties,
        census.classes + classes,
        census.class_properties,
        {**census.graphs, iris.service_graph: triples},
        census.subjects + subjects,
    )


@cache
def _constant(iris: Iris) -> Triples:
    """Prefixes and examples."""
    found = Triples()
    for prefix, namespace in sorted(store_prefixes(iris.base).items()):
        node = f"{iris.base}void#prefix-{prefix}"
        found.link(iris.dataset, "sh:declare", node)
        found.link(node, "rdf:type", expand("sh:PrefixDeclaration"))
        found.text(node, "sh:prefix", prefix)
        found.typed(node, "sh:namespace", namespace, "anyURI")
        found.text(node, "vann:preferredNamespacePrefix", prefix)
        found.text(node, "vann:preferredNamespaceUri", namespace)
    found.lines.update(_examples(iris).lines)
    return found


@cache
def _examples(iris: Iris) -> Triples:
    found = Triples()
    for example in examples(iris.base):
        node = iris.example(example.name)
        found.link(node, "rdf:type", expand("sh:SPARQLExecutable"), expand("sh:SPARQLSelectExecutable"))
        found.text(node, "rdfs:label", example.title, "en")
        found.text(node, "rdfs:comment", example.comment, "en")
        found.text(node, "sh:select", example.text)
        found.link(node, "sh:prefixes", iris.dataset)
        for keyword in example.keywords:
            found.text(node, "schema:keywords", keyword, "en")
    return found


def _describe(found: Triples, census: Census, licences: dict[str, str | None], iris: Iris) -> None:
    d, base = iris.dataset, iris.base
    found.link(d, "rdf:type", expand("void:Dataset"), expand("sd:Dataset"))
    found.text(d, "dcterms:title", TITLE, "en")
    found.text(d, "dcterms:rights", _RIGHTS, "en")
    for licence in sorted({iri for text in licences.values() if (iri := licence_iri(text))}):
        found.link(d, "dcterms:license", licence)
    found.typed(d, "void:triples", census.triples)
    found.typed(d, "void:distinctSubjects", census.subjects)
    found.typed(d, "void:properties", len(census.properties))
    found.typed(d, "void:classes", len(census.classes))
    found.text(d, "void:uriSpace", f"{base}id/")
    found.link(
        d,
        "void:vocabulary",
        *sorted({ns for ns in PREFIXES.values() if any(p.startswith(ns) for p in census.properties)}),
    )
    for iri, number in sorted(census.properties.items()):
        node = f"{base}void#property-{_fragment(iri)}"
        found.link(d, "void:propertyPartition", node)
        found.link(node, "void:property", iri)
        found.typed(node, "void:triples", number)
    for iri, number in sorted(census.classes.items()):
        node = f"{base}void#class-{_fragment(iri)}"
        found.link(d, "void:classPartition", node)
        found.link(node, "void:class", iri)
        found.typed(node, "void:entities", number)
        for name, triples in sorted(census.class_properties.get(iri, {}).items()):
            part = f"{node}-{_fragment(name)}"
            found.link(node, "void:propertyPartition", part)
            found.link(part, "void:property", name)
            found.typed(part, "void:triples", triples)
    largest = sorted(census.graphs, key=lambda g: (not g.startswith(f"{base}graph/"), -census.graphs[g], g))
    for graph in largest[:_GRAPHS_LISTED]:
        node = _graph(found, graph, census.graphs[graph], iris)
        if terms := licence_iri(licences.get(graph)):
            found.link(node, "dcterms:license", terms)


def _graph(found: Triples, graph: str, triples: int, iris: Iris) -> str:
    """Tells of a named graph; gives the IRI of its content."""
    name = f"{iris.base}void#graph-{_fragment(graph.removeprefix(iris.base))}"
    content = f"{name}-content"
    found.link(iris.dataset, "sd:namedGraph", name)
    found.link(iris.dataset, "void:subset", content)
    found.link(name, "rdf:type", expand("sd:NamedGraph"))
    found.link(name, "sd:name", graph)
    found.link(name, "sd:graph", content)
    found.link(content, "rdf:type", expand("sd:Graph"), expand("void:Dataset"))
    found.typed(content, "void:triples", triples)
    return content


def _fragment(iri: str) -> str:
    return re.sub(r"[^\w.-]+", "-", compact(iri))


# What is told at an address


def void(snapshot: Snapshot, home: str | None = None, creator: str | None = None) -> Triples:
    """The description as it stands in the store, with the revision and, where it is served, where to ask and to fetch.

    `home` is the address of the service, with a slash at its end; `creator` the name of whoever made the data.
    """
    iris = snapshot.iris
    d, document = iris.dataset, f"{iris.base}void"
    prefix = f"<{iris.base}void#"
    found = Triples(line for line in snapshot.store.triples("", iris.service_graph) if line.startswith(prefix))
    if not found.lines:  # a store of raw RDF counts nothing beforehand
        for graph in snapshot.store.graphs()[:_GRAPHS_LISTED]:
            _graph(found, graph, snapshot.store.size(graph), iris)
    found.link(document, "rdf:type", expand("void:DatasetDescription"))
    found.link(document, "foaf:primaryTopic", d)
    found.link(d, "rdf:type", expand("void:Dataset"), expand("sd:Dataset"))
    found.typed(d, "void:triples", snapshot.quads)
    found.text(d, "owl:versionInfo", f"revision {snapshot.revision}", "en")
    found.link(d, "void:exampleResource", *_shown(snapshot))
    found.typed(d, "void:entities", len(snapshot.entities) + len(snapshot.columns) + len(snapshot.sources))
    if creator is not None:
        agent = f"{iris.base}void#creator"
        found.link(d, "dcterms:creator", agent)
        found.link(agent, "rdf:type", expand("foaf:Agent"))
        found.text(agent, "foaf:name", creator)
    if home is not None:
        found.link(d, "foaf:homepage", home)
        found.link(d, "void:sparqlEndpoint", f"{home}sparql")
        found.link(d, "void:dataDump", f"{home}store")
        for name in ("Turtle", "JSON-LD", "N-Triples", "RDF_XML"):
            found.link(d, "void:feature", f"{_FORMATS}{name}")
    return found


def example_triples(snapshot: Snapshot, home: str) -> Triples:
    """The example queries, with the endpoint that they are for."""
    found = Triples(_examples(snapshot.iris).lines)
    for example in examples(snapshot.iris.base):
        found.link(snapshot.iris.example(example.name), "schema:target", f"{home}sparql")
    return found


def _shown(snapshot: Snapshot) -> list[str]:
    """IRIs that show what there is: one entity, one source, one statement."""
    iris = snapshot.iris
    entities, sources = min(snapshot.entities, default=None), min(snapshot.sources, default=None)
    return [
        *([iris.entity(entities)] if entities else []),
        *([iris.source(sources)] if sources else []),
        *map(iris.statement, snapshot.columns.first_ids(1)),
    ]


def service_description(
    snapshot: Snapshot, endpoint: str, *, union: bool = True, updates: bool = False, home: str | None = None,
    creator: str | None = None,
) -> Triples:  # fmt: skip
    """The SPARQL service at `endpoint` and its dataset.

    `union` tells whether the default graph is that of all named graphs, `updates` whether any may be sent there.
    """
    iris = snapshot.iris
    found = void(snapshot, home or endpoint.removesuffix("sparql"), creator)
    service, default = f"{endpoint}#service", f"{iris.base}void#default"
    found.link(service, "rdf:type", expand("sd:Service"))
    found.link(service, "sd:endpoint", endpoint)
    found.link(service, "sd:supportedLanguage", expand("sd:SPARQL11Query"))
    if updates:
        found.link(service, "sd:supportedLanguage", expand("sd:SPARQL11Update"))
    if union:
        found.link(service, "sd:feature", expand("sd:UnionDefaultGraph"))
    for name in ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
                 "Turtle", "N-Triples", "N-Quads", "TriG", "JSON-LD", "RDF_XML"):  # fmt: skip
        found.link(service, "sd:resultFormat", f"{_FORMATS}{name}")
    found.link(service, "sd:defaultDataset", iris.dataset)
    found.link(iris.dataset, "sd:defaultGraph", default)
    found.link(default, "rdf:type", expand("sd:Graph"), expand("void:Dataset"))
    found.typed(default, "void:triples", snapshot.quads if union else snapshot.store.size())
    return found


def rdf(found: Triples, media_type: str, iris: Iris) -> bytes:
    """Triples in a format of RDF, with the usual prefixes."""
    lines = "".join(sorted(f"{line}\n" for line in found.lines))
    return serialized(lines, media_type, store_prefixes(iris.base))
