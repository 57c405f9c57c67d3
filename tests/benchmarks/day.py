"""The eight questions of a researcher's day, as SPARQL that every engine takes, and as our own where columns answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graph import KnowledgeGraph
from ontology import store_prefixes
from tests.benchmarks.client import with_query

ONE, OTHER = "state-1", "state-4"
SINCE, UNTIL = "2005-01-01", "2020-12-31"
Rows = set[tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """A question in SPARQL, its prefixes declared; where we have a path of our own for it, that path.

    `key` are the variables in which both answers must agree, `read` finds their values in our answer.
    """

    name: str
    sparql: str
    path: str | None = None
    key: tuple[str, ...] = ("statement",)
    read: Callable[[Any], Rows] = lambda _: set()


def day(graph: KnowledgeGraph) -> list[Asked]:
    """The questions, about two actors and a statement of the graph."""
    iris = graph.iris
    one, other = iris.entity(ONE), iris.entity(OTHER)
    some = graph.snapshot.columns.id(len(graph.snapshot.columns) // 2)

    def whole(body: Any) -> Rows:
        return {()} if body["id"] == some else set()

    def found(body: Any) -> Rows:
        return {(iris.statement(s),) for answer in body["answers"] for s in answer["statements"]}

    def listed(body: Any) -> Rows:
        return {(iris.statement(s["id"]),) for s in body["items"]}

    def months(body: Any) -> Rows:
        return {(p["period"], str(p["statements"])) for p in body["periods"] if p["statements"]}

    def asked(name: str, text: str, *more: Any) -> Asked:
        prefixes = store_prefixes(iris.base).items()
        used = [f"PREFIX {p}: <{iri}>\n" for p, iri in prefixes if re.search(rf"(?<![\w:]){p}:", text)]
        return Asked(name, "".join(used) + text, *more)

    exact = {"exact": "true", "limit": "1000"}
    return [
        asked(
            "mediators of a pair in a period",
            f"""SELECT ?mediator ?relation ?statement ?earliest ?latest ?source WHERE {{
              VALUES (?one ?other) {{ (<{one}> <{other}>) }}
              GRAPH ?source {{
                ?statement t:party ?one, ?other ; rdf:predicate ?relation ; rdf:subject ?mediator ; t:latest ?latest .
              }}
              ?relation t:family t:mediation .
              MINUS {{ ?statement t:status t:retracted }}
              OPTIONAL {{ ?statement t:earliest ?earliest }}
              FILTER(?latest >= "{SINCE}"^^xsd:date && (!BOUND(?earliest) || ?earliest <= "{UNTIL}"^^xsd:date))
            }} ORDER BY ?mediator ?statement""",
            with_query("/who/mediation", party=ONE, since=SINCE, until=UNTIL, **exact) + f"&party={OTHER}",
            ("statement",),
            found,
        ),
        asked(
            "what X said about Y, with sources",
            f"""SELECT DISTINCT ?statement ?relation ?subject ?object ?source ?start ?end WHERE {{
              VALUES (?speaker ?other) {{ (<{one}> <{other}>) }}
              GRAPH ?source {{
                ?statement t:attributedTo ?speaker ; ?role ?other ; rdf:predicate ?relation ;
                  t:start ?start ; t:end ?end .
              }}
              MINUS {{ ?statement t:status t:retracted }}
              FILTER(?role NOT IN (t:attributedTo, t:voice, t:topic, t:place))
            }} ORDER BY ?source ?start""",
            with_query("/statements", attributed_to=ONE, involving=OTHER, **exact),
            ("statement",),
            listed,
        ),
        asked(
            "who opposes whose mediation",
            """SELECT ?opponent ?relation ?mediator ?mediation ?statement ?source WHERE {
              GRAPH ?source { ?statement t:about ?mediation ; rdf:predicate ?relation ; rdf:subject ?opponent . }
              ?mediation rdf:predicate ?mediates ; rdf:subject ?mediator .
              ?relation rdfs:subPropertyOf* r:opposes . ?mediates rdfs:subPropertyOf* r:mediates .
              MINUS { ?statement t:status t:retracted }
              MINUS { ?statement t:modality t:negated ; rdf:predicate ?narrower . FILTER(?narrower != r:opposes) }
              MINUS { ?mediation t:modality t:negated ; rdf:predicate ?narrower . FILTER(?narrower != r:mediates) }
            } ORDER BY ?opponent ?mediator""",
            with_query("/who/opposes", about_relation="mediates", limit="1000"),
            ("statement",),
            found,
        ),
        asked(
            "invitations by month",
            """SELECT ?month (COUNT(?statement) AS ?statements) WHERE {
              ?statement rdf:predicate r:invites ; t:earliest ?earliest ; t:latest ?latest .
              MINUS { ?statement t:status t:retracted }
              BIND(SUBSTR(STR(?earliest), 1, 7) AS ?month) FILTER(STRSTARTS(STR(?latest), ?month))
            } GROUP BY ?month ORDER BY ?month""",
            with_query("/timeline", relation="invites", by="month"),
            ("month", "statements"),
            months,
        ),
        asked(
            "two steps from X",
            f"""SELECT DISTINCT ?actor WHERE {{
              GRAPH g:edges {{ <{one}> ?first ?between . ?between ?second ?actor }}
            }}""",
        ),
        asked(
            "most active mediators",
            """SELECT ?mediator (COUNT(?statement) AS ?statements) WHERE {
              ?statement rdf:predicate r:mediates ; rdf:subject ?mediator .
              MINUS { ?statement t:status t:retracted }
            } GROUP BY ?mediator ORDER BY DESC(?statements) ?mediator LIMIT 20""",
        ),
        asked(
            "all attributed to X",
            f"""SELECT ?statement ?relation ?source WHERE {{
              GRAPH ?source {{ ?statement t:attributedTo <{one}> ; rdf:predicate ?relation }}
            }}""",
        ),
        asked(
            "one statement, whole",
            f"""SELECT ?property ?value ?source WHERE {{
              GRAPH ?source {{ <{iris.statement(some)}> ?property ?value }}
            }}""",
            f"/statements/{some}",
            (),
            whole,
        ),
    ]
