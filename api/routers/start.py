"""The start page: it leads to everything, with examples that work."""

from html import escape
from typing import Annotated
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import ReplyDep
from api.media_types import accepted, negotiate
from api.parameters import NoParameters
from graph.examples import examples as example_queries
from graph.named_queries import named_queries
from graph.selection import Selection
from graph.snapshot import Snapshot
from ontology import UNSPECIFIED

router = APIRouter(tags=["service"])

RELATIONS = ("mediates", "opposes", "invites", "accuses", "supports")
FAMILIES = ("mediation", "affiliation")
LOOKING = (
    ("/entities", "Entities: actors, places, occasions, agreements, matters"),
    ("/statements", "Statements, whole; also as /statements.csv and /statements.jsonl"),
    ("/conflicts", "Statements that contradict each other, and why"),
    ("/agreement", "Two coders of the same texts, compared field by field"),
    ("/mediations", "Episodes of mediation: offers, answers, sessions"),
    ("/timeline", "Statements per day, month or year, by data set; drawn: /timeline.svg and /timeline.png"),
    ("/tables/dyad?by=year", "Tables for statistics: pairs by month or year as CSV, Parquet or Stata, with a codebook"),
    ("/sources", "Sources with the number of their statements"),
    ("/datasets", "Data sets: what each is and tells of, what became of its records, and what was rejected"),
    ("/differences", "What differs between two revisions"),
)
NETWORKS = (
    ("/network.svg", "Who is joined to whom, drawn; also /network.png"),
    ("/network?projection=dyads", "The same as data; also /network.graphml, .gexf, .cyjs and .csv"),
    ("/network/measures", "Who is central: degree, betweenness, PageRank and others"),
    ("/network/brokerage", "Who brokers between whose groups, beside what chance would have it"),
    ("/network/balance", "How balanced the network of friends and enemies is"),
)
PROGRAMS = (
    ("/docs", "Every path and parameter, to read and to try"),
    ("/ontology", "The vocabulary to read"),
    ("/relations", "The vocabulary: relations with their frames, families, modalities, roles"),
    ("/query", "A page to query from in SPARQL"),
    ("/examples", "Example queries, each with a link that runs it"),
    ("/questions", "Named questions in SPARQL, each at an address of its own"),
    (
        f"/sparql?{urlencode({'query': 'SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 10'})}",
        "SPARQL 1.1 queries for programs, by GET and POST; the bare address describes the service",
    ),
    ("/void", "What is in it: counts by class, property and named graph (VoID)"),
    ("/health", "Whether the service answers, and from which revision"),
    ("/openapi.json", "The description of all this for programs"),
)


Link = tuple[str, str]
"""An address, and what is there in words."""


def examples(snapshot: Snapshot) -> list[Link]:
    """Questions that have answers in this graph."""
    found = [(f"/who/{word}", f"Who {word}?") for word in RELATIONS if _has_answers(snapshot, Selection(question=word))]
    if sides := _sides(snapshot):
        query, names = urlencode({"between": sides}, doseq=True), " and ".join(map(snapshot.label, sides))
        found.insert(0, (f"/who/mediates?{query}", f"Who mediates between {names}?"))
        found.insert(1, (f"/mediations?{query}", f"What came of it between {names}, step by step?"))
    if _has_answers(snapshot, Selection(question="opposition", about_relation="mediates")):
        found.append(("/who/opposition?about_relation=mediates", "Who opposes whose mediation?"))
    families = [f for f in FAMILIES if _has_answers(snapshot, Selection(question=f))]
    found += [(f"/who/{family}", f"All of the family {family}") for family in families]
    if voice := _voice(snapshot):
        query = urlencode({"according_to": voice})
        found.append((f"/statements?{query}", f"What is so according to {snapshot.label(voice)}?"))
    return [*found, ("/statements?according_to=source", "What do sources vouch for themselves?")]


def networks(snapshot: Snapshot) -> list[Link]:
    """Networks and their measures, those of two sides or voices where there are such."""
    found = list(NETWORKS)
    if sides := _sides(snapshot):
        query, names = urlencode({"between": sides}, doseq=True), " and ".join(map(snapshot.label, sides))
        path = urlencode(dict(zip(("from", "to"), sides, strict=True)))
        found.append((f"/network/mediators?{query}", f"Who mediates between {names}, and who might"))
        found.append((f"/network/paths?{path}", f"The shortest paths between {names}"))
    if voice := _voice(snapshot):
        query = urlencode([("according_to", voice), ("according_to", "source")])
        label = snapshot.label(voice)
        found.append((f"/network/compare?{query}", f"What {label} tells beside what sources vouch for"))
    return found


def _sides(snapshot: Snapshot) -> tuple[str, str] | None:
    """Two sides between whom somebody mediates, by curated claims where there are any."""
    c = snapshot.columns
    rows = snapshot.selector.select(Selection(question="mediates")).rows
    claims_first = np.argsort(snapshot.selector.origins.evidence[c.source[rows]], kind="stable")
    for number in dict.fromkeys(c.parties[rows[claims_first]].tolist()):
        sides = [c.entities[e] for e in c.party_sets[number]]
        if len(sides) == 2 and UNSPECIFIED not in sides:
            return sides[0], sides[1]
    return None


def _voice(snapshot: Snapshot) -> str | None:
    c = snapshot.columns
    return next((c.entities[chain[0]] for chain in c.chains if chain), None)


def _has_answers(snapshot: Snapshot, selection: Selection) -> bool:
    return len(snapshot.selector.select(selection).rows) > 0


@router.get("/", response_class=HTMLResponse, summary="What there is, with examples that work")
def start(parameters: Annotated[NoParameters, Query()], request: Request, reply: ReplyDep) -> Response:
    """As a page, or as JSON where that is preferred."""
    media_type = negotiate(accepted(request.headers), ["text/html", "application/json"])
    reply.check(media_type)
    snapshot = reply.snapshot
    questions, drawn = examples(snapshot), networks(snapshot)
    if media_type == "application/json":
        links = [{"href": a, "title": t} for a, t in (*questions, *LOOKING, *drawn, *PROGRAMS)]
        return reply.json({"title": "Tertius", "revision": snapshot.revision, "links": links})
    named = named_queries()
    queries = [
        (f"/sparql?{urlencode({'query': e.text})}", e.title)
        for e in example_queries(snapshot.iris.base)  # with prefixes, which are not declared for raw RDF
        if not named[e.name].variables
    ]
    body = "".join(
        f"<h2>{title}</h2><ul>{''.join(f'<li>{_link(a, t)}</li>' for a, t in links)}</ul>"
        for title, links in (
            ("Questions", questions),
            ("Looking through it", LOOKING),
            ("Networks", drawn),
            ("For programs, and for who writes them", PROGRAMS),
            ("In SPARQL", queries),
        )
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
