"""Pages about the graph as a whole: what it holds, and queries to start from."""

from urllib.parse import urlencode

from api.pages.html import Html, el, join, link, pairs, table
from api.pages.things import local
from graph.descriptions import TITLE
from graph.examples import examples
from graph.snapshot import Snapshot
from ontology import compact, store_prefixes

_COUNTED = "SELECT ?iri ?n {{ GRAPH g:service {{ {} }} }} ORDER BY DESC(?n) ?iri"
_CLASSES = _COUNTED.format("?d void:classPartition ?x . ?x void:class ?iri ; void:entities ?n")
_PROPERTIES = _COUNTED.format("?d a sd:Dataset ; void:propertyPartition ?x . ?x void:property ?iri ; void:triples ?n")
_GRAPHS = _COUNTED.format("?x sd:name ?iri ; sd:graph ?y . ?y void:triples ?n")


def void_page(snapshot: Snapshot) -> Html:
    """Counts by class, property and named graph."""
    return join(
        el("h1", "What is in it"),
        el("p", TITLE, class_="lead"),
        pairs(
            ("statements", f"{len(snapshot.columns):,}"),
            ("entities", f"{len(snapshot.entities):,}"),
            ("sources", link("/sources", f"{len(snapshot.sources):,}")),
            ("triples", f"{snapshot.quads:,}"),
            ("revision", snapshot.revision),
            ("ask", join(link("/query", "SPARQL"), "; ", link("/examples", "examples"))),
            ("licences", "Each source names its own. Where it names none, none is known."),
        ),
        el("h2", "Named graphs"),
        _counted(snapshot, _GRAPHS, "triples"),
        el("h2", "Classes"),
        _counted(snapshot, _CLASSES, "instances"),
        el("h2", "Properties"),
        _counted(snapshot, _PROPERTIES, "triples"),
    )


def _counted(snapshot: Snapshot, query: str, what: str) -> Html:
    prefixes = store_prefixes(snapshot.iris.base)
    rows: list[tuple[object, ...]] = [
        (link(local(r["iri"], snapshot.iris.base), el("code", compact(r["iri"], prefixes))), f"{int(r['n']):,}")
        for r in snapshot.store.select(query)
    ]
    return table(("name", what), rows) or el("p", "Not counted in a store of raw RDF.", class_="soft")


def examples_page(snapshot: Snapshot) -> Html:
    """The example queries, each with links that run it."""
    found = examples(snapshot.iris.base)
    return join(
        el("h1", "Example queries"),
        el(
            "p", "Each is SPARQL that runs as it stands. Where a line says VALUES, put in what you look for: ",
            link("#find-by-name", "find by name"), " gives the IRIs.", class_="lead",
        ),
        el("ul", *(el("li", link(f"#{e.name}", e.title)) for e in found)),
        *(
            el(
                "article",
                el("h2", e.title),
                el("p", e.comment) if e.comment != e.title else "",
                el("p", ", ".join(e.keywords), class_="soft"),
                el("pre", e.text),
                el(
                    "p",
                    link(f"/query?{urlencode({'query': e.text})}", "Run it"), " · ",
                    link(f"/sparql?{urlencode({'query': e.text})}", "answer as JSON"),
                ),
                id=e.name,
            )
            for e in found
        ),
    )  # fmt: skip
