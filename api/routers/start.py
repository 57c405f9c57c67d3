"""The start page: it leads to everything, with examples that work."""

from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import ReplyDep
from api.media_types import accepted, negotiate
from api.parameters import NoParameters
from graph.examples import examples as example_queries
from graph.named_queries import named_queries
from graph.selection import Selection
from graph.snapshot import Snapshot

router = APIRouter(tags=["service"])

RELATIONS = ("mediates", "opposes", "invites", "accuses", "supports")
FAMILIES = ("mediation", "affiliation")
PAGES = (
    ("/docs", "Every path and parameter, to read and to try"),
    ("/relations", "The vocabulary: relations with their frames, families, modalities, roles"),
    ("/ontology", "The vocabulary to read"),
    ("/differences", "What differs between two revisions"),
    ("/sources", "Sources with the number of their statements"),
    ("/datasets", "Data sets: what each is and tells of, what became of its records, and what was rejected"),
    ("/entities", "Entities: actors, places, occasions, agreements, matters"),
    ("/tables/dyad?by=year", "Tables for statistics: pairs by month or year as CSV, Parquet or Stata, with a codebook"),
    ("/statements", "Statements, whole; also as /statements.csv and /statements.jsonl"),
    ("/conflicts", "Statements that contradict each other, and why"),
    ("/agreement", "Two coders of the same texts, compared field by field"),
    ("/timeline", "Statements per day, month or year, by data set; drawn: /timeline.svg and /timeline.png"),
    ("/network.svg", "Who is joined to whom, drawn; also /network.png"),
    ("/questions", "Named questions in SPARQL, each at an address of its own"),
    ("/query", "A page to query from in SPARQL"),
    ("/examples", "Example queries, each with a link that runs it"),
    (
        f"/sparql?{urlencode({'query': 'SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 10'})}",
        "SPARQL 1.1 queries for programs, by GET and POST; the bare address describes the service",
    ),
    ("/void", "What is in it: counts by class, property and named graph (VoID)"),
    ("/health", "Whether the service answers, and from which revision"),
    ("/openapi.json", "The description of all this for programs"),
)


def examples(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Questions that have answers in this graph: (address, words)."""
    c = snapshot.columns
    found = [(f"/who/{word}", f"Who {word}?") for word in RELATIONS if _has_answers(snapshot, Selection(question=word))]
    for parties in (p for p in c.party_sets if len(p) == 2):
        ids = tuple(c.entities[e] for e in parties)
        if _has_answers(snapshot, Selection(question="mediates", between=ids)):
            names = " and ".join(snapshot.label(i) for i in ids)
            query = urlencode([("between", i) for i in ids])
            found.insert(0, (f"/who/mediates?{query}", f"Who mediates between {names}?"))
            break
    if _has_answers(snapshot, Selection(question="opposition", about_relation="mediates")):
        found.append(("/who/opposition?about_relation=mediates", "Who opposes whose mediation?"))
    families = [f for f in FAMILIES if _has_answers(snapshot, Selection(question=f))]
    found += [(f"/who/{family}", f"All of the family {family}") for family in families]
    voices = [c.entities[chain[0]] for chain in c.chains if chain]
    if voices:
        query = urlencode({"according_to": voices[0]})
        found.append((f"/statements?{query}", f"What is so according to {snapshot.label(voices[0])}?"))
    return [*found, ("/statements?according_to=source", "What do sources vouch for themselves?")]


def _has_answers(snapshot: Snapshot, selection: Selection) -> bool:
    return len(snapshot.selector.select(selection).rows) > 0


@router.get("/", response_class=HTMLResponse, summary="What there is, with examples that work")
def start(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """As a page, or as JSON where that is preferred."""
    media_type = negotiate(accepted(request.headers), ["text/html", "application/json"])
    reply.check(media_type)
    snapshot = reply.snapshot
    questions = examples(snapshot)
    if media_type == "application/json":
        links = [{"href": a, "title": t} for a, t in (*PAGES, *questions)]
        return reply.json({"title": "Tertius", "revision": snapshot.revision, "links": links})
    named = named_queries()
    queries = [
        (f"/sparql?{urlencode({'query': e.text})}", e.title)
        for e in example_queries(snapshot.iris.base)  # with prefixes, which are not declared for raw RDF
        if not named[e.name].variables
    ]
    body = "".join(
        f"<h2>{title}</h2><ul>{''.join(f'<li>{_link(a, t)}</li>' for a, t in links)}</ul>"
        for title, links in (("Questions", questions), ("Everything", PAGES), ("In SPARQL", queries))
    )
    counts = (
        f"{len(snapshot.columns)} statements about {len(snapshot.entities)} entities "
        f"from {len(snapshot.sources)} sources, revision {snapshot.revision}"
    )
    return reply.whole(_PAGE.format(counts=counts, body=body), media_type)


def _link(address: str, text: str) -> str:
    shown = f" <code>{escape(address)}</code>" if len(address) < 100 else ""
    return f'<a href="{escape(address, quote=True)}">{escape(text)}</a>{shown}'


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tertius</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem; }}
h1 {{ margin-bottom: 0; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
ul {{ padding-left: 1.1rem; }} li {{ margin: .3rem 0; }}
code {{ font-size: .85em; opacity: .75; overflow-wrap: anywhere; }}
.counts {{ opacity: .75; }}
</style>
</head>
<body>
<h1>Tertius</h1>
<p>Who mediates, opposes, invites, accuses or supports whom in international affairs,
and <strong>who says so</strong>.</p>
<p class="counts">{counts}</p>
{body}
</body>
</html>
"""
