"""A citation as JSON-LD, as BibTeX and as a page."""

import re
from html import escape
from typing import Any

from pydantic_core import to_json

from graph.citations import Citation, CitedSource, Kind, Request
from ontology import PREFIXES

JSON_LD, BIBTEX, HTML = "application/ld+json", "application/x-bibtex", "text/html"

_UNION, _PREFIXED = "union-default-graph", "declared-prefixes"
CONTEXT: dict[str, Any] = {
    "schema": PREFIXES["schema"],
    "prov": PREFIXES["prov"],
    "dcterms": PREFIXES["dcterms"],
    "xsd": PREFIXES["xsd"],
    "spdx": "http://spdx.org/rdf/terms#",
    "id": "@id",
    "type": "@type",
    "title": "schema:name",
    "url": {"@id": "schema:url", "@type": "@id"},
    "created": {"@id": "schema:dateCreated", "@type": "xsd:dateTime"},
    "identifier": "schema:identifier",
    "part_of": {"@id": "schema:isPartOf", "@type": "@id"},
    "store": {"@id": "schema:identifier"},
    "revision": {"@id": "schema:version", "@type": "xsd:integer"},
    "rows": {"@id": "schema:size", "@type": "xsd:integer"},
    "form": "dcterms:type",
    "asked": {"@id": "prov:wasGeneratedBy"},
    "door": {"@id": "schema:target"},
    "query": {"@id": "prov:value"},
    "software": {"@id": "prov:wasAssociatedWith", "@type": "@id"},
    "parameters": {"@id": "schema:additionalProperty", "@container": "@set"},
    "name": "schema:name",
    "value": "schema:value",
    "checksum": "spdx:checksum",
    "algorithm": {"@id": "spdx:algorithm", "@type": "@id"},
    "digest": {"@id": "spdx:checksumValue", "@type": "xsd:hexBinary"},
    "sources": {"@id": "prov:hadPrimarySource", "@container": "@set"},
    "publisher": "schema:publisher",
    "published": "schema:datePublished",
    "licence": "schema:license",
    "sources_total": "schema:numberOfItems",
    "sources_are": "dcterms:provenance",
    "remarks": {"@id": "schema:description", "@container": "@set"},
}
"""What the words of the document mean: stands within it, so that nobody has to fetch it."""


def title(citation: Citation) -> str:
    """What was asked, on one line: a query by its comment, a question by its path and parameters."""
    request = citation.request
    if request.kind is Kind.SPARQL:
        query = request.query or ""
        first = next((line.strip() for line in query.splitlines() if line.strip()), "")
        words = first.lstrip("#").strip() if first.startswith("#") else ""
        return _short(words) or "Answer to a SPARQL query"
    words = request.path.strip("/").replace("/", " ").capitalize()
    return _short(", ".join([words, *(f"{name.replace('_', ' ')} {value}" for name, value in request.parameters)]))


def _short(text: str, length: int = 200) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def json_ld(citation: Citation) -> dict[str, Any]:
    """The citation as data: schema.org, PROV and SPDX, in plain words by a context of its own."""
    request = citation.request
    asked: dict[str, Any] = {"type": "prov:Activity", "door": request.path}
    if request.query is not None:
        asked["query"] = request.query
    settings = [(_UNION, str(request.union).lower()), *([] if request.prefixed else [(_PREFIXED, "false")])]
    parameters = [*request.parameters, *(settings if request.kind is Kind.SPARQL else [])]
    asked["parameters"] = [{"type": "schema:PropertyValue", "name": n, "value": v} for n, v in parameters]
    asked["software"] = {"type": ["prov:SoftwareAgent", "schema:SoftwareApplication"], "name": citation.software}
    return {
        "@context": CONTEXT,
        "id": citation.iri,
        "type": ["schema:Dataset", "prov:Entity"],
        "identifier": citation.id,
        "title": title(citation),
        "url": citation.iri,
        "created": citation.created.isoformat(),
        "revision": citation.revision,
        "part_of": {"id": citation.base, "type": "schema:DataCatalog", "store": citation.store_id},
        "asked": asked,
        "form": citation.form,
        "rows": citation.rows,
        "checksum": {
            "type": "spdx:Checksum",
            "algorithm": "spdx:checksumAlgorithm_sha256",
            "digest": citation.checksum,
        },
        "sources": [_source(s) for s in citation.sources],
        "sources_total": citation.sources_total,
        "sources_are": citation.scope,
        "remarks": list(citation.remarks),
    }


def citation_in(document: dict[str, Any]) -> Citation:
    """The citation that `json_ld` wrote. Raises KeyError, TypeError and ValueError where the document is none."""
    asked = document["asked"]
    pairs = [(p["name"], p["value"]) for p in asked["parameters"]]
    request = Request(
        kind=Kind.SPARQL if "query" in asked else Kind.QUESTION, path=asked["door"], query=asked.get("query"),
        parameters=tuple(pair for pair in pairs if pair[0] not in (_UNION, _PREFIXED)),
        union=dict(pairs).get(_UNION) != "false", prefixed=dict(pairs).get(_PREFIXED) != "false",
    )  # fmt: skip
    sources = tuple(
        CitedSource(
            id=s["id"].rpartition("/")[2], iri=s["id"], title=s["title"], publisher=s.get("publisher"),
            published=s.get("published"), licence=s.get("licence"),
        )
        for s in document["sources"]
    )  # fmt: skip
    return Citation(
        store_id=document["part_of"]["store"], base=document["part_of"]["id"], revision=document["revision"],
        request=request, form=document["form"], checksum=document["checksum"]["digest"], rows=document["rows"],
        sources=sources, sources_total=document["sources_total"], scope=document["sources_are"],
        remarks=document["remarks"], software=asked["software"]["name"], created=document["created"],
    )  # fmt: skip


