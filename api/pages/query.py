"""The page to query from: a form, examples to put in it, and the answer as a table."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from api.pages.html import Html, el, join, link, page, table
from api.pages.things import local
from graph.examples import examples
from ontology import compact, store_prefixes

ROWS_SHOWN = 1_000
_PREFIXES = (
    "The usual prefixes are declared: e: entities, r: relations, s: sources, st: statements, g: named graphs, "
    "t: the vocabulary."
)
_FIRST = "SELECT ?who ?whom WHERE {\n  GRAPH g:edges { ?who r:invites ?whom }\n}"
_FIRST_PLAIN = "SELECT ?g ?s ?p ?o WHERE {\n  GRAPH ?g { ?s ?p ?o }\n}\nLIMIT 100"


def query_page(base: str, query: str, answer: object = "", *, prefixed: bool) -> str:
    """The whole page. `answer` is what stands below the form; `prefixed` tells whether prefixes are declared."""
    first = _FIRST if prefixed else _FIRST_PLAIN
    offered = el(
        "details", el("summary", "Examples"),
        el("ul", *(el("li", link(f"/query?{urlencode({'query': e.text})}", e.title)) for e in examples(base))),
    )  # fmt: skip
    form = el(
        "form",
        el("p", el("textarea", query or first, name="query", rows=14, aria_label="SPARQL query", spellcheck="false")),
        el("p", el("button", "Ask", type="submit")),
        action="/query", method="get",
    )  # fmt: skip
    body = join(
        el("h1", "Query"),
        el(
            "p", "SPARQL 1.1. ", _PREFIXES if prefixed else "No prefixes are declared.", " Programs ask at ",
            el("code", "/sparql"), ".", class_="soft",
        ),
        form, answer, offered,
    )  # fmt: skip
    return page("Query", body)


def solutions(base: str, query: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Html:
    """Solutions of the JSON results format as a table."""
    prefixes = store_prefixes(base)

    def cell(term: Mapping[str, Any] | None) -> object:
        if term is None:
            return ""
        value = str(term["value"])
        if term["type"] == "uri":
            return (
                link(local(value, base), compact(value, prefixes)) if value.startswith(("http:", "https:")) else value
            )
        return value

    shown: list[tuple[object, ...]] = [tuple(cell(row.get(n)) for n in names) for row in rows[:ROWS_SHOWN]]
    count = f"{len(rows):,} rows" if len(rows) != 1 else "1 row"
    more = f", the first {ROWS_SHOWN:,} are shown" if len(rows) > ROWS_SHOWN else ""
    address = f"/sparql?{urlencode({'query': query})}"
    return join(
        el("h2", "Answer"),
        el("p", f"{count}{more}. ", link(address, "The same as data"), ".", class_="soft"),
        table(tuple(names), shown),
    )