def _source(source: CitedSource) -> dict[str, Any]:
    known = {
        "publisher": source.publisher,
        "published": source.published,
        "licence": source.licence,
    }
    found = {"id": source.iri, "type": "schema:CreativeWork", "title": source.title}
    return found | {name: value for name, value in known.items() if value}


def sources_line(citation: Citation) -> str:
    """Which sources the citation lists, in words."""
    listed = len(citation.sources)
    first = f", of which the first {listed} are listed" if listed < citation.sources_total else ""
    return f"Sources: {citation.sources_total}{first}, {citation.scope}."


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
        "<": r"\textless{}", ">": r"\textgreater{}", "\"": r"\textquotedbl{}", "|": r"\textbar{}",
    }
)  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def latex(text: str) -> str:
    """The text on one line, as LaTeX reads it. Braces become words: BibTeX counts them even after a backslash."""
    return _CONTROLS.sub(" ", text).strip().translate(_LATEX)


def bibtex(citation: Citation) -> str:
    """The citation as an entry for BibTeX and biber, in UTF-8. Nobody is named as its author: nobody is known."""
    day = citation.created
    licences = sorted({s.licence for s in citation.sources if s.licence})
    note = [
        f"revision {citation.revision} of the store {citation.store_id}",
        f"{citation.rows} {'row' if citation.rows == 1 else 'rows'}, SHA-256 {citation.checksum}",
        sources_line(citation).rstrip(".").lower(),
        *([f"licences: {'; '.join(licences)}"] if licences else []),
    ]
    fields = {
        "title": f"{{{latex(title(citation))}}}",
        "howpublished": latex(f"Tertius, frozen answer of {citation.request.path}"),
        "year": str(day.year),
        "month": f"{day:%b}".lower(),
        "url": citation.iri,
        "urldate": day.date().isoformat(),
        "version": str(citation.revision),
        "note": latex(", ".join(note)),
        "key": "Tertius",
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items()]
    return "\n".join([f"@misc{{tertius-{citation.id},", *lines, "}"]) + "\n"


def page(citation: Citation, *, kept: bool) -> str:
    """The citation to read, with the ways to its answer."""
    request = citation.request
    state = (
        "The store keeps this revision: the answer can be had as it was."
        if kept
        else "The store no longer keeps this revision: the question is asked again, and what has changed is told."
    )
    facts = [
        ("Address", citation.iri),
        ("Frozen", citation.created.isoformat(sep=" ")),
        ("Revision", str(citation.revision)),
        ("Store", citation.store_id),
        ("Software", citation.software),
        ("Rows", str(citation.rows)),
        ("SHA-256", citation.checksum),
        *((name, value) for name, value in request.parameters),
    ]
    rows = "".join(f"<tr><th>{escape(n)}</th><td>{escape(v)}</td></tr>" for n, v in facts)
    query = f"<pre>{escape(request.query)}</pre>" if request.query is not None else ""
    sources = "".join(
        f"<li>{escape(s.title)}{escape(', '.join(['', *filter(None, (s.publisher, s.published))]))}"
        f" <small>{escape(s.licence or 'licence not stated')}</small></li>"
        for s in citation.sources
    )
    notes = "".join(f"<p>{escape(remark)}</p>" for remark in (sources_line(citation), *citation.remarks))
    place = f"/citations/{citation.id}"
    return _PAGE.format(
        title=escape(title(citation)), state=state, place=place, rows=rows, path=escape(request.path), query=query,
        sources=sources, notes=notes, bibtex=escape(bibtex(citation)),
        data=to_json(json_ld(citation)).decode().replace("<", "\\u003c"),
    )  # fmt: skip


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<script type="application/ld+json">{data}</script>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem; }}
th {{ text-align: left; font-weight: normal; opacity: .75; padding-right: 1rem; vertical-align: top; }}
td, pre {{ overflow-wrap: anywhere; white-space: pre-wrap; }}
pre {{ font-size: .85em; border-left: 3px solid; padding-left: 1rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{state}</p>
<ul>
<li><a href="{place}/answer">The answer</a></li>
<li><a href="{place}/changes">What has changed since</a></li>
<li><a href="{place}.bib">BibTeX</a></li>
<li><a href="{place}.jsonld">JSON-LD</a></li>
</ul>
<h2>What was asked at <code>{path}</code></h2>
{query}
<table>{rows}</table>
<h2>Sources</h2>
<ul>{sources}</ul>
{notes}
<h2>BibTeX</h2>
<pre>{bibtex}</pre>
</body>
</html>
"""
